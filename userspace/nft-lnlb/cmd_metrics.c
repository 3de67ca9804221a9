// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "cluster.h"
#include "lnlbctl.h"
#include "metrics.h"

static int write_metrics(FILE *out)
{
	struct cluster_list list;
	static struct genl genl;
	int err;

	err = genl_open(&genl);
	if (err)
		return err;
	err = cluster_get_some(&genl, NULL, &list, "cannot measure");
	if (!err)
		metrics_print(out, &list);
	free(list.cluster);
	genl_close(&genl);
	return err;
}

int cmd_metrics(const struct ctl_args *args)
{
	int err;

	if (args->http && ctl_stdin_is_taken()) {
		ctl_error("stdin has the commands, --http reads a request from there");
		return CTL_USAGE;
	}
	if (args->http)
		err = http_serve(write_metrics,
				 "text/plain; version=0.0.4; charset=utf-8");
	else
		err = write_metrics(stdout);
	return err ? CTL_FAILED : CTL_OK;
}
