// SPDX-License-Identifier: GPL-2.0-only
/* A row a node, the keys, and what they all mean; see cmd_top_layout.h. */
#include <stdio.h>
#include <string.h>

#include "cmd_top_layout.h"

static const char *const sort_names[TOP_SORT_MAX] = {
	"node", "share wanted", "share measured", "sessions", "packets taken",
	"packets passed by", "weight", "last heard",
};

static void format_share(double share, char *buf, size_t size)
{
	if (share < 0)
		snprintf(buf, size, "-");
	else if (share >= 0.9995)
		snprintf(buf, size, "100");
	else
		snprintf(buf, size, "%.1f", 100 * share);
}

static void format_count(double value, char *buf, size_t size)
{
	char count[8];

	snprintf(buf, size, "%s", top_format_count(value, count));
}

static void put_id(const struct top_node *node, unsigned int place, char *buf,
		   size_t size)
{
	char mac[LNLB_MAC_STRLEN], mark = ' ';

	if (node->node.self)
		mark = '*';
	else if (!node->node.agrees)
		mark = '!';
	snprintf(buf, size, "%c%c%s", top_label(place), mark,
		 lnlb_format_mac(node->node.id, mac));
}

static void put_wanted(const struct top_node *node, unsigned int place,
		       char *buf, size_t size)
{
	(void)place;
	format_share(node->wanted, buf, size);
}

static void put_measured(const struct top_node *node, unsigned int place,
			 char *buf, size_t size)
{
	(void)place;
	format_share(node->measured, buf, size);
}

static void put_sessions(const struct top_node *node, unsigned int place,
			 char *buf, size_t size)
{
	(void)place;
	format_count(node->node.has_report ? node->node.sessions : TOP_UNKNOWN,
		     buf, size);
}

static void put_taken(const struct top_node *node, unsigned int place,
		      char *buf, size_t size)
{
	(void)place;
	format_count(node->taken, buf, size);
}

static void put_passed(const struct top_node *node, unsigned int place,
		       char *buf, size_t size)
{
	(void)place;
	format_count(node->passed, buf, size);
}

static void put_weight(const struct top_node *node, unsigned int place,
		       char *buf, size_t size)
{
	(void)place;
	snprintf(buf, size, "%u", node->node.weight);
}

static void put_heard(const struct top_node *node, unsigned int place,
		      char *buf, size_t size)
{
	double seconds = node->node.heard_ago_ms / 1000.0;

	(void)place;
	if (!node->node.heard)
		snprintf(buf, size, "-");
	else if (seconds < 99.95)
		snprintf(buf, size, "%.1fs", seconds);
	else
		snprintf(buf, size, "%.0fm", seconds / 60);
}

static void put_state(const struct top_node *node, unsigned int place,
		      char *buf, size_t size)
{
	(void)place;
	snprintf(buf, size, "%s",
		 lnlb_word(&lnlb_state_words, node->node.state));
}

static void put_source(const struct top_node *node, unsigned int place,
		       char *buf, size_t size)
{
	(void)place;
	snprintf(buf, size, "%s", lnlb_word(&lnlb_weight_source_words,
					    node->node.weight_source));
}

static void put_claims(const struct top_node *node, unsigned int place,
		       char *buf, size_t size)
{
	(void)place;
	snprintf(buf, size, "%u", node->node.claims);
}

static void put_key(const struct top_node *node, unsigned int place, char *buf,
		    size_t size)
{
	(void)place;
	snprintf(buf, size, node->node.has_key ? "%04x" : "-",
		 node->node.key_id);
}

/* the last ones are left out where there is no room; negative: to the left */
static const struct column {
	const char *head;
	int width;
	int sort;		/* enum top_sort, or -1 */
	void (*put)(const struct top_node *node, unsigned int place, char *buf,
		    size_t size);
} columns[] = {
	{ "NODE", -19, TOP_SORT_NODE, put_id },
	{ "WANT", 4, TOP_SORT_WANTED, put_wanted },
	{ "MEAS", 4, TOP_SORT_MEASURED, put_measured },
	{ "SESS", 5, TOP_SORT_SESSIONS, put_sessions },
	{ "TAKEN", 5, TOP_SORT_TAKEN, put_taken },
	{ "PASS", 5, TOP_SORT_PASSED, put_passed },
	{ "WEIGHT", 6, TOP_SORT_WEIGHT, put_weight },
	{ "HEARD", 5, TOP_SORT_HEARD, put_heard },
	{ "STATE", -9, -1, put_state },
	{ "SOURCE", -9, -1, put_source },
	{ "CLAIMS", 6, -1, put_claims },
	{ "KEY", -4, -1, put_key },
};

#define COLUMNS	(sizeof(columns) / sizeof(columns[0]))

static int width_of(unsigned int column)
{
	int width = columns[column].width;

	return width < 0 ? -width : width;
}

static void draw_heads(const struct top_model *model, struct top_grid *grid,
		       int row)
{
	unsigned int i;
	uint8_t attr;
	int col = 0;

	top_fill(grid, row, TOP_REVERSE);
	for (i = 0; i < COLUMNS && col + width_of(i) <= grid->cols; i++) {
		attr = columns[i].sort == (int)model->sort ? TOP_BOLD :
							     TOP_REVERSE;
		top_put(grid, row, col, attr, "%*s", columns[i].width,
			columns[i].head);
		col += width_of(i) + 1;
	}
}

static void draw_node(const struct top_node *node, unsigned int place,
		      struct top_grid *grid, int row)
{
	unsigned int i;
	char value[32];
	int col = 0;

	for (i = 0; i < COLUMNS && col + width_of(i) <= grid->cols; i++) {
		columns[i].put(node, place, value, sizeof(value));
		top_put(grid, row, col, node->node.self ? TOP_BOLD : 0, "%*s",
			columns[i].width, value);
		col += width_of(i) + 1;
	}
	/* what the strip has it by */
	grid->cell[row * grid->cols].color = place + 1;
}

void top_draw_table(const struct top_model *model,
		    const struct top_cluster *current, struct top_grid *grid,
		    int row, int rows)
{
	uint8_t order[LNLB_NODES_MAX];
	unsigned int place;
	int i;

	draw_heads(model, grid, row);
	if (!current)
		return;
	top_model_order(model, current, order);
	for (i = 0; i < rows; i++) {
		place = order[model->first + i];
		draw_node(&current->node[place], place, grid, row + 1 + i);
	}
}

void top_draw_foot(const struct top_model *model, struct top_grid *grid)
{
	int row = grid->rows - 1;
	int col;

	top_fill(grid, row, TOP_BOLD);
	col = top_put(grid, row, 0, TOP_BOLD, "q quit  ? help  %ssorted by %s",
		      model->count > 1 ? "Tab next cluster  " : "",
		      sort_names[model->sort]);
	if (model->reverse)
		top_put(grid, row, col, TOP_BOLD, ", reversed");
}

static const char *const help[] = {
	"q, Ctrl-C    quit            Tab, Shift-Tab  next, previous cluster",
	"<  >         sort by the column to the left, right;  r  the other way",
	"n w m s t p g l  by node, share wanted, share measured, sessions,",
	"             packets taken, packets passed by, weight, last heard",
	"Up Down PgUp PgDn  more nodes than rows",
	"",
	"NODE    letter of its buckets; * this node, ! one that sees the",
	"        cluster in another way than this node does",
	"WANT    percent of the clients that it is to have, by its weight",
	"MEAS    percent of the packets that all took in the last 10 seconds",
	"SESS    sessions that stay with it",
	"TAKEN   packets a second that it took; PASS: that it left to others",
	"WEIGHT  the higher, the less traffic; SOURCE: what it is made of",
	"HEARD   since it was last heard",
	"CLAIMS  buckets that it claims; KEY: that it signs with (wide screens)",
	"",
	"BUCKETS a letter for some buckets each: who claims them;",
	"        . nobody does, ! several nodes do",
	"- stands for what the node does not say.",
};

void top_draw_help(struct top_grid *grid)
{
	unsigned int i;

	top_put(grid, 0, 0, TOP_BOLD, "lnlbctl top - any key but q goes back");
	for (i = 0; i < sizeof(help) / sizeof(help[0]) &&
	     (int)i + 2 < grid->rows; i++)
		top_put(grid, i + 2, 0, 0, "%s", help[i]);
}
