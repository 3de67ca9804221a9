/* SPDX-License-Identifier: GPL-2.0-only */
/* Table of sessions of a cluster: the default tracker's memory. */
#ifndef _LNLB_SESSION_H
#define _LNLB_SESSION_H

#include <linux/rhashtable-types.h>
#include <linux/spinlock.h>
#include <net/nf_lnlb.h>

#include "core/core.h"

/**
 * struct lnlb_session - an affinity key and the node it stays with
 * @node: in lnlb_sessions::by_key
 * @list: in lnlb_session_bucket::list, newest first
 * @serial: number of creation, for walks that go on later
 * @key: affinity key
 * @bucket: its bucket
 * @owner: node that it stays with, if not @here
 * @here: it stays with this node
 * @assured: its client was answered and went on
 * @checked: the tracker's gc has its eye on it
 * @asked: how often the tracker was not sure of @assured, up to a limit
 * @last: jiffies of its last packet; if not @here, of when we last heard of it
 * @active: if not @here, jiffies of its last packet as @owner says
 * @rcu: frees it
 */
struct lnlb_session {
	struct rhash_head node;
	struct hlist_node list;
	u64 serial;
	struct lnlb_key key;
	u16 bucket;
	struct lnlb_node_id owner;
	bool here;
	bool assured;
	bool checked;
	u8 asked;
	unsigned long last;
	unsigned long active;
	struct rcu_head rcu;
};

/**
 * struct lnlb_session_bucket - sessions of a bucket
 * @list: struct lnlb_session, RCU
 * @here: how many stay with this node
 * @elsewhere: how many stay with other nodes
 */
struct lnlb_session_bucket {
	struct hlist_head list;
	u32 here;
	u32 elsewhere;
};

/**
 * struct lnlb_sessions - the table
 * @by_key: struct lnlb_session
 * @lock: guards lists, numbers and changes of sessions; taken with BH off
 * @next_serial: of the next session
 * @here: how many stay with this node
 * @elsewhere: how many stay with other nodes
 * @max: not more than so many
 * @buckets: LNLB_BUCKETS of them
 */
struct lnlb_sessions {
	struct rhashtable by_key;
	spinlock_t lock;
	u64 next_serial;
	u32 here;
	u32 elsewhere;
	u32 max;
	struct lnlb_session_bucket *buckets;
};

/**
 * lnlb_sessions_init() - prepare an empty table
 * @t: the table
 * @max: most sessions it takes
 *
 * Return: 0 or a negative errno.
 */
int lnlb_sessions_init(struct lnlb_sessions *t, u32 max);

/**
 * lnlb_sessions_destroy() - free the table and all in it
 * @t: a table that nobody uses any more
 *
 * Context: process context, may sleep.
 */
void lnlb_sessions_destroy(struct lnlb_sessions *t);

/**
 * lnlb_sessions_find() - look a session up
 * @t: the table
 * @key: its key
 *
 * Context: rcu_read_lock().
 * Return: the session or NULL.
 */
struct lnlb_session *lnlb_sessions_find(struct lnlb_sessions *t,
					const struct lnlb_key *key);

/**
 * lnlb_sessions_add() - remember a session that stays here
 * @t: the table
 * @key: its key
 * @bucket: its bucket
 *
 * Context: any but hardirq.
 * Return: 0, -ENOSPC if the table is full, -ENOMEM.
 */
int lnlb_sessions_add(struct lnlb_sessions *t, const struct lnlb_key *key,
		      u16 bucket);

enum lnlb_learnt {
	LNLB_LEARNT,		/* as it was told */
	LNLB_LEARNT_TAKEN,	/* another node had it, this one perhaps */
	LNLB_LEARNT_THEIRS,	/* another node has it, see @owner */
	LNLB_LEARNT_OURS,	/* this node has it */
};

/**
 * lnlb_sessions_learn() - remember a session that stays with another node
 * @t: the table
 * @key: its key
 * @bucket: its bucket
 * @owner: node that it stays with; if another one keeps it, that one
 * @active: jiffies of its last packet there
 *
 * After a partition two nodes may have served a client; it stays with the one
 * that has heard from it last.
 * Context: any but hardirq.
 * Return: enum lnlb_learnt, -ENOSPC if the table is full, -ENOMEM.
 */
int lnlb_sessions_learn(struct lnlb_sessions *t, const struct lnlb_key *key,
			u16 bucket, struct lnlb_node_id *owner,
			unsigned long active);

/**
 * lnlb_sessions_yield() - a session that stays here from now on stays elsewhere
 * @t: the table
 * @key: its key
 * @owner: node that it stays with
 *
 * Context: any but hardirq.
 */
void lnlb_sessions_yield(struct lnlb_sessions *t, const struct lnlb_key *key,
			 const struct lnlb_node_id *owner);

/**
 * lnlb_sessions_del() - forget a session
 * @t: the table
 * @s: a session; perhaps already forgotten by another CPU
 *
 * Context: rcu_read_lock(), any but hardirq.
 */
void lnlb_sessions_del(struct lnlb_sessions *t, struct lnlb_session *s);

/**
 * lnlb_sessions_del_owner() - forget the sessions of a node
 * @t: the table
 * @owner: the node, NULL: all sessions of all nodes, this one included
 *
 * Context: any but hardirq.
 */
void lnlb_sessions_del_owner(struct lnlb_sessions *t,
			     const struct lnlb_node_id *owner);

/**
 * lnlb_sessions_next() - the next session of a bucket, in order of age
 * @t: the table
 * @bucket: the bucket
 * @cursor: 0 at first, changed for the next call
 *
 * Context: rcu_read_lock().
 * Return: a session, or NULL at the end.
 */
struct lnlb_session *lnlb_sessions_next(struct lnlb_sessions *t, u16 bucket,
					u64 *cursor);

/**
 * lnlb_sessions_list() - the next sessions of a bucket, to be shown
 * @t: the table
 * @bucket: the bucket
 * @cursor: 0 at first, then lnlb_session_info::cursor of the last one
 * @info: filled in
 * @max: room in @info
 *
 * Sessions may come and go between two calls.
 * Context: rcu_read_lock(), any but hardirq.
 * Return: how many, fewer than @max at the end.
 */
unsigned int lnlb_sessions_list(struct lnlb_sessions *t, u16 bucket, u64 cursor,
				struct lnlb_session_info *info,
				unsigned int max);

/**
 * lnlb_sessions_info() - a session, to be shown
 * @t: the table
 * @s: the session
 * @info: filled in
 *
 * Context: rcu_read_lock(), any but hardirq.
 */
void lnlb_sessions_info(struct lnlb_sessions *t, const struct lnlb_session *s,
			struct lnlb_session_info *info);

/**
 * lnlb_session_touch() - a packet of it was seen
 * @s: the session
 *
 * Written at most once a second, so that CPUs do not fight for the line.
 */
static inline void lnlb_session_touch(struct lnlb_session *s)
{
	if (time_after(jiffies, READ_ONCE(s->last) + HZ))
		WRITE_ONCE(s->last, jiffies);
}

#endif /* _LNLB_SESSION_H */
