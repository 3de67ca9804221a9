/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Texts whose statements were swapped for carriers, kept for as long as errors
 * about them may have to be shown.
 */
#ifndef LNLB_NFT_SOURCE_H
#define LNLB_NFT_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

struct lnlb_entry;

/* libnftables' name for a text that is not a file is not printed */
#define LNLB_SOURCE_CMDLINE	""

/**
 * struct lnlb_spot - where a statement was swapped
 * @from: offset in the typed text
 * @end: behind it in the typed text
 * @swapped_from: offset in the swapped text
 * @swapped_end: behind it in the swapped text
 * @entry: statement
 */
struct lnlb_spot {
	size_t from;
	size_t end;
	size_t swapped_from;
	size_t swapped_end;
	const struct lnlb_entry *entry;
};

/**
 * struct lnlb_source - a text
 * @next: another one
 * @name: as libnftables calls it
 * @typed: as somebody typed it
 * @typed_len: length of @typed
 * @swapped: as libnftables gets it
 * @swapped_len: length of @swapped
 * @spots: in order
 * @num_spots: how many
 * @names: offsets in the typed text of words "lnlb" that may be names
 * @num_names: how many
 */
struct lnlb_source {
	struct lnlb_source *next;
	char *name;
	char *typed;
	size_t typed_len;
	char *swapped;
	size_t swapped_len;
	struct lnlb_spot *spots;
	size_t num_spots;
	size_t *names;
	size_t num_names;
};

/**
 * lnlb_source_swap() - swap the statements of a text for carriers
 * @name: of the text; takes the place of an older text of that name
 * @text: text
 * @len: its length
 *
 * Return: the result, NULL if there is nothing in @text that might be one.
 */
const struct lnlb_source *lnlb_source_swap(const char *name, const char *text,
					   size_t len);

/**
 * lnlb_source_find() - find a text
 * @name: of the text
 * @len: length of @name
 *
 * Return: the text, NULL if there is none of that name.
 */
const struct lnlb_source *lnlb_source_find(const char *name, size_t len);

/**
 * lnlb_source_typed_offset() - where in the typed text
 * @source: text
 * @offset: in the swapped text
 *
 * Return: offset in the typed text.
 */
size_t lnlb_source_typed_offset(const struct lnlb_source *source,
				size_t offset);

/**
 * lnlb_source_forget() - forget all texts
 */
void lnlb_source_forget(void);

#endif /* LNLB_NFT_SOURCE_H */
