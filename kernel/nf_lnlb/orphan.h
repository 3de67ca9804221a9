/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LNLB_ORPHAN_H
#define _LNLB_ORPHAN_H

#include "lnlb.h"

/**
 * lnlb_orphan_update() - decide whether orphans are answered from now on
 * @cluster: a cluster that runs
 *
 * An orphan is a TCP segment of a flow that this node does not know. The stack
 * answers it with a reset. That is right where the flow's node is gone, and
 * wrong where a live node may still have the flow: see lnlb_core_complete().
 *
 * Context: process context, core_lock held, after lnlb_core_tick().
 */
void lnlb_orphan_update(struct lnlb_cluster *cluster);

/**
 * lnlb_orphan_stop() - give back what lnlb_orphan_update() took
 * @cluster: a cluster that stops
 *
 * Context: process context, core_lock held.
 */
void lnlb_orphan_stop(struct lnlb_cluster *cluster);

/**
 * lnlb_orphan_drop() - is this an orphan that is not to be answered?
 * @cluster: the cluster that the packet is for
 * @skb: whole packet, conntrack has seen it; not written
 * @state: of a PRE_ROUTING hook
 *
 * Context: softirq, rcu_read_lock().
 * Return: true if the packet is to be dropped.
 */
bool lnlb_orphan_drop(const struct lnlb_cluster *cluster,
		      const struct sk_buff *skb,
		      const struct nf_hook_state *state);

/**
 * lnlb_orphan_unknown() - the same before conntrack has seen the packet
 * @flow: the whole packet
 *
 * Counts nothing.
 *
 * Context: softirq, rcu_read_lock().
 * Return: true if the packet is to be dropped.
 */
bool lnlb_orphan_unknown(const struct lnlb_flow *flow);

/**
 * lnlb_orphan_stray() - may this be of a flow that another node has begun or asked for?
 * @flow: the packet
 *
 * It is a flow that this node does not know, and see lnlb_flow_late(). Whoever
 * has it gets the packet, too.
 *
 * Context: softirq, rcu_read_lock().
 * Return: true if the packet is to be dropped.
 */
bool lnlb_orphan_stray(const struct lnlb_flow *flow);

#endif /* _LNLB_ORPHAN_H */
