// SPDX-License-Identifier: GPL-2.0-only
#include "cluster.h"
#include "lnlbctl.h"

int cmd_resync(const struct ctl_args *args)
{
	const char *name = args->argv[0];
	static struct genl genl;
	struct nlmsghdr *nlh;
	int err;

	if (!ctl_check_name(name))
		return CTL_USAGE;
	if (genl_open(&genl))
		return CTL_FAILED;
	nlh = genl_begin_named(&genl, LNLB_CMD_RESYNC, name);
	err = nl_talk(&genl.nl, nlh, NULL, NULL);
	if (err)
		cluster_nl_error(&genl, err, name, "cannot resync");
	genl_close(&genl);
	return err ? CTL_FAILED : CTL_OK;
}
