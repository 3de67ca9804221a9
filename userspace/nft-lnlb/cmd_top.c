// SPDX-License-Identifier: GPL-2.0-only
/*
 * lnlbctl top: asks the kernel from time to time and after events, and shows
 * what it says until a key or a signal ends that.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cmd_top_feed.h"
#include "cmd_top_screen.h"
#include "interval.h"
#include "lnlbctl.h"

#define INTERVAL_MS	1000
/* events come in swarms */
#define AFTER_EVENT_MS	200

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

/* all of them wait until ppoll(), so that none comes between look and sleep */
static void catch_signals(sigset_t *during_poll)
{
	static const int ends[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	struct sigaction action = { .sa_handler = stop };
	sigset_t blocked;
	size_t i;

	sigemptyset(&blocked);
	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		sigaction(ends[i], &action, NULL);
		sigaddset(&blocked, ends[i]);
	}
	sigaddset(&blocked, SIGWINCH);
	sigprocmask(SIG_BLOCK, &blocked, during_poll);
	signal(SIGPIPE, SIG_IGN);
}

static void set_time(struct top_model *model)
{
	time_t now = time(NULL);
	struct tm tm;

	localtime_r(&now, &tm);
	strftime(model->time, sizeof(model->time), "%H:%M:%S", &tm);
}

static void look(struct top_feed *feed, struct top_model *model)
{
	set_time(model);
	top_feed_fetch(feed, model);
}

/* Return: false if one of them is to quit */
static bool take_keys(struct top_model *model, bool *switched)
{
	char before[LNLB_NAME_LEN];
	enum top_sort sort = 0;
	enum top_key key;

	memcpy(before, model->name, sizeof(before));
	while ((key = top_screen_key(&sort)) != TOP_KEY_NONE)
		if (!top_model_key(model, key, sort))
			return false;
	*switched = strcmp(before, model->name);
	return true;
}

/* Return: false if the terminal has gone */
static bool wait_for(struct top_feed *feed, struct top_model *model,
		     uint64_t *due, const sigset_t *mask)
{
	struct pollfd fds[] = {
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = top_feed_fd(feed), .events = POLLIN },
	};
	uint64_t now = interval_now_ms();
	uint64_t ms = *due > now ? *due - now : 0;
	const struct timespec timeout = {
		.tv_sec = ms / 1000,
		.tv_nsec = ms % 1000 * 1000000,
	};

	if (ppoll(fds, 2, &timeout, mask) < 0)
		return errno == EINTR;
	if (fds[1].revents) {
		set_time(model);
		top_feed_events(feed, model);
		now = interval_now_ms();
		if (*due > now + AFTER_EVENT_MS)
			*due = now + AFTER_EVENT_MS;
	}
	return !(fds[0].revents & (POLLERR | POLLHUP | POLLNVAL));
}

static int run(struct top_feed *feed, struct top_model *model,
	       uint32_t interval_ms)
{
	uint64_t due = interval_now_ms() + interval_ms;
	bool switched;
	sigset_t mask;
	int err = 0;

	catch_signals(&mask);
	while (!err && !stopped) {
		err = top_screen_draw(model);
		if (err || !wait_for(feed, model, &due, &mask) ||
		    !take_keys(model, &switched))
			break;
		if (!switched && interval_now_ms() < due)
			continue;
		look(feed, model);
		due = interval_now_ms() + interval_ms;
	}
	return err;
}

/* what is wrong from the start is said in the usual way */
static int check(const char *name)
{
	struct cluster_list list = { 0 };
	static struct genl genl;
	int err;

	if (genl_open(&genl))
		return CTL_FAILED;
	err = name ? cluster_get(&genl, name, &list) : 0;
	if (err)
		cluster_nl_error(&genl, err, name, "cannot show");
	free(list.cluster);
	genl_close(&genl);
	return err ? CTL_FAILED : CTL_OK;
}

int cmd_top(const struct ctl_args *args)
{
	const char *name = args->argc ? args->argv[0] : NULL;
	uint32_t interval_ms = INTERVAL_MS;
	static struct top_model model;
	static struct top_feed feed;
	int err;

	if (name && !ctl_check_name(name))
		return CTL_USAGE;
	if (!interval_parse(args->interval, "--interval", &interval_ms))
		return CTL_USAGE;
	if (check(name) || !top_screen_open())
		return CTL_FAILED;
	snprintf(model.name, sizeof(model.name), "%s", name ? name : "");
	look(&feed, &model);
	err = run(&feed, &model, interval_ms);
	top_screen_close();
	top_feed_close(&feed);
	top_model_free(&model);
	if (err)
		ctl_error("cannot show: %s", strerror(-err));
	return err ? CTL_FAILED : CTL_OK;
}
