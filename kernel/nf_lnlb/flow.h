/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LNLB_FLOW_H
#define _LNLB_FLOW_H

#include <linux/ip.h>

#include "lnlb.h"

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
 * lnlb_flow_key() - the affinity key of a client
 * @policy: what makes the key
 * @addr: the client's address, IPv4 as ::ffff:a.b.c.d
 * @port: the client's port, network order
 * @key: filled in
 *
 * Context: any.
 */
void lnlb_flow_key(const struct lnlb_policy *policy,
		   const struct in6_addr *addr, __be16 port,
		   struct lnlb_key *key);

/**
 * lnlb_flow_ipv4_by() - find out whose a packet is
 * @cluster: the cluster that it is for
 * @policy: what makes the key
 * @skb: network header set; not written, may be shared and not linear
 * @iph: its IPv4 header, ihl checked
 * @flow: filled in
 *
 * Context: any.
 * Return: enum lnlb_flow_kind; @flow is valid unless LNLB_FLOW_BAD.
 */
enum lnlb_flow_kind lnlb_flow_ipv4_by(const struct lnlb_cluster *cluster,
				      const struct lnlb_policy *policy,
				      struct sk_buff *skb,
				      const struct iphdr *iph,
				      struct lnlb_flow *flow);

/**
 * lnlb_flow_ipv4() - the same by the cluster's own policy
 * @cluster: the cluster that it is for
 * @skb: network header set; not written, may be shared and not linear
 * @iph: its IPv4 header, ihl checked
 * @flow: filled in
 *
 * Context: any.
 * Return: enum lnlb_flow_kind; @flow is valid unless LNLB_FLOW_BAD.
 */
static inline enum lnlb_flow_kind
lnlb_flow_ipv4(const struct lnlb_cluster *cluster, struct sk_buff *skb,
	       const struct iphdr *iph, struct lnlb_flow *flow)
{
	return lnlb_flow_ipv4_by(cluster, &cluster->policy, skb, iph, flow);
}

/**
 * lnlb_flow_ipv4_out() - find out who will answer a packet that goes out
 * @cluster: the cluster whose address is its source
 * @skb: network header set
 * @flow: filled in, with the key of the answer
 *
 * Context: any.
 * Return: false if it is too short for what it says.
 */
bool lnlb_flow_ipv4_out(const struct lnlb_cluster *cluster, struct sk_buff *skb,
			struct lnlb_flow *flow);

/**
 * lnlb_flow_ipv4_high() - may this be an answer to a node, by its port?
 * @cluster: the cluster
 * @skb: not written
 * @iph: its header, at skb->data, at least 20 bytes
 *
 * What a node asks as a client it asks from a port of
 * net.ipv4.ip_local_port_range; lnlb_cluster::asks_from is where that begins,
 * divided by 256.
 *
 * Return: true also where the port is not to be seen at once, and anything for
 * a protocol that has none.
 */
static inline bool lnlb_flow_ipv4_high(const struct lnlb_cluster *cluster,
				       const struct sk_buff *skb,
				       const struct iphdr *iph)
{
	const u8 *header = (const u8 *)iph;

	return skb_headlen(skb) < sizeof(*iph) + 4 || header[0] != 0x45 ||
	       header[sizeof(*iph) + 2] >= READ_ONCE(cluster->asks_from);
}

/**
 * lnlb_flow_sender() - lnlb_flow_ipv4() where the client is the sender
 * @cluster: the cluster that it is for; its affinity is no port's business
 * @skb: network header set
 * @iph: its IPv4 header, not one of ICMP
 * @bucket: the sender's
 * @flow: filled in, as of LNLB_FLOW_DATA
 *
 * Context: any.
 */
void lnlb_flow_sender(const struct lnlb_cluster *cluster, struct sk_buff *skb,
		      const struct iphdr *iph, u16 bucket,
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

/**
 * lnlb_flow_ipv4_good() - version and length in one look
 * @iph: at least the header's first byte
 */
static inline bool lnlb_flow_ipv4_good(const struct iphdr *iph)
{
	u8 first = *(const u8 *)iph;

	return first >= 0x45 && first <= 0x4f;
}

/**
 * lnlb_flow_ipv4_at() - an IPv4 header that is there and can be gone by
 * @skb: not written, may be shared and not linear
 * @offset: of the header, from skb->data
 * @buf: room for it
 *
 * Return: the header, or NULL if it is short, of another version or ihl < 5.
 */
static inline const struct iphdr *lnlb_flow_ipv4_at(const struct sk_buff *skb,
						    int offset,
						    struct iphdr *buf)
{
	const struct iphdr *iph;

	iph = skb_header_pointer(skb, offset, sizeof(*buf), buf);
	return iph && lnlb_flow_ipv4_good(iph) ? iph : NULL;
}

/**
 * lnlb_flow_bucket4() - the bucket of an IPv4 client, without its port
 * @cluster: the cluster
 * @addr: the bits of the client's address that count
 *
 * Return: what lnlb_cluster_bucket() says.
 */
static inline u16 lnlb_flow_bucket4(const struct lnlb_cluster *cluster,
				    __be32 addr)
{
	/* Values, not bytes, are hashed: the same on either byte order. */
	return siphash_1u32(ntohl(addr), &cluster->hash_key) &
	       (LNLB_BUCKETS - 1);
}

/**
 * lnlb_flow_bucket4_port() - the bucket of an IPv4 client with its port
 * @cluster: the cluster
 * @addr: the client's address
 * @port: the client's port, network order
 *
 * Return: what lnlb_cluster_bucket() says.
 */
static inline u16 lnlb_flow_bucket4_port(const struct lnlb_cluster *cluster,
					 __be32 addr, __be16 port)
{
	return siphash_2u32(ntohl(addr), ntohs(port), &cluster->hash_key) &
	       (LNLB_BUCKETS - 1);
}

#endif /* _LNLB_FLOW_H */
