// SPDX-License-Identifier: GPL-2.0-only
/*
 * The XDP program of a device, which drops what is another node's before the
 * stack has made an skb of it.
 *
 * lnlbctl loads the program and puts it on the device; the module keeps what
 * makes it stay there, its bpf_link, and writes the map that it reads. So it can
 * never know less than the hook does, and goes when the last cluster does
 * without it, whatever takes that away: lnlbctl, a rule, the device, rmmod. It
 * only says "surely another node's", or leaves the packet to the hook.
 */

#include <linux/bpf.h>
#include <linux/file.h>
#include <linux/filter.h>
#include <linux/if_vlan.h>
#include <linux/rtnetlink.h>

#include "cluster.h"
#include "xdp.h"

/**
 * struct lnlb_xdp - the program on a device
 * @list: in lnlb_net::xdps
 * @dev: the device, until it is unregistered
 * @prog: the program; keeps its maps
 * @link: keeps it on the device
 * @clusters: BPF_MAP_TYPE_ARRAY of struct lnlb_xdp_cluster
 * @dropped: BPF_MAP_TYPE_PERCPU_ARRAY of u64
 * @users: clusters that want it
 * @used: by place in @clusters, the cluster there
 */
struct lnlb_xdp {
	struct list_head list;
	struct net_device *dev;
	struct bpf_prog *prog;
	struct file *link;
	struct bpf_map *clusters;
	struct bpf_map *dropped;
	unsigned int users;
	const struct lnlb_cluster *used[LNLB_XDP_CLUSTERS];
};

static int refuse(struct lnlb_refusal *why, const char *cause, int err)
{
	why->cfg = LNLB_CFG_NAME;
	why->cause = cause;
	return err;
}

static struct lnlb_xdp *xdp_of(const struct lnlb_net *ln,
			       const struct net_device *dev)
{
	struct lnlb_xdp *xdp;

	list_for_each_entry(xdp, &ln->xdps, list)
		if (xdp->dev == dev)
			return xdp;
	return NULL;
}

/* Flags would allow a map to be taken for constant by the verifier. */
static bool map_is(const struct bpf_map *map, const char *name,
		   enum bpf_map_type type, u32 size)
{
	return !strcmp(map->name, name) && map->map_type == type &&
	       map->key_size == sizeof(u32) && map->value_size == size &&
	       map->max_entries == LNLB_XDP_CLUSTERS && !map->map_flags;
}

static void find_maps(struct lnlb_xdp *xdp)
{
	struct bpf_prog_aux *aux = xdp->prog->aux;
	struct bpf_map *map;
	u32 i;

	mutex_lock(&aux->used_maps_mutex);
	for (i = 0; i < aux->used_map_cnt; i++) {
		map = aux->used_maps[i];
		if (map_is(map, LNLB_XDP_CLUSTERS_MAP, BPF_MAP_TYPE_ARRAY,
			   sizeof(struct lnlb_xdp_cluster)))
			xdp->clusters = map;
		if (map_is(map, LNLB_XDP_DROPPED_MAP,
			   BPF_MAP_TYPE_PERCPU_ARRAY, sizeof(u64)))
			xdp->dropped = map;
	}
	mutex_unlock(&aux->used_maps_mutex);
}

static void xdp_free(struct lnlb_xdp *xdp)
{
	if (!xdp)
		return;
	/* The last reference: off the device, as soon as RTNL is free. */
	if (xdp->link)
		fput(xdp->link);
	bpf_prog_put(xdp->prog);
	kfree(xdp);
}

static struct lnlb_xdp *xdp_new(int prog_fd, int link_fd,
				struct lnlb_refusal *why)
{
	struct lnlb_xdp *xdp;
	int err;

	xdp = kzalloc(sizeof(*xdp), GFP_KERNEL_ACCOUNT);
	if (!xdp)
		return ERR_PTR(refuse(why, "out of memory", -ENOMEM));
	xdp->prog = bpf_prog_get_type_dev(prog_fd, BPF_PROG_TYPE_XDP, false);
	if (IS_ERR(xdp->prog)) {
		err = PTR_ERR(xdp->prog);
		kfree(xdp);
		return ERR_PTR(refuse(why, "not an XDP program", err));
	}
	find_maps(xdp);
	xdp->link = fget(link_fd);
	if (xdp->clusters && xdp->dropped && xdp->link)
		return xdp;
	err = xdp->link ? refuse(why, "not the program of this module",
				 -EINVAL) :
			  refuse(why, "not a bpf_link", -EBADF);
	xdp_free(xdp);
	return ERR_PTR(err);
}

/* ---- places ---- */

static u64 place_dropped(const struct lnlb_xdp *xdp, u32 place)
{
	u64 sum = 0;
	u64 *count;
	int cpu;

	rcu_read_lock();
	for_each_possible_cpu(cpu) {
		count = xdp->dropped->ops->map_lookup_percpu_elem(xdp->dropped,
								  &place, cpu);
		if (count)
			sum += READ_ONCE(*count);
	}
	rcu_read_unlock();
	return sum;
}

/* LNLB_XDP_CLUSTERS if there is none to be had. */
static u32 place_free(const struct lnlb_xdp *xdp, __be32 addr)
{
	u32 place = lnlb_xdp_place((__force u32)addr), n;

	for (n = 0; n < LNLB_XDP_PROBES; n++) {
		if (!xdp->used[place])
			return place;
		place = (place + 1) % LNLB_XDP_CLUSTERS;
	}
	return LNLB_XDP_CLUSTERS;
}

static void place_fill(struct lnlb_xdp_cluster *place,
		       const struct lnlb_cluster *cluster)
{
	WRITE_ONCE(place->addr, cluster->addr4);
	place->mask = cluster->policy.mask4;
	place->ports = cluster->policy.ports;
	place->key[0] = cluster->hash_key.key[0];
	place->key[1] = cluster->hash_key.key[1];
	memset(place->mac, 0, sizeof(place->mac));
	ether_addr_copy(place->mac, cluster->mac);
}

/* All that it is to know, before it may judge by it. */
static void place_take(struct lnlb_cluster *cluster)
{
	u32 index = place_free(cluster->xdp, cluster->addr4), b;
	struct bpf_map *map = cluster->xdp->clusters;
	struct lnlb_xdp_cluster *place;

	if (index == LNLB_XDP_CLUSTERS)
		return;
	rcu_read_lock();
	/* It stays where it is for as long as there is the map. */
	place = map->ops->map_lookup_elem(map, &index);
	rcu_read_unlock();
	if (!place)
		return;
	cluster->xdp->used[index] = cluster;
	WRITE_ONCE(place->valid, 0);
	/* Who saw it valid, as another cluster's, is through. */
	synchronize_net();
	place_fill(place, cluster);

	mutex_lock(&cluster->core_lock);
	cluster->xdp_index = index;
	cluster->xdp_dropped -= place_dropped(cluster->xdp, index);
	spin_lock_bh(&cluster->map_lock);
	cluster->xdp_place = place;
	for (b = 0; b < LNLB_BUCKETS; b++)
		lnlb_xdp_pass(place, b, cluster->map[b]);
	spin_unlock_bh(&cluster->map_lock);
	mutex_unlock(&cluster->core_lock);

	/* Who sees it valid from now on sees the rest, too. */
	synchronize_net();
	WRITE_ONCE(place->valid, 1);
}

void lnlb_xdp_pause(struct lnlb_cluster *cluster)
{
	struct lnlb_xdp_cluster *place = cluster->xdp_place;

	lockdep_assert_held(&cluster->ln->lock);
	if (!place)
		return;
	WRITE_ONCE(place->valid, 0);
	mutex_lock(&cluster->core_lock);
	spin_lock_bh(&cluster->map_lock);
	cluster->xdp_place = NULL;
	spin_unlock_bh(&cluster->map_lock);
	cluster->xdp_dropped += place_dropped(cluster->xdp, cluster->xdp_index);
	mutex_unlock(&cluster->core_lock);
	/* Its address stays there: a search goes on behind it. */
	cluster->xdp->used[cluster->xdp_index] = NULL;
}

/*
 * A tag that the device has taken off is in no packet that the program sees, and
 * what has one may be for another cluster of this address.
 */
static bool sees_tags(struct net_device *dev)
{
	return !(dev->features & (NETIF_F_HW_VLAN_CTAG_RX |
				  NETIF_F_HW_VLAN_STAG_RX)) ||
	       !vlan_uses_dev(dev);
}

/* Nor does it know which rule would have another policy. */
static bool can_judge(const struct lnlb_cluster *cluster)
{
	return sees_tags(cluster->port->dev) && !cluster->mixed;
}

void lnlb_xdp_update(struct lnlb_cluster *cluster)
{
	ASSERT_RTNL();
	lockdep_assert_held(&cluster->ln->lock);
	if (!cluster->xdp)
		return;
	if (cluster->xdp->dev != cluster->port->dev)
		lnlb_xdp_leave(cluster);
	else if (!can_judge(cluster))
		lnlb_xdp_pause(cluster);
	else if (!cluster->xdp_place)
		place_take(cluster);
}

/* ---- who wants it ---- */

void lnlb_xdp_leave(struct lnlb_cluster *cluster)
{
	struct lnlb_xdp *xdp = cluster->xdp;

	lockdep_assert_held(&cluster->ln->lock);
	if (!xdp)
		return;
	lnlb_xdp_pause(cluster);
	cluster->xdp = NULL;
	if (--xdp->users)
		return;
	list_del(&xdp->list);
	xdp_free(xdp);
}

void lnlb_xdp_dev_gone(struct lnlb_net *ln, const struct net_device *dev)
{
	struct lnlb_cluster *cluster;

	list_for_each_entry(cluster, &ln->clusters, list)
		if (cluster->xdp && cluster->xdp->dev == dev)
			lnlb_xdp_leave(cluster);
}

/* @xdp: what was brought, NULL: nothing; set to NULL if it is in use now */
static int on_locked(struct lnlb_cluster *cluster, struct lnlb_xdp **xdp,
		     struct lnlb_refusal *why)
{
	struct lnlb_net *ln = cluster->ln;
	struct lnlb_xdp *there;

	if (cluster->xdp)
		return *xdp ? refuse(why, "it is on already", -EEXIST) : 0;
	if (!cluster->port)
		return refuse(why, "the cluster waits for its device",
			      -ENETDOWN);
	if (!cluster->addr4)
		return refuse(why, "for IPv4 only", -EAFNOSUPPORT);
	there = xdp_of(ln, cluster->port->dev);
	if (there && *xdp)
		return refuse(why, "the device has the program already",
			      -EEXIST);
	if (!there && !*xdp)
		return refuse(why, "the device has no program", -EUNATCH);
	if (!there) {
		there = *xdp;
		there->dev = cluster->port->dev;
		list_add_tail(&there->list, &ln->xdps);
		*xdp = NULL;
	}
	there->users++;
	cluster->xdp = there;
	lnlb_xdp_update(cluster);
	if (cluster->xdp_place || !can_judge(cluster))
		return 0;
	lnlb_xdp_leave(cluster);
	return refuse(why, "the program has no room for another cluster",
		      -ENOSPC);
}

int lnlb_xdp_on(struct net *net, const char *name, int prog_fd, int link_fd,
		struct lnlb_refusal *why)
{
	struct lnlb_net *ln = lnlb_pernet(net);
	struct lnlb_cluster *cluster;
	struct lnlb_xdp *xdp = NULL;
	int err;

	if (prog_fd >= 0)
		xdp = xdp_new(prog_fd, link_fd, why);
	if (IS_ERR(xdp))
		return PTR_ERR(xdp);
	rtnl_lock();
	mutex_lock(&ln->lock);
	cluster = lnlb_cluster_by_name(ln, name);
	err = cluster ? on_locked(cluster, &xdp, why) :
			refuse(why, "no such cluster", -ENOENT);
	mutex_unlock(&ln->lock);
	rtnl_unlock();
	xdp_free(xdp);
	return err;
}

int lnlb_xdp_off(struct net *net, const char *name, struct lnlb_refusal *why)
{
	struct lnlb_net *ln = lnlb_pernet(net);
	struct lnlb_cluster *cluster;
	int err = 0;

	mutex_lock(&ln->lock);
	cluster = lnlb_cluster_by_name(ln, name);
	if (cluster)
		lnlb_xdp_leave(cluster);
	else
		err = refuse(why, "no such cluster", -ENOENT);
	mutex_unlock(&ln->lock);
	return err;
}

/* ---- shown ---- */

u8 lnlb_xdp_state(const struct lnlb_cluster *cluster)
{
	const struct lnlb_xdp *xdp = cluster->xdp;

	if (!xdp)
		return LNLB_XDP_OFF;
	if (!cluster->xdp_place)
		return LNLB_XDP_PAUSED;
	return rcu_access_pointer(xdp->dev->xdp_prog) == xdp->prog ?
	       LNLB_XDP_GENERIC : LNLB_XDP_NATIVE;
}

u64 lnlb_xdp_dropped(const struct lnlb_cluster *cluster)
{
	u64 sum = cluster->xdp_dropped;

	if (cluster->xdp_place)
		sum += place_dropped(cluster->xdp, cluster->xdp_index);
	return sum;
}
