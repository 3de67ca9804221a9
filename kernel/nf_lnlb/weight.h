/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LNLB_WEIGHT_H
#define _LNLB_WEIGHT_H

#include "lnlb.h"

/**
 * lnlb_weight_sample() - look at the weight source and tell the core
 * @cluster: running cluster
 *
 * Context: lnlb_cluster::core_lock held.
 */
void lnlb_weight_sample(struct lnlb_cluster *cluster);

#endif /* _LNLB_WEIGHT_H */
