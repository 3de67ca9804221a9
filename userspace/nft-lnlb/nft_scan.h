/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finds lnlb statements in nft's language, and reads them.
 */
#ifndef LNLB_NFT_SCAN_H
#define LNLB_NFT_SCAN_H

#include <stdbool.h>
#include <stddef.h>

struct lnlb_entry;

/**
 * enum lnlb_token_type - what the scanner tells apart
 * @LNLB_TOKEN_END: end of the text
 * @LNLB_TOKEN_WORD: whatever else
 * @LNLB_TOKEN_STRING: in quotes, which belong to the token
 * @LNLB_TOKEN_OPEN: {
 * @LNLB_TOKEN_CLOSE: }
 * @LNLB_TOKEN_SEPARATOR: ; or an end of line
 */
enum lnlb_token_type {
	LNLB_TOKEN_END,
	LNLB_TOKEN_WORD,
	LNLB_TOKEN_STRING,
	LNLB_TOKEN_OPEN,
	LNLB_TOKEN_CLOSE,
	LNLB_TOKEN_SEPARATOR,
};

/**
 * struct lnlb_token - a piece of text
 * @type: kind
 * @offset: in the text
 * @len: in bytes
 */
struct lnlb_token {
	enum lnlb_token_type type;
	size_t offset;
	size_t len;
};

/**
 * struct lnlb_text - text that is being read
 * @data: need not end with a zero
 * @len: in bytes
 * @pos: where the next token may begin
 */
struct lnlb_text {
	const char *data;
	size_t len;
	size_t pos;
};

/**
 * lnlb_token_next() - read a token
 * @text: text, moved behind the token
 *
 * Return: the token.
 */
struct lnlb_token lnlb_token_next(struct lnlb_text *text);

/**
 * lnlb_token_peek() - look at a token
 * @text: text, left alone
 *
 * Return: the token.
 */
struct lnlb_token lnlb_token_peek(const struct lnlb_text *text);

/**
 * lnlb_token_is() - is it this unquoted word?
 * @text: text
 * @token: token of it
 * @word: word
 *
 * Return: true if so.
 */
bool lnlb_token_is(const struct lnlb_text *text, struct lnlb_token token,
		   const char *word);

/**
 * lnlb_parse_statement() - read a statement
 * @text: text, behind the word "lnlb"; moved behind the statement
 * @start: offset of the word "lnlb"
 *
 * Return: the entry, which tells what is wrong with the statement if anything.
 */
const struct lnlb_entry *lnlb_parse_statement(struct lnlb_text *text,
					      size_t start);

/**
 * lnlb_scan() - find the statements
 * @data: text in nft's language; may be part of a table or a chain
 * @len: in bytes
 * @found: called for each, in order, with the offsets where it begins and ends,
 *	and without an entry for a word "lnlb" in a rule that is a name if nft
 *	takes it for one, and else a statement with a word wrong; NULL if only
 *	definitions of variables are to be noted
 * @arg: for @found
 */
void lnlb_scan(const char *data, size_t len,
	       void (*found)(void *arg, size_t start, size_t end,
			     const struct lnlb_entry *entry),
	       void *arg);

#endif /* LNLB_NFT_SCAN_H */
