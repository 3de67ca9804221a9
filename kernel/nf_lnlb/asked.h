/* SPDX-License-Identifier: GPL-2.0-only */
/* What a node asks from the cluster address: see asked.c. */
#ifndef _LNLB_ASKED_H
#define _LNLB_ASKED_H

#include "lnlb.h"

/**
 * lnlb_map_change() - change what is said of a bucket
 * @cluster: its cluster
 * @bucket: which
 * @clear: LNLB_MAP_* that are taken away
 * @set: LNLB_MAP_* that are there then
 *
 * Context: any.
 */
void lnlb_map_change(struct lnlb_cluster *cluster, u16 bucket, u8 clear,
		     u8 set);

/**
 * lnlb_asked_out() - POST_ROUTING hook: packets that begin a flow
 * @priv: unused
 * @skb: not written
 * @state: of the hook
 *
 * Those from a cluster address are told to the tracker.
 * Context: softirq or process, rcu_read_lock().
 */
unsigned int lnlb_asked_out(void *priv, struct sk_buff *skb,
			    const struct nf_hook_state *state);

/**
 * lnlb_asked_update() - hooks that what was asked needs
 * @cluster: a cluster that runs
 *
 * Context: process context, core_lock held.
 */
void lnlb_asked_update(struct lnlb_cluster *cluster);

/**
 * lnlb_asked_stop() - give back what lnlb_asked_update() took
 * @cluster: a cluster that stops
 *
 * Context: process context, core_lock held.
 */
void lnlb_asked_stop(struct lnlb_cluster *cluster);

#endif /* _LNLB_ASKED_H */
