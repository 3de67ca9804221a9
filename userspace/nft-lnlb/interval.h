/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Short times, as options have them.
 */
#ifndef LNLBCTL_INTERVAL_H
#define LNLBCTL_INTERVAL_H

#include <stdbool.h>
#include <stdint.h>

#define INTERVAL_MIN_MS	100
#define INTERVAL_MAX_MS	86400000

/**
 * interval_parse() - seconds with up to three decimals, or as lnlb_parse_time()
 * @text: what was typed; NULL: nothing, then @ms stays as it is
 * @option: whose it is, for what is said on stderr if it is wrong
 * @ms: milliseconds, INTERVAL_MIN_MS..INTERVAL_MAX_MS
 *
 * Return: false if it is wrong.
 */
bool interval_parse(const char *text, const char *option, uint32_t *ms);

/**
 * interval_now_ms() - a clock that never goes back
 *
 * Return: milliseconds.
 */
uint64_t interval_now_ms(void);

#endif /* LNLBCTL_INTERVAL_H */
