/* SPDX-License-Identifier: GPL-2.0-only */
/* Rules with policies of their own: see policy.c. */
#ifndef _LNLB_POLICY_H
#define _LNLB_POLICY_H

#include <linux/inetdevice.h>
#include <linux/ip.h>

#include "lnlb.h"

/**
 * lnlb_policy_set() - the policy of an affinity
 * @policy: filled in
 * @affinity: enum lnlb_affinity
 * @len: prefix length of LNLB_AFFINITY_NETWORK, 1..32
 */
static inline void lnlb_policy_set(struct lnlb_policy *policy, u8 affinity,
				   u8 len)
{
	bool network = affinity == LNLB_AFFINITY_NETWORK;

	policy->mask4 = inet_make_mask(network ? len : 32);
	policy->prefix = network ? 96 + len : 128;
	policy->ports = affinity == LNLB_AFFINITY_CONNECTION;
}

/**
 * lnlb_policies_add() - a rule wants this policy
 * @policies: added to
 * @cfg: what the rule says
 */
void lnlb_policies_add(struct lnlb_policies *policies,
		       const struct lnlb_config *cfg);

/**
 * lnlb_policy_update() - put the policies of its rules in force, or none
 * @cluster: bound; lnlb_cluster::policies says which
 *
 * Context: RTNL and lnlb_net::lock held, may sleep.
 * Return: 0 or a negative errno.
 */
int lnlb_policy_update(struct lnlb_cluster *cluster);

/**
 * lnlb_policy_stop() - give back what lnlb_policy_update() took
 * @cluster: the cluster
 *
 * Context: RTNL and lnlb_net::lock held, may sleep.
 */
void lnlb_policy_stop(struct lnlb_cluster *cluster);

/**
 * lnlb_policy_foreign() - is it another node's for sure, by each policy?
 * @cluster: it is for this one
 * @skb: network header set; not written
 * @iph: its header
 *
 * Context: softirq, rcu_read_lock().
 * Return: false also for pieces, ICMP errors, what cannot be read, and where a
 * session or what this node has asked is in the bucket.
 */
bool lnlb_policy_foreign(const struct lnlb_cluster *cluster,
			 struct sk_buff *skb, const struct iphdr *iph);

/**
 * lnlb_policy_mark() - a rule, or what comes behind them, is to decide about it
 * @skb: for a cluster that is lnlb_cluster::mixed; its packet type is written
 *
 * Context: softirq.
 */
void lnlb_policy_mark(struct sk_buff *skb);

/**
 * lnlb_policy_marked() - has lnlb_policy_mark() been here, and no decision since?
 * @skb: a packet for a cluster that is lnlb_cluster::mixed
 */
static inline bool lnlb_policy_marked(const struct sk_buff *skb)
{
	return skb->pkt_type == PACKET_MULTICAST;
}

/**
 * lnlb_policy_decide() - whose is this packet, by this policy?
 * @cluster: it is for this one, and came by its device
 * @policy: that decides
 * @skb: lnlb_policy_marked(), network header set; not written
 * @iph: its header
 *
 * Counts nothing, but tells the tracker.
 *
 * Context: softirq, rcu_read_lock().
 * Return: the counter that it goes to, see lnlb_taken(); -EAGAIN: it is a piece, and
 * will be decided about later.
 */
int lnlb_policy_decide(const struct lnlb_cluster *cluster,
		       const struct lnlb_policy *policy, struct sk_buff *skb,
		       const struct iphdr *iph);

#endif /* _LNLB_POLICY_H */
