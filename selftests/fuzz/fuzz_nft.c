// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzz target: what nft-lnlb reads. The first byte says what follows: netlink
 * attributes of the statement if it is 0, else text in nft's language.
 */
#include <libmnl/libmnl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "../../userspace/nft-lnlb/nft_scan.h"
#include "../../userspace/nft-lnlb/nft_source.h"
/* entries live as long as the process; here they must not */
#include "../../userspace/nft-lnlb/nft_carrier.c"

#define ATTRS_MAX	2048

#define CHECK(cond) do { \
	if (!(cond)) { \
		fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, \
			#cond); \
		abort(); \
	} \
} while (0)

static void forget_entries(void)
{
	unsigned int i;

	for (i = 0; i < num_entries; i++) {
		free(entries[i]->key);
		free(entries[i]->error);
		free(entries[i]);
	}
	free(entries);
	entries = NULL;
	num_entries = 0;
	memset(buckets, 0, sizeof(buckets));
}

static size_t lines(const char *text, size_t len)
{
	size_t n = 0;

	while (len--)
		n += *text++ == '\n';
	return n;
}

static void again(void *arg, size_t start, size_t end,
		  const struct lnlb_entry *entry)
{
	const struct lnlb_entry **found = arg;

	CHECK(!*found && !start && end);
	*found = entry;
}

/* the canonical spelling means the same, and is spelt so itself */
static void check_statement(const struct lnlb_stmt *stmt)
{
	char text[LNLB_STMT_STRLEN], same[LNLB_STMT_STRLEN];
	const struct lnlb_entry *found = NULL;

	lnlb_stmt_format(stmt, text);
	CHECK(strlen(text) < sizeof(text) - 1);
	lnlb_scan(text, strlen(text), again, &found);
	CHECK(found && !found->error && !found->num_vars);
	CHECK(!strcmp(lnlb_stmt_format(&found->stmt, same), text));
}

static void check_spot(const struct lnlb_source *source,
		       const struct lnlb_spot *spot)
{
	const struct lnlb_entry *entry = spot->entry;

	CHECK(spot->from < spot->end && spot->end <= source->typed_len);
	CHECK(spot->swapped_from < spot->swapped_end);
	CHECK(spot->swapped_end <= source->swapped_len);
	CHECK(entry->num_vars <= LNLB_VARS_MAX);
	if (entry->error)
		CHECK(entry->error_offset + entry->error_len <=
		      source->typed_len - spot->from);
	else if (!entry->num_vars)
		check_statement(&entry->stmt);
}

static void read_text(const char *text, size_t len)
{
	const struct lnlb_source *source;
	size_t i, offset, last = 0;

	source = lnlb_source_swap("text", text, len);
	if (!source)
		return;
	CHECK(source == lnlb_source_find("text", 4));
	CHECK(source->typed_len == len && !memcmp(source->typed, text, len));
	CHECK(lines(source->typed, len) ==
	      lines(source->swapped, source->swapped_len));
	for (i = 0; i < source->num_spots; i++) {
		CHECK(!i || source->spots[i - 1].end <= source->spots[i].from);
		check_spot(source, &source->spots[i]);
	}
	for (i = 0; i < source->swapped_len; i++) {
		offset = lnlb_source_typed_offset(source, i);
		CHECK(offset >= last && offset <= len);
		last = offset;
	}
}

static void read_attrs(const uint8_t *data, size_t len)
{
	char text[LNLB_STMT_STRLEN], err[LNLB_STMT_ERRLEN];
	struct lnlb_stmt stmt;
	struct nlattr *nest;

	if (len > ATTRS_MAX)
		return;
	/* so that one byte too far is noticed */
	nest = malloc(MNL_ATTR_HDRLEN + len);
	CHECK(nest);
	nest->nla_type = NLA_F_NESTED;
	nest->nla_len = MNL_ATTR_HDRLEN + len;
	memcpy(nest + 1, data, len);
	if (!lnlb_stmt_get(nest, &stmt)) {
		lnlb_stmt_format(&stmt, text);
		CHECK(strlen(text) < sizeof(text) - 1);
		lnlb_stmt_check(&stmt, err);
	}
	free(nest);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	if (data[0])
		read_text((const char *)data + 1, size - 1);
	else
		read_attrs(data + 1, size - 1);
	lnlb_source_forget();
	forget_entries();
	return 0;
}
