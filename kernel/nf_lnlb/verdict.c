// SPDX-License-Identifier: GPL-2.0-only
/* Packets dropped, each cause by a function that tells its name. */

#include "verdict.h"

/*
 * The place of a drop is where the call of kfree_skb_reason() returns to: not
 * inlined, and with something left to do, however little. GCC 14 has a clone of a
 * function return nothing if it knows what that would be, and end in a jump. What
 * is counted makes each function another one; the compiler would make one of those
 * that are alike.
 */
#define LNLB_DROP(cause, stat)						\
noinline __noclone unsigned int						\
lnlb_drop_##cause(const struct lnlb_cluster *cluster, struct sk_buff *skb) \
{									\
	lnlb_decided(cluster, skb, stat);				\
	kfree_skb_reason(skb, SKB_DROP_REASON_NETFILTER_DROP);		\
	barrier();							\
	return NF_STOLEN;						\
}

LNLB_DROP(foreign, LNLB_STAT_RX_FOREIGN)
static LNLB_DROP(passed_by, LNLB_STAT_RX_PASSED_BY)
static LNLB_DROP(fenced, LNLB_STAT_RX_FENCED)
static LNLB_DROP(wrong_mac, LNLB_STAT_RX_WRONG_MAC)
static LNLB_DROP(malformed, LNLB_STAT_RX_MALFORMED)
static LNLB_DROP(orphan, LNLB_STAT_RX_ORPHAN)

unsigned int lnlb_drop(const struct lnlb_cluster *cluster, struct sk_buff *skb,
		       unsigned int stat)
{
	switch (stat) {
	case LNLB_STAT_RX_PASSED_BY:
		return lnlb_drop_passed_by(cluster, skb);
	case LNLB_STAT_RX_FENCED:
		return lnlb_drop_fenced(cluster, skb);
	case LNLB_STAT_RX_WRONG_MAC:
		return lnlb_drop_wrong_mac(cluster, skb);
	case LNLB_STAT_RX_MALFORMED:
		return lnlb_drop_malformed(cluster, skb);
	case LNLB_STAT_RX_ORPHAN:
		return lnlb_drop_orphan(cluster, skb);
	}
	return lnlb_drop_foreign(cluster, skb);
}
