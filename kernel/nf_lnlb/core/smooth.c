// SPDX-License-Identifier: GPL-2.0-only
/* Smoothing and hysteresis of a live weight. */

#include "smooth.h"

#define UNIT		256	/* fixed point of the average */
#define SAMPLE_PART	4	/* a sample counts for a quarter */
#define STAY_PART	8	/* within an eighth nothing changes */

static u64 clamp_weight(u64 weight)
{
	if (weight < LNLB_WEIGHT_MIN)
		return LNLB_WEIGHT_MIN;
	if (weight > LNLB_WEIGHT_MAX)
		return LNLB_WEIGHT_MAX;
	return weight;
}

u16 lnlb_smooth(struct lnlb_smooth *s, u64 raw)
{
	u64 sample = clamp_weight(raw) * UNIT;
	u64 shown = (u64)s->shown * UNIT;
	u64 away;

	if (!s->average) {
		s->average = sample;
		s->shown = sample / UNIT;
		return s->shown;
	}
	s->average = (s->average * (SAMPLE_PART - 1) + sample) / SAMPLE_PART;

	away = s->average > shown ? s->average - shown : shown - s->average;
	if (away * STAY_PART > shown)
		s->shown = clamp_weight((s->average + UNIT / 2) / UNIT);
	return s->shown;
}
