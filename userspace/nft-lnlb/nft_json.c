// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>

#include <jansson.h>

#include "nft_carrier.h"
#include "nft_json.h"
#include "nft_util.h"

static void set_string(json_t *object, const char *key, const char *value)
{
	json_object_set_new(object, key, json_string(value));
}

static json_t *affinity_json(const struct lnlb_stmt *stmt, unsigned int attr,
			     uint32_t affinity, uint32_t len)
{
	const char *word = lnlb_word(&lnlb_affinity_words, affinity);

	if (lnlb_stmt_has(stmt, lnlb_stmt_length(attr)))
		return json_pack("{s:i}", word, (int)len);
	return json_string(word);
}

static json_t *weight_json(const struct lnlb_stmt *stmt)
{
	if (lnlb_stmt_has(stmt, NFTA_LNLB_WEIGHT))
		return json_integer(stmt->weight);
	if (stmt->weight_source == LNLB_WEIGHT_LOADAVG)
		return json_string("auto");
	return json_string(lnlb_word(&lnlb_weight_source_words,
				     stmt->weight_source));
}

char *lnlb_json_format(const struct lnlb_stmt *stmt)
{
	char addr[LNLB_ADDR_STRLEN], mac[LNLB_MAC_STRLEN], *text;
	json_t *root, *object = json_object();

	set_string(object, "cluster", lnlb_format_addr(&stmt->addr, addr));
	if (lnlb_stmt_has(stmt, NFTA_LNLB_DEV))
		set_string(object, "dev", stmt->dev);
	if (lnlb_stmt_has(stmt, NFTA_LNLB_WEIGHT_SOURCE))
		json_object_set_new(object, "weight", weight_json(stmt));
	if (lnlb_stmt_has(stmt, NFTA_LNLB_AFFINITY))
		json_object_set_new(object, "affinity",
				    affinity_json(stmt, NFTA_LNLB_AFFINITY,
						  stmt->affinity,
						  stmt->affinity_len));
	if (lnlb_stmt_has(stmt, NFTA_LNLB_POLICY))
		json_object_set_new(object, "policy",
				    affinity_json(stmt, NFTA_LNLB_POLICY,
						  stmt->policy,
						  stmt->policy_len));
	if (lnlb_stmt_has(stmt, NFTA_LNLB_TIMEOUT))
		json_object_set_new(object, "timeout",
				    json_integer(stmt->timeout));
	if (lnlb_stmt_has(stmt, NFTA_LNLB_MODE))
		set_string(object, "mode",
			   lnlb_word(&lnlb_mode_words, stmt->mode));
	if (lnlb_stmt_has(stmt, NFTA_LNLB_MAC))
		set_string(object, "mac", lnlb_format_mac(stmt->mac, mac));
	if (lnlb_stmt_has(stmt, NFTA_LNLB_KEY))
		set_string(object, "key", stmt->key);
	if (lnlb_stmt_has(stmt, NFTA_LNLB_KEY_NEXT))
		set_string(object, "next", stmt->next);
	if (lnlb_stmt_has(stmt, NFTA_LNLB_PERMISSIVE))
		json_object_set_new(object, "permissive", json_true());
	if (lnlb_stmt_has(stmt, NFTA_LNLB_HASH))
		set_string(object, "hash", stmt->hash);
	root = json_pack("{s:o}", "lnlb", object);
	text = json_dumps(root, 0);
	json_decref(root);
	return text;
}

/* false is the same as nothing */
static int set_flag(struct lnlb_stmt *stmt, unsigned int attr,
		    const json_t *value, char *err)
{
	if (json_is_true(value))
		return lnlb_stmt_set(stmt, attr, "", err);
	if (json_is_false(value))
		return 0;
	snprintf(err, LNLB_STMT_ERRLEN, "expected true or false");
	return -EINVAL;
}

static int set_value(struct lnlb_stmt *stmt, unsigned int attr,
		     const json_t *value, char *err)
{
	char number[24];

	if (attr == NFTA_LNLB_PERMISSIVE)
		return set_flag(stmt, attr, value, err);
	if (json_is_integer(value)) {
		snprintf(number, sizeof(number), "%lld",
			 (long long)json_integer_value(value));
		return lnlb_stmt_set(stmt, attr, number, err);
	}
	if (json_is_string(value))
		return lnlb_stmt_set(stmt, attr, json_string_value(value), err);
	snprintf(err, LNLB_STMT_ERRLEN, "expected a string or a number");
	return -EINVAL;
}

static int set_affinity(struct lnlb_stmt *stmt, unsigned int attr,
			json_t *value, char *err)
{
	json_t *len = json_object_get(value, "network");

	if (!len || json_object_size(value) != 1)
		return set_value(stmt, attr, value, err);
	if (lnlb_stmt_set(stmt, attr, "network", err))
		return -EINVAL;
	return set_value(stmt, lnlb_stmt_length(attr), len, err);
}

static int read_statement(json_t *object, struct lnlb_stmt *stmt, char *err)
{
	char reason[LNLB_STMT_ERRLEN] = "unknown, expected cluster, dev, "
		"weight, affinity, policy, timeout, mode, mac, key, next, permissive or hash";
	unsigned int attr;
	const char *key;
	json_t *value;
	int failed;

	memset(stmt, 0, sizeof(*stmt));
	json_object_foreach(object, key, value) {
		attr = strcmp(key, "cluster") ?
		       lnlb_stmt_param(key, strlen(key)) : NFTA_LNLB_ADDR;
		if (!attr)
			failed = -EINVAL;
		else if (lnlb_stmt_length(attr))
			failed = set_affinity(stmt, attr, value, reason);
		else
			failed = set_value(stmt, attr, value, reason);
		if (failed) {
			snprintf(err, LNLB_STMT_ERRLEN, "%.32s: %.150s", key,
				 reason);
			return -EINVAL;
		}
	}
	return lnlb_stmt_check(stmt, err);
}

/* Return: the carrier, NULL if @object is no statement, or a wrong one. */
static json_t *carrier(json_t *object, bool say)
{
	json_t *statement = json_object_get(object, "lnlb");
	char marker[LNLB_MARKER_LEN], err[LNLB_STMT_ERRLEN];
	struct lnlb_stmt stmt;

	if (!statement || json_object_size(object) != 1)
		return NULL;
	snprintf(err, sizeof(err), "expected an object");
	if (!json_is_object(statement) ||
	    read_statement(statement, &stmt, err)) {
		if (say)
			fprintf(stderr, "Error: lnlb: %s\n", err);
		return NULL;
	}
	lnlb_marker_write(lnlb_entry_for(&stmt)->id, marker);
	return json_pack("{s:{s:s}}", "log", "prefix", marker);
}

static bool swap_list(json_t *list, bool say)
{
	bool swapped = false;
	json_t *object;
	size_t i;

	json_array_foreach(list, i, object) {
		object = carrier(object, say);
		if (!object)
			continue;
		json_array_set_new(list, i, object);
		swapped = true;
	}
	return swapped;
}

/* A statement stands in the list "expr" of a "rule", wherever that stands. */
static bool swap_rules(json_t *value, bool say)
{
	bool swapped = false;
	const char *key;
	json_t *child;
	size_t i;

	json_array_foreach(value, i, child)
		swapped |= swap_rules(child, say);
	json_object_foreach(value, key, child) {
		if (!strcmp(key, "rule"))
			swapped |= swap_list(json_object_get(child, "expr"),
					     say);
		else
			swapped |= swap_rules(child, say);
	}
	return swapped;
}

char *lnlb_json_swap(const char *text, size_t len, bool say)
{
	char *result = NULL;
	json_t *root;

	if (!memmem(text, len, "\"lnlb\"", 6))
		return NULL;
	root = json_loadb(text, len, 0, NULL);
	if (!root)
		return NULL;
	if (swap_rules(root, say))
		result = json_dumps(root, 0);
	json_decref(root);
	return result;
}

char *lnlb_json_read(FILE *file)
{
	json_t *root = json_loadf(file, 0, NULL);
	char *text;

	if (!root)
		return NULL;
	text = json_dumps(root, 0);
	json_decref(root);
	return text;
}
