// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nft_carrier.h"
#include "nft_util.h"

#define HASH_SIZE	4096

static struct lnlb_entry *buckets[HASH_SIZE];
static struct lnlb_entry **entries;
static unsigned int num_entries;

/*
 * Digits of a marker. Not among them: 0, what flex and people take for white
 * space, and \b, which JSON writes in another way than the rest.
 */
static const char digits[] = "\x01\x02\x03\x04\x05\x06\x07"
	"\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f";
#define BASE	(sizeof(digits) - 1)

bool lnlb_marker_char(unsigned char c)
{
	return c && c < ' ' && memchr(digits, c, BASE);
}

/*
 * Numbers without a zero: with BASE digits the first BASE entries take one
 * character, which is what fits in the place of the shortest statement.
 */
const char *lnlb_marker_write(unsigned int id, char buf[LNLB_MARKER_LEN])
{
	char reversed[LNLB_MARKER_LEN];
	int i, len = 0;

	for (id++; id; id = (id - 1) / BASE)
		reversed[len++] = digits[(id - 1) % BASE];
	for (i = 0; i < len; i++)
		buf[i] = reversed[len - 1 - i];
	buf[len] = '\0';
	return buf;
}

const struct lnlb_entry *lnlb_marker_read(const char **text)
{
	unsigned int id = 0, len = 0;
	const char *p;

	for (p = *text; lnlb_marker_char(*p); p++, len++)
		if (len < LNLB_MARKER_LEN - 2)
			id = id * BASE + (strchr(digits, *p) - digits) + 1;
	*text = p;
	if (!len || len >= LNLB_MARKER_LEN - 1 || id > num_entries)
		return NULL;
	return entries[id - 1];
}

static unsigned int hash(const char *key, size_t len, bool typed)
{
	unsigned int h = 2166136261u + typed;

	while (len--)
		h = (h ^ (unsigned char)*key++) * 16777619u;
	return h % HASH_SIZE;
}

static struct lnlb_entry *entry_new(struct lnlb_entry **bucket,
				    const char *key, size_t len, bool typed)
{
	struct lnlb_entry *entry = lnlb_calloc(1, sizeof(*entry));

	/* grown at each power of two */
	if (!(num_entries & (num_entries - 1)))
		entries = lnlb_realloc(entries, (num_entries + 1) * 2 *
				       sizeof(*entries));
	entry->id = num_entries;
	entry->key = lnlb_memdup(key, len);
	entry->key_len = len;
	entry->typed = typed;
	entry->next = *bucket;
	*bucket = entry;
	entries[num_entries++] = entry;
	return entry;
}

static bool has_key(const struct lnlb_entry *entry, const char *key, size_t len,
		    bool typed)
{
	return entry->typed == typed && entry->key_len == len &&
	       !memcmp(entry->key, key, len);
}

static bool same_meaning(const struct lnlb_entry *entry,
			 const struct lnlb_entry *draft)
{
	if (!entry->error != !draft->error ||
	    (entry->error && strcmp(entry->error, draft->error)))
		return false;
	return entry->num_vars == draft->num_vars &&
	       !memcmp(&entry->stmt, &draft->stmt, sizeof(entry->stmt));
}

const struct lnlb_entry *lnlb_entry_typed(const char *text, size_t len,
					  const struct lnlb_entry *draft)
{
	struct lnlb_entry **bucket = &buckets[hash(text, len, true)];
	struct lnlb_entry *entry;

	for (entry = *bucket; entry; entry = entry->next) {
		if (!has_key(entry, text, len, true) ||
		    !same_meaning(entry, draft))
			continue;
		free(draft->error);
		return entry;
	}
	entry = entry_new(bucket, text, len, true);
	entry->stmt = draft->stmt;
	memcpy(entry->vars, draft->vars, sizeof(entry->vars));
	entry->num_vars = draft->num_vars;
	entry->error = draft->error;
	entry->error_offset = draft->error_offset;
	entry->error_len = draft->error_len;
	return entry;
}

const struct lnlb_entry *lnlb_entry_for(const struct lnlb_stmt *stmt)
{
	struct lnlb_entry **bucket, *entry;
	char text[LNLB_STMT_STRLEN];
	size_t len;

	len = strlen(lnlb_stmt_format(stmt, text));
	bucket = &buckets[hash(text, len, false)];
	for (entry = *bucket; entry; entry = entry->next)
		if (has_key(entry, text, len, false))
			return entry;
	entry = entry_new(bucket, text, len, false);
	entry->stmt = *stmt;
	return entry;
}

int lnlb_entry_resolve(const struct lnlb_entry *entry, const char *values,
		       struct lnlb_stmt *stmt, char err[LNLB_STMT_ERRLEN])
{
	char word[LNLB_STMT_ERRLEN], reason[LNLB_STMT_ERRLEN];
	const struct lnlb_var *var;
	unsigned int i;
	size_t len;

	*stmt = entry->stmt;
	for (i = 0; i < entry->num_vars; i++) {
		var = &entry->vars[i];
		len = strcspn(values, (char[]){ LNLB_VALUE_SEPARATOR, 0 });
		snprintf(word, sizeof(word), "%.*s", (int)len, values);
		values += len + (values[len] != '\0');
		if (!lnlb_stmt_set(stmt, var->attr, word, reason))
			continue;
		snprintf(err, LNLB_STMT_ERRLEN, "%.*s: %.150s", (int)var->len,
			 entry->key + var->offset, reason);
		return -EINVAL;
	}
	return lnlb_stmt_check(stmt, err);
}
