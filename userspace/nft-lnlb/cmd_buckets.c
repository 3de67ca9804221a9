// SPDX-License-Identifier: GPL-2.0-only
/*
 * buckets: as ranges, since that is how people tell them.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buckets.h"
#include "json.h"
#include "lnlbctl.h"

#define LINE_WIDTH	78

typedef bool (*choice_t)(const struct buckets *buckets, unsigned int b,
			 int place);

static bool is_claimed(const struct buckets *buckets, unsigned int b, int place)
{
	return buckets->claims[b] == place;
}

static bool is_target(const struct buckets *buckets, unsigned int b, int place)
{
	return buckets->target[b] == place;
}

static bool is_to_come(const struct buckets *buckets, unsigned int b, int place)
{
	return is_target(buckets, b, place) && !is_claimed(buckets, b, place);
}

static bool is_to_go(const struct buckets *buckets, unsigned int b, int place)
{
	return is_claimed(buckets, b, place) && !is_target(buckets, b, place);
}

/* The next range from @from on; false if there is none. */
static bool next_range(const struct buckets *buckets, choice_t choice,
		       int place, unsigned int *from, unsigned int *to)
{
	unsigned int b = *from;

	while (b < buckets->count && !choice(buckets, b, place))
		b++;
	*from = b;
	while (b < buckets->count && choice(buckets, b, place))
		b++;
	*to = b - 1;
	return *from < b;
}

static void print_ranges(const struct buckets *buckets, const char *what,
			 choice_t choice, int place)
{
	unsigned int from = 0, to;
	int column = 0, len;
	char range[32];

	for (; next_range(buckets, choice, place, &from, &to); from = to + 1) {
		len = snprintf(range, sizeof(range),
			       from == to ? " %u" : " %u-%u", from, to);
		if (!column)
			column = printf("    %-8s", what);
		else if (column + len > LINE_WIDTH)
			column = printf("\n    %-8s", "") - 1;
		column += len;
		fputs(range, stdout);
	}
	if (column)
		putchar('\n');
}

static void print_node(const struct buckets *buckets, int place)
{
	const struct node *node = &buckets->of.node[place];
	char mac[LNLB_MAC_STRLEN];

	printf("  %s %s%s claims %u, is to own %u\n",
	       lnlb_format_mac(node->id, mac), node->self ? "self " : "",
	       lnlb_word(&lnlb_state_words, node->state), node->claims,
	       node->target);
	print_ranges(buckets, "claims", is_claimed, place);
	print_ranges(buckets, "to come", is_to_come, place);
	print_ranges(buckets, "to go", is_to_go, place);
}

static void print_text(const struct buckets *buckets)
{
	unsigned int i;

	printf("%s: %u buckets", buckets->of.name, buckets->count);
	if (!buckets->bound) {
		puts(", waiting for its device");
		return;
	}
	printf(", view %016" PRIx64 "\n", buckets->of.digest);
	for (i = 0; i < buckets->of.node_count; i++)
		print_node(buckets, i);
	print_ranges(buckets, "several", is_claimed, LNLB_BUCKET_SEVERAL);
	print_ranges(buckets, "nobody", is_claimed, LNLB_BUCKET_NOBODY);
}

static struct json_object *json_ranges(const struct buckets *buckets,
				       choice_t choice, int place)
{
	struct json_object *array = json_object_new_array(), *range;
	unsigned int from = 0, to;

	for (; next_range(buckets, choice, place, &from, &to); from = to + 1) {
		range = json_object_new_array();
		json_object_array_add(range, json_object_new_int(from));
		json_object_array_add(range, json_object_new_int(to));
		json_object_array_add(array, range);
	}
	return array;
}

static struct json_object *json_node(const struct buckets *buckets, int place)
{
	const struct node *node = &buckets->of.node[place];
	struct json_object *obj = json_object_new_object();

	json_put_mac(obj, "id", node->id);
	json_put_bool(obj, "self", node->self);
	json_put_word(obj, "state", &lnlb_state_words, node->state);
	json_object_object_add(obj, "target",
			       json_ranges(buckets, is_target, place));
	json_object_object_add(obj, "claims",
			       json_ranges(buckets, is_claimed, place));
	return obj;
}

static struct json_object *json_buckets(const struct buckets *buckets)
{
	struct json_object *obj = json_object_new_object();
	struct json_object *nodes = json_object_new_array();
	char digest[17];
	unsigned int i;

	json_put_string(obj, "name", buckets->of.name);
	json_put_uint(obj, "buckets", buckets->count);
	snprintf(digest, sizeof(digest), "%016" PRIx64, buckets->of.digest);
	json_put_string(obj, "digest", buckets->bound ? digest : NULL);
	for (i = 0; i < buckets->of.node_count; i++)
		json_object_array_add(nodes, json_node(buckets, i));
	json_object_object_add(obj, "nodes", nodes);
	json_object_object_add(obj, "several", !buckets->bound ? NULL :
			       json_ranges(buckets, is_claimed,
					   LNLB_BUCKET_SEVERAL));
	json_object_object_add(obj, "nobody", !buckets->bound ? NULL :
			       json_ranges(buckets, is_claimed,
					   LNLB_BUCKET_NOBODY));
	return obj;
}

/* @array NULL: as text */
static int show_one(struct genl *genl, const char *name,
		    struct json_object *array)
{
	static struct buckets buckets;
	int err;

	err = buckets_get(genl, name, &buckets);
	if (err)
		cluster_nl_error(genl, err, name,
				 "cannot show the buckets of");
	else if (array)
		json_object_array_add(array, json_buckets(&buckets));
	else
		print_text(&buckets);
	return err;
}

static int show_all(struct genl *genl, const char *name, bool json)
{
	struct json_object *array = json ? json_object_new_array() : NULL;
	struct cluster_list list;
	size_t i;
	int err;

	err = cluster_get_some(genl, name, &list, "cannot show");
	for (i = 0; !err && i < list.count; i++)
		err = show_one(genl, list.cluster[i].name, array);
	free(list.cluster);
	if (json && !err)
		return json_print(array, JSON_C_TO_STRING_PLAIN);
	json_object_put(array);
	return err;
}

int cmd_buckets(const struct ctl_args *args)
{
	const char *name = args->argc ? args->argv[0] : NULL;
	static struct genl genl;
	int err;

	if (name && !ctl_check_name(name))
		return CTL_USAGE;
	if (genl_open(&genl))
		return CTL_FAILED;
	err = show_all(&genl, name, args->json);
	genl_close(&genl);
	return err ? CTL_FAILED : CTL_OK;
}
