// SPDX-License-Identifier: GPL-2.0-only
/* Generic netlink family "lnlb": clusters as they are shown. */

#include <net/ipv6.h>

#include "cluster.h"
#include "genl.h"
#include "heartbeat.h"
#include "key.h"
#include "report.h"
#include "tracker.h"
#include "xdp.h"

/* One cluster with LNLB_NODES_MAX nodes fits. */
#define REPLY_SIZE	16384
/* And whose the buckets are. */
#define ANSWER_SIZE	(REPLY_SIZE + 2 * LNLB_BUCKETS)

/* Whose the buckets are, by place in core_look::nodes. */
struct bucket_look {
	u8 target[LNLB_BUCKETS];
	u8 claims[LNLB_BUCKETS];
};

/* Nodes of a cluster and what else is asked of the core, in one look. */
struct core_look {
	u8 state;
	u64 digest;
	unsigned int n_nodes;
	struct lnlb_node_info nodes[LNLB_NODES_MAX];
	unsigned int n_rejects;
	struct lnlb_reject_info rejects[LNLB_REJECT_MAX];
};

static u8 place_attr(int place)
{
	BUILD_BUG_ON(LNLB_NODES_MAX > LNLB_BUCKET_SEVERAL);
	if (place >= 0)
		return place;
	return place == LNLB_PLACE_SEVERAL ? LNLB_BUCKET_SEVERAL :
					     LNLB_BUCKET_NOBODY;
}

static void look_at_buckets(const struct lnlb_core *core,
			    struct bucket_look *buckets)
{
	struct lnlb_bucket_info info;
	unsigned int b;

	for (b = 0; b < LNLB_BUCKETS; b++) {
		lnlb_core_bucket(core, b, &info);
		buckets->target[b] = place_attr(info.target);
		buckets->claims[b] = place_attr(info.claims);
	}
}

/* buckets may be NULL */
static void look_at_core(struct lnlb_cluster *cluster, struct core_look *look,
			 struct bucket_look *buckets)
{
	mutex_lock(&cluster->core_lock);
	if (cluster->core) {
		lnlb_report_update(cluster);
		if (buckets)
			look_at_buckets(cluster->core, buckets);
		look->state = lnlb_core_state(cluster->core);
		look->digest = lnlb_core_digest(cluster->core);
		look->n_nodes = lnlb_core_nodes(cluster->core,
						lnlb_heartbeat_now(),
						look->nodes, LNLB_NODES_MAX);
		look->n_rejects = lnlb_core_rejects(cluster->core,
						    lnlb_heartbeat_now(),
						    look->rejects);
	} else {
		look->state = LNLB_NODE_WAITING;
		look->digest = 0;
		look->n_nodes = 0;
		look->n_rejects = 0;
	}
	mutex_unlock(&cluster->core_lock);
}

static int put_report(struct sk_buff *msg, const struct lnlb_report *report)
{
	if (nla_put_u32(msg, LNLB_A_NODE_CLOCK_MS, report->clock_ms) ||
	    nla_put_u32(msg, LNLB_A_NODE_SESSIONS, report->sessions) ||
	    nla_put_u64_64bit(msg, LNLB_A_NODE_TAKEN, report->taken,
			      LNLB_A_PAD) ||
	    nla_put_u64_64bit(msg, LNLB_A_NODE_PASSED, report->passed,
			      LNLB_A_PAD))
		return -EMSGSIZE;
	return 0;
}

static int put_node(struct sk_buff *msg, const struct lnlb_node_info *node)
{
	struct nlattr *nest = nla_nest_start(msg, LNLB_A_NODE);

	if (!nest ||
	    nla_put(msg, LNLB_A_NODE_ID, LNLB_NODE_ID_LEN, node->id.mac) ||
	    (node->self && nla_put_flag(msg, LNLB_A_NODE_SELF)) ||
	    (node->agrees && nla_put_flag(msg, LNLB_A_NODE_AGREES)) ||
	    nla_put_u8(msg, LNLB_A_NODE_STATE, node->state) ||
	    nla_put_u16(msg, LNLB_A_NODE_WEIGHT, node->weight) ||
	    nla_put_u8(msg, LNLB_A_NODE_WEIGHT_SOURCE, node->weight_source) ||
	    nla_put_u32(msg, LNLB_A_NODE_TARGET, node->target) ||
	    nla_put_u32(msg, LNLB_A_NODE_CLAIMS, node->claims) ||
	    (!node->self && nla_put_u32(msg, LNLB_A_NODE_HEARD_AGO_MS,
					node->heard_ago_ms)) ||
	    (node->has_key && nla_put_u16(msg, LNLB_A_NODE_KEY_ID,
					  node->key_id)) ||
	    (node->has_report && put_report(msg, &node->report)))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int put_nodes(struct sk_buff *msg, const struct core_look *look)
{
	struct nlattr *nest = nla_nest_start(msg, LNLB_A_NODES);
	unsigned int i;

	if (!nest)
		return -EMSGSIZE;
	for (i = 0; i < look->n_nodes; i++)
		if (put_node(msg, &look->nodes[i]))
			return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int put_stats(struct sk_buff *msg, const struct lnlb_cluster *cluster)
{
	struct nlattr *nest = nla_nest_start(msg, LNLB_A_STATS);
	unsigned int stat;

	if (!nest)
		return -EMSGSIZE;
	for (stat = LNLB_STAT_PAD + 1; stat <= LNLB_STAT_MAX; stat++)
		if (nla_put_u64_64bit(msg, stat, lnlb_stats_sum(cluster, stat),
				      LNLB_STAT_PAD))
			return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int put_reject(struct sk_buff *msg, const struct lnlb_reject_info *info)
{
	struct nlattr *nest = nla_nest_start(msg, LNLB_A_REJECT);

	if (!nest || nla_put_u8(msg, LNLB_A_REJECT_KIND, info->reject) ||
	    nla_put(msg, LNLB_A_NODE_ID, LNLB_NODE_ID_LEN, info->node.mac) ||
	    (info->reject == LNLB_REJECT_VERSION &&
	     nla_put_u8(msg, LNLB_A_REJECT_VERSION, info->version)) ||
	    nla_put_u64_64bit(msg, LNLB_A_REJECT_FRAMES, info->frames,
			      LNLB_A_PAD) ||
	    nla_put_u32(msg, LNLB_A_REJECT_AGO_MS, info->ago_ms) ||
	    nla_put_string(msg, LNLB_A_CAUSE, info->cause))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int put_rejects(struct sk_buff *msg, const struct core_look *look)
{
	struct nlattr *nest = nla_nest_start(msg, LNLB_A_REJECTS);
	unsigned int i;

	if (!nest)
		return -EMSGSIZE;
	for (i = 0; i < look->n_rejects; i++)
		if (put_reject(msg, &look->rejects[i]))
			return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int put_key(struct sk_buff *msg, u8 use, const struct lnlb_key_ref *key)
{
	struct nlattr *nest;

	if (!key->secret)
		return 0;
	nest = nla_nest_start(msg, LNLB_A_KEY_ENTRY);
	if (!nest || nla_put_u8(msg, LNLB_A_KEY_USE, use) ||
	    nla_put_string(msg, LNLB_A_KEY, key->desc) ||
	    nla_put_u16(msg, LNLB_A_KEY_ID, key->secret->id) ||
	    nla_put_u8(msg, LNLB_A_KEY_STATE, lnlb_key_state(key->secret)))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int put_keys(struct sk_buff *msg, const struct lnlb_config *cfg)
{
	struct nlattr *nest;
	unsigned int use;

	if (nla_put_u8(msg, LNLB_A_PERMISSIVE, cfg->permissive))
		return -EMSGSIZE;
	nest = nla_nest_start(msg, LNLB_A_KEYS);
	if (!nest)
		return -EMSGSIZE;
	for (use = 0; use <= LNLB_KEY_USE_MAX; use++)
		if (put_key(msg, use, &cfg->key[use]))
			return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int put_config(struct sk_buff *msg, const struct lnlb_cluster *cluster)
{
	const struct lnlb_config *cfg = &cluster->cfg;
	const struct net_device *dev = cluster->port ? cluster->port->dev : NULL;
	const char *dev_name = dev ? dev->name : cluster->said.dev;

	if (nla_put_string(msg, LNLB_A_NAME, cfg->name) ||
	    nla_put_in_addr(msg, LNLB_A_ADDR, cluster->addr.s6_addr32[3]) ||
	    (*dev_name && nla_put_string(msg, LNLB_A_DEV, dev_name)) ||
	    (dev && nla_put_u32(msg, LNLB_A_IFINDEX, dev->ifindex)) ||
	    nla_put_u8(msg, LNLB_A_MODE, cfg->mode) ||
	    nla_put(msg, LNLB_A_MAC, ETH_ALEN, cfg->mac) ||
	    nla_put_u8(msg, LNLB_A_AFFINITY, cfg->affinity) ||
	    (cfg->affinity_len &&
	     nla_put_u8(msg, LNLB_A_AFFINITY_LEN, cfg->affinity_len)) ||
	    (cfg->timeout && nla_put_u32(msg, LNLB_A_TIMEOUT, cfg->timeout)) ||
	    nla_put_u32(msg, LNLB_A_FLAGS, cfg->flags) ||
	    nla_put_u8(msg, LNLB_A_WEIGHT_SOURCE, cfg->weight_source) ||
	    nla_put_u16(msg, LNLB_A_WEIGHT, READ_ONCE(cfg->weight)))
		return -EMSGSIZE;
	return 0;
}

static int put_state(struct sk_buff *msg, struct lnlb_cluster *cluster,
		     const struct core_look *look)
{
	char tracker[LNLB_NAME_LEN];
	u64 here, elsewhere;

	lnlb_trackers_count(cluster, &here, &elsewhere);
	if (nla_put_u8(msg, LNLB_A_STATE, look->state) ||
	    nla_put_u8(msg, LNLB_A_DOORS, lnlb_cluster_doors(cluster)) ||
	    nla_put_u64_64bit(msg, LNLB_A_DIGEST, look->digest, LNLB_A_PAD) ||
	    nla_put_u32(msg, LNLB_A_BUCKETS, LNLB_BUCKETS) ||
	    nla_put_u8(msg, LNLB_A_XDP, lnlb_xdp_state(cluster)) ||
	    nla_put_u64_64bit(msg, LNLB_A_SESSIONS, here, LNLB_A_PAD) ||
	    nla_put_u64_64bit(msg, LNLB_A_SESSIONS_FOREIGN, elsewhere,
			      LNLB_A_PAD) ||
	    (lnlb_trackers_default_name(tracker) &&
	     nla_put_string(msg, LNLB_A_TRACKER, tracker)))
		return -EMSGSIZE;
	return 0;
}

static int put_cluster(struct sk_buff *msg, struct lnlb_cluster *cluster,
		       struct netlink_callback *cb, u32 portid, u32 seq)
{
	struct core_look *look;
	int err = -EMSGSIZE;
	void *hdr;

	look = kmalloc(sizeof(*look), GFP_KERNEL);
	if (!look)
		return -ENOMEM;
	look_at_core(cluster, look, NULL);

	hdr = genlmsg_put(msg, portid, seq, &lnlb_genl_family,
			  cb ? NLM_F_MULTI : 0,
			  LNLB_CMD_GET_CLUSTER);
	if (!hdr)
		goto out;
	if (cb)
		genl_dump_check_consistent(cb, hdr);
	if (put_config(msg, cluster) || put_state(msg, cluster, look) ||
	    put_nodes(msg, look) || put_stats(msg, cluster) ||
	    put_keys(msg, &cluster->cfg) || put_rejects(msg, look)) {
		genlmsg_cancel(msg, hdr);
		goto out;
	}
	genlmsg_end(msg, hdr);
	err = 0;
out:
	kfree(look);
	return err;
}

int lnlb_genl_buckets(struct genl_info *info, struct lnlb_cluster *cluster,
		      struct sk_buff *msg)
{
	struct {
		struct core_look core;
		struct bucket_look buckets;
	} *look;
	int err = -EMSGSIZE;
	void *hdr;

	look = kvmalloc(sizeof(*look), GFP_KERNEL);
	if (!look)
		return -ENOMEM;
	look_at_core(cluster, &look->core, &look->buckets);

	hdr = genlmsg_put_reply(msg, info, &lnlb_genl_family, 0,
				LNLB_CMD_GET_BUCKETS);
	if (!hdr || nla_put_string(msg, LNLB_A_NAME, cluster->cfg.name) ||
	    nla_put_u32(msg, LNLB_A_BUCKETS, LNLB_BUCKETS))
		goto out;
	if (look->core.n_nodes &&
	    (nla_put_u64_64bit(msg, LNLB_A_DIGEST, look->core.digest,
			       LNLB_A_PAD) ||
	     put_nodes(msg, &look->core) ||
	     nla_put(msg, LNLB_A_BUCKET_TARGETS, LNLB_BUCKETS,
		     look->buckets.target) ||
	     nla_put(msg, LNLB_A_BUCKET_CLAIMS, LNLB_BUCKETS,
		     look->buckets.claims)))
		goto out;
	genlmsg_end(msg, hdr);
	err = 0;
out:
	kvfree(look);
	return err;
}

static struct lnlb_cluster *asked_for(struct lnlb_net *ln,
				      struct genl_info *info)
{
	struct lnlb_cluster *cluster;

	cluster = lnlb_cluster_by_name(ln, nla_data(info->attrs[LNLB_A_NAME]));
	if (cluster && lnlb_cluster_counts(cluster))
		return cluster;
	NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[LNLB_A_NAME],
			    "no such cluster");
	return NULL;
}

int lnlb_genl_answer(struct genl_info *info, lnlb_genl_put_t put)
{
	struct lnlb_net *ln = lnlb_pernet(genl_info_net(info));
	struct lnlb_cluster *cluster;
	struct sk_buff *msg;
	int err;

	msg = genlmsg_new(ANSWER_SIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	mutex_lock(&ln->lock);
	cluster = asked_for(ln, info);
	err = cluster ? put(info, cluster, msg) : -ENOENT;
	mutex_unlock(&ln->lock);
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	return genlmsg_reply(msg, info);
}

int lnlb_genl_get(struct genl_info *info, struct lnlb_cluster *cluster,
		  struct sk_buff *msg)
{
	return put_cluster(msg, cluster, NULL, info->snd_portid, info->snd_seq);
}

int lnlb_genl_dump_start(struct netlink_callback *cb)
{
	cb->min_dump_alloc = REPLY_SIZE;
	return 0;
}

int lnlb_genl_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct lnlb_net *ln = lnlb_pernet(sock_net(skb->sk));
	struct lnlb_cluster *cluster;
	int err = 0;
	long i = 0;

	mutex_lock(&ln->lock);
	/* Clusters that come or go between two calls make the reader ask anew. */
	cb->seq = ln->generation;
	list_for_each_entry(cluster, &ln->clusters, list) {
		if (i++ < cb->args[0] || !lnlb_cluster_counts(cluster))
			continue;
		err = put_cluster(skb, cluster, cb, NETLINK_CB(cb->skb).portid,
				  cb->nlh->nlmsg_seq);
		if (err)
			break;
		cb->args[0] = i;
	}
	mutex_unlock(&ln->lock);
	/* One that does not even fit alone must not look like the end. */
	return skb->len ?: err;
}
