// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "nft_carrier.h"
#include "nft_scan.h"
#include "nft_util.h"
#include "nft_vars.h"

/*
 * What a log statement could be followed by: libnftables would take these for
 * part of the carrier.
 */
static const char *const log_words[] = {
	"prefix", "snaplen", "queue-threshold", "level", "group", "flags",
};

/**
 * struct parser - a statement that is being read
 * @text: behind what was read
 * @start: offset of the statement
 * @entry: a draft; the table gets a copy
 */
struct parser {
	struct lnlb_text *text;
	size_t start;
	struct lnlb_entry entry;
};

__attribute__((format(printf, 3, 4)))
static int wrong(struct parser *parser, struct lnlb_token token,
		 const char *format, ...)
{
	char message[LNLB_STMT_ERRLEN];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	parser->entry.error = lnlb_memdup(message, strlen(message));
	parser->entry.error_offset = token.offset - parser->start;
	parser->entry.error_len = token.len;
	return -EINVAL;
}

static bool is_value(struct lnlb_token token)
{
	return token.type == LNLB_TOKEN_WORD || token.type == LNLB_TOKEN_STRING;
}

static bool fits_prefix(const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (!isalnum((unsigned char)name[i]) && name[i] != '_')
			return false;
	return len > 0;
}

static int add_var(struct parser *parser, unsigned int attr,
		   struct lnlb_token token)
{
	struct lnlb_entry *entry = &parser->entry;
	struct lnlb_var *var;
	size_t i;

	for (i = 0; i < entry->num_vars; i++)
		if (entry->vars[i].attr == attr)
			return wrong(parser, token, "lnlb: %s given twice",
				     lnlb_stmt_word(attr));
	if (entry->num_vars == LNLB_VARS_MAX)
		return wrong(parser, token, "lnlb: more than %d variables",
			     LNLB_VARS_MAX);
	var = &entry->vars[entry->num_vars++];
	var->attr = attr;
	var->offset = token.offset - parser->start;
	var->len = token.len;
	return 0;
}

static int parse_var(struct parser *parser, unsigned int attr,
		     struct lnlb_token token)
{
	const char *name = parser->text->data + token.offset + 1;
	char err[LNLB_STMT_ERRLEN];
	enum lnlb_var_kind kind;
	const char *value;

	kind = lnlb_vars_find(name, token.len - 1, &value);
	if (kind == LNLB_VAR_PLAIN && !fits_prefix(name, token.len - 1)) {
		if (!value)
			return wrong(parser, token,
				     "lnlb: a variable that is used here may have letters, digits and _ in its name");
		kind = LNLB_VAR_LITERAL;
	}
	if (kind == LNLB_VAR_PLAIN)
		return add_var(parser, attr, token);
	if (kind == LNLB_VAR_WRONG)
		return wrong(parser, token,
			     "lnlb: %.*s is %s, expected one value",
			     (int)token.len, name - 1, value);
	if (lnlb_stmt_set(&parser->entry.stmt, attr, value, err))
		return wrong(parser, token, "lnlb: %.*s: %s", (int)token.len,
			     name - 1, err);
	return 0;
}

/* @param is the keyword that wants a value */
static int parse_value(struct parser *parser, unsigned int attr,
		       struct lnlb_token param)
{
	struct lnlb_token token = lnlb_token_peek(parser->text);
	char err[LNLB_STMT_ERRLEN], word[LNLB_STMT_ERRLEN];
	const char *data = parser->text->data;
	size_t len, quote;

	if (!is_value(token))
		return wrong(parser, param, "lnlb: %.*s needs a value",
			     (int)param.len, data + param.offset);
	lnlb_token_next(parser->text);
	if (data[token.offset] == '$')
		return parse_var(parser, attr, token);
	/* without the quotes */
	quote = token.type == LNLB_TOKEN_STRING;
	len = token.len < 2 * quote ? 0 : token.len - 2 * quote;
	if (len > sizeof(word) - 1)
		len = sizeof(word) - 1;
	memcpy(word, data + token.offset + quote, len);
	word[len] = '\0';
	if (lnlb_stmt_set(&parser->entry.stmt, attr, word, err))
		return wrong(parser, token, "lnlb: %s", err);
	return 0;
}

/* After "affinity network", or "affinity $what" and something that is a length */
static int parse_length(struct parser *parser, unsigned int attr,
			struct lnlb_token param)
{
	const struct lnlb_stmt *stmt = &parser->entry.stmt;
	uint32_t affinity = attr == NFTA_LNLB_AFFINITY ? stmt->affinity :
							 stmt->policy;
	struct lnlb_token token = lnlb_token_peek(parser->text);
	const char *data = parser->text->data;

	if (lnlb_stmt_has(stmt, attr)) {
		if (affinity != LNLB_AFFINITY_NETWORK)
			return 0;
		if (!is_value(token))
			return wrong(parser, param,
				     "lnlb: %s network needs a length",
				     lnlb_stmt_word(attr));
		return parse_value(parser, lnlb_stmt_length(attr), param);
	}
	if (token.type == LNLB_TOKEN_WORD &&
	    (isdigit((unsigned char)data[token.offset]) ||
	     data[token.offset] == '$'))
		return parse_value(parser, lnlb_stmt_length(attr), param);
	return 0;
}

static int parse_param(struct parser *parser, unsigned int attr,
		       struct lnlb_token param)
{
	char err[LNLB_STMT_ERRLEN];

	if (attr != NFTA_LNLB_PERMISSIVE)
		return parse_value(parser, attr, param) ?:
		       !lnlb_stmt_length(attr) ? 0 :
		       parse_length(parser, attr, param);
	if (lnlb_stmt_set(&parser->entry.stmt, attr, "", err))
		return wrong(parser, param, "lnlb: %s", err);
	return 0;
}

static int parse_params(struct parser *parser)
{
	struct lnlb_token token;
	unsigned int attr;
	int err;

	while ((token = lnlb_token_peek(parser->text)).type == LNLB_TOKEN_WORD) {
		attr = lnlb_stmt_param(parser->text->data + token.offset,
				       token.len);
		if (!attr)
			return 0;
		lnlb_token_next(parser->text);
		err = parse_param(parser, attr, token);
		if (err)
			return err;
	}
	return 0;
}

static int parse_end(struct parser *parser)
{
	struct lnlb_token token = lnlb_token_peek(parser->text);
	size_t i;

	for (i = 0; i < sizeof(log_words) / sizeof(log_words[0]); i++) {
		if (!lnlb_token_is(parser->text, token, log_words[i]))
			continue;
		lnlb_token_next(parser->text);
		return wrong(parser, token, "lnlb: unexpected %s, expected "
			     LNLB_STMT_EXPECTED, log_words[i]);
	}
	return 0;
}

static int parse(struct parser *parser)
{
	struct lnlb_token token = lnlb_token_next(parser->text);
	struct lnlb_token all = { .offset = parser->start };
	char err[LNLB_STMT_ERRLEN];

	if (!lnlb_token_is(parser->text, token, "cluster")) {
		parser->text->pos = parser->start + strlen("lnlb");
		all.len = strlen("lnlb");
		return wrong(parser, all,
			     LNLB_STMT_WRONG);
	}
	if (!is_value(lnlb_token_peek(parser->text)))
		return wrong(parser, token, "lnlb: cluster needs an address");
	if (parse_value(parser, NFTA_LNLB_ADDR, token) ||
	    parse_params(parser) || parse_end(parser))
		return -EINVAL;
	/* What is in variables is checked once they are expanded. */
	if (parser->entry.num_vars || !lnlb_stmt_check(&parser->entry.stmt, err))
		return 0;
	all.len = parser->text->pos - parser->start;
	return wrong(parser, all, "lnlb: %s", err);
}

const struct lnlb_entry *lnlb_parse_statement(struct lnlb_text *text,
					      size_t start)
{
	struct parser parser;

	/* compared byte by byte with others */
	memset(&parser, 0, sizeof(parser));
	parser.text = text;
	parser.start = start;
	parse(&parser);
	return lnlb_entry_typed(text->data + start, text->pos - start,
				&parser.entry);
}
