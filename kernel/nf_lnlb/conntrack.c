// SPDX-License-Identifier: GPL-2.0-only
/*
 * The default session tracker: a session is a client that was seen lately, or
 * that nf_conntrack still has a flow of.
 */

#include <linux/module.h>
#include <linux/sysctl.h>
#include <net/ipv6.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_conntrack_zones.h>

#include "compat.h"
#include "ct_asked.h"
#include "session.h"

/* Seconds that a client is remembered that never went on after our answer. */
#define UNASSURED_TIMEOUT	60
#define SESSIONS_MAX_DEFAULT	(1 << 20)
/* The table is gone through so many times in an idle timeout… */
#define GC_PER_TIMEOUT		8
/* … but neither more often nor more seldom than this, in seconds. */
#define GC_MIN			1
#define GC_MAX			REFRESH_INTERVAL
/* Sessions whose bucket is elsewhere are handed over again so often… */
#define REFRESH_INTERVAL	30
/* … and are forgotten there when that was missed three times. */
#define REFRESH_TIMEOUT		100
/* For so many packets conntrack is asked whether the client has gone on. */
#define ASK_OFTEN		16
/* Seconds of silence that end a session of no flow while the node drains. */
#define DRAIN_TIMEOUT		10

static uint conntrack_idle_timeout = 1800;

static int set_idle_timeout(const char *val, const struct kernel_param *kp)
{
	return param_set_uint_minmax(val, kp, LNLB_TIMEOUT_MIN,
				     LNLB_TIMEOUT_MAX);
}

static const struct kernel_param_ops idle_timeout_ops = {
	.set = set_idle_timeout,
	.get = param_get_uint,
};

module_param_cb(conntrack_idle_timeout, &idle_timeout_ops,
		&conntrack_idle_timeout, 0644);
MODULE_PARM_DESC(conntrack_idle_timeout,
		 "seconds without a packet after which a session ends, 1 to 31536000 (default 1800); where the cluster sets no timeout");

static uint sessions_max = SESSIONS_MAX_DEFAULT;
module_param(sessions_max, uint, 0444);
MODULE_PARM_DESC(sessions_max,
		 "most sessions remembered for a cluster (default 1048576)");

/**
 * struct ct_table - what is remembered of a cluster
 * @cluster: the cluster
 * @sessions: its sessions
 * @refreshed_at: jiffies of the last lnlb_sessions_refresh()
 * @gc_at: jiffies, when to look for sessions that have ended
 * @asked: buckets in which this node has asked somebody
 * @gc: ends sessions
 * @stop: @gc is to come to its end
 */
struct ct_table {
	struct lnlb_cluster *cluster;
	struct lnlb_sessions sessions;
	unsigned long refreshed_at;
	unsigned long gc_at;
	struct lnlb_asked_buckets asked;
	struct delayed_work gc;
	bool stop;
};

/* A session as it is handed over. */
struct ct_record {
	u8 addr[16];
	__be16 port;
	__be32 idle_ms;
} __packed;

static_assert(sizeof(struct ct_record) <= LNLB_SESSION_DATA_MAX);

static unsigned int idle_timeout(const struct ct_table *t)
{
	return lnlb_cluster_timeout(t->cluster) ?:
	       READ_ONCE(conntrack_idle_timeout);
}

static unsigned int gc_interval(const struct ct_table *t)
{
	return clamp_t(unsigned int, idle_timeout(t) / GC_PER_TIMEOUT,
		       GC_MIN, GC_MAX);
}

/* What conntrack has of the flow that this packet belongs to. */
enum flow_state {
	FLOW_UNKNOWN,
	FLOW_NEW,
	FLOW_ANSWERED,
	/* begun by this node */
	FLOW_ASKED,
};

static enum flow_state flow_state(const struct lnlb_flow *flow)
{
	enum flow_state state = FLOW_UNKNOWN;
	const struct nf_conntrack_tuple_hash *h;
	struct nf_conntrack_tuple tuple;
	bool original;
	struct nf_conn *ct;

	if (!nf_ct_get_tuplepr(flow->skb, flow->offset, flow->family,
			       flow->net, &tuple))
		return state;
	h = nf_conntrack_find_get(flow->net, &nf_ct_zone_dflt, &tuple);
	if (!h)
		return state;
	ct = nf_ct_tuplehash_to_ctrack(h);
	/* The packet inside of an ICMP error went the other way. */
	original = (NF_CT_DIRECTION(h) == IP_CT_DIR_ORIGINAL) != flow->error;
	if (!nf_ct_is_confirmed(ct) || nf_ct_is_dying(ct))
		state = FLOW_UNKNOWN;
	else if (!original)
		state = FLOW_ASKED;
	else
		state = test_bit(IPS_SEEN_REPLY_BIT, &ct->status) ?
			FLOW_ANSWERED : FLOW_NEW;
	nf_ct_put(ct);
	return state;
}

static enum lnlb_owner ct_owner_of(void *priv, const struct lnlb_flow *flow)
{
	struct ct_table *t = priv;
	struct lnlb_session *s;

	s = lnlb_sessions_find(&t->sessions, &flow->key);
	/* Packets are no sign that the other node still has its session. */
	if (s && !READ_ONCE(s->here))
		return LNLB_OWNER_OTHER;
	if (s) {
		lnlb_session_touch(s);
		return LNLB_OWNER_SELF;
	}
	/*
	 * Only where the bucket is ours: an old flow of a client that has since
	 * gone to another node is no reason to answer beside that node.
	 */
	if (lnlb_cluster_owns(t->cluster, flow->bucket) &&
	    flow_state(flow) != FLOW_UNKNOWN)
		return LNLB_OWNER_SELF;
	return LNLB_OWNER_UNKNOWN;
}

/*
 * Has the client gone on after our answer, as far as conntrack can tell? What it
 * never hears of, and that again and again, it is not to track, or in a zone.
 */
static bool client_went_on(struct lnlb_session *s, const struct lnlb_flow *flow)
{
	u8 asked = READ_ONCE(s->asked);

	if (asked < ASK_OFTEN)
		WRITE_ONCE(s->asked, asked + 1);
	switch (flow_state(flow)) {
	case FLOW_ANSWERED:
		return true;
	case FLOW_NEW:
	case FLOW_ASKED:
		return false;
	case FLOW_UNKNOWN:
		break;
	}
	return asked == ASK_OFTEN;
}

static enum lnlb_asked ct_asked(void *priv, const struct lnlb_flow *flow)
{
	switch (flow_state(flow)) {
	case FLOW_UNKNOWN:
		return LNLB_ASKED_UNKNOWN;
	case FLOW_ASKED:
		return LNLB_ASKED_SELF;
	case FLOW_NEW:
	case FLOW_ANSWERED:
		break;
	}
	return LNLB_ASKED_OTHER;
}

static void ct_asks(void *priv, const struct lnlb_flow *flow)
{
	struct ct_table *t = priv;

	lnlb_asked_mark(&t->asked, flow->bucket);
}

/*
 * No session of this client is known: is this to begin one? A fragment does not
 * tell, and the first one comes, too.
 */
static unsigned int first_of(struct ct_table *t, const struct lnlb_flow *flow)
{
	if (flow->fragment)
		return 0;
	switch (flow_state(flow)) {
	case FLOW_ASKED:
		return 0;
	case FLOW_UNKNOWN:
		if (lnlb_flow_late(flow))
			return LNLB_ASSIGNED_STRAY;
		break;
	case FLOW_NEW:
	case FLOW_ANSWERED:
		break;
	}
	if (lnlb_sessions_add(&t->sessions, &flow->key, flow->bucket))
		lnlb_cluster_overflow(t->cluster);
	return 0;
}

static unsigned int ct_assigned(void *priv, const struct lnlb_flow *flow)
{
	struct ct_table *t = priv;
	struct lnlb_session *s;

	s = lnlb_sessions_find(&t->sessions, &flow->key);
	if (!s)
		return first_of(t, flow);
	if (!READ_ONCE(s->here))
		return 0;
	lnlb_session_touch(s);
	if (READ_ONCE(s->assured))
		return HZ;
	if (client_went_on(s, flow)) {
		WRITE_ONCE(s->assured, true);
		return HZ;
	}
	/* A few packets may be a whole connection; a flood waits for the tick. */
	return READ_ONCE(s->asked) == ASK_OFTEN;
}

static bool ct_has_sessions(void *priv, u16 bucket)
{
	struct ct_table *t = priv;
	const struct lnlb_session_bucket *b;

	b = lnlb_sessions_bucket(&t->sessions, bucket);
	return b && (READ_ONCE(b->here) || READ_ONCE(b->elsewhere));
}

static bool ct_exceptional(void *priv, u16 bucket, bool mine)
{
	struct ct_table *t = priv;
	const struct lnlb_session_bucket *b;

	b = lnlb_sessions_bucket(&t->sessions, bucket);
	if (!b)
		return false;
	return mine ? READ_ONCE(b->elsewhere) : READ_ONCE(b->here);
}

static void to_record(struct ct_table *t, const struct lnlb_session *s,
		      u16 bucket, struct lnlb_session_rec *rec)
{
	struct ct_record *r = (struct ct_record *)rec->data;

	memset(rec, 0, sizeof(*rec));
	rec->bucket = bucket;
	if (READ_ONCE(s->here))
		lnlb_cluster_self(t->cluster, &rec->owner);
	else
		lnlb_sessions_owner(&t->sessions, s, &rec->owner);
	memcpy(r->addr, &s->addr, sizeof(r->addr));
	r->port = s->port;
	r->idle_ms = cpu_to_be32(jiffies_to_msecs(lnlb_session_silent(s)));
	rec->len = sizeof(*r);
}

static int ct_save(void *priv, u16 bucket, u64 *cursor,
		   struct lnlb_session_rec *rec)
{
	struct ct_table *t = priv;
	struct lnlb_session *s;

	s = lnlb_sessions_next(&t->sessions, bucket, cursor);
	if (!s)
		return 0;
	to_record(t, s, bucket, rec);
	return 1;
}

static int session_gone(struct ct_table *t, const struct lnlb_key *key,
			const struct lnlb_node_id *owner)
{
	struct lnlb_node_id known;
	struct lnlb_session *s;

	s = lnlb_sessions_find(&t->sessions, key);
	if (s && lnlb_sessions_owner(&t->sessions, s, &known) &&
	    !memcmp(&known, owner, sizeof(known)))
		lnlb_sessions_del(&t->sessions, s);
	return 0;
}

static int session_learn(struct ct_table *t, const struct lnlb_key *key,
			 struct lnlb_session_rec *rec, u32 idle_ms)
{
	unsigned long idle = msecs_to_jiffies(min_t(u32, idle_ms, INT_MAX));
	int ret;

	ret = lnlb_sessions_learn(&t->sessions, key, rec->bucket, &rec->owner,
				  lnlb_session_now() - LNLB_SESSION_STEPS(idle));
	if (ret < 0)
		lnlb_cluster_overflow(t->cluster);
	else if (ret == LNLB_LEARNT_TAKEN)
		lnlb_sessions_moved(t->cluster);
	else if (ret == LNLB_LEARNT_OURS)
		lnlb_cluster_self(t->cluster, &rec->owner);
	return min(ret, 1);
}

static int session_yield(struct ct_table *t, const struct lnlb_key *key,
			 const struct lnlb_node_id *owner)
{
	struct lnlb_node_id self;

	lnlb_cluster_self(t->cluster, &self);
	if (memcmp(&self, owner, sizeof(self)))
		lnlb_sessions_yield(&t->sessions, key, owner);
	lnlb_sessions_moved(t->cluster);
	return 0;
}

static int ct_load(void *priv, struct lnlb_session_rec *rec)
{
	const struct ct_record *r = (const struct ct_record *)rec->data;
	struct ct_table *t = priv;
	struct lnlb_key key;

	if (rec->len != sizeof(*r))
		return -EINVAL;
	memset(&key, 0, sizeof(key));
	memcpy(&key.addr, r->addr, sizeof(key.addr));
	key.port = r->port;
	if (lnlb_cluster_bucket(t->cluster, &key) != rec->bucket)
		return -EINVAL;
	if (rec->flags & LNLB_SESSION_GONE)
		return session_gone(t, &key, &rec->owner);
	if (rec->flags & LNLB_SESSION_YIELD)
		return session_yield(t, &key, &rec->owner);
	return session_learn(t, &key, rec, be32_to_cpu(r->idle_ms));
}

static void ct_node_gone(void *priv, const struct lnlb_node_id *node)
{
	struct ct_table *t = priv;

	lnlb_sessions_del_owner(&t->sessions, node);
	if (!node)
		lnlb_sessions_moved(t->cluster);
}

static void ct_count(void *priv, u64 *here, u64 *elsewhere)
{
	struct ct_table *t = priv;

	*here = READ_ONCE(t->sessions.here);
	*elsewhere = READ_ONCE(t->sessions.elsewhere);
}

static unsigned int ct_list(void *priv, u16 bucket, u64 cursor,
			    struct lnlb_session_info *info, unsigned int max)
{
	struct ct_table *t = priv;

	return lnlb_sessions_list(&t->sessions, bucket, cursor, info, max);
}

static bool ct_find(void *priv, const struct lnlb_key *key,
		    struct lnlb_session_info *info)
{
	struct ct_table *t = priv;
	struct lnlb_session *s;

	s = lnlb_sessions_find(&t->sessions, key);
	return s && lnlb_sessions_info(&t->sessions, s, info);
}

/* Seconds of silence that end this session. */
static unsigned int limit_of(const struct ct_table *t,
			     const struct lnlb_session *s)
{
	unsigned int idle = idle_timeout(t);

	if (!READ_ONCE(s->here))
		return REFRESH_TIMEOUT;
	if (lnlb_cluster_draining(t->cluster))
		return min_t(unsigned int, idle, DRAIN_TIMEOUT);
	if (!READ_ONCE(s->assured))
		return min_t(unsigned int, idle, UNASSURED_TIMEOUT);
	return idle;
}

static bool is_idle(const struct ct_table *t, const struct lnlb_session *s)
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

/* A flow of a client in conntrack keeps the client's session alive. */
static int flow_keeps(struct nf_conn *ct, void *data)
{
	const struct nf_conntrack_tuple *tuple = nf_ct_tuple(ct,
							     IP_CT_DIR_ORIGINAL);
	struct ct_table *t = data;
	struct lnlb_session *s;
	struct in6_addr addr;
	struct lnlb_key key;

	/* What has expired may stay in conntrack's table for a minute. */
	if (nf_ct_l3num(ct) != NFPROTO_IPV4 || nf_ct_is_expired(ct) ||
	    has_ended(ct))
		return 0;
	ipv6_addr_set_v4mapped(tuple->dst.u3.ip, &addr);
	if (!ipv6_addr_equal(&addr, lnlb_cluster_addr(t->cluster)))
		return 0;
	ipv6_addr_set_v4mapped(tuple->src.u3.ip, &addr);
	lnlb_cluster_key(t->cluster, &addr, tuple->src.u.all, &key);
	rcu_read_lock();
	s = lnlb_sessions_find(&t->sessions, &key);
	if (s && s->checked)
		WRITE_ONCE(s->last, lnlb_session_now());
	rcu_read_unlock();
	return 0;
}

/* Find what is idle; @candidates: conntrack may know better of some of it. */
static void gc_check(struct ct_table *t, u16 bucket, bool *candidates)
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
static bool gc_end(struct ct_table *t, u16 bucket)
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
			to_record(t, s, bucket, &rec);
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
static void refresh(struct ct_table *t)
{
	if (time_before_eq(jiffies + gc_interval(t) * HZ,
			   t->refreshed_at + REFRESH_INTERVAL * HZ))
		return;
	t->refreshed_at = jiffies;
	lnlb_sessions_refresh(t->cluster);
}

/* Takes minutes if the others have to be told of a million that have ended. */
static void gc_walk(struct ct_table *t, bool first, bool *candidates)
{
	unsigned int b;
	bool more;

	for (b = 0; b < LNLB_BUCKETS; b++) {
		if (!ct_has_sessions(t, b))
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

static void gc(struct ct_table *t)
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
	struct ct_table *t = container_of(to_delayed_work(work),
					  struct ct_table, gc);

	if (time_after_eq(jiffies, t->gc_at) ||
	    lnlb_cluster_draining(t->cluster)) {
		gc(t);
		t->gc_at = jiffies + gc_interval(t) * HZ;
	}
	lnlb_asked_look(&t->asked);
	queue_delayed_work(system_long_wq, &t->gc, HZ);
}

static void *ct_cluster_init(struct lnlb_cluster *cluster)
{
	struct ct_table *t;

	t = kzalloc(sizeof(*t), GFP_KERNEL_ACCOUNT);
	if (!t)
		return NULL;
	t->cluster = cluster;
	lnlb_asked_init(&t->asked, cluster);
	t->refreshed_at = jiffies;
	t->gc_at = jiffies;
	if (lnlb_sessions_init(&t->sessions, sessions_max))
		goto err_sessions;
	if (nf_ct_netns_get(lnlb_cluster_net(cluster), NFPROTO_IPV4))
		goto err_netns;
	INIT_DELAYED_WORK(&t->gc, gc_work);
	queue_delayed_work(system_long_wq, &t->gc, HZ);
	return t;

err_netns:
	lnlb_sessions_destroy(&t->sessions);
err_sessions:
	kfree(t);
	return NULL;
}

static void ct_cluster_exit(void *priv)
{
	struct ct_table *t = priv;

	WRITE_ONCE(t->stop, true);
	cancel_delayed_work_sync(&t->gc);
	lnlb_asked_clear(&t->asked);
	nf_ct_netns_put(lnlb_cluster_net(t->cluster), NFPROTO_IPV4);
	lnlb_sessions_destroy(&t->sessions);
	kfree(t);
}

static struct lnlb_tracker ct_tracker = {
	.name		= "conntrack",
	.cluster_init	= ct_cluster_init,
	.cluster_exit	= ct_cluster_exit,
	.owner_of	= ct_owner_of,
	.assigned	= ct_assigned,
	.asked		= ct_asked,
	.asks		= ct_asks,
	.has_sessions	= ct_has_sessions,
	.exceptional	= ct_exceptional,
	.save		= ct_save,
	.load		= ct_load,
	.node_gone	= ct_node_gone,
	.count		= ct_count,
	.list		= ct_list,
	.find		= ct_find,
};

static int __init lnlb_conntrack_init(void)
{
	int err = lnlb_session_cache_init();

	if (err)
		return err;
	err = lnlb_tracker_register(&ct_tracker);
	if (err)
		lnlb_session_cache_exit();
	return err;
}

static void __exit lnlb_conntrack_exit(void)
{
	lnlb_tracker_unregister(&ct_tracker);
	lnlb_session_cache_exit();
}

module_init(lnlb_conntrack_init);
module_exit(lnlb_conntrack_exit);
MODULE_LICENSE("GPL");
MODULE_VERSION(LNLB_VERSION);
MODULE_DESCRIPTION("Default session tracker of nf_lnlb, on nf_conntrack");
MODULE_ALIAS("lnlb_mod_default");
MODULE_ALIAS("nf-lnlb-tracker-0");
