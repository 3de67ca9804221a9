// SPDX-License-Identifier: GPL-2.0-only
/* Generic netlink family "lnlb": sessions, and whose a client is. */

#include <net/ipv6.h>

#include "cluster.h"
#include "flow.h"
#include "genl.h"
#include "policy.h"
#include "tracker.h"

/* Sessions looked at in one go, a bucket's worth of a full table. */
#define BATCH			256

/**
 * struct sessions_walk - how far a dump of sessions is, in its callback
 * @name: of the cluster
 * @generation: of the cluster, to know it from another one of that name
 * @bucket: the next session's
 * @slot: its tracker's
 * @cursor: the tracker's
 */
struct sessions_walk {
	char name[LNLB_NAME_LEN];
	unsigned int generation;
	u16 bucket;
	u16 slot;
	u64 cursor;
};

static struct sessions_walk *walk_of(struct netlink_callback *cb)
{
	BUILD_BUG_ON(sizeof(struct sessions_walk) > sizeof(cb->ctx));
	return (struct sessions_walk *)cb->ctx;
}

void lnlb_genl_addr(const struct nlattr *attr, struct in6_addr *addr)
{
	if (nla_len(attr) == sizeof(struct in_addr))
		ipv6_addr_set_v4mapped(nla_get_in_addr(attr), addr);
	else
		*addr = nla_get_in6_addr(attr);
}

static int put_addr(struct sk_buff *msg, const struct in6_addr *addr)
{
	if (ipv6_addr_v4mapped(addr))
		return nla_put_in_addr(msg, LNLB_A_CLIENT, addr->s6_addr32[3]);
	return nla_put_in6_addr(msg, LNLB_A_CLIENT, addr);
}

static int put_node(struct sk_buff *msg, const struct lnlb_cluster *cluster,
		    bool self, const u8 *id)
{
	if (nla_put(msg, LNLB_A_NODE_ID, ETH_ALEN, self ? cluster->self : id))
		return -EMSGSIZE;
	return self ? nla_put_flag(msg, LNLB_A_NODE_SELF) : 0;
}

static int put_session(struct sk_buff *msg, const struct lnlb_cluster *cluster,
		       const struct lnlb_session_info *info,
		       const char *tracker)
{
	if (put_node(msg, cluster, info->here, info->owner) ||
	    nla_put_u32(msg, LNLB_A_SESSION_IDLE, info->idle) ||
	    nla_put_string(msg, LNLB_A_TRACKER, tracker))
		return -EMSGSIZE;
	return 0;
}

static int put_listed(struct sk_buff *msg, struct netlink_callback *cb,
		      const struct lnlb_cluster *cluster,
		      const struct lnlb_session_info *info, const char *tracker)
{
	void *hdr;

	hdr = genlmsg_put(msg, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			  &lnlb_genl_family, NLM_F_MULTI,
			  LNLB_CMD_GET_SESSIONS);
	if (!hdr)
		return -EMSGSIZE;
	if (put_addr(msg, &info->key.addr) ||
	    ((cluster->policy.ports || info->key.port) &&
	     nla_put_be16(msg, LNLB_A_CLIENT_PORT, info->key.port)) ||
	    nla_put_u32(msg, LNLB_A_BUCKET, walk_of(cb)->bucket) ||
	    put_session(msg, cluster, info, tracker)) {
		genlmsg_cancel(msg, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, hdr);
	return 0;
}

/* Return: 1 when a tracker has no more in a bucket, 0, or a negative errno. */
static int put_batch(struct sk_buff *msg, struct netlink_callback *cb,
		     const struct lnlb_cluster *cluster,
		     struct lnlb_session_info *info)
{
	struct sessions_walk *walk = walk_of(cb);
	char tracker[LNLB_NAME_LEN];
	unsigned int i, n;
	int err;

	n = lnlb_trackers_list(cluster, walk->slot, walk->bucket, walk->cursor,
			       info, BATCH, tracker);
	for (i = 0; i < n; i++) {
		err = put_listed(msg, cb, cluster, &info[i], tracker);
		if (err)
			return err;
		walk->cursor = info[i].cursor;
	}
	return n < BATCH;
}

static int put_sessions(struct sk_buff *msg, struct netlink_callback *cb,
			const struct lnlb_cluster *cluster,
			struct lnlb_session_info *info)
{
	struct sessions_walk *walk = walk_of(cb);
	int ret;

	for (; walk->bucket < LNLB_BUCKETS; walk->bucket++, walk->slot = 0) {
		for (; walk->slot < LNLB_TRACKERS_MAX; walk->slot++) {
			do {
				ret = put_batch(msg, cb, cluster, info);
				if (ret < 0)
					return ret;
			} while (!ret);
			walk->cursor = 0;
		}
	}
	return 0;
}

int lnlb_genl_sessions_start(struct netlink_callback *cb,
			     const struct nlattr *name)
{
	struct lnlb_net *ln = lnlb_pernet(sock_net(cb->skb->sk));
	struct sessions_walk *walk = walk_of(cb);
	struct lnlb_cluster *cluster;

	memset(walk, 0, sizeof(*walk));
	nla_strscpy(walk->name, name, sizeof(walk->name));
	mutex_lock(&ln->lock);
	cluster = lnlb_cluster_by_name(ln, walk->name);
	if (cluster && lnlb_cluster_counts(cluster))
		walk->generation = cluster->generation;
	mutex_unlock(&ln->lock);
	if (walk->generation)
		return 0;
	NL_SET_ERR_MSG_ATTR(cb->extack, name, "no such cluster");
	return -ENOENT;
}

int lnlb_genl_sessions(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct lnlb_net *ln = lnlb_pernet(sock_net(skb->sk));
	struct sessions_walk *walk = walk_of(cb);
	struct lnlb_session_info *info;
	struct lnlb_cluster *cluster;
	int err = -ENOENT;

	info = kmalloc_array(BATCH, sizeof(*info), GFP_KERNEL);
	if (!info)
		return -ENOMEM;
	/* The reader sets the pace: nothing is held between two parts. */
	mutex_lock(&ln->lock);
	cluster = lnlb_cluster_by_name(ln, walk->name);
	if (cluster && cluster->generation == walk->generation)
		err = put_sessions(skb, cb, cluster, info);
	else
		NL_SET_ERR_MSG(cb->extack, "the cluster was taken out");
	mutex_unlock(&ln->lock);
	kfree(info);
	return err == -EMSGSIZE && skb->len ? skb->len : err;
}

/* That of a rule, if one is given, else the cluster's own. */
static int get_policy(struct genl_info *info,
		      const struct lnlb_cluster *cluster,
		      struct lnlb_policy *policy)
{
	const struct nlattr *attr = info->attrs[LNLB_A_AFFINITY];
	const struct nlattr *len = info->attrs[LNLB_A_AFFINITY_LEN];
	u8 affinity = attr ? nla_get_u8(attr) : LNLB_AFFINITY_CLIENT;

	if ((affinity == LNLB_AFFINITY_NETWORK) != !!len ||
	    (len && nla_get_u8(len) > 32)) {
		NL_SET_ERR_MSG_ATTR(info->extack, len ?: attr,
				    "a prefix length of 1 to 32 goes with affinity network");
		return -EINVAL;
	}
	*policy = cluster->policy;
	if (attr)
		lnlb_policy_set(policy, affinity, len ? nla_get_u8(len) : 0);
	return 0;
}

/* A client of the other address family is nobody's. */
static int check_client(struct genl_info *info,
			const struct lnlb_cluster *cluster,
			const struct lnlb_policy *policy,
			const struct in6_addr *client)
{
	if (ipv6_addr_v4mapped(client) != ipv6_addr_v4mapped(&cluster->addr)) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[LNLB_A_CLIENT],
				    "the cluster address is of another family");
		return -EINVAL;
	}
	if (policy->ports &&
	    !info->attrs[LNLB_A_CLIENT_PORT]) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[LNLB_A_CLIENT],
				    "with affinity connection the client's port is needed");
		return -EINVAL;
	}
	return 0;
}

/**
 * struct owner - which node has a client
 * @bucket: the client's
 * @by: enum lnlb_owned_by
 * @self: it is this node
 * @sure: nobody else knows better
 * @id: the node, if not @self
 * @session: with LNLB_OWNED_BY_SESSION
 * @tracker: that knows of it
 */
struct owner {
	u16 bucket;
	u8 by;
	bool self;
	bool sure;
	struct lnlb_node_id id;
	struct lnlb_session_info session;
	char tracker[LNLB_NAME_LEN];
};

static void owner_by_bucket(const struct lnlb_core *core, struct owner *owner)
{
	struct lnlb_bucket_info info;
	int place;

	lnlb_core_bucket(core, owner->bucket, &info);
	place = info.taken ? 0 : info.claims;
	owner->by = LNLB_OWNED_BY_BUCKET;
	if (place < 0) {
		place = info.target;
		owner->by = LNLB_OWNED_BY_TARGET;
	}
	if (!lnlb_core_place(core, place, &owner->id))
		owner->by = LNLB_OWNED_BY_NOBODY;
	owner->self = !place;
	owner->sure = info.taken && lnlb_core_complete(core);
}

static int find_owner(struct lnlb_cluster *cluster, const struct lnlb_key *key,
		      struct owner *owner)
{
	struct lnlb_session_info *session = &owner->session;
	int err = 0;

	owner->bucket = lnlb_cluster_bucket(cluster, key);
	mutex_lock(&cluster->core_lock);
	if (!cluster->core) {
		err = -ENETDOWN;
	} else if (lnlb_trackers_find(cluster, key, session, owner->tracker)) {
		owner->by = LNLB_OWNED_BY_SESSION;
		owner->self = session->here;
		owner->sure = session->here ||
			      lnlb_cluster_owns(cluster, owner->bucket);
	} else {
		owner_by_bucket(cluster->core, owner);
	}
	mutex_unlock(&cluster->core_lock);
	return err;
}

static int put_owner(struct sk_buff *msg, struct genl_info *info,
		     const struct lnlb_cluster *cluster,
		     const struct owner *owner)
{
	void *hdr = genlmsg_put_reply(msg, info, &lnlb_genl_family, 0,
				      LNLB_CMD_GET_OWNER);

	if (!hdr || nla_put_string(msg, LNLB_A_NAME, cluster->cfg.name) ||
	    nla_put_u32(msg, LNLB_A_BUCKET, owner->bucket) ||
	    nla_put_u8(msg, LNLB_A_OWNED_BY, owner->by) ||
	    (owner->sure && nla_put_flag(msg, LNLB_A_OWNER_SURE)))
		return -EMSGSIZE;
	if (owner->by == LNLB_OWNED_BY_SESSION) {
		if (put_session(msg, cluster, &owner->session, owner->tracker))
			return -EMSGSIZE;
	} else if (owner->by != LNLB_OWNED_BY_NOBODY) {
		if (put_node(msg, cluster, owner->self, owner->id.mac))
			return -EMSGSIZE;
	}
	genlmsg_end(msg, hdr);
	return 0;
}

int lnlb_genl_owner(struct genl_info *info, struct lnlb_cluster *cluster,
		    struct sk_buff *msg)
{
	const struct nlattr *port = info->attrs[LNLB_A_CLIENT_PORT];
	struct lnlb_policy policy;
	struct owner owner = {};
	struct in6_addr client;
	struct lnlb_key key;
	int err;

	lnlb_genl_addr(info->attrs[LNLB_A_CLIENT], &client);
	err = get_policy(info, cluster, &policy) ?:
	      check_client(info, cluster, &policy, &client);
	if (err)
		return err;
	memset(&key, 0, sizeof(key));
	lnlb_flow_key(&policy, &client, port ? nla_get_be16(port) : 0, &key);
	err = find_owner(cluster, &key, &owner);
	if (err) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[LNLB_A_NAME],
				    "the cluster waits for its device");
		return err;
	}
	return put_owner(msg, info, cluster, &owner);
}
