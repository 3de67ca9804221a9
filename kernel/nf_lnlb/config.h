/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LNLB_CONFIG_H
#define _LNLB_CONFIG_H

#include "lnlb.h"

/**
 * lnlb_config_check() - can this be a cluster?
 * @net: the namespace
 * @cfg: what a door asks for
 * @why: filled in on refusal
 *
 * Return: 0, -EINVAL, -ERANGE or -EOPNOTSUPP.
 */
int lnlb_config_check(struct net *net, const struct lnlb_config *cfg,
		      struct lnlb_refusal *why);

/**
 * lnlb_config_contradicts() - do two doors want different things?
 * @a: one
 * @b: the other
 * @why: filled in if so
 */
bool lnlb_config_contradicts(const struct lnlb_config *a,
			     const struct lnlb_config *b,
			     struct lnlb_refusal *why);

/**
 * lnlb_config_merge() - add what is given in one to the other
 * @to: keeps what @from does not give
 * @from: may be empty
 */
void lnlb_config_merge(struct lnlb_config *to, const struct lnlb_config *from);

/**
 * lnlb_config_default() - what holds where nobody says anything
 * @cfg: filled in
 * @addr: cluster address
 */
void lnlb_config_default(struct lnlb_config *cfg, const struct in6_addr *addr);

/**
 * lnlb_config_health() - a state that somebody sets is not for the watch over
 * the services to undo, see LNLB_F_HEALTH
 * @cluster: what it is set for
 * @cfg: what is set; gets the flags without that one
 *
 * Context: lnlb_net::lock held.
 */
void lnlb_config_health(const struct lnlb_cluster *cluster,
			struct lnlb_config *cfg);

#endif /* _LNLB_CONFIG_H */
