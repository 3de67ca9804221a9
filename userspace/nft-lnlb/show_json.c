// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>

#include "json.h"
#include "show.h"

static struct json_object *json_bits(const struct lnlb_words *words,
				     unsigned int value)
{
	struct json_object *array = json_object_new_array();
	unsigned int bit;

	for (bit = 0; bit < words->count; bit++)
		if (value & 1u << bit)
			json_object_array_add(array, json_object_new_string(
						      words->word[bit]));
	return array;
}

/* 0 is none of the values that these can have */
static void json_put_uint_or_null(struct json_object *obj, const char *key,
				  uint32_t value)
{
	if (value)
		json_put_uint(obj, key, value);
	else
		json_object_object_add(obj, key, NULL);
}

static void json_put_known(struct json_object *obj, const char *key,
			   bool known, uint64_t value)
{
	if (known)
		json_put_uint(obj, key, value);
	else
		json_object_object_add(obj, key, NULL);
}

static void json_put_key_id(struct json_object *obj, const char *name,
			    bool has_key, uint16_t id)
{
	char text[5];

	snprintf(text, sizeof(text), "%04x", id);
	json_put_string(obj, name, has_key ? text : NULL);
}

static struct json_object *json_keys(const struct cluster *cluster)
{
	struct json_object *array = json_object_new_array(), *obj;
	const struct key *key;
	unsigned int i;

	for (i = 0; i < cluster->key_count; i++) {
		key = &cluster->key[i];
		obj = json_object_new_object();
		json_put_word(obj, "use", &lnlb_key_use_words, key->use);
		json_put_string(obj, "description", key->desc);
		json_put_key_id(obj, "id", true, key->id);
		json_put_word(obj, "state", &lnlb_key_state_words, key->state);
		json_object_array_add(array, obj);
	}
	return array;
}

static struct json_object *json_rejects(const struct cluster *cluster)
{
	struct json_object *array = json_object_new_array(), *obj;
	const struct reject *reject;
	unsigned int i;

	for (i = 0; i < cluster->reject_count; i++) {
		reject = &cluster->reject[i];
		obj = json_object_new_object();
		json_put_word(obj, "reject", &lnlb_reject_words, reject->kind);
		json_put_mac(obj, "node", reject->node);
		if (reject->kind == LNLB_REJECT_VERSION)
			json_put_uint(obj, "version", reject->version);
		json_put_uint(obj, "frames", reject->frames);
		json_put_uint(obj, "ago_ms", reject->ago_ms);
		json_put_string(obj, "cause", reject->cause);
		json_object_array_add(array, obj);
	}
	return array;
}

static struct json_object *json_node(const struct node *node)
{
	struct json_object *obj = json_object_new_object();

	json_put_mac(obj, "id", node->id);
	json_put_bool(obj, "self", node->self);
	json_put_word(obj, "state", &lnlb_state_words, node->state);
	json_put_uint(obj, "weight", node->weight);
	json_put_word(obj, "weight_source", &lnlb_weight_source_words,
		      node->weight_source);
	json_put_uint(obj, "target", node->target);
	json_put_uint(obj, "claims", node->claims);
	json_put_known(obj, "heard_ago_ms", node->heard, node->heard_ago_ms);
	json_put_bool(obj, "agrees", node->self || node->agrees);
	json_put_key_id(obj, "key_id", node->has_key, node->key_id);
	json_put_known(obj, "sessions", node->has_report, node->sessions);
	json_put_known(obj, "taken", node->has_report, node->taken);
	json_put_known(obj, "passed", node->has_report, node->passed);
	json_put_known(obj, "clock_ms", node->has_report, node->clock_ms);
	return obj;
}

static struct json_object *json_nodes(const struct cluster *cluster)
{
	struct json_object *array = json_object_new_array();
	unsigned int i;

	for (i = 0; i < cluster->node_count; i++)
		json_object_array_add(array, json_node(&cluster->node[i]));
	return array;
}

static struct json_object *json_stats(const struct cluster *cluster)
{
	struct json_object *obj = json_object_new_object();
	unsigned int i;

	for (i = 0; i < lnlb_stat_words.count; i++)
		if (lnlb_stat_words.word[i])
			json_put_uint(obj, lnlb_stat_words.word[i],
				      cluster->stat[i]);
	return obj;
}

static void json_put_config(struct json_object *obj,
			    const struct cluster *cluster)
{
	char addr[LNLB_ADDR_STRLEN];

	json_put_string(obj, "name", cluster->name);
	json_put_string(obj, "address",
			lnlb_format_addr(&cluster->addr, addr));
	json_put_string(obj, "device", cluster->dev[0] ? cluster->dev : NULL);
	json_put_uint_or_null(obj, "ifindex", cluster->ifindex);
	json_put_mac(obj, "mac", cluster->mac);
	json_put_word(obj, "mode", &lnlb_mode_words, cluster->mode);
	json_put_word(obj, "affinity", &lnlb_affinity_words,
		      cluster->affinity);
	json_put_uint_or_null(obj, "affinity_len", cluster->affinity_len);
	json_put_uint_or_null(obj, "timeout", cluster->timeout);
	json_put_word(obj, "weight_source", &lnlb_weight_source_words,
		      cluster->weight_source);
	json_put_uint(obj, "weight", cluster->weight);
}

static struct json_object *json_cluster(const struct cluster *cluster)
{
	struct json_object *obj = json_object_new_object();
	char digest[17];

	json_put_config(obj, cluster);
	json_put_word(obj, "state", &lnlb_state_words, cluster->state);
	json_object_object_add(obj, "doors", json_bits(&lnlb_door_words,
						       cluster->doors));
	json_object_object_add(obj, "flags", json_bits(&lnlb_flag_words,
						       cluster->flags));
	/* a number of 64 bits does not survive every reader of JSON */
	snprintf(digest, sizeof(digest), "%016" PRIx64, cluster->digest);
	json_put_string(obj, "digest", digest);
	json_put_uint(obj, "buckets", cluster->buckets);
	json_put_uint(obj, "sessions", cluster->sessions);
	json_put_uint(obj, "sessions_foreign", cluster->sessions_foreign);
	json_put_string(obj, "tracker",
			cluster->tracker[0] ? cluster->tracker : NULL);
	json_put_word(obj, "xdp", &lnlb_xdp_words, cluster->xdp);
	json_object_object_add(obj, "nodes", json_nodes(cluster));
	json_put_bool(obj, "permissive", cluster->permissive);
	json_object_object_add(obj, "keys", json_keys(cluster));
	json_object_object_add(obj, "rejects", json_rejects(cluster));
	json_object_object_add(obj, "stats", json_stats(cluster));
	return obj;
}

static int print_all(const struct cluster_list *list,
		     struct json_object *(*make)(const struct cluster *cluster))
{
	struct json_object *array = json_object_new_array();
	size_t i;

	for (i = 0; i < list->count; i++)
		json_object_array_add(array, make(&list->cluster[i]));
	return json_print(array, JSON_C_TO_STRING_PRETTY);
}

int show_json(const struct cluster_list *list)
{
	return print_all(list, json_cluster);
}

static struct json_object *json_only_nodes(const struct cluster *cluster)
{
	struct json_object *obj = json_object_new_object();

	json_put_string(obj, "name", cluster->name);
	json_object_object_add(obj, "nodes", json_nodes(cluster));
	return obj;
}

int show_nodes_json(const struct cluster_list *list)
{
	return print_all(list, json_only_nodes);
}

static struct json_object *json_only_stats(const struct cluster *cluster)
{
	struct json_object *obj = json_object_new_object();

	json_put_string(obj, "name", cluster->name);
	json_object_object_add(obj, "stats", json_stats(cluster));
	return obj;
}

int show_stats_json(const struct cluster_list *list)
{
	return print_all(list, json_only_stats);
}
