/* SPDX-License-Identifier: GPL-2.0-only */
/* Table of sessions of a cluster: the default tracker's memory. */
#ifndef _LNLB_SESSION_H
#define _LNLB_SESSION_H

#include <linux/jiffies.h>
#include <linux/rhashtable-types.h>
#include <linux/spinlock.h>
#include <net/nf_lnlb.h>

#include "core/core.h"

/* Time as it is kept of a session: steps of 32 jiffies, good for years. */
#define LNLB_SESSION_STEP_SHIFT	5
#define LNLB_SESSION_STEP	(1 << LNLB_SESSION_STEP_SHIFT)
#define LNLB_SESSION_STEPS(jiffies) ((u32)((jiffies) >> LNLB_SESSION_STEP_SHIFT))

/**
 * struct lnlb_session - an affinity key and the node it stays with
 * @node: in lnlb_sessions::by_key
 * @list: in lnlb_session_bucket::list, newest first
 * @owner: node that it stays with, if not @here
 * @bucket: its bucket
 * @rcu: frees it, when nobody who finds it any more looks for the above
 * @serial: number of creation, for walks that go on later
 * @key: affinity key
 * @here: it stays with this node
 * @gone: it was forgotten; @owner and @bucket are not there any more
 * @last: time of its last packet; if not @here, of when we last heard of it
 * @active: if not @here, time of its last packet as @owner says
 * @assured: its client was answered and went on
 * @checked: the tracker's gc has its eye on it
 * @asked: how often the tracker was not sure of @assured, up to a limit
 *
 * A million of them are to be had: no byte is left over.
 */
struct lnlb_session {
	struct rhash_head node;
	union {
		struct {
			struct hlist_node list;
			struct lnlb_node_id owner;
			u16 bucket;
		};
		struct {
			struct hlist_node *next;	/* of @list, still read */
			struct rcu_head rcu;
		};
	};
	u64 serial;
	struct in6_addr addr;
	__be16 port;
	bool here;
	bool gone;
	u32 last;
	u32 active;
	bool assured;
	bool checked;
	u8 asked;
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

#define LNLB_SESSION_GROUP	64

/**
 * struct lnlb_session_group - some buckets, one of which has had a session
 * @bucket: these
 */
struct lnlb_session_group {
	struct lnlb_session_bucket bucket[LNLB_SESSION_GROUP];
};

/**
 * struct lnlb_sessions - the table
 * @by_key: struct lnlb_session
 * @lock: guards lists, numbers and changes of sessions; taken with BH off
 * @next_serial: of the next session
 * @here: how many stay with this node
 * @elsewhere: how many stay with other nodes
 * @max: not more than so many
 * @group: of all buckets; NULL: no session so far. Comes under @lock, and stays
 */
struct lnlb_sessions {
	struct rhashtable by_key;
	spinlock_t lock;
	u64 next_serial;
	u32 here;
	u32 elsewhere;
	u32 max;
	struct lnlb_session_group *group[LNLB_BUCKETS / LNLB_SESSION_GROUP];
};

/**
 * lnlb_session_now() - the time as it is kept of sessions
 *
 * Context: any.
 */
static inline u32 lnlb_session_now(void)
{
	return LNLB_SESSION_STEPS(get_jiffies_64());
}

/**
 * lnlb_session_silent() - for how long it was not heard of
 * @s: the session
 *
 * Return: jiffies.
 */
static inline u64 lnlb_session_silent(const struct lnlb_session *s)
{
	s32 steps = lnlb_session_now() - READ_ONCE(s->last);

	return (u64)max(steps, 0) << LNLB_SESSION_STEP_SHIFT;
}

/**
 * lnlb_sessions_bucket() - what is known of a bucket
 * @t: the table
 * @bucket: the bucket
 *
 * Context: any.
 * Return: NULL if it has never had a session.
 */
static inline struct lnlb_session_bucket *
lnlb_sessions_bucket(const struct lnlb_sessions *t, u16 bucket)
{
	struct lnlb_session_group *group;

	group = READ_ONCE(t->group[bucket / LNLB_SESSION_GROUP]);
	return group ? &group->bucket[bucket % LNLB_SESSION_GROUP] : NULL;
}

/**
 * lnlb_session_cache_init() - before the first table
 *
 * Return: 0 or -ENOMEM.
 */
int lnlb_session_cache_init(void);

/**
 * lnlb_session_cache_exit() - after the last table
 *
 * Context: process context, may sleep.
 */
void lnlb_session_cache_exit(void);

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
 * @active: time of its last packet there, as of lnlb_session_now()
 *
 * After a partition two nodes may have served a client; it stays with the one
 * that has heard from it last.
 * Context: any but hardirq.
 * Return: enum lnlb_learnt, -ENOSPC if the table is full, -ENOMEM.
 */
int lnlb_sessions_learn(struct lnlb_sessions *t, const struct lnlb_key *key,
			u16 bucket, struct lnlb_node_id *owner, u32 active);

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
 * lnlb_sessions_owner() - with which other node does a session stay?
 * @t: the table
 * @s: the session
 * @owner: filled in
 *
 * Context: rcu_read_lock(), any but hardirq.
 * Return: false if it stays here, or is gone.
 */
bool lnlb_sessions_owner(struct lnlb_sessions *t, const struct lnlb_session *s,
			 struct lnlb_node_id *owner);

/**
 * lnlb_sessions_info() - a session, to be shown
 * @t: the table
 * @s: the session
 * @info: filled in
 *
 * Context: rcu_read_lock(), any but hardirq.
 * Return: false if it is gone.
 */
bool lnlb_sessions_info(struct lnlb_sessions *t, const struct lnlb_session *s,
			struct lnlb_session_info *info);

/**
 * lnlb_session_touch() - a packet of it was seen
 * @s: the session
 *
 * Written at most once a second, so that CPUs do not fight for the line.
 */
static inline void lnlb_session_touch(struct lnlb_session *s)
{
	u32 now = lnlb_session_now();

	if ((s32)(now - READ_ONCE(s->last)) > (s32)LNLB_SESSION_STEPS(HZ))
		WRITE_ONCE(s->last, now);
}

#endif /* _LNLB_SESSION_H */
