// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a node asks from the cluster address.
 *
 * The answer comes to all nodes, and its bucket is that of the one who answers:
 * mostly another node's. So each node marks the buckets in which it has asked
 * somebody. Only there it costs anything to know an answer: conntrack is asked
 * whether this node has begun the flow, or one to which a helper relates it as what
 * the other side was asked to begin. The bucket's node keeps silent about
 * it, see lnlb_flow_late(); nobody needs to tell it.
 */

#include <linux/ip.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/netfilter/nf_conntrack.h>

#include "asked.h"
#include "datapath.h"
#include "flow.h"
#include "heartbeat.h"
#include "tracker.h"
#include "xdp.h"

static void map_change(struct lnlb_cluster *cluster, u16 bucket, u8 clear,
		       u8 set)
{
	lockdep_assert_held(&cluster->map_lock);
	lnlb_xdp_map_set(cluster, bucket,
			 (cluster->map[bucket] & ~clear) | set);
}

void lnlb_map_change(struct lnlb_cluster *cluster, u16 bucket, u8 clear, u8 set)
{
	spin_lock_bh(&cluster->map_lock);
	map_change(cluster, bucket, clear, set);
	spin_unlock_bh(&cluster->map_lock);
}

void lnlb_bucket_asked(struct lnlb_cluster *cluster, u16 bucket, bool asked)
{
	spin_lock_bh(&cluster->map_lock);
	if (asked != !!(cluster->map[bucket] & LNLB_MAP_ASKED)) {
		WRITE_ONCE(cluster->asked, cluster->asked + (asked ? 1 : -1));
		map_change(cluster, bucket, LNLB_MAP_ASKED,
			   asked ? LNLB_MAP_ASKED : 0);
	}
	spin_unlock_bh(&cluster->map_lock);
}
EXPORT_SYMBOL_GPL(lnlb_bucket_asked);

/* A packet that begins a flow: is it from a cluster address? */
static noinline void begins(struct sk_buff *skb, struct net *net)
{
	const struct iphdr *iph = ip_hdr(skb);
	struct lnlb_cluster *cluster;
	struct in6_addr addr;
	struct lnlb_flow flow;

	ipv6_addr_set_v4mapped(iph->saddr, &addr);
	cluster = lnlb_datapath_find(net, &addr);
	if (!cluster || !lnlb_flow_ipv4_out(cluster, skb, &flow))
		return;
	lnlb_trackers_asks(cluster, &flow);
	/* lnlb_asked_update() is to have run when the answer is there. */
	if (READ_ONCE(cluster->asked) && !READ_ONCE(cluster->asks))
		lnlb_heartbeat_kick(cluster);
}

unsigned int lnlb_asked_out(void *priv, struct sk_buff *skb,
			    const struct nf_hook_state *state)
{
	enum ip_conntrack_info ctinfo;

	nf_ct_get(skb, &ctinfo);
	/* A helper's flow is related to another; an ICMP error is no flow. */
	if (unlikely(ctinfo == IP_CT_NEW ||
		     (ctinfo == IP_CT_RELATED &&
		      ip_hdr(skb)->protocol != IPPROTO_ICMP)))
		begins(skb, state->net);
	return NF_ACCEPT;
}

/*
 * Where a bucket is not ours, an answer in pieces has to be put together before
 * it can be told from what is another node's.
 */
void lnlb_asked_update(struct lnlb_cluster *cluster)
{
	lockdep_assert_held(&cluster->core_lock);
	if (!READ_ONCE(cluster->asked))
		lnlb_asked_stop(cluster);
	/* The next tick tries again. */
	else if (!cluster->asks &&
		 !lnlb_hook_get(cluster->ln, LNLB_HOOK_DECIDE))
		WRITE_ONCE(cluster->asks, true);
}

void lnlb_asked_stop(struct lnlb_cluster *cluster)
{
	lockdep_assert_held(&cluster->core_lock);
	if (!cluster->asks)
		return;
	WRITE_ONCE(cluster->asks, false);
	lnlb_hook_put(cluster->ln, LNLB_HOOK_DECIDE);
}
