/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LNLBCTL_STAT_TEXT_H
#define LNLBCTL_STAT_TEXT_H

/**
 * stat_text() - what a counter counts
 * @stat: enum lnlb_stat
 *
 * Return: a line for people, NULL for a counter without a name.
 */
const char *stat_text(unsigned int stat);

#endif /* LNLBCTL_STAT_TEXT_H */
