// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "nft_scan.h"

/* What may end a word; by a table, as each character of a text is looked at */
static const bool ends_word[256] = {
	['\0'] = true, [' '] = true, ['\t'] = true, ['\r'] = true,
	['\n'] = true, [';'] = true, ['{'] = true, ['}'] = true,
	['"'] = true, ['#'] = true, ['\\'] = true,
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static bool continues_line(const struct lnlb_text *text)
{
	return text->data[text->pos] == '\\' && text->pos + 1 < text->len &&
	       text->data[text->pos + 1] == '\n';
}

static void skip_comment(struct lnlb_text *text)
{
	while (text->pos < text->len && text->data[text->pos] != '\n')
		text->pos++;
}

static void skip_blanks(struct lnlb_text *text)
{
	for (; text->pos < text->len; text->pos++) {
		if (is_blank(text->data[text->pos]))
			continue;
		if (!continues_line(text))
			return;
		text->pos++;
	}
}

static void skip_string(struct lnlb_text *text)
{
	const char *end = memchr(text->data + text->pos + 1, '"',
				 text->len - text->pos - 1);

	text->pos = end ? (size_t)(end - text->data) + 1 : text->len;
}

static void skip_word(struct lnlb_text *text)
{
	const char *start = text->data + text->pos, *p = start;
	const char *end = text->data + text->len;

	for (; p < end; p++)
		if (ends_word[(unsigned char)*p] &&
		    (*p != '\\' || (p + 1 < end && p[1] == '\n')))
			break;
	text->pos += p - start;
}

static enum lnlb_token_type skip_token(struct lnlb_text *text)
{
	switch (text->data[text->pos]) {
	case '"':
		skip_string(text);
		return LNLB_TOKEN_STRING;
	case '{':
		text->pos++;
		return LNLB_TOKEN_OPEN;
	case '}':
		text->pos++;
		return LNLB_TOKEN_CLOSE;
	case ';':
	case '\n':
		text->pos++;
		return LNLB_TOKEN_SEPARATOR;
	case '\0':
		text->pos++;
		return LNLB_TOKEN_WORD;
	default:
		skip_word(text);
		return LNLB_TOKEN_WORD;
	}
}

struct lnlb_token lnlb_token_next(struct lnlb_text *text)
{
	struct lnlb_token token = { .type = LNLB_TOKEN_END };

	skip_blanks(text);
	while (text->pos < text->len && text->data[text->pos] == '#') {
		skip_comment(text);
		skip_blanks(text);
	}
	token.offset = text->pos;
	if (text->pos < text->len)
		token.type = skip_token(text);
	token.len = text->pos - token.offset;
	return token;
}

struct lnlb_token lnlb_token_peek(const struct lnlb_text *text)
{
	struct lnlb_text copy = *text;

	return lnlb_token_next(&copy);
}

bool lnlb_token_is(const struct lnlb_text *text, struct lnlb_token token,
		   const char *word)
{
	const char *data = text->data + token.offset;

	return token.type == LNLB_TOKEN_WORD && *data == *word &&
	       strlen(word) == token.len && !memcmp(data, word, token.len);
}
