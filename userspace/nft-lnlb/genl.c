// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>
#include <linux/genetlink.h>

#include "genl.h"
#include "lnlbctl.h"
#include "names.h"

static int group_attr(const struct nlattr *attr, void *data)
{
	const struct nlattr **tb = data;

	if (mnl_attr_type_valid(attr, CTRL_ATTR_MCAST_GRP_MAX) > 0)
		tb[mnl_attr_get_type(attr)] = attr;
	return MNL_CB_OK;
}

static int groups_attr(const struct nlattr *attr, void *data)
{
	const struct nlattr *tb[CTRL_ATTR_MCAST_GRP_MAX + 1] = { NULL };
	const struct nlattr *name, *id;
	struct genl *genl = data;

	mnl_attr_parse_nested(attr, group_attr, tb);
	name = tb[CTRL_ATTR_MCAST_GRP_NAME];
	id = tb[CTRL_ATTR_MCAST_GRP_ID];
	if (name && id && mnl_attr_validate(id, MNL_TYPE_U32) >= 0 &&
	    mnl_attr_validate(name, MNL_TYPE_NUL_STRING) >= 0 &&
	    !strcmp(mnl_attr_get_str(name), LNLB_GENL_MCGRP_EVENTS))
		genl->events = mnl_attr_get_u32(id);
	return MNL_CB_OK;
}

static int family_attr(const struct nlattr *attr, void *data)
{
	struct genl *genl = data;

	switch (mnl_attr_get_type(attr)) {
	case CTRL_ATTR_FAMILY_ID:
		if (mnl_attr_validate(attr, MNL_TYPE_U16) >= 0)
			genl->family = mnl_attr_get_u16(attr);
		break;
	case CTRL_ATTR_MCAST_GROUPS:
		mnl_attr_parse_nested(attr, groups_attr, genl);
		break;
	}
	return MNL_CB_OK;
}

static int name_attr(const struct nlattr *attr, void *data)
{
	if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_NAME &&
	    mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0)
		*(const char **)data = mnl_attr_get_str(attr);
	return MNL_CB_OK;
}

static int family_message(const struct nlmsghdr *nlh, void *data)
{
	const char *name = "";

	mnl_attr_parse(nlh, sizeof(struct genlmsghdr), name_attr, &name);
	if (!strcmp(name, LNLB_GENL_NAME))
		mnl_attr_parse(nlh, sizeof(struct genlmsghdr), family_attr,
			       data);
	return 0;
}

/* Who asks by name has the kernel load the module, who asks for all does not. */
static int genl_find_family(struct genl *genl, bool load)
{
	struct genlmsghdr *header;
	struct nlmsghdr *nlh;
	int err;

	genl->family = 0;
	genl->events = 0;
	nlh = nl_begin(&genl->nl, GENL_ID_CTRL, load ? NLM_F_ACK : NLM_F_DUMP,
		       (void **)&header, sizeof(*header));
	header->cmd = CTRL_CMD_GETFAMILY;
	header->version = 1;
	if (load)
		mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, LNLB_GENL_NAME);
	err = nl_talk(&genl->nl, nlh, family_message, genl);
	if (!err && !load && !genl->family)
		err = -ENOENT;
	if (!err && (!genl->family || !genl->events))
		err = -EBADMSG;
	return err;
}

static int open_family(struct genl *genl, bool load)
{
	int err;

	err = nl_open(&genl->nl, NETLINK_GENERIC);
	if (err)
		return err;
	err = genl_find_family(genl, load);
	if (err)
		genl_close(genl);
	return err;
}

int genl_try_open(struct genl *genl)
{
	return open_family(genl, false);
}

int genl_open(struct genl *genl)
{
	int err = open_family(genl, true);

	if (err == -ENOENT)
		ctl_no_module();
	else if (err)
		ctl_nl_error(&genl->nl, err,
			     "cannot find the kernel's netlink family "
			     LNLB_GENL_NAME);
	return err;
}

void genl_close(struct genl *genl)
{
	nl_close(&genl->nl);
}

struct nlmsghdr *genl_begin(struct genl *genl, enum lnlb_cmd cmd,
			    uint16_t flags)
{
	struct genlmsghdr *header;
	struct nlmsghdr *nlh;

	nlh = nl_begin(&genl->nl, genl->family, flags, (void **)&header,
		       sizeof(*header));
	header->cmd = cmd;
	header->version = LNLB_GENL_VERSION;
	return nlh;
}

struct nlmsghdr *genl_begin_named(struct genl *genl, enum lnlb_cmd cmd,
				  const char *name)
{
	struct nlmsghdr *nlh;

	nlh = genl_begin(genl, cmd, NLM_F_ACK);
	mnl_attr_put_strz(nlh, LNLB_A_NAME, name);
	return nlh;
}

/* Attributes that are missing here are checked by length where they are read */
static const uint8_t attr_types[LNLB_A_MAX + 1] = {
	[LNLB_A_NAME] = MNL_TYPE_NUL_STRING,
	[LNLB_A_ADDR] = MNL_TYPE_BINARY,
	[LNLB_A_DEV] = MNL_TYPE_NUL_STRING,
	[LNLB_A_IFINDEX] = MNL_TYPE_U32,
	[LNLB_A_WEIGHT_SOURCE] = MNL_TYPE_U8,
	[LNLB_A_WEIGHT] = MNL_TYPE_U16,
	[LNLB_A_AFFINITY] = MNL_TYPE_U8,
	[LNLB_A_AFFINITY_LEN] = MNL_TYPE_U8,
	[LNLB_A_TIMEOUT] = MNL_TYPE_U32,
	[LNLB_A_MODE] = MNL_TYPE_U8,
	[LNLB_A_MAC] = MNL_TYPE_BINARY,
	[LNLB_A_FLAGS] = MNL_TYPE_U32,
	[LNLB_A_STATE] = MNL_TYPE_U8,
	[LNLB_A_DOORS] = MNL_TYPE_U8,
	[LNLB_A_DIGEST] = MNL_TYPE_U64,
	[LNLB_A_BUCKETS] = MNL_TYPE_U32,
	[LNLB_A_SESSIONS] = MNL_TYPE_U64,
	[LNLB_A_SESSIONS_FOREIGN] = MNL_TYPE_U64,
	[LNLB_A_TRACKER] = MNL_TYPE_NUL_STRING,
	[LNLB_A_NODES] = MNL_TYPE_NESTED,
	[LNLB_A_NODE] = MNL_TYPE_NESTED,
	[LNLB_A_NODE_ID] = MNL_TYPE_BINARY,
	[LNLB_A_NODE_SELF] = MNL_TYPE_FLAG,
	[LNLB_A_NODE_STATE] = MNL_TYPE_U8,
	[LNLB_A_NODE_WEIGHT] = MNL_TYPE_U16,
	[LNLB_A_NODE_WEIGHT_SOURCE] = MNL_TYPE_U8,
	[LNLB_A_NODE_TARGET] = MNL_TYPE_U32,
	[LNLB_A_NODE_CLAIMS] = MNL_TYPE_U32,
	[LNLB_A_NODE_HEARD_AGO_MS] = MNL_TYPE_U32,
	[LNLB_A_NODE_AGREES] = MNL_TYPE_FLAG,
	[LNLB_A_STATS] = MNL_TYPE_NESTED,
	[LNLB_A_EVENT] = MNL_TYPE_U8,
	[LNLB_A_CAUSE] = MNL_TYPE_NUL_STRING,
	[LNLB_A_KEY] = MNL_TYPE_NUL_STRING,
	[LNLB_A_PERMISSIVE] = MNL_TYPE_U8,
	[LNLB_A_KEYS] = MNL_TYPE_NESTED,
	[LNLB_A_KEY_ENTRY] = MNL_TYPE_NESTED,
	[LNLB_A_KEY_USE] = MNL_TYPE_U8,
	[LNLB_A_KEY_ID] = MNL_TYPE_U16,
	[LNLB_A_KEY_STATE] = MNL_TYPE_U8,
	[LNLB_A_NODE_KEY_ID] = MNL_TYPE_U16,
	[LNLB_A_REJECTS] = MNL_TYPE_NESTED,
	[LNLB_A_REJECT] = MNL_TYPE_NESTED,
	[LNLB_A_REJECT_KIND] = MNL_TYPE_U8,
	[LNLB_A_REJECT_VERSION] = MNL_TYPE_U8,
	[LNLB_A_REJECT_FRAMES] = MNL_TYPE_U64,
	[LNLB_A_REJECT_AGO_MS] = MNL_TYPE_U32,
	[LNLB_A_NODE_CLOCK_MS] = MNL_TYPE_U32,
	[LNLB_A_NODE_SESSIONS] = MNL_TYPE_U32,
	[LNLB_A_NODE_TAKEN] = MNL_TYPE_U64,
	[LNLB_A_NODE_PASSED] = MNL_TYPE_U64,
	[LNLB_A_CLIENT] = MNL_TYPE_BINARY,
	[LNLB_A_CLIENT_PORT] = MNL_TYPE_U16,
	[LNLB_A_BUCKET] = MNL_TYPE_U32,
	[LNLB_A_BUCKET_TARGETS] = MNL_TYPE_BINARY,
	[LNLB_A_BUCKET_CLAIMS] = MNL_TYPE_BINARY,
	[LNLB_A_SESSION_IDLE] = MNL_TYPE_U32,
	[LNLB_A_OWNED_BY] = MNL_TYPE_U8,
	[LNLB_A_OWNER_SURE] = MNL_TYPE_FLAG,
	[LNLB_A_XDP] = MNL_TYPE_U8,
};

static bool attr_sound(const struct nlattr *attr, uint16_t type)
{
	uint16_t len = mnl_attr_get_payload_len(attr);

	switch (type) {
	case LNLB_A_ADDR:
	case LNLB_A_CLIENT:
		return len == 4 || len == 16;
	case LNLB_A_MAC:
	case LNLB_A_NODE_ID:
		return len == LNLB_MAC_LEN;
	}
	return mnl_attr_validate(attr, attr_types[type]) >= 0;
}

static int lnlb_attr(const struct nlattr *attr, void *data)
{
	uint16_t type = mnl_attr_get_type(attr);
	const struct nlattr **tb = data;

	/* a newer kernel may know more */
	if (type > LNLB_A_MAX || attr_types[type] == MNL_TYPE_UNSPEC)
		return MNL_CB_OK;
	if (!attr_sound(attr, type))
		return MNL_CB_ERROR;
	tb[type] = attr;
	return MNL_CB_OK;
}

int genl_parse(const struct nlmsghdr *nlh,
	       const struct nlattr *tb[LNLB_A_MAX + 1])
{
	memset(tb, 0, sizeof(*tb) * (LNLB_A_MAX + 1));
	return mnl_attr_parse(nlh, sizeof(struct genlmsghdr), lnlb_attr,
			      tb) < 0 ? -EBADMSG : 0;
}

int genl_parse_nest(const struct nlattr *nest,
		    const struct nlattr *tb[LNLB_A_MAX + 1])
{
	memset(tb, 0, sizeof(*tb) * (LNLB_A_MAX + 1));
	return mnl_attr_parse_nested(nest, lnlb_attr, tb) < 0 ? -EBADMSG : 0;
}
