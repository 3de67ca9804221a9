// SPDX-License-Identifier: GPL-2.0-only
/* See cmd_top_layout.h. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cmd_top_layout.h"

#define TABLE_ROW	3	/* below title, summary and heads */
#define STRIP_ROWS	2
#define EVENTS_MIN	4	/* rows, if there are more nodes than fit */

/* where things start, and how many rows they have */
struct plan {
	int nodes;
	int strip;		/* row of its head, 0: none */
	int events;		/* row of their head */
	int event_rows;
};

/* cut off where the row ends; what is no ASCII is a terminal's own business */
int top_put(struct top_grid *grid, int row, int col, uint8_t attr,
	    const char *format, ...)
{
	struct top_cell *cell = grid->cell + row * grid->cols;
	char text[512];
	va_list ap;
	int i;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	for (i = 0; text[i] && col < grid->cols; i++, col++) {
		cell[col].ch = text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
		cell[col].attr = attr;
	}
	return col;
}

void top_fill(struct top_grid *grid, int row, uint8_t attr)
{
	int i;

	for (i = 0; i < grid->cols; i++)
		grid->cell[row * grid->cols + i].attr = attr;
}

const char *top_format_count(double value, char buf[static 8])
{
	static const char units[] = "kMGTPE";
	const char *unit = units;

	if (value < 0)
		return strcpy(buf, "-");
	if (value < 9.95 && value > 0.05 && value != (int)value) {
		snprintf(buf, 8, "%.1f", value);
		return buf;
	}
	if (value < 99999.5) {
		snprintf(buf, 8, "%.0f", value);
		return buf;
	}
	for (value /= 1000; value >= 9999.5 && unit[1]; unit++)
		value /= 1000;
	snprintf(buf, 8, "%.0f%c", value < 9999 ? value : 9999, *unit);
	return buf;
}

char top_label(unsigned int place)
{
	static const char labels[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"abcdefghijklmnopqrstuvwxyz0123456789+=";

	return labels[place % (sizeof(labels) - 1)];
}

static struct plan make_plan(const struct top_grid *grid, int nodes)
{
	struct plan plan = { 0 };
	bool strip = grid->rows >= 16;
	/* without the foot, and the heads of strip and events */
	int rest = grid->rows - TABLE_ROW - 2 - (strip ? 1 + STRIP_ROWS : 0);
	int events = rest / 2 < EVENTS_MIN ? rest / 2 : EVENTS_MIN;

	plan.nodes = nodes < rest - events ? nodes : rest - events;
	plan.event_rows = rest - plan.nodes;
	plan.events = TABLE_ROW + plan.nodes;
	if (strip) {
		plan.strip = plan.events;
		plan.events += 1 + STRIP_ROWS;
	}
	return plan;
}

static void draw_title(const struct top_model *model,
		       const struct top_cluster *current, struct top_grid *grid)
{
	const struct cluster *cluster = current ? &current->cluster : NULL;
	char addr[LNLB_ADDR_STRLEN];
	char right[64] = "";
	size_t at, len;

	top_fill(grid, 0, TOP_BOLD);
	if (cluster)
		top_put(grid, 0, 0, TOP_BOLD, "lnlbctl top - %s: %s on %s, %s",
			cluster->name, lnlb_format_addr(&cluster->addr, addr),
			cluster->dev[0] ? cluster->dev : "no device",
			lnlb_word(&lnlb_state_words, cluster->state));
	else
		top_put(grid, 0, 0, TOP_BOLD, "lnlbctl top - %s", model->name);
	at = current ? current - model->cluster + 1 : 0;
	len = 0;
	if (model->count > 1)
		len = snprintf(right, sizeof(right), "  cluster %zu of %zu", at,
			       model->count);
	len += snprintf(right + len, sizeof(right) - len, "  %s", model->time);
	if ((int)len < grid->cols)
		top_put(grid, 0, grid->cols - len, TOP_BOLD, "%s", right);
}

static double sum_taken(const struct top_cluster *current)
{
	double sum = 0;
	unsigned int i;

	for (i = 0; i < current->cluster.node_count; i++) {
		if (current->node[i].taken < 0)
			return TOP_UNKNOWN;
		sum += current->node[i].taken;
	}
	return sum;
}

static void draw_summary(const struct top_model *model,
			 const struct top_cluster *current,
			 const struct plan *plan, struct top_grid *grid)
{
	char count[8];
	double sum;
	int n, col;

	if (model->error[0]) {
		top_put(grid, 1, 0, TOP_BOLD | TOP_REVERSE, "! %s",
			model->error);
		return;
	}
	if (!current && !model->count) {
		top_put(grid, 1, 0, TOP_BOLD | TOP_REVERSE,
			"! no clusters; create one: lnlbctl addif ADDR DEV");
		return;
	}
	if (!current) {
		top_put(grid, 1, 0, TOP_BOLD | TOP_REVERSE,
			"! there is no cluster '%s' any more; Tab shows another one",
			model->name);
		return;
	}
	n = current->cluster.node_count;
	sum = sum_taken(current);
	col = top_put(grid, 1, 0, 0, "%d nodes, %s sessions here", n,
			  top_format_count(current->cluster.sessions, count));
	if (sum >= 0)
		col = top_put(grid, 1, col, 0, ", %s packets/s taken by all",
				  top_format_count(sum, count));
	if (plan->nodes < n)
		top_put(grid, 1, col, 0, "; rows %d to %d", model->first + 1,
			model->first + plan->nodes);
}

static int owner_attr(int owner)
{
	return owner == TOP_SEVERAL ? TOP_REVERSE | TOP_BOLD : 0;
}

static void draw_cells(struct top_grid *grid, int row, const int8_t *owner)
{
	struct top_cell *cell = grid->cell + row * grid->cols;
	int i;

	for (i = 0; i < STRIP_ROWS * grid->cols; i++) {
		cell[i].attr = owner_attr(owner[i]);
		if (owner[i] >= 0) {
			cell[i].ch = top_label(owner[i]);
			cell[i].color = owner[i] + 1;
		} else {
			cell[i].ch = owner[i] == TOP_SEVERAL ? '!' : '.';
		}
	}
}

static void draw_strip(const struct top_model *model,
		       const struct top_cluster *current, int row,
		       struct top_grid *grid)
{
	unsigned int cells = STRIP_ROWS * grid->cols, b;
	unsigned int nobody = 0, several = 0;
	int8_t owner[LNLB_BUCKETS];
	int col, claims;

	top_fill(grid, row, TOP_REVERSE);
	col = top_put(grid, row, 0, TOP_REVERSE, "BUCKETS");
	if (!current || !model->buckets.bound ||
	    cells > model->buckets.count) {
		top_put(grid, row, col, TOP_REVERSE, ": not known");
		return;
	}
	for (b = 0; b < model->buckets.count; b++) {
		claims = top_model_owner(model, current, b);
		nobody += claims == TOP_NOBODY;
		several += claims == TOP_SEVERAL;
	}
	if (nobody)
		col = top_put(grid, row, col, TOP_REVERSE, ", nobody (.) has %u",
			      nobody);
	if (several)
		top_put(grid, row, col, TOP_REVERSE, ", several (!) have %u",
			several);
	top_strip(model, current, owner, cells);
	draw_cells(grid, row + 1, owner);
}

static void draw_events(const struct top_model *model, const struct plan *plan,
			struct top_grid *grid)
{
	unsigned int n = model->events, i;

	top_fill(grid, plan->events, TOP_REVERSE);
	top_put(grid, plan->events, 0, TOP_REVERSE, "EVENTS");
	if (n > (unsigned int)plan->event_rows)
		n = plan->event_rows;
	if (n > TOP_EVENTS)
		n = TOP_EVENTS;
	for (i = 0; i < n; i++)
		top_put(grid, plan->events + 1 + i, 0, 0, "%s",
			model->event[(model->events - n + i) % TOP_EVENTS]);
}

static void clamp_first(struct top_model *model, int nodes, int rows)
{
	if ((int)model->first > nodes - rows)
		model->first = nodes - rows;
}

void top_layout(struct top_model *model, struct top_grid *grid)
{
	const struct top_cluster *current = top_model_current(model);
	int nodes = current ? current->cluster.node_count : 0;
	struct plan plan = make_plan(grid, nodes);
	int i;

	for (i = 0; i < grid->rows * grid->cols; i++)
		grid->cell[i] = (struct top_cell){ .ch = ' ' };
	if (grid->rows < TOP_ROWS_MIN || grid->cols < TOP_COLS_MIN) {
		if (grid->rows > 0)
			top_put(grid, 0, 0, 0, "too small: at least %dx%d",
				TOP_COLS_MIN, TOP_ROWS_MIN);
		return;
	}
	if (model->help) {
		top_draw_help(grid);
		return;
	}
	clamp_first(model, nodes, plan.nodes);
	draw_title(model, current, grid);
	draw_summary(model, current, &plan, grid);
	top_draw_table(model, current, grid, TABLE_ROW - 1, plan.nodes);
	if (plan.strip)
		draw_strip(model, current, plan.strip, grid);
	draw_events(model, &plan, grid);
	top_draw_foot(model, grid);
}
