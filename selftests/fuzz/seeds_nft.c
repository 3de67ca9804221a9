// SPDX-License-Identifier: GPL-2.0-only
/* Inputs of the nft target: see fuzz_nft.c. */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "seeds.h"

static const struct {
	const char *name;
	const char *text;
} texts[] = {
	{ "rule", "\nadd rule ip t c lnlb cluster 192.0.2.10 dev eth0 weight 100 "
		  "affinity network 24 policy network 20 timeout 30m mode unicast "
		  "mac 02:00:c0:00:02:0a key \"one two\" next four permissive "
		  "hash three\n" },
	{ "table", "\ntable inet lnlb {\n\tchain lnlb {\n\t\ttype filter hook "
		   "prerouting priority -400; policy accept;\n\t\tlnlb cluster "
		   "192.0.2.10 weight loadavg15 # lnlb\n\t\ttcp dport { 80, 443 "
		   "} counter lnlb cluster 2001:db8::1 affinity client policy "
		   "connection; }\n}\n" },
	{ "variables", "\ndefine vip = 192.0.2.10\nadd rule t c lnlb cluster "
		       "$vip \\\n dev $dev weight $w timeout 1d2h3m4s log\n" },
	{ "strings", "\nadd rule t c comment \"lnlb cluster\" lnlb cluster "
		     "\"192.0.2.10\" dev \"eth0\"; include \"lnlb.nft\"" },
	{ "wrong", "\nlnlb cluster 192.0.2.300 weight 0 dev\nlnlb cluster\n"
		   "lnlb cluster 192.0.2.1 timeout 1x affinity network 33" },
	{ "lines", "\nadd rule t c lnlb cluster \"192.0.2.1\n\" dev\n\n" },
	{ "definitions", "\ndefine vip = 192.0.2.10\ndefine vip = 192.0.2.11\n"
			 "add rule t c lnlb cluster $vip\n" },
	{ "twice", "\nlnlb cluster 192.0.2.1 lnlb cluster 192.0.2.1 dev a dev b" },
};

static struct seed attrs;

static void attr(u16 type, const void *data, u16 len)
{
	u16 nla_len = 4 + len;

	/* the length as it is in memory, padded to 4 bytes */
	memcpy(attrs.data + attrs.len, &nla_len, 2);
	memcpy(attrs.data + attrs.len + 2, &type, 2);
	if (len)
		memcpy(attrs.data + attrs.len + 4, data, len);
	attrs.len += 4 + (len + 3) / 4 * 4;
}

static void put_expr(struct nlmsghdr *nlh, const char *name, u32 addr)
{
	struct nlattr *elem = mnl_attr_nest_start(nlh, NFTA_LIST_ELEM), *data;

	mnl_attr_put_strz(nlh, NFTA_EXPR_NAME, name);
	data = mnl_attr_nest_start(nlh, NFTA_EXPR_DATA);
	mnl_attr_put_u32(nlh, NFTA_LNLB_ADDR, addr);
	mnl_attr_put_strz(nlh, NFTA_LNLB_DEV, "eth0");
	mnl_attr_nest_end(nlh, data);
	mnl_attr_nest_end(nlh, elem);
}

/* a rule with a statement between others, and a refusal with words */
static void datagrams(void)
{
	static struct seed seed;
	static char buf[4096];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct nlmsgerr *err;
	struct nlattr *list;

	nlh->nlmsg_type = NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWRULE;
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct nfgenmsg));
	mnl_attr_put_strz(nlh, NFTA_RULE_TABLE, "t");
	list = mnl_attr_nest_start(nlh, NFTA_RULE_EXPRESSIONS);
	put_expr(nlh, "counter", 0);
	put_expr(nlh, "lnlb", htobe32(0xc000020a));
	put_expr(nlh, "lnlb", htobe32(0xc000020b));
	mnl_attr_nest_end(nlh, list);
	mnl_attr_put_u32(nlh, NFTA_RULE_POSITION, 1);
	seed.data[0] = 1;
	memcpy(seed.data + 1, nlh, nlh->nlmsg_len);
	seed_save("nft", "message", seed.data, 1 + nlh->nlmsg_len);

	nlh = mnl_nlmsg_put_header(buf);
	nlh->nlmsg_type = NLMSG_ERROR;
	nlh->nlmsg_flags = NLM_F_ACK_TLVS;
	err = mnl_nlmsg_put_extra_header(nlh, sizeof(*err));
	err->error = -EINVAL;
	err->msg.nlmsg_len = sizeof(err->msg);
	mnl_attr_put_strz(nlh, NLMSGERR_ATTR_MSG, "words");
	memcpy(seed.data + 1, nlh, nlh->nlmsg_len);
	seed_save("nft", "refusal", seed.data, 1 + nlh->nlmsg_len);
	/* libmnl takes this length for a negative one */
	nlh->nlmsg_len = -256;
	memcpy(seed.data + 1, nlh, sizeof(*nlh) + sizeof(*err));
	seed_save("nft", "length-negative", seed.data,
		  1 + sizeof(*nlh) + sizeof(*err));
}

/**
 * seed_nft() - write them all
 */
void seed_nft(void)
{
	static const u8 addr[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 };
	static const u8 weight[4] = { 0, 0, 1, 0 }, manual[4] = { 0, 0, 0, 4 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(texts); i++)
		seed_save("nft", texts[i].name, texts[i].text,
			  strlen(texts[i].text));
	seed_put(&attrs, 1, 0);
	attr(NFTA_LNLB_ADDR, addr, sizeof(addr));
	attr(NFTA_LNLB_DEV, "eth0", 5);
	attr(NFTA_LNLB_WEIGHT_SOURCE, manual, sizeof(manual));
	attr(NFTA_LNLB_WEIGHT, weight, sizeof(weight));
	attr(NFTA_LNLB_TIMEOUT, weight, sizeof(weight));
	attr(NFTA_LNLB_MAC, addr, 6);
	attr(NFTA_LNLB_KEY, "one two", 8);
	attr(NFTA_LNLB_KEY_NEXT, "four", 5);
	attr(NFTA_LNLB_PERMISSIVE, NULL, 0);
	seed_save("nft", "attributes", attrs.data, attrs.len);
	datagrams();
}
