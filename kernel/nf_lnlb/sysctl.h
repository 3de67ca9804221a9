/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LNLB_SYSCTL_H
#define _LNLB_SYSCTL_H

#include "lnlb.h"

#define LNLB_HEARTBEAT_MIN	1	/* seconds */
#define LNLB_HEARTBEAT_MAX	3600

/**
 * lnlb_sysctl_init() - net.lnlb.* of a new namespace
 * @ln: the namespace
 *
 * Return: 0 or -ENOMEM.
 */
int lnlb_sysctl_init(struct lnlb_net *ln);

/**
 * lnlb_sysctl_exit() - take them away
 * @ln: the namespace
 */
void lnlb_sysctl_exit(struct lnlb_net *ln);

#endif /* _LNLB_SYSCTL_H */
