/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LNLB_RECONCILE_H
#define _LNLB_RECONCILE_H

#include "lnlb.h"

/**
 * lnlb_reconcile() - have the namespace looked over
 * @ln: the namespace, lnlb_net::lock held
 * @delay_ms: not before
 */
void lnlb_reconcile(struct lnlb_net *ln, unsigned int delay_ms);

/**
 * lnlb_reconcile_init() - prepare a new namespace
 * @ln: zeroed
 */
void lnlb_reconcile_init(struct lnlb_net *ln);

/**
 * lnlb_reconcile_exit() - take every cluster of a namespace down
 * @ln: the namespace
 *
 * Context: process context without locks.
 */
void lnlb_reconcile_exit(struct lnlb_net *ln);

/**
 * lnlb_reconcile_notifiers() - listen for devices and addresses
 *
 * Return: 0 or a negative errno.
 */
int lnlb_reconcile_notifiers(void);

/** lnlb_reconcile_unnotify() - stop listening */
void lnlb_reconcile_unnotify(void);

#endif /* _LNLB_RECONCILE_H */
