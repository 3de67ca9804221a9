// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "cluster.h"
#include "lnlbctl.h"

#define NEVER UINT64_MAX

static uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000ull + ts.tv_nsec / 1000000;
}

static int set_state(struct genl *genl, const char *name, uint8_t state,
		     const char *what)
{
	struct nlmsghdr *nlh;
	int err;

	nlh = genl_begin_named(genl, LNLB_CMD_SET_CLUSTER, name);
	mnl_attr_put_u8(nlh, LNLB_A_STATE, state);
	err = nl_talk(&genl->nl, nlh, NULL, NULL);
	if (err)
		cluster_nl_error(genl, err, name, what);
	return err;
}

static int change_state(const struct ctl_args *args, uint8_t state,
			const char *what)
{
	static struct genl genl;
	int err;

	if (!ctl_check_name(args->argv[0]))
		return CTL_USAGE;
	if (genl_open(&genl))
		return CTL_FAILED;
	err = set_state(&genl, args->argv[0], state, what);
	genl_close(&genl);
	return err ? CTL_FAILED : CTL_OK;
}

int cmd_resume(const struct ctl_args *args)
{
	return change_state(args, LNLB_NODE_ACTIVE, "cannot resume");
}

int cmd_suspend(const struct ctl_args *args)
{
	return change_state(args, LNLB_NODE_SUSPENDED, "cannot suspend");
}

static uint32_t claims_here(const struct cluster *cluster)
{
	unsigned int i;

	for (i = 0; i < cluster->node_count; i++)
		if (cluster->node[i].self)
			return cluster->node[i].claims;
	return 0;
}

/* a line that is written over on a terminal, a line for each change elsewhere */
static void show_progress(uint64_t sessions, uint32_t claims)
{
	static uint64_t shown_sessions = UINT64_MAX;
	static uint32_t shown_claims;
	bool tty = isatty(STDOUT_FILENO);

	if (sessions == shown_sessions && claims == shown_claims)
		return;
	shown_sessions = sessions;
	shown_claims = claims;
	printf("%s%" PRIu64 " sessions and %" PRIu32 " buckets are left%s",
	       tty ? "\r" : "", sessions, claims, tty ? "\033[K" : "\n");
	fflush(stdout);
}

/* Return: 1 when all is gone, 0 when not yet, or a negative errno */
static int look(struct genl *genl, const char *name, uint64_t *sessions)
{
	struct cluster_list list = { 0 };
	uint32_t claims;
	int err;

	err = cluster_get(genl, name, &list);
	if (err)
		cluster_nl_error(genl, err, name, "cannot look at");
	if (err || !list.count) {
		free(list.cluster);
		return err ?: -ENOENT;
	}
	if (list.cluster->state == LNLB_NODE_ACTIVE) {
		ctl_error("somebody has resumed %s", name);
		err = -ECANCELED;
	}
	*sessions = list.cluster->sessions;
	claims = claims_here(list.cluster);
	free(list.cluster);
	if (err)
		return err;
	show_progress(*sessions, claims);
	return !*sessions && !claims;
}

static int wait_for_end(struct genl *genl, const char *name, uint64_t until)
{
	const struct timespec pause = { .tv_nsec = 200000000 };
	uint64_t sessions = 0;
	int done;

	while (!(done = look(genl, name, &sessions)) && now_ms() < until)
		nanosleep(&pause, NULL);
	if (isatty(STDOUT_FILENO))
		putchar('\n');
	if (done < 0)
		return CTL_FAILED;
	if (done)
		return CTL_OK;
	ctl_error("the time is over, %" PRIu64 " sessions are left; %s goes on draining",
		  sessions, name);
	return CTL_TIMEOUT;
}

/* Return: whether the words are right; *@until when to give up */
static bool parse_wait(const struct ctl_args *args, uint64_t *until)
{
	uint32_t seconds;

	*until = NEVER;
	if (!ctl_check_name(args->argv[0]))
		return false;
	if (!args->timeout)
		return true;
	if (lnlb_parse_time(args->timeout, &seconds)) {
		ctl_error("'%s' is not a time; allowed are seconds, or numbers with d, h, m, s as in 1h30m",
			  args->timeout);
		return false;
	}
	*until = now_ms() + seconds * 1000ull;
	return true;
}

int cmd_drain(const struct ctl_args *args)
{
	const char *name = args->argv[0];
	static struct genl genl;
	uint64_t until;
	int ret = CTL_OK;

	if (!parse_wait(args, &until))
		return CTL_USAGE;
	if (args->timeout && !args->wait) {
		ctl_error("--timeout goes with --wait");
		return CTL_USAGE;
	}
	if (genl_open(&genl))
		return CTL_FAILED;
	if (set_state(&genl, name, LNLB_NODE_DRAINING, "cannot drain"))
		ret = CTL_FAILED;
	else if (args->wait)
		ret = wait_for_end(&genl, name, until);
	genl_close(&genl);
	return ret;
}

/* Return: CTL_OK if delif would take the cluster down */
static int check_doors(struct genl *genl, const char *name)
{
	struct cluster_list list = { 0 };
	int ret = CTL_OK, err;

	err = cluster_get(genl, name, &list);
	if (err) {
		cluster_nl_error(genl, err, name, "cannot leave");
		ret = CTL_FAILED;
	} else if (list.cluster->doors & LNLB_DOOR_NFT) {
		ctl_error("nft rules hold cluster '%s': drain it, then delete them",
			  name);
		ret = CTL_FAILED;
	}
	free(list.cluster);
	return ret;
}

int cmd_leave(const struct ctl_args *args)
{
	const char *name = args->argv[0];
	static struct genl genl;
	uint64_t until;
	int ret;

	if (!parse_wait(args, &until))
		return CTL_USAGE;
	if (genl_open(&genl))
		return CTL_FAILED;
	ret = check_doors(&genl, name);
	if (!ret && set_state(&genl, name, LNLB_NODE_DRAINING, "cannot drain"))
		ret = CTL_FAILED;
	if (!ret)
		ret = wait_for_end(&genl, name, until);
	genl_close(&genl);
	return ret ? ret : cmd_delif(args);
}
