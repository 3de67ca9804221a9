// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/netfilter/nf_lnlb.h>

#include "names.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* An enum that grew makes the build fail here, not the output read "unknown" */
#define WORDS(vocabulary, max)						\
	_Static_assert(ARRAY_SIZE(vocabulary) == (max) + 1,		\
		       "a word is missing");				\
	const struct lnlb_words lnlb_##vocabulary##_words = {		\
		.word = vocabulary,					\
		.count = ARRAY_SIZE(vocabulary),			\
	}

static const char *const weight_source[] = {
	[LNLB_WEIGHT_LOADAVG] = "loadavg",
	[LNLB_WEIGHT_LOADAVG5] = "loadavg5",
	[LNLB_WEIGHT_LOADAVG15] = "loadavg15",
	[LNLB_WEIGHT_FREEMEM] = "freemem",
	[LNLB_WEIGHT_MANUAL] = "manual",
};
WORDS(weight_source, LNLB_WEIGHT_SOURCE_MAX);

static const char *const affinity[] = {
	[LNLB_AFFINITY_CLIENT] = "client",
	[LNLB_AFFINITY_CONNECTION] = "connection",
	[LNLB_AFFINITY_NETWORK] = "network",
};
WORDS(affinity, LNLB_AFFINITY_MAX);

static const char *const mode[] = {
	[LNLB_MODE_UNICAST] = "unicast",
	[LNLB_MODE_MULTICAST] = "multicast",
	[LNLB_MODE_IGMP] = "igmp",
};
WORDS(mode, LNLB_MODE_MAX);

static const char *const state[] = {
	[LNLB_NODE_WAITING] = "waiting",
	[LNLB_NODE_JOINING] = "joining",
	[LNLB_NODE_ACTIVE] = "active",
	[LNLB_NODE_DRAINING] = "draining",
	[LNLB_NODE_LEAVING] = "leaving",
	[LNLB_NODE_SUSPENDED] = "suspended",
};
WORDS(state, LNLB_NODE_STATE_MAX);

static const char *const event[] = {
	[LNLB_EVENT_CLUSTER_NEW] = "cluster_new",
	[LNLB_EVENT_CLUSTER_DEL] = "cluster_del",
	[LNLB_EVENT_CLUSTER_CHANGED] = "cluster_changed",
	[LNLB_EVENT_BOUND] = "bound",
	[LNLB_EVENT_UNBOUND] = "unbound",
	[LNLB_EVENT_STATE] = "state",
	[LNLB_EVENT_NODE_JOIN] = "node_join",
	[LNLB_EVENT_NODE_LEAVE] = "node_leave",
	[LNLB_EVENT_NODE_DEAD] = "node_dead",
	[LNLB_EVENT_NODE_STATE] = "node_state",
	[LNLB_EVENT_WEIGHT] = "weight",
	[LNLB_EVENT_CLAIMS] = "claims",
	[LNLB_EVENT_FENCED] = "fenced",
	[LNLB_EVENT_UNFENCED] = "unfenced",
	[LNLB_EVENT_REJECTED] = "rejected",
	[LNLB_EVENT_ADDR_CONFLICT] = "addr_conflict",
	[LNLB_EVENT_REFUSED] = "refused",
	[LNLB_EVENT_SETTLED] = "settled",
	[LNLB_EVENT_NODE_DIFFERS] = "node_differs",
};
WORDS(event, LNLB_EVENT_MAX);

static const char *const stat[] = {
	[LNLB_STAT_RX_MINE] = "rx_mine",
	[LNLB_STAT_RX_FOREIGN] = "rx_foreign",
	[LNLB_STAT_RX_SESSION] = "rx_session",
	[LNLB_STAT_RX_PASSED_BY] = "rx_passed_by",
	[LNLB_STAT_RX_FENCED] = "rx_fenced",
	[LNLB_STAT_RX_WRONG_MAC] = "rx_wrong_mac",
	[LNLB_STAT_RX_MALFORMED] = "rx_malformed",
	[LNLB_STAT_ARP_REWRITTEN] = "arp_rewritten",
	[LNLB_STAT_ARP_DROPPED] = "arp_dropped",
	[LNLB_STAT_ARP_CONFLICT] = "arp_conflict",
	[LNLB_STAT_SESSION_OVERFLOW] = "session_overflow",
	[LNLB_STAT_FRAME_TX] = "frame_tx",
	[LNLB_STAT_FRAME_TX_ERROR] = "frame_tx_error",
	[LNLB_STAT_FRAME_RX] = "frame_rx",
	[LNLB_STAT_FRAME_TRUNCATED] = "frame_truncated",
	[LNLB_STAT_FRAME_MAGIC] = "frame_magic",
	[LNLB_STAT_FRAME_VERSION] = "frame_version",
	[LNLB_STAT_FRAME_TYPE] = "frame_type",
	[LNLB_STAT_FRAME_LENGTH] = "frame_length",
	[LNLB_STAT_FRAME_RESERVED] = "frame_reserved",
	[LNLB_STAT_FRAME_ADDR] = "frame_addr",
	[LNLB_STAT_FRAME_ECHO] = "frame_echo",
	[LNLB_STAT_FRAME_DUPLICATE_ID] = "frame_duplicate_id",
	[LNLB_STAT_FRAME_SPOOFED] = "frame_spoofed",
	[LNLB_STAT_FRAME_REPLAY] = "frame_replay",
	[LNLB_STAT_FRAME_PARAMS] = "frame_params",
	[LNLB_STAT_FRAME_TOO_MANY_NODES] = "frame_too_many_nodes",
	[LNLB_STAT_FRAME_AUTH] = "frame_auth",
	[LNLB_STAT_FRAME_OVERFLOW] = "frame_overflow",
	[LNLB_STAT_RX_ORPHAN] = "rx_orphan",
	[LNLB_STAT_FRAME_KEY] = "frame_key",
	[LNLB_STAT_FRAME_UNSIGNED] = "frame_unsigned",
	[LNLB_STAT_FRAME_RX_UNSIGNED] = "frame_rx_unsigned",
	[LNLB_STAT_FRAME_RX_UNVERIFIED] = "frame_rx_unverified",
	[LNLB_STAT_FRAME_UNPROVEN] = "frame_unproven",
	[LNLB_STAT_RX_XDP] = "rx_xdp",
};
WORDS(stat, LNLB_STAT_MAX);

static const char *const reject[] = {
	[LNLB_REJECT_DUPLICATE_ID] = "duplicate_id",
	[LNLB_REJECT_ECHO] = "echo",
	[LNLB_REJECT_VERSION] = "version",
	[LNLB_REJECT_BUCKETS] = "buckets",
	[LNLB_REJECT_AFFINITY] = "affinity",
	[LNLB_REJECT_MODE] = "mode",
	[LNLB_REJECT_HASH] = "hash",
	[LNLB_REJECT_SIGNATURE] = "signature",
	[LNLB_REJECT_KEY] = "key",
	[LNLB_REJECT_UNSIGNED] = "unsigned",
	[LNLB_REJECT_REPLAY] = "replay",
	[LNLB_REJECT_UNPROVEN] = "unproven",
	[LNLB_REJECT_TOO_MANY_NODES] = "too_many_nodes",
	[LNLB_REJECT_TIMERS] = "timers",
};
WORDS(reject, LNLB_REJECT_MAX);

static const char *const key_use[] = {
	[LNLB_KEY_SIGN] = "key",
	[LNLB_KEY_NEXT] = "next",
	[LNLB_KEY_HASH] = "hash",
};
WORDS(key_use, LNLB_KEY_USE_MAX);

static const char *const key_state[] = {
	[LNLB_KEY_VALID] = "valid",
	[LNLB_KEY_EXPIRED] = "expired",
	[LNLB_KEY_REVOKED] = "revoked",
};
WORDS(key_state, LNLB_KEY_STATE_MAX);

static const char *const owned_by[] = {
	[LNLB_OWNED_BY_NOBODY] = "nobody",
	[LNLB_OWNED_BY_SESSION] = "session",
	[LNLB_OWNED_BY_BUCKET] = "bucket",
	[LNLB_OWNED_BY_TARGET] = "target",
};
WORDS(owned_by, LNLB_OWNED_BY_MAX);

static const char *const xdp[] = {
	[LNLB_XDP_OFF] = "off",
	[LNLB_XDP_NATIVE] = "native",
	[LNLB_XDP_GENERIC] = "generic",
	[LNLB_XDP_PAUSED] = "paused",
};
WORDS(xdp, LNLB_XDP_MAX);

static const char *const door[] = { "lnlbctl", "nft" };
WORDS(door, 1);

static const char *const flag[] = { "addr_added", "health" };
WORDS(flag, 1);

const char *lnlb_word(const struct lnlb_words *words, unsigned int value)
{
	if (value >= words->count || !words->word[value])
		return "unknown";
	return words->word[value];
}

int lnlb_word_value(const struct lnlb_words *words, const char *word)
{
	unsigned int i;

	for (i = 0; i < words->count; i++)
		if (words->word[i] && !strcmp(words->word[i], word))
			return i;
	return -EINVAL;
}

const char *lnlb_words_join(const struct lnlb_words *words, char *buf,
			    size_t size)
{
	size_t used = 0;
	unsigned int i;

	buf[0] = '\0';
	for (i = 0; i < words->count && used < size; i++)
		if (words->word[i])
			used += snprintf(buf + used, size - used, "%s%s",
					 used ? ", " : "", words->word[i]);
	return buf;
}

int lnlb_parse_weight_source(const char *word)
{
	if (!strcmp(word, "auto"))
		return LNLB_WEIGHT_LOADAVG;
	return lnlb_word_value(&lnlb_weight_source_words, word);
}

/* Stops behind the last digit; too large ones come out as UINT64_MAX. */
static const char *parse_digits(const char *text, uint64_t *value)
{
	*value = 0;
	for (; isdigit((unsigned char)*text); text++) {
		if (*value > UINT32_MAX)
			*value = UINT64_MAX;
		else
			*value = *value * 10 + (*text - '0');
	}
	return text;
}

int lnlb_parse_uint(const char *text, uint32_t min, uint32_t max,
		    uint32_t *value)
{
	const char *end;
	uint64_t number;

	end = parse_digits(text, &number);
	if (end == text || *end)
		return -EINVAL;
	if (number < min || number > max)
		return -ERANGE;
	*value = number;
	return 0;
}

int lnlb_parse_weight(const char *text, uint16_t *weight)
{
	uint32_t value;
	int err;

	err = lnlb_parse_uint(text, LNLB_WEIGHT_MIN, LNLB_WEIGHT_MAX, &value);
	if (!err)
		*weight = value;
	return err;
}

static const struct {
	char letter;
	uint32_t seconds;
} units[] = {
	{ 'd', 86400 }, { 'h', 3600 }, { 'm', 60 }, { 's', 1 },
};

int lnlb_parse_time(const char *text, uint32_t *seconds)
{
	uint64_t number, sum = 0;
	unsigned int unit = 0;
	const char *end;

	end = parse_digits(text, &number);
	if (end != text && !*end)
		return lnlb_parse_uint(text, LNLB_TIMEOUT_MIN,
				       LNLB_TIMEOUT_MAX, seconds);
	do {
		end = parse_digits(text, &number);
		if (end == text)
			return -EINVAL;
		while (unit < ARRAY_SIZE(units) && units[unit].letter != *end)
			unit++;
		if (unit == ARRAY_SIZE(units))
			return -EINVAL;
		/* four times at most, each below 2^32 * 2^17: no overflow */
		if (number > UINT32_MAX)
			number = UINT32_MAX;
		sum += number * units[unit++].seconds;
		text = end + 1;
	} while (*text);
	if (sum < LNLB_TIMEOUT_MIN || sum > LNLB_TIMEOUT_MAX)
		return -ERANGE;
	*seconds = sum;
	return 0;
}

const char *lnlb_format_time(uint32_t seconds, char buf[LNLB_TIME_STRLEN])
{
	size_t i, used = 0;

	snprintf(buf, LNLB_TIME_STRLEN, "0s");
	for (i = 0; i < ARRAY_SIZE(units); i++) {
		if (seconds < units[i].seconds)
			continue;
		used += snprintf(buf + used, LNLB_TIME_STRLEN - used, "%u%c",
				 seconds / units[i].seconds, units[i].letter);
		seconds %= units[i].seconds;
	}
	return buf;
}

int lnlb_parse_addr(const char *text, struct lnlb_addr *addr)
{
	memset(addr, 0, sizeof(*addr));
	if (inet_pton(AF_INET, text, addr->bytes) == 1)
		addr->len = 4;
	else if (inet_pton(AF_INET6, text, addr->bytes) == 1)
		addr->len = 16;
	else
		return -EINVAL;
	return 0;
}

const char *lnlb_format_addr(const struct lnlb_addr *addr,
			     char buf[LNLB_ADDR_STRLEN])
{
	if (!inet_ntop(addr->len == 4 ? AF_INET : AF_INET6, addr->bytes, buf,
		       LNLB_ADDR_STRLEN))
		buf[0] = '\0';
	return buf;
}

bool lnlb_addr_equal(const struct lnlb_addr *a, const struct lnlb_addr *b)
{
	return a->len == b->len && !memcmp(a->bytes, b->bytes, a->len);
}

int lnlb_parse_mac(const char *text, uint8_t mac[LNLB_MAC_LEN])
{
	uint8_t byte[LNLB_MAC_LEN];
	char pair[3] = "";
	int i;

	if (strlen(text) != LNLB_MAC_STRLEN - 1)
		return -EINVAL;
	for (i = 0; i < LNLB_MAC_LEN; i++, text += 3) {
		if (!isxdigit((unsigned char)text[0]) ||
		    !isxdigit((unsigned char)text[1]) ||
		    text[2] != (i == LNLB_MAC_LEN - 1 ? '\0' : ':'))
			return -EINVAL;
		memcpy(pair, text, 2);
		byte[i] = strtoul(pair, NULL, 16);
	}
	memcpy(mac, byte, LNLB_MAC_LEN);
	return 0;
}

const char *lnlb_format_mac(const uint8_t mac[LNLB_MAC_LEN],
			    char buf[LNLB_MAC_STRLEN])
{
	snprintf(buf, LNLB_MAC_STRLEN, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0],
		 mac[1], mac[2], mac[3], mac[4], mac[5]);
	return buf;
}
