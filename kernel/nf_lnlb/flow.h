/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LNLB_FLOW_H
#define _LNLB_FLOW_H

#include "lnlb.h"

struct iphdr;

/**
 * enum lnlb_flow_kind - what a packet's headers tell
 * @LNLB_FLOW_BAD: too short for what they say
 * @LNLB_FLOW_DATA: a packet of the client
 * @LNLB_FLOW_ERROR: an ICMP error about one of our packets to the client
 */
enum lnlb_flow_kind {
	LNLB_FLOW_BAD,
	LNLB_FLOW_DATA,
	LNLB_FLOW_ERROR,
};

/**
 * lnlb_flow_ipv4() - find out whose a packet is
 * @cluster: the cluster that it is for
 * @skb: network header set; not written, may be shared and not linear
 * @iph: its IPv4 header, ihl checked
 * @flow: filled in
 *
 * Context: any.
 * Return: enum lnlb_flow_kind; @flow is valid unless LNLB_FLOW_BAD.
 */
enum lnlb_flow_kind lnlb_flow_ipv4(const struct lnlb_cluster *cluster,
				   struct sk_buff *skb, const struct iphdr *iph,
				   struct lnlb_flow *flow);

/**
 * lnlb_flow_ipv4_header() - read an IPv4 header
 * @skb: network header set
 * @buf: room for it
 *
 * Return: the header, or NULL if it is short, of another version or ihl < 5.
 */
const struct iphdr *lnlb_flow_ipv4_header(const struct sk_buff *skb,
					  struct iphdr *buf);

#endif /* _LNLB_FLOW_H */
