/* SPDX-License-Identifier: GPL-2.0-only */
/* The XDP program of a device, which drops what is another node's. */
#ifndef _LNLB_XDP_H
#define _LNLB_XDP_H

#include <linux/netfilter/nf_lnlb_xdp.h>

#include "lnlb.h"

/**
 * lnlb_xdp_on() - have the program of its device know a cluster
 * @net: its namespace
 * @name: of the cluster
 * @prog_fd: descriptor of a program that is on the device already, -1: there is
 *	one
 * @link_fd: of its bpf_link; kept, so that the program stays for as long as a
 *	cluster needs it
 * @why: why not
 *
 * Context: process context of who has the descriptors, no lock held.
 * Return: 0; -EUNATCH if the device has none and no descriptors were given,
 * -EEXIST if it has one and they were, or another negative errno.
 */
int lnlb_xdp_on(struct net *net, const char *name, int prog_fd, int link_fd,
		struct lnlb_refusal *why);

/**
 * lnlb_xdp_off() - have the hook decide alone
 * @net: its namespace
 * @name: of the cluster
 * @why: why not
 *
 * Context: process context, no lock held.
 * Return: 0 or a negative errno.
 */
int lnlb_xdp_off(struct net *net, const char *name, struct lnlb_refusal *why);

/**
 * lnlb_xdp_update() - let the program judge a cluster's packets if it can
 * @cluster: a bound cluster, configured
 *
 * Context: RTNL and lnlb_net::lock held.
 */
void lnlb_xdp_update(struct lnlb_cluster *cluster);

/**
 * lnlb_xdp_pause() - the program lets all of a cluster's packets pass
 * @cluster: a cluster
 *
 * Context: lnlb_net::lock held.
 */
void lnlb_xdp_pause(struct lnlb_cluster *cluster);

/**
 * lnlb_xdp_leave() - the cluster does without; with the last one the program
 * goes from the device
 * @cluster: a cluster
 *
 * Context: lnlb_net::lock held.
 */
void lnlb_xdp_leave(struct lnlb_cluster *cluster);

/**
 * lnlb_xdp_dev_gone() - a device goes, and its program
 * @ln: its namespace
 * @dev: the device
 *
 * Context: lnlb_net::lock held.
 */
void lnlb_xdp_dev_gone(struct lnlb_net *ln, const struct net_device *dev);

/**
 * lnlb_xdp_state() - what the program does for a cluster
 * @cluster: a cluster
 *
 * Context: lnlb_net::lock held.
 * Return: enum lnlb_xdp_state.
 */
u8 lnlb_xdp_state(const struct lnlb_cluster *cluster);

/**
 * lnlb_xdp_dropped() - how many packets the program dropped
 * @cluster: a cluster
 *
 * Context: lnlb_net::lock or core_lock held.
 * Return: the number since the cluster came.
 */
u64 lnlb_xdp_dropped(const struct lnlb_cluster *cluster);

/**
 * lnlb_xdp_pass() - may the program drop packets of a bucket?
 * @place: the cluster, as the program sees it
 * @bucket: the bucket
 * @pass: it must not
 *
 * Context: map_lock of the cluster held.
 */
static inline void lnlb_xdp_pass(struct lnlb_xdp_cluster *place, u16 bucket,
				 bool pass)
{
	u32 *word = &place->pass[bucket / 32];
	u32 bit = 1U << bucket % 32;

	WRITE_ONCE(*word, pass ? *word | bit : *word & ~bit);
}

/**
 * lnlb_xdp_map_set() - what a bucket is from now on
 * @cluster: the cluster
 * @bucket: the bucket
 * @map: LNLB_MAP_*
 *
 * The program is told first of what it must not drop, and last of what it may.
 *
 * Context: map_lock held.
 */
static inline void lnlb_xdp_map_set(struct lnlb_cluster *cluster, u16 bucket,
				    u8 map)
{
	struct lnlb_xdp_cluster *place = cluster->xdp_place;

	BUILD_BUG_ON(LNLB_XDP_BUCKETS != LNLB_BUCKETS);
	if (place && map) {
		lnlb_xdp_pass(place, bucket, true);
		smp_wmb();
	}
	WRITE_ONCE(cluster->map[bucket], map);
	if (place && !map) {
		smp_wmb();
		lnlb_xdp_pass(place, bucket, false);
	}
}

#endif /* _LNLB_XDP_H */
