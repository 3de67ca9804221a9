// SPDX-License-Identifier: GPL-2.0-only
/* Table of sessions of a cluster: the default tracker's memory. */

#include <linux/etherdevice.h>
#include <linux/jhash.h>
#include <linux/rculist.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>
#include <net/ipv6.h>

#include "session.h"

/* Each new client of a moment asks for its session: some words do. */
static u32 key_hash(const void *data, u32 len, u32 seed)
{
	const struct lnlb_key *key = data;

	if (likely(ipv6_addr_v4mapped(&key->addr)))
		return jhash_2words((__force u32)key->addr.s6_addr32[3],
				    (__force u32)key->port, seed);
	return jhash2((__force const u32 *)key->addr.s6_addr32,
		      ARRAY_SIZE(key->addr.s6_addr32),
		      seed ^ (__force u32)key->port);
}

static int key_differs(struct rhashtable_compare_arg *arg, const void *object)
{
	const struct lnlb_session *s = object;
	const struct lnlb_key *key = arg->key;

	return !ipv6_addr_equal(&s->addr, &key->addr) || s->port != key->port;
}

static const struct rhashtable_params by_key_params = {
	.head_offset		= offsetof(struct lnlb_session, node),
	.key_offset		= offsetof(struct lnlb_session, addr),
	.key_len		= offsetofend(struct lnlb_key, port),
	.hashfn			= key_hash,
	.obj_cmpfn		= key_differs,
	/* grows with what is in it */
	.nelem_hint		= 8,
	.automatic_shrinking	= true,
};

static_assert(offsetof(struct lnlb_session, port) -
	      offsetof(struct lnlb_session, addr) ==
	      offsetof(struct lnlb_key, port));

static struct kmem_cache *cache;

int lnlb_session_cache_init(void)
{
	cache = KMEM_CACHE(lnlb_session, 0);
	return cache ? 0 : -ENOMEM;
}

void lnlb_session_cache_exit(void)
{
	/* Sessions are freed by RCU. */
	rcu_barrier();
	kmem_cache_destroy(cache);
}

int lnlb_sessions_init(struct lnlb_sessions *t, u32 max)
{
	int err;

	err = rhashtable_init(&t->by_key, &by_key_params);
	if (err)
		return err;
	spin_lock_init(&t->lock);
	t->max = max;
	/* 0 is a cursor's beginning. */
	t->next_serial = 1;
	return 0;
}

void lnlb_sessions_destroy(struct lnlb_sessions *t)
{
	unsigned int i;

	lnlb_sessions_del_owner(t, NULL);
	rhashtable_destroy(&t->by_key);
	for (i = 0; i < ARRAY_SIZE(t->group); i++)
		kfree(t->group[i]);
}

struct lnlb_session *lnlb_sessions_find(struct lnlb_sessions *t,
					const struct lnlb_key *key)
{
	return rhashtable_lookup(&t->by_key, key, by_key_params);
}

/* Add to, or take from, the numbers of where sessions are. */
static void count(struct lnlb_sessions *t, const struct lnlb_session *s, int n)
{
	struct lnlb_session_bucket *b = lnlb_sessions_bucket(t, s->bucket);

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
		      const struct lnlb_node_id *owner, u32 active)
{
	count(t, s, -1);
	WRITE_ONCE(s->here, !owner);
	if (owner)
		s->owner = *owner;
	s->active = active;
	WRITE_ONCE(s->last, lnlb_session_now());
	count(t, s, 1);
}

static struct lnlb_session_bucket *make_bucket(struct lnlb_sessions *t,
					       u16 bucket)
{
	struct lnlb_session_group **group, *new;

	lockdep_assert_held(&t->lock);
	group = &t->group[bucket / LNLB_SESSION_GROUP];
	if (!*group) {
		new = kzalloc(sizeof(*new), GFP_ATOMIC | __GFP_NOWARN);
		if (!new)
			return NULL;
		smp_store_release(group, new);
	}
	return lnlb_sessions_bucket(t, bucket);
}

static int add_new(struct lnlb_sessions *t, const struct lnlb_key *key,
		   u16 bucket, const struct lnlb_node_id *owner, u32 active)
{
	struct lnlb_session_bucket *b;
	struct lnlb_session *s;
	int err;

	if (t->here + t->elsewhere >= t->max)
		return -ENOSPC;
	b = make_bucket(t, bucket);
	if (!b)
		return -ENOMEM;
	s = kmem_cache_zalloc(cache, GFP_ATOMIC | __GFP_NOWARN);
	if (!s)
		return -ENOMEM;
	s->addr = key->addr;
	s->port = key->port;
	s->bucket = bucket;
	s->here = !owner;
	if (owner)
		s->owner = *owner;
	s->last = lnlb_session_now();
	s->active = active;
	s->serial = t->next_serial++;
	err = rhashtable_insert_fast(&t->by_key, &s->node, by_key_params);
	if (err) {
		kmem_cache_free(cache, s);
		return err;
	}
	hlist_add_head_rcu(&s->list, &b->list);
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
			      struct lnlb_node_id *owner, u32 active)
{
	u32 ours = s->here ? READ_ONCE(s->last) : s->active;
	bool same = same_owner(s, owner);

	if (!same && (s32)(ours - active) >= 0) {
		if (s->here)
			return LNLB_LEARNT_OURS;
		*owner = s->owner;
		return LNLB_LEARNT_THEIRS;
	}
	set_owner(t, s, owner, active);
	return same ? LNLB_LEARNT : LNLB_LEARNT_TAKEN;
}

int lnlb_sessions_learn(struct lnlb_sessions *t, const struct lnlb_key *key,
			u16 bucket, struct lnlb_node_id *owner, u32 active)
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
		set_owner(t, s, owner, lnlb_session_now());
	rcu_read_unlock();
	spin_unlock_bh(&t->lock);
}

static void free_session(struct rcu_head *rcu)
{
	kmem_cache_free(cache, container_of(rcu, struct lnlb_session, rcu));
}

static void del_locked(struct lnlb_sessions *t, struct lnlb_session *s)
{
	lockdep_assert_held(&t->lock);
	/* Not found: another CPU was faster. */
	if (rhashtable_remove_fast(&t->by_key, &s->node, by_key_params))
		return;
	hlist_del_rcu(&s->list);
	count(t, s, -1);
	s->gone = true;
	call_rcu(&s->rcu, free_session);
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
	struct lnlb_session_bucket *b;
	struct lnlb_session *s;
	struct hlist_node *next;
	unsigned int i;

	for (i = 0; i < LNLB_BUCKETS; i++) {
		b = lnlb_sessions_bucket(t, i);
		if (!b || hlist_empty(&b->list))
			continue;
		spin_lock_bh(&t->lock);
		hlist_for_each_entry_safe(s, next, &b->list, list)
			if (!owner || same_owner(s, owner))
				del_locked(t, s);
		spin_unlock_bh(&t->lock);
	}
}

struct lnlb_session *lnlb_sessions_next(struct lnlb_sessions *t, u16 bucket,
					u64 *cursor)
{
	struct lnlb_session_bucket *b = lnlb_sessions_bucket(t, bucket);
	struct lnlb_session *s;

	if (!b)
		return NULL;
	/* Newest first: serials fall along the list, new ones do not matter. */
	hlist_for_each_entry_rcu(s, &b->list, list) {
		if (*cursor && s->serial >= *cursor)
			continue;
		*cursor = s->serial;
		return s;
	}
	return NULL;
}

bool lnlb_sessions_owner(struct lnlb_sessions *t, const struct lnlb_session *s,
			 struct lnlb_node_id *owner)
{
	bool elsewhere;

	spin_lock_bh(&t->lock);
	elsewhere = !s->gone && !s->here;
	if (elsewhere)
		*owner = s->owner;
	spin_unlock_bh(&t->lock);
	return elsewhere;
}

bool lnlb_sessions_info(struct lnlb_sessions *t, const struct lnlb_session *s,
			struct lnlb_session_info *info)
{
	u32 last;
	s32 idle;

	memset(info, 0, sizeof(*info));
	info->cursor = s->serial;
	info->key.addr = s->addr;
	info->key.port = s->port;
	/* The other node's name is written in pieces. */
	spin_lock_bh(&t->lock);
	if (s->gone) {
		spin_unlock_bh(&t->lock);
		return false;
	}
	info->here = s->here;
	last = s->here ? READ_ONCE(s->last) : s->active;
	if (!info->here)
		ether_addr_copy(info->owner, s->owner.mac);
	spin_unlock_bh(&t->lock);
	/* A packet may be taken at this moment, or the clocks of two differ. */
	idle = lnlb_session_now() - last;
	if (idle > 0)
		info->idle = ((u64)idle << LNLB_SESSION_STEP_SHIFT) / HZ;
	return true;
}

unsigned int lnlb_sessions_list(struct lnlb_sessions *t, u16 bucket, u64 cursor,
				struct lnlb_session_info *info,
				unsigned int max)
{
	struct lnlb_session_bucket *b = lnlb_sessions_bucket(t, bucket);
	struct lnlb_session *s;
	unsigned int n = 0;

	if (!b)
		return 0;
	/* As in lnlb_sessions_next(), serials fall along the list. */
	hlist_for_each_entry_rcu(s, &b->list, list) {
		if (cursor && s->serial >= cursor)
			continue;
		if (n == max)
			break;
		n += lnlb_sessions_info(t, s, &info[n]);
	}
	return n;
}
