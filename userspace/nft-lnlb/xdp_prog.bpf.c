// SPDX-License-Identifier: GPL-2.0-only
/*
 * The XDP program: drops what the hook of nf_lnlb would drop as another node's,
 * by the map that the module keeps, and passes all else. What it cannot judge as
 * surely as the hook it passes: packets with a VLAN tag, ICMP, which may be about
 * another client than its sender, and where ports count all that has none in its
 * place. Sessions that stay here, whoever has their bucket, are in the map.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include <linux/netfilter/nf_lnlb_xdp.h>

#define ONCE(x) (*(const volatile typeof(x) *)&(x))
#define ASK LNLB_XDP_BUCKETS
#define IP_FRAGMENT bpf_htons(0x3fff)	/* more of them, or an offset */

/* The module knows the maps by these names. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, LNLB_XDP_CLUSTERS);
	__type(key, __u32);
	__type(value, struct lnlb_xdp_cluster);
} lnlb_clusters_1 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, LNLB_XDP_CLUSTERS);
	__type(key, __u32);
	__type(value, __u64);
} lnlb_dropped_1 SEC(".maps");

static __always_inline struct lnlb_xdp_cluster *find(__be32 addr, __u32 *place)
{
	struct lnlb_xdp_cluster *cluster;
	__be32 there;
	int n;

	*place = lnlb_xdp_place(addr);
	for (n = 0; n < LNLB_XDP_PROBES; n++) {
		cluster = bpf_map_lookup_elem(&lnlb_clusters_1, place);
		if (!cluster)
			return NULL;
		there = ONCE(cluster->addr);
		if (there == addr)
			return ONCE(cluster->valid) ? cluster : NULL;
		if (!there)
			return NULL;
		*place = (*place + 1) % LNLB_XDP_CLUSTERS;
	}
	return NULL;
}

static __always_inline int same_mac(const void *a, const void *b)
{
	const __u16 *x = a, *y = b;

	return !((x[0] ^ y[0]) | (x[1] ^ y[1]) | (x[2] ^ y[2]));
}

static __always_inline int has_ports(__u8 protocol)
{
	return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP ||
	       protocol == IPPROTO_UDPLITE || protocol == IPPROTO_DCCP;
}

/* Returns the bucket, ASK if that is for the hook to say. */
static __always_inline __u32 bucket_of(const struct lnlb_xdp_cluster *cluster,
				       const struct iphdr *iph,
				       const void *data_end)
{
	__u32 client = bpf_ntohl(iph->saddr & cluster->mask);
	const __be16 *port = (const void *)(iph + 1);

	if (iph->protocol == IPPROTO_ICMP)
		return ASK;
	if (!cluster->ports)
		return lnlb_xdp_bucket(cluster->key, client);
	if (iph->ihl != 5 || iph->frag_off & IP_FRAGMENT ||
	    !has_ports(iph->protocol) || (const void *)(port + 2) > data_end)
		return ASK;
	return lnlb_xdp_bucket_port(cluster->key, client, bpf_ntohs(*port));
}

SEC("xdp.frags")
int lnlb_xdp(struct xdp_md *ctx)
{
	const void *data_end = (const void *)(long)ctx->data_end;
	const struct ethhdr *eth = (const void *)(long)ctx->data;
	const struct iphdr *iph = (const void *)(eth + 1);
	struct lnlb_xdp_cluster *cluster;
	__u64 *dropped;
	__u32 place, bucket;

	if ((const void *)(iph + 1) > data_end ||
	    eth->h_proto != bpf_htons(ETH_P_IP) || iph->version != 4 ||
	    iph->ihl < 5)
		return XDP_PASS;
	cluster = find(iph->daddr, &place);
	if (!cluster || !same_mac(eth->h_dest, cluster->mac))
		return XDP_PASS;
	bucket = bucket_of(cluster, iph, data_end);
	if (bucket >= LNLB_XDP_BUCKETS)
		return XDP_PASS;
	if (ONCE(cluster->pass[bucket / 32]) >> bucket % 32 & 1)
		return XDP_PASS;
	dropped = bpf_map_lookup_elem(&lnlb_dropped_1, &place);
	if (dropped)
		(*dropped)++;
	return XDP_DROP;
}

/* The helpers that it calls are for such programs only. */
char _license[] SEC("license") = "GPL";
