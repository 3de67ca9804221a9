// SPDX-License-Identifier: GPL-2.0-only
/* From a packet's headers to its affinity key and bucket. */

#include <linux/icmp.h>
#include <linux/ip.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "flow.h"

const struct iphdr *lnlb_flow_ipv4_header(const struct sk_buff *skb,
					  struct iphdr *buf)
{
	return lnlb_flow_ipv4_at(skb, skb_network_offset(skb), buf);
}

static bool icmp_is_error(u8 type)
{
	switch (type) {
	case ICMP_DEST_UNREACH:
	case ICMP_SOURCE_QUENCH:
	case ICMP_REDIRECT:
	case ICMP_TIME_EXCEEDED:
	case ICMP_PARAMETERPROB:
		return true;
	}
	return false;
}

/* Source and destination port, or zero where there is none to be read. */
static bool ports_at(const struct sk_buff *skb, int offset,
		     const struct iphdr *iph, __be16 ports[2])
{
	const __be16 *p;
	__be16 buf[2];

	ports[0] = 0;
	ports[1] = 0;
	if (!lnlb_has_ports(iph->protocol) || (iph->frag_off & htons(IP_OFFSET)))
		return true;
	p = skb_header_pointer(skb, offset + iph->ihl * 4, sizeof(buf), buf);
	if (!p)
		return false;
	ports[0] = p[0];
	ports[1] = p[1];
	return true;
}

void lnlb_flow_key(const struct lnlb_policy *policy,
		   const struct in6_addr *addr, __be16 port,
		   struct lnlb_key *key)
{
	if (policy->prefix == 128)
		key->addr = *addr;
	else
		ipv6_addr_prefix(&key->addr, addr, policy->prefix);
	key->port = policy->ports ? port : 0;
}

static void set_key(const struct lnlb_cluster *cluster,
		    const struct lnlb_policy *policy, struct lnlb_flow *flow,
		    __be32 client, __be16 port)
{
	struct in6_addr addr;

	ipv6_addr_set_v4mapped(client, &addr);
	lnlb_flow_key(policy, &addr, port, &flow->key);
	flow->bucket = lnlb_cluster_bucket(cluster, &flow->key);
}

/*
 * An ICMP error comes from any router on the way; the client is the one that
 * the packet inside was sent to. NULL if this is no error, or tells too little.
 */
static const struct iphdr *error_inner(const struct sk_buff *skb, int offset,
				       const struct iphdr *iph,
				       struct iphdr *buf)
{
	const struct icmphdr *icmph;
	struct icmphdr _icmph;

	if (iph->protocol != IPPROTO_ICMP || (iph->frag_off & htons(IP_OFFSET)))
		return NULL;
	icmph = skb_header_pointer(skb, offset, sizeof(_icmph), &_icmph);
	if (!icmph || !icmp_is_error(icmph->type))
		return NULL;
	return lnlb_flow_ipv4_at(skb, offset + sizeof(_icmph), buf);
}

static void set_packet(const struct lnlb_cluster *cluster,
		       struct lnlb_flow *flow, struct sk_buff *skb,
		       const struct iphdr *iph)
{
	flow->net = lnlb_cluster_net(cluster);
	flow->cluster = cluster;
	flow->skb = skb;
	flow->offset = skb_network_offset(skb);
	flow->family = NFPROTO_IPV4;
	flow->protocol = iph->protocol;
	flow->error = false;
	flow->fragment = iph->frag_off & htons(IP_OFFSET);
}

enum lnlb_flow_kind lnlb_flow_ipv4_by(const struct lnlb_cluster *cluster,
				      const struct lnlb_policy *policy,
				      struct sk_buff *skb,
				      const struct iphdr *iph,
				      struct lnlb_flow *flow)
{
	int offset = skb_network_offset(skb);
	const struct iphdr *inner;
	__be16 ports[2] = {};
	struct iphdr _inner;

	set_packet(cluster, flow, skb, iph);

	inner = error_inner(skb, offset + iph->ihl * 4, iph, &_inner);
	if (inner && inner->saddr == iph->daddr) {
		flow->protocol = inner->protocol;
		offset += iph->ihl * 4 + sizeof(struct icmphdr);
		flow->offset = offset;
		flow->error = true;
		if (policy->ports && !ports_at(skb, offset, inner, ports))
			return LNLB_FLOW_BAD;
		set_key(cluster, policy, flow, inner->daddr, ports[1]);
		return LNLB_FLOW_ERROR;
	}
	if (policy->ports && !ports_at(skb, offset, iph, ports))
		return LNLB_FLOW_BAD;
	set_key(cluster, policy, flow, iph->saddr, ports[0]);
	return LNLB_FLOW_DATA;
}

bool lnlb_flow_ipv4_out(const struct lnlb_cluster *cluster, struct sk_buff *skb,
			struct lnlb_flow *flow)
{
	const struct iphdr *iph = ip_hdr(skb);
	__be16 ports[2];

	if (!ports_at(skb, skb_network_offset(skb), iph, ports))
		return false;
	set_packet(cluster, flow, skb, iph);
	set_key(cluster, &cluster->policy, flow, iph->daddr, ports[1]);
	return true;
}

void lnlb_flow_sender(const struct lnlb_cluster *cluster, struct sk_buff *skb,
		      const struct iphdr *iph, u16 bucket,
		      struct lnlb_flow *flow)
{
	set_packet(cluster, flow, skb, iph);
	ipv6_addr_set_v4mapped(iph->saddr & cluster->policy.mask4, &flow->key.addr);
	flow->key.port = 0;
	flow->bucket = bucket;
}

void lnlb_cluster_key(const struct lnlb_cluster *cluster,
		      const struct in6_addr *addr, __be16 port,
		      struct lnlb_key *key)
{
	lnlb_flow_key(&cluster->policy, addr, port, key);
}
EXPORT_SYMBOL_GPL(lnlb_cluster_key);

u16 lnlb_cluster_bucket(const struct lnlb_cluster *cluster,
			const struct lnlb_key *key)
{
	const siphash_key_t *hash_key = &cluster->hash_key;
	const struct in6_addr *addr = &key->addr;
	u64 hash;

	/* As in lnlb_flow_bucket4(). */
	if (!ipv6_addr_v4mapped(addr)) {
		hash = siphash_3u64(get_unaligned_be64(&addr->s6_addr[0]),
				    get_unaligned_be64(&addr->s6_addr[8]),
				    ntohs(key->port), hash_key);
		return hash & (LNLB_BUCKETS - 1);
	}
	if (cluster->policy.ports || key->port)
		return lnlb_flow_bucket4_port(cluster, addr->s6_addr32[3],
					      key->port);
	return lnlb_flow_bucket4(cluster, addr->s6_addr32[3]);
}
EXPORT_SYMBOL_GPL(lnlb_cluster_bucket);
