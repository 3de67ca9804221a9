// SPDX-License-Identifier: GPL-2.0-only
/* Generic netlink family "lnlb": the XDP program. */

#include "genl.h"
#include "xdp.h"

const struct nla_policy lnlb_genl_xdp_policy[LNLB_A_XDP_LINK + 1] = {
	[LNLB_A_NAME]		= { .type = NLA_NUL_STRING,
				    .len = LNLB_NAME_LEN - 1 },
	[LNLB_A_XDP_PROG]	= { .type = NLA_U32 },
	[LNLB_A_XDP_LINK]	= { .type = NLA_U32 },
};

static int required(struct genl_info *info, int attr)
{
	if (info->attrs[attr])
		return 0;
	GENL_SET_ERR_MSG(info, "a required attribute is missing");
	NL_SET_ERR_ATTR_MISS(info->extack, NULL, attr);
	return -EINVAL;
}

static int answer(struct genl_info *info, const struct lnlb_refusal *why,
		  int err)
{
	if (!err)
		return 0;
	if (info->extack)
		info->extack->_msg = why->cause;
	NL_SET_BAD_ATTR(info->extack, info->attrs[LNLB_A_NAME]);
	return err;
}

/* One descriptor is of no use without the other. */
int lnlb_genl_xdp_on(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr **tb = info->attrs;
	int prog_fd = -1, link_fd = -1;
	struct lnlb_refusal why;
	int err;

	err = required(info, LNLB_A_NAME);
	if (!err && tb[LNLB_A_XDP_PROG])
		err = required(info, LNLB_A_XDP_LINK);
	if (!err && tb[LNLB_A_XDP_LINK])
		err = required(info, LNLB_A_XDP_PROG);
	if (err)
		return err;
	if (tb[LNLB_A_XDP_PROG]) {
		prog_fd = nla_get_u32(tb[LNLB_A_XDP_PROG]) & INT_MAX;
		link_fd = nla_get_u32(tb[LNLB_A_XDP_LINK]);
	}
	err = lnlb_xdp_on(genl_info_net(info), nla_data(tb[LNLB_A_NAME]),
			  prog_fd, link_fd, &why);
	return answer(info, &why, err);
}

int lnlb_genl_xdp_off(struct sk_buff *skb, struct genl_info *info)
{
	struct lnlb_refusal why;
	int err;

	err = required(info, LNLB_A_NAME);
	if (err)
		return err;
	err = lnlb_xdp_off(genl_info_net(info),
			   nla_data(info->attrs[LNLB_A_NAME]), &why);
	return answer(info, &why, err);
}
