// SPDX-License-Identifier: GPL-2.0-only
/* Ingress of a bound device: ours, another node's, or none of our business. */

#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <net/ip.h>

#include "arp.h"
#include "datapath.h"
#include "decide.h"
#include "flow.h"
#include "heartbeat.h"
#include "policy.h"
#include "recent.h"
#include "verdict.h"

static struct lnlb_cluster *port_find(const struct lnlb_port *port, __be32 addr)
{
	u32 chain = hash_32((__force u32)addr, LNLB_HASH_BITS);
	struct lnlb_cluster *cluster;

	hlist_for_each_entry_rcu(cluster, &port->clusters[chain], port_node)
		if (cluster->addr4 == addr)
			return cluster;
	return NULL;
}

/*
 * Of pieces ports are known after reassembly only: the decision is later. Who misses
 * the rest of a packet tells its sender so, but not if the part with the ports came
 * as multicast: that is what it is marked as if it is not for us.
 */
static unsigned int ingress_piece(const struct lnlb_cluster *cluster,
				  struct sk_buff *skb, const struct iphdr *iph)
{
	struct lnlb_flow flow;

	skb->pkt_type = PACKET_HOST;
	if ((iph->frag_off & htons(IP_MF | IP_OFFSET)) == htons(IP_MF) &&
	    !lnlb_taken(lnlb_decide(cluster, skb, iph, -1, &flow)))
		skb->pkt_type = PACKET_MULTICAST;
	return NF_ACCEPT;
}

/* Are the first four bytes behind the header at hand? */
static bool has_ports(const struct sk_buff *skb, const struct iphdr *iph)
{
	return skb_headlen(skb) >= sizeof(*iph) + 4 && iph->ihl == 5;
}

static __be32 ports_of(const struct iphdr *iph)
{
	return get_unaligned((const __be32 *)(iph + 1));
}

/* That this client's session stays here, and the flow, if it is to be known. */
static void remember(u32 id, const struct sk_buff *skb, const struct iphdr *iph,
		     __be16 port, unsigned int stat, unsigned int time,
		     bool high)
{
	lnlb_recent_add(id, iph->saddr, port, stat, time);
	if (high && has_ports(skb, iph) && !(iph->frag_off & htons(IP_OFFSET)))
		lnlb_recent_add(id + 1,
				lnlb_recent_flow(iph->saddr, ports_of(iph)), 0,
				stat, time);
}

/* Not another node's at first sight. @bucket: of its sender; -1: look for it */
static noinline unsigned int ingress_ask(const struct lnlb_cluster *cluster,
					 struct sk_buff *skb,
					 const struct iphdr *iph, int bucket)
{
	bool high = !cluster->policy.ports &&
		    lnlb_flow_ipv4_high(cluster, skb, iph);
	u32 recent_id = READ_ONCE(cluster->recent_id);
	unsigned int stat, time;
	struct lnlb_flow flow;

	/* Before the tracker is asked: see lnlb_recent_forget(). */
	smp_rmb();
	stat = lnlb_decide(cluster, skb, iph, bucket, &flow);
	if (stat == LNLB_STAT_RX_FOREIGN && ip_is_fragment(iph) &&
	    lnlb_decide_later(cluster, flow.bucket) &&
	    !lnlb_bridged(skb))
		return ingress_piece(cluster, skb, iph);
	stat = lnlb_decide_settle(cluster, &flow, stat, high, &time);
	if (!lnlb_taken(stat))
		return lnlb_drop(cluster, skb, stat);
	if (time && iph->protocol != IPPROTO_ICMP)
		remember(recent_id, skb, iph, flow.key.port, stat, time, high);
	return lnlb_take(cluster, skb, stat);
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

	if (has_ports(skb, iph))
		recent = lnlb_recent_at(lnlb_recent_flow(iph->saddr,
							 ports_of(iph)), 0,
					READ_ONCE(cluster->recent_id) + 1);
	if (!recent)
		return ingress_ask(cluster, skb, iph, -1);
	return lnlb_take(cluster, skb, recent->stat);
}

/* With affinity connection: as ingress_header() does it, by address and port. */
static unsigned int ingress_ports(const struct lnlb_cluster *cluster,
				  struct sk_buff *skb, const struct iphdr *iph)
{
	const struct lnlb_recent *recent;
	__be16 port;
	u16 bucket;

	if ((iph->protocol != IPPROTO_TCP && iph->protocol != IPPROTO_UDP) ||
	    !has_ports(skb, iph))
		return ingress_ask(cluster, skb, iph, -1);
	port = get_unaligned((const __be16 *)(iph + 1));
	recent = lnlb_recent_find(cluster, iph->saddr, port);
	if (recent)
		return lnlb_take(cluster, skb, recent->stat);
	bucket = lnlb_flow_bucket4_port(cluster, iph->saddr, port);
	if (READ_ONCE(cluster->map[bucket]))
		return ingress_ask(cluster, skb, iph, -1);
	return lnlb_drop_foreign(cluster, skb);
}

/* It takes more than the sender's address. */
static noinline unsigned int ingress_more(const struct lnlb_cluster *cluster,
					  struct sk_buff *skb,
					  const struct iphdr *iph)
{
	/* After that the hook that is last is there, see lnlb_policy_update(). */
	bool mixed = smp_load_acquire(&cluster->mixed);

	/* A bridge has been to PRE_ROUTING with it: whole, and no rule sees it now. */
	if (lnlb_bridged(skb))
		return lnlb_verdict(cluster, skb,
				    lnlb_decide_whole(cluster, skb, iph));
	if (mixed) {
		if (lnlb_policy_foreign(cluster, skb, iph))
			return lnlb_drop_foreign(cluster, skb);
		lnlb_policy_mark(skb);
		return NF_ACCEPT;
	}
	return ip_is_fragment(iph) ? ingress_piece(cluster, skb, iph) :
				     ingress_ports(cluster, skb, iph);
}

/*
 * A header that cannot be read: counted, if only to the cluster whose address
 * stands where it ought to.
 */
static noinline unsigned int ingress_malformed(const struct lnlb_port *port,
					       struct sk_buff *skb)
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
	return lnlb_drop(cluster, skb, LNLB_STAT_RX_MALFORMED);
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
	if (unlikely(!ether_addr_equal(eth_hdr(skb)->h_dest, cluster->mac)))
		return lnlb_drop(cluster, skb, LNLB_STAT_RX_WRONG_MAC);
	if (unlikely(cluster->later))
		return ingress_more(cluster, skb, iph);
	if (unlikely(iph->protocol == IPPROTO_ICMP))
		return ingress_ask(cluster, skb, iph, -1);
	recent = lnlb_recent_find(cluster, iph->saddr, 0);
	if (recent) {
		if (unlikely(lnlb_flow_ipv4_high(cluster, skb, iph)))
			return ingress_high(cluster, skb, iph);
		return lnlb_take(cluster, skb, recent->stat);
	}
	bucket = lnlb_flow_bucket4(cluster, iph->saddr & cluster->policy.mask4);
	if (READ_ONCE(cluster->map[bucket]))
		return ingress_ask(cluster, skb, iph, bucket);
	return lnlb_drop_foreign(cluster, skb);
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
