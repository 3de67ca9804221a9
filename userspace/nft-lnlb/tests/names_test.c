// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <linux/netfilter/nf_lnlb.h>

#include "names.h"

static int count, failed;

static void ok(int good, const char *what, const char *text)
{
	count++;
	if (!good)
		failed++;
	printf("%sok %d - names: %s '%s'\n", good ? "" : "not ", count, what,
	       text);
}

static const struct {
	const char *text;
	int err;
	uint32_t seconds;
	const char *back;
} times[] = {
	{ "1800", 0, 1800, "30m" },
	{ "1800s", 0, 1800, "30m" },
	{ "30m", 0, 1800, "30m" },
	{ "1", 0, 1, "1s" },
	{ "1d2h3m4s", 0, 93784, "1d2h3m4s" },
	{ "90s", 0, 90, "1m30s" },
	{ "365d", 0, 31536000, "365d" },
	{ "31536000", 0, 31536000, "365d" },
	{ "31536001", -ERANGE, 0, NULL },
	{ "365d1s", -ERANGE, 0, NULL },
	{ "0", -ERANGE, 0, NULL },
	{ "0s", -ERANGE, 0, NULL },
	{ "4294967297", -ERANGE, 0, NULL },
	{ "18446744073709551617s", -ERANGE, 0, NULL },
	{ "213503982334602d", -ERANGE, 0, NULL },
	{ "", -EINVAL, 0, NULL },
	{ "s", -EINVAL, 0, NULL },
	{ "-1", -EINVAL, 0, NULL },
	{ "1x", -EINVAL, 0, NULL },
	{ "1m1h", -EINVAL, 0, NULL },
	{ "1m1m", -EINVAL, 0, NULL },
	{ "1h30", -EINVAL, 0, NULL },
	{ "1.5h", -EINVAL, 0, NULL },
	{ " 5", -EINVAL, 0, NULL },
};

static void test_times(void)
{
	char buf[LNLB_TIME_STRLEN];
	uint32_t seconds;
	size_t i;
	int err;

	for (i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		seconds = 0;
		err = lnlb_parse_time(times[i].text, &seconds);
		ok(err == times[i].err && seconds == times[i].seconds &&
		   (err || !strcmp(lnlb_format_time(seconds, buf),
				   times[i].back)),
		   "time", times[i].text);
	}
}

static const struct {
	const char *text;
	int err;
	uint16_t weight;
} weights[] = {
	{ "1", 0, 1 },
	{ "65535", 0, 65535 },
	{ "007", 0, 7 },
	{ "0", -ERANGE, 0 },
	{ "65536", -ERANGE, 0 },
	{ "99999999999999999999999", -ERANGE, 0 },
	{ "18446744073709551617", -ERANGE, 0 },
	{ "abc", -EINVAL, 0 },
	{ "", -EINVAL, 0 },
	{ "-1", -EINVAL, 0 },
	{ "+1", -EINVAL, 0 },
	{ "1 ", -EINVAL, 0 },
	{ "0x10", -EINVAL, 0 },
};

static void test_weights(void)
{
	uint16_t weight;
	size_t i;
	int err;

	for (i = 0; i < sizeof(weights) / sizeof(weights[0]); i++) {
		weight = 0;
		err = lnlb_parse_weight(weights[i].text, &weight);
		ok(err == weights[i].err && weight == weights[i].weight,
		   "weight", weights[i].text);
	}
}

static const struct {
	const char *text;
	int len;
} addrs[] = {
	{ "10.0.0.10", 4 },
	{ "0.0.0.0", 4 },
	{ "2001:db8::a", 16 },
	{ "::", 16 },
	{ "10.0.0", 0 },
	{ "10.0.0.256", 0 },
	{ "10.0.0.10/32", 0 },
	{ "10.0.0.10 ", 0 },
	{ "2001:db8::g", 0 },
	{ "fe80::1%eth0", 0 },
	{ "www", 0 },
	{ "", 0 },
};

static void test_addrs(void)
{
	char buf[LNLB_ADDR_STRLEN];
	struct lnlb_addr addr, other;
	size_t i;
	int err;

	for (i = 0; i < sizeof(addrs) / sizeof(addrs[0]); i++) {
		err = lnlb_parse_addr(addrs[i].text, &addr);
		ok(addrs[i].len ? !err && addr.len == addrs[i].len &&
		   !strcmp(lnlb_format_addr(&addr, buf), addrs[i].text) :
		   err == -EINVAL, "address", addrs[i].text);
	}
	lnlb_parse_addr("0.0.0.0", &addr);
	lnlb_parse_addr("::", &other);
	ok(!lnlb_addr_equal(&addr, &other), "families differ", "::");
	lnlb_parse_addr("0.0.0.1", &other);
	ok(!lnlb_addr_equal(&addr, &other), "addresses differ", "0.0.0.1");
	lnlb_parse_addr("0.0.0.0", &other);
	ok(lnlb_addr_equal(&addr, &other), "addresses are equal", "0.0.0.0");
}

static const struct {
	const char *text;
	int err;
} macs[] = {
	{ "02:00:c0:a8:00:0a", 0 },
	{ "ff:ff:ff:ff:ff:ff", 0 },
	{ "02:00:c0:a8:00", -EINVAL },
	{ "02:00:c0:a8:00:0a:", -EINVAL },
	{ "02:00:c0:a8:00:0g", -EINVAL },
	{ "02-00-c0-a8-00-0a", -EINVAL },
	{ "2:0:c0:a8:0:a", -EINVAL },
	{ "02:00:c0:a8:00: a", -EINVAL },
	{ "", -EINVAL },
};

static void test_macs(void)
{
	char buf[LNLB_MAC_STRLEN];
	uint8_t mac[LNLB_MAC_LEN];
	size_t i;
	int err;

	for (i = 0; i < sizeof(macs) / sizeof(macs[0]); i++) {
		err = lnlb_parse_mac(macs[i].text, mac);
		ok(err == macs[i].err &&
		   (err || !strcmp(lnlb_format_mac(mac, buf), macs[i].text)),
		   "mac", macs[i].text);
	}
}

/* values up to @first have no word */
static void test_words(const struct lnlb_words *words, const char *what,
		       unsigned int first)
{
	unsigned int i, bad = 0;

	for (i = 0; i < words->count; i++) {
		if (i < first)
			bad += strcmp(lnlb_word(words, i), "unknown") != 0;
		else
			bad += !words->word[i] ||
			       lnlb_word_value(words, words->word[i]) != (int)i;
	}
	bad += strcmp(lnlb_word(words, words->count), "unknown") != 0;
	bad += lnlb_word_value(words, "unknown") != -EINVAL;
	ok(!bad, "each value has its word", what);
}

int main(void)
{
	char buf[64], tiny[8];

	test_times();
	test_weights();
	test_addrs();
	test_macs();
	test_words(&lnlb_weight_source_words, "weight source", 0);
	test_words(&lnlb_affinity_words, "affinity", 0);
	test_words(&lnlb_mode_words, "mode", 0);
	test_words(&lnlb_state_words, "state", 0);
	test_words(&lnlb_event_words, "event", LNLB_EVENT_UNSPEC + 1);
	test_words(&lnlb_stat_words, "stat", LNLB_STAT_PAD + 1);
	test_words(&lnlb_reject_words, "reject", LNLB_REJECT_UNSPEC + 1);
	test_words(&lnlb_key_use_words, "key use", 0);
	test_words(&lnlb_key_state_words, "key state", 0);
	test_words(&lnlb_door_words, "door", 0);
	test_words(&lnlb_flag_words, "flag", 0);
	ok(lnlb_parse_weight_source("auto") == LNLB_WEIGHT_LOADAVG, "source",
	   "auto");
	ok(lnlb_parse_weight_source("Manual") == -EINVAL, "source", "Manual");
	ok(!strcmp(lnlb_words_join(&lnlb_mode_words, buf, sizeof(buf)),
		   "unicast, multicast, igmp"), "list", buf);
	ok(!strcmp(lnlb_words_join(&lnlb_mode_words, tiny, sizeof(tiny)),
		   "unicast"), "list that is cut off", tiny);
	printf("1..%d\n", count);
	return failed ? 1 : 0;
}
