// SPDX-License-Identifier: GPL-2.0-only
/* Table of sessions of a cluster: the default tracker's memory. */

#include <linux/etherdevice.h>
#include <linux/mm.h>
#include <linux/rculist.h>
#include <linux/rhashtable.h>

#include "session.h"

static const struct rhashtable_params by_key_params = {
	.head_offset		= offsetof(struct lnlb_session, node),
	.key_offset		= offsetof(struct lnlb_session, key),
	.key_len		= offsetofend(struct lnlb_key, port),
	.automatic_shrinking	= true,
};

int lnlb_sessions_init(struct lnlb_sessions *t, u32 max)
{
	int err;

	t->buckets = kvcalloc(LNLB_BUCKETS, sizeof(*t->buckets),
			      GFP_KERNEL_ACCOUNT);
	if (!t->buckets)
		return -ENOMEM;
	err = rhashtable_init(&t->by_key, &by_key_params);
	if (err) {
		kvfree(t->buckets);
		return err;
	}
	spin_lock_init(&t->lock);
	t->max = max;
	/* 0 is a cursor's beginning. */
	t->next_serial = 1;
	return 0;
}

void lnlb_sessions_destroy(struct lnlb_sessions *t)
{
	lnlb_sessions_del_owner(t, NULL);
	rhashtable_destroy(&t->by_key);
	kvfree(t->buckets);
}

struct lnlb_session *lnlb_sessions_find(struct lnlb_sessions *t,
					const struct lnlb_key *key)
{
	return rhashtable_lookup(&t->by_key, key, by_key_params);
}

/* Add to, or take from, the numbers of where sessions are. */
static void count(struct lnlb_sessions *t, const struct lnlb_session *s, int n)
{
	struct lnlb_session_bucket *b = &t->buckets[s->bucket];

	lockdep_assert_held(&t->lock);
	if (s->here) {
		WRITE_ONCE(b->here, b->here + n);
		WRITE_ONCE(t->here, t->here + n);
	} else {
		WRITE_ONCE(b->elsewhere, b->elsewhere + n);
		WRITE_ONCE(t->elsewhere, t->elsewhere + n);
	}
}

/* owner NULL: this node */
static void set_owner(struct lnlb_sessions *t, struct lnlb_session *s,
		      const struct lnlb_node_id *owner, unsigned long active)
{
	count(t, s, -1);
	WRITE_ONCE(s->here, !owner);
	if (owner)
		s->owner = *owner;
	s->active = active;
	WRITE_ONCE(s->last, jiffies);
	count(t, s, 1);
}

static int add_new(struct lnlb_sessions *t, const struct lnlb_key *key,
		   u16 bucket, const struct lnlb_node_id *owner,
		   unsigned long active)
{
	struct lnlb_session *s;
	int err;

	if (t->here + t->elsewhere >= t->max)
		return -ENOSPC;
	s = kzalloc(sizeof(*s), GFP_ATOMIC | __GFP_NOWARN);
	if (!s)
		return -ENOMEM;
	s->key.addr = key->addr;
	s->key.port = key->port;
	s->bucket = bucket;
	s->here = !owner;
	if (owner)
		s->owner = *owner;
	s->last = jiffies;
	s->active = active;
	s->serial = t->next_serial++;
	err = rhashtable_insert_fast(&t->by_key, &s->node, by_key_params);
	if (err) {
		kfree(s);
		return err;
	}
	hlist_add_head_rcu(&s->list, &t->buckets[bucket].list);
	count(t, s, 1);
	return 0;
}

int lnlb_sessions_add(struct lnlb_sessions *t, const struct lnlb_key *key,
		      u16 bucket)
{
	struct lnlb_session *s;
	int err = 0;

	spin_lock_bh(&t->lock);
	rcu_read_lock();
	s = lnlb_sessions_find(t, key);
	if (!s)
		err = add_new(t, key, bucket, NULL, 0);
	else if (!s->here)
		set_owner(t, s, NULL, 0);
	rcu_read_unlock();
	spin_unlock_bh(&t->lock);
	return err;
}

static bool same_owner(const struct lnlb_session *s,
		       const struct lnlb_node_id *owner)
{
	return !s->here && ether_addr_equal(s->owner.mac, owner->mac);
}

static enum lnlb_learnt learn(struct lnlb_sessions *t, struct lnlb_session *s,
			      struct lnlb_node_id *owner, unsigned long active)
{
	bool same = same_owner(s, owner);

	if (!same && time_after_eq(s->here ? READ_ONCE(s->last) : s->active,
				   active)) {
		if (s->here)
			return LNLB_LEARNT_OURS;
		*owner = s->owner;
		return LNLB_LEARNT_THEIRS;
	}
	set_owner(t, s, owner, active);
	return same ? LNLB_LEARNT : LNLB_LEARNT_TAKEN;
}

int lnlb_sessions_learn(struct lnlb_sessions *t, const struct lnlb_key *key,
			u16 bucket, struct lnlb_node_id *owner,
			unsigned long active)
{
	struct lnlb_session *s;
	int ret;

	spin_lock_bh(&t->lock);
	rcu_read_lock();
	s = lnlb_sessions_find(t, key);
	ret = s ? (int)learn(t, s, owner, active) :
		  add_new(t, key, bucket, owner, active);
	rcu_read_unlock();
	spin_unlock_bh(&t->lock);
	return ret;
}

void lnlb_sessions_yield(struct lnlb_sessions *t, const struct lnlb_key *key,
			 const struct lnlb_node_id *owner)
{
	struct lnlb_session *s;

	spin_lock_bh(&t->lock);
	rcu_read_lock();
	s = lnlb_sessions_find(t, key);
	if (s && s->here)
		set_owner(t, s, owner, jiffies);
	rcu_read_unlock();
	spin_unlock_bh(&t->lock);
}

static void del_locked(struct lnlb_sessions *t, struct lnlb_session *s)
{
	lockdep_assert_held(&t->lock);
	/* Not found: another CPU was faster. */
	if (rhashtable_remove_fast(&t->by_key, &s->node, by_key_params))
		return;
	hlist_del_rcu(&s->list);
	count(t, s, -1);
	kfree_rcu(s, rcu);
}

void lnlb_sessions_del(struct lnlb_sessions *t, struct lnlb_session *s)
{
	spin_lock_bh(&t->lock);
	del_locked(t, s);
	spin_unlock_bh(&t->lock);
}

void lnlb_sessions_del_owner(struct lnlb_sessions *t,
			     const struct lnlb_node_id *owner)
{
	struct lnlb_session *s;
	struct hlist_node *next;
	unsigned int b;

	for (b = 0; b < LNLB_BUCKETS; b++) {
		if (hlist_empty(&t->buckets[b].list))
			continue;
		spin_lock_bh(&t->lock);
		hlist_for_each_entry_safe(s, next, &t->buckets[b].list, list)
			if (!owner || same_owner(s, owner))
				del_locked(t, s);
		spin_unlock_bh(&t->lock);
	}
}

struct lnlb_session *lnlb_sessions_next(struct lnlb_sessions *t, u16 bucket,
					u64 *cursor)
{
	struct lnlb_session *s;

	/* Newest first: serials fall along the list, new ones do not matter. */
	hlist_for_each_entry_rcu(s, &t->buckets[bucket].list, list) {
		if (*cursor && s->serial >= *cursor)
			continue;
		*cursor = s->serial;
		return s;
	}
	return NULL;
}

void lnlb_sessions_info(struct lnlb_sessions *t, const struct lnlb_session *s,
			struct lnlb_session_info *info)
{
	unsigned long last = READ_ONCE(s->last);

	memset(info, 0, sizeof(*info));
	info->cursor = s->serial;
	info->key = s->key;
	info->here = READ_ONCE(s->here);
	if (!info->here) {
		/* The other node's name is written in pieces. */
		spin_lock_bh(&t->lock);
		info->here = s->here;
		if (!info->here) {
			ether_addr_copy(info->owner, s->owner.mac);
			last = s->active;
		}
		spin_unlock_bh(&t->lock);
	}
	/* A packet may be taken at this moment, or the clocks of two differ. */
	if (time_after(jiffies, last))
		info->idle = (jiffies - last) / HZ;
}

unsigned int lnlb_sessions_list(struct lnlb_sessions *t, u16 bucket, u64 cursor,
				struct lnlb_session_info *info,
				unsigned int max)
{
	struct lnlb_session *s;
	unsigned int n = 0;

	/* As in lnlb_sessions_next(), serials fall along the list. */
	hlist_for_each_entry_rcu(s, &t->buckets[bucket].list, list) {
		if (cursor && s->serial >= cursor)
			continue;
		if (n == max)
			break;
		lnlb_sessions_info(t, s, &info[n++]);
	}
	return n;
}
