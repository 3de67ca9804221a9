// SPDX-License-Identifier: GPL-2.0-only
/* nf_lnlb: N machines, one address. Module and namespaces. */

#include <linux/module.h>

#include "genl.h"
#include "recent.h"
#include "reconcile.h"
#include "sysctl.h"

unsigned int lnlb_net_id;
struct workqueue_struct *lnlb_wq;

uint lnlb_heartbeat_interval = 7;
static int set_heartbeat_interval(const char *val, const struct kernel_param *kp)
{
	return param_set_uint_minmax(val, kp, LNLB_HEARTBEAT_MIN,
				     LNLB_HEARTBEAT_MAX);
}

static const struct kernel_param_ops heartbeat_interval_ops = {
	.set = set_heartbeat_interval,
	.get = param_get_uint,
};

module_param_cb(heartbeat_interval, &heartbeat_interval_ops,
		&lnlb_heartbeat_interval, 0444);
MODULE_PARM_DESC(heartbeat_interval,
		 "seconds between full state announcements, 1 to 3600 (default 7); net.lnlb.heartbeat_interval of each new namespace");

u32 lnlb_cluster_timeout(const struct lnlb_cluster *cluster)
{
	return READ_ONCE(cluster->cfg.timeout);
}
EXPORT_SYMBOL_GPL(lnlb_cluster_timeout);

bool lnlb_cluster_owns(const struct lnlb_cluster *cluster, u16 bucket)
{
	return READ_ONCE(cluster->map[bucket]) & LNLB_MAP_MINE;
}
EXPORT_SYMBOL_GPL(lnlb_cluster_owns);

bool lnlb_cluster_draining(const struct lnlb_cluster *cluster)
{
	return READ_ONCE(cluster->cfg.state) == LNLB_NODE_DRAINING;
}
EXPORT_SYMBOL_GPL(lnlb_cluster_draining);

void lnlb_cluster_self(const struct lnlb_cluster *cluster,
		       struct lnlb_node_id *id)
{
	ether_addr_copy(id->mac, cluster->self);
}
EXPORT_SYMBOL_GPL(lnlb_cluster_self);

const struct in6_addr *lnlb_cluster_addr(const struct lnlb_cluster *cluster)
{
	return &cluster->addr;
}
EXPORT_SYMBOL_GPL(lnlb_cluster_addr);

struct net *lnlb_cluster_net(const struct lnlb_cluster *cluster)
{
	return cluster->ln->net;
}
EXPORT_SYMBOL_GPL(lnlb_cluster_net);

void lnlb_cluster_overflow(const struct lnlb_cluster *cluster)
{
	lnlb_count(cluster, LNLB_STAT_SESSION_OVERFLOW);
}
EXPORT_SYMBOL_GPL(lnlb_cluster_overflow);

static int __net_init net_init(struct net *net)
{
	struct lnlb_net *ln = lnlb_pernet(net);

	ln->net = net;
	mutex_init(&ln->lock);
	mutex_init(&ln->hook_lock);
	INIT_LIST_HEAD(&ln->clusters);
	INIT_LIST_HEAD(&ln->ports);
	INIT_LIST_HEAD(&ln->xdps);
	lnlb_reconcile_init(ln);
	return lnlb_sysctl_init(ln);
}

static void __net_exit net_exit(struct net *net)
{
	struct lnlb_net *ln = lnlb_pernet(net);

	lnlb_sysctl_exit(ln);
	lnlb_reconcile_exit(ln);
}

static struct pernet_operations net_ops = {
	.init = net_init,
	.exit = net_exit,
	.id = &lnlb_net_id,
	.size = sizeof(struct lnlb_net),
};

static int __init lnlb_init(void)
{
	int err;

	/* Others' full queues must not make this node look dead. */
	lnlb_wq = alloc_workqueue("lnlb", WQ_UNBOUND | WQ_HIGHPRI |
				  WQ_MEM_RECLAIM, 0);
	if (!lnlb_wq)
		return -ENOMEM;
	err = lnlb_recent_init();
	if (err)
		goto err_recent;
	err = register_pernet_subsys(&net_ops);
	if (err)
		goto err_pernet;
	err = lnlb_reconcile_notifiers();
	if (err)
		goto err_notifiers;
	err = genl_register_family(&lnlb_genl_family);
	if (err)
		goto err_genl;
	return 0;

err_genl:
	lnlb_reconcile_unnotify();
err_notifiers:
	unregister_pernet_subsys(&net_ops);
err_pernet:
	lnlb_recent_exit();
err_recent:
	destroy_workqueue(lnlb_wq);
	return err;
}

static void __exit lnlb_exit(void)
{
	genl_unregister_family(&lnlb_genl_family);
	lnlb_reconcile_unnotify();
	unregister_pernet_subsys(&net_ops);
	destroy_workqueue(lnlb_wq);
	/* Ports and hooks are freed by RCU. */
	rcu_barrier();
	lnlb_recent_exit();
}

module_init(lnlb_init);
module_exit(lnlb_exit);
MODULE_LICENSE("GPL");
MODULE_VERSION(LNLB_VERSION);
/* lest a key be the first to want them, with a lock of nf_tables held */
MODULE_SOFTDEP("pre: crypto-hmac crypto-sha256");
MODULE_DESCRIPTION("Network load balancing without a balancer: N machines, one address");
MODULE_ALIAS("lnlb");
MODULE_ALIAS_GENL_FAMILY(LNLB_GENL_NAME);
