// SPDX-License-Identifier: GPL-2.0-only
/* Clusters: made, held, changed and let go of. */

#include <linux/rculist.h>
#include <linux/sizes.h>
#include <net/ipv6.h>

#include "cluster.h"
#include "config.h"
#include "datapath.h"
#include "heartbeat.h"
#include "key.h"
#include "policy.h"
#include "recent.h"
#include "reconcile.h"
#include "tracker.h"
#include "xdp.h"

static int refuse(struct lnlb_refusal *why, u32 cfg, const char *cause, int err)
{
	why->cfg = cfg;
	why->cause = cause;
	return err;
}

struct lnlb_cluster *lnlb_cluster_by_name(struct lnlb_net *ln,
					  const char *name)
{
	struct lnlb_cluster *cluster;

	lockdep_assert_held(&ln->lock);
	list_for_each_entry(cluster, &ln->clusters, list)
		if (!strcmp(cluster->cfg.name, name))
			return cluster;
	return NULL;
}

static struct lnlb_cluster *by_addr(struct lnlb_net *ln,
				    const struct in6_addr *addr)
{
	struct lnlb_cluster *cluster;

	list_for_each_entry(cluster, &ln->clusters, list)
		if (ipv6_addr_equal(&cluster->addr, addr))
			return cluster;
	return NULL;
}

bool lnlb_cluster_counts(const struct lnlb_cluster *cluster)
{
	const struct lnlb_holder *holder;

	lockdep_assert_held(&cluster->ln->lock);
	if (cluster->up)
		return true;
	list_for_each_entry(holder, &cluster->holders, list)
		if (!holder->active || holder->active(holder))
			return true;
	return false;
}

u8 lnlb_cluster_doors(const struct lnlb_cluster *cluster)
{
	const struct lnlb_holder *holder;
	u8 doors = 0;

	lockdep_assert_held(&cluster->ln->lock);
	list_for_each_entry(holder, &cluster->holders, list)
		doors |= holder->door;
	return doors;
}

static struct lnlb_holder *genl_holder(const struct lnlb_cluster *cluster)
{
	struct lnlb_holder *holder;

	list_for_each_entry(holder, &cluster->holders, list)
		if (holder->door == LNLB_DOOR_GENL)
			return holder;
	return NULL;
}

/* The first free of nlb0, nlb1, … */
static void pick_name(struct lnlb_net *ln, char name[LNLB_NAME_LEN])
{
	unsigned int i = 0;

	do {
		snprintf(name, LNLB_NAME_LEN, "nlb%u", i++);
	} while (lnlb_cluster_by_name(ln, name));
}

static int add_hooks(struct lnlb_net *ln)
{
	int err;

	if (ln->hooks)
		return 0;
	err = lnlb_datapath_hooks(ln->net);
	if (!err)
		ln->hooks = true;
	return err;
}

static void drop_hooks(struct lnlb_net *ln)
{
	if (ln->n_clusters || !ln->hooks)
		return;
	lnlb_datapath_unhook(ln->net);
	ln->hooks = false;
}

/* A cluster takes 32 KiB; this is what kmalloc() makes of more than 4. */
static_assert(sizeof(struct lnlb_cluster) <= SZ_8K);

static struct lnlb_cluster *cluster_new(struct lnlb_net *ln,
					const struct lnlb_config *cfg)
{
	struct lnlb_cluster *cluster;

	cluster = kvzalloc(sizeof(*cluster), GFP_KERNEL_ACCOUNT);
	if (!cluster)
		return NULL;
	cluster->stats = alloc_percpu_gfp(struct lnlb_stats, GFP_KERNEL_ACCOUNT);
	if (!cluster->stats) {
		kvfree(cluster);
		return NULL;
	}
	cluster->ln = ln;
	cluster->addr = cfg->addr;
	lnlb_config_default(&cluster->cfg, &cfg->addr);
	ether_addr_copy(cluster->mac, cluster->cfg.mac);
	lnlb_policy_set(&cluster->policy, LNLB_AFFINITY_CLIENT, 0);
	if (ipv6_addr_v4mapped(&cfg->addr))
		cluster->addr4 = cfg->addr.s6_addr32[3];
	lnlb_recent_forget(cluster);
	/* The same on all nodes; nobody who does not know it can do without. */
	cluster->hash_key.key[0] = get_unaligned_be64(&cfg->addr.s6_addr[0]);
	cluster->hash_key.key[1] = get_unaligned_be64(&cfg->addr.s6_addr[8]);
	INIT_LIST_HEAD(&cluster->holders);
	spin_lock_init(&cluster->map_lock);
	lnlb_heartbeat_init(cluster);
	if (cfg->set & LNLB_CFG_NAME)
		strscpy(cluster->cfg.name, cfg->name, LNLB_NAME_LEN);
	else
		pick_name(ln, cluster->cfg.name);

	lnlb_trackers_attach(cluster);
	ln->generation = ln->generation + 1 ?: 1;
	cluster->generation = ln->generation;
	ln->n_clusters++;
	list_add_tail(&cluster->list, &ln->clusters);
	hlist_add_head_rcu(&cluster->net_node,
			   &ln->hash[lnlb_addr_hash(&cluster->addr)]);
	return cluster;
}

/* May this door have this cluster, beside those that hold it already? */
static int check_others(const struct lnlb_cluster *cluster,
			const struct lnlb_holder *holder,
			struct lnlb_refusal *why)
{
	const struct lnlb_holder *other;

	if (holder->door == LNLB_DOOR_GENL && genl_holder(cluster))
		return refuse(why, 0, "the address is in a cluster already",
			      -EEXIST);
	if (holder->cfg.set & LNLB_CFG_NAME &&
	    strcmp(holder->cfg.name, cluster->cfg.name))
		return refuse(why, LNLB_CFG_NAME,
			      "the cluster is in use under another name",
			      -EEXIST);
	list_for_each_entry(other, &cluster->holders, list)
		if (lnlb_holder_matters(other, holder->door) &&
		    lnlb_config_contradicts(&other->cfg, &holder->cfg, why))
			return -EINVAL;
	return 0;
}

static int create(struct lnlb_net *ln, const struct lnlb_config *cfg,
		  struct lnlb_cluster **cluster, struct lnlb_refusal *why)
{
	int err;

	if (cfg->set & LNLB_CFG_NAME && lnlb_cluster_by_name(ln, cfg->name))
		return refuse(why, LNLB_CFG_NAME,
			      "another cluster has this name", -EEXIST);
	if (ln->n_clusters >= LNLB_CLUSTERS_MAX)
		return refuse(why, 0, "a namespace has at most 256 clusters",
			      -ENOSPC);
	err = add_hooks(ln);
	if (err)
		return refuse(why, 0, "no hooks to be had", err);
	*cluster = cluster_new(ln, cfg);
	if (*cluster)
		return 0;
	drop_hooks(ln);
	return refuse(why, 0, "out of memory", -ENOMEM);
}

static int hold_locked(struct lnlb_net *ln, struct lnlb_holder *holder,
		       struct lnlb_refusal *why)
{
	struct lnlb_cluster *cluster;
	int err;

	if (ln->dying)
		return refuse(why, 0, "the namespace is going away", -ESHUTDOWN);
	cluster = by_addr(ln, &holder->cfg.addr);
	err = cluster ? check_others(cluster, holder, why) :
			create(ln, &holder->cfg, &cluster, why);
	if (err)
		return err;
	holder->cluster = cluster;
	list_add_tail(&holder->list, &cluster->holders);
	lnlb_reconcile(ln, 0);
	return 0;
}

int lnlb_cluster_hold(struct net *net, struct lnlb_holder *holder,
		      struct lnlb_refusal *why)
{
	struct lnlb_net *ln = lnlb_pernet(net);
	int err;

	err = lnlb_config_check(net, &holder->cfg, why) ?:
	      lnlb_key_find(&holder->cfg, why);
	if (err)
		return err;
	mutex_lock(&ln->lock);
	err = hold_locked(ln, holder, why);
	mutex_unlock(&ln->lock);
	if (err)
		lnlb_key_release(&holder->cfg);
	return err;
}
EXPORT_SYMBOL_GPL(lnlb_cluster_hold);

void lnlb_cluster_release(struct lnlb_holder *holder)
{
	struct lnlb_cluster *cluster = holder->cluster;
	struct lnlb_net *ln = cluster->ln;
	bool last;

	mutex_lock(&ln->lock);
	list_del(&holder->list);
	lnlb_key_release(&holder->cfg);
	lnlb_reconcile(ln, 0);
	/* The namespace went first: it is unbound and unlinked, and ours. */
	last = ln->dying && list_empty(&cluster->holders);
	mutex_unlock(&ln->lock);
	if (last)
		lnlb_cluster_free(cluster);
}
EXPORT_SYMBOL_GPL(lnlb_cluster_release);

static int check_dev(struct net *net, const char *name,
		     struct lnlb_refusal *why)
{
	struct net_device *dev;
	int err = 0;

	rcu_read_lock();
	dev = dev_get_by_name_rcu(net, name);
	if (!dev)
		err = refuse(why, LNLB_CFG_DEV, "no such device", -ENODEV);
	else if (!lnlb_dev_suits(dev))
		err = refuse(why, LNLB_CFG_DEV,
			     "not an Ethernet device", -EOPNOTSUPP);
	rcu_read_unlock();
	return err;
}

int lnlb_cluster_add(struct net *net, const struct lnlb_config *cfg,
		     char name[LNLB_NAME_LEN], struct lnlb_refusal *why)
{
	struct lnlb_net *ln = lnlb_pernet(net);
	struct lnlb_holder *holder;
	int err;

	err = lnlb_config_check(net, cfg, why) ?: check_dev(net, cfg->dev, why);
	if (err)
		return err;
	holder = kzalloc(sizeof(*holder), GFP_KERNEL_ACCOUNT);
	if (!holder)
		return refuse(why, 0, "out of memory", -ENOMEM);
	holder->door = LNLB_DOOR_GENL;
	holder->cfg = *cfg;
	err = lnlb_key_find(&holder->cfg, why);
	if (err)
		goto error;

	mutex_lock(&ln->lock);
	err = hold_locked(ln, holder, why);
	if (!err)
		strscpy(name, holder->cluster->cfg.name, LNLB_NAME_LEN);
	mutex_unlock(&ln->lock);
	if (err)
		goto error;
	flush_delayed_work(&ln->reconcile);
	return 0;
error:
	lnlb_key_release(&holder->cfg);
	kfree(holder);
	return err;
}

int lnlb_cluster_del(struct net *net, const char *name,
		     struct lnlb_refusal *why)
{
	struct lnlb_net *ln = lnlb_pernet(net);
	struct lnlb_cluster *cluster;
	struct lnlb_holder *holder;
	int err = 0;

	mutex_lock(&ln->lock);
	cluster = lnlb_cluster_by_name(ln, name);
	if (!cluster) {
		err = refuse(why, LNLB_CFG_NAME, "no such cluster", -ENOENT);
		goto out;
	}
	holder = genl_holder(cluster);
	if (!holder) {
		err = refuse(why, LNLB_CFG_NAME,
			     "the cluster is held by nft rules, delete those",
			     -EBUSY);
		goto out;
	}
	list_del(&holder->list);
	lnlb_key_release(&holder->cfg);
	kfree(holder);
	lnlb_reconcile(ln, 0);
out:
	mutex_unlock(&ln->lock);
	if (!err)
		flush_delayed_work(&ln->reconcile);
	return err;
}

static int set_locked(struct lnlb_cluster *cluster, struct lnlb_config *cfg,
		      struct lnlb_refusal *why)
{
	u8 source = cfg->set & LNLB_CFG_WEIGHT ? cfg->weight_source :
						 cluster->cfg.weight_source;

	if (cfg->set & LNLB_CFG_WEIGHT_VALUE && source != LNLB_WEIGHT_MANUAL)
		return refuse(why, LNLB_CFG_WEIGHT_VALUE,
			      "the weight can be set with the weight source manual only",
			      -EINVAL);
	/* A new source forgets the number that was set for the old one. */
	if (cfg->set & LNLB_CFG_WEIGHT)
		cluster->over.set &= ~LNLB_CFG_WEIGHT_VALUE;
	lnlb_config_health(cluster, cfg);
	lnlb_key_merge(&cluster->over, cfg);
	lnlb_reconcile(cluster->ln, 0);
	return 0;
}

int lnlb_cluster_set(struct net *net, const char *name,
		     const struct lnlb_config *cfg, struct lnlb_refusal *why)
{
	struct lnlb_net *ln = lnlb_pernet(net);
	struct lnlb_config set = *cfg;
	struct lnlb_cluster *cluster;
	int err;

	err = lnlb_key_find(&set, why);
	if (err)
		return err;
	mutex_lock(&ln->lock);
	cluster = lnlb_cluster_by_name(ln, name);
	if (!cluster) {
		err = refuse(why, LNLB_CFG_NAME, "no such cluster", -ENOENT);
		goto out;
	}
	set.addr = cluster->addr;
	err = lnlb_config_check(net, &set, why) ?:
	      set_locked(cluster, &set, why);
out:
	mutex_unlock(&ln->lock);
	lnlb_key_release(&set);
	if (!err)
		flush_delayed_work(&ln->reconcile);
	return err;
}

void lnlb_cluster_unlink(struct lnlb_cluster *cluster)
{
	struct lnlb_net *ln = cluster->ln;

	lockdep_assert_held(&ln->lock);
	ln->generation = ln->generation + 1 ?: 1;
	ln->n_clusters--;
	lnlb_xdp_leave(cluster);
	list_del(&cluster->list);
	hlist_del_rcu(&cluster->net_node);
	drop_hooks(ln);
}

void lnlb_cluster_free(struct lnlb_cluster *cluster)
{
	synchronize_rcu();
	lnlb_heartbeat_exit(cluster);
	lnlb_trackers_detach(cluster);
	lnlb_key_exit(cluster);
	free_percpu(cluster->stats);
	mutex_destroy(&cluster->core_lock);
	kvfree(cluster);
}
