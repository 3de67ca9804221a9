/* SPDX-License-Identifier: GPL-2.0-only */
/* Whose a packet is. */
#ifndef _LNLB_DECIDE_H
#define _LNLB_DECIDE_H

#include "flow.h"

/**
 * lnlb_decide_flow() - whose is a packet with this key?
 * @cluster: the cluster that it is for
 * @flow: the packet
 *
 * Counts nothing and tells nobody.
 *
 * Context: softirq, rcu_read_lock().
 * Return: the counter that it goes to, see lnlb_taken().
 */
unsigned int lnlb_decide_flow(const struct lnlb_cluster *cluster,
			      const struct lnlb_flow *flow);

/**
 * lnlb_decide() - whose is this packet?
 * @cluster: the cluster that it is for
 * @skb: the packet, network header set; not written
 * @iph: its IPv4 header, ihl checked
 * @bucket: that of its sender, who is the client; -1: look for it
 * @flow: filled in, unless the packet is malformed
 *
 * Counts nothing and tells nobody.
 *
 * Context: softirq, rcu_read_lock().
 * Return: the counter that it goes to, see lnlb_taken().
 */
unsigned int lnlb_decide(const struct lnlb_cluster *cluster,
			 struct sk_buff *skb, const struct iphdr *iph,
			 int bucket, struct lnlb_flow *flow);

/**
 * lnlb_decide_settle() - tell the tracker of what is taken
 * @cluster: the cluster that it is for
 * @flow: the packet
 * @stat: what lnlb_decide() said
 * @high: to a port from which a node may have asked: that a session is known is
 *	not enough
 * @time: filled in: for how long, in jiffies, the tracker need not be told of
 *	others of this session, 0: tell it
 *
 * Unless it may be what another node has asked: that is no client's, though it
 * may be in our bucket.
 *
 * Context: softirq, rcu_read_lock().
 * Return: the counter that it goes to in the end.
 */
unsigned int lnlb_decide_settle(const struct lnlb_cluster *cluster,
				const struct lnlb_flow *flow, unsigned int stat,
				bool high, unsigned int *time);

/**
 * lnlb_decide_whole() - whose is this whole packet, in the end?
 * @cluster: the cluster that it is for
 * @skb: the packet, network header set; not written
 * @iph: its IPv4 header, ihl checked
 *
 * lnlb_decide(), and the tracker is told of what is taken.
 *
 * Context: softirq, rcu_read_lock().
 * Return: the counter that it goes to, see lnlb_taken().
 */
unsigned int lnlb_decide_whole(const struct lnlb_cluster *cluster,
			       struct sk_buff *skb, const struct iphdr *iph);

/**
 * lnlb_decide_later() - is it to be decided again once the packet is whole?
 * @cluster: the cluster that it is for
 * @bucket: of a fragment
 *
 * Where this node has asked somebody, an answer in pieces can be told by its
 * ports only.
 */
static inline bool lnlb_decide_later(const struct lnlb_cluster *cluster,
				     u16 bucket)
{
	return READ_ONCE(cluster->map[bucket]) & LNLB_MAP_ASKED &&
	       READ_ONCE(cluster->asks);
}

#endif /* _LNLB_DECIDE_H */
