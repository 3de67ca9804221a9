// SPDX-License-Identifier: GPL-2.0-only
/* nft expression "lnlb": lnlb cluster ADDR … */

#include <linux/etherdevice.h>
#include <linux/module.h>
#include <linux/netfilter_ipv4.h>
#include <net/ipv6.h>
#include <net/netfilter/nf_tables.h>

#include "cluster.h"
#include "datapath.h"
#include "event.h"
#include "policy.h"

/**
 * struct nft_lnlb_hold - a rule's hold on its cluster
 * @holder: what nf_lnlb knows of it
 * @net: the namespace
 * @chain: where the rule is, or is going to be
 * @expr: the expression in the rule
 * @policy: with LNLB_CFG_POLICY
 * @gone: the rule is out of its chain for good, and waits to be destroyed
 */
struct nft_lnlb_hold {
	struct lnlb_holder holder;
	struct net *net;
	const struct nft_chain *chain;
	const struct nft_expr *expr;
	struct lnlb_policy policy;
	bool gone;
};

/**
 * struct nft_lnlb - private data of the expression
 * @hold: apart, because the configuration is large and seldom read
 */
struct nft_lnlb {
	struct nft_lnlb_hold *hold;
};

static void nft_lnlb_eval(const struct nft_expr *expr, struct nft_regs *regs,
			  const struct nft_pktinfo *pkt)
{
	const struct nft_lnlb *priv = nft_expr_priv(expr);
	const struct nft_lnlb_hold *hold = priv->hold;
	bool own = hold->holder.cfg.set & LNLB_CFG_POLICY;

	if (pkt->skb->protocol == htons(ETH_P_IP) &&
	    lnlb_datapath_eval(hold->holder.cluster,
			       own ? &hold->policy : NULL, pkt->skb,
			       nft_in(pkt)))
		regs->verdict.code = NF_DROP;
}

/* The rule that an expression is in; rules come and go, hence RCU. */
static const struct nft_rule *rule_of(const struct nft_lnlb_hold *hold)
{
	const unsigned char *expr = (const unsigned char *)hold->expr;
	const struct nft_rule *rule;

	list_for_each_entry_rcu(rule, &hold->chain->rules, list)
		if (expr >= rule->data && expr < rule->data + rule->dlen)
			return rule;
	return NULL;
}

static bool nft_lnlb_active(const struct lnlb_holder *holder)
{
	const struct nft_lnlb_hold *hold =
		container_of(holder, struct nft_lnlb_hold, holder);
	const struct nft_rule *rule;
	bool active;

	rcu_read_lock();
	rule = rule_of(hold);
	active = rule && nft_is_active(hold->net, rule);
	rcu_read_unlock();
	return active;
}

static bool nft_lnlb_active_next(const struct lnlb_holder *holder)
{
	const struct nft_lnlb_hold *hold =
		container_of(holder, struct nft_lnlb_hold, holder);
	const struct nft_rule *rule;
	bool active;

	if (READ_ONCE(hold->gone))
		return false;
	rcu_read_lock();
	rule = rule_of(hold);
	/* One that is not in its chain yet belongs to this transaction. */
	active = !rule || nft_is_active_next(hold->net, rule);
	rcu_read_unlock();
	return active;
}

static const struct nla_policy nft_lnlb_policy[NFTA_LNLB_MAX + 1] = {
	[NFTA_LNLB_ADDR]		= { .type = NLA_BINARY, .len = 16 },
	[NFTA_LNLB_DEV]			= { .type = NLA_NUL_STRING,
					    .len = IFNAMSIZ - 1 },
	[NFTA_LNLB_WEIGHT_SOURCE]	= { .type = NLA_U32 },
	[NFTA_LNLB_WEIGHT]		= { .type = NLA_U32 },
	[NFTA_LNLB_AFFINITY]		= { .type = NLA_U32 },
	[NFTA_LNLB_AFFINITY_LEN]	= { .type = NLA_U32 },
	[NFTA_LNLB_TIMEOUT]		= { .type = NLA_U32 },
	[NFTA_LNLB_MODE]		= { .type = NLA_U32 },
	[NFTA_LNLB_MAC]			= NLA_POLICY_EXACT_LEN(ETH_ALEN),
	[NFTA_LNLB_KEY]			= { .type = NLA_NUL_STRING,
					    .len = LNLB_KEY_LEN - 1 },
	[NFTA_LNLB_HASH]		= { .type = NLA_NUL_STRING,
					    .len = LNLB_KEY_LEN - 1 },
	[NFTA_LNLB_KEY_NEXT]		= { .type = NLA_NUL_STRING,
					    .len = LNLB_KEY_LEN - 1 },
	[NFTA_LNLB_PERMISSIVE]		= { .type = NLA_FLAG },
	[NFTA_LNLB_POLICY]		= { .type = NLA_U32 },
	[NFTA_LNLB_POLICY_LEN]		= { .type = NLA_U32 },
};

static const struct { int attr; u32 part; } nft_lnlb_keys[] = {
	[LNLB_KEY_SIGN] = { NFTA_LNLB_KEY, LNLB_CFG_KEY },
	[LNLB_KEY_NEXT] = { NFTA_LNLB_KEY_NEXT, LNLB_CFG_KEY_NEXT },
	[LNLB_KEY_HASH] = { NFTA_LNLB_HASH, LNLB_CFG_HASH },
};

/* A number into a smaller member; too large a one becomes an invalid one. */
static bool get_number(const struct nlattr *attr, u32 max, u32 *value)
{
	if (!attr)
		return false;
	*value = ntohl(nla_get_be32(attr));
	if (*value > max)
		*value = max;
	return true;
}

static int parse_numbers(const struct nlattr * const tb[],
			 struct lnlb_config *cfg, const char **cause)
{
	u32 v;

	if (get_number(tb[NFTA_LNLB_WEIGHT_SOURCE], U8_MAX, &v)) {
		cfg->weight_source = v;
		cfg->set |= LNLB_CFG_WEIGHT;
	}
	if (get_number(tb[NFTA_LNLB_WEIGHT], U32_MAX, &v)) {
		*cause = "the weight must be 1 to 65535";
		if (v < LNLB_WEIGHT_MIN || v > LNLB_WEIGHT_MAX)
			return -ERANGE;
		cfg->weight = v;
		cfg->set |= LNLB_CFG_WEIGHT_VALUE;
	}
	if (get_number(tb[NFTA_LNLB_AFFINITY], U8_MAX, &v)) {
		cfg->affinity = v;
		cfg->set |= LNLB_CFG_AFFINITY;
	}
	if (get_number(tb[NFTA_LNLB_AFFINITY_LEN], U8_MAX, &v))
		cfg->affinity_len = v;
	if (get_number(tb[NFTA_LNLB_POLICY], U8_MAX, &v)) {
		cfg->policy = v;
		cfg->set |= LNLB_CFG_POLICY;
	}
	if (get_number(tb[NFTA_LNLB_POLICY_LEN], U8_MAX, &v))
		cfg->policy_len = v;
	if (get_number(tb[NFTA_LNLB_TIMEOUT], U32_MAX, &v)) {
		cfg->timeout = v;
		cfg->set |= LNLB_CFG_TIMEOUT;
	}
	if (get_number(tb[NFTA_LNLB_MODE], U8_MAX, &v)) {
		cfg->mode = v;
		cfg->set |= LNLB_CFG_MODE;
	}
	return 0;
}

static int parse_keys(const struct nlattr * const tb[],
		      struct lnlb_config *cfg, const char **cause)
{
	unsigned int i;

	*cause = "the description of a key is empty";
	for (i = 0; i < ARRAY_SIZE(nft_lnlb_keys); i++) {
		if (!tb[nft_lnlb_keys[i].attr])
			continue;
		nla_strscpy(cfg->key[i].desc, tb[nft_lnlb_keys[i].attr],
			    sizeof(cfg->key[i].desc));
		if (!cfg->key[i].desc[0])
			return -EINVAL;
		cfg->set |= nft_lnlb_keys[i].part;
	}
	if (tb[NFTA_LNLB_PERMISSIVE]) {
		cfg->permissive = true;
		cfg->set |= LNLB_CFG_PERMISSIVE;
	}
	return 0;
}

static int parse(const struct nlattr * const tb[], struct lnlb_config *cfg,
		 const char **cause)
{
	const struct nlattr *addr = tb[NFTA_LNLB_ADDR];

	*cause = "a cluster address of 4 or 16 bytes is required";
	if (!addr || (nla_len(addr) != sizeof(struct in_addr) &&
		      nla_len(addr) != sizeof(struct in6_addr)))
		return -EINVAL;
	if (nla_len(addr) == sizeof(struct in_addr))
		ipv6_addr_set_v4mapped(nla_get_in_addr(addr), &cfg->addr);
	else
		cfg->addr = nla_get_in6_addr(addr);
	if (tb[NFTA_LNLB_DEV]) {
		nla_strscpy(cfg->dev, tb[NFTA_LNLB_DEV], sizeof(cfg->dev));
		cfg->set |= LNLB_CFG_DEV;
	}
	if (tb[NFTA_LNLB_MAC]) {
		nla_memcpy(cfg->mac, tb[NFTA_LNLB_MAC], sizeof(cfg->mac));
		cfg->set |= LNLB_CFG_MAC;
	}
	return parse_keys(tb, cfg, cause) ?: parse_numbers(tb, cfg, cause);
}

static int check_family(const struct nft_ctx *ctx, const char **cause)
{
	switch (ctx->family) {
	case NFPROTO_IPV4:
	case NFPROTO_IPV6:
	case NFPROTO_INET:
	case NFPROTO_NETDEV:
		return 0;
	}
	*cause = "lnlb works in tables of family ip, ip6, inet and netdev only";
	return -EOPNOTSUPP;
}

static int check_hook(const struct nft_ctx *ctx, const char **cause)
{
	const struct nft_base_chain *base;
	int err;

	if (!nft_is_base_chain(ctx->chain))
		return 0;
	base = nft_base_chain(ctx->chain);
	if (ctx->family == NFPROTO_NETDEV) {
		*cause = "lnlb works at the hook ingress of family netdev only";
		return nft_chain_validate_hooks(ctx->chain,
						1 << NF_NETDEV_INGRESS);
	}
	*cause = "lnlb works at the hook prerouting only";
	err = nft_chain_validate_hooks(ctx->chain, 1 << NF_INET_PRE_ROUTING);
	if (err)
		return err;
	*cause = "lnlb needs a chain of a priority below that of mangle (-150)";
	return base->ops.priority < NF_IP_PRI_MANGLE ? 0 : -EOPNOTSUPP;
}

/*
 * After reassembly, as ports are not in all pieces, and before the cluster's own
 * policy decides about the rest.
 */
static int check_policy(const struct nft_ctx *ctx,
			const struct lnlb_config *cfg, const char **cause)
{
	int priority;

	if (!(cfg->set & LNLB_CFG_POLICY))
		return 0;
	*cause = "a policy can be had in tables of family ip and inet only";
	if (ctx->family != NFPROTO_IPV4 && ctx->family != NFPROTO_INET)
		return -EOPNOTSUPP;
	if (!nft_is_base_chain(ctx->chain))
		return 0;
	*cause = "a policy needs a chain of a priority from -399 to -202, as raw (-300)";
	priority = nft_base_chain(ctx->chain)->ops.priority;
	return priority > NF_IP_PRI_CONNTRACK_DEFRAG &&
	       priority < LNLB_PRI_POLICY ? 0 : -EOPNOTSUPP;
}

static int nft_lnlb_init(const struct nft_ctx *ctx,
			 const struct nft_expr *expr,
			 const struct nlattr * const tb[])
{
	struct nft_lnlb *priv = nft_expr_priv(expr);
	struct lnlb_refusal why = { .cause = "out of memory" };
	struct nft_lnlb_hold *hold;
	int err;

	hold = kzalloc(sizeof(*hold), GFP_KERNEL_ACCOUNT);
	if (!hold)
		return -ENOMEM;
	hold->net = ctx->net;
	hold->chain = ctx->chain;
	hold->expr = expr;
	hold->holder.door = LNLB_DOOR_NFT;
	hold->holder.active = nft_lnlb_active;
	hold->holder.active_next = nft_lnlb_active_next;

	err = check_family(ctx, &why.cause) ?:
	      check_hook(ctx, &why.cause) ?:
	      parse(tb, &hold->holder.cfg, &why.cause) ?:
	      check_policy(ctx, &hold->holder.cfg, &why.cause) ?:
	      lnlb_cluster_hold(ctx->net, &hold->holder, &why);
	if (err) {
		lnlb_event_refused(ctx->net, why.cause);
		kfree(hold);
		return err;
	}
	lnlb_policy_set(&hold->policy, hold->holder.cfg.policy,
			hold->holder.cfg.policy_len);
	priv->hold = hold;
	return 0;
}

static void nft_lnlb_deactivate(const struct nft_ctx *ctx,
				const struct nft_expr *expr,
				enum nft_trans_phase phase)
{
	struct nft_lnlb *priv = nft_expr_priv(expr);

	/* What is only prepared may yet be undone. */
	if (phase != NFT_TRANS_PREPARE)
		WRITE_ONCE(priv->hold->gone, true);
}

static void nft_lnlb_destroy(const struct nft_ctx *ctx,
			     const struct nft_expr *expr)
{
	struct nft_lnlb *priv = nft_expr_priv(expr);

	lnlb_cluster_release(&priv->hold->holder);
	kfree(priv->hold);
}

static int dump_number(struct sk_buff *skb, const struct lnlb_config *cfg,
		       u32 part, int attr, u32 value)
{
	return cfg->set & part ? nla_put_be32(skb, attr, htonl(value)) : 0;
}

static int dump_keys(struct sk_buff *skb, const struct lnlb_config *cfg)
{
	unsigned int i;
	int err = 0;

	for (i = 0; !err && i < ARRAY_SIZE(nft_lnlb_keys); i++)
		if (cfg->set & nft_lnlb_keys[i].part)
			err = nla_put_string(skb, nft_lnlb_keys[i].attr,
					     cfg->key[i].desc);
	if (!err && cfg->set & LNLB_CFG_PERMISSIVE)
		err = nla_put_flag(skb, NFTA_LNLB_PERMISSIVE);
	return err;
}

static int dump(struct sk_buff *skb, const struct lnlb_config *cfg)
{
	int err;

	if (ipv6_addr_v4mapped(&cfg->addr))
		err = nla_put_in_addr(skb, NFTA_LNLB_ADDR,
				      cfg->addr.s6_addr32[3]);
	else
		err = nla_put_in6_addr(skb, NFTA_LNLB_ADDR, &cfg->addr);
	if (!err && cfg->set & LNLB_CFG_DEV)
		err = nla_put_string(skb, NFTA_LNLB_DEV, cfg->dev);
	if (!err && cfg->set & LNLB_CFG_MAC)
		err = nla_put(skb, NFTA_LNLB_MAC, ETH_ALEN, cfg->mac);
	if (!err && cfg->affinity_len)
		err = nla_put_be32(skb, NFTA_LNLB_AFFINITY_LEN,
				   htonl(cfg->affinity_len));
	if (!err && cfg->policy_len)
		err = nla_put_be32(skb, NFTA_LNLB_POLICY_LEN,
				   htonl(cfg->policy_len));
	return err ?: dump_keys(skb, cfg) ?:
		      dump_number(skb, cfg, LNLB_CFG_WEIGHT,
				  NFTA_LNLB_WEIGHT_SOURCE,
				  cfg->weight_source) ?:
		      dump_number(skb, cfg, LNLB_CFG_WEIGHT_VALUE,
				  NFTA_LNLB_WEIGHT, cfg->weight) ?:
		      dump_number(skb, cfg, LNLB_CFG_AFFINITY,
				  NFTA_LNLB_AFFINITY, cfg->affinity) ?:
		      dump_number(skb, cfg, LNLB_CFG_POLICY,
				  NFTA_LNLB_POLICY, cfg->policy) ?:
		      dump_number(skb, cfg, LNLB_CFG_TIMEOUT,
				  NFTA_LNLB_TIMEOUT, cfg->timeout) ?:
		      dump_number(skb, cfg, LNLB_CFG_MODE,
				  NFTA_LNLB_MODE, cfg->mode);
}

static int nft_lnlb_dump(struct sk_buff *skb,
			 const struct nft_expr *expr LNLB_NFT_DUMP_RESET)
{
	const struct nft_lnlb *priv = nft_expr_priv(expr);

	return dump(skb, &priv->hold->holder.cfg);
}

static int nft_lnlb_validate(const struct nft_ctx *ctx,
			     const struct nft_expr *expr LNLB_NFT_VALIDATE_DATA)
{
	const struct nft_lnlb *priv = nft_expr_priv(expr);
	const char *cause;
	int err;

	/* Once more: rules of a chain that is jumped to have their hook now. */
	err = check_family(ctx, &cause) ?: check_hook(ctx, &cause) ?:
	      check_policy(ctx, &priv->hold->holder.cfg, &cause);
	if (err)
		lnlb_event_refused(ctx->net, cause);
	return err;
}

static struct nft_expr_type nft_lnlb_type;
static const struct nft_expr_ops nft_lnlb_ops = {
	.type		= &nft_lnlb_type,
	.size		= NFT_EXPR_SIZE(sizeof(struct nft_lnlb)),
	.eval		= nft_lnlb_eval,
	.init		= nft_lnlb_init,
	.deactivate	= nft_lnlb_deactivate,
	.destroy	= nft_lnlb_destroy,
	.dump		= nft_lnlb_dump,
	.validate	= nft_lnlb_validate,
	LNLB_NFT_REDUCE
};

static struct nft_expr_type nft_lnlb_type __read_mostly = {
	.name		= "lnlb",
	.ops		= &nft_lnlb_ops,
	.policy		= nft_lnlb_policy,
	.maxattr	= NFTA_LNLB_MAX,
	.owner		= THIS_MODULE,
};

static int __init nft_lnlb_module_init(void)
{
	return nft_register_expr(&nft_lnlb_type);
}

static void __exit nft_lnlb_module_exit(void)
{
	nft_unregister_expr(&nft_lnlb_type);
}

module_init(nft_lnlb_module_init);
module_exit(nft_lnlb_module_exit);
MODULE_LICENSE("GPL");
MODULE_VERSION(LNLB_VERSION);
MODULE_DESCRIPTION("nftables expression lnlb: membership of a load balancing cluster");
MODULE_ALIAS_NFT_EXPR("lnlb");
