/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nf_lnlb: API for session trackers.
 *
 * A tracker remembers, for one IP protocol or as the default for all that have
 * no tracker of their own, which node a session stays with while its bucket
 * moves on. nf_lnlb_conntrack.ko is the default tracker and an ordinary user of
 * this API.
 *
 * DOC: Locking
 *
 * owner_of(), assigned(), asked() and asks() run in softirq context under
 * rcu_read_lock(), on many CPUs at once; in process context with BH on, too:
 * for what is sent, and for packets that a program had in a queue. All other
 * callbacks run in process context, one at a time for a cluster, but beside
 * those; has_sessions(), save(), load(), node_gone() and count() under
 * rcu_read_lock(), so they must not sleep. So do list() and find(), beside all
 * others but cluster_init() and cluster_exit().
 * cluster_init() and cluster_exit() may sleep; they are called under a mutex of
 * nf_lnlb and must not register or unregister trackers nor call
 * lnlb_session_gone() or lnlb_sessions_refresh().
 */
#ifndef _NET_NF_LNLB_H
#define _NET_NF_LNLB_H

#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/skbuff.h>
#include <uapi/linux/netfilter/nf_lnlb.h>

struct lnlb_cluster;
struct lnlb_node_id;
struct lnlb_session_rec;

/**
 * struct lnlb_key - the affinity key: what is hashed to find a bucket
 * @addr: client address, IPv4 as ::ffff:a.b.c.d; masked with network affinity
 * @port: client port, network order; 0 but with connection affinity
 *
 * A port in a cluster with another affinity comes from a rule's own policy.
 */
struct lnlb_key {
	struct in6_addr addr;
	__be16 port;
};

/**
 * struct lnlb_flow - the packet in question
 * @net: its network namespace
 * @cluster: the cluster that it is for
 * @skb: the packet, network header set, perhaps shared and not linear
 * @key: its affinity key
 * @offset: from skb->data, of the IP header that @protocol and ports stand in
 * @bucket: the key's bucket, 0..LNLB_BUCKETS - 1
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 * @protocol: IP protocol
 * @error: an ICMP error: @offset is that of the packet inside, which this node
 *	has sent
 * @fragment: not the first one
 */
struct lnlb_flow {
	struct net *net;
	const struct lnlb_cluster *cluster;
	struct sk_buff *skb;
	struct lnlb_key key;
	int offset;
	u16 bucket;
	u8 family;
	u8 protocol;
	bool error;
	bool fragment;
};

/* What lnlb_tracker::assigned says to a packet that is not to be taken. */
#define LNLB_ASSIGNED_STRAY	UINT_MAX

/**
 * enum lnlb_asked - who has begun the flow of a packet?
 * @LNLB_ASKED_UNKNOWN: this node does not know the flow
 * @LNLB_ASKED_OTHER: the other end
 * @LNLB_ASKED_SELF: this node, from the cluster address; or the other end, as this node
 *	has asked it to
 */
enum lnlb_asked {
	LNLB_ASKED_UNKNOWN,
	LNLB_ASKED_OTHER,
	LNLB_ASKED_SELF,
};

/**
 * enum lnlb_owner - whose packet is this?
 * @LNLB_OWNER_UNKNOWN: no session known, the bucket's owner is to take it
 * @LNLB_OWNER_SELF: a session that stays with this node
 * @LNLB_OWNER_OTHER: a session that stays with another node
 */
enum lnlb_owner {
	LNLB_OWNER_UNKNOWN,
	LNLB_OWNER_SELF,
	LNLB_OWNER_OTHER,
};

/**
 * struct lnlb_session_info - a session as it is shown
 * @cursor: list() goes on behind it from here
 * @key: its affinity key
 * @idle: seconds since its last packet; if it stays with another node, as that
 *	one has said
 * @here: it stays with this node
 * @owner: id of the node that it stays with, if not @here
 */
struct lnlb_session_info {
	u64 cursor;
	struct lnlb_key key;
	u32 idle;
	bool here;
	u8 owner[ETH_ALEN];
};

/**
 * struct lnlb_tracker - a session tracker
 * @name: short, shown to administrators
 * @protocol: IP protocol, 0 = default
 * @cluster_init: make the state for a cluster, NULL without memory
 * @cluster_exit: free it; no callback runs on it any more
 * @owner_of: whose packet is this? Asked where the bucket alone does not tell:
 *	when sessions of it stay where it is not, or this node is fenced
 * @assigned: this packet was accepted, conntrack will see it or, at times, has:
 *	remember the session, note that it is alive. Returns for how many jiffies
 *	nothing is missed if packets of the session go unreported, 0: none; a
 *	session with a time must stay here until it is over, or
 *	lnlb_sessions_moved() be called. What this node has begun is no session;
 *	LNLB_ASSIGNED_STRAY: no session known, and lnlb_flow_late(), so this may
 *	be what another node has begun
 * @asked: who has begun the flow of this packet? NULL: nobody knows
 * @asks: this packet goes out and begins a flow from the cluster address; its
 *	key is that of what will answer. NULL: nothing is done. A tracker that
 *	has it calls lnlb_bucket_asked()
 * @has_sessions: any session in this bucket, kept here or elsewhere?
 * @exceptional: any session in this bucket that is not where the bucket is?
 *	@mine: the bucket is this node's
 * @save: next session of a bucket, as in struct lnlb_core_ops
 * @load: a session that another node handed over, as in struct lnlb_core_ops
 * @node_gone: forget the sessions that stayed with this node, NULL: all
 * @count: number of sessions kept here and known to be kept elsewhere
 * @list: the next sessions of a bucket, up to @max of them, in an order of the
 *	callee's choice; fewer only if there are no more. @cursor is 0 at first
 *	and then that of the last one. One that is there all the time is listed,
 *	and none twice. NULL: sessions cannot be shown
 * @find: the session of an affinity key, if there is one; NULL with @list only
 * @slot: private to nf_lnlb
 */
struct lnlb_tracker {
	const char *name;
	u8 protocol;
	void *(*cluster_init)(struct lnlb_cluster *cluster);
	void (*cluster_exit)(void *priv);
	enum lnlb_owner (*owner_of)(void *priv, const struct lnlb_flow *flow);
	unsigned int (*assigned)(void *priv, const struct lnlb_flow *flow);
	enum lnlb_asked (*asked)(void *priv, const struct lnlb_flow *flow);
	void (*asks)(void *priv, const struct lnlb_flow *flow);
	bool (*has_sessions)(void *priv, u16 bucket);
	bool (*exceptional)(void *priv, u16 bucket, bool mine);
	int (*save)(void *priv, u16 bucket, u64 *cursor,
		    struct lnlb_session_rec *rec);
	int (*load)(void *priv, struct lnlb_session_rec *rec);
	void (*node_gone)(void *priv, const struct lnlb_node_id *node);
	void (*count)(void *priv, u64 *here, u64 *elsewhere);
	unsigned int (*list)(void *priv, u16 bucket, u64 cursor,
			     struct lnlb_session_info *info, unsigned int max);
	bool (*find)(void *priv, const struct lnlb_key *key,
		     struct lnlb_session_info *info);
	u8 slot;
};

/**
 * lnlb_tracker_register() - put a tracker to work on all clusters
 * @tracker: filled in by the caller, must stay until unregistered
 *
 * Context: process context, may sleep.
 * Return: 0, -EEXIST if the protocol has a tracker, -ENOSPC if there are too
 * many, -EINVAL if a callback is missing.
 */
int lnlb_tracker_register(struct lnlb_tracker *tracker);

/**
 * lnlb_tracker_unregister() - take a tracker out, under traffic if need be
 * @tracker: a registered one
 *
 * When this returns no callback runs and every state was given back by
 * cluster_exit(). Sessions of that tracker go by their bucket from then on.
 * Context: process context, may sleep.
 */
void lnlb_tracker_unregister(struct lnlb_tracker *tracker);

/**
 * lnlb_session_gone() - tell the other nodes that a session ended
 * @cluster: the cluster given to cluster_init()
 * @rec: the session, as save() fills it in
 *
 * For sessions kept here whose bucket is elsewhere. Those that end within some
 * milliseconds share a frame, which is not repeated: a node that misses it lets
 * them go when they are no more refreshed. Waits some milliseconds now and then,
 * so that the others can take in what they are told: not more than some ten
 * thousand sessions a second.
 * Context: process context without locks, may sleep.
 */
void lnlb_session_gone(struct lnlb_cluster *cluster,
		       const struct lnlb_session_rec *rec);

/**
 * lnlb_sessions_refresh() - hand over again what is kept here and whose bucket
 * is elsewhere
 * @cluster: the cluster given to cluster_init()
 *
 * What save() gives is sent, reliably, to the nodes that have the buckets; a
 * tracker forgets what was not refreshed for some time.
 * Context: process context without locks, may sleep.
 */
void lnlb_sessions_refresh(struct lnlb_cluster *cluster);

/**
 * lnlb_sessions_moved() - sessions that stayed here stay elsewhere, or nowhere
 * @cluster: the cluster given to cluster_init()
 *
 * To be called after it was done, for sessions that assigned() gave a time.
 * Context: any.
 */
void lnlb_sessions_moved(struct lnlb_cluster *cluster);

/**
 * lnlb_bucket_asked() - this node has begun flows to somebody in a bucket
 * @cluster: the cluster given to cluster_init()
 * @bucket: 0..LNLB_BUCKETS - 1
 * @asked: it has, or none of them is left
 *
 * asked() is called for packets of this bucket from now on. To be undone before
 * cluster_exit() is over.
 * Context: any.
 */
void lnlb_bucket_asked(struct lnlb_cluster *cluster, u16 bucket, bool asked);

/**
 * lnlb_flow_late() - is this a packet of a flow that must have begun before, or that
 *	somebody must have asked for?
 * @flow: of a flow that is not known
 *
 * Where it has begun at another node, that one is to answer. TCP segments to
 * services and what has a socket do not count, nor does what may come from a
 * client that goes by the answers of closed ports.
 * Context: softirq, rcu_read_lock().
 */
bool lnlb_flow_late(const struct lnlb_flow *flow);

/**
 * lnlb_cluster_bucket() - the bucket of an affinity key
 * @cluster: the cluster
 * @key: the key
 *
 * Context: any.
 * Return: 0..LNLB_BUCKETS - 1, the same on all nodes of the cluster.
 */
u16 lnlb_cluster_bucket(const struct lnlb_cluster *cluster,
			const struct lnlb_key *key);

/**
 * lnlb_has_ports() - does affinity connection look at a protocol's ports?
 * @protocol: IPPROTO_*
 *
 * Not at those of SCTP: its associations are between hosts, often from a port that
 * is always the same.
 *
 * Return: true for those whose header begins with two ports, of which the client's
 * is looked at; all others go by the client's address.
 */
static inline bool lnlb_has_ports(u8 protocol)
{
	switch (protocol) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_DCCP:
		return true;
	}
	return false;
}

/**
 * lnlb_cluster_key() - the affinity key of a client
 * @cluster: the cluster
 * @addr: the client's address, IPv4 as ::ffff:a.b.c.d
 * @port: the client's port, network order
 * @key: filled in, as the cluster's affinity wants it
 *
 * Context: any.
 */
void lnlb_cluster_key(const struct lnlb_cluster *cluster,
		      const struct in6_addr *addr, __be16 port,
		      struct lnlb_key *key);

/**
 * lnlb_cluster_key_more() - affinity keys that a client has beside that one
 * @cluster: the cluster
 * @addr: the client's address, IPv4 as ::ffff:a.b.c.d
 * @port: the client's port, network order
 * @key: filled in
 * @at: 0 at first, changed for the next call
 *
 * nft rules may have policies of their own for the packets that get to them.
 * Context: any.
 * Return: false, and nothing filled in, when there are no more.
 */
bool lnlb_cluster_key_more(const struct lnlb_cluster *cluster,
			   const struct in6_addr *addr, __be16 port,
			   struct lnlb_key *key, unsigned int *at);

/**
 * lnlb_cluster_addr() - the cluster address
 * @cluster: the cluster
 *
 * Context: any.
 * Return: the address, IPv4 as ::ffff:a.b.c.d.
 */
const struct in6_addr *lnlb_cluster_addr(const struct lnlb_cluster *cluster);

/**
 * lnlb_cluster_owns() - does this node take new sessions of a bucket?
 * @cluster: the cluster
 * @bucket: 0..LNLB_BUCKETS - 1
 *
 * Context: any.
 */
bool lnlb_cluster_owns(const struct lnlb_cluster *cluster, u16 bucket);

/**
 * lnlb_cluster_draining() - is this node to get rid of its sessions?
 * @cluster: the cluster
 *
 * Context: any.
 * Return: true if sessions without a flow are to end soon.
 */
bool lnlb_cluster_draining(const struct lnlb_cluster *cluster);

/**
 * lnlb_cluster_self() - this node's id
 * @cluster: the cluster
 * @id: filled in
 *
 * Context: any. All zeroes as long as no device is bound.
 */
void lnlb_cluster_self(const struct lnlb_cluster *cluster,
		       struct lnlb_node_id *id);

/**
 * lnlb_cluster_timeout() - idle timeout of the cluster's sessions
 * @cluster: the cluster
 *
 * Context: any.
 * Return: seconds, or 0 if the cluster leaves it to the tracker.
 */
u32 lnlb_cluster_timeout(const struct lnlb_cluster *cluster);

/**
 * lnlb_cluster_net() - the cluster's network namespace
 * @cluster: the cluster
 *
 * Context: any; the namespace outlives every callback.
 */
struct net *lnlb_cluster_net(const struct lnlb_cluster *cluster);

/**
 * lnlb_cluster_overflow() - count a session that could not be remembered
 * @cluster: the cluster
 *
 * Context: any.
 */
void lnlb_cluster_overflow(const struct lnlb_cluster *cluster);

#endif /* _NET_NF_LNLB_H */
