// SPDX-License-Identifier: GPL-2.0-only
/*
 * A contestant of the benchmark: the cheapest netdev ingress hook there can be,
 * one that drops every IPv4 packet of a device unseen.
 */

#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/nsproxy.h>
#include <linux/rtnetlink.h>
#include <linux/sched.h>
#include <net/net_namespace.h>

static char *dev = "eth0";
module_param(dev, charp, 0444);
MODULE_PARM_DESC(dev, "name of the device, in the namespace of who loads this");

static struct net *bench_net;

static unsigned int bench_ingress(void *priv, struct sk_buff *skb,
				  const struct nf_hook_state *state)
{
	return skb->protocol == htons(ETH_P_IP) ? NF_DROP : NF_ACCEPT;
}

static struct nf_hook_ops bench_hook = {
	.hook		= bench_ingress,
	.pf		= NFPROTO_NETDEV,
	.hooknum	= NF_NETDEV_INGRESS,
	.priority	= INT_MIN,
};

static int __init bench_init(void)
{
	int err;

	bench_net = get_net(current->nsproxy->net_ns);
	bench_hook.dev = dev_get_by_name(bench_net, dev);
	err = bench_hook.dev ? nf_register_net_hook(bench_net, &bench_hook) :
			       -ENODEV;
	if (err) {
		dev_put(bench_hook.dev);
		put_net(bench_net);
	}
	return err;
}

static void __exit bench_exit(void)
{
	nf_unregister_net_hook(bench_net, &bench_hook);
	dev_put(bench_hook.dev);
	put_net(bench_net);
}

module_init(bench_init);
module_exit(bench_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("nf_lnlb benchmark: a netdev ingress hook that does nothing");
