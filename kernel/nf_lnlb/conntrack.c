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
#include <net/netfilter/nf_conntrack_expect.h>
#include <net/netfilter/nf_conntrack_zones.h>

#include "compat.h"
#include "conntrack.h"

#define SESSIONS_MAX_DEFAULT	(1 << 20)
/* For so many packets conntrack is asked whether the client has gone on. */
#define ASK_OFTEN		16

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

/* A session as it is handed over. */
struct ct_record {
	u8 addr[16];
	__be16 port;
	__be32 idle_ms;
} __packed;

static_assert(sizeof(struct ct_record) <= LNLB_SESSION_DATA_MAX);

unsigned int lnlb_ct_idle_timeout(const struct lnlb_ct_table *t)
{
	return lnlb_cluster_timeout(t->cluster) ?:
	       READ_ONCE(conntrack_idle_timeout);
}

/* What conntrack has of the flow that this packet belongs to. */
enum flow_state {
	FLOW_UNKNOWN,
	FLOW_NEW,
	FLOW_ANSWERED,
	/* begun by this node, or begun as it has asked for */
	FLOW_ASKED,
};

/*
 * Is it to be begun by the other side, as a helper has heard this node ask for?
 * (Memory of a flow that has ended is that of another one.)
 */
static bool is_expected(const struct lnlb_flow *flow,
			const struct nf_conntrack_tuple *tuple)
{
	const struct nf_conntrack_expect *exp;
	bool expected;

	rcu_read_lock();
	exp = __nf_ct_expect_find(flow->net, &nf_ct_zone_dflt, tuple);
	expected = exp && !(exp->flags & NF_CT_EXPECT_INACTIVE) &&
		   nf_ct_is_confirmed(exp->master) &&
		   !nf_ct_is_dying(exp->master) &&
		   lnlb_asked_from_here(flow->cluster, exp->master);
	rcu_read_unlock();
	return expected;
}

static enum flow_state flow_state(const struct lnlb_flow *flow)
{
	enum flow_state state = FLOW_UNKNOWN;
	const struct nf_conntrack_tuple_hash *h;
	struct nf_conntrack_tuple tuple, inner;
	bool original;
	struct nf_conn *ct;

	if (!nf_ct_get_tuplepr(flow->skb, flow->offset, flow->family,
			       flow->net, &tuple))
		return state;
	/*
	 * The packet inside of an ICMP error went the other way, and is as it was
	 * on the wire: with NAT no entry has it but the other way round.
	 */
	inner = tuple;
	if (flow->error && !nf_ct_invert_tuple(&tuple, &inner))
		return state;
	h = nf_conntrack_find_get(flow->net, &nf_ct_zone_dflt, &tuple);
	if (!h)
		return !flow->error && is_expected(flow, &tuple) ? FLOW_ASKED :
								   state;
	ct = nf_ct_tuplehash_to_ctrack(h);
	original = NF_CT_DIRECTION(h) == IP_CT_DIR_ORIGINAL;
	if (!nf_ct_is_confirmed(ct) || nf_ct_is_dying(ct))
		state = FLOW_UNKNOWN;
	else if (!original ||
		 (ct->master && lnlb_asked_from_here(flow->cluster, ct->master)))
		state = FLOW_ASKED;
	else
		state = test_bit(IPS_SEEN_REPLY_BIT, &ct->status) ?
			FLOW_ANSWERED : FLOW_NEW;
	nf_ct_put(ct);
	return state;
}

static enum lnlb_owner ct_owner_of(void *priv, const struct lnlb_flow *flow)
{
	struct lnlb_ct_table *t = priv;
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
	struct lnlb_ct_table *t = priv;

	lnlb_asked_mark(&t->asked, flow->bucket);
}

/*
 * No session of this client is known: is this to begin one? A fragment does not
 * tell, and the first one comes, too.
 */
static unsigned int first_of(struct lnlb_ct_table *t, const struct lnlb_flow *flow)
{
	if (flow->fragment)
		return 0;
	switch (flow_state(flow)) {
	case FLOW_ASKED:
		/* One that the other side begins is in a bucket of its own. */
		lnlb_asked_mark(&t->asked, flow->bucket);
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
	struct lnlb_ct_table *t = priv;
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

bool lnlb_ct_has_sessions(void *priv, u16 bucket)
{
	struct lnlb_ct_table *t = priv;
	const struct lnlb_session_bucket *b;

	b = lnlb_sessions_bucket(&t->sessions, bucket);
	return b && (READ_ONCE(b->here) || READ_ONCE(b->elsewhere));
}

static bool ct_exceptional(void *priv, u16 bucket, bool mine)
{
	struct lnlb_ct_table *t = priv;
	const struct lnlb_session_bucket *b;

	b = lnlb_sessions_bucket(&t->sessions, bucket);
	if (!b)
		return false;
	return mine ? READ_ONCE(b->elsewhere) : READ_ONCE(b->here);
}

void lnlb_ct_record(struct lnlb_ct_table *t, const struct lnlb_session *s,
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
	struct lnlb_ct_table *t = priv;
	struct lnlb_session *s;

	s = lnlb_sessions_next(&t->sessions, bucket, cursor);
	if (!s)
		return 0;
	lnlb_ct_record(t, s, bucket, rec);
	return 1;
}

static int session_gone(struct lnlb_ct_table *t, const struct lnlb_key *key,
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

static int session_learn(struct lnlb_ct_table *t, const struct lnlb_key *key,
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

static int session_yield(struct lnlb_ct_table *t, const struct lnlb_key *key,
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
	struct lnlb_ct_table *t = priv;
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
	struct lnlb_ct_table *t = priv;

	lnlb_sessions_del_owner(&t->sessions, node);
	if (!node)
		lnlb_sessions_moved(t->cluster);
}

static void ct_count(void *priv, u64 *here, u64 *elsewhere)
{
	struct lnlb_ct_table *t = priv;

	*here = READ_ONCE(t->sessions.here);
	*elsewhere = READ_ONCE(t->sessions.elsewhere);
}

static unsigned int ct_list(void *priv, u16 bucket, u64 cursor,
			    struct lnlb_session_info *info, unsigned int max)
{
	struct lnlb_ct_table *t = priv;

	return lnlb_sessions_list(&t->sessions, bucket, cursor, info, max);
}

static bool ct_find(void *priv, const struct lnlb_key *key,
		    struct lnlb_session_info *info)
{
	struct lnlb_ct_table *t = priv;
	struct lnlb_session *s;

	s = lnlb_sessions_find(&t->sessions, key);
	return s && lnlb_sessions_info(&t->sessions, s, info);
}

static void *ct_cluster_init(struct lnlb_cluster *cluster)
{
	struct lnlb_ct_table *t;

	t = kzalloc(sizeof(*t), GFP_KERNEL_ACCOUNT);
	if (!t)
		return NULL;
	t->cluster = cluster;
	lnlb_asked_init(&t->asked, cluster);
	if (lnlb_sessions_init(&t->sessions, sessions_max))
		goto err_sessions;
	if (nf_ct_netns_get(lnlb_cluster_net(cluster), NFPROTO_IPV4))
		goto err_netns;
	lnlb_ct_gc_start(t);
	return t;

err_netns:
	lnlb_sessions_destroy(&t->sessions);
err_sessions:
	kfree(t);
	return NULL;
}

static void ct_cluster_exit(void *priv)
{
	struct lnlb_ct_table *t = priv;

	lnlb_ct_gc_stop(t);
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
	.has_sessions	= lnlb_ct_has_sessions,
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
