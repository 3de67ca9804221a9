// SPDX-License-Identifier: GPL-2.0-only
/* Registry of session trackers, and the way to them. */

#include <linux/kmod.h>
#include <linux/module.h>
#include <linux/rcupdate.h>

#include "recent.h"
#include "tracker.h"

/* By IP protocol, for packets. */
static struct lnlb_tracker __rcu *by_protocol[256];
/* By slot, for everything else. */
static struct lnlb_tracker __rcu *by_slot[LNLB_TRACKERS_MAX];

/* One of a protocol of its own is there: see lnlb_trackers_assigned(). */
static bool special;

/* Guards both tables and the list of all clusters. */
static DEFINE_MUTEX(lnlb_tracker_lock);
static LIST_HEAD(all_clusters);

/* Bits of a cursor that tell the slot; the rest is the tracker's own. */
#define CURSOR_SLOT_SHIFT	60

static struct lnlb_tracker *slot_locked(unsigned int slot)
{
	return rcu_dereference_protected(by_slot[slot],
					 lockdep_is_held(&lnlb_tracker_lock));
}

static void forget_recent(void)
{
	struct lnlb_cluster *cluster;

	list_for_each_entry(cluster, &all_clusters, all)
		lnlb_recent_forget(cluster);
}

static void attach_one(struct lnlb_cluster *cluster, struct lnlb_tracker *t)
{
	rcu_assign_pointer(cluster->tracker_priv[t->slot],
			   t->cluster_init(cluster));
}

/* Caller has seen to it that nobody uses the state. */
static void detach_one(struct lnlb_cluster *cluster, struct lnlb_tracker *t)
{
	void *priv;

	priv = rcu_replace_pointer(cluster->tracker_priv[t->slot], NULL,
				   lockdep_is_held(&lnlb_tracker_lock));
	if (priv)
		t->cluster_exit(priv);
}

void lnlb_trackers_attach(struct lnlb_cluster *cluster)
{
	struct lnlb_tracker *t;
	unsigned int i;

	mutex_lock(&lnlb_tracker_lock);
	for (i = 0; i < LNLB_TRACKERS_MAX; i++) {
		t = slot_locked(i);
		if (t)
			attach_one(cluster, t);
	}
	list_add_tail(&cluster->all, &all_clusters);
	mutex_unlock(&lnlb_tracker_lock);
}

void lnlb_trackers_detach(struct lnlb_cluster *cluster)
{
	struct lnlb_tracker *t;
	unsigned int i;

	mutex_lock(&lnlb_tracker_lock);
	list_del(&cluster->all);
	for (i = 0; i < LNLB_TRACKERS_MAX; i++) {
		t = slot_locked(i);
		if (t)
			detach_one(cluster, t);
	}
	mutex_unlock(&lnlb_tracker_lock);
}

void lnlb_trackers_request(void)
{
	if (!rcu_access_pointer(by_protocol[0]))
		request_module("nf-lnlb-tracker-0");
}

static bool tracker_complete(const struct lnlb_tracker *t)
{
	return t->name && t->cluster_init && t->cluster_exit &&
	       t->owner_of && t->assigned && t->has_sessions &&
	       t->exceptional && t->save && t->load && t->node_gone &&
	       t->count;
}

int lnlb_tracker_register(struct lnlb_tracker *tracker)
{
	struct lnlb_cluster *cluster;
	unsigned int slot;
	int err = 0;

	if (!tracker_complete(tracker))
		return -EINVAL;

	mutex_lock(&lnlb_tracker_lock);
	if (rcu_access_pointer(by_protocol[tracker->protocol])) {
		err = -EEXIST;
		goto out;
	}
	for (slot = 0; slot < LNLB_TRACKERS_MAX; slot++)
		if (!rcu_access_pointer(by_slot[slot]))
			break;
	if (slot == LNLB_TRACKERS_MAX) {
		err = -ENOSPC;
		goto out;
	}
	tracker->slot = slot;
	list_for_each_entry(cluster, &all_clusters, all)
		attach_one(cluster, tracker);
	if (tracker->protocol)
		WRITE_ONCE(special, true);
	rcu_assign_pointer(by_slot[slot], tracker);
	rcu_assign_pointer(by_protocol[tracker->protocol], tracker);
	forget_recent();
out:
	mutex_unlock(&lnlb_tracker_lock);
	return err;
}
EXPORT_SYMBOL_GPL(lnlb_tracker_register);

void lnlb_tracker_unregister(struct lnlb_tracker *tracker)
{
	struct lnlb_cluster *cluster;

	mutex_lock(&lnlb_tracker_lock);
	RCU_INIT_POINTER(by_protocol[tracker->protocol], NULL);
	RCU_INIT_POINTER(by_slot[tracker->slot], NULL);
	forget_recent();
	synchronize_rcu();
	list_for_each_entry(cluster, &all_clusters, all)
		detach_one(cluster, tracker);
	mutex_unlock(&lnlb_tracker_lock);
}
EXPORT_SYMBOL_GPL(lnlb_tracker_unregister);

/* The tracker of an IP protocol and its state for this cluster. */
static struct lnlb_tracker *tracker_of(const struct lnlb_cluster *cluster,
				       u8 protocol, void **priv)
{
	struct lnlb_tracker *t = rcu_dereference(by_protocol[protocol]);

	if (!t)
		t = rcu_dereference(by_protocol[0]);
	if (!t)
		return NULL;
	*priv = rcu_dereference(cluster->tracker_priv[t->slot]);
	return *priv ? t : NULL;
}

/* The tracker in a slot and its state for this cluster. */
static struct lnlb_tracker *tracker_in(const struct lnlb_cluster *cluster,
				       unsigned int slot, void **priv)
{
	struct lnlb_tracker *t = rcu_dereference(by_slot[slot]);

	if (!t)
		return NULL;
	*priv = rcu_dereference(cluster->tracker_priv[slot]);
	return *priv ? t : NULL;
}

enum lnlb_owner lnlb_trackers_owner_of(const struct lnlb_cluster *cluster,
				       const struct lnlb_flow *flow)
{
	struct lnlb_tracker *t;
	void *priv;

	t = tracker_of(cluster, flow->protocol, &priv);
	return t ? t->owner_of(priv, flow) : LNLB_OWNER_UNKNOWN;
}

unsigned int lnlb_trackers_assigned(const struct lnlb_cluster *cluster,
				    const struct lnlb_flow *flow)
{
	struct lnlb_tracker *t;
	unsigned int time;
	void *priv;

	t = tracker_of(cluster, flow->protocol, &priv);
	if (!t)
		return 0;
	time = t->assigned(priv, flow);
	/* The next packet of this client may be another tracker's. */
	return READ_ONCE(special) && time != LNLB_ASSIGNED_STRAY ? 0 : time;
}

enum lnlb_asked lnlb_trackers_asked(const struct lnlb_cluster *cluster,
				    const struct lnlb_flow *flow)
{
	struct lnlb_tracker *t;
	void *priv;

	t = tracker_of(cluster, flow->protocol, &priv);
	return t && t->asked ? t->asked(priv, flow) : LNLB_ASKED_UNKNOWN;
}

void lnlb_trackers_asks(const struct lnlb_cluster *cluster,
			const struct lnlb_flow *flow)
{
	struct lnlb_tracker *t;
	void *priv;

	t = tracker_of(cluster, flow->protocol, &priv);
	if (t && t->asks)
		t->asks(priv, flow);
}

bool lnlb_trackers_has_sessions(const struct lnlb_cluster *cluster, u16 bucket)
{
	struct lnlb_tracker *t;
	bool found = false;
	unsigned int i;
	void *priv;

	rcu_read_lock();
	for (i = 0; i < LNLB_TRACKERS_MAX && !found; i++) {
		t = tracker_in(cluster, i, &priv);
		found = t && t->has_sessions(priv, bucket);
	}
	rcu_read_unlock();
	return found;
}

bool lnlb_trackers_exceptional(const struct lnlb_cluster *cluster, u16 bucket,
			       bool mine)
{
	struct lnlb_tracker *t;
	bool found = false;
	unsigned int i;
	void *priv;

	rcu_read_lock();
	for (i = 0; i < LNLB_TRACKERS_MAX && !found; i++) {
		t = tracker_in(cluster, i, &priv);
		found = t && t->exceptional(priv, bucket, mine);
	}
	rcu_read_unlock();
	return found;
}

int lnlb_trackers_save(const struct lnlb_cluster *cluster, u16 bucket,
		       u64 *cursor, struct lnlb_session_rec *rec)
{
	u64 own = *cursor & (BIT_ULL(CURSOR_SLOT_SHIFT) - 1);
	unsigned int slot = *cursor >> CURSOR_SLOT_SHIFT;
	struct lnlb_tracker *t;
	int found = 0;
	void *priv;

	rcu_read_lock();
	for (; slot < LNLB_TRACKERS_MAX; slot++, own = 0) {
		t = tracker_in(cluster, slot, &priv);
		if (!t || t->save(priv, bucket, &own, rec) <= 0)
			continue;
		rec->bucket = bucket;
		rec->tracker = t->protocol;
		found = 1;
		break;
	}
	*cursor = ((u64)slot << CURSOR_SLOT_SHIFT) |
		  (own & (BIT_ULL(CURSOR_SLOT_SHIFT) - 1));
	rcu_read_unlock();
	return found;
}

int lnlb_trackers_load(const struct lnlb_cluster *cluster,
		       struct lnlb_session_rec *rec)
{
	struct lnlb_tracker *t;
	int err = -ENOENT;
	void *priv;

	rcu_read_lock();
	t = rcu_dereference(by_protocol[rec->tracker]);
	if (t) {
		priv = rcu_dereference(cluster->tracker_priv[t->slot]);
		if (priv)
			err = t->load(priv, rec);
	}
	rcu_read_unlock();
	return err;
}

void lnlb_trackers_node_gone(const struct lnlb_cluster *cluster,
			     const struct lnlb_node_id *node)
{
	struct lnlb_tracker *t;
	unsigned int i;
	void *priv;

	rcu_read_lock();
	for (i = 0; i < LNLB_TRACKERS_MAX; i++) {
		t = tracker_in(cluster, i, &priv);
		if (t)
			t->node_gone(priv, node);
	}
	rcu_read_unlock();
}

void lnlb_trackers_count(const struct lnlb_cluster *cluster, u64 *here,
			 u64 *elsewhere)
{
	struct lnlb_tracker *t;
	unsigned int i;
	void *priv;

	*here = 0;
	*elsewhere = 0;
	rcu_read_lock();
	for (i = 0; i < LNLB_TRACKERS_MAX; i++) {
		u64 h = 0, e = 0;

		t = tracker_in(cluster, i, &priv);
		if (!t)
			continue;
		t->count(priv, &h, &e);
		*here += h;
		*elsewhere += e;
	}
	rcu_read_unlock();
}

unsigned int lnlb_trackers_list(const struct lnlb_cluster *cluster,
				unsigned int slot, u16 bucket, u64 cursor,
				struct lnlb_session_info *info,
				unsigned int max, char name[LNLB_NAME_LEN])
{
	struct lnlb_tracker *t;
	unsigned int n = 0;
	void *priv;

	rcu_read_lock();
	t = tracker_in(cluster, slot, &priv);
	if (t && t->list && t->has_sessions(priv, bucket))
		n = t->list(priv, bucket, cursor, info, max);
	if (n)
		strscpy(name, t->name, LNLB_NAME_LEN);
	rcu_read_unlock();
	return n;
}

bool lnlb_trackers_find(const struct lnlb_cluster *cluster,
			const struct lnlb_key *key,
			struct lnlb_session_info *info,
			char name[LNLB_NAME_LEN])
{
	struct lnlb_tracker *t;
	bool found = false;
	unsigned int i;
	void *priv;

	rcu_read_lock();
	t = tracker_of(cluster, 0, &priv);
	found = t && t->find && t->find(priv, key, info);
	for (i = 0; i < LNLB_TRACKERS_MAX && !found; i++) {
		t = tracker_in(cluster, i, &priv);
		found = t && t->find && t->find(priv, key, info);
	}
	if (found)
		strscpy(name, t->name, LNLB_NAME_LEN);
	rcu_read_unlock();
	return found;
}

bool lnlb_trackers_default_name(char *buf)
{
	struct lnlb_tracker *t;

	rcu_read_lock();
	t = rcu_dereference(by_protocol[0]);
	if (t)
		strscpy(buf, t->name, LNLB_NAME_LEN);
	rcu_read_unlock();
	return t;
}
