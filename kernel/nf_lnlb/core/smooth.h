/* SPDX-License-Identifier: GPL-2.0-only */
/* Smoothing and hysteresis of a live weight. */
#ifndef _LNLB_CORE_SMOOTH_H
#define _LNLB_CORE_SMOOTH_H

#include "types.h"

/**
 * struct lnlb_smooth - memory of a live weight
 * @average: moving average in 1/256, 0: no sample yet
 * @shown: what was last given out
 */
struct lnlb_smooth {
	u64 average;
	u16 shown;
};

/**
 * lnlb_smooth() - take a sample in, give a weight out
 * @s: zeroed at first, and again when the source changes
 * @raw: the sample, any value; clamped to 1..65535
 *
 * A new sample counts for a quarter. What is given out stays as it is until
 * the average has gone an eighth away from it, so that a load that breathes
 * does not move buckets.
 *
 * Return: 1..65535.
 */
u16 lnlb_smooth(struct lnlb_smooth *s, u64 raw);

#endif /* _LNLB_CORE_SMOOTH_H */
