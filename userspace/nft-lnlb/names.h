/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The words people type and read for what the kernel numbers, and the values
 * that both tools parse. Nothing here prints or talks to the kernel.
 */
#ifndef LNLB_NAMES_H
#define LNLB_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LNLB_MAC_LEN		6
#define LNLB_MAC_STRLEN		18	/* "02:00:c0:a8:00:0a" and its end */
#define LNLB_ADDR_STRLEN	46	/* INET6_ADDRSTRLEN */
#define LNLB_TIME_STRLEN	32

/**
 * struct lnlb_words - the words of an enum
 * @word: by value; NULL where a value has no word
 * @count: one more than the highest value
 */
struct lnlb_words {
	const char *const *word;
	unsigned int count;
};

extern const struct lnlb_words lnlb_weight_source_words;
extern const struct lnlb_words lnlb_affinity_words;
extern const struct lnlb_words lnlb_mode_words;
extern const struct lnlb_words lnlb_state_words;
extern const struct lnlb_words lnlb_event_words;
extern const struct lnlb_words lnlb_stat_words;
extern const struct lnlb_words lnlb_reject_words;
extern const struct lnlb_words lnlb_key_use_words;
extern const struct lnlb_words lnlb_key_state_words;
extern const struct lnlb_words lnlb_owned_by_words;
extern const struct lnlb_words lnlb_xdp_words;
/* the value is the number of the bit */
extern const struct lnlb_words lnlb_door_words;
extern const struct lnlb_words lnlb_flag_words;

/**
 * struct lnlb_addr - an IPv4 or IPv6 address
 * @len: 4 or 16
 * @bytes: network order; behind @len they are zero
 */
struct lnlb_addr {
	uint8_t len;
	uint8_t bytes[16];
};

/**
 * lnlb_word() - the word for a value
 * @words: vocabulary
 * @value: may be one that a newer kernel made up
 *
 * Return: the word, "unknown" if there is none.
 */
const char *lnlb_word(const struct lnlb_words *words, unsigned int value);

/**
 * lnlb_word_value() - the value of a word
 * @words: vocabulary
 * @word: exact spelling
 *
 * Return: the value, -EINVAL for a word that is not in the vocabulary.
 */
int lnlb_word_value(const struct lnlb_words *words, const char *word);

/**
 * lnlb_words_join() - list a vocabulary for an error message
 * @words: vocabulary
 * @buf: "unicast, multicast, igmp"; cut off where @size ends
 * @size: of @buf, at least 1
 *
 * Return: @buf.
 */
const char *lnlb_words_join(const struct lnlb_words *words, char *buf,
			    size_t size);

/**
 * lnlb_parse_weight_source() - as lnlb_word_value(), knows "auto" as well
 * @word: what was typed
 *
 * Return: enum lnlb_weight_source, or -EINVAL.
 */
int lnlb_parse_weight_source(const char *word);

/**
 * lnlb_parse_uint() - a decimal number, digits only
 * @text: what was typed
 * @min: smallest allowed
 * @max: largest allowed
 * @value: set on success
 *
 * Return: 0, -EINVAL if it is no number, -ERANGE outside of @min..@max.
 */
int lnlb_parse_uint(const char *text, uint32_t min, uint32_t max,
		    uint32_t *value);

/**
 * lnlb_parse_weight() - LNLB_WEIGHT_MIN..LNLB_WEIGHT_MAX
 * @text: what was typed
 * @weight: set on success
 *
 * Return: as lnlb_parse_uint().
 */
int lnlb_parse_weight(const char *text, uint16_t *weight);

/**
 * lnlb_parse_time() - a time as in nft, "1d2h3m4s" and parts of it, or seconds
 * @text: what was typed
 * @seconds: set on success
 *
 * Return: 0, -EINVAL if it is no time, -ERANGE outside of
 * LNLB_TIMEOUT_MIN..LNLB_TIMEOUT_MAX.
 */
int lnlb_parse_time(const char *text, uint32_t *seconds);

/**
 * lnlb_format_time() - what lnlb_parse_time() reads back, the shortest way
 * @seconds: to be written
 * @buf: written to
 *
 * Return: @buf.
 */
const char *lnlb_format_time(uint32_t seconds, char buf[LNLB_TIME_STRLEN]);

/**
 * lnlb_parse_addr() - an IPv4 or IPv6 address without prefix length
 * @text: what was typed
 * @addr: set on success
 *
 * Return: 0 or -EINVAL.
 */
int lnlb_parse_addr(const char *text, struct lnlb_addr *addr);

/**
 * lnlb_format_addr() - write an address
 * @addr: to be written
 * @buf: written to
 *
 * Return: @buf.
 */
const char *lnlb_format_addr(const struct lnlb_addr *addr,
			     char buf[LNLB_ADDR_STRLEN]);

/**
 * lnlb_addr_equal() - is it the same address?
 * @a: one
 * @b: other
 *
 * Return: true if so.
 */
bool lnlb_addr_equal(const struct lnlb_addr *a, const struct lnlb_addr *b);

/**
 * lnlb_parse_mac() - six pairs of hex digits with colons
 * @text: what was typed
 * @mac: set on success
 *
 * Return: 0 or -EINVAL.
 */
int lnlb_parse_mac(const char *text, uint8_t mac[LNLB_MAC_LEN]);

/**
 * lnlb_format_mac() - write a MAC address
 * @mac: to be written
 * @buf: written to
 *
 * Return: @buf.
 */
const char *lnlb_format_mac(const uint8_t mac[LNLB_MAC_LEN],
			    char buf[LNLB_MAC_STRLEN]);

#endif /* LNLB_NAMES_H */
