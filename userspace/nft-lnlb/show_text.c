// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdio.h>

#include "show.h"
#include "stat_text.h"

static const char *affinity(const struct cluster *cluster, char *buf,
			    size_t size)
{
	const char *word = lnlb_word(&lnlb_affinity_words, cluster->affinity);

	if (cluster->affinity == LNLB_AFFINITY_NETWORK)
		snprintf(buf, size, "%s %u", word, cluster->affinity_len);
	else
		snprintf(buf, size, "%s", word);
	return buf;
}

static void show_cluster(const struct cluster *cluster)
{
	char addr[LNLB_ADDR_STRLEN], mac[LNLB_MAC_STRLEN];
	char time[LNLB_TIME_STRLEN], key[32];
	unsigned int bit;

	printf("%s: %s on %s, %s %s, %s\n", cluster->name,
	       lnlb_format_addr(&cluster->addr, addr),
	       cluster->dev[0] ? cluster->dev : "no device",
	       lnlb_word(&lnlb_mode_words, cluster->mode),
	       lnlb_format_mac(cluster->mac, mac),
	       lnlb_word(&lnlb_state_words, cluster->state));
	printf("  weight %u (%s), affinity %s, timeout %s, tracker %s\n",
	       cluster->weight,
	       lnlb_word(&lnlb_weight_source_words, cluster->weight_source),
	       affinity(cluster, key, sizeof(key)),
	       cluster->timeout ? lnlb_format_time(cluster->timeout, time) :
				  "default",
	       cluster->tracker[0] ? cluster->tracker : "none");
	printf("  sessions: %" PRIu64 " here, %" PRIu64 " with other nodes; held by",
	       cluster->sessions, cluster->sessions_foreign);
	for (bit = 0; bit < lnlb_door_words.count; bit++)
		if (cluster->doors & 1u << bit)
			printf(" %s", lnlb_word(&lnlb_door_words, bit));
	if (cluster->xdp != LNLB_XDP_OFF)
		printf("; XDP %s", lnlb_word(&lnlb_xdp_words, cluster->xdp));
	putchar('\n');
}

static void show_keys(const struct cluster *cluster)
{
	const struct key *key;
	unsigned int i;

	for (i = 0; i < cluster->key_count; i++) {
		key = &cluster->key[i];
		printf("  %s %s, id %04x, %s%s\n",
		       lnlb_word(&lnlb_key_use_words, key->use), key->desc,
		       key->id, lnlb_word(&lnlb_key_state_words, key->state),
		       key->use == LNLB_KEY_SIGN && cluster->permissive ?
		       ", permissive" : "");
	}
}

static void show_rejects(const struct cluster *cluster)
{
	const struct reject *reject;
	char mac[LNLB_MAC_STRLEN];
	unsigned int i;

	for (i = 0; i < cluster->reject_count; i++) {
		reject = &cluster->reject[i];
		printf("  %s %s: %s", reject->kind == LNLB_REJECT_TIMERS ?
		       "differs" : "rejected",
		       lnlb_format_mac(reject->node, mac), reject->cause);
		if (reject->kind == LNLB_REJECT_VERSION)
			printf(" (%u)", reject->version);
		printf(", %" PRIu64 " times, %.1f s ago\n", reject->frames,
		       reject->ago_ms / 1000.0);
	}
}

static void show_node(const struct cluster *cluster, const struct node *node)
{
	char mac[LNLB_MAC_STRLEN];
	double share = 0;

	if (cluster->buckets)
		share = 100.0 * node->target / cluster->buckets;
	printf("  %s %-4s %-9s %6u %-11s %5.1f %% %6u",
	       lnlb_format_mac(node->id, mac), node->self ? "self" : "",
	       lnlb_word(&lnlb_state_words, node->state), node->weight,
	       lnlb_word(&lnlb_weight_source_words, node->weight_source),
	       share, node->claims);
	if (node->has_key)
		printf("  %04x", node->key_id);
	else
		printf("  %4s", "-");
	if (node->heard)
		printf("  %-5s %.1f s ago", node->agrees ? "same" : "other",
		       node->heard_ago_ms / 1000.0);
	putchar('\n');
}

static void show_nodes(const struct cluster *cluster)
{
	unsigned int n;

	printf("  %-17s %-4s %-9s %6s %-11s %7s %6s  %-4s  %-5s %s\n",
	       "NODE", "", "STATE", "WEIGHT", "SOURCE", "SHARE", "CLAIMS",
	       "KEY", "VIEW", "HEARD");
	for (n = 0; n < cluster->node_count; n++)
		show_node(cluster, &cluster->node[n]);
}

/* @show each, with an empty line between two */
static void show_all(const struct cluster_list *list,
		     void (*show)(const struct cluster *cluster))
{
	size_t i;

	if (!list->count)
		fputs("no clusters; create one: lnlbctl addif ADDR DEV\n",
		      stderr);
	for (i = 0; i < list->count; i++) {
		if (i)
			putchar('\n');
		show(&list->cluster[i]);
	}
}

static void show_everything(const struct cluster *cluster)
{
	show_cluster(cluster);
	show_keys(cluster);
	show_nodes(cluster);
	show_rejects(cluster);
}

void show_text(const struct cluster_list *list)
{
	show_all(list, show_everything);
}

static void show_only_nodes(const struct cluster *cluster)
{
	printf("%s: %u nodes\n", cluster->name, cluster->node_count);
	show_nodes(cluster);
}

void show_nodes_text(const struct cluster_list *list)
{
	show_all(list, show_only_nodes);
}

static void show_only_stats(const struct cluster *cluster)
{
	unsigned int i;

	printf("%s:\n", cluster->name);
	for (i = 0; i < lnlb_stat_words.count; i++)
		if (lnlb_stat_words.word[i])
			printf("  %-20s %12" PRIu64 "  %s\n",
			       lnlb_stat_words.word[i], cluster->stat[i],
			       stat_text(i));
}

void show_stats_text(const struct cluster_list *list)
{
	show_all(list, show_only_stats);
}
