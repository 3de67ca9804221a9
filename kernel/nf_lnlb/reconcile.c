// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes what is what ought to be: clusters that nobody holds go, those that are
 * held get their configuration and their device, as soon as there is one.
 *
 * All changes end here, whichever door they came by, so that RTNL is taken by
 * one work item that holds nothing else.
 */

#include <linux/inetdevice.h>
#include <linux/rtnetlink.h>
#include <net/ipv6.h>

#include "cluster.h"
#include "config.h"
#include "event.h"
#include "heartbeat.h"
#include "key.h"
#include "policy.h"
#include "port.h"
#include "reconcile.h"
#include "tracker.h"
#include "xdp.h"

/* How often to look whether an nft transaction is through. */
#define PENDING_MS		4
/* How often to try again what failed for want of memory. */
#define RETRY_MS		1000

/* The module is going: what the notifiers took down stays down. */
static bool stopping;

void lnlb_reconcile(struct lnlb_net *ln, unsigned int delay_ms)
{
	lockdep_assert_held(&ln->lock);
	if (!ln->dying)
		mod_delayed_work(lnlb_wq, &ln->reconcile,
				 msecs_to_jiffies(delay_ms));
}

/**
 * struct said - what the active holders say together
 * @cfg: of the cluster
 * @policies: of what gets to one of them
 */
struct said {
	struct lnlb_config cfg;
	struct lnlb_policies policies;
};

/*
 * False if no holder is active. Pending: one belongs to an nft transaction that
 * is not through yet.
 */
static bool gather(const struct lnlb_cluster *cluster, struct said *said,
		   bool *pending)
{
	const struct lnlb_holder *holder;
	bool any = false;

	*pending = false;
	memset(said, 0, sizeof(*said));
	list_for_each_entry(holder, &cluster->holders, list) {
		if (!lnlb_holder_counts(holder, pending))
			continue;
		lnlb_config_merge(&said->cfg, &holder->cfg);
		lnlb_policies_add(&said->policies, &holder->cfg);
		any = true;
	}
	return any;
}

static bool same_weight(const struct lnlb_config *a,
			const struct lnlb_config *b)
{
	u32 weight = LNLB_CFG_WEIGHT | LNLB_CFG_WEIGHT_VALUE;

	return (a->set & weight) == (b->set & weight) &&
	       a->weight_source == b->weight_source && a->weight == b->weight;
}

/* Must the cluster leave and come back for this? */
static bool needs_restart(const struct lnlb_cluster *cluster,
			  const struct lnlb_config *said,
			  const struct lnlb_config *cfg)
{
	return cfg->affinity != cluster->cfg.affinity ||
	       cfg->affinity_len != cluster->cfg.affinity_len ||
	       cfg->mode != cluster->cfg.mode ||
	       !ether_addr_equal(cfg->mac, cluster->cfg.mac) ||
	       !lnlb_key_same_hash(cluster, cfg) ||
	       (said->set & LNLB_CFG_DEV && cluster->port &&
		cluster->said.set & LNLB_CFG_DEV &&
		strcmp(said->dev, cluster->said.dev));
}

/* Returns whether anything is different now. */
static bool put_in_force(struct lnlb_cluster *cluster, struct lnlb_config *cfg)
{
	bool changed;

	mutex_lock(&cluster->core_lock);
	/* A live weight may have been sampled since. */
	if (!(cfg->set & LNLB_CFG_WEIGHT_VALUE))
		cfg->weight = cluster->cfg.weight;
	changed = memcmp(cfg, &cluster->cfg, sizeof(*cfg));
	if (cfg->weight_source != cluster->cfg.weight_source) {
		memset(&cluster->smooth, 0, sizeof(cluster->smooth));
		cluster->sample_at = 0;
	} else if (cfg->weight != cluster->cfg.weight) {
		cluster->sample_at = 0;
	}
	cluster->cfg = *cfg;
	lnlb_policy_set(&cluster->policy, cfg->affinity, cfg->affinity_len);
	WRITE_ONCE(cluster->later, cluster->policy.ports || cluster->mixed);
	ether_addr_copy(cluster->mac, cfg->mac);
	lnlb_heartbeat_state(cluster);
	mutex_unlock(&cluster->core_lock);
	if (changed)
		lnlb_heartbeat_kick(cluster);
	return changed;
}

static bool same_keys(const struct lnlb_config *a, const struct lnlb_config *b)
{
	return !strcmp(a->key[LNLB_KEY_SIGN].desc, b->key[LNLB_KEY_SIGN].desc) &&
	       !strcmp(a->key[LNLB_KEY_NEXT].desc, b->key[LNLB_KEY_NEXT].desc) &&
	       a->permissive == b->permissive;
}

/* A rule that now says something else has the last word. */
static void forget_over(struct lnlb_cluster *cluster,
			const struct lnlb_config *said)
{
	if (!same_weight(said, &cluster->said))
		cluster->over.set &= ~(LNLB_CFG_WEIGHT | LNLB_CFG_WEIGHT_VALUE);
	if (said->timeout != cluster->said.timeout)
		cluster->over.set &= ~LNLB_CFG_TIMEOUT;
	if (!same_keys(said, &cluster->said)) {
		lnlb_key_release(&cluster->over);
		cluster->over.set &= ~LNLB_CFG_KEYS;
	}
}

/* Returns 0 or -ENOMEM. */
static int configure(struct lnlb_cluster *cluster, const struct said *all)
{
	const struct lnlb_config *said = &all->cfg;
	struct lnlb_config cfg;
	bool changed;
	int err;

	forget_over(cluster, said);
	lnlb_config_default(&cfg, &cluster->addr);
	lnlb_config_merge(&cfg, said);
	lnlb_config_merge(&cfg, &cluster->over);
	strscpy(cfg.name, cluster->cfg.name, sizeof(cfg.name));

	if (needs_restart(cluster, said, &cfg))
		lnlb_port_unbind(cluster);
	cluster->said = *said;
	changed = memcmp(cfg.key, cluster->cfg.key, sizeof(cfg.key));
	err = lnlb_key_put_in_force(cluster, &cfg);
	if (err)
		return err;
	changed |= put_in_force(cluster, &cfg);
	changed |= memcmp(&cluster->policies, &all->policies,
			  sizeof(all->policies));
	cluster->policies = all->policies;
	if (!cluster->up)
		lnlb_event(cluster, LNLB_EVENT_CLUSTER_NEW, "created");
	else if (changed)
		lnlb_event(cluster, LNLB_EVENT_CLUSTER_CHANGED, "configured");
	cluster->up = true;
	return 0;
}

/* Bind, start or stop, as the device is. Returns a negative errno to retry. */
static int place(struct lnlb_cluster *cluster)
{
	struct net_device *dev;
	int err;

	if (!cluster->port) {
		dev = lnlb_port_dev(cluster);
		if (!dev || dev->reg_state != NETREG_REGISTERED)
			return 0;
		err = lnlb_port_bind(cluster, dev);
		if (err)
			return err;
	}
	err = lnlb_policy_update(cluster);
	if (err)
		return err;
	lnlb_xdp_update(cluster);
	dev = cluster->port->dev;
	if (!netif_running(dev) || !netif_carrier_ok(dev)) {
		lnlb_heartbeat_stop(cluster, false);
		return 0;
	}
	/* Another MAC address is another node. */
	if (!ether_addr_equal(cluster->self, dev->dev_addr))
		lnlb_heartbeat_stop(cluster, false);
	err = lnlb_heartbeat_start(cluster, dev);
	return err == -EALREADY ? 0 : err;
}

/* Returns in how many milliseconds to look again at the latest. */
static unsigned int look_over(struct lnlb_cluster *cluster,
			      struct list_head *gone)
{
	unsigned int again = UINT_MAX;
	struct said said;
	bool pending;

	if (list_empty(&cluster->holders)) {
		lnlb_port_unbind(cluster);
		lnlb_cluster_unlink(cluster);
		list_add(&cluster->list, gone);
		return again;
	}
	if (gather(cluster, &said, &pending)) {
		if (configure(cluster, &said) || place(cluster))
			again = RETRY_MS;
	}
	return pending ? PENDING_MS : again;
}

static void free_gone(struct list_head *gone)
{
	struct lnlb_cluster *cluster, *next;

	list_for_each_entry_safe(cluster, next, gone, list) {
		if (cluster->up)
			lnlb_event(cluster, LNLB_EVENT_CLUSTER_DEL,
				   "taken out");
		lnlb_cluster_free(cluster);
	}
}

static void reconcile_work(struct work_struct *work)
{
	struct lnlb_net *ln = container_of(to_delayed_work(work),
					   struct lnlb_net, reconcile);
	struct lnlb_cluster *cluster, *next;
	unsigned int again = UINT_MAX;
	bool ask = false;
	LIST_HEAD(gone);

	if (READ_ONCE(stopping))
		return;
	mutex_lock(&ln->lock);
	if (!list_empty(&ln->clusters) && !ln->tracker_asked)
		ask = ln->tracker_asked = true;
	mutex_unlock(&ln->lock);
	if (ask)
		lnlb_trackers_request();

	rtnl_lock();
	mutex_lock(&ln->lock);
	list_for_each_entry_safe(cluster, next, &ln->clusters, list)
		again = min(again, look_over(cluster, &gone));
	if (again != UINT_MAX)
		lnlb_reconcile(ln, again);
	if (list_empty(&ln->clusters))
		ln->tracker_asked = false;
	mutex_unlock(&ln->lock);
	rtnl_unlock();
	free_gone(&gone);
}

void lnlb_reconcile_init(struct lnlb_net *ln)
{
	INIT_DELAYED_WORK(&ln->reconcile, reconcile_work);
}

void lnlb_reconcile_exit(struct lnlb_net *ln)
{
	struct lnlb_cluster *cluster, *next;
	struct lnlb_holder *holder, *tmp;
	LIST_HEAD(gone);

	mutex_lock(&ln->lock);
	ln->dying = true;
	mutex_unlock(&ln->lock);
	cancel_delayed_work_sync(&ln->reconcile);

	rtnl_lock();
	mutex_lock(&ln->lock);
	list_for_each_entry_safe(cluster, next, &ln->clusters, list) {
		lnlb_port_unbind(cluster);
		lnlb_cluster_unlink(cluster);
		list_for_each_entry_safe(holder, tmp, &cluster->holders, list)
			if (holder->door == LNLB_DOOR_GENL) {
				list_del(&holder->list);
				lnlb_key_release(&holder->cfg);
				kfree(holder);
			}
		/* Those that nft holds go with its last rule. */
		if (list_empty(&cluster->holders))
			list_add(&cluster->list, &gone);
	}
	mutex_unlock(&ln->lock);
	rtnl_unlock();
	free_gone(&gone);
}

/* Off the device before it goes: what is planned is said to the others. */
static void dev_going(struct lnlb_net *ln, const struct net_device *dev,
		      bool unregister)
{
	struct lnlb_cluster *cluster;

	list_for_each_entry(cluster, &ln->clusters, list) {
		if (!cluster->port || cluster->port->dev != dev)
			continue;
		if (unregister)
			lnlb_port_unbind(cluster);
		else
			lnlb_heartbeat_stop(cluster, netif_carrier_ok(dev));
	}
}

static int netdev_event(struct notifier_block *nb, unsigned long event,
			void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct lnlb_net *ln = lnlb_pernet(dev_net(dev));

	mutex_lock(&ln->lock);
	if (list_empty(&ln->clusters))
		goto out;
	switch (event) {
	case NETDEV_GOING_DOWN:
		dev_going(ln, dev, false);
		break;
	case NETDEV_UNREGISTER:
		dev_going(ln, dev, true);
		lnlb_xdp_dev_gone(ln, dev);
		break;
	case NETDEV_REGISTER:
	case NETDEV_UP:
	case NETDEV_DOWN:
	case NETDEV_CHANGE:
	case NETDEV_CHANGENAME:
	case NETDEV_CHANGEADDR:
	/* VLANs come and go, tags are taken off: see xdp.c */
	case NETDEV_CHANGEUPPER:
	case NETDEV_FEAT_CHANGE:
		lnlb_reconcile(ln, 0);
		break;
	}
out:
	mutex_unlock(&ln->lock);
	return NOTIFY_DONE;
}

/* An address may be what a cluster without a device name waits for. */
static int inetaddr_event(struct notifier_block *nb, unsigned long event,
			  void *ptr)
{
	const struct in_ifaddr *ifa = ptr;
	struct lnlb_net *ln = lnlb_pernet(dev_net(ifa->ifa_dev->dev));

	mutex_lock(&ln->lock);
	if (event == NETDEV_UP && !list_empty(&ln->clusters))
		lnlb_reconcile(ln, 0);
	mutex_unlock(&ln->lock);
	return NOTIFY_DONE;
}

static struct notifier_block netdev_notifier = {
	.notifier_call = netdev_event,
};

static struct notifier_block inetaddr_notifier = {
	.notifier_call = inetaddr_event,
};

int lnlb_reconcile_notifiers(void)
{
	int err;

	err = register_netdevice_notifier(&netdev_notifier);
	if (err)
		return err;
	err = register_inetaddr_notifier(&inetaddr_notifier);
	if (err)
		unregister_netdevice_notifier(&netdev_notifier);
	return err;
}

void lnlb_reconcile_unnotify(void)
{
	WRITE_ONCE(stopping, true);
	unregister_inetaddr_notifier(&inetaddr_notifier);
	unregister_netdevice_notifier(&netdev_notifier);
}
