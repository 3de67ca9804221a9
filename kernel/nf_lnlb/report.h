/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LNLB_REPORT_H
#define _LNLB_REPORT_H

#include "lnlb.h"

/**
 * lnlb_stats_sum() - a counter of a cluster
 * @cluster: the cluster
 * @stat: enum lnlb_stat
 *
 * Context: any.
 * Return: what all CPUs have counted.
 */
u64 lnlb_stats_sum(const struct lnlb_cluster *cluster, unsigned int stat);

/**
 * lnlb_report_update() - tell the core how much this node does
 * @cluster: a cluster with a core
 *
 * Context: process context, core_lock held.
 */
void lnlb_report_update(struct lnlb_cluster *cluster);

/**
 * lnlb_report_due() - lnlb_report_update() from time to time
 * @cluster: a cluster with a core
 * @now: lnlb_heartbeat_now()
 *
 * Context: process context, core_lock held.
 */
void lnlb_report_due(struct lnlb_cluster *cluster, u64 now);

#endif /* _LNLB_REPORT_H */
