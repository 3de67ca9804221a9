// SPDX-License-Identifier: GPL-2.0-only
/* ARP: the cluster address is at the cluster MAC, whoever of us says so. */

#include <linux/if_arp.h>
#include <net/arp.h>
#include <net/ipv6.h>

#include "arp.h"
#include "datapath.h"
#include "event.h"

/* Layout of an ARP packet for IPv4 on Ethernet. */
struct arp_packet {
	struct arphdr hdr;
	u8 sender_mac[ETH_ALEN];
	__be32 sender_ip;
	u8 target_mac[ETH_ALEN];
	__be32 target_ip;
} __packed;

static_assert(sizeof(struct arp_packet) == 28);

bool lnlb_arp_parse(const struct sk_buff *skb, const struct net_device *dev,
		    struct lnlb_arp *arp)
{
	const struct arp_packet *p;
	struct arp_packet buf;

	p = skb_header_pointer(skb, skb_network_offset(skb), sizeof(buf), &buf);
	if (!p || p->hdr.ar_hrd != htons(ARPHRD_ETHER) ||
	    p->hdr.ar_pro != htons(ETH_P_IP) ||
	    p->hdr.ar_hln != ETH_ALEN || p->hdr.ar_pln != sizeof(__be32))
		return false;
	arp->operation = p->hdr.ar_op;
	ether_addr_copy(arp->sender_mac, p->sender_mac);
	arp->sender_ip = p->sender_ip;
	arp->target_ip = p->target_ip;
	return true;
}

static struct lnlb_cluster *cluster_of(const struct net *net, __be32 addr4)
{
	struct in6_addr addr;

	ipv6_addr_set_v4mapped(addr4, &addr);
	return lnlb_datapath_find(net, &addr);
}

static bool is_bound(const struct lnlb_cluster *cluster,
		     const struct net_device *dev)
{
	return READ_ONCE(cluster->ifindex) == dev->ifindex;
}

unsigned int lnlb_arp_in(void *priv, struct sk_buff *skb,
			 const struct nf_hook_state *state)
{
	struct lnlb_cluster *cluster;
	struct lnlb_arp arp;

	if (!lnlb_arp_parse(skb, state->in, &arp))
		return NF_ACCEPT;
	cluster = cluster_of(state->net, arp.sender_ip);
	if (!cluster || !is_bound(cluster, state->in))
		return NF_ACCEPT;

	lnlb_count(cluster, LNLB_STAT_ARP_DROPPED);
	if (!ether_addr_equal(arp.sender_mac, cluster->mac)) {
		lnlb_count(cluster, LNLB_STAT_ARP_CONFLICT);
		lnlb_event_conflict(cluster, arp.sender_mac);
	}
	return NF_DROP;
}

unsigned int lnlb_arp_out(void *priv, struct sk_buff *skb,
			  const struct nf_hook_state *state)
{
	struct lnlb_cluster *cluster;
	struct arp_packet *p;
	struct lnlb_arp arp;

	if (!state->out || !lnlb_arp_parse(skb, state->out, &arp))
		return NF_ACCEPT;
	cluster = cluster_of(state->net, arp.sender_ip);
	if (!cluster || ether_addr_equal(arp.sender_mac, cluster->mac))
		return NF_ACCEPT;
	/*
	 * Another device, perhaps in the same segment, must not answer for the
	 * cluster address with a MAC of its own. Requests may pass: they are
	 * how answers find their way where routes are not symmetric.
	 */
	if (!is_bound(cluster, state->out)) {
		if (arp.operation != htons(ARPOP_REPLY))
			return NF_ACCEPT;
		lnlb_count(cluster, LNLB_STAT_ARP_DROPPED);
		return NF_DROP;
	}

	/* Better silent than poisoning the neighbours. */
	if (skb_ensure_writable(skb, skb_network_offset(skb) + sizeof(*p)))
		return NF_DROP;
	p = (struct arp_packet *)skb_network_header(skb);
	ether_addr_copy(p->sender_mac, cluster->mac);
	lnlb_count(cluster, LNLB_STAT_ARP_REWRITTEN);
	return NF_ACCEPT;
}

void lnlb_arp_announce(const struct lnlb_cluster *cluster,
		       struct net_device *dev)
{
	__be32 addr = cluster->addr.s6_addr32[3];

	/* lnlb_arp_out() puts the cluster MAC in; the Ethernet source stays. */
	arp_send(ARPOP_REQUEST, ETH_P_ARP, addr, dev, addr, NULL, NULL, NULL);
}
