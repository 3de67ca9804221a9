/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The three lines in which libnftables shows an error:
 *
 *   rules.nft:3:9-12: Error: syntax error, unexpected string
 *           lnlb clutser 10.0.0.10
 *           ^^^^
 *
 * Where the text is no file, the first one begins with "Error: " at once. Later
 * versions have one more behind it: "expected any of: <string>, last".
 */
#ifndef LNLB_NFT_BLOCK_H
#define LNLB_NFT_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct lnlb_source;
struct lnlb_spot;

/**
 * struct lnlb_block - a message about a text that has been swapped
 * @source: text; NULL while there is no block
 * @head: first line
 * @expected: what libnftables had expected, a line; NULL if it does not say
 * @shown: second line; NULL until it came
 * @position: has the first line a position?
 * @line_number: in the text
 * @columns: first and last one in the text
 * @line_start: offset of the line in the swapped text
 * @mark: offset of the first ^ in the swapped text
 * @kind: "Error: " or the like
 * @message: what follows @kind
 * @aim: where the ^ are to be, instead of where libnftables puts them
 * @aim_len: how many; 0 if libnftables is right
 */
struct lnlb_block {
	const struct lnlb_source *source;
	char *head;
	char *expected;
	char *shown;
	bool position;
	size_t line_number;
	size_t columns[2];
	size_t line_start;
	size_t mark;
	const char *kind;
	char *message;
	size_t aim;
	size_t aim_len;
};

/**
 * lnlb_block_quote() - print a line that quotes one of a text of ours, as -o does
 * @to: where to
 * @line: line
 *
 * Return: true if it was one.
 */
bool lnlb_block_quote(FILE *to, const char *line);

/**
 * lnlb_block_head() - is it the first line of a block about a text of ours?
 * @block: filled in if so
 * @line: line
 *
 * Return: true if so.
 */
bool lnlb_block_head(struct lnlb_block *block, const char *line);

/**
 * lnlb_block_expected() - is it the line about what was expected?
 * @block: with its first line
 * @line: line
 *
 * Return: true if so, the line is kept.
 */
bool lnlb_block_expected(struct lnlb_block *block, const char *line);

/**
 * lnlb_block_shown() - is it the second line of the block?
 * @block: with its first line
 * @line: line
 *
 * Return: true if so, the line is kept.
 */
bool lnlb_block_shown(struct lnlb_block *block, const char *line);

/**
 * lnlb_block_marked() - is it the third line of the block?
 * @block: with two lines
 * @line: line
 *
 * Return: true if so, @block->mark is set.
 */
bool lnlb_block_marked(struct lnlb_block *block, const char *line);

/**
 * lnlb_block_spot() - the statement that is marked
 * @block: with three lines
 *
 * Return: where it is, NULL if something else is marked.
 */
const struct lnlb_spot *lnlb_block_spot(const struct lnlb_block *block);

/**
 * lnlb_block_say() - change the message
 * @block: block
 * @format: as printf()
 */
__attribute__((format(printf, 2, 3)))
void lnlb_block_say(struct lnlb_block *block, const char *format, ...);

/**
 * lnlb_block_replace() - have another message, and nothing that was expected
 * @block: block
 * @message: message
 */
void lnlb_block_replace(struct lnlb_block *block, const char *message);

/**
 * lnlb_block_print() - print it with the line as it was typed
 * @block: block
 * @to: stream
 * @marks: third line
 */
void lnlb_block_print(const struct lnlb_block *block, FILE *to,
		      const char *marks);

/**
 * lnlb_block_clear() - forget the block
 * @block: block
 */
void lnlb_block_clear(struct lnlb_block *block);

#endif /* LNLB_NFT_BLOCK_H */
