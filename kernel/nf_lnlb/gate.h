/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LNLB_GATE_H
#define _LNLB_GATE_H

#include "lnlb.h"

/**
 * lnlb_gate_init() - prepare a new cluster
 * @cluster: zeroed
 */
void lnlb_gate_init(struct lnlb_cluster *cluster);

/**
 * lnlb_gate_exit() - give its memory back
 * @cluster: one that gets no frames any more
 */
void lnlb_gate_exit(struct lnlb_cluster *cluster);

/**
 * lnlb_gate_enter() - is this frame worth waiting for the core?
 * @cluster: whom it is for
 * @skb: the frame, at its network header
 *
 * What is refused here is refused by the core, too; now and then one of each
 * kind is let in all the same, so that the core can say whose it was.
 *
 * Context: softirq, rcu_read_lock().
 * Return: LNLB_STAT_FRAME_RX, or the counter that says why not.
 */
int lnlb_gate_enter(struct lnlb_cluster *cluster, const struct sk_buff *skb);

/**
 * lnlb_gate_emptied() - all frames that waited were taken out
 * @cluster: core_lock held
 */
void lnlb_gate_emptied(struct lnlb_cluster *cluster);

/**
 * lnlb_gate_update() - learn from the core who is a peer
 * @cluster: core_lock held
 *
 * Without memory the next call does.
 */
void lnlb_gate_update(struct lnlb_cluster *cluster);

#endif /* _LNLB_GATE_H */
