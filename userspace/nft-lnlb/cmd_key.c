// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "cluster.h"
#include "lnlbctl.h"

bool ctl_check_key(const char *desc)
{
	if (!desc || (*desc && strlen(desc) < LNLB_KEY_LEN &&
		      strchr(desc, ':')))
		return true;
	ctl_error("'%s' cannot be the description of a logon key: 1 to %d characters with a colon among them, as in lnlb:web",
		  desc, LNLB_KEY_LEN - 1);
	return false;
}

/* All of it each time, so that what was typed is what holds. */
static int set_keys(struct genl *genl, const char *name, const char *key,
		    const char *next, bool permissive)
{
	struct nlmsghdr *nlh;
	int err;

	nlh = genl_begin_named(genl, LNLB_CMD_SET_CLUSTER, name);
	mnl_attr_put_strz(nlh, LNLB_A_KEY, key);
	mnl_attr_put_strz(nlh, LNLB_A_KEY_NEXT, next ? next : "");
	mnl_attr_put_u8(nlh, LNLB_A_PERMISSIVE, permissive);
	err = nl_talk(&genl->nl, nlh, NULL, NULL);
	if (err)
		cluster_nl_error(genl, err, name, "cannot set the keys of");
	return err;
}

int cmd_key(const struct ctl_args *args)
{
	const char *name = args->argv[0], *key = args->argv[1];
	static struct genl genl;
	int err;

	if (!strcmp(key, "none"))
		key = "";
	if (!ctl_check_name(name) || (*key && !ctl_check_key(key)) ||
	    !ctl_check_key(args->next))
		return CTL_USAGE;
	if (!*key && (args->next || args->permissive)) {
		ctl_error("--next and --permissive go with a key");
		return CTL_USAGE;
	}
	if (genl_open(&genl))
		return CTL_FAILED;
	err = set_keys(&genl, name, key, args->next, args->permissive);
	genl_close(&genl);
	return err ? CTL_FAILED : CTL_OK;
}
