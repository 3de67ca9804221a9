// SPDX-License-Identifier: GPL-2.0-only
/* What top makes of numbers, and that it keeps to the screen. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd_top_layout.h"

static int count, failed;
static struct top_model model;

static void ok(bool good, const char *what)
{
	count++;
	failed += !good;
	printf("%sok %d - top: %s\n", good ? "" : "not ", count, what);
}

static void is_text(const char *what, const char *wanted, const char *got)
{
	bool good = !strcmp(wanted, got);

	if (!good)
		printf("# wanted '%s', got '%s'\n", wanted, got);
	ok(good, what);
}

static bool near(double a, double b)
{
	bool good = fabs(a - b) < 0.001;

	if (!good)
		printf("# %f is not %f\n", a, b);
	return good;
}

/* n nodes, the second one is this one */
static struct cluster make_cluster(const char *name, unsigned int n)
{
	struct cluster cluster = { .buckets = LNLB_BUCKETS, .node_count = n };
	struct node *node;
	unsigned int i;

	snprintf(cluster.name, sizeof(cluster.name), "%s", name);
	cluster.addr.len = 4;
	for (i = 0; i < n; i++) {
		node = &cluster.node[i];
		node->id[5] = i;
		node->self = i == 1;
		node->agrees = true;
		node->state = LNLB_NODE_ACTIVE;
		node->weight = 100 * (i + 1);
		node->target = LNLB_BUCKETS / n;
		node->heard = !node->self;
		node->heard_ago_ms = 10 * i;
		node->has_report = true;
		node->sessions = 5 * i;
	}
	return cluster;
}

static void update(struct cluster *cluster, size_t n)
{
	struct cluster_list list = { .cluster = cluster, .count = n };

	if (top_model_update(&model, &list))
		abort();
}

static void move(struct cluster *cluster, uint32_t ms, unsigned int packets)
{
	unsigned int i;

	for (i = 0; i < cluster->node_count; i++) {
		cluster->node[i].clock_ms += ms;
		cluster->node[i].taken += packets * (i + 1);
		cluster->node[i].passed += 7 * packets;
	}
}

static const struct top_node *node_at(unsigned int place)
{
	return &top_model_current(&model)->node[place];
}

static void test_counts(void)
{
	static const struct {
		double value;
		const char *text;
	} counts[] = {
		{ -1, "-" }, { 0, "0" }, { 0.01, "0" }, { 0.5, "0.5" },
		{ 1, "1" }, { 9.94, "9.9" }, { 9.96, "10" }, { 999, "999" },
		{ 99999, "99999" }, { 99999.6, "100k" }, { 123456, "123k" },
		{ 9999400, "9999k" }, { 9999600, "10M" }, { 1e10, "10G" },
		{ 18446744073709551615.0, "18E" }, { 1e30, "9999E" },
	};
	char buf[8];
	size_t i;

	for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		is_text("a count in five characters", counts[i].text,
			top_format_count(counts[i].value, buf));
}

static void test_rates(void)
{
	struct cluster cluster = make_cluster("a", 3);
	int i;

	/* the clock goes round */
	for (i = 0; i < 3; i++)
		cluster.node[i].clock_ms = 0xffffff00;
	update(&cluster, 1);
	ok(node_at(0)->taken < 0 && node_at(0)->measured < 0,
	   "one look makes no rate");
	move(&cluster, 2000, 100);
	update(&cluster, 1);
	ok(near(node_at(2)->taken, 150), "packets a second by the node's clock");
	ok(near(node_at(2)->passed, 350), "those that it left to others as well");
	ok(near(node_at(2)->measured, 0.5), "its share of what all took");
	ok(near(node_at(2)->wanted, 1365.0 / 4096), "and what it is to have");
	update(&cluster, 1);
	ok(near(node_at(2)->taken, 150), "what is said again changes nothing");
	move(&cluster, 1000, 0);
	update(&cluster, 1);
	ok(near(node_at(2)->taken, 0), "the rate is that of the last second");
	ok(near(node_at(2)->measured, 0.5), "the share that of some more");
	for (i = 0; i < 40; i++) {
		move(&cluster, 500, 10);
		update(&cluster, 1);
	}
	ok(near(node_at(0)->taken, 20), "many short looks are one of a second");
	cluster.node[0].taken = 3;
	move(&cluster, 1000, 10);
	update(&cluster, 1);
	ok(node_at(0)->taken < 0, "who starts anew counts from zero");
	ok(node_at(1)->measured < 0 && near(node_at(1)->taken, 20),
	   "a share of some nodes' packets is none");
	move(&cluster, 1000, 10);
	update(&cluster, 1);
	ok(near(node_at(0)->taken, 10), "and has a rate after the next look");
	cluster.node[2].has_report = false;
	update(&cluster, 1);
	ok(node_at(2)->taken < 0, "who says nothing has no rate");
	top_model_free(&model);
}

static void test_order(void)
{
	struct cluster cluster = make_cluster("a", 3);
	uint8_t order[LNLB_NODES_MAX];

	update(&cluster, 1);
	top_model_order(&model, top_model_current(&model), order);
	ok(order[0] == 0 && order[2] == 2, "by id to begin with");
	top_model_key(&model, TOP_KEY_SORT, TOP_SORT_WEIGHT);
	top_model_order(&model, top_model_current(&model), order);
	ok(order[0] == 2 && order[2] == 0, "the highest weight first");
	top_model_key(&model, TOP_KEY_REVERSE, 0);
	top_model_order(&model, top_model_current(&model), order);
	ok(order[0] == 0 && order[2] == 2, "or the lowest");
	top_model_key(&model, TOP_KEY_SORT, TOP_SORT_NODE);
	top_model_key(&model, TOP_KEY_SORT_LEFT, 0);
	ok(model.sort == TOP_SORT_HEARD, "left of the first is the last column");
	top_model_key(&model, TOP_KEY_SORT_RIGHT, 0);
	ok(model.sort == TOP_SORT_NODE, "and right of that the first");
	top_model_free(&model);
}

static void test_clusters(void)
{
	struct cluster two[] = { make_cluster("web", 1), make_cluster("a", 2) };
	struct cluster three[] = { two[0], two[1], make_cluster("m", 1) };

	update(two, 2);
	is_text("the first one by name is shown", "a", model.name);
	top_model_key(&model, TOP_KEY_NEXT, 0);
	is_text("the next one", "web", model.name);
	top_model_key(&model, TOP_KEY_NEXT, 0);
	is_text("behind the last is the first", "a", model.name);
	top_model_key(&model, TOP_KEY_PREVIOUS, 0);
	is_text("and in front of it the last", "web", model.name);
	update(three, 3);
	top_model_key(&model, TOP_KEY_PREVIOUS, 0);
	is_text("a new one takes its place", "m", model.name);
	update(two, 2);
	ok(!top_model_current(&model), "one that went is not replaced");
	top_model_key(&model, TOP_KEY_NEXT, 0);
	is_text("but by a key, with its neighbour", "web", model.name);
	update(two, 0);
	top_model_key(&model, TOP_KEY_NEXT, 0);
	is_text("none is left to go to", "web", model.name);
	ok(top_model_key(&model, TOP_KEY_HELP, 0) && model.help &&
	   top_model_key(&model, TOP_KEY_RESIZE, 0) && model.help &&
	   top_model_key(&model, TOP_KEY_OTHER, 0) && !model.help,
	   "a key ends the help, a resize does not");
	ok(!top_model_key(&model, TOP_KEY_QUIT, 0), "another one ends it all");
	top_model_free(&model);
}

/* node 0 claims 3/4, node 1 the rest */
static void claim(struct cluster *cluster)
{
	unsigned int b;

	model.buckets.bound = true;
	model.buckets.count = LNLB_BUCKETS;
	model.buckets.of = *cluster;
	for (b = 0; b < LNLB_BUCKETS; b++)
		model.buckets.claims[b] = b % 4 == 3;
}

static void test_strip(void)
{
	struct cluster cluster = make_cluster("a", 2);
	int8_t owner[LNLB_BUCKETS];
	int i, n[2] = { 0 };

	update(&cluster, 1);
	claim(&cluster);
	top_strip(&model, top_model_current(&model), owner, 160);
	for (i = 0; i < 160; i++)
		n[owner[i] == 1]++;
	ok(n[0] >= 119 && n[0] <= 121, "cells are shared as buckets are");
	model.buckets.claims[4095] = LNLB_BUCKET_NOBODY;
	model.buckets.claims[0] = LNLB_BUCKET_SEVERAL;
	top_strip(&model, top_model_current(&model), owner, 160);
	ok(owner[159] == TOP_NOBODY && owner[0] == TOP_SEVERAL,
	   "a single bucket without an owner is seen");
	cluster.node_count = 1;
	update(&cluster, 1);
	ok(top_model_owner(&model, top_model_current(&model), 3) == TOP_NOBODY,
	   "who has gone owns nothing");
	top_model_free(&model);
}

#define GUARD	'~'

/* Return: whether nothing was written outside, and only what can be shown */
static bool draw(int rows, int cols, char *first)
{
	struct top_grid grid = { .rows = rows, .cols = cols };
	int i, n = rows * cols, guard = 512;
	struct top_cell *cells = calloc(n + 2 * guard, sizeof(*cells));
	bool good = true;

	for (i = 0; i < n + 2 * guard; i++)
		cells[i].ch = GUARD;
	grid.cell = cells + guard;
	top_layout(&model, &grid);
	for (i = 0; i < guard; i++)
		good = good && cells[i].ch == GUARD &&
		       cells[guard + n + i].ch == GUARD;
	for (i = 0; i < n; i++)
		good = good && grid.cell[i].ch >= ' ' && grid.cell[i].ch <= '~';
	for (i = 0; first && i < cols; i++)
		first[i] = grid.cell[i].ch;
	free(cells);
	return good;
}

static void test_sizes(void)
{
	static const unsigned int nodes[] = { 1, 2, 9, 64 };
	struct cluster cluster;
	bool good = true;
	int rows, cols, i;

	for (i = 0; i < 5; i++) {
		cluster = make_cluster("a-long-name-123", i < 4 ? nodes[i] : 1);
		update(&cluster, i < 4);
		claim(&cluster);
		model.sort = i;
		top_model_event(&model, "\033[2J\377 %0400d", 1);
		for (rows = 0; rows < 75; rows += 1 + (rows > 30) * 7)
			for (cols = 0; cols < 330; cols += 1 + cols / 8) {
				model.first = 1000;
				model.help = rows % 5 == 4;
				good = good && draw(rows, cols, NULL);
			}
	}
	ok(good, "nothing is written outside of the screen, whatever its size");
	for (i = 0; i < 3 * TOP_EVENTS; i++)
		top_model_event(&model, "event %d", i);
	ok(draw(300, 80, NULL), "more events than are kept");
	top_model_free(&model);
}

int main(void)
{
	test_counts();
	test_rates();
	test_order();
	test_clusters();
	test_strip();
	test_sizes();
	printf("1..%d\n", count);
	return failed > 0;
}
