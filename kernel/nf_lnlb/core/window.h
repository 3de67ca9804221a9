/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which of a node's frames have arrived: each is believed once. Frames may
 * overtake each other, but not by more than the window is wide.
 */
#ifndef _LNLB_CORE_WINDOW_H
#define _LNLB_CORE_WINDOW_H

#include "types.h"

#define LNLB_WINDOW	64

/**
 * struct lnlb_window - sequence numbers that were seen
 * @newest: the highest one
 * @seen: bit n: @newest - n was seen
 */
struct lnlb_window {
	u64 newest;
	u64 seen;
};

/**
 * lnlb_window_old() - was this number seen, or is it too old to tell?
 * @window: those that were seen
 * @sequence: the number
 */
static inline bool lnlb_window_old(const struct lnlb_window *window,
				   u64 sequence)
{
	u64 age = window->newest - sequence;

	return sequence <= window->newest &&
	       (age >= LNLB_WINDOW || window->seen >> age & 1);
}

/**
 * lnlb_window_add() - a number is seen
 * @window: those that were seen
 * @sequence: the number; not an old one
 */
static inline void lnlb_window_add(struct lnlb_window *window, u64 sequence)
{
	u64 step = sequence - window->newest;

	if (sequence <= window->newest) {
		window->seen |= 1ULL << (window->newest - sequence);
		return;
	}
	window->seen = step < LNLB_WINDOW ? window->seen << step | 1 : 1;
	window->newest = sequence;
}

#endif /* _LNLB_CORE_WINDOW_H */
