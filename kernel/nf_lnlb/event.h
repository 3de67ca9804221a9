/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LNLB_EVENT_H
#define _LNLB_EVENT_H

#include "lnlb.h"

/**
 * lnlb_event_core() - send a notification
 * @cluster: the cluster it is about
 * @event: what happened; its members that do not apply are ignored
 *
 * Context: process context.
 */
void lnlb_event_core(const struct lnlb_cluster *cluster,
		     const struct lnlb_core_event *event);

/**
 * lnlb_event() - send a notification without particulars
 * @cluster: the cluster it is about
 * @event: enum lnlb_event
 * @cause: text for people
 *
 * Context: process context.
 */
void lnlb_event(const struct lnlb_cluster *cluster, u8 event,
		const char *cause);

/**
 * lnlb_event_conflict() - somebody else claims the cluster address by ARP
 * @cluster: the cluster
 * @mac: who
 *
 * At most one notification a minute.
 * Context: softirq.
 */
void lnlb_event_conflict(struct lnlb_cluster *cluster, const u8 *mac);

/**
 * lnlb_event_refused() - an nft rule was refused
 * @net: the namespace
 * @cause: text for people
 *
 * Context: process context.
 */
void lnlb_event_refused(struct net *net, const char *cause);

#endif /* _LNLB_EVENT_H */
