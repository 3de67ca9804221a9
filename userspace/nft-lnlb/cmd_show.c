// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "cluster.h"
#include "lnlbctl.h"
#include "show.h"

/* One cluster or all of them, in one of two ways. */
static int look(const struct ctl_args *args,
		void (*text)(const struct cluster_list *list),
		int (*json)(const struct cluster_list *list))
{
	const char *name = args->argc ? args->argv[0] : NULL;
	struct cluster_list list;
	static struct genl genl;
	int err;

	if (name && !ctl_check_name(name))
		return CTL_USAGE;
	if (genl_open(&genl))
		return CTL_FAILED;
	err = cluster_get_some(&genl, name, &list, "cannot show");
	if (!err && args->json) {
		err = json(&list);
		if (err)
			ctl_error("cannot show: %s", strerror(-err));
	} else if (!err) {
		text(&list);
	}
	free(list.cluster);
	genl_close(&genl);
	return err ? CTL_FAILED : CTL_OK;
}

int cmd_show(const struct ctl_args *args)
{
	return look(args, show_text, show_json);
}

int cmd_nodes(const struct ctl_args *args)
{
	return look(args, show_nodes_text, show_nodes_json);
}

int cmd_stats(const struct ctl_args *args)
{
	return look(args, show_stats_text, show_stats_json);
}
