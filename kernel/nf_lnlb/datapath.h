/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LNLB_DATAPATH_H
#define _LNLB_DATAPATH_H

#include <linux/netfilter_bridge.h>

#include "lnlb.h"

/* What no rule with a policy has decided about, just before conntrack sees it. */
#define LNLB_PRI_POLICY		(NF_IP_PRI_CONNTRACK - 1)

/**
 * lnlb_datapath_ingress() - netdev ingress hook of a bound device
 * @priv: struct lnlb_port
 * @skb: the frame; only its packet type is written
 * @state: unused
 *
 * Takes frames for a cluster MAC, drops what is another node's and what came
 * for a cluster address with another MAC, and steals the nodes' own frames. Of
 * pieces, and where rules have policies, it drops only what is another node's in
 * any case; the hooks behind it decide about the rest.
 * Context: softirq, rcu_read_lock().
 * Return: NF_ACCEPT or NF_STOLEN.
 */
unsigned int lnlb_datapath_ingress(void *priv, struct sk_buff *skb,
				   const struct nf_hook_state *state);

/**
 * lnlb_datapath_hooks() - hooks of a namespace that has a cluster
 * @net: the namespace
 *
 * Context: process context, may sleep.
 * Return: 0 or a negative errno.
 */
int lnlb_datapath_hooks(struct net *net);

/**
 * lnlb_datapath_unhook() - take them out
 * @net: the namespace
 */
void lnlb_datapath_unhook(struct net *net);

/**
 * lnlb_hook_get() - a hook that is not always there is needed
 * @ln: the namespace
 * @hook: which
 *
 * Context: process context, may sleep; takes no lock but hook_lock.
 * Return: 0 or a negative errno.
 */
int lnlb_hook_get(struct lnlb_net *ln, enum lnlb_hook hook);

/**
 * lnlb_hook_put() - it is not needed any more
 * @ln: the namespace
 * @hook: which
 */
void lnlb_hook_put(struct lnlb_net *ln, enum lnlb_hook hook);

/**
 * lnlb_datapath_find() - the cluster of an address
 * @net: namespace
 * @addr: IPv4 as ::ffff:a.b.c.d
 *
 * Context: rcu_read_lock().
 * Return: the cluster or NULL.
 */
struct lnlb_cluster *lnlb_datapath_find(const struct net *net,
					const struct in6_addr *addr);

/**
 * lnlb_datapath_eval() - is this IPv4 packet to be dropped here?
 * @cluster: the cluster that a rule names
 * @policy: the rule's own, NULL: it has none
 * @skb: network header set
 * @in: device that it came in by, may be NULL
 *
 * Only of a cluster that is lnlb_cluster::mixed: what is another node's is not let
 * through as far as rules, else. Packets for other addresses, and those that did not
 * come by the bound device, are not the cluster's business.
 * Context: rcu_read_lock().
 * Return: true if it is another node's.
 */
bool lnlb_datapath_eval(const struct lnlb_cluster *cluster,
			const struct lnlb_policy *policy, struct sk_buff *skb,
			const struct net_device *in);

/**
 * lnlb_bridged() - has a bridge had this packet go through PRE_ROUTING?
 * @skb: a packet
 *
 * That is what br_netfilter does; what the bridge's machine takes in itself then
 * does not go through PRE_ROUTING again.
 */
static inline bool lnlb_bridged(const struct sk_buff *skb)
{
#if IS_ENABLED(CONFIG_BRIDGE_NETFILTER)
	return nf_bridge_info_exists(skb);
#else
	return false;
#endif
}

#endif /* _LNLB_DATAPATH_H */
