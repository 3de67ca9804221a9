/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LNLB_PORT_H
#define _LNLB_PORT_H

#include "lnlb.h"

/**
 * lnlb_port_bind() - put a cluster on a device
 * @cluster: unbound cluster
 * @dev: the device
 *
 * Context: RTNL and lnlb_net::lock held.
 * Return: 0 or a negative errno.
 */
int lnlb_port_bind(struct lnlb_cluster *cluster, struct net_device *dev);

/**
 * lnlb_port_unbind() - take a cluster off its device, stop it before
 * @cluster: a cluster; nothing happens if it is not bound
 *
 * The other nodes are told if the device can still send.
 * Context: RTNL and lnlb_net::lock held.
 */
void lnlb_port_unbind(struct lnlb_cluster *cluster);

/**
 * lnlb_port_dev() - the device that a cluster is to be bound to
 * @cluster: a cluster
 *
 * The one of the configured name; without a name the one with an address whose
 * prefix covers the cluster address, else the one that the route to it points to.
 * Context: RTNL and lnlb_net::lock held.
 * Return: an Ethernet device of the namespace, or NULL.
 */
struct net_device *lnlb_port_dev(const struct lnlb_cluster *cluster);

#endif /* _LNLB_PORT_H */
