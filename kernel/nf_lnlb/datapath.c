// SPDX-License-Identifier: GPL-2.0-only
/* What happens to a packet: ours, another node's, or none of our business. */

#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <linux/netfilter_arp.h>
#include <linux/netfilter_ipv4.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/netfilter/ipv4/nf_defrag_ipv4.h>

#include "arp.h"
#include "asked.h"
#include "datapath.h"
#include "flow.h"
#include "heartbeat.h"
#include "orphan.h"
#include "recent.h"
#include "tracker.h"

/* After reassembly, before raw, rules and conntrack see the packet. */
#define LNLB_PRI_DECIDE		(NF_IP_PRI_CONNTRACK_DEFRAG + 50)
/* When conntrack has looked at it. */
#define LNLB_PRI_ORPHANS		(NF_IP_PRI_CONNTRACK + 1)

static struct lnlb_cluster *port_find(const struct lnlb_port *port, __be32 addr)
{
	u32 chain = hash_32((__force u32)addr, LNLB_HASH_BITS);
	struct lnlb_cluster *cluster;

	hlist_for_each_entry_rcu(cluster, &port->clusters[chain], port_node)
		if (cluster->addr4 == addr)
			return cluster;
	return NULL;
}

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

/*
 * Which counter the decision goes to; LNLB_STAT_RX_MINE and _SESSION mean that
 * the packet is taken. A bucket without exceptions is decided by its byte of
 * the map alone: that is the path of nearly every packet.
 */
static unsigned int decide(const struct lnlb_cluster *cluster,
			   const struct lnlb_flow *flow)
{
	u8 map = READ_ONCE(cluster->map[flow->bucket]);
	bool mine = map & LNLB_MAP_MINE;
	bool stalled = mine && lnlb_heartbeat_stalled(cluster);
	enum lnlb_owner owner;

	if (likely(!(map & ~LNLB_MAP_MINE) && !(mine && stalled)))
		return mine ? LNLB_STAT_RX_MINE : LNLB_STAT_RX_FOREIGN;

	if (map & LNLB_MAP_ASKED &&
	    lnlb_trackers_asked(cluster, flow) == LNLB_ASKED_SELF)
		return LNLB_STAT_RX_SESSION;
	owner = lnlb_trackers_owner_of(cluster, flow);
	if (owner == LNLB_OWNER_SELF && unlikely(lnlb_heartbeat_silent(cluster)))
		return LNLB_STAT_RX_FENCED;
	if (owner == LNLB_OWNER_SELF)
		return mine ? LNLB_STAT_RX_MINE : LNLB_STAT_RX_SESSION;
	if (!mine)
		return LNLB_STAT_RX_FOREIGN;
	if (owner == LNLB_OWNER_OTHER)
		return LNLB_STAT_RX_PASSED_BY;
	return stalled ? LNLB_STAT_RX_FENCED : LNLB_STAT_RX_MINE;
}

static bool taken(unsigned int stat)
{
	return stat == LNLB_STAT_RX_MINE || stat == LNLB_STAT_RX_SESSION;
}

/*
 * The tracker is told of packets here, where others pay nothing for it. But
 * while some must not be answered it is only told of those that may be, later.
 */
static unsigned int told(const struct lnlb_cluster *cluster,
			 const struct lnlb_flow *flow)
{
	if (unlikely(READ_ONCE(cluster->mute_orphans)))
		return 0;
	return lnlb_trackers_assigned(cluster, flow);
}

/*
 * Count what was decided, and tell of what is taken, unless it may be what
 * another node has asked: that is no client's, though it may be in our bucket.
 * Where @high says so the session is not enough to know that. Returns what it
 * is in the end; time: for how long the trackers need not be asked again.
 */
static unsigned int settle(const struct lnlb_cluster *cluster,
			   const struct lnlb_flow *flow,
			   enum lnlb_flow_kind kind, unsigned int stat,
			   bool high, unsigned int *time)
{
	if (taken(stat) && kind == LNLB_FLOW_DATA) {
		if (high && lnlb_orphan_stray(flow))
			*time = LNLB_ASSIGNED_STRAY;
		else
			*time = told(cluster, flow);
		if (*time == LNLB_ASSIGNED_STRAY)
			stat = LNLB_STAT_RX_ORPHAN;
	}
	lnlb_count(cluster, stat);
	return stat;
}

/*
 * The stack drops PACKET_OTHERHOST. Whoever else holds this skb got it from a
 * tap, which made its own copy of the struct, or is pktgen.
 */
static unsigned int take(struct sk_buff *skb)
{
	skb->pkt_type = PACKET_HOST;
	return NF_ACCEPT;
}

/*
 * Ports are known for sure after reassembly only: the decision is later. Who
 * misses the rest of a packet tells its sender so, but not if the part with the
 * ports came as multicast: that is what it is marked as if it is not for us.
 */
static noinline unsigned int ingress_later(const struct lnlb_cluster *cluster,
					   struct sk_buff *skb,
					   const struct iphdr *iph)
{
	struct lnlb_flow flow;

	take(skb);
	if ((iph->frag_off & htons(IP_MF | IP_OFFSET)) == htons(IP_MF) &&
	    (lnlb_flow_ipv4(cluster, skb, iph, &flow) == LNLB_FLOW_BAD ||
	     !taken(decide(cluster, &flow))))
		skb->pkt_type = PACKET_MULTICAST;
	return NF_ACCEPT;
}

/* In a bucket like this an answer in pieces can be told only when it is whole. */
static bool asked_in(const struct lnlb_cluster *cluster, u16 bucket)
{
	return READ_ONCE(cluster->map[bucket]) & LNLB_MAP_ASKED &&
	       READ_ONCE(cluster->asks);
}

/* That this client's session stays here, and the flow, if it is to be known. */
static void remember(u32 id, const struct sk_buff *skb, const struct iphdr *iph,
		     unsigned int stat, unsigned int time, bool high)
{
	__be32 ports;

	lnlb_recent_add(id, iph->saddr, stat, time);
	if (!high || skb_headlen(skb) < sizeof(*iph) + sizeof(ports) ||
	    iph->ihl != 5 || iph->frag_off & htons(IP_OFFSET))
		return;
	ports = get_unaligned((const __be32 *)(iph + 1));
	lnlb_recent_add(id + 1, lnlb_recent_flow(iph->saddr, ports), stat,
			time);
}

/* Not another node's at first sight. @bucket: of its sender; -1: look for it */
static noinline unsigned int ingress_ask(const struct lnlb_cluster *cluster,
					 struct sk_buff *skb,
					 const struct iphdr *iph, int bucket)
{
	bool high = lnlb_flow_ipv4_high(cluster, skb, iph);
	u32 recent_id = READ_ONCE(cluster->recent_id);
	unsigned int stat, time = 0;
	enum lnlb_flow_kind kind;
	struct lnlb_flow flow;

	/* Before the tracker is asked: see lnlb_recent_forget(). */
	smp_rmb();
	kind = bucket < 0 ? lnlb_flow_ipv4(cluster, skb, iph, &flow) :
			    lnlb_flow_sender(cluster, skb, iph, bucket, &flow);
	stat = kind == LNLB_FLOW_BAD ? LNLB_STAT_RX_MALFORMED :
				       decide(cluster, &flow);
	if (stat == LNLB_STAT_RX_FOREIGN && ip_is_fragment(iph) &&
	    asked_in(cluster, flow.bucket))
		return ingress_later(cluster, skb, iph);
	stat = settle(cluster, &flow, kind, stat, high, &time);
	if (!taken(stat))
		return NF_DROP;
	if (time && iph->protocol != IPPROTO_ICMP)
		remember(recent_id, skb, iph, stat, time, high);
	return take(skb);
}

/*
 * Of a client whose session stays here, to a port from which another node may
 * have asked it something: its flow has to be known, too.
 */
static noinline unsigned int ingress_high(const struct lnlb_cluster *cluster,
					  struct sk_buff *skb,
					  const struct iphdr *iph)
{
	const struct lnlb_recent *recent = NULL;
	__be32 ports;

	if (skb_headlen(skb) >= sizeof(*iph) + sizeof(ports) && iph->ihl == 5) {
		ports = get_unaligned((const __be32 *)(iph + 1));
		recent = lnlb_recent_at(lnlb_recent_flow(iph->saddr, ports),
					READ_ONCE(cluster->recent_id) + 1);
	}
	if (!recent)
		return ingress_ask(cluster, skb, iph, -1);
	lnlb_count(cluster, recent->stat);
	return take(skb);
}

/*
 * A header that cannot be read: counted, if only to the cluster whose address
 * stands where it ought to.
 */
static noinline unsigned int ingress_malformed(const struct lnlb_port *port,
					       const struct sk_buff *skb)
{
	const struct lnlb_cluster *cluster;
	const struct iphdr *iph;
	struct iphdr _iph;

	iph = skb_header_pointer(skb, 0, sizeof(_iph), &_iph);
	if (!iph)
		return NF_ACCEPT;
	cluster = port_find(port, iph->daddr);
	if (!cluster || !ether_addr_equal(eth_hdr(skb)->h_dest, cluster->mac))
		return NF_ACCEPT;
	lnlb_count(cluster, LNLB_STAT_RX_MALFORMED);
	return NF_DROP;
}

/*
 * Without a call but that of the hash for what is another node's, which is
 * nearly all there is. ICMP may be about another client than its sender.
 */
static __always_inline unsigned int ingress_header(const struct lnlb_port *port,
						   struct sk_buff *skb,
						   const struct iphdr *iph)
{
	const struct lnlb_cluster *cluster;
	const struct lnlb_recent *recent;
	u16 bucket;

	cluster = port_find(port, iph->daddr);
	if (!cluster)
		return NF_ACCEPT;
	if (unlikely(!ether_addr_equal(eth_hdr(skb)->h_dest, cluster->mac))) {
		lnlb_count(cluster, LNLB_STAT_RX_WRONG_MAC);
		return NF_DROP;
	}
	if (unlikely(cluster->affinity == LNLB_AFFINITY_CONNECTION))
		return ingress_later(cluster, skb, iph);
	if (unlikely(iph->protocol == IPPROTO_ICMP))
		return ingress_ask(cluster, skb, iph, -1);
	recent = lnlb_recent_find(cluster, iph->saddr);
	if (recent) {
		if (unlikely(lnlb_flow_ipv4_high(cluster, skb, iph)))
			return ingress_high(cluster, skb, iph);
		lnlb_count(cluster, recent->stat);
		return take(skb);
	}
	bucket = lnlb_flow_bucket4(cluster, iph->saddr & cluster->mask4);
	if (READ_ONCE(cluster->map[bucket]))
		return ingress_ask(cluster, skb, iph, bucket);
	lnlb_count(cluster, LNLB_STAT_RX_FOREIGN);
	return NF_DROP;
}

/* Where the header is in pieces. On its own, as a buffer has its price. */
static noinline unsigned int ingress_pieces(const struct lnlb_port *port,
					    struct sk_buff *skb)
{
	const struct iphdr *iph;
	struct iphdr _iph;

	iph = lnlb_flow_ipv4_at(skb, 0, &_iph);
	return iph ? ingress_header(port, skb, iph) :
		     ingress_malformed(port, skb);
}

static unsigned int ingress_ipv4(const struct lnlb_port *port,
				 struct sk_buff *skb)
{
	const struct iphdr *iph = (const struct iphdr *)skb->data;

	if (unlikely(skb_headlen(skb) < sizeof(*iph)))
		return ingress_pieces(port, skb);
	return likely(lnlb_flow_ipv4_good(iph)) ?
	       ingress_header(port, skb, iph) : ingress_malformed(port, skb);
}

/* Answers to our own requests come to the cluster MAC. */
static noinline unsigned int ingress_arp(const struct lnlb_port *port,
					 struct sk_buff *skb)
{
	const struct lnlb_cluster *cluster;
	struct lnlb_arp arp;

	if (skb->pkt_type != PACKET_OTHERHOST ||
	    !lnlb_arp_parse(skb, port->dev, &arp))
		return NF_ACCEPT;
	cluster = port_find(port, arp.target_ip);
	if (cluster && ether_addr_equal(eth_hdr(skb)->h_dest, cluster->mac))
		skb->pkt_type = PACKET_HOST;
	return NF_ACCEPT;
}

unsigned int lnlb_datapath_ingress(void *priv, struct sk_buff *skb,
				   const struct nf_hook_state *state)
{
	const struct lnlb_port *port = priv;

	/* Still to go to a VLAN device, which may be bound itself. */
	if (unlikely(skb_vlan_tag_present(skb) && skb_vlan_tag_get_id(skb)))
		return NF_ACCEPT;

	if (likely(skb->protocol == htons(ETH_P_IP)))
		return ingress_ipv4(port, skb);
	switch (skb->protocol) {
	case htons(ETH_P_ARP):
		return ingress_arp(port, skb);
	case htons(LNLB_ETHERTYPE):
		return lnlb_heartbeat_ingress(port, skb);
	}
	return NF_ACCEPT;
}

/* The cluster of a packet that came by the cluster's own device. */
static struct lnlb_cluster *bound_cluster(const struct net *net,
					  const struct net_device *in,
					  __be32 daddr)
{
	struct lnlb_cluster *cluster;
	struct in6_addr addr;

	ipv6_addr_set_v4mapped(daddr, &addr);
	cluster = lnlb_datapath_find(net, &addr);
	if (!cluster || !in || READ_ONCE(cluster->ifindex) != in->ifindex)
		return NULL;
	return cluster;
}

/* What came in pieces, in a bucket in which we have asked. */
static unsigned int prerouting_answer(const struct lnlb_cluster *cluster,
				      struct sk_buff *skb,
				      const struct iphdr *iph)
{
	struct lnlb_flow flow;

	if (likely(!IPCB(skb)->frag_max_size) ||
	    lnlb_flow_ipv4(cluster, skb, iph, &flow) == LNLB_FLOW_BAD ||
	    !asked_in(cluster, flow.bucket))
		return NF_ACCEPT;
	if (taken(decide(cluster, &flow)))
		return take(skb);
	lnlb_count(cluster, LNLB_STAT_RX_FOREIGN);
	return NF_DROP;
}

static unsigned int prerouting_decide(void *priv, struct sk_buff *skb,
				      const struct nf_hook_state *state)
{
	const struct lnlb_cluster *cluster;
	const struct iphdr *iph = ip_hdr(skb);
	enum lnlb_flow_kind kind;
	struct lnlb_flow flow;
	unsigned int stat, time;

	cluster = bound_cluster(state->net, state->in, iph->daddr);
	if (!cluster)
		return NF_ACCEPT;
	if (cluster->affinity != LNLB_AFFINITY_CONNECTION)
		return prerouting_answer(cluster, skb, iph);
	kind = lnlb_flow_ipv4(cluster, skb, iph, &flow);
	stat = kind == LNLB_FLOW_BAD ? LNLB_STAT_RX_MALFORMED :
				       decide(cluster, &flow);
	stat = settle(cluster, &flow, kind, stat, false, &time);
	/* Its first fragment may have come before it was ours. */
	return taken(stat) ? take(skb) : NF_DROP;
}

static unsigned int prerouting_orphans(void *priv, struct sk_buff *skb,
				       const struct nf_hook_state *state)
{
	const struct lnlb_cluster *cluster;
	const struct iphdr *iph = ip_hdr(skb);
	struct lnlb_flow flow;

	cluster = bound_cluster(state->net, state->in, iph->daddr);
	if (!cluster || !READ_ONCE(cluster->mute_orphans) ||
	    lnlb_flow_ipv4(cluster, skb, iph, &flow) != LNLB_FLOW_DATA)
		return NF_ACCEPT;
	if (lnlb_orphan_drop(cluster, skb, state))
		return NF_DROP;
	if (lnlb_trackers_assigned(cluster, &flow) != LNLB_ASSIGNED_STRAY)
		return NF_ACCEPT;
	lnlb_count(cluster, LNLB_STAT_RX_ORPHAN);
	return NF_DROP;
}

bool lnlb_datapath_eval(const struct lnlb_cluster *cluster,
			struct sk_buff *skb, const struct net_device *in)
{
	const struct iphdr *iph;
	struct lnlb_flow flow;
	struct iphdr _iph;

	iph = lnlb_flow_ipv4_header(skb, &_iph);
	if (!iph || !in || READ_ONCE(cluster->ifindex) != in->ifindex ||
	    iph->daddr != cluster->addr.s6_addr32[3])
		return false;
	if (cluster->affinity == LNLB_AFFINITY_CONNECTION && ip_is_fragment(iph))
		return false;
	if (lnlb_flow_ipv4(cluster, skb, iph, &flow) == LNLB_FLOW_BAD)
		return true;
	if (ip_is_fragment(iph) && asked_in(cluster, flow.bucket))
		return false;
	return !taken(decide(cluster, &flow));
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
	[LNLB_HOOK_ORPHANS] = {
		.hook		= prerouting_orphans,
		.pf		= NFPROTO_IPV4,
		.hooknum	= NF_INET_PRE_ROUTING,
		.priority	= LNLB_PRI_ORPHANS,
	},
};

/* Without conntrack nobody else has packets put together for us. */
static int hook_register(struct net *net, enum lnlb_hook hook)
{
	bool defrag = hook == LNLB_HOOK_DECIDE;
	int err = 0;

	if (defrag)
		err = nf_defrag_ipv4_enable(net);
	if (err)
		return err;
	err = nf_register_net_hook(net, &lnlb_hooks_at_need[hook]);
	if (err && defrag)
		nf_defrag_ipv4_disable(net);
	return err;
}

static void hook_unregister(struct net *net, enum lnlb_hook hook)
{
	nf_unregister_net_hook(net, &lnlb_hooks_at_need[hook]);
	if (hook == LNLB_HOOK_DECIDE)
		nf_defrag_ipv4_disable(net);
}

int lnlb_hook_get(struct lnlb_net *ln, enum lnlb_hook hook)
{
	int err = 0;

	mutex_lock(&ln->hook_lock);
	if (!ln->hook_users[hook])
		err = hook_register(ln->net, hook);
	if (!err)
		ln->hook_users[hook]++;
	mutex_unlock(&ln->hook_lock);
	return err;
}

void lnlb_hook_put(struct lnlb_net *ln, enum lnlb_hook hook)
{
	mutex_lock(&ln->hook_lock);
	if (!--ln->hook_users[hook])
		hook_unregister(ln->net, hook);
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
