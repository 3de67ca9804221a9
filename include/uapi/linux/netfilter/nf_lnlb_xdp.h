/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * nf_lnlb: what the module and its XDP program share.
 *
 * The program has two maps of LNLB_XDP_CLUSTERS places each, known by these
 * names; whoever changes what is in them changes the number in the names:
 *
 *   lnlb_clusters_1  BPF_MAP_TYPE_ARRAY of struct lnlb_xdp_cluster, written by
 *                    the module alone
 *   lnlb_dropped_1   BPF_MAP_TYPE_PERCPU_ARRAY of __u64, the packets that the
 *                    program dropped for the cluster in that place
 *
 * A cluster is in the first free one of the LNLB_XDP_PROBES places from
 * lnlb_xdp_place() on. A search ends with a place whose address is 0.
 */
#ifndef _UAPI_LINUX_NETFILTER_NF_LNLB_XDP_H
#define _UAPI_LINUX_NETFILTER_NF_LNLB_XDP_H

#include <linux/types.h>

#define LNLB_XDP_CLUSTERS_MAP	"lnlb_clusters_1"
#define LNLB_XDP_DROPPED_MAP	"lnlb_dropped_1"

#define LNLB_XDP_CLUSTERS_BITS	7
#define LNLB_XDP_CLUSTERS	(1 << LNLB_XDP_CLUSTERS_BITS)
#define LNLB_XDP_PROBES		16
#define LNLB_XDP_BUCKETS	4096

/**
 * struct lnlb_xdp_cluster - a cluster, as the XDP program sees it
 * @valid: 0: all packets pass; the rest may change
 * @addr: its address, 0: this place was never used
 * @mask: bits of a client's address that count
 * @ports: not 0: the client's port counts as well
 * @key: of the hash
 * @mac: cluster MAC, and two zeros
 * @pass: a bit for each bucket: packets pass, the hook decides
 */
struct lnlb_xdp_cluster {
	__u32 valid;
	__be32 addr;
	__be32 mask;
	__u32 ports;
	__u64 key[2];
	__u8 mac[8];
	__u32 pass[LNLB_XDP_BUCKETS / 32];
};

/* Of the address as it is in memory: multiplied, and the upper bits. */
static inline __u32 lnlb_xdp_place(__u32 addr)
{
	return (addr * 0x61c88647u) >> (32 - LNLB_XDP_CLUSTERS_BITS);
}

static inline __u64 lnlb_xdp_rol(__u64 x, int n)
{
	return x << n | x >> (64 - n);
}

#define LNLB_XDP_ROUND(v0, v1, v2, v3) do {				\
	v0 += v1; v1 = lnlb_xdp_rol(v1, 13); v1 ^= v0;			\
	v0 = lnlb_xdp_rol(v0, 32);					\
	v2 += v3; v3 = lnlb_xdp_rol(v3, 16); v3 ^= v2;			\
	v0 += v3; v3 = lnlb_xdp_rol(v3, 21); v3 ^= v0;			\
	v2 += v1; v1 = lnlb_xdp_rol(v1, 17); v1 ^= v2;			\
	v2 = lnlb_xdp_rol(v2, 32);					\
} while (0)

/*
 * SipHash-2-4 of up to one word and the rest of a message, both as numbers:
 * the kernel's siphash_1u32() and siphash_2u32(), which a BPF program cannot
 * call.
 */
static inline __u64 lnlb_xdp_siphash(const __u64 key[2], int words, __u64 word,
				     __u64 rest)
{
	__u64 v0 = key[0] ^ 0x736f6d6570736575ULL;
	__u64 v1 = key[1] ^ 0x646f72616e646f6dULL;
	__u64 v2 = key[0] ^ 0x6c7967656e657261ULL;
	__u64 v3 = key[1] ^ 0x7465646279746573ULL;

	if (words) {
		v3 ^= word;
		LNLB_XDP_ROUND(v0, v1, v2, v3);
		LNLB_XDP_ROUND(v0, v1, v2, v3);
		v0 ^= word;
	}
	v3 ^= rest;
	LNLB_XDP_ROUND(v0, v1, v2, v3);
	LNLB_XDP_ROUND(v0, v1, v2, v3);
	v0 ^= rest;
	v2 ^= 0xff;
	LNLB_XDP_ROUND(v0, v1, v2, v3);
	LNLB_XDP_ROUND(v0, v1, v2, v3);
	LNLB_XDP_ROUND(v0, v1, v2, v3);
	LNLB_XDP_ROUND(v0, v1, v2, v3);
	return (v0 ^ v1) ^ (v2 ^ v3);
}

/* Bucket of a client whose port does not count; @addr in host byte order */
static inline __u32 lnlb_xdp_bucket(const __u64 key[2], __u32 addr)
{
	return lnlb_xdp_siphash(key, 0, 0, 4ULL << 56 | addr) &
	       (LNLB_XDP_BUCKETS - 1);
}

/* The same where it counts */
static inline __u32 lnlb_xdp_bucket_port(const __u64 key[2], __u32 addr,
					 __u16 port)
{
	return lnlb_xdp_siphash(key, 1, (__u64)port << 32 | addr, 8ULL << 56) &
	       (LNLB_XDP_BUCKETS - 1);
}

#endif /* _UAPI_LINUX_NETFILTER_NF_LNLB_XDP_H */
