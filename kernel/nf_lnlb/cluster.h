/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LNLB_CLUSTER_H
#define _LNLB_CLUSTER_H

#include "lnlb.h"

/**
 * lnlb_holder_counts() - does what a holder says count now?
 * @holder: of a cluster whose lnlb_net::lock is held
 * @pending: set if not now, but after the nft transaction in progress
 *
 * Context: a transaction may get through at any moment, also in here.
 */
static inline bool lnlb_holder_counts(const struct lnlb_holder *holder,
				      bool *pending)
{
	bool next;

	if (!holder->active)
		return true;
	/*
	 * In this order: nf_tables first starts a generation, and says of each
	 * of its rules later that it is in the one after that as well. The other
	 * way round a rule may be in neither, and nobody would look again.
	 */
	next = holder->active_next(holder);
	if (holder->active(holder))
		return true;
	*pending |= next;
	return false;
}

/**
 * lnlb_holder_matters() - has a new holder to fit with this one?
 * @holder: of a cluster whose lnlb_net::lock is held
 * @door: the new one's, enum lnlb_doors
 *
 * A rule comes with its transaction, and need not fit with what that takes out.
 * Other doors may be used at any moment of one, that may yet fail.
 */
static inline bool lnlb_holder_matters(const struct lnlb_holder *holder,
				       u8 door)
{
	bool pending = false;

	if (door == LNLB_DOOR_NFT && holder->active_next)
		return holder->active_next(holder);
	return lnlb_holder_counts(holder, &pending) || pending;
}

/**
 * lnlb_cluster_hold() - take hold of a cluster, bring it up if need be
 * @net: the namespace
 * @holder: door, cfg, active and active_next filled in by the caller; stays
 *	with the cluster until lnlb_cluster_release()
 * @why: filled in on refusal
 *
 * The device is bound later, by the namespace's reconcile work.
 * Context: process context, may sleep; RTNL not needed and not taken.
 * Return: 0 or a negative errno; nothing is changed on error.
 */
int lnlb_cluster_hold(struct net *net, struct lnlb_holder *holder,
		      struct lnlb_refusal *why);

/**
 * lnlb_cluster_release() - let go; the last one takes the cluster down
 * @holder: as given to lnlb_cluster_hold()
 *
 * Context: process context, may sleep; RTNL not needed and not taken.
 */
void lnlb_cluster_release(struct lnlb_holder *holder);

/**
 * lnlb_cluster_add() - the generic netlink door: create
 * @net: the namespace
 * @cfg: what is asked for
 * @name: filled in with the cluster's name
 * @why: filled in on refusal
 *
 * When this returns the device is bound.
 * Context: process context without locks.
 * Return: 0 or a negative errno.
 */
int lnlb_cluster_add(struct net *net, const struct lnlb_config *cfg,
		     char name[LNLB_NAME_LEN], struct lnlb_refusal *why);

/**
 * lnlb_cluster_del() - the generic netlink door: take out
 * @net: the namespace
 * @name: the cluster's name
 * @why: filled in on refusal
 *
 * When this returns the cluster is down, unless nft rules hold it, too.
 * Context: process context without locks.
 * Return: 0, -ENOENT or -EBUSY.
 */
int lnlb_cluster_del(struct net *net, const char *name,
		     struct lnlb_refusal *why);

/**
 * lnlb_cluster_set() - change weight, weight source, timeout, flags, state or
 * keys
 * @net: the namespace
 * @name: the cluster's name
 * @cfg: what is to be changed
 * @why: filled in on refusal
 *
 * When this returns it is in force.
 * Context: process context without locks, that of the administrator, whose
 * keyrings are searched.
 * Return: 0 or a negative errno.
 */
int lnlb_cluster_set(struct net *net, const char *name,
		     const struct lnlb_config *cfg, struct lnlb_refusal *why);

/**
 * lnlb_cluster_by_name() - find a cluster
 * @ln: the namespace, lnlb_net::lock held
 * @name: its name
 *
 * Return: the cluster or NULL.
 */
struct lnlb_cluster *lnlb_cluster_by_name(struct lnlb_net *ln,
					  const char *name);

/**
 * lnlb_cluster_counts() - is it there, as far as anybody but nft may know?
 * @cluster: lnlb_net::lock held
 *
 * Return: false if all that holds it are rules of an nft transaction that is
 * not through, and may yet fail.
 */
bool lnlb_cluster_counts(const struct lnlb_cluster *cluster);

/**
 * lnlb_cluster_doors() - who holds it
 * @cluster: lnlb_net::lock held
 *
 * Return: enum lnlb_doors bits.
 */
u8 lnlb_cluster_doors(const struct lnlb_cluster *cluster);

/**
 * lnlb_cluster_unlink() - take a cluster out of the lists of its namespace
 * @cluster: unbound, lnlb_net::lock held
 */
void lnlb_cluster_unlink(struct lnlb_cluster *cluster);

/**
 * lnlb_cluster_free() - free it after a grace period
 * @cluster: unbound, unlinked, without holders
 *
 * Context: process context, may sleep.
 */
void lnlb_cluster_free(struct lnlb_cluster *cluster);

#endif /* _LNLB_CLUSTER_H */
