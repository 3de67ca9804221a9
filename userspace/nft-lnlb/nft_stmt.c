// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "nft_stmt.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static const struct {
	const char *word;
	unsigned int attr;
} params[] = {
	{ "dev", NFTA_LNLB_DEV },
	{ "weight", NFTA_LNLB_WEIGHT_SOURCE },
	{ "affinity", NFTA_LNLB_AFFINITY },
	{ "policy", NFTA_LNLB_POLICY },
	{ "timeout", NFTA_LNLB_TIMEOUT },
	{ "mode", NFTA_LNLB_MODE },
	{ "mac", NFTA_LNLB_MAC },
	{ "key", NFTA_LNLB_KEY },
	{ "next", NFTA_LNLB_KEY_NEXT },
	{ "permissive", NFTA_LNLB_PERMISSIVE },
	{ "hash", NFTA_LNLB_HASH },
};

unsigned int lnlb_stmt_param(const char *word, size_t len)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(params); i++)
		if (strlen(params[i].word) == len &&
		    !memcmp(params[i].word, word, len))
			return params[i].attr;
	return 0;
}

const char *lnlb_stmt_word(unsigned int attr)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(params); i++)
		if (params[i].attr == attr)
			return params[i].word;
	return attr == NFTA_LNLB_ADDR ? "cluster" : "network length";
}

unsigned int lnlb_stmt_length(unsigned int attr)
{
	return attr == NFTA_LNLB_AFFINITY ? NFTA_LNLB_AFFINITY_LEN :
	       attr == NFTA_LNLB_POLICY ? NFTA_LNLB_POLICY_LEN : 0;
}

__attribute__((format(printf, 2, 3)))
static int fail(char err[LNLB_STMT_ERRLEN], const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(err, LNLB_STMT_ERRLEN, format, args);
	va_end(args);
	return -EINVAL;
}

static int set_addr(struct lnlb_stmt *stmt, const char *word, char *err)
{
	if (!lnlb_parse_addr(word, &stmt->addr))
		return 0;
	return fail(err, "\"%.64s\" is no IPv4 or IPv6 address", word);
}

static int set_dev(struct lnlb_stmt *stmt, const char *word, char *err)
{
	size_t len = strlen(word);

	/* what the kernel's dev_valid_name() refuses, and a quote */
	if (!len || len >= sizeof(stmt->dev) ||
	    strpbrk(word, "/: \t\n\v\f\r\xa0\"") ||
	    !strcmp(word, ".") || !strcmp(word, ".."))
		return fail(err, "\"%.64s\" is no device name (1-%zu characters, no / : or space)",
			    word, sizeof(stmt->dev) - 1);
	memcpy(stmt->dev, word, len + 1);
	return 0;
}

static int set_weight(struct lnlb_stmt *stmt, const char *word, char *err)
{
	char words[96];
	uint16_t weight;
	int source;

	source = lnlb_parse_weight_source(word);
	if (source >= 0) {
		stmt->weight_source = source;
		return 0;
	}
	if (!lnlb_parse_weight(word, &weight)) {
		stmt->weight_source = LNLB_WEIGHT_MANUAL;
		stmt->weight = weight;
		stmt->has |= 1 << NFTA_LNLB_WEIGHT;
		return 0;
	}
	return fail(err, "weight \"%.32s\", expected auto, %s or %d-%d", word,
		    lnlb_words_join(&lnlb_weight_source_words, words,
				    sizeof(words)),
		    LNLB_WEIGHT_MIN, LNLB_WEIGHT_MAX);
}

static int set_word(uint32_t *value, const char *what,
		    const struct lnlb_words *vocabulary, const char *word,
		    char *err)
{
	int found = lnlb_word_value(vocabulary, word);
	char words[96];

	if (found < 0)
		return fail(err, "%s \"%.32s\", expected one of %s", what, word,
			    lnlb_words_join(vocabulary, words, sizeof(words)));
	*value = found;
	return 0;
}

static int set_length(uint32_t *len, const char *word, char *err)
{
	if (!lnlb_parse_uint(word, 1, 128, len))
		return 0;
	return fail(err, "network length \"%.32s\", expected 1-32 (IPv4) or 1-128 (IPv6)",
		    word);
}

static int set_timeout(struct lnlb_stmt *stmt, const char *word, char *err)
{
	if (!lnlb_parse_time(word, &stmt->timeout))
		return 0;
	return fail(err, "timeout \"%.32s\", expected a time as in 1h30m, or %d-%d seconds",
		    word, LNLB_TIMEOUT_MIN, LNLB_TIMEOUT_MAX);
}

static int set_key(char key[LNLB_KEY_LEN], const char *word, char *err)
{
	size_t i, len = strlen(word);

	if (!len || len >= LNLB_KEY_LEN)
		return fail(err, "key \"%.80s\", expected 1-%d characters",
			    word, LNLB_KEY_LEN - 1);
	for (i = 0; i < len; i++)
		if ((unsigned char)word[i] < ' ' || word[i] == '"')
			return fail(err, "key with a quote or control character");
	memcpy(key, word, len + 1);
	return 0;
}

static int set_value(struct lnlb_stmt *stmt, unsigned int attr,
		     const char *word, char *err)
{
	switch (attr) {
	case NFTA_LNLB_ADDR:
		return set_addr(stmt, word, err);
	case NFTA_LNLB_DEV:
		return set_dev(stmt, word, err);
	case NFTA_LNLB_WEIGHT_SOURCE:
		return set_weight(stmt, word, err);
	case NFTA_LNLB_AFFINITY:
		return set_word(&stmt->affinity, "affinity",
				&lnlb_affinity_words, word, err);
	case NFTA_LNLB_AFFINITY_LEN:
		return set_length(&stmt->affinity_len, word, err);
	case NFTA_LNLB_POLICY:
		return set_word(&stmt->policy, "policy", &lnlb_affinity_words,
				word, err);
	case NFTA_LNLB_POLICY_LEN:
		return set_length(&stmt->policy_len, word, err);
	case NFTA_LNLB_TIMEOUT:
		return set_timeout(stmt, word, err);
	case NFTA_LNLB_MODE:
		return set_word(&stmt->mode, "mode", &lnlb_mode_words, word,
				err);
	case NFTA_LNLB_MAC:
		if (!lnlb_parse_mac(word, stmt->mac))
			return 0;
		return fail(err, "\"%.32s\" is no MAC address as in 02:00:c0:a8:00:0a",
			    word);
	case NFTA_LNLB_KEY:
		return set_key(stmt->key, word, err);
	case NFTA_LNLB_KEY_NEXT:
		return set_key(stmt->next, word, err);
	case NFTA_LNLB_PERMISSIVE:
		return 0;
	case NFTA_LNLB_HASH:
		return set_key(stmt->hash, word, err);
	}
	return fail(err, "unknown parameter");
}

int lnlb_stmt_set(struct lnlb_stmt *stmt, unsigned int attr, const char *word,
		  char err[LNLB_STMT_ERRLEN])
{
	if (lnlb_stmt_has(stmt, attr))
		return fail(err, "%s given twice", lnlb_stmt_word(attr));
	if (set_value(stmt, attr, word, err))
		return -EINVAL;
	stmt->has |= 1u << attr;
	return 0;
}

/* Does a length go with this, and is it one? */
static int check_length(const struct lnlb_stmt *stmt, unsigned int attr,
			uint32_t affinity, uint32_t len, char *err)
{
	unsigned int len_attr = lnlb_stmt_length(attr);
	bool network = lnlb_stmt_has(stmt, attr) &&
		       affinity == LNLB_AFFINITY_NETWORK;
	const char *word = lnlb_stmt_word(attr);
	uint32_t bits = stmt->addr.len * 8;

	if (network != !!lnlb_stmt_has(stmt, len_attr))
		return fail(err, network ? "%s network needs a length, 1-%u" :
			    "only %s network has a length, 1-%u", word, bits);
	if (network && len > bits)
		return fail(err, "network length %u, expected 1-%u", len, bits);
	return 0;
}

int lnlb_stmt_check(const struct lnlb_stmt *stmt, char err[LNLB_STMT_ERRLEN])
{
	if (!lnlb_stmt_has(stmt, NFTA_LNLB_ADDR))
		return fail(err, "no address, expected lnlb cluster ADDRESS");
	if (check_length(stmt, NFTA_LNLB_AFFINITY, stmt->affinity,
			 stmt->affinity_len, err) ||
	    check_length(stmt, NFTA_LNLB_POLICY, stmt->policy,
			 stmt->policy_len, err))
		return -EINVAL;
	if (lnlb_stmt_has(stmt, NFTA_LNLB_KEY))
		return 0;
	if (lnlb_stmt_has(stmt, NFTA_LNLB_KEY_NEXT))
		return fail(err, "next goes with key");
	if (lnlb_stmt_has(stmt, NFTA_LNLB_PERMISSIVE))
		return fail(err, "permissive goes with key");
	return 0;
}

__attribute__((format(printf, 3, 4)))
static void append(char *buf, size_t *used, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	*used += vsnprintf(buf + *used, LNLB_STMT_STRLEN - *used, format, args);
	va_end(args);
}

static void format_weight(const struct lnlb_stmt *stmt, char *buf, size_t *used)
{
	if (lnlb_stmt_has(stmt, NFTA_LNLB_WEIGHT))
		append(buf, used, " weight %u", stmt->weight);
	else if (stmt->weight_source == LNLB_WEIGHT_LOADAVG)
		append(buf, used, " weight auto");
	else
		append(buf, used, " weight %s",
		       lnlb_word(&lnlb_weight_source_words,
				 stmt->weight_source));
}

const char *lnlb_stmt_format(const struct lnlb_stmt *stmt,
			     char buf[LNLB_STMT_STRLEN])
{
	char addr[LNLB_ADDR_STRLEN], mac[LNLB_MAC_STRLEN];
	char time[LNLB_TIME_STRLEN];
	size_t used = 0;

	append(buf, &used, "lnlb cluster %s",
	       lnlb_format_addr(&stmt->addr, addr));
	if (lnlb_stmt_has(stmt, NFTA_LNLB_DEV))
		append(buf, &used, " dev \"%s\"", stmt->dev);
	if (lnlb_stmt_has(stmt, NFTA_LNLB_WEIGHT_SOURCE))
		format_weight(stmt, buf, &used);
	if (lnlb_stmt_has(stmt, NFTA_LNLB_AFFINITY))
		append(buf, &used, " affinity %s",
		       lnlb_word(&lnlb_affinity_words, stmt->affinity));
	if (lnlb_stmt_has(stmt, NFTA_LNLB_AFFINITY_LEN))
		append(buf, &used, " %u", stmt->affinity_len);
	if (lnlb_stmt_has(stmt, NFTA_LNLB_POLICY))
		append(buf, &used, " policy %s",
		       lnlb_word(&lnlb_affinity_words, stmt->policy));
	if (lnlb_stmt_has(stmt, NFTA_LNLB_POLICY_LEN))
		append(buf, &used, " %u", stmt->policy_len);
	if (lnlb_stmt_has(stmt, NFTA_LNLB_TIMEOUT))
		append(buf, &used, " timeout %s",
		       lnlb_format_time(stmt->timeout, time));
	if (lnlb_stmt_has(stmt, NFTA_LNLB_MODE))
		append(buf, &used, " mode %s",
		       lnlb_word(&lnlb_mode_words, stmt->mode));
	if (lnlb_stmt_has(stmt, NFTA_LNLB_MAC))
		append(buf, &used, " mac %s", lnlb_format_mac(stmt->mac, mac));
	if (lnlb_stmt_has(stmt, NFTA_LNLB_KEY))
		append(buf, &used, " key \"%s\"", stmt->key);
	if (lnlb_stmt_has(stmt, NFTA_LNLB_KEY_NEXT))
		append(buf, &used, " next \"%s\"", stmt->next);
	if (lnlb_stmt_has(stmt, NFTA_LNLB_PERMISSIVE))
		append(buf, &used, " permissive");
	if (lnlb_stmt_has(stmt, NFTA_LNLB_HASH))
		append(buf, &used, " hash \"%s\"", stmt->hash);
	return buf;
}
