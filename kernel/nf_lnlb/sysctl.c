// SPDX-License-Identifier: GPL-2.0-only
/* net.lnlb.*: settings of a namespace. */

#include <linux/sysctl.h>

#include "core/wire.h"
#include "heartbeat.h"
#include "sysctl.h"

#define KEEPALIVE_DEFAULT	100	/* milliseconds */
#define DEAD_DEFAULT		500
#define ORPHAN_RESET_DEFAULT	1

/**
 * struct sysctl_range - a setting's name and range
 * @name: below net.lnlb
 * @offset: in struct lnlb_sysctl
 * @min: smallest value allowed
 * @max: largest value allowed
 */
struct sysctl_range {
	const char *name;
	size_t offset;
	int min;
	int max;
};

static const struct sysctl_range settings[] = {
	{ "heartbeat_interval",
	  offsetof(struct lnlb_sysctl, heartbeat_interval),
	  LNLB_HEARTBEAT_MIN, LNLB_HEARTBEAT_MAX },
	{ "keepalive_interval_ms",
	  offsetof(struct lnlb_sysctl, keepalive_interval_ms), 10, 10000 },
	{ "dead_interval_ms",
	  offsetof(struct lnlb_sysctl, dead_interval_ms), 30, 60000 },
	{ "orphan_reset",
	  offsetof(struct lnlb_sysctl, orphan_reset), 0, 1 },
};

/* Set one value; refused with -EINVAL if it does not go with the others. */
static int change(struct lnlb_net *ln, int *value, int to)
{
	struct lnlb_sysctl *s = &ln->sysctl;
	struct lnlb_cluster *cluster;
	int was, err = 0;

	mutex_lock(&ln->lock);
	was = *value;
	WRITE_ONCE(*value, to);
	if (s->dead_interval_ms <
	    s->keepalive_interval_ms * LNLB_DEAD_KEEPALIVES) {
		WRITE_ONCE(*value, was);
		err = -EINVAL;
	} else {
		list_for_each_entry(cluster, &ln->clusters, list)
			lnlb_heartbeat_kick(cluster);
	}
	mutex_unlock(&ln->lock);
	return err;
}

static int handle_setting(LNLB_CTL_TABLE *table, int write, void *buffer,
			  size_t *lenp, loff_t *ppos)
{
	const struct sysctl_range *range = table->extra2;
	struct lnlb_net *ln = table->extra1;
	struct ctl_table copy = *table;
	int min = range->min;
	int max = range->max;
	int err, value;

	value = READ_ONCE(*(int *)table->data);
	copy.data = &value;
	copy.extra1 = &min;
	copy.extra2 = &max;
	err = proc_dointvec_minmax(&copy, write, buffer, lenp, ppos);
	if (err || !write)
		return err;
	return change(ln, table->data, value);
}

#define SETTINGS	ARRAY_SIZE(settings)

int lnlb_sysctl_init(struct lnlb_net *ln)
{
	struct ctl_table *table;
	unsigned int i;

	ln->sysctl.heartbeat_interval = lnlb_heartbeat_interval;
	ln->sysctl.keepalive_interval_ms = KEEPALIVE_DEFAULT;
	ln->sysctl.dead_interval_ms = DEAD_DEFAULT;
	ln->sysctl.orphan_reset = ORPHAN_RESET_DEFAULT;

	/* Older kernels want an empty entry at the end. */
	table = kcalloc(SETTINGS + 1, sizeof(*table), GFP_KERNEL_ACCOUNT);
	if (!table)
		return -ENOMEM;
	for (i = 0; i < SETTINGS; i++) {
		table[i].procname = settings[i].name;
		table[i].data = (char *)&ln->sysctl + settings[i].offset;
		table[i].maxlen = sizeof(int);
		table[i].mode = 0644;
		table[i].proc_handler = handle_setting;
		table[i].extra1 = ln;
		table[i].extra2 = (void *)&settings[i];
	}
	ln->sysctl_table = table;
	ln->sysctl_header = lnlb_register_net_sysctl(ln->net, "net/lnlb",
						     table, SETTINGS);
	if (!ln->sysctl_header) {
		kfree(table);
		return -ENOMEM;
	}
	return 0;
}

void lnlb_sysctl_exit(struct lnlb_net *ln)
{
	unregister_net_sysctl_table(ln->sysctl_header);
	kfree(ln->sysctl_table);
}
