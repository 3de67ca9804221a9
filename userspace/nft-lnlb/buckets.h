/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whose the buckets of a cluster are.
 */
#ifndef LNLBCTL_BUCKETS_H
#define LNLBCTL_BUCKETS_H

#include "cluster.h"

/**
 * struct buckets - who has which buckets
 * @bound: the rest is known; not so while the cluster waits for its device
 * @count: how many there are
 * @of: name, digest and nodes of the cluster; its other members are zero
 * @target: by bucket, place in @of.node of the node that is to own it, or
 *	LNLB_BUCKET_NOBODY
 * @claims: the same, who claims it; LNLB_BUCKET_SEVERAL
 */
struct buckets {
	bool bound;
	unsigned int count;
	struct cluster of;
	uint8_t target[LNLB_BUCKETS];
	uint8_t claims[LNLB_BUCKETS];
};

/**
 * buckets_get() - read them
 * @genl: open socket
 * @name: of the cluster
 * @buckets: filled in
 *
 * Return: 0 or a negative errno.
 */
int buckets_get(struct genl *genl, const char *name, struct buckets *buckets);

#endif /* LNLBCTL_BUCKETS_H */
