/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LNLB_HEARTBEAT_H
#define _LNLB_HEARTBEAT_H

#include "lnlb.h"

/**
 * lnlb_heartbeat_init() - prepare a new cluster
 * @cluster: zeroed
 */
void lnlb_heartbeat_init(struct lnlb_cluster *cluster);

/**
 * lnlb_heartbeat_start() - join the other nodes
 * @cluster: bound cluster
 * @dev: its device, up and with carrier
 *
 * Context: RTNL and lnlb_net::lock held.
 * Return: 0, -EALREADY if it runs, -ENOMEM.
 */
int lnlb_heartbeat_start(struct lnlb_cluster *cluster, struct net_device *dev);

/**
 * lnlb_heartbeat_stop() - leave the other nodes
 * @cluster: a cluster
 * @goodbye: the device can still send
 *
 * When this returns nothing is accepted, and no frame is sent any more. Nothing
 * happens if the cluster does not run.
 * Context: lnlb_net::lock held.
 */
void lnlb_heartbeat_stop(struct lnlb_cluster *cluster, bool goodbye);

/**
 * lnlb_heartbeat_state() - be what the configuration says: active, draining or
 * suspended
 * @cluster: any cluster
 *
 * Context: process context, core_lock held.
 */
void lnlb_heartbeat_state(struct lnlb_cluster *cluster);

/**
 * lnlb_heartbeat_exit() - end the work for good
 * @cluster: stopped, unbound, out of all lists
 *
 * Context: process context, may sleep; core_lock not held.
 */
void lnlb_heartbeat_exit(struct lnlb_cluster *cluster);

/**
 * lnlb_heartbeat_ingress() - a frame of our EtherType came in
 * @port: the device it came by
 * @skb: the frame; stolen if it is for a cluster
 *
 * Context: softirq, rcu_read_lock().
 * Return: NF_STOLEN or NF_ACCEPT.
 */
unsigned int lnlb_heartbeat_ingress(const struct lnlb_port *port,
				    struct sk_buff *skb);

/**
 * lnlb_heartbeat_kick() - look at timers, weight and frames now
 * @cluster: a cluster that is not being taken down
 *
 * Context: any.
 */
void lnlb_heartbeat_kick(struct lnlb_cluster *cluster);

/**
 * lnlb_heartbeat_resync() - exchange everything with the other nodes
 * @cluster: a cluster
 *
 * Context: process context, lnlb_net::lock held.
 * Return: 0, or -ENETDOWN if it does not run.
 */
int lnlb_heartbeat_resync(struct lnlb_cluster *cluster);

/**
 * lnlb_heartbeat_now() - the core's clock
 *
 * Return: milliseconds since boot, suspended time included.
 */
static inline u64 lnlb_heartbeat_now(void)
{
	return ktime_to_ms(ktime_get_boottime());
}

/**
 * lnlb_heartbeat_stalled() - does the core not run in time, so that the map is
 * not to be relied on for new sessions?
 * @cluster: a cluster
 *
 * Until its lease is over a node is not dead to the others, whatever they know:
 * see lnlb_core_lease(). It ends to the millisecond. Shorter, and a work that
 * is a bit late drops the node's own traffic; longer, and two nodes take it.
 * Milliseconds modulo the length of a word.
 *
 * Context: any; rcu_read_lock() from before the map was read, for a node that
 * wakes drops its claims and waits for such readers before it has a new lease.
 */
static inline bool lnlb_heartbeat_stalled(const struct lnlb_cluster *cluster)
{
	return time_after((unsigned long)lnlb_heartbeat_now(),
			  READ_ONCE(cluster->lease));
}

/**
 * lnlb_heartbeat_silent() - has this node not said a word for so long that
 * others may have its sessions?
 * @cluster: a cluster
 *
 * What has queued up while a machine stood still they have answered, and it is
 * not to do so again when it goes on. See lnlb_core_alive().
 *
 * Context: any; rcu_read_lock()
 */
static inline bool lnlb_heartbeat_silent(const struct lnlb_cluster *cluster)
{
	return time_after((unsigned long)lnlb_heartbeat_now(),
			  READ_ONCE(cluster->alive));
}

#endif /* _LNLB_HEARTBEAT_H */
