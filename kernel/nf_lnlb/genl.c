// SPDX-License-Identifier: GPL-2.0-only
/* Generic netlink family "lnlb": what the uapi header says at its head. */

#include <linux/etherdevice.h>
#include <net/ipv6.h>

#include "cluster.h"
#include "genl.h"
#include "heartbeat.h"

static int addr_valid(const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	if (nla_len(attr) == sizeof(struct in_addr) ||
	    nla_len(attr) == sizeof(struct in6_addr))
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, attr, "an address has 4 or 16 bytes");
	return -EINVAL;
}

static struct netlink_range_validation timeout_range = {
	.min = LNLB_TIMEOUT_MIN,
	.max = LNLB_TIMEOUT_MAX,
};

/* For all verbs; what a verb does not take is refused by not_taken(). */
static const struct nla_policy lnlb_policy[LNLB_A_REQUEST_MAX + 1] = {
	[LNLB_A_NAME]		= { .type = NLA_NUL_STRING,
				    .len = LNLB_NAME_LEN - 1 },
	[LNLB_A_ADDR]		= NLA_POLICY_VALIDATE_FN(NLA_BINARY, addr_valid),
	[LNLB_A_DEV]		= { .type = NLA_NUL_STRING,
				    .len = IFNAMSIZ - 1 },
	[LNLB_A_WEIGHT_SOURCE]	= NLA_POLICY_MAX(NLA_U8, LNLB_WEIGHT_SOURCE_MAX),
	[LNLB_A_WEIGHT]		= NLA_POLICY_MIN(NLA_U16, LNLB_WEIGHT_MIN),
	[LNLB_A_AFFINITY]	= NLA_POLICY_MAX(NLA_U8, LNLB_AFFINITY_MAX),
	[LNLB_A_AFFINITY_LEN]	= NLA_POLICY_RANGE(NLA_U8, 1, 128),
	[LNLB_A_TIMEOUT]	= NLA_POLICY_FULL_RANGE(NLA_U32, &timeout_range),
	[LNLB_A_MODE]		= NLA_POLICY_MAX(NLA_U8, LNLB_MODE_MAX),
	[LNLB_A_MAC]		= NLA_POLICY_EXACT_LEN(ETH_ALEN),
	[LNLB_A_FLAGS]		= NLA_POLICY_MASK(NLA_U32, LNLB_F_ALL),
	[LNLB_A_STATE]		= NLA_POLICY_MAX(NLA_U8, LNLB_NODE_STATE_MAX),
	[LNLB_A_KEY]		= { .type = NLA_NUL_STRING,
				    .len = LNLB_KEY_LEN - 1 },
	[LNLB_A_KEY_NEXT]	= { .type = NLA_NUL_STRING,
				    .len = LNLB_KEY_LEN - 1 },
	[LNLB_A_PERMISSIVE]	= NLA_POLICY_MAX(NLA_U8, 1),
	[LNLB_A_HASH]		= { .type = NLA_NUL_STRING,
				    .len = LNLB_KEY_LEN - 1 },
	[LNLB_A_CLIENT]		= NLA_POLICY_VALIDATE_FN(NLA_BINARY, addr_valid),
	[LNLB_A_CLIENT_PORT]	= { .type = NLA_U16 },
};

/* The attribute of a part of struct lnlb_config, to point at. */
static int attr_of(u32 cfg)
{
	switch (cfg) {
	case 0:
		return LNLB_A_ADDR;
	case LNLB_CFG_DEV:
		return LNLB_A_DEV;
	case LNLB_CFG_NAME:
		return LNLB_A_NAME;
	case LNLB_CFG_WEIGHT:
		return LNLB_A_WEIGHT_SOURCE;
	case LNLB_CFG_WEIGHT_VALUE:
		return LNLB_A_WEIGHT;
	case LNLB_CFG_AFFINITY:
		return LNLB_A_AFFINITY;
	case LNLB_CFG_TIMEOUT:
		return LNLB_A_TIMEOUT;
	case LNLB_CFG_MODE:
		return LNLB_A_MODE;
	case LNLB_CFG_MAC:
		return LNLB_A_MAC;
	case LNLB_CFG_STATE:
		return LNLB_A_STATE;
	case LNLB_CFG_KEY:
		return LNLB_A_KEY;
	case LNLB_CFG_KEY_NEXT:
		return LNLB_A_KEY_NEXT;
	case LNLB_CFG_PERMISSIVE:
		return LNLB_A_PERMISSIVE;
	case LNLB_CFG_HASH:
		return LNLB_A_HASH;
	}
	return LNLB_A_FLAGS;
}

/*
 * NL_SET_ERR_MSG() takes literals only; @what is a constant of this module.
 * Linux 6.1 has no place for it yet where a dump starts.
 */
static void set_cause(struct netlink_ext_ack *extack, const char *what)
{
	if (extack)
		extack->_msg = what;
}

static int refused(struct genl_info *info, const struct lnlb_refusal *why,
		   int err)
{
	set_cause(info->extack, why->cause);
	NL_SET_BAD_ATTR(info->extack, info->attrs[attr_of(why->cfg)]);
	return err;
}

/* Refuse attributes that mean nothing to this verb. */
static int not_taken(struct genl_info *info, u64 taken)
{
	int i;

	BUILD_BUG_ON(LNLB_A_REQUEST_MAX >= BITS_PER_TYPE(taken));
	for (i = 1; i <= LNLB_A_REQUEST_MAX; i++) {
		if (!info->attrs[i] || taken & BIT_ULL(i))
			continue;
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[i],
				    "this verb does not take this attribute");
		return -EINVAL;
	}
	return 0;
}

static int required(struct genl_info *info, int attr, const char *what)
{
	if (info->attrs[attr])
		return 0;
	set_cause(info->extack, what);
	NL_SET_ERR_ATTR_MISS(info->extack, NULL, attr);
	return -EINVAL;
}

/* Of verbs for a cluster that is there. */
static int named(struct genl_info *info, u64 taken)
{
	return required(info, LNLB_A_NAME, "a cluster name is required") ?:
	       not_taken(info, taken);
}

static void parse_key(struct nlattr **tb, int attr, struct lnlb_config *cfg,
		      u8 use, u32 bit)
{
	if (!tb[attr])
		return;
	nla_strscpy(cfg->key[use].desc, tb[attr], sizeof(cfg->key[use].desc));
	cfg->set |= bit;
}

static void parse_keys(struct nlattr **tb, struct lnlb_config *cfg)
{
	parse_key(tb, LNLB_A_KEY, cfg, LNLB_KEY_SIGN, LNLB_CFG_KEY);
	parse_key(tb, LNLB_A_KEY_NEXT, cfg, LNLB_KEY_NEXT, LNLB_CFG_KEY_NEXT);
	parse_key(tb, LNLB_A_HASH, cfg, LNLB_KEY_HASH, LNLB_CFG_HASH);
	if (tb[LNLB_A_PERMISSIVE]) {
		cfg->permissive = nla_get_u8(tb[LNLB_A_PERMISSIVE]);
		cfg->set |= LNLB_CFG_PERMISSIVE;
	}
}

static void parse_config(struct nlattr **tb, struct lnlb_config *cfg)
{
	memset(cfg, 0, sizeof(*cfg));
	if (tb[LNLB_A_ADDR])
		lnlb_genl_addr(tb[LNLB_A_ADDR], &cfg->addr);
	if (tb[LNLB_A_DEV]) {
		nla_strscpy(cfg->dev, tb[LNLB_A_DEV], sizeof(cfg->dev));
		cfg->set |= LNLB_CFG_DEV;
	}
	if (tb[LNLB_A_NAME]) {
		nla_strscpy(cfg->name, tb[LNLB_A_NAME], sizeof(cfg->name));
		cfg->set |= LNLB_CFG_NAME;
	}
	if (tb[LNLB_A_WEIGHT_SOURCE]) {
		cfg->weight_source = nla_get_u8(tb[LNLB_A_WEIGHT_SOURCE]);
		cfg->set |= LNLB_CFG_WEIGHT;
	}
	if (tb[LNLB_A_WEIGHT]) {
		cfg->weight = nla_get_u16(tb[LNLB_A_WEIGHT]);
		cfg->set |= LNLB_CFG_WEIGHT_VALUE;
	}
	if (tb[LNLB_A_AFFINITY]) {
		cfg->affinity = nla_get_u8(tb[LNLB_A_AFFINITY]);
		cfg->set |= LNLB_CFG_AFFINITY;
	}
	if (tb[LNLB_A_AFFINITY_LEN])
		cfg->affinity_len = nla_get_u8(tb[LNLB_A_AFFINITY_LEN]);
	if (tb[LNLB_A_TIMEOUT]) {
		cfg->timeout = nla_get_u32(tb[LNLB_A_TIMEOUT]);
		cfg->set |= LNLB_CFG_TIMEOUT;
	}
	if (tb[LNLB_A_MODE]) {
		cfg->mode = nla_get_u8(tb[LNLB_A_MODE]);
		cfg->set |= LNLB_CFG_MODE;
	}
	if (tb[LNLB_A_MAC]) {
		nla_memcpy(cfg->mac, tb[LNLB_A_MAC], sizeof(cfg->mac));
		cfg->set |= LNLB_CFG_MAC;
	}
	if (tb[LNLB_A_FLAGS]) {
		cfg->flags = nla_get_u32(tb[LNLB_A_FLAGS]);
		cfg->set |= LNLB_CFG_FLAGS;
	}
	if (tb[LNLB_A_STATE]) {
		cfg->state = nla_get_u8(tb[LNLB_A_STATE]);
		cfg->set |= LNLB_CFG_STATE;
	}
	parse_keys(tb, cfg);
}

/* The new cluster's name goes back to who made it. */
static int reply_name(struct genl_info *info, const char *name)
{
	struct sk_buff *msg;
	void *hdr;

	msg = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	hdr = genlmsg_put_reply(msg, info, &lnlb_genl_family, 0,
				LNLB_CMD_NEW_CLUSTER);
	if (!hdr || nla_put_string(msg, LNLB_A_NAME, name)) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, hdr);
	return genlmsg_reply(msg, info);
}

static int new_cluster(struct sk_buff *skb, struct genl_info *info)
{
	u64 taken = BIT_ULL(LNLB_A_NAME) | BIT_ULL(LNLB_A_ADDR) |
		    BIT_ULL(LNLB_A_DEV) | BIT_ULL(LNLB_A_WEIGHT_SOURCE) |
		    BIT_ULL(LNLB_A_WEIGHT) | BIT_ULL(LNLB_A_AFFINITY) |
		    BIT_ULL(LNLB_A_AFFINITY_LEN) | BIT_ULL(LNLB_A_TIMEOUT) |
		    BIT_ULL(LNLB_A_MODE) | BIT_ULL(LNLB_A_MAC) |
		    BIT_ULL(LNLB_A_FLAGS) | BIT_ULL(LNLB_A_KEY) |
		    BIT_ULL(LNLB_A_KEY_NEXT) | BIT_ULL(LNLB_A_PERMISSIVE) |
		    BIT_ULL(LNLB_A_HASH);
	char name[LNLB_NAME_LEN];
	struct lnlb_refusal why;
	struct lnlb_config cfg;
	int err;

	err = required(info, LNLB_A_ADDR, "a cluster address is required") ?:
	      required(info, LNLB_A_DEV, "a device is required") ?:
	      not_taken(info, taken);
	if (err)
		return err;
	parse_config(info->attrs, &cfg);
	err = lnlb_cluster_add(genl_info_net(info), &cfg, name, &why);
	if (err)
		return refused(info, &why, err);
	return reply_name(info, name);
}

static int del_cluster(struct sk_buff *skb, struct genl_info *info)
{
	struct lnlb_refusal why;
	int err;

	err = named(info, BIT_ULL(LNLB_A_NAME));
	if (err)
		return err;
	err = lnlb_cluster_del(genl_info_net(info),
			       nla_data(info->attrs[LNLB_A_NAME]), &why);
	return err ? refused(info, &why, err) : 0;
}

static int set_cluster(struct sk_buff *skb, struct genl_info *info)
{
	struct lnlb_refusal why;
	struct lnlb_config cfg;
	int err;

	err = named(info, BIT_ULL(LNLB_A_NAME) | BIT_ULL(LNLB_A_WEIGHT) |
		    BIT_ULL(LNLB_A_WEIGHT_SOURCE) | BIT_ULL(LNLB_A_TIMEOUT) |
		    BIT_ULL(LNLB_A_FLAGS) | BIT_ULL(LNLB_A_STATE) |
		    BIT_ULL(LNLB_A_KEY) | BIT_ULL(LNLB_A_KEY_NEXT) |
		    BIT_ULL(LNLB_A_PERMISSIVE));
	if (err)
		return err;
	parse_config(info->attrs, &cfg);
	cfg.set &= ~LNLB_CFG_NAME;
	err = lnlb_cluster_set(genl_info_net(info),
			       nla_data(info->attrs[LNLB_A_NAME]), &cfg, &why);
	return err ? refused(info, &why, err) : 0;
}

static int resync(struct sk_buff *skb, struct genl_info *info)
{
	struct lnlb_net *ln = lnlb_pernet(genl_info_net(info));
	struct lnlb_cluster *cluster;
	int err;

	err = named(info, BIT_ULL(LNLB_A_NAME));
	if (err)
		return err;

	mutex_lock(&ln->lock);
	cluster = lnlb_cluster_by_name(ln, nla_data(info->attrs[LNLB_A_NAME]));
	if (!cluster) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[LNLB_A_NAME],
				    "no such cluster");
		err = -ENOENT;
	} else if (lnlb_heartbeat_resync(cluster)) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[LNLB_A_NAME],
				    "the cluster waits for its device");
		err = -ENETDOWN;
	}
	mutex_unlock(&ln->lock);
	return err;
}

static int get_cluster(struct sk_buff *skb, struct genl_info *info)
{
	return named(info, BIT_ULL(LNLB_A_NAME)) ?:
	       lnlb_genl_answer(info, lnlb_genl_get);
}

static int get_buckets(struct sk_buff *skb, struct genl_info *info)
{
	return named(info, BIT_ULL(LNLB_A_NAME)) ?:
	       lnlb_genl_answer(info, lnlb_genl_buckets);
}

static int get_owner(struct sk_buff *skb, struct genl_info *info)
{
	return named(info, BIT_ULL(LNLB_A_NAME) | BIT_ULL(LNLB_A_CLIENT) |
		     BIT_ULL(LNLB_A_CLIENT_PORT) | BIT_ULL(LNLB_A_AFFINITY) |
		     BIT_ULL(LNLB_A_AFFINITY_LEN)) ?:
	       required(info, LNLB_A_CLIENT, "a client address is required") ?:
	       lnlb_genl_answer(info, lnlb_genl_owner);
}

static int get_sessions(struct netlink_callback *cb)
{
	/* as much of it as is looked at */
	struct genl_info info = {
		.attrs = lnlb_dump_attrs(cb),
		.extack = cb->extack,
	};
	int err;

	err = named(&info, BIT_ULL(LNLB_A_NAME));
	return err ?: lnlb_genl_sessions_start(cb, info.attrs[LNLB_A_NAME]);
}

static const struct genl_ops lnlb_ops[] = {
	{
		.cmd	= LNLB_CMD_NEW_CLUSTER,
		.flags	= GENL_UNS_ADMIN_PERM,
		.doit	= new_cluster,
	},
	{
		.cmd	= LNLB_CMD_DEL_CLUSTER,
		.flags	= GENL_UNS_ADMIN_PERM,
		.doit	= del_cluster,
	},
	{
		.cmd	= LNLB_CMD_SET_CLUSTER,
		.flags	= GENL_UNS_ADMIN_PERM,
		.doit	= set_cluster,
	},
	{
		.cmd	= LNLB_CMD_GET_CLUSTER,
		.doit	= get_cluster,
		.start	= lnlb_genl_dump_start,
		.dumpit	= lnlb_genl_dump,
	},
	{
		.cmd	= LNLB_CMD_RESYNC,
		.flags	= GENL_UNS_ADMIN_PERM,
		.doit	= resync,
	},
	{
		.cmd	= LNLB_CMD_GET_BUCKETS,
		.doit	= get_buckets,
	},
	{
		.cmd	= LNLB_CMD_GET_SESSIONS,
		.flags	= GENL_UNS_ADMIN_PERM,
		.start	= get_sessions,
		.dumpit	= lnlb_genl_sessions,
	},
	{
		.cmd	= LNLB_CMD_GET_OWNER,
		.flags	= GENL_UNS_ADMIN_PERM,
		.doit	= get_owner,
	},
	{
		/* What it takes to load a program. */
		.cmd	= LNLB_CMD_XDP_ON,
		.flags	= GENL_ADMIN_PERM,
		.policy	= lnlb_genl_xdp_policy,
		.maxattr = LNLB_A_XDP_LINK,
		.doit	= lnlb_genl_xdp_on,
	},
	{
		.cmd	= LNLB_CMD_XDP_OFF,
		.flags	= GENL_ADMIN_PERM,
		.policy	= lnlb_genl_xdp_policy,
		.maxattr = LNLB_A_NAME,
		.doit	= lnlb_genl_xdp_off,
	},
};

static const struct genl_multicast_group lnlb_groups[] = {
	{ .name = LNLB_GENL_MCGRP_EVENTS },
};

struct genl_family lnlb_genl_family __ro_after_init = {
	.name		= LNLB_GENL_NAME,
	.version	= LNLB_GENL_VERSION,
	.maxattr	= LNLB_A_REQUEST_MAX,
	.policy		= lnlb_policy,
	.netnsok	= true,
	.parallel_ops	= true,
	.module		= THIS_MODULE,
	.ops		= lnlb_ops,
	.n_ops		= ARRAY_SIZE(lnlb_ops),
	.mcgrps		= lnlb_groups,
	.n_mcgrps	= ARRAY_SIZE(lnlb_groups),
};
