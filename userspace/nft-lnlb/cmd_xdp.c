// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cluster.h"
#include "lnlbctl.h"
#include "xdp.h"

/* With the descriptors, or without if the device has the program already. */
static int ask(struct genl *genl, const char *name, const struct xdp *xdp)
{
	struct nlmsghdr *nlh;

	nlh = genl_begin_named(genl, LNLB_CMD_XDP_ON, name);
	if (xdp) {
		mnl_attr_put_u32(nlh, LNLB_A_XDP_PROG, xdp->prog_fd);
		mnl_attr_put_u32(nlh, LNLB_A_XDP_LINK, xdp->link_fd);
	}
	return nl_talk(&genl->nl, nlh, NULL, NULL);
}

static int look(struct genl *genl, const char *name, struct cluster *cluster)
{
	struct cluster_list list;
	int err;

	err = cluster_get_some(genl, name, &list, "cannot look at");
	if (!err)
		*cluster = list.cluster[0];
	free(list.cluster);
	return err;
}

static void say_state(const struct cluster *cluster)
{
	switch (cluster->xdp) {
	case LNLB_XDP_NATIVE:
		printf("%s: on, in the driver of %s\n", cluster->name,
		       cluster->dev);
		break;
	case LNLB_XDP_GENERIC:
		printf("%s: on, generic, before the stack of %s\n",
		       cluster->name, cluster->dev);
		break;
	case LNLB_XDP_PAUSED:
		printf("%s: on, but paused: VLANs on %s have their tags taken off before the program sees them (ethtool -K %s rxvlan off)\n",
		       cluster->name, cluster->dev, cluster->dev);
		break;
	}
}

/* Return: 0, or a negative errno that was told. */
static int bring(struct genl *genl, const char *name, bool generic)
{
	static struct cluster cluster;
	struct xdp xdp;
	int err;

	err = look(genl, name, &cluster);
	if (err)
		return err;
	err = xdp_load(&xdp, cluster.dev, cluster.ifindex, generic);
	if (err)
		return err;
	err = ask(genl, name, &xdp);
	xdp_close(&xdp);
	if (err)
		cluster_nl_error(genl, err, name, "cannot put XDP on for");
	return err;
}

static int on(struct genl *genl, const char *name, bool generic)
{
	static struct cluster cluster;
	int err;

	err = ask(genl, name, NULL);
	if (err == -EUNATCH)
		err = bring(genl, name, generic);
	else if (err)
		cluster_nl_error(genl, err, name, "cannot put XDP on for");
	if (!err)
		err = look(genl, name, &cluster);
	if (!err)
		say_state(&cluster);
	return err;
}

static int off(struct genl *genl, const char *name)
{
	int err;

	err = nl_talk(&genl->nl, genl_begin_named(genl, LNLB_CMD_XDP_OFF, name),
		      NULL, NULL);
	if (err)
		cluster_nl_error(genl, err, name, "cannot take XDP off for");
	return err;
}

int cmd_xdp(const struct ctl_args *args)
{
	const char *word = args->argv[0], *name = args->argv[1];
	bool want = !strcmp(word, "on");
	static struct genl genl;
	int err;

	if (!want && strcmp(word, "off")) {
		ctl_error("'%s' is neither 'on' nor 'off'", word);
		return CTL_USAGE;
	}
	if (!want && args->generic) {
		ctl_error("--generic goes with 'on'");
		return CTL_USAGE;
	}
	if (!ctl_check_name(name))
		return CTL_USAGE;
	if (genl_open(&genl))
		return CTL_FAILED;
	err = want ? on(&genl, name, args->generic) : off(&genl, name);
	genl_close(&genl);
	return err ? CTL_FAILED : CTL_OK;
}
