/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LNLB_ARP_H
#define _LNLB_ARP_H

#include "lnlb.h"

/**
 * struct lnlb_arp - what an ARP packet for IPv4 on Ethernet says
 * @operation: ARPOP_*, network order
 * @sender_mac: sender hardware address
 * @sender_ip: sender protocol address
 * @target_ip: target protocol address
 */
struct lnlb_arp {
	__be16 operation;
	u8 sender_mac[ETH_ALEN];
	__be32 sender_ip;
	__be32 target_ip;
};

/**
 * lnlb_arp_parse() - read an ARP packet
 * @skb: network header set; may be shared and not linear
 * @dev: an Ethernet device
 * @arp: filled in
 *
 * Return: false if it is short or not of IPv4 on Ethernet.
 */
bool lnlb_arp_parse(const struct sk_buff *skb, const struct net_device *dev,
		    struct lnlb_arp *arp);

/**
 * lnlb_arp_in() - NF_ARP_IN: ignores what others say of the cluster address
 * @priv: unused
 * @skb: the packet
 * @state: hook state
 */
unsigned int lnlb_arp_in(void *priv, struct sk_buff *skb,
			 const struct nf_hook_state *state);

/**
 * lnlb_arp_out() - NF_ARP_OUT: puts the cluster MAC in where the cluster
 * address is the sender
 * @priv: unused
 * @skb: the packet
 * @state: hook state
 */
unsigned int lnlb_arp_out(void *priv, struct sk_buff *skb,
			  const struct nf_hook_state *state);

/**
 * lnlb_arp_announce() - tell the network where the cluster address is
 * @cluster: the cluster
 * @dev: its bound device
 *
 * Context: process context.
 */
void lnlb_arp_announce(const struct lnlb_cluster *cluster,
		       struct net_device *dev);

#endif /* _LNLB_ARP_H */
