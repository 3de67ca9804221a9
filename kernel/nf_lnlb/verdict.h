/* SPDX-License-Identifier: GPL-2.0-only */
/* The end of a decision: counted, told to who traces, taken or dropped. */
#ifndef _LNLB_VERDICT_H
#define _LNLB_VERDICT_H

#include "trace.h"

/**
 * lnlb_taken() - is a packet that counts as this taken?
 * @stat: enum lnlb_stat, LNLB_STAT_RX_*
 */
static inline bool lnlb_taken(unsigned int stat)
{
	return stat == LNLB_STAT_RX_MINE || stat == LNLB_STAT_RX_SESSION;
}

/**
 * lnlb_decided() - count a packet, and tell of it if somebody traces
 * @cluster: its cluster
 * @skb: the packet, network header set
 * @stat: LNLB_STAT_RX_*
 */
static inline void lnlb_decided(const struct lnlb_cluster *cluster,
				const struct sk_buff *skb, unsigned int stat)
{
	lnlb_count(cluster, stat);
	trace_lnlb_decision(cluster, skb, stat);
}

/**
 * lnlb_take() - count a packet and let it through
 * @cluster: its cluster
 * @skb: the packet; its type becomes PACKET_HOST
 * @stat: LNLB_STAT_RX_MINE or LNLB_STAT_RX_SESSION
 *
 * The stack drops PACKET_OTHERHOST. Whoever else holds this skb got it from a
 * tap, which made its own copy of the struct, or is pktgen.
 *
 * Return: NF_ACCEPT.
 */
static inline unsigned int lnlb_take(const struct lnlb_cluster *cluster,
				     struct sk_buff *skb, unsigned int stat)
{
	lnlb_decided(cluster, skb, stat);
	skb->pkt_type = PACKET_HOST;
	return NF_ACCEPT;
}

/**
 * lnlb_drop_foreign() - drop another node's packet
 * @cluster: its cluster
 * @skb: the packet, freed
 *
 * As lnlb_drop() does; on its own, as nearly all packets come here.
 *
 * Return: NF_STOLEN.
 */
unsigned int lnlb_drop_foreign(const struct lnlb_cluster *cluster,
			       struct sk_buff *skb);

/**
 * lnlb_drop() - count a packet and drop it
 * @cluster: its cluster
 * @skb: the packet, freed
 * @stat: LNLB_STAT_RX_*, but for those of lnlb_taken()
 *
 * The kernel's reasons for drops have none that a module could call its own;
 * with NF_DROP, drop_monitor and skb:kfree_skb would name netfilter as the
 * place. So packets are freed here, by a function for each cause, named for it.
 *
 * Return: NF_STOLEN.
 */
unsigned int lnlb_drop(const struct lnlb_cluster *cluster, struct sk_buff *skb,
		       unsigned int stat);

/**
 * lnlb_verdict() - count a packet, and take or drop it as it counts
 * @cluster: its cluster
 * @skb: the packet; freed if it is dropped
 * @stat: LNLB_STAT_RX_*
 *
 * Return: NF_ACCEPT or NF_STOLEN.
 */
static inline unsigned int lnlb_verdict(const struct lnlb_cluster *cluster,
					struct sk_buff *skb, unsigned int stat)
{
	return lnlb_taken(stat) ? lnlb_take(cluster, skb, stat) :
				  lnlb_drop(cluster, skb, stat);
}

#endif /* _LNLB_VERDICT_H */
