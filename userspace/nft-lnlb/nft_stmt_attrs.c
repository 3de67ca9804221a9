// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <libmnl/libmnl.h>

#include "nft_stmt.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/*
 * The attributes that are numbers, where they are kept, and what can be written
 * in a rule: a word of theirs, or a number of these
 */
static const struct {
	unsigned int attr;
	size_t offset;
	const struct lnlb_words *words;
	uint32_t min;
	uint32_t max;
} numbers[] = {
	{ NFTA_LNLB_WEIGHT_SOURCE, offsetof(struct lnlb_stmt, weight_source),
	  .words = &lnlb_weight_source_words },
	{ NFTA_LNLB_WEIGHT, offsetof(struct lnlb_stmt, weight),
	  .min = LNLB_WEIGHT_MIN, .max = LNLB_WEIGHT_MAX },
	{ NFTA_LNLB_AFFINITY, offsetof(struct lnlb_stmt, affinity),
	  .words = &lnlb_affinity_words },
	{ NFTA_LNLB_AFFINITY_LEN, offsetof(struct lnlb_stmt, affinity_len),
	  .min = 1, .max = 128 },
	{ NFTA_LNLB_POLICY, offsetof(struct lnlb_stmt, policy),
	  .words = &lnlb_affinity_words },
	{ NFTA_LNLB_POLICY_LEN, offsetof(struct lnlb_stmt, policy_len),
	  .min = 1, .max = 128 },
	{ NFTA_LNLB_TIMEOUT, offsetof(struct lnlb_stmt, timeout),
	  .min = LNLB_TIMEOUT_MIN, .max = LNLB_TIMEOUT_MAX },
	{ NFTA_LNLB_MODE, offsetof(struct lnlb_stmt, mode),
	  .words = &lnlb_mode_words },
};

void lnlb_stmt_put(struct nlmsghdr *nlh, const struct lnlb_stmt *stmt)
{
	uint32_t value;
	size_t i;

	if (lnlb_stmt_has(stmt, NFTA_LNLB_ADDR))
		mnl_attr_put(nlh, NFTA_LNLB_ADDR, stmt->addr.len,
			     stmt->addr.bytes);
	if (lnlb_stmt_has(stmt, NFTA_LNLB_DEV))
		mnl_attr_put_strz(nlh, NFTA_LNLB_DEV, stmt->dev);
	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		if (!lnlb_stmt_has(stmt, numbers[i].attr))
			continue;
		memcpy(&value, (const char *)stmt + numbers[i].offset,
		       sizeof(value));
		mnl_attr_put_u32(nlh, numbers[i].attr, htonl(value));
	}
	if (lnlb_stmt_has(stmt, NFTA_LNLB_MAC))
		mnl_attr_put(nlh, NFTA_LNLB_MAC, sizeof(stmt->mac), stmt->mac);
	if (lnlb_stmt_has(stmt, NFTA_LNLB_KEY))
		mnl_attr_put_strz(nlh, NFTA_LNLB_KEY, stmt->key);
	if (lnlb_stmt_has(stmt, NFTA_LNLB_HASH))
		mnl_attr_put_strz(nlh, NFTA_LNLB_HASH, stmt->hash);
	if (lnlb_stmt_has(stmt, NFTA_LNLB_KEY_NEXT))
		mnl_attr_put_strz(nlh, NFTA_LNLB_KEY_NEXT, stmt->next);
	if (lnlb_stmt_has(stmt, NFTA_LNLB_PERMISSIVE))
		mnl_attr_put(nlh, NFTA_LNLB_PERMISSIVE, 0, NULL);
}

static int get_string(const struct nlattr *attr, char *buf, size_t size)
{
	size_t i, len = strnlen(mnl_attr_get_payload(attr),
				mnl_attr_get_payload_len(attr));

	if (!len || len >= size)
		return -EINVAL;
	memcpy(buf, mnl_attr_get_payload(attr), len);
	buf[len] = '\0';
	/* It is going to stand between quotes on somebody's terminal. */
	for (i = 0; i < len; i++)
		if ((unsigned char)buf[i] < ' ' || buf[i] == '"')
			buf[i] = '?';
	return 0;
}

static int get_dev(const struct nlattr *attr, struct lnlb_stmt *stmt)
{
	char word[IFNAMSIZ], err[LNLB_STMT_ERRLEN];

	if (get_string(attr, word, sizeof(word)))
		return -EINVAL;
	return lnlb_stmt_set(stmt, NFTA_LNLB_DEV, word, err);
}

static bool can_be_written(size_t i, uint32_t value)
{
	const struct lnlb_words *words = numbers[i].words;

	if (words)
		return value < words->count && words->word[value];
	return numbers[i].min <= value && value <= numbers[i].max;
}

static int get_number(const struct nlattr *attr, struct lnlb_stmt *stmt)
{
	uint32_t value;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		if (numbers[i].attr != mnl_attr_get_type(attr))
			continue;
		if (mnl_attr_get_payload_len(attr) != sizeof(value))
			return -EINVAL;
		value = ntohl(mnl_attr_get_u32(attr));
		if (!can_be_written(i, value))
			return -EINVAL;
		memcpy((char *)stmt + numbers[i].offset, &value, sizeof(value));
		return 0;
	}
	return -ENOENT;
}

static int get_attr(const struct nlattr *attr, struct lnlb_stmt *stmt)
{
	uint16_t len = mnl_attr_get_payload_len(attr);

	switch (mnl_attr_get_type(attr)) {
	case NFTA_LNLB_ADDR:
		if (len != 4 && len != 16)
			return -EINVAL;
		stmt->addr.len = len;
		memcpy(stmt->addr.bytes, mnl_attr_get_payload(attr), len);
		return 0;
	case NFTA_LNLB_DEV:
		return get_dev(attr, stmt);
	case NFTA_LNLB_MAC:
		if (len != sizeof(stmt->mac))
			return -EINVAL;
		memcpy(stmt->mac, mnl_attr_get_payload(attr), len);
		return 0;
	case NFTA_LNLB_KEY:
		return get_string(attr, stmt->key, sizeof(stmt->key));
	case NFTA_LNLB_HASH:
		return get_string(attr, stmt->hash, sizeof(stmt->hash));
	case NFTA_LNLB_KEY_NEXT:
		return get_string(attr, stmt->next, sizeof(stmt->next));
	case NFTA_LNLB_PERMISSIVE:
		return len ? -EINVAL : 0;
	default:
		return get_number(attr, stmt);
	}
}

/*
 * Some netlink message says it, and what is listed has to be read again: nothing
 * that nobody can write in a rule is believed.
 */
int lnlb_stmt_get(const struct nlattr *nest, struct lnlb_stmt *stmt)
{
	char why[LNLB_STMT_ERRLEN];
	const struct nlattr *attr;
	int err;

	memset(stmt, 0, sizeof(*stmt));
	mnl_attr_for_each_nested(attr, nest) {
		err = get_attr(attr, stmt);
		if (err == -ENOENT)
			continue;
		if (err)
			return err;
		stmt->has |= 1u << mnl_attr_get_type(attr);
	}
	return lnlb_stmt_check(stmt, why);
}
