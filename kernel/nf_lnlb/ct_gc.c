// SPDX-License-Identifier: GPL-2.0-only
/* When a session of conntrack.c has come to its end. */

#include <linux/sched.h>
#include <net/ipv6.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_core.h>

#include "conntrack.h"

/* Seconds that a client is remembered that never went on after our answer. */
#define UNASSURED_TIMEOUT	60
/* The table is gone through so many times in an idle timeout… */
#define GC_PER_TIMEOUT		8
/* … but neither more often nor more seldom than this, in seconds. */
#define GC_MIN			1
#define GC_MAX			REFRESH_INTERVAL
/* Sessions whose bucket is elsewhere are handed over again so often… */
#define REFRESH_INTERVAL	30
/* … and are forgotten there when that was missed three times. */
#define REFRESH_TIMEOUT		100
/* Seconds of silence that end a session of no flow while the node drains. */
#define DRAIN_TIMEOUT		10

static unsigned int gc_interval(const struct lnlb_ct_table *t)
{
	return clamp_t(unsigned int, lnlb_ct_idle_timeout(t) / GC_PER_TIMEOUT,
		       GC_MIN, GC_MAX);
}

/* Seconds of silence that end this session. */
static unsigned int limit_of(const struct lnlb_ct_table *t,
			     const struct lnlb_session *s)
{
	unsigned int idle = lnlb_ct_idle_timeout(t);

	if (!READ_ONCE(s->here))
		return REFRESH_TIMEOUT;
	if (lnlb_cluster_draining(t->cluster))
		return min_t(unsigned int, idle, DRAIN_TIMEOUT);
	if (!READ_ONCE(s->assured))
		return min_t(unsigned int, idle, UNASSURED_TIMEOUT);
	return idle;
}

static bool is_idle(const struct lnlb_ct_table *t, const struct lnlb_session *s)
{
	u64 limit = (u64)limit_of(t, s) * HZ;

	/* The first and the last step may not be whole ones. */
	return lnlb_session_silent(s) > limit + LNLB_SESSION_STEP;
}

/* A TCP connection that has ended may stay in conntrack's table for minutes. */
static bool has_ended(const struct nf_conn *ct)
{
	u8 state = READ_ONCE(ct->proto.tcp.state);

	return nf_ct_protonum(ct) == IPPROTO_TCP &&
	       (state == TCP_CONNTRACK_TIME_WAIT || state == TCP_CONNTRACK_CLOSE);
}

static void keep(struct lnlb_ct_table *t, const struct lnlb_key *key)
{
	struct lnlb_session *s;

	rcu_read_lock();
	s = lnlb_sessions_find(&t->sessions, key);
	/* Of another node's only that node knows: ours may have been that once. */
	if (s && READ_ONCE(s->here) && s->checked)
		WRITE_ONCE(s->last, lnlb_session_now());
	rcu_read_unlock();
}

/*
 * A flow of a client in conntrack keeps the client's session alive: all of them
 * where rules have policies of their own, as nobody knows which one it is of.
 */
static int flow_keeps(struct nf_conn *ct, void *data)
{
	const struct nf_conntrack_tuple *tuple = nf_ct_tuple(ct,
							     IP_CT_DIR_ORIGINAL);
	struct lnlb_ct_table *t = data;
	struct in6_addr addr;
	unsigned int at = 0;
	struct lnlb_key key;
	__be16 port;

	/* What has expired may stay in conntrack's table for a minute. */
	if (nf_ct_l3num(ct) != NFPROTO_IPV4 || nf_ct_is_expired(ct) ||
	    has_ended(ct))
		return 0;
	ipv6_addr_set_v4mapped(tuple->dst.u3.ip, &addr);
	if (!ipv6_addr_equal(&addr, lnlb_cluster_addr(t->cluster)))
		return 0;
	ipv6_addr_set_v4mapped(tuple->src.u3.ip, &addr);
	port = lnlb_has_ports(nf_ct_protonum(ct)) ? tuple->src.u.all : 0;
	lnlb_cluster_key(t->cluster, &addr, port, &key);
	do {
		keep(t, &key);
	} while (lnlb_cluster_key_more(t->cluster, &addr, port, &key, &at));
	return 0;
}

/* Find what is idle; @candidates: conntrack may know better of some of it. */
static void gc_check(struct lnlb_ct_table *t, u16 bucket, bool *candidates)
{
	struct lnlb_session_bucket *b;
	struct lnlb_session *s;

	b = lnlb_sessions_bucket(&t->sessions, bucket);
	rcu_read_lock();
	hlist_for_each_entry_rcu(s, &b->list, list) {
		s->checked = is_idle(t, s);
		if (s->checked && s->here && s->assured)
			*candidates = true;
	}
	rcu_read_unlock();
}

/*
 * End what was found idle, unless conntrack has said that it is not, up to a
 * session that others are to be told of. Returns true if that was not the last.
 */
static bool gc_end(struct lnlb_ct_table *t, u16 bucket)
{
	struct lnlb_session_bucket *b;
	struct lnlb_session_rec rec;
	struct lnlb_session *s;
	bool tell = false;

	b = lnlb_sessions_bucket(&t->sessions, bucket);
	rcu_read_lock();
	hlist_for_each_entry_rcu(s, &b->list, list) {
		if (!s->checked)
			continue;
		s->checked = false;
		if (!is_idle(t, s))
			continue;
		tell = s->here && !lnlb_cluster_owns(t->cluster, bucket);
		if (tell)
			lnlb_ct_record(t, s, bucket, &rec);
		lnlb_sessions_del(&t->sessions, s);
		if (tell)
			break;
	}
	rcu_read_unlock();
	if (tell)
		lnlb_session_gone(t->cluster, &rec);
	return tell;
}

/* The others forget what they do not hear of; the next gc would be too late. */
static void refresh(struct lnlb_ct_table *t)
{
	if (time_before_eq(jiffies + gc_interval(t) * HZ,
			   t->refreshed_at + REFRESH_INTERVAL * HZ))
		return;
	t->refreshed_at = jiffies;
	lnlb_sessions_refresh(t->cluster);
}

/* Takes minutes if the others have to be told of a million that have ended. */
static void gc_walk(struct lnlb_ct_table *t, bool first, bool *candidates)
{
	unsigned int b;
	bool more;

	for (b = 0; b < LNLB_BUCKETS; b++) {
		if (!lnlb_ct_has_sessions(t, b))
			continue;
		do {
			if (READ_ONCE(t->stop))
				return;
			more = !first && gc_end(t, b);
			if (first)
				gc_check(t, b, candidates);
			refresh(t);
			cond_resched();
		} while (more);
	}
}

static void gc(struct lnlb_ct_table *t)
{
	struct nf_ct_iter_data iter = {
		.net = lnlb_cluster_net(t->cluster),
		.data = t,
	};
	bool candidates = false;

	gc_walk(t, true, &candidates);
	if (candidates)
		nf_ct_iterate_cleanup_net(flow_keeps, &iter);
	gc_walk(t, false, &candidates);
	refresh(t);
}

/* Each second, as the timeout may change, and the node may begin to drain. */
static void gc_work(struct work_struct *work)
{
	struct lnlb_ct_table *t = container_of(to_delayed_work(work),
					  struct lnlb_ct_table, gc);

	if (time_after_eq(jiffies, t->gc_at) ||
	    lnlb_cluster_draining(t->cluster)) {
		gc(t);
		t->gc_at = jiffies + gc_interval(t) * HZ;
	}
	lnlb_asked_look(&t->asked);
	queue_delayed_work(system_long_wq, &t->gc, HZ);
}

void lnlb_ct_gc_start(struct lnlb_ct_table *t)
{
	t->refreshed_at = jiffies;
	t->gc_at = jiffies;
	INIT_DELAYED_WORK(&t->gc, gc_work);
	queue_delayed_work(system_long_wq, &t->gc, HZ);
}

void lnlb_ct_gc_stop(struct lnlb_ct_table *t)
{
	WRITE_ONCE(t->stop, true);
	cancel_delayed_work_sync(&t->gc);
}
