// SPDX-License-Identifier: GPL-2.0-only
/* In which buckets this node has asked somebody, as far as conntrack knows. */

#include <linux/bitmap.h>
#include <linux/slab.h>
#include <net/ipv6.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_core.h>

#include "ct_asked.h"

/* Conntrack's table is gone through so often, in seconds, if it is needed. */
#define LOOK_INTERVAL	60

/**
 * struct look - a look through conntrack's table
 * @cluster: the cluster
 * @live: bit by bucket: a flow that this node has begun is there
 */
struct look {
	struct lnlb_cluster *cluster;
	DECLARE_BITMAP(live, LNLB_BUCKETS);
};

void lnlb_asked_init(struct lnlb_asked_buckets *a, struct lnlb_cluster *cluster)
{
	a->cluster = cluster;
	a->look_at = jiffies;
}

void lnlb_asked_mark(struct lnlb_asked_buckets *a, u16 bucket)
{
	if (!test_bit(bucket, a->young))
		set_bit(bucket, a->young);
	/* Whoever unmarks it now sees that it is young: see settle(). */
	smp_mb();
	if (!test_bit(bucket, a->marked) &&
	    !test_and_set_bit(bucket, a->marked))
		lnlb_bucket_asked(a->cluster, bucket, true);
}

bool lnlb_asked_from_here(const struct lnlb_cluster *cluster,
			  const struct nf_conn *ct)
{
	struct in6_addr addr;

	ipv6_addr_set_v4mapped(nf_ct_tuple(ct, IP_CT_DIR_REPLY)->dst.u3.ip,
			       &addr);
	return ipv6_addr_equal(&addr, lnlb_cluster_addr(cluster));
}

/* @dir: of what comes to the cluster address */
static void mark_live(struct look *look, const struct nf_conn *ct,
		      enum ip_conntrack_dir dir)
{
	const struct nf_conntrack_tuple *tuple = nf_ct_tuple(ct, dir);
	struct in6_addr addr;
	struct lnlb_key key;

	ipv6_addr_set_v4mapped(tuple->src.u3.ip, &addr);
	lnlb_cluster_key(look->cluster, &addr,
			 lnlb_has_ports(nf_ct_protonum(ct)) ? tuple->src.u.all : 0,
			 &key);
	__set_bit(lnlb_cluster_bucket(look->cluster, &key), look->live);
}

/* A flow that a helper relates to one from here the other side may have begun. */
static int look_at_flow(struct nf_conn *ct, void *data)
{
	struct look *look = data;

	if (nf_ct_l3num(ct) != NFPROTO_IPV4)
		return 0;
	if (lnlb_asked_from_here(look->cluster, ct))
		mark_live(look, ct, IP_CT_DIR_REPLY);
	else if (ct->master && lnlb_asked_from_here(look->cluster, ct->master))
		mark_live(look, ct, IP_CT_DIR_ORIGINAL);
	return 0;
}

static void settle(struct lnlb_asked_buckets *a, u16 bucket, bool live)
{
	if (live) {
		if (!test_and_set_bit(bucket, a->marked))
			lnlb_bucket_asked(a->cluster, bucket, true);
		return;
	}
	clear_bit(bucket, a->marked);
	lnlb_bucket_asked(a->cluster, bucket, false);
	/* A flow that began meanwhile may have seen the mark. */
	smp_mb();
	if (test_bit(bucket, a->young)) {
		set_bit(bucket, a->marked);
		lnlb_bucket_asked(a->cluster, bucket, true);
	}
}

void lnlb_asked_look(struct lnlb_asked_buckets *a)
{
	struct nf_ct_iter_data iter = { .net = lnlb_cluster_net(a->cluster) };
	struct look *look;
	unsigned int i;

	if (time_before(jiffies, a->look_at))
		return;
	a->look_at = jiffies + LOOK_INTERVAL * HZ;
	if (a->looked && bitmap_empty(a->marked, LNLB_BUCKETS))
		return;
	look = kzalloc(sizeof(*look), GFP_KERNEL);
	if (!look)
		return;
	look->cluster = a->cluster;
	iter.data = look;
	/* What began since the last look may not be in the table yet. */
	for (i = 0; i < BITS_TO_LONGS(LNLB_BUCKETS); i++)
		look->live[i] = xchg(&a->young[i], 0);
	nf_ct_iterate_cleanup_net(look_at_flow, &iter);
	a->looked = true;
	for (i = 0; i < LNLB_BUCKETS; i++)
		if (test_bit(i, look->live) != test_bit(i, a->marked))
			settle(a, i, test_bit(i, look->live));
	kfree(look);
}

void lnlb_asked_clear(struct lnlb_asked_buckets *a)
{
	unsigned int i;

	for_each_set_bit(i, a->marked, LNLB_BUCKETS)
		lnlb_bucket_asked(a->cluster, i, false);
}
