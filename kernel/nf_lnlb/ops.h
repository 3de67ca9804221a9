/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LNLB_OPS_H
#define _LNLB_OPS_H

#include "lnlb.h"

/* gratuitous ARP after a change of what this node answers for */
#define LNLB_ANNOUNCE_TIMES	3

/* What a core needs, with a struct lnlb_cluster for its context. */
extern const struct lnlb_core_ops lnlb_ops;

/**
 * lnlb_ops_refresh_map() - take the exception mark off buckets where no session
 * needs it any more
 * @cluster: a cluster
 *
 * Context: process context, core_lock held.
 */
void lnlb_ops_refresh_map(struct lnlb_cluster *cluster);

#endif /* _LNLB_OPS_H */
