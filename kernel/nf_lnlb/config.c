// SPDX-License-Identifier: GPL-2.0-only
/* What doors may ask for, and how what several ask for fits together. */

#include <linux/etherdevice.h>
#include <net/ipv6.h>
#include <net/route.h>

#include "config.h"

static int refuse(struct lnlb_refusal *why, u32 cfg, const char *cause, int err)
{
	why->cfg = cfg;
	why->cause = cause;
	return err;
}

/*
 * A namespace in which no device is up has no table of addresses yet, and to
 * it all of them are broadcast addresses; so is the loopback address then.
 */
static bool is_broadcast(struct net *net, __be32 addr)
{
	return inet_addr_type(net, addr) == RTN_BROADCAST &&
	       inet_addr_type(net, htonl(INADDR_LOOPBACK)) != RTN_BROADCAST;
}

static int check_addr(struct net *net, const struct in6_addr *addr,
		      struct lnlb_refusal *why)
{
	__be32 a4 = addr->s6_addr32[3];

	if (!ipv6_addr_v4mapped(addr))
		return refuse(why, 0, "IPv6 cluster addresses are not supported",
			      -EOPNOTSUPP);
	if (!(a4 & htonl(0xff000000)))
		return refuse(why, 0, "0.0.0.0/8 cannot be a cluster address",
			      -EINVAL);
	if (ipv4_is_loopback(a4))
		return refuse(why, 0,
			      "a loopback address cannot be a cluster address",
			      -EINVAL);
	if (ipv4_is_multicast(a4))
		return refuse(why, 0,
			      "a multicast address cannot be a cluster address",
			      -EINVAL);
	if (ipv4_is_lbcast(a4) || is_broadcast(net, a4))
		return refuse(why, 0,
			      "a broadcast address cannot be a cluster address",
			      -EINVAL);
	if ((a4 & htonl(0xf0000000)) == htonl(0xf0000000))
		return refuse(why, 0,
			      "240.0.0.0/4 is reserved, it cannot be a cluster address",
			      -EINVAL);
	return 0;
}

static int check_weight(const struct lnlb_config *cfg, struct lnlb_refusal *why)
{
	if (cfg->set & LNLB_CFG_WEIGHT &&
	    cfg->weight_source > LNLB_WEIGHT_SOURCE_MAX)
		return refuse(why, LNLB_CFG_WEIGHT, "unknown weight source",
			      -EOPNOTSUPP);
	if (!(cfg->set & LNLB_CFG_WEIGHT_VALUE))
		return 0;
	if (cfg->set & LNLB_CFG_WEIGHT &&
	    cfg->weight_source != LNLB_WEIGHT_MANUAL)
		return refuse(why, LNLB_CFG_WEIGHT_VALUE,
			      "a weight can be given with the weight source manual only",
			      -EINVAL);
	if (cfg->weight < LNLB_WEIGHT_MIN)
		return refuse(why, LNLB_CFG_WEIGHT_VALUE,
			      "the weight must be 1 to 65535", -ERANGE);
	return 0;
}

/* @what: LNLB_CFG_AFFINITY or LNLB_CFG_POLICY */
static int check_affinity(u32 set, u32 what, u8 affinity, u8 len,
			  struct lnlb_refusal *why)
{
	bool network = affinity == LNLB_AFFINITY_NETWORK;

	if (!(set & what))
		return len ? refuse(why, what,
				    "a prefix length goes with affinity network",
				    -EINVAL) : 0;
	if (affinity > LNLB_AFFINITY_MAX)
		return refuse(why, what, "unknown affinity", -EOPNOTSUPP);
	if (!network && len)
		return refuse(why, what,
			      "a prefix length goes with affinity network only",
			      -EINVAL);
	if (network && !len)
		return refuse(why, what,
			      "affinity network needs a prefix length of 1 to 32",
			      -EINVAL);
	if (len > 32)
		return refuse(why, what, "the prefix length must be 1 to 32",
			      -ERANGE);
	return 0;
}

static int check_mode(const struct lnlb_config *cfg, struct lnlb_refusal *why)
{
	if (cfg->set & LNLB_CFG_MODE && cfg->mode > LNLB_MODE_MAX)
		return refuse(why, LNLB_CFG_MODE, "unknown mode", -EOPNOTSUPP);
	if (cfg->set & LNLB_CFG_MODE && cfg->mode != LNLB_MODE_UNICAST)
		return refuse(why, LNLB_CFG_MODE,
			      "of the modes only unicast is supported",
			      -EOPNOTSUPP);
	if (cfg->set & LNLB_CFG_MAC && !is_valid_ether_addr(cfg->mac))
		return refuse(why, LNLB_CFG_MAC,
			      "the cluster MAC must be a unicast address and not zero",
			      -EINVAL);
	return 0;
}

static bool can_be_set(u8 state)
{
	return state == LNLB_NODE_ACTIVE || state == LNLB_NODE_DRAINING ||
	       state == LNLB_NODE_SUSPENDED;
}

static int check_rest(const struct lnlb_config *cfg, struct lnlb_refusal *why)
{
	if (cfg->set & LNLB_CFG_DEV && !dev_valid_name(cfg->dev))
		return refuse(why, LNLB_CFG_DEV, "not a device name", -EINVAL);
	if (cfg->set & LNLB_CFG_NAME && !dev_valid_name(cfg->name))
		return refuse(why, LNLB_CFG_NAME,
			      "a cluster name has 1 to 15 characters, no blanks and no '/' or ':'",
			      -EINVAL);
	if (cfg->set & LNLB_CFG_TIMEOUT && (cfg->timeout < LNLB_TIMEOUT_MIN ||
					    cfg->timeout > LNLB_TIMEOUT_MAX))
		return refuse(why, LNLB_CFG_TIMEOUT,
			      "the timeout must be 1 to 31536000 seconds",
			      -ERANGE);
	if (cfg->set & LNLB_CFG_FLAGS && cfg->flags & ~LNLB_F_ALL)
		return refuse(why, LNLB_CFG_FLAGS, "unknown flag", -EOPNOTSUPP);
	if (cfg->set & LNLB_CFG_STATE && !can_be_set(cfg->state))
		return refuse(why, LNLB_CFG_STATE,
			      "of the states only active, draining and suspended can be set",
			      -EINVAL);
	return 0;
}

static int check_keys(const struct lnlb_config *cfg, struct lnlb_refusal *why)
{
	static const u32 bit[] = { LNLB_CFG_KEY, LNLB_CFG_KEY_NEXT,
				   LNLB_CFG_HASH };
	const char *desc;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bit); i++) {
		desc = cfg->key[i].desc;
		if (*desc && !strchr(desc, ':'))
			return refuse(why, bit[i],
				      "the description of a logon key has a colon, as in lnlb:web",
				      -EINVAL);
	}
	if (cfg->key[LNLB_KEY_SIGN].desc[0])
		return 0;
	if (cfg->key[LNLB_KEY_NEXT].desc[0])
		return refuse(why, LNLB_CFG_KEY_NEXT,
			      "a second key goes with a first one", -EINVAL);
	if (cfg->permissive)
		return refuse(why, LNLB_CFG_PERMISSIVE,
			      "permissive goes with a key", -EINVAL);
	return 0;
}

int lnlb_config_check(struct net *net, const struct lnlb_config *cfg,
		      struct lnlb_refusal *why)
{
	return check_addr(net, &cfg->addr, why) ?:
	       check_weight(cfg, why) ?:
	       check_affinity(cfg->set, LNLB_CFG_AFFINITY, cfg->affinity,
			      cfg->affinity_len, why) ?:
	       check_affinity(cfg->set, LNLB_CFG_POLICY, cfg->policy,
			      cfg->policy_len, why) ?:
	       check_mode(cfg, why) ?:
	       check_keys(cfg, why) ?:
	       check_rest(cfg, why);
}

static u32 other_key(const struct lnlb_config *a, const struct lnlb_config *b,
		     u32 both)
{
	static const u32 bit[] = { LNLB_CFG_KEY, LNLB_CFG_KEY_NEXT,
				   LNLB_CFG_HASH };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bit); i++)
		if (both & bit[i] && strcmp(a->key[i].desc, b->key[i].desc))
			return bit[i];
	return 0;
}

bool lnlb_config_contradicts(const struct lnlb_config *a,
			     const struct lnlb_config *b,
			     struct lnlb_refusal *why)
{
	u32 both = a->set & b->set;

	why->cfg = 0;
	if (both & LNLB_CFG_DEV && strcmp(a->dev, b->dev))
		why->cfg = LNLB_CFG_DEV;
	else if (both & LNLB_CFG_WEIGHT && a->weight_source != b->weight_source)
		why->cfg = LNLB_CFG_WEIGHT;
	else if (both & LNLB_CFG_WEIGHT_VALUE && a->weight != b->weight)
		why->cfg = LNLB_CFG_WEIGHT_VALUE;
	else if (both & LNLB_CFG_AFFINITY &&
		 (a->affinity != b->affinity ||
		  a->affinity_len != b->affinity_len))
		why->cfg = LNLB_CFG_AFFINITY;
	else if (both & LNLB_CFG_TIMEOUT && a->timeout != b->timeout)
		why->cfg = LNLB_CFG_TIMEOUT;
	else if (both & LNLB_CFG_MODE && a->mode != b->mode)
		why->cfg = LNLB_CFG_MODE;
	else if (both & LNLB_CFG_MAC && !ether_addr_equal(a->mac, b->mac))
		why->cfg = LNLB_CFG_MAC;
	else if (both & LNLB_CFG_PERMISSIVE && a->permissive != b->permissive)
		why->cfg = LNLB_CFG_PERMISSIVE;
	else
		why->cfg = other_key(a, b, both);
	if (why->cfg)
		why->cause = "the cluster is in use with another value of this parameter";
	return why->cfg;
}

void lnlb_config_merge(struct lnlb_config *to, const struct lnlb_config *from)
{
	if (from->set & LNLB_CFG_DEV)
		strscpy(to->dev, from->dev, sizeof(to->dev));
	if (from->set & LNLB_CFG_NAME)
		strscpy(to->name, from->name, sizeof(to->name));
	if (from->set & LNLB_CFG_KEY)
		to->key[LNLB_KEY_SIGN] = from->key[LNLB_KEY_SIGN];
	if (from->set & LNLB_CFG_KEY_NEXT)
		to->key[LNLB_KEY_NEXT] = from->key[LNLB_KEY_NEXT];
	if (from->set & LNLB_CFG_HASH)
		to->key[LNLB_KEY_HASH] = from->key[LNLB_KEY_HASH];
	if (from->set & LNLB_CFG_PERMISSIVE)
		to->permissive = from->permissive;
	if (from->set & LNLB_CFG_WEIGHT)
		to->weight_source = from->weight_source;
	if (from->set & LNLB_CFG_WEIGHT_VALUE)
		to->weight = from->weight;
	if (from->set & LNLB_CFG_AFFINITY) {
		to->affinity = from->affinity;
		to->affinity_len = from->affinity_len;
	}
	if (from->set & LNLB_CFG_TIMEOUT)
		to->timeout = from->timeout;
	if (from->set & LNLB_CFG_MODE)
		to->mode = from->mode;
	if (from->set & LNLB_CFG_MAC)
		ether_addr_copy(to->mac, from->mac);
	if (from->set & LNLB_CFG_FLAGS)
		to->flags = from->flags;
	if (from->set & LNLB_CFG_STATE)
		to->state = from->state;
	to->set |= from->set & ~LNLB_CFG_POLICY;
}

void lnlb_config_health(const struct lnlb_cluster *cluster,
			struct lnlb_config *cfg)
{
	u32 flags = cluster->cfg.flags;

	/* what is in force may be late */
	if (cluster->over.set & LNLB_CFG_FLAGS)
		flags = cluster->over.flags;
	if (!(cfg->set & LNLB_CFG_STATE) || cfg->set & LNLB_CFG_FLAGS ||
	    !(flags & LNLB_F_HEALTH))
		return;
	cfg->flags = flags & ~LNLB_F_HEALTH;
	cfg->set |= LNLB_CFG_FLAGS;
}

void lnlb_config_default(struct lnlb_config *cfg, const struct in6_addr *addr)
{
	memset(cfg, 0, sizeof(*cfg));
	cfg->addr = *addr;
	cfg->weight = 100;
	cfg->state = LNLB_NODE_ACTIVE;
	cfg->mac[0] = 0x02;
	memcpy(cfg->mac + 2, &addr->s6_addr[12], 4);
}
