// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cluster.h"
#include "lnlbctl.h"
#include "show.h"

static int get(struct genl *genl, const char *name, struct cluster_list *list)
{
	int err;

	if (name) {
		err = cluster_get(genl, name, list);
		if (err)
			cluster_nl_error(genl, err, name, "cannot show");
		return err;
	}
	err = cluster_get_all(genl, list);
	if (err)
		ctl_nl_error(&genl->nl, err, "cannot list the clusters");
	return err;
}

static int show(const struct cluster_list *list, bool json)
{
	int err = 0;

	if (json)
		err = show_json(list);
	else
		show_text(list);
	if (err)
		ctl_error("cannot show: %s", strerror(-err));
	return err;
}

int cmd_show(const struct ctl_args *args)
{
	const char *name = args->argc ? args->argv[0] : NULL;
	struct cluster_list list;
	static struct genl genl;
	int err;

	if (name && !ctl_check_name(name))
		return CTL_USAGE;
	if (genl_open(&genl))
		return CTL_FAILED;
	err = get(&genl, name, &list);
	if (!err)
		err = show(&list, args->json);
	free(list.cluster);
	genl_close(&genl);
	return err ? CTL_FAILED : CTL_OK;
}
