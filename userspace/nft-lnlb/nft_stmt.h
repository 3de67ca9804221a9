/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The lnlb statement as data: words to values, values to words, values to and
 * from the netlink attributes NFTA_LNLB_*.
 */
#ifndef LNLB_NFT_STMT_H
#define LNLB_NFT_STMT_H

#include <net/if.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/netfilter/nf_lnlb.h>

#include "names.h"

struct nlattr;
struct nlmsghdr;

/* room for the longest statement that lnlb_stmt_format() writes */
#define LNLB_STMT_STRLEN	512
/* room for any message that lnlb_stmt_set() and lnlb_stmt_check() write */
#define LNLB_STMT_ERRLEN	192
/* what is said of a word "lnlb" that nothing follows which could */
#define LNLB_STMT_WRONG		"lnlb: expected lnlb cluster ADDRESS"
/* what may follow the address or a parameter */
#define LNLB_STMT_EXPECTED \
	"dev, weight, affinity, policy, timeout, mode, mac, key, next, permissive, hash or another statement"

/**
 * struct lnlb_stmt - one lnlb statement
 * @has: bit 1 << NFTA_LNLB_x for each attribute that was given
 * @addr: cluster address
 * @dev: device name
 * @weight_source: enum lnlb_weight_source
 * @weight: 1..65535, with LNLB_WEIGHT_MANUAL
 * @affinity: enum lnlb_affinity
 * @affinity_len: prefix length, with LNLB_AFFINITY_NETWORK
 * @policy: enum lnlb_affinity, of what gets to the rule
 * @policy_len: prefix length of that
 * @timeout: seconds
 * @mode: enum lnlb_mode
 * @mac: cluster MAC
 * @key: description of the key that signs
 * @next: of a second one that verifies
 * @hash: of the key of the bucket hash
 */
struct lnlb_stmt {
	uint32_t has;
	struct lnlb_addr addr;
	char dev[IFNAMSIZ];
	uint32_t weight_source;
	uint32_t weight;
	uint32_t affinity;
	uint32_t affinity_len;
	uint32_t policy;
	uint32_t policy_len;
	uint32_t timeout;
	uint32_t mode;
	uint8_t mac[LNLB_MAC_LEN];
	char key[LNLB_KEY_LEN];
	char next[LNLB_KEY_LEN];
	char hash[LNLB_KEY_LEN];
};

/**
 * lnlb_stmt_has() - was the attribute given?
 * @stmt: statement
 * @attr: NFTA_LNLB_*
 *
 * Return: non-zero if so.
 */
static inline uint32_t lnlb_stmt_has(const struct lnlb_stmt *stmt,
				     unsigned int attr)
{
	return stmt->has & (1u << attr);
}

/**
 * lnlb_stmt_param() - which parameter a keyword begins
 * @word: keyword
 * @len: its length
 *
 * Return: NFTA_LNLB_* (NFTA_LNLB_WEIGHT_SOURCE for "weight"), 0 if @word is no
 * parameter of the statement.
 */
unsigned int lnlb_stmt_param(const char *word, size_t len);

/**
 * lnlb_stmt_word() - the keyword that begins a parameter
 * @attr: NFTA_LNLB_*
 *
 * Return: the word, or what to call it if it has none.
 */
const char *lnlb_stmt_word(unsigned int attr);

/**
 * lnlb_stmt_length() - the length that may follow a parameter's value
 * @attr: NFTA_LNLB_*
 *
 * Return: NFTA_LNLB_AFFINITY_LEN, NFTA_LNLB_POLICY_LEN, 0 if none may.
 */
unsigned int lnlb_stmt_length(unsigned int attr);

/**
 * lnlb_stmt_set() - take one value
 * @stmt: statement to be changed
 * @attr: what lnlb_stmt_param() or lnlb_stmt_length() returned, or
 *	NFTA_LNLB_ADDR
 * @word: value as typed, without quotes; "" for NFTA_LNLB_PERMISSIVE, which has
 *	none
 * @err: on failure, what was wrong and what is allowed
 *
 * Return: 0 or -EINVAL.
 */
int lnlb_stmt_set(struct lnlb_stmt *stmt, unsigned int attr, const char *word,
		  char err[LNLB_STMT_ERRLEN]);

/**
 * lnlb_stmt_check() - do the values go together?
 * @stmt: complete statement
 * @err: on failure, what was wrong and what is allowed
 *
 * Return: 0 or -EINVAL.
 */
int lnlb_stmt_check(const struct lnlb_stmt *stmt, char err[LNLB_STMT_ERRLEN]);

/**
 * lnlb_stmt_format() - the statement in its one canonical spelling
 * @stmt: statement
 * @buf: written to; parses back to the same attributes
 *
 * Return: @buf.
 */
const char *lnlb_stmt_format(const struct lnlb_stmt *stmt,
			     char buf[LNLB_STMT_STRLEN]);

/**
 * lnlb_stmt_put() - append the attributes to a message
 * @nlh: message, with room for LNLB_STMT_STRLEN bytes
 * @stmt: statement
 */
void lnlb_stmt_put(struct nlmsghdr *nlh, const struct lnlb_stmt *stmt);

/**
 * lnlb_stmt_get() - read the attributes of a message
 * @nest: attribute that holds them
 * @stmt: set on success; attributes that are not known are left out
 *
 * Return: 0, -EINVAL if an attribute has a wrong size, or a value that cannot be
 * written in a rule.
 */
int lnlb_stmt_get(const struct nlattr *nest, struct lnlb_stmt *stmt);

#endif /* LNLB_NFT_STMT_H */
