/* SPDX-License-Identifier: GPL-2.0-only */
/* In which buckets this node has asked somebody, as far as conntrack knows. */
#ifndef _LNLB_CT_ASKED_H
#define _LNLB_CT_ASKED_H

#include <net/nf_lnlb.h>

struct nf_conn;

/**
 * struct lnlb_asked_buckets - buckets of those who will answer this node
 * @cluster: the cluster
 * @look_at: jiffies, when conntrack is asked which of them are still in use
 * @looked: conntrack was asked once
 * @young: bit by bucket: a flow has begun since conntrack was asked last
 * @marked: bit by bucket: lnlb_bucket_asked() was told
 */
struct lnlb_asked_buckets {
	struct lnlb_cluster *cluster;
	unsigned long look_at;
	bool looked;
	DECLARE_BITMAP(young, LNLB_BUCKETS);
	DECLARE_BITMAP(marked, LNLB_BUCKETS);
};

/**
 * lnlb_asked_from_here() - has this node begun this flow?
 * @cluster: the cluster whose address it is to have
 * @ct: an IPv4 flow
 *
 * Context: any.
 */
bool lnlb_asked_from_here(const struct lnlb_cluster *cluster,
			  const struct nf_conn *ct);

/**
 * lnlb_asked_init() - nothing asked yet
 * @a: to be filled in
 * @cluster: the cluster
 *
 * What conntrack knows already is found by the first lnlb_asked_look().
 */
void lnlb_asked_init(struct lnlb_asked_buckets *a,
		     struct lnlb_cluster *cluster);

/**
 * lnlb_asked_mark() - a flow begins
 * @a: the buckets
 * @bucket: of the one who is asked
 *
 * Context: any.
 */
void lnlb_asked_mark(struct lnlb_asked_buckets *a, u16 bucket);

/**
 * lnlb_asked_look() - now and then: which flows are left?
 * @a: the buckets
 *
 * Context: process context, may sleep, one at a time.
 */
void lnlb_asked_look(struct lnlb_asked_buckets *a);

/**
 * lnlb_asked_clear() - nothing is asked any more
 * @a: the buckets; nobody calls lnlb_asked_mark() any more
 */
void lnlb_asked_clear(struct lnlb_asked_buckets *a);

#endif /* _LNLB_CT_ASKED_H */
