// SPDX-License-Identifier: GPL-2.0-only
/*
 * lnlbctl health: checks a service of this node again and again, takes the node
 * out of a cluster when it fails and brings it back when it works.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cluster.h"
#include "cmd_health.h"
#include "interval.h"
#include "lnlbctl.h"

#define INTERVAL_MS	2000
#define RISE		2
#define FALL		3
#define COUNT_MAX	1000

/* what was said last about a cluster that cannot be seen to */
enum trouble {
	TROUBLE_NONE,
	TROUBLE_MODULE,
	TROUBLE_CLUSTER,
	TROUBLE_OTHER,
	TROUBLE_FOREIGN,	/* somebody else has drained it */
};

/*
 * name = of the cluster; down = the service is; in_row = results that speak for
 * the contrary; out = what the node is to be then; seen = addr is known
 */
struct watch {
	const char *name;
	struct health_check check;
	uint32_t interval_ms;
	uint32_t rise;
	uint32_t fall;
	uint8_t out;
	bool down;
	uint32_t in_row;
	enum trouble trouble;
	bool seen;
	struct lnlb_addr addr;
	bool open;
	struct genl genl;
};

static void say(const struct watch *watch, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void say(const struct watch *watch, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	printf("%s: ", watch->name);
	vprintf(format, ap);
	putchar('\n');
	fflush(stdout);
	va_end(ap);
}

static void say_trouble(struct watch *watch, enum trouble trouble, int err)
{
	if (watch->trouble == trouble)
		return;
	watch->trouble = trouble;
	if (trouble == TROUBLE_MODULE)
		say(watch, "kernel module nf_lnlb is not loaded; waiting for it");
	else if (trouble == TROUBLE_CLUSTER)
		say(watch, "there is no such cluster; waiting for it");
	else if (trouble == TROUBLE_OTHER)
		say(watch, "cannot look at the cluster: %s; trying again",
		    strerror(-err));
	else if (trouble == TROUBLE_FOREIGN)
		say(watch, "was taken out by somebody else already, and is left so");
}

static void close_family(struct watch *watch)
{
	if (watch->open)
		genl_close(&watch->genl);
	watch->open = false;
}

/* Return: 0 or a negative errno, which was said */
static int look(struct watch *watch, struct cluster *cluster)
{
	struct cluster_list list = { 0 };
	int err = 0;

	if (!watch->open) {
		err = genl_try_open(&watch->genl);
		if (err) {
			say_trouble(watch, err == -ENOENT ? TROUBLE_MODULE :
							    TROUBLE_OTHER, err);
			return err;
		}
		watch->open = true;
	}
	err = cluster_get(&watch->genl, watch->name, &list);
	if (!err) {
		*cluster = *list.cluster;
		watch->addr = cluster->addr;
		watch->seen = true;
	} else {
		watch->seen = false;
		/* one that is loaded anew has another number */
		close_family(watch);
		say_trouble(watch, err == -ENOENT ? TROUBLE_CLUSTER :
						    TROUBLE_OTHER, err);
	}
	free(list.cluster);
	return err;
}

static int set_state(struct watch *watch, uint8_t state, uint32_t flags)
{
	struct nlmsghdr *nlh;
	int err;

	nlh = genl_begin_named(&watch->genl, LNLB_CMD_SET_CLUSTER, watch->name);
	mnl_attr_put_u8(nlh, LNLB_A_STATE, state);
	mnl_attr_put_u32(nlh, LNLB_A_FLAGS, flags);
	err = nl_talk(&watch->genl.nl, nlh, NULL, NULL);
	if (err)
		cluster_nl_error(&watch->genl, err, watch->name,
				 state == LNLB_NODE_ACTIVE ? "cannot resume" :
							     "cannot take out");
	return err;
}

/* Return: whether it makes sense to go on */
static bool act(struct watch *watch)
{
	struct cluster cluster;
	bool ours;
	int err = 0;

	if (look(watch, &cluster))
		return true;
	ours = cluster.flags & LNLB_F_HEALTH;
	if (watch->down && !ours && cluster.state == LNLB_NODE_ACTIVE) {
		err = set_state(watch, watch->out,
				cluster.flags | LNLB_F_HEALTH);
		if (!err)
			say(watch, "taken out (%s)",
			    lnlb_word(&lnlb_state_words, watch->out));
	} else if (watch->down && !ours &&
		   (cluster.state == LNLB_NODE_DRAINING ||
		    cluster.state == LNLB_NODE_SUSPENDED)) {
		say_trouble(watch, TROUBLE_FOREIGN, 0);
		return true;
	} else if (!watch->down && ours) {
		err = set_state(watch, LNLB_NODE_ACTIVE,
				cluster.flags & ~LNLB_F_HEALTH);
		if (!err)
			say(watch, "resumed");
	}
	watch->trouble = TROUBLE_NONE;
	return err != -EPERM;
}

static void count(struct watch *watch, bool good, const char *why)
{
	if (good == !watch->down) {
		watch->in_row = 0;
		return;
	}
	watch->in_row++;
	if (good)
		say(watch, "check succeeded (%u of %u)", watch->in_row,
		    watch->rise);
	else
		say(watch, "check failed (%u of %u): %s", watch->in_row,
		    watch->fall, why);
	if (watch->in_row < (good ? watch->rise : watch->fall))
		return;
	watch->down = !good;
	watch->in_row = 0;
}

/* Return: whether to go on */
static bool check(struct watch *watch)
{
	char why[HEALTH_WHY_LEN] = "";
	enum health_result result;

	/* where is the service of a cluster that is not there? */
	if (watch->check.kind != HEALTH_EXEC && !watch->check.host[0] &&
	    !watch->seen)
		return true;
	result = health_run(&watch->check, &watch->addr, why);
	if (result == HEALTH_STOPPED)
		return false;
	count(watch, result == HEALTH_GOOD, why);
	return true;
}

static int run(struct watch *watch)
{
	uint64_t due = interval_now_ms(), now;
	struct cluster cluster;
	int ret = CTL_OK;

	health_signals();
	/* one before us has taken it out: it is ours to bring back */
	if (!look(watch, &cluster))
		watch->down = cluster.flags & LNLB_F_HEALTH;
	while (health_sleep(due) && check(watch)) {
		if (!act(watch)) {
			ret = CTL_FAILED;
			break;
		}
		now = interval_now_ms();
		due += watch->interval_ms;
		if (due < now)
			due = now;
	}
	close_family(watch);
	return ret;
}

static bool parse_count(const char *text, const char *option, uint32_t *value)
{
	if (!text || !lnlb_parse_uint(text, 1, COUNT_MAX, value))
		return true;
	ctl_error("%s: '%s' is not a number from 1 to %d", option, text,
		  COUNT_MAX);
	return false;
}

static bool parse_check(const struct ctl_args *args, struct watch *watch)
{
	if (!!args->exec + !!args->tcp + !!args->url != 1) {
		ctl_error("health: one of --exec, --tcp and --http is needed");
		return false;
	}
	if (args->exec)
		return health_parse(&watch->check, HEALTH_EXEC, args->exec);
	if (args->tcp)
		return health_parse(&watch->check, HEALTH_TCP, args->tcp);
	return health_parse(&watch->check, HEALTH_HTTP, args->url);
}

int cmd_health(const struct ctl_args *args)
{
	static struct watch watch;

	/* it may not be the first one in a batch */
	memset(&watch, 0, sizeof(watch));
	watch.interval_ms = INTERVAL_MS;
	watch.rise = RISE;
	watch.fall = FALL;
	watch.out = LNLB_NODE_DRAINING;
	watch.name = args->argv[0];
	if (args->suspend)
		watch.out = LNLB_NODE_SUSPENDED;
	if (!ctl_check_name(watch.name) || !parse_check(args, &watch) ||
	    !interval_parse(args->interval, "--interval", &watch.interval_ms))
		return CTL_USAGE;
	/* so that one that hangs is found out as soon as one that refuses */
	watch.check.timeout_ms = watch.interval_ms / 2;
	if (!interval_parse(args->timeout, "--timeout",
			    &watch.check.timeout_ms) ||
	    !parse_count(args->rise, "--rise", &watch.rise) ||
	    !parse_count(args->fall, "--fall", &watch.fall))
		return CTL_USAGE;
	return run(&watch);
}
