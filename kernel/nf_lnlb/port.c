// SPDX-License-Identifier: GPL-2.0-only
/* Bound devices: hook, unicast filter, reference. */

#include <linux/if_arp.h>
#include <linux/inetdevice.h>
#include <linux/rtnetlink.h>
#include <net/ipv6.h>
#include <net/route.h>

#include "datapath.h"
#include "event.h"
#include "heartbeat.h"
#include "policy.h"
#include "port.h"
#include "recent.h"
#include "xdp.h"

static struct lnlb_port *port_of(struct lnlb_net *ln,
				 const struct net_device *dev)
{
	struct lnlb_port *port;

	list_for_each_entry(port, &ln->ports, list)
		if (port->dev == dev)
			return port;
	return NULL;
}

static struct lnlb_port *port_new(struct lnlb_net *ln, struct net_device *dev)
{
	struct lnlb_port *port;
	int err;

	port = kzalloc(sizeof(*port), GFP_KERNEL_ACCOUNT);
	if (!port)
		return ERR_PTR(-ENOMEM);
	port->dev = dev;
	port->hook.hook = lnlb_datapath_ingress;
	port->hook.priv = port;
	port->hook.pf = NFPROTO_NETDEV;
	port->hook.hooknum = NF_NETDEV_INGRESS;
	port->hook.dev = dev;
	/* What is not ours is to cost as little as can be. */
	port->hook.priority = INT_MIN;
	err = nf_register_net_hook(ln->net, &port->hook);
	if (err) {
		kfree(port);
		return ERR_PTR(err);
	}
	netdev_hold(dev, &port->tracker, GFP_KERNEL);
	list_add_tail(&port->list, &ln->ports);
	return port;
}

static void port_put(struct lnlb_net *ln, struct lnlb_port *port)
{
	if (--port->users)
		return;
	list_del(&port->list);
	nf_unregister_net_hook(ln->net, &port->hook);
	netdev_put(port->dev, &port->tracker);
	kfree_rcu(port, rcu);
}

int lnlb_port_bind(struct lnlb_cluster *cluster, struct net_device *dev)
{
	struct lnlb_net *ln = cluster->ln;
	struct lnlb_port *port;
	int err;

	ASSERT_RTNL();
	lockdep_assert_held(&ln->lock);

	port = port_of(ln, dev);
	if (!port)
		port = port_new(ln, dev);
	if (IS_ERR(port))
		return PTR_ERR(port);
	port->users++;

	err = dev_uc_add(dev, cluster->mac);
	if (err)
		goto err_filter;
	if (cluster->policy.ports) {
		err = lnlb_hook_get(ln, LNLB_HOOK_DECIDE);
		if (err)
			goto err_hook;
		cluster->decides = true;
	}
	lnlb_recent_forget(cluster);
	cluster->port = port;
	WRITE_ONCE(cluster->ifindex, dev->ifindex);
	hlist_add_head_rcu(&cluster->port_node,
			   &port->clusters[lnlb_addr_hash(&cluster->addr)]);
	lnlb_event(cluster, LNLB_EVENT_BOUND, "the device is there");
	return 0;

err_hook:
	dev_uc_del(dev, cluster->mac);
err_filter:
	port_put(ln, port);
	return err;
}

void lnlb_port_unbind(struct lnlb_cluster *cluster)
{
	struct lnlb_net *ln = cluster->ln;
	struct lnlb_port *port = cluster->port;

	ASSERT_RTNL();
	lockdep_assert_held(&ln->lock);
	if (!port)
		return;

	lnlb_heartbeat_stop(cluster, netif_running(port->dev) &&
				     netif_carrier_ok(port->dev));
	lnlb_xdp_pause(cluster);
	hlist_del_rcu(&cluster->port_node);
	/* What ingress let through, to be decided later, still gets to its hook. */
	synchronize_net();
	WRITE_ONCE(cluster->ifindex, 0);
	cluster->port = NULL;
	lnlb_policy_stop(cluster);
	if (cluster->decides)
		lnlb_hook_put(ln, LNLB_HOOK_DECIDE);
	cluster->decides = false;
	dev_uc_del(port->dev, cluster->mac);
	port_put(ln, port);
	lnlb_event(cluster, LNLB_EVENT_UNBOUND, "the device is not in use");
}

/* The longest prefix of a device's own addresses that the address is in. */
static struct net_device *dev_by_prefix(struct net *net, __be32 addr)
{
	struct net_device *dev, *best = NULL;
	const struct in_ifaddr *ifa;
	struct in_device *in_dev;
	int longest = -1;

	for_each_netdev(net, dev) {
		in_dev = __in_dev_get_rtnl(dev);
		if (!in_dev || !lnlb_dev_suits(dev))
			continue;
		in_dev_for_each_ifa_rtnl(ifa, in_dev) {
			if (!inet_ifa_match(addr, ifa) ||
			    ifa->ifa_prefixlen <= longest)
				continue;
			longest = ifa->ifa_prefixlen;
			best = dev;
		}
	}
	return best;
}

static struct net_device *dev_by_route(struct net *net, __be32 addr)
{
	struct flowi4 fl4 = { .daddr = addr };
	struct net_device *dev;
	struct rtable *rt;

	rt = ip_route_output_key(net, &fl4);
	if (IS_ERR(rt))
		return NULL;
	dev = rt->dst.dev;
	ip_rt_put(rt);
	/* RTNL keeps it. */
	return lnlb_dev_suits(dev) ? dev : NULL;
}

struct net_device *lnlb_port_dev(const struct lnlb_cluster *cluster)
{
	__be32 addr = cluster->addr.s6_addr32[3];
	struct net *net = cluster->ln->net;
	struct net_device *dev;

	ASSERT_RTNL();
	if (cluster->said.set & LNLB_CFG_DEV) {
		dev = __dev_get_by_name(net, cluster->said.dev);
		return dev && lnlb_dev_suits(dev) ? dev : NULL;
	}
	return dev_by_prefix(net, addr) ?: dev_by_route(net, addr);
}
