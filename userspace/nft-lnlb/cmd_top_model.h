/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What top knows and what its keys change. Talks neither to the kernel nor to
 * a terminal.
 */
#ifndef LNLBCTL_TOP_MODEL_H
#define LNLBCTL_TOP_MODEL_H

#include "buckets.h"

#define TOP_SAMPLES	16	/* a node */
#define TOP_EVENTS	256
#define TOP_EVENT_LEN	192
#define TOP_UNKNOWN	(-1.0)
#define TOP_NOBODY	(-1)	/* top_model_owner() */
#define TOP_SEVERAL	(-2)

/**
 * enum top_sort - by which column the nodes are in order
 */
enum top_sort {
	TOP_SORT_NODE,
	TOP_SORT_WANTED,
	TOP_SORT_MEASURED,
	TOP_SORT_SESSIONS,
	TOP_SORT_TAKEN,
	TOP_SORT_PASSED,
	TOP_SORT_WEIGHT,
	TOP_SORT_HEARD,
	TOP_SORT_MAX
};

/**
 * enum top_key - what a key press means
 */
enum top_key {
	TOP_KEY_NONE,		/* none was pressed */
	TOP_KEY_OTHER,		/* without a meaning but in the help */
	TOP_KEY_RESIZE,		/* the terminal has another size */
	TOP_KEY_QUIT,
	TOP_KEY_HELP,
	TOP_KEY_NEXT,		/* cluster */
	TOP_KEY_PREVIOUS,
	TOP_KEY_UP,
	TOP_KEY_DOWN,
	TOP_KEY_PAGE_UP,
	TOP_KEY_PAGE_DOWN,
	TOP_KEY_SORT_LEFT,
	TOP_KEY_SORT_RIGHT,
	TOP_KEY_REVERSE,
	TOP_KEY_SORT,		/* and enum top_sort */
};

/**
 * struct top_sample - a node's counters at a time
 * @clock_ms: by its own clock, goes round
 * @taken: packets
 * @passed: packets
 */
struct top_sample {
	uint32_t clock_ms;
	uint64_t taken;
	uint64_t passed;
};

/**
 * struct top_node - a node and what became of its counters
 * @node: as it was shown last
 * @samples: entries of @sample
 * @sample: the newest one first
 * @taken: packets a second, or TOP_UNKNOWN
 * @passed: packets a second, or TOP_UNKNOWN
 * @wanted: share that it is to have, 0..1
 * @measured: share of the packets that all nodes took of late, or TOP_UNKNOWN
 */
struct top_node {
	struct node node;
	unsigned int samples;
	struct top_sample sample[TOP_SAMPLES];
	double taken;
	double passed;
	double wanted;
	double measured;
};

/**
 * struct top_cluster - a cluster
 * @cluster: as it was shown last; its nodes are those of @node
 * @node: ascending by id, so that a node has the same place on all of them
 */
struct top_cluster {
	struct cluster cluster;
	struct top_node node[LNLB_NODES_MAX];
};

/**
 * struct top_model - all of it
 * @cluster: array of clusters, by name
 * @count: its length
 * @name: of the cluster that is looked at, "" before there was one
 * @buckets: of that cluster, if they are known
 * @sort: order of the nodes
 * @reverse: the other way round
 * @help: the keys are explained
 * @first: so many rows of nodes are above the screen
 * @time: of day, to be shown
 * @error: why the rest is not up to date, or ""
 * @events: so many there were
 * @event: the newest one is at (@events - 1) % TOP_EVENTS
 */
struct top_model {
	struct top_cluster *cluster;
	size_t count;
	char name[LNLB_NAME_LEN];
	struct buckets buckets;
	enum top_sort sort;
	bool reverse;
	bool help;
	unsigned int first;
	char time[16];
	char error[256];
	unsigned int events;
	char event[TOP_EVENTS][TOP_EVENT_LEN];
};

/**
 * top_model_free() - give memory back
 * @model: may be all zeroes, and is so afterwards
 */
void top_model_free(struct top_model *model);

/**
 * top_model_update() - take in what the kernel says now
 * @model: the model
 * @list: all clusters
 *
 * Return: 0 or -ENOMEM; then the model is as it was.
 */
int top_model_update(struct top_model *model, const struct cluster_list *list);

/**
 * top_model_current() - the cluster that is looked at
 * @model: the model
 *
 * Return: NULL if there is none of that name.
 */
const struct top_cluster *top_model_current(const struct top_model *model);

/**
 * top_model_event() - a line for the events
 * @model: the model
 * @format: without time, which is put in front
 */
void top_model_event(struct top_model *model, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * top_model_key() - do what a key press means
 * @model: the model
 * @key: which
 * @sort: with TOP_KEY_SORT
 *
 * Return: false if that is to quit.
 */
bool top_model_key(struct top_model *model, enum top_key key,
		   enum top_sort sort);

/**
 * top_model_order() - the order in which nodes are shown
 * @model: the model
 * @cluster: the cluster
 * @order: indices of @cluster->node, filled in
 */
void top_model_order(const struct top_model *model,
		     const struct top_cluster *cluster,
		     uint8_t order[LNLB_NODES_MAX]);

/**
 * top_model_owner() - who claims a bucket
 * @model: the model, whose buckets are known
 * @cluster: the cluster that is looked at
 * @bucket: which
 *
 * Return: index of @cluster->node, TOP_NOBODY (also for a node that has gone)
 * or TOP_SEVERAL.
 */
int top_model_owner(const struct top_model *model,
		    const struct top_cluster *cluster, unsigned int bucket);

#endif /* LNLBCTL_TOP_MODEL_H */
