/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LNLB_TRACKER_H
#define _LNLB_TRACKER_H

#include "lnlb.h"

/**
 * lnlb_trackers_attach() - give a new cluster its trackers' state
 * @cluster: not yet seen by packets
 *
 * Context: lnlb_net::lock held. A tracker without memory is left out: its
 * sessions go by their bucket.
 */
void lnlb_trackers_attach(struct lnlb_cluster *cluster);

/**
 * lnlb_trackers_detach() - free the trackers' state of a cluster
 * @cluster: no packet and no core operation reaches it any more
 */
void lnlb_trackers_detach(struct lnlb_cluster *cluster);

/**
 * lnlb_trackers_request() - load the default tracker's module if none is there
 *
 * Context: process context without locks.
 */
void lnlb_trackers_request(void);

/**
 * lnlb_trackers_owner_of() - whose packet is this?
 * @cluster: the cluster
 * @flow: the packet
 *
 * Context: rcu_read_lock().
 * Return: enum lnlb_owner.
 */
enum lnlb_owner lnlb_trackers_owner_of(const struct lnlb_cluster *cluster,
				       const struct lnlb_flow *flow);

/**
 * lnlb_trackers_asked() - who has begun the flow of a packet?
 * @cluster: the cluster
 * @flow: the packet
 *
 * Context: rcu_read_lock().
 * Return: enum lnlb_asked.
 */
enum lnlb_asked lnlb_trackers_asked(const struct lnlb_cluster *cluster,
				    const struct lnlb_flow *flow);

/**
 * lnlb_trackers_asks() - tell of a packet that begins a flow from here
 * @cluster: the cluster
 * @flow: the packet, see lnlb_flow_ipv4_out()
 *
 * Context: rcu_read_lock().
 */
void lnlb_trackers_asks(const struct lnlb_cluster *cluster,
			const struct lnlb_flow *flow);

/**
 * lnlb_trackers_assigned() - tell the protocol's tracker of an accepted packet
 * @cluster: the cluster
 * @flow: the packet
 *
 * Context: rcu_read_lock().
 * Return: for how many jiffies it need not be told of this session's packets;
 * LNLB_ASSIGNED_STRAY: the packet is to be dropped.
 */
unsigned int lnlb_trackers_assigned(const struct lnlb_cluster *cluster,
				    const struct lnlb_flow *flow);

/**
 * lnlb_trackers_has_sessions() - as the core's operation of that name
 * @cluster: the cluster
 * @bucket: its bucket
 */
bool lnlb_trackers_has_sessions(const struct lnlb_cluster *cluster, u16 bucket);

/**
 * lnlb_trackers_exceptional() - is any session not where its bucket is?
 * @cluster: the cluster
 * @bucket: its bucket
 * @mine: the bucket is this node's
 */
bool lnlb_trackers_exceptional(const struct lnlb_cluster *cluster, u16 bucket,
			       bool mine);

/**
 * lnlb_trackers_save() - as the core's operation of that name
 * @cluster: the cluster
 * @bucket: its bucket
 * @cursor: 0 at first
 * @rec: filled in
 */
int lnlb_trackers_save(const struct lnlb_cluster *cluster, u16 bucket,
		       u64 *cursor, struct lnlb_session_rec *rec);

/**
 * lnlb_trackers_load() - hand a received session to its tracker
 * @cluster: the cluster
 * @rec: the session; the owner may be changed
 *
 * Return: 0, 1 if it is contested, -ENOENT without such a tracker, or what the tracker says.
 */
int lnlb_trackers_load(const struct lnlb_cluster *cluster,
		       struct lnlb_session_rec *rec);

/**
 * lnlb_trackers_node_gone() - tell all trackers that a node is no more
 * @cluster: the cluster
 * @node: the node
 */
void lnlb_trackers_node_gone(const struct lnlb_cluster *cluster,
			     const struct lnlb_node_id *node);

/**
 * lnlb_trackers_count() - sessions of all trackers
 * @cluster: the cluster
 * @here: kept here
 * @elsewhere: known to be kept elsewhere
 */
void lnlb_trackers_count(const struct lnlb_cluster *cluster, u64 *here,
			 u64 *elsewhere);

/**
 * lnlb_trackers_list() - the next sessions of a bucket that a tracker knows of
 * @cluster: the cluster
 * @slot: of the tracker, 0..LNLB_TRACKERS_MAX - 1
 * @bucket: the cluster's bucket
 * @cursor: 0 at first, then lnlb_session_info::cursor of the last one
 * @info: filled in
 * @max: room in @info
 * @name: filled in with the tracker's name if there is any session
 *
 * Return: how many, fewer than @max at the end.
 */
unsigned int lnlb_trackers_list(const struct lnlb_cluster *cluster,
				unsigned int slot, u16 bucket, u64 cursor,
				struct lnlb_session_info *info,
				unsigned int max, char name[LNLB_NAME_LEN]);

/**
 * lnlb_trackers_find() - the session of an affinity key
 * @cluster: the cluster
 * @key: the key
 * @info: filled in
 * @name: filled in with the tracker's name
 *
 * If several trackers have one, that of the default tracker.
 *
 * Return: false if there is none.
 */
bool lnlb_trackers_find(const struct lnlb_cluster *cluster,
			const struct lnlb_key *key,
			struct lnlb_session_info *info,
			char name[LNLB_NAME_LEN]);

/**
 * lnlb_trackers_default_name() - copy the default tracker's name
 * @buf: at least LNLB_NAME_LEN bytes
 *
 * Return: false if there is none.
 */
bool lnlb_trackers_default_name(char *buf);

#endif /* _LNLB_TRACKER_H */
