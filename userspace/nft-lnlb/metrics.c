// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prometheus' text format: a metric is explained once, and all its samples
 * stand together, of whatever cluster and node they are.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "metrics.h"
#include "stat_text.h"

/* Backslash, quote and line end are written with a backslash. */
static void put_label(FILE *out, const char *key, const char *value)
{
	fprintf(out, "%s=\"", key);
	for (; *value; value++) {
		if (*value == '\n')
			fputs("\\n", out);
		else
			fprintf(out, *value == '\\' || *value == '"' ?
				"\\%c" : "%c", *value);
	}
	fputc('"', out);
}

static void put_head(FILE *out, const char *name, const char *type,
		     const char *help)
{
	fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void put_cluster(FILE *out, const char *name,
			const struct cluster *cluster)
{
	fprintf(out, "%s{", name);
	put_label(out, "cluster", cluster->name);
}

static void put_node(FILE *out, const char *name,
		     const struct cluster *cluster, const struct node *node)
{
	char mac[LNLB_MAC_STRLEN];

	put_cluster(out, name, cluster);
	fputc(',', out);
	put_label(out, "node", lnlb_format_mac(node->id, mac));
}

static void put_value(FILE *out, uint64_t value)
{
	fprintf(out, "} %" PRIu64 "\n", value);
}

static void put_infos(FILE *out, const struct cluster_list *list)
{
	const char *name = "lnlb_cluster_info";
	const struct cluster *cluster;
	char addr[LNLB_ADDR_STRLEN];
	size_t i;

	put_head(out, name, "gauge", "What the cluster is; always 1");
	for (i = 0; i < list->count; i++) {
		cluster = &list->cluster[i];
		put_cluster(out, name, cluster);
		fputc(',', out);
		put_label(out, "address", lnlb_format_addr(&cluster->addr,
							   addr));
		fputc(',', out);
		put_label(out, "device", cluster->dev);
		fputc(',', out);
		put_label(out, "mode", lnlb_word(&lnlb_mode_words,
						 cluster->mode));
		fputc(',', out);
		put_label(out, "affinity", lnlb_word(&lnlb_affinity_words,
						     cluster->affinity));
		fputc(',', out);
		put_label(out, "tracker", cluster->tracker);
		put_value(out, 1);
	}
}

/* one of the states is 1, all others are 0 */
static void put_states(FILE *out, const struct cluster_list *list)
{
	const char *name = "lnlb_cluster_state";
	const struct cluster *cluster;
	unsigned int state;
	size_t i;

	put_head(out, name, "gauge", "1 for the state that this node is in");
	for (i = 0; i < list->count; i++) {
		cluster = &list->cluster[i];
		for (state = 0; state < lnlb_state_words.count; state++) {
			put_cluster(out, name, cluster);
			fputc(',', out);
			put_label(out, "state", lnlb_word(&lnlb_state_words,
							  state));
			put_value(out, cluster->state == state);
		}
	}
}

static void put_node_states(FILE *out, const struct cluster_list *list)
{
	const char *name = "lnlb_node_state";
	const struct cluster *cluster;
	unsigned int state, n;
	size_t i;

	put_head(out, name, "gauge", "1 for the state that the node is in");
	for (i = 0; i < list->count; i++) {
		cluster = &list->cluster[i];
		for (n = 0; n < cluster->node_count; n++)
			for (state = 0; state < lnlb_state_words.count;
			     state++) {
				put_node(out, name, cluster, &cluster->node[n]);
				fputc(',', out);
				put_label(out, "state",
					  lnlb_word(&lnlb_state_words, state));
				put_value(out, cluster->node[n].state == state);
			}
	}
}

/* The value of a sample as text, NULL if there is none. */
static char value[32];

static const char *number(uint64_t n)
{
	snprintf(value, sizeof(value), "%" PRIu64, n);
	return value;
}

static const char *cluster_weight(const struct cluster *cluster)
{
	return number(cluster->weight);
}

static const char *cluster_buckets(const struct cluster *cluster)
{
	return number(cluster->buckets);
}

static const char *cluster_unclaimed(const struct cluster *cluster)
{
	uint64_t claims = 0;
	unsigned int n;

	for (n = 0; n < cluster->node_count; n++)
		claims += cluster->node[n].claims;
	return number(claims < cluster->buckets ? cluster->buckets - claims :
						  0);
}

static const char *cluster_sessions(const struct cluster *cluster)
{
	return number(cluster->sessions);
}

static const char *cluster_foreign(const struct cluster *cluster)
{
	return number(cluster->sessions_foreign);
}

static const struct {
	const char *name;
	const char *help;
	const char *(*value)(const struct cluster *cluster);
} of_cluster[] = {
	{ "lnlb_cluster_weight",
	  "Weight of this node, the higher the less traffic", cluster_weight },
	{ "lnlb_cluster_buckets", "Buckets that there are", cluster_buckets },
	{ "lnlb_cluster_unclaimed_buckets",
	  "Buckets that no node claims, as this node sees it",
	  cluster_unclaimed },
	{ "lnlb_cluster_sessions", "Sessions bound to this node",
	  cluster_sessions },
	{ "lnlb_cluster_foreign_sessions",
	  "Sessions known to stay with other nodes", cluster_foreign },
};

static void put_of_cluster(FILE *out, const struct cluster_list *list)
{
	unsigned int m;
	size_t i;

	for (m = 0; m < sizeof(of_cluster) / sizeof(of_cluster[0]); m++) {
		put_head(out, of_cluster[m].name, "gauge", of_cluster[m].help);
		for (i = 0; i < list->count; i++) {
			put_cluster(out, of_cluster[m].name, &list->cluster[i]);
			fprintf(out, "} %s\n",
				of_cluster[m].value(&list->cluster[i]));
		}
	}
}

static const char *node_self(const struct node *node)
{
	return number(node->self);
}

static const char *node_agrees(const struct node *node)
{
	return number(node->self || node->agrees);
}

static const char *node_weight(const struct node *node)
{
	return number(node->weight);
}

static const char *node_target(const struct node *node)
{
	return number(node->target);
}

static const char *node_claims(const struct node *node)
{
	return number(node->claims);
}

static const char *node_heard(const struct node *node)
{
	snprintf(value, sizeof(value), "%u.%03u", node->heard_ago_ms / 1000,
		 node->heard_ago_ms % 1000);
	return node->heard ? value : NULL;
}

static const char *node_sessions(const struct node *node)
{
	return node->has_report ? number(node->sessions) : NULL;
}

static const char *node_taken(const struct node *node)
{
	return node->has_report ? number(node->taken) : NULL;
}

static const char *node_passed(const struct node *node)
{
	return node->has_report ? number(node->passed) : NULL;
}

static const struct {
	const char *name;
	const char *type;
	const char *help;
	const char *(*value)(const struct node *node);
} of_node[] = {
	{ "lnlb_node_self", "gauge", "1 for this node", node_self },
	{ "lnlb_node_agrees", "gauge",
	  "1 if the node sees the cluster as this node does", node_agrees },
	{ "lnlb_node_weight", "gauge",
	  "Weight of the node, the higher the less traffic", node_weight },
	{ "lnlb_node_target_buckets", "gauge",
	  "Buckets that are to be the node's own", node_target },
	{ "lnlb_node_claimed_buckets", "gauge",
	  "Buckets that the node claims", node_claims },
	{ "lnlb_node_heard_seconds", "gauge",
	  "Time since the node was heard; not for this node", node_heard },
	{ "lnlb_node_sessions", "gauge",
	  "Sessions bound to the node, as it says", node_sessions },
	{ "lnlb_node_taken_packets_total", "counter",
	  "Packets that the node took, as it says", node_taken },
	{ "lnlb_node_passed_packets_total", "counter",
	  "Packets that the node left to others, as it says", node_passed },
};

static void put_of_nodes(FILE *out, const struct cluster *cluster,
			 unsigned int m)
{
	const char *text;
	unsigned int n;

	for (n = 0; n < cluster->node_count; n++) {
		text = of_node[m].value(&cluster->node[n]);
		if (!text)
			continue;
		put_node(out, of_node[m].name, cluster, &cluster->node[n]);
		fprintf(out, "} %s\n", text);
	}
}

static void put_of_node(FILE *out, const struct cluster_list *list)
{
	unsigned int m;
	size_t i;

	for (m = 0; m < sizeof(of_node) / sizeof(of_node[0]); m++) {
		put_head(out, of_node[m].name, of_node[m].type,
			 of_node[m].help);
		for (i = 0; i < list->count; i++)
			put_of_nodes(out, &list->cluster[i], m);
	}
}

static void put_stats(FILE *out, const struct cluster_list *list)
{
	unsigned int stat;
	char name[64];
	size_t i;

	for (stat = 0; stat < lnlb_stat_words.count; stat++) {
		if (!lnlb_stat_words.word[stat])
			continue;
		snprintf(name, sizeof(name), "lnlb_%s_total",
			 lnlb_stat_words.word[stat]);
		put_head(out, name, "counter", stat_text(stat));
		for (i = 0; i < list->count; i++) {
			put_cluster(out, name, &list->cluster[i]);
			put_value(out, list->cluster[i].stat[stat]);
		}
	}
}

static void put_rejects(FILE *out, const struct cluster_list *list)
{
	const char *name = "lnlb_rejected_frames_total";
	const struct cluster *cluster;
	const struct reject *reject;
	unsigned int r;
	size_t i;

	put_head(out, name, "counter",
		 "Frames that were refused and looked at, by reason");
	for (i = 0; i < list->count; i++) {
		cluster = &list->cluster[i];
		for (r = 0; r < cluster->reject_count; r++) {
			reject = &cluster->reject[r];
			put_cluster(out, name, cluster);
			fputc(',', out);
			put_label(out, "reason", lnlb_word(&lnlb_reject_words,
							   reject->kind));
			put_value(out, reject->frames);
		}
	}
}

void metrics_print(FILE *out, const struct cluster_list *list)
{
	put_head(out, "lnlb_clusters", "gauge", "Clusters that there are");
	fprintf(out, "lnlb_clusters %zu\n", list->count);
	put_infos(out, list);
	put_states(out, list);
	put_of_cluster(out, list);
	put_node_states(out, list);
	put_of_node(out, list);
	put_rejects(out, list);
	put_stats(out, list);
}
