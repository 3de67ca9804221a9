// SPDX-License-Identifier: GPL-2.0-only
/* See cmd_top_model.h. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd_top_model.h"

/* rates are of at least so long a time where that is known, and shares of */
#define RATE_MS		900
#define SHARE_MS	10000

static int compare_ids(const uint8_t *a, const uint8_t *b)
{
	return memcmp(a, b, LNLB_MAC_LEN);
}

static int compare_nodes(const void *a, const void *b)
{
	return compare_ids(((const struct top_node *)a)->node.id,
			   ((const struct top_node *)b)->node.id);
}

static int compare_clusters(const void *a, const void *b)
{
	return strcmp(((const struct top_cluster *)a)->cluster.name,
		      ((const struct top_cluster *)b)->cluster.name);
}

void top_model_free(struct top_model *model)
{
	free(model->cluster);
	memset(model, 0, sizeof(*model));
}

static struct top_cluster *find_cluster(const struct top_model *model,
					const char *name)
{
	size_t i;

	for (i = 0; i < model->count; i++)
		if (!strcmp(model->cluster[i].cluster.name, name))
			return &model->cluster[i];
	return NULL;
}

static const struct top_node *find_node(const struct top_cluster *cluster,
					const uint8_t *id)
{
	unsigned int i;

	for (i = 0; cluster && i < cluster->cluster.node_count; i++)
		if (!compare_ids(cluster->node[i].node.id, id))
			return &cluster->node[i];
	return NULL;
}

/* the node may have started anew, and counts from zero then */
static bool goes_on(const struct top_sample *old, const struct top_sample *new)
{
	return (int32_t)(new->clock_ms - old->clock_ms) >= 0 &&
	       new->taken >= old->taken && new->passed >= old->passed;
}

static void add_sample(struct top_node *node)
{
	struct top_sample new = {
		.clock_ms = node->node.clock_ms,
		.taken = node->node.taken,
		.passed = node->node.passed,
	};

	if (!node->node.has_report ||
	    (node->samples && !goes_on(&node->sample[0], &new)))
		node->samples = 0;
	if (!node->node.has_report ||
	    (node->samples && node->sample[0].clock_ms == new.clock_ms))
		return;
	if (node->samples == TOP_SAMPLES)
		node->samples--;
	memmove(&node->sample[1], &node->sample[0],
		node->samples * sizeof(new));
	node->sample[0] = new;
	node->samples++;
}

static uint32_t age_of(const struct top_node *node, unsigned int i)
{
	return node->sample[0].clock_ms - node->sample[i].clock_ms;
}

static void find_rates(struct top_node *node)
{
	const struct top_sample *new = &node->sample[0], *old;
	unsigned int i = 1;
	double seconds;

	node->taken = TOP_UNKNOWN;
	node->passed = TOP_UNKNOWN;
	if (node->samples < 2)
		return;
	while (i + 1 < node->samples && age_of(node, i) < RATE_MS)
		i++;
	old = &node->sample[i];
	seconds = age_of(node, i) / 1000.0;
	node->taken = (new->taken - old->taken) / seconds;
	node->passed = (new->passed - old->passed) / seconds;
}

/* packets a second that the node took of late; TOP_UNKNOWN if it does not say */
static double long_rate(const struct top_node *node)
{
	unsigned int i = node->samples - 1;

	if (node->samples < 2)
		return TOP_UNKNOWN;
	while (i > 1 && age_of(node, i) > SHARE_MS)
		i--;
	return (node->sample[0].taken - node->sample[i].taken) * 1000.0 /
	       age_of(node, i);
}

/* a share of what some nodes take would be no share */
static void find_shares(struct top_cluster *cluster)
{
	unsigned int i, n = cluster->cluster.node_count;
	double rate[LNLB_NODES_MAX], sum = 0;
	bool known = true;

	for (i = 0; i < n; i++) {
		rate[i] = long_rate(&cluster->node[i]);
		known = known && rate[i] >= 0;
		sum += rate[i];
	}
	for (i = 0; i < n; i++) {
		cluster->node[i].measured = known && sum > 0 ? rate[i] / sum :
					    TOP_UNKNOWN;
		cluster->node[i].wanted = 0;
		if (cluster->cluster.buckets)
			cluster->node[i].wanted =
				(double)cluster->node[i].node.target /
				cluster->cluster.buckets;
	}
}

static void take_cluster(struct top_cluster *new, const struct top_cluster *old,
			 const struct cluster *shown)
{
	const struct top_node *before;
	struct top_node *node;
	unsigned int i;

	memset(new, 0, sizeof(*new));
	new->cluster = *shown;
	for (i = 0; i < shown->node_count; i++) {
		node = &new->node[i];
		before = find_node(old, shown->node[i].id);
		if (before)
			*node = *before;
		node->node = shown->node[i];
		add_sample(node);
		find_rates(node);
	}
	qsort(new->node, shown->node_count, sizeof(new->node[0]),
	      compare_nodes);
	find_shares(new);
}

int top_model_update(struct top_model *model, const struct cluster_list *list)
{
	struct top_cluster *cluster;
	size_t i;

	cluster = calloc(list->count + 1, sizeof(*cluster));
	if (!cluster)
		return -ENOMEM;
	for (i = 0; i < list->count; i++)
		take_cluster(&cluster[i],
			     find_cluster(model, list->cluster[i].name),
			     &list->cluster[i]);
	qsort(cluster, list->count, sizeof(*cluster), compare_clusters);
	free(model->cluster);
	model->cluster = cluster;
	model->count = list->count;
	if (!model->name[0] && model->count)
		snprintf(model->name, sizeof(model->name), "%s",
			 cluster[0].cluster.name);
	return 0;
}

const struct top_cluster *top_model_current(const struct top_model *model)
{
	return find_cluster(model, model->name);
}

void top_model_event(struct top_model *model, const char *format, ...)
{
	char *line = model->event[model->events++ % TOP_EVENTS];
	int len = snprintf(line, TOP_EVENT_LEN, "%s ", model->time);
	va_list ap;

	va_start(ap, format);
	vsnprintf(line + len, TOP_EVENT_LEN - len, format, ap);
	va_end(ap);
}

/* also from one that has gone, to its neighbour by name */
static void switch_cluster(struct top_model *model, bool forward)
{
	size_t at = 0;

	if (!model->count)
		return;
	while (at < model->count &&
	       strcmp(model->cluster[at].cluster.name, model->name) < 0)
		at++;
	if (!forward)
		at += model->count - 1;
	else if (find_cluster(model, model->name))
		at++;
	at %= model->count;
	snprintf(model->name, sizeof(model->name), "%s",
		 model->cluster[at].cluster.name);
	model->buckets.bound = false;
	model->first = 0;
}

static void scroll(struct top_model *model, int rows)
{
	if (rows < 0 && model->first < (unsigned int)-rows)
		model->first = 0;
	else
		model->first += rows;
}

bool top_model_key(struct top_model *model, enum top_key key,
		   enum top_sort sort)
{
	/* whatever ends the help has done enough */
	if (model->help && key != TOP_KEY_QUIT && key != TOP_KEY_RESIZE) {
		model->help = false;
		return true;
	}
	switch (key) {
	case TOP_KEY_QUIT:
		return false;
	case TOP_KEY_HELP:
		model->help = true;
		break;
	case TOP_KEY_NEXT:
	case TOP_KEY_PREVIOUS:
		switch_cluster(model, key == TOP_KEY_NEXT);
		break;
	case TOP_KEY_UP:
	case TOP_KEY_DOWN:
		scroll(model, key == TOP_KEY_UP ? -1 : 1);
		break;
	case TOP_KEY_PAGE_UP:
	case TOP_KEY_PAGE_DOWN:
		scroll(model, key == TOP_KEY_PAGE_UP ? -8 : 8);
		break;
	case TOP_KEY_SORT_LEFT:
		model->sort = (model->sort + TOP_SORT_MAX - 1) % TOP_SORT_MAX;
		break;
	case TOP_KEY_SORT_RIGHT:
		model->sort = (model->sort + 1) % TOP_SORT_MAX;
		break;
	case TOP_KEY_REVERSE:
		model->reverse = !model->reverse;
		break;
	case TOP_KEY_SORT:
		model->sort = sort;
		break;
	case TOP_KEY_NONE:
	case TOP_KEY_OTHER:
	case TOP_KEY_RESIZE:
		break;
	}
	return true;
}

static double sort_value(const struct top_model *model,
			 const struct top_node *node)
{
	switch (model->sort) {
	case TOP_SORT_WANTED:
		return node->wanted;
	case TOP_SORT_MEASURED:
		return node->measured;
	case TOP_SORT_SESSIONS:
		return node->node.has_report ? node->node.sessions :
					       TOP_UNKNOWN;
	case TOP_SORT_TAKEN:
		return node->taken;
	case TOP_SORT_PASSED:
		return node->passed;
	case TOP_SORT_WEIGHT:
		return node->node.weight;
	case TOP_SORT_HEARD:
		return node->node.heard ? node->node.heard_ago_ms : TOP_UNKNOWN;
	default:
		return 0;
	}
}

void top_model_order(const struct top_model *model,
		     const struct top_cluster *cluster,
		     uint8_t order[LNLB_NODES_MAX])
{
	unsigned int i, at, n = cluster->cluster.node_count;
	double value;

	/* the highest first, equal ones by id */
	for (i = 0; i < n; i++) {
		value = sort_value(model, &cluster->node[i]);
		for (at = i; at; at--) {
			if (sort_value(model, &cluster->node[order[at - 1]]) >=
			    value)
				break;
			order[at] = order[at - 1];
		}
		order[at] = i;
	}
	for (i = 0; model->reverse && i < n / 2; i++) {
		at = order[i];
		order[i] = order[n - 1 - i];
		order[n - 1 - i] = at;
	}
}

int top_model_owner(const struct top_model *model,
		    const struct top_cluster *cluster, unsigned int bucket)
{
	const struct buckets *buckets = &model->buckets;
	uint8_t claims = buckets->claims[bucket];
	const struct top_node *node;

	if (claims == LNLB_BUCKET_SEVERAL)
		return TOP_SEVERAL;
	if (claims >= buckets->of.node_count)
		return TOP_NOBODY;
	node = find_node(cluster, buckets->of.node[claims].id);
	return node ? node - cluster->node : TOP_NOBODY;
}
