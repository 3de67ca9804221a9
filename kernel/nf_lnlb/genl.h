/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LNLB_GENL_H
#define _LNLB_GENL_H

#include <net/genetlink.h>

/* Attributes up to this one are what a cluster is configured with. */
#define LNLB_A_CONFIG_MAX	LNLB_A_HASH

/* Generic netlink family "lnlb"; see the head of the uapi header. */
extern struct genl_family lnlb_genl_family;

/**
 * lnlb_genl_get() - LNLB_CMD_GET_CLUSTER, one cluster
 * @info: with LNLB_A_NAME
 *
 * Return: 0 or a negative errno.
 */
int lnlb_genl_get(struct genl_info *info);

/**
 * lnlb_genl_dump_start() - have room for the largest cluster
 * @cb: of the dump
 *
 * Return: 0.
 */
int lnlb_genl_dump_start(struct netlink_callback *cb);

/**
 * lnlb_genl_dump() - LNLB_CMD_GET_CLUSTER, all clusters
 * @skb: to be filled
 * @cb: of the dump
 *
 * Return: length of @skb, or a negative errno.
 */
int lnlb_genl_dump(struct sk_buff *skb, struct netlink_callback *cb);

#endif /* _LNLB_GENL_H */
