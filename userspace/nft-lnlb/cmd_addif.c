// SPDX-License-Identifier: GPL-2.0-only
/*
 * addif: the cluster first, then its address. The other way round, ARP with
 * this node's own MAC, or a RST to another node's client, could leave between.
 */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "cluster.h"
#include "lnlbctl.h"

/**
 * struct addif - what addif works with
 * @genl: generic netlink
 * @rt: rtnetlink
 * @list: addresses of the device
 * @dev: name of the device
 * @addr: of the cluster
 * @name: of the cluster, "" until the kernel said it
 * @have_addr: the address was typed
 * @add_addr: the address is not on the device yet
 * @args: what was typed
 */
struct addif {
	struct genl genl;
	struct nl rt;
	struct addr_list list;
	const char *dev;
	struct lnlb_addr addr;
	char name[LNLB_NAME_LEN];
	bool have_addr;
	bool add_addr;
	const struct ctl_args *args;
};

static bool looks_like_addr(const char *word)
{
	return strchr(word, ':') || !word[strspn(word, "0123456789./")];
}

static int parse_addr(char *const *word, int count, struct addif *a)
{
	bool parsed = !lnlb_parse_addr(word[0], &a->addr);
	bool device = if_nametoindex(word[0]);

	a->have_addr = parsed && count > 1;
	if (a->have_addr || (count < 3 && device))
		return CTL_OK;
	if (parsed) {
		ctl_error("addif: which device is %s to be on? lnlbctl addif %s DEV",
			  word[0], word[0]);
		return CTL_USAGE;
	}
	if (count == 3 || looks_like_addr(word[0])) {
		ctl_error("addif: '%s' is not an address; allowed is one like 10.0.0.10, without prefix length",
			  word[0]);
		return CTL_USAGE;
	}
	return CTL_OK;
}

static void say_no_device(const char *name)
{
	struct if_nameindex *list = if_nameindex(), *i;
	char known[512] = "none";
	size_t used = 0;

	for (i = list; i && i->if_index && used < sizeof(known); i++)
		used += snprintf(known + used, sizeof(known) - used, "%s%s",
				 used ? ", " : "", i->if_name);
	if_freenameindex(list);
	ctl_error("there is no network device '%s' here (there are: %s)", name,
		  known);
}

static int parse_addif(const struct ctl_args *args, struct addif *a)
{
	char **word = args->argv;
	int ret;

	a->args = args;
	if (!ctl_check_key(args->key) || !ctl_check_key(args->hash))
		return CTL_USAGE;
	if (args->permissive && !args->key) {
		ctl_error("--permissive goes with --key");
		return CTL_USAGE;
	}
	ret = parse_addr(word, args->argc, a);
	if (ret)
		return ret;
	if (a->have_addr)
		word++;
	a->dev = *word++;
	if (word < args->argv + args->argc) {
		if (!ctl_check_name(*word))
			return CTL_USAGE;
		snprintf(a->name, sizeof(a->name), "%s", *word);
	}
	a->list.ifindex = if_nametoindex(a->dev);
	if (a->list.ifindex)
		return CTL_OK;
	say_no_device(a->dev);
	return CTL_FAILED;
}

static bool has_cluster(const struct cluster_list *clusters,
			const struct addif *a, const struct lnlb_addr *addr)
{
	size_t i;

	for (i = 0; i < clusters->count; i++)
		if (lnlb_addr_equal(&clusters->cluster[i].addr, addr) &&
		    !strcmp(clusters->cluster[i].dev, a->dev))
			return true;
	return false;
}

/* Only IPv4: an IPv6 /128 is what DHCPv6 gives a host for itself. */
static int choose_addr(struct addif *a, const struct cluster_list *clusters)
{
	char text[LNLB_ADDR_STRLEN], found[512] = "";
	const struct addr_entry *entry;
	size_t i, used = 0;
	int count = 0;

	for (i = 0; i < a->list.count; i++) {
		entry = &a->list.entry[i];
		if (entry->addr.len != 4 || entry->prefixlen != 32 ||
		    has_cluster(clusters, a, &entry->addr))
			continue;
		a->addr = entry->addr;
		count++;
		if (used < sizeof(found))
			used += snprintf(found + used, sizeof(found) - used,
					 "%s%s", used ? ", " : "",
					 lnlb_format_addr(&a->addr, text));
	}
	if (count == 1)
		return 0;
	if (count)
		ctl_error("%s has several host addresses (%s), say which one: lnlbctl addif ADDR %s",
			  a->dev, found, a->dev);
	else
		ctl_error("%s has no host address (/32) without a cluster, say which address is meant: lnlbctl addif ADDR %s",
			  a->dev, a->dev);
	return -EINVAL;
}

static int find_addr(struct addif *a)
{
	struct cluster_list clusters;
	int err;

	err = cluster_get_all(&a->genl, &clusters);
	if (err)
		ctl_nl_error(&a->genl.nl, err, "cannot list the clusters");
	else
		err = choose_addr(a, &clusters);
	free(clusters.cluster);
	return err;
}

static bool addr_is_there(const struct addif *a)
{
	size_t i;

	for (i = 0; i < a->list.count; i++)
		if (lnlb_addr_equal(&a->list.entry[i].addr, &a->addr))
			return true;
	return false;
}

static int take_name(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[LNLB_A_MAX + 1];
	struct addif *a = data;

	if (genl_parse(nlh, tb) || !tb[LNLB_A_NAME])
		return -EBADMSG;
	snprintf(a->name, sizeof(a->name), "%s",
		 mnl_attr_get_str(tb[LNLB_A_NAME]));
	return 0;
}

static int create_cluster(struct addif *a)
{
	char text[LNLB_ADDR_STRLEN];
	struct nlmsghdr *nlh;
	int err;

	nlh = genl_begin(&a->genl, LNLB_CMD_NEW_CLUSTER, NLM_F_ACK);
	mnl_attr_put(nlh, LNLB_A_ADDR, a->addr.len, a->addr.bytes);
	mnl_attr_put_strz(nlh, LNLB_A_DEV, a->dev);
	if (a->name[0])
		mnl_attr_put_strz(nlh, LNLB_A_NAME, a->name);
	if (a->add_addr)
		mnl_attr_put_u32(nlh, LNLB_A_FLAGS, LNLB_F_ADDR_ADDED);
	if (a->args->key)
		mnl_attr_put_strz(nlh, LNLB_A_KEY, a->args->key);
	if (a->args->permissive)
		mnl_attr_put_u8(nlh, LNLB_A_PERMISSIVE, 1);
	if (a->args->hash)
		mnl_attr_put_strz(nlh, LNLB_A_HASH, a->args->hash);
	err = nl_talk(&a->genl.nl, nlh, take_name, a);
	if (err)
		ctl_nl_error(&a->genl.nl, err,
			     "cannot create a cluster for %s on %s",
			     lnlb_format_addr(&a->addr, text), a->dev);
	return err;
}

/* Somebody put the address there since we looked: it is theirs to take off. */
static int disown_addr(struct addif *a)
{
	struct nlmsghdr *nlh;
	int err;

	nlh = genl_begin_named(&a->genl, LNLB_CMD_SET_CLUSTER, a->name);
	mnl_attr_put_u32(nlh, LNLB_A_FLAGS, 0);
	err = nl_talk(&a->genl.nl, nlh, NULL, NULL);
	if (err)
		cluster_nl_error(&a->genl, err, a->name, "cannot change");
	return err;
}

static int add_addr(struct addif *a)
{
	char text[LNLB_ADDR_STRLEN];
	int err;

	err = addr_add(&a->rt, a->list.ifindex, &a->addr);
	if (err == -EEXIST)
		return disown_addr(a);
	if (!err)
		return 0;
	ctl_nl_error(&a->rt, err, "cannot put %s on %s",
		     lnlb_format_addr(&a->addr, text), a->dev);
	if (cluster_del(&a->genl, a->name))
		ctl_error("and cannot take the new cluster '%s' out again: lnlbctl delif %s",
			  a->name, a->name);
	return err;
}

static int addif(struct addif *a)
{
	int err;

	err = addr_get(&a->rt, a->list.ifindex, &a->list);
	if (err) {
		ctl_nl_error(&a->rt, err, "cannot read the addresses of %s",
			     a->dev);
		return err;
	}
	if (!a->have_addr) {
		err = find_addr(a);
		if (err)
			return err;
	}
	a->add_addr = !addr_is_there(a);
	err = create_cluster(a);
	if (!err && a->add_addr)
		err = add_addr(a);
	return err;
}

int cmd_addif(const struct ctl_args *args)
{
	static struct addif a;
	int ret, err;

	ret = parse_addif(args, &a);
	if (ret)
		return ret;
	if (genl_open(&a.genl))
		return CTL_FAILED;
	err = nl_open(&a.rt, NETLINK_ROUTE);
	if (err) {
		ctl_error("cannot open a netlink socket: %s", strerror(-err));
		goto out;
	}
	err = addif(&a);
	if (!err)
		puts(a.name);
	free(a.list.entry);
	nl_close(&a.rt);
out:
	genl_close(&a.genl);
	return err ? CTL_FAILED : CTL_OK;
}
