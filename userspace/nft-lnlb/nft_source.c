// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "nft_carrier.h"
#include "nft_scan.h"
#include "nft_source.h"
#include "nft_util.h"

/* a log prefix has at most 127 characters */
#define FILL_MAX	100

static struct lnlb_source *sources;

/* Where the line goes on in the next one: that has to stay as it is. */
static bool continuation(const char *text, size_t len, size_t i)
{
	if (text[i] == '\\')
		return i + 1 < len && text[i + 1] == '\n';
	return text[i] == '\n';
}

/* Put @piece into the blanks of @text, from *pos on, within one line. */
static bool place(char *text, size_t len, size_t *pos, const char *piece)
{
	size_t i, start = *pos, want = strlen(piece);

	for (i = start; i < len && i - start < want; i++)
		if (continuation(text, len, i))
			start = i + 1;
	if (i - start < want)
		return false;
	memcpy(text + start, piece, want);
	*pos = start + want;
	return true;
}

/*
 * nft looks at each blank for far longer than at a letter of a string: those at
 * @pos, behind a carrier without values, go into its string.
 */
static void fill(char *text, size_t len, size_t pos)
{
	size_t n = 0;

	while (pos + n < len && n < FILL_MAX && text[pos + n] == ' ')
		n++;
	memset(text + pos - 1, '-', n);
	text[pos - 1 + n] = '"';
}

/*
 * Words that libnftables tells apart without a blank between them. What is not
 * broken over lines gets them in one piece: error messages show it like that.
 */
static bool place_carrier(char *text, size_t len, const char *quoted,
			  bool filled)
{
	char *blank = lnlb_memdup(text, len);
	size_t pos = 0;
	bool done;

	done = place(text, len, &pos, "log ") &&
	       place(text, len, &pos, "prefix") &&
	       place(text, len, &pos, quoted);
	if (!done)
		memcpy(text, blank, len);
	else if (filled)
		fill(text, len, pos);
	free(blank);
	return done;
}

/* The string of a carrier: marker, and variables that are to be expanded */
static char *quote(const struct lnlb_entry *entry)
{
	char marker[LNLB_MARKER_LEN], *text;
	const struct lnlb_var *var;
	size_t used, size;
	unsigned int i;

	size = LNLB_MARKER_LEN + entry->key_len + LNLB_VARS_MAX + 3;
	text = lnlb_calloc(1, size);
	used = snprintf(text, size, "\"%s",
			lnlb_marker_write(entry->id, marker));
	for (i = 0; i < entry->num_vars; i++) {
		var = &entry->vars[i];
		if (i)
			text[used++] = LNLB_VALUE_SEPARATOR;
		memcpy(text + used, entry->key + var->offset, var->len);
		used += var->len;
	}
	text[used] = '"';
	return text;
}

/*
 * Return: what takes the place of the statement, of the same length in each of
 * its lines; an end of line in it belongs to a string, which is wrong then.
 * Where that is too short (many variables, or hundreds of different statements)
 * the first line gets longer: lnlb_source_typed_offset().
 */
static char *render(const struct lnlb_entry *entry)
{
	char marker[LNLB_MARKER_LEN], *quoted, *text, *longer;
	size_t i, pos = 0, len = entry->key_len;

	text = lnlb_memdup(entry->key, len);
	for (i = 0; i < len; i++) {
		if (continuation(text, len, i) && text[i] == '\\')
			i++;
		else if (text[i] != '\t' && text[i] != '\n')
			text[i] = ' ';
	}
	if (entry->error) {
		place(text, len, &pos, lnlb_marker_write(entry->id, marker));
		return text;
	}
	quoted = quote(entry);
	if (!place_carrier(text, len, quoted, !entry->num_vars)) {
		for (pos = 0; pos < len && !continuation(text, len, pos);)
			pos++;
		longer = lnlb_calloc(1, strlen(quoted) + len + 12);
		sprintf(longer, "log prefix%s%s", quoted, text + pos);
		free(text);
		text = longer;
	}
	free(quoted);
	return text;
}

static void append(struct lnlb_source *source, size_t *size, const char *text,
		   size_t len)
{
	if (source->swapped_len + len >= *size) {
		*size = (source->swapped_len + len) * 2 + 1;
		source->swapped = lnlb_realloc(source->swapped, *size);
	}
	memcpy(source->swapped + source->swapped_len, text, len);
	source->swapped_len += len;
	source->swapped[source->swapped_len] = '\0';
}

static void found(void *arg, size_t start, size_t end,
		  const struct lnlb_entry *entry)
{
	struct lnlb_source *source = arg;
	struct lnlb_spot *spot;
	size_t n = source->num_spots;

	if (!entry) {
		source->names = lnlb_realloc(source->names,
					     (source->num_names + 1) *
					     sizeof(*source->names));
		source->names[source->num_names++] = start;
		return;
	}
	/* grown at each power of two */
	if (!(n & (n - 1)))
		source->spots = lnlb_realloc(source->spots, (n + 1) * 2 *
					     sizeof(*source->spots));
	spot = &source->spots[source->num_spots++];
	spot->from = start;
	spot->end = end;
	spot->entry = entry;
}

static void swap(struct lnlb_source *source)
{
	const struct lnlb_entry *rendered = NULL;
	size_t i, size = 0, pos = 0;
	struct lnlb_spot *spot;
	char *carrier = NULL;

	for (i = 0; i < source->num_spots; i++) {
		spot = &source->spots[i];
		append(source, &size, source->typed + pos, spot->from - pos);
		if (spot->entry != rendered) {
			free(carrier);
			carrier = render(spot->entry);
			rendered = spot->entry;
		}
		spot->swapped_from = source->swapped_len;
		append(source, &size, carrier, strlen(carrier));
		spot->swapped_end = source->swapped_len;
		pos = spot->end;
	}
	free(carrier);
	append(source, &size, source->typed + pos, source->typed_len - pos);
}

static void source_free(struct lnlb_source *source)
{
	free(source->name);
	free(source->typed);
	free(source->swapped);
	free(source->spots);
	free(source->names);
	free(source);
}

static void forget(const char *name)
{
	struct lnlb_source **link, *source;

	for (link = &sources; *link; link = &(*link)->next) {
		if (strcmp((*link)->name, name))
			continue;
		source = *link;
		*link = source->next;
		source_free(source);
		return;
	}
}

const struct lnlb_source *lnlb_source_swap(const char *name, const char *text,
					   size_t len)
{
	struct lnlb_source *source;

	/* Most texts have neither, and are not looked at any closer. */
	if (!memmem(text, len, "lnlb", 4)) {
		if (memmem(text, len, "define", 6))
			lnlb_scan(text, len, NULL, NULL);
		return NULL;
	}
	source = lnlb_calloc(1, sizeof(*source));
	lnlb_scan(text, len, found, source);
	forget(name);
	/* then nft knows best what to say of it */
	if (!source->num_spots && !source->num_names) {
		source_free(source);
		return NULL;
	}
	source->name = lnlb_memdup(name, strlen(name));
	source->typed = lnlb_memdup(text, len);
	source->typed_len = len;
	swap(source);
	source->next = sources;
	sources = source;
	return source;
}

const struct lnlb_source *lnlb_source_find(const char *name, size_t len)
{
	const struct lnlb_source *source;

	for (source = sources; source; source = source->next)
		if (strlen(source->name) == len &&
		    !memcmp(source->name, name, len))
			return source;
	return NULL;
}

size_t lnlb_source_typed_offset(const struct lnlb_source *source, size_t offset)
{
	const struct lnlb_spot *spot, *last = NULL;
	size_t i;

	for (i = 0; i < source->num_spots; i++) {
		spot = &source->spots[i];
		if (spot->swapped_from > offset)
			break;
		last = spot;
	}
	if (!last)
		return offset;
	if (offset >= last->swapped_end)
		return last->end + (offset - last->swapped_end);
	/* what a carrier has too much is in its first line */
	if (last->swapped_end - offset > last->end - last->from)
		return last->from;
	return last->end - (last->swapped_end - offset);
}

void lnlb_source_forget(void)
{
	while (sources)
		forget(sources->name);
}
