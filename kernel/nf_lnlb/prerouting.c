// SPDX-License-Identifier: GPL-2.0-only
/* Behind the ingress hook: whole packets, rules; hooks of a namespace. */

#include <linux/if_vlan.h>
#include <linux/netfilter_arp.h>
#include <linux/netfilter_ipv4.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "arp.h"
#include "asked.h"
#include "datapath.h"
#include "decide.h"
#include "orphan.h"
#include "policy.h"
#include "tracker.h"
#include "verdict.h"

/* Where conntrack has packets put together, before raw and rules with a policy. */
#define LNLB_PRI_DECIDE		NF_IP_PRI_CONNTRACK_DEFRAG
/* When conntrack has looked at it. */
#define LNLB_PRI_ORPHANS	(NF_IP_PRI_CONNTRACK + 1)

struct lnlb_cluster *lnlb_datapath_find(const struct net *net,
					const struct in6_addr *addr)
{
	struct lnlb_net *ln = lnlb_pernet(net);
	struct lnlb_cluster *cluster;

	hlist_for_each_entry_rcu(cluster, &ln->hash[lnlb_addr_hash(addr)],
				 net_node)
		if (ipv6_addr_equal(&cluster->addr, addr))
			return cluster;
	return NULL;
}

/* Is it the cluster's own device? */
static bool is_bound(const struct lnlb_cluster *cluster,
		     const struct net_device *in)
{
	return in && READ_ONCE(cluster->ifindex) == in->ifindex;
}

/*
 * Has it come by the cluster's own device, and by ingress there? A bridge has what
 * it forwards go through PRE_ROUTING, as if it came by the bridge, if br_netfilter
 * tells it to; and what it takes in itself as well, but not again afterwards.
 */
static bool came_by(const struct lnlb_cluster *cluster,
		    const struct sk_buff *skb, const struct net_device *in)
{
	return is_bound(cluster, in) && !nf_bridge_in_prerouting(skb);
}

/* The cluster that has this packet's address, and that device. */
static struct lnlb_cluster *cluster_at(const struct net *net,
				       const struct sk_buff *skb,
				       const struct net_device *in)
{
	struct lnlb_cluster *cluster;
	struct in6_addr addr;

	ipv6_addr_set_v4mapped(ip_hdr(skb)->daddr, &addr);
	cluster = lnlb_datapath_find(net, &addr);
	return cluster && is_bound(cluster, in) ? cluster : NULL;
}

/* The cluster of a packet that came by the cluster's own device. */
static struct lnlb_cluster *bound_cluster(const struct net *net,
					  const struct sk_buff *skb,
					  const struct net_device *in)
{
	return nf_bridge_in_prerouting(skb) ? NULL : cluster_at(net, skb, in);
}

/*
 * Conntrack has packets put together, too, but may not be there, and leaves alone what
 * a rule before it has said not to track. The queue is the one that conntrack has: where
 * such a rule looks at ports only the first piece is not tracked. What a bridge passes
 * on it takes to pieces again. Returns false where there is no packet now, as other
 * pieces are to come.
 */
static bool gather(struct net *net, struct sk_buff *skb)
{
	int err;

	/* A packet that a program had in a queue comes from there in its context. */
	local_bh_disable();
	err = ip_defrag(net, skb, nf_bridge_in_prerouting(skb) ?
				  IP_DEFRAG_CONNTRACK_BRIDGE_IN :
				  IP_DEFRAG_CONNTRACK_IN);
	local_bh_enable();
	if (err)
		return false;
	skb->ignore_df = 1;
	return true;
}

/* What came in pieces, in a bucket in which we have asked. */
static unsigned int prerouting_answer(const struct lnlb_cluster *cluster,
				      struct sk_buff *skb,
				      const struct iphdr *iph)
{
	struct lnlb_flow flow;
	unsigned int stat;

	stat = lnlb_decide(cluster, skb, iph, -1, &flow);
	/* Marked: we had asked when the first piece came, and have no more. */
	if (stat == LNLB_STAT_RX_MALFORMED ||
	    (!lnlb_decide_later(cluster, flow.bucket) &&
	     skb->pkt_type != PACKET_MULTICAST))
		return NF_ACCEPT;
	return lnlb_verdict(cluster, skb, stat);
}

static unsigned int prerouting_decide(void *priv, struct sk_buff *skb,
				      const struct nf_hook_state *state)
{
	bool piece = ip_is_fragment(ip_hdr(skb));
	const struct lnlb_cluster *cluster;

	/* Ingress has seen all of it. */
	if (likely(!piece && !IPCB(skb)->frag_max_size))
		return NF_ACCEPT;
	cluster = cluster_at(state->net, skb, state->in);
	if (!cluster)
		return NF_ACCEPT;
	if (piece && !gather(state->net, skb))
		return NF_STOLEN;
	if (nf_bridge_in_prerouting(skb))
		return NF_ACCEPT;
	/* Rules are going to decide. */
	if (READ_ONCE(cluster->mixed) && lnlb_policy_marked(skb))
		return NF_ACCEPT;
	if (!cluster->policy.ports)
		return prerouting_answer(cluster, skb, ip_hdr(skb));
	/* Its first fragment may have come before it was ours. */
	return lnlb_verdict(cluster, skb,
			    lnlb_decide_whole(cluster, skb, ip_hdr(skb)));
}

/* What no rule has decided about. */
static unsigned int prerouting_policy(void *priv, struct sk_buff *skb,
				      const struct nf_hook_state *state)
{
	const struct lnlb_cluster *cluster;
	const struct iphdr *iph = ip_hdr(skb);
	int stat;

	if (!lnlb_policy_marked(skb))
		return NF_ACCEPT;
	cluster = bound_cluster(state->net, skb, state->in);
	if (!cluster)
		return NF_ACCEPT;
	stat = lnlb_policy_decide(cluster, &cluster->policy, skb, iph);
	if (stat < 0)
		return NF_ACCEPT;
	return lnlb_verdict(cluster, skb, stat);
}

static unsigned int prerouting_orphans(void *priv, struct sk_buff *skb,
				       const struct nf_hook_state *state)
{
	const struct lnlb_cluster *cluster;
	const struct iphdr *iph = ip_hdr(skb);
	struct lnlb_flow flow;

	cluster = bound_cluster(state->net, skb, state->in);
	if (!cluster || !READ_ONCE(cluster->mute_orphans) ||
	    READ_ONCE(cluster->mixed) ||
	    lnlb_flow_ipv4(cluster, skb, iph, &flow) != LNLB_FLOW_DATA)
		return NF_ACCEPT;
	if (lnlb_orphan_drop(cluster, skb, state) ||
	    lnlb_trackers_assigned(cluster, &flow) == LNLB_ASSIGNED_STRAY)
		return lnlb_drop(cluster, skb, LNLB_STAT_RX_ORPHAN);
	return NF_ACCEPT;
}

bool lnlb_datapath_eval(const struct lnlb_cluster *cluster,
			const struct lnlb_policy *policy, struct sk_buff *skb,
			const struct net_device *in)
{
	const struct iphdr *iph;
	struct iphdr _iph;
	int stat;

	/* Without policies it was ingress, or the hook above. */
	if (likely(!READ_ONCE(cluster->mixed)) || !lnlb_policy_marked(skb))
		return false;
	/* Still to go to a VLAN device: see lnlb_datapath_ingress(). */
	if (skb_vlan_tag_present(skb) && skb_vlan_tag_get_id(skb))
		return false;
	iph = lnlb_flow_ipv4_header(skb, &_iph);
	if (!iph || !came_by(cluster, skb, in) ||
	    iph->daddr != cluster->addr.s6_addr32[3])
		return false;
	stat = lnlb_policy_decide(cluster, policy ?: &cluster->policy, skb, iph);
	if (stat < 0)
		return false;
	if (lnlb_taken(stat)) {
		lnlb_take(cluster, skb, stat);
		return false;
	}
	/* The rule drops it, so that nft can tell which one it was. */
	lnlb_decided(cluster, skb, stat);
	return true;
}
EXPORT_SYMBOL_GPL(lnlb_datapath_eval);

/* By enum lnlb_hook. */
static const struct nf_hook_ops lnlb_hooks_at_need[] = {
	[LNLB_HOOK_DECIDE] = {
		.hook		= prerouting_decide,
		.pf		= NFPROTO_IPV4,
		.hooknum	= NF_INET_PRE_ROUTING,
		.priority	= LNLB_PRI_DECIDE,
	},
	[LNLB_HOOK_POLICY] = {
		.hook		= prerouting_policy,
		.pf		= NFPROTO_IPV4,
		.hooknum	= NF_INET_PRE_ROUTING,
		.priority	= LNLB_PRI_POLICY,
	},
	[LNLB_HOOK_ORPHANS] = {
		.hook		= prerouting_orphans,
		.pf		= NFPROTO_IPV4,
		.hooknum	= NF_INET_PRE_ROUTING,
		.priority	= LNLB_PRI_ORPHANS,
	},
};

int lnlb_hook_get(struct lnlb_net *ln, enum lnlb_hook hook)
{
	int err = 0;

	mutex_lock(&ln->hook_lock);
	if (!ln->hook_users[hook])
		err = nf_register_net_hook(ln->net, &lnlb_hooks_at_need[hook]);
	if (!err)
		ln->hook_users[hook]++;
	mutex_unlock(&ln->hook_lock);
	return err;
}

void lnlb_hook_put(struct lnlb_net *ln, enum lnlb_hook hook)
{
	mutex_lock(&ln->hook_lock);
	if (!--ln->hook_users[hook])
		nf_unregister_net_hook(ln->net, &lnlb_hooks_at_need[hook]);
	mutex_unlock(&ln->hook_lock);
}

static const struct nf_hook_ops lnlb_hooks[] = {
	{
		.hook		= lnlb_arp_in,
		.pf		= NFPROTO_ARP,
		.hooknum	= NF_ARP_IN,
	},
	{
		.hook		= lnlb_arp_out,
		.pf		= NFPROTO_ARP,
		.hooknum	= NF_ARP_OUT,
		/* The last to look, lest a rule puts something else in. */
		.priority	= INT_MAX,
	},
	{
		.hook		= lnlb_asked_out,
		.pf		= NFPROTO_IPV4,
		.hooknum	= NF_INET_POST_ROUTING,
		/* With the source that it will have. */
		.priority	= NF_IP_PRI_NAT_SRC + 1,
	},
};

int lnlb_datapath_hooks(struct net *net)
{
	return nf_register_net_hooks(net, lnlb_hooks, ARRAY_SIZE(lnlb_hooks));
}

void lnlb_datapath_unhook(struct net *net)
{
	nf_unregister_net_hooks(net, lnlb_hooks, ARRAY_SIZE(lnlb_hooks));
}
