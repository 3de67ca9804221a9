/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LNLB_GENL_H
#define _LNLB_GENL_H

#include <linux/netfilter/nf_lnlb.h>
#include <net/genetlink.h>

struct lnlb_cluster;

/* No request takes attributes beyond this one. */
#define LNLB_A_REQUEST_MAX	LNLB_A_CLIENT_PORT

/* Generic netlink family "lnlb"; see the head of the uapi header. */
extern struct genl_family lnlb_genl_family;

/**
 * lnlb_genl_addr() - read an address
 * @attr: 4 or 16 bytes
 * @addr: filled in, IPv4 as ::ffff:a.b.c.d
 */
void lnlb_genl_addr(const struct nlattr *attr, struct in6_addr *addr);

/**
 * typedef lnlb_genl_put_t - makes an answer
 * @info: the request, with LNLB_A_NAME
 * @cluster: that cluster, lnlb_net::lock held
 * @msg: to be filled; is freed on error
 *
 * Return: 0 or a negative errno.
 */
typedef int (*lnlb_genl_put_t)(struct genl_info *info,
			       struct lnlb_cluster *cluster,
			       struct sk_buff *msg);

/**
 * lnlb_genl_answer() - answer a request about a cluster
 * @info: the request, with LNLB_A_NAME
 * @put: makes the answer
 *
 * Return: 0 or a negative errno.
 */
int lnlb_genl_answer(struct genl_info *info, lnlb_genl_put_t put);

/* LNLB_CMD_GET_CLUSTER, _GET_BUCKETS and _GET_OWNER, as lnlb_genl_put_t */
int lnlb_genl_get(struct genl_info *info, struct lnlb_cluster *cluster,
		  struct sk_buff *msg);
int lnlb_genl_buckets(struct genl_info *info, struct lnlb_cluster *cluster,
		      struct sk_buff *msg);
int lnlb_genl_owner(struct genl_info *info, struct lnlb_cluster *cluster,
		    struct sk_buff *msg);

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

/**
 * lnlb_genl_sessions_start() - LNLB_CMD_GET_SESSIONS, before the first part
 * @cb: of the dump
 * @name: LNLB_A_NAME
 *
 * Return: 0 or a negative errno.
 */
int lnlb_genl_sessions_start(struct netlink_callback *cb,
			     const struct nlattr *name);

/**
 * lnlb_genl_sessions() - as many sessions as there is room for
 * @skb: to be filled
 * @cb: of the dump
 *
 * Return: length of @skb, or a negative errno.
 */
int lnlb_genl_sessions(struct sk_buff *skb, struct netlink_callback *cb);

/* LNLB_CMD_XDP_ON takes all of them, LNLB_CMD_XDP_OFF the name. */
extern const struct nla_policy lnlb_genl_xdp_policy[LNLB_A_XDP_LINK + 1];

/* LNLB_CMD_XDP_ON and _OFF, as genl_ops.doit */
int lnlb_genl_xdp_on(struct sk_buff *skb, struct genl_info *info);
int lnlb_genl_xdp_off(struct sk_buff *skb, struct genl_info *info);

#endif /* _LNLB_GENL_H */
