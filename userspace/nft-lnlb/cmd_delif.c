// SPDX-License-Identifier: GPL-2.0-only
/*
 * delif: the address first, if it is ours, then the cluster. The other way
 * round, this node would answer for the address with its own MAC for a moment.
 */
#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "cluster.h"
#include "lnlbctl.h"

/* While nft rules hold the cluster as well, it goes on serving its address. */
static bool owns_addr(const struct cluster *cluster)
{
	return cluster->flags & LNLB_F_ADDR_ADDED &&
	       cluster->doors == LNLB_DOOR_GENL;
}

static int del_cluster(struct genl *genl, const struct cluster *cluster)
{
	int err;

	err = cluster_del(genl, cluster->name);
	if (err)
		cluster_nl_error(genl, err, cluster->name, "cannot take out");
	else if (cluster->doors & LNLB_DOOR_NFT)
		ctl_error("cluster '%s' stays up, nft rules hold it, too",
			  cluster->name);
	return err;
}

static int del_both(struct genl *genl, struct nl *rt, unsigned int ifindex,
		    const struct cluster *cluster)
{
	char text[LNLB_ADDR_STRLEN];
	bool taken_off;
	int err;

	err = addr_del(rt, ifindex, &cluster->addr);
	taken_off = !err;
	/* somebody did it before us, or took the device away */
	if (err == -EADDRNOTAVAIL || err == -ENODEV)
		err = 0;
	lnlb_format_addr(&cluster->addr, text);
	if (err) {
		ctl_nl_error(rt, err, "cannot take %s off %s", text,
			     cluster->dev);
		return err;
	}
	err = del_cluster(genl, cluster);
	if (err && taken_off && addr_add(rt, ifindex, &cluster->addr))
		ctl_error("and cannot put %s back on %s", text, cluster->dev);
	return err;
}

static int delif(struct genl *genl, const struct cluster *cluster)
{
	unsigned int ifindex = cluster->ifindex;
	static struct nl rt;
	int err;

	if (!ifindex)
		ifindex = if_nametoindex(cluster->dev);
	if (!owns_addr(cluster))
		return del_cluster(genl, cluster);
	err = nl_open(&rt, NETLINK_ROUTE);
	if (err) {
		ctl_error("cannot open a netlink socket: %s", strerror(-err));
		return err;
	}
	err = del_both(genl, &rt, ifindex, cluster);
	nl_close(&rt);
	return err;
}

int cmd_delif(const struct ctl_args *args)
{
	const char *name = args->argv[0];
	struct cluster_list list;
	static struct genl genl;
	int err;

	if (!ctl_check_name(name))
		return CTL_USAGE;
	if (genl_open(&genl))
		return CTL_FAILED;
	err = cluster_get(&genl, name, &list);
	if (err)
		cluster_nl_error(&genl, err, name, "cannot take out");
	else
		err = delif(&genl, list.cluster);
	free(list.cluster);
	genl_close(&genl);
	return err ? CTL_FAILED : CTL_OK;
}
