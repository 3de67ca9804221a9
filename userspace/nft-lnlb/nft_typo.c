// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <string.h>

#include "nft_typo.h"

#define WORD_MAX	16
#define WRONG_MAX	2

/* What may stand behind a statement in nft 1.0.6 to 1.1.7 */
static const char *const nft_words[] = {
	"accept", "add", "ah", "arp", "auth", "cgroup", "comment", "comp",
	"continue", "counter", "cpu", "ct", "day", "dccp", "delete", "dnat",
	"drop", "dst", "dup", "esp", "ether", "exthdr", "fib", "flow", "frag",
	"fwd", "geneve", "goto", "gre", "gretap", "hbh", "hour", "ibriport",
	"ibrname", "icmp", "icmpv6", "igmp", "iif", "iifgroup", "iifkind",
	"iifname", "iiftype", "ip", "ip6", "ipsec", "jhash", "jump", "l4proto",
	"last", "length", "limit", "log", "map", "mark", "masquerade", "meta",
	"meter", "mh", "nfproto", "nftrace", "notrack", "numgen", "obriport",
	"obrname", "oif", "oifgroup", "oifkind", "oifname", "oiftype", "osf",
	"pkttype", "priority", "protocol", "queue", "quota", "random",
	"redirect", "reject", "reset", "return", "rt", "rt0", "rt2", "rt4",
	"rtclassid", "sctp", "sdif", "sdifname", "secmark", "set", "skgid",
	"skuid", "snat", "socket", "srh", "symhash", "synproxy", "tcp", "th",
	"time", "tproxy", "tunnel", "udp", "udplite", "update", "vlan", "vxlan",
	"xfrm", "xt",
};

bool lnlb_nft_word(const char *word, size_t len)
{
	size_t i;

	for (i = 0; i < sizeof(nft_words) / sizeof(nft_words[0]); i++)
		if (strlen(nft_words[i]) == len &&
		    !memcmp(nft_words[i], word, len))
			return true;
	return false;
}

static unsigned int min(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

static unsigned int distance(const char *a, size_t a_len, const char *b,
			     size_t b_len)
{
	unsigned int d[WORD_MAX + 1][WORD_MAX + 1];
	size_t i, j;

	for (i = 0; i <= a_len; i++)
		for (j = 0; j <= b_len; j++) {
			if (!i || !j) {
				d[i][j] = i + j;
				continue;
			}
			d[i][j] = min(min(d[i - 1][j], d[i][j - 1]) + 1,
				      d[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				d[i][j] = min(d[i][j], d[i - 2][j - 2] + 1);
		}
	return d[a_len][b_len];
}

bool lnlb_typo(const char *word, size_t len, const char *meant)
{
	size_t i, meant_len = strlen(meant);
	unsigned int wrong;

	if (len > WORD_MAX || meant_len > WORD_MAX ||
	    len + WRONG_MAX < meant_len || len > meant_len + WRONG_MAX)
		return false;
	for (i = 0; i < len; i++)
		if (!isalpha((unsigned char)word[i]))
			return false;
	if (lnlb_nft_word(word, len))
		return false;
	wrong = distance(word, len, meant, meant_len);
	return wrong && wrong <= WRONG_MAX;
}
