// SPDX-License-Identifier: GPL-2.0-only
/* See cmd_top_feed.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "cmd_top_feed.h"

static void fail(struct top_model *model, const char *what, int err)
{
	if (err == -ENOENT)
		snprintf(model->error, sizeof(model->error),
			 "kernel module nf_lnlb is not loaded (modprobe lnlb); waiting for it");
	else
		snprintf(model->error, sizeof(model->error), "%s: %s", what,
			 strerror(-err));
}

void top_feed_close(struct top_feed *feed)
{
	if (!feed->open)
		return;
	genl_close(&feed->ask);
	genl_close(&feed->listen);
	feed->open = false;
}

static int feed_open(struct top_feed *feed)
{
	int err;

	if (feed->open)
		return 0;
	err = genl_try_open(&feed->ask);
	if (err)
		return err;
	err = genl_try_open(&feed->listen);
	if (err) {
		genl_close(&feed->ask);
		return err;
	}
	feed->open = true;
	if (mnl_socket_setsockopt(feed->listen.nl.sock, NETLINK_ADD_MEMBERSHIP,
				  &feed->listen.events,
				  sizeof(feed->listen.events)) < 0) {
		err = -errno;
		top_feed_close(feed);
	}
	return err;
}

int top_feed_fd(const struct top_feed *feed)
{
	return feed->open ? mnl_socket_get_fd(feed->listen.nl.sock) : -1;
}

/* an older kernel does not say whose the buckets are */
static void fetch_buckets(struct top_feed *feed, struct top_model *model)
{
	if (!top_model_current(model) ||
	    buckets_get(&feed->ask, model->name, &model->buckets))
		model->buckets.bound = false;
}

void top_feed_fetch(struct top_feed *feed, struct top_model *model)
{
	struct cluster_list list = { 0 };
	int err;

	model->error[0] = '\0';
	err = feed_open(feed);
	if (err) {
		fail(model, "cannot find the kernel's netlink family", err);
		return;
	}
	err = cluster_get_all(&feed->ask, &list);
	if (!err)
		err = top_model_update(model, &list);
	free(list.cluster);
	if (err) {
		fail(model, "cannot list the clusters", err);
		/* the module has gone: its next one has other numbers */
		top_feed_close(feed);
		return;
	}
	fetch_buckets(feed, model);
}

static void take_event(const struct nlattr **tb, struct top_model *model)
{
	uint8_t event = mnl_attr_get_u8(tb[LNLB_A_EVENT]);
	char mac[LNLB_MAC_STRLEN] = "", more[48] = "";

	if (tb[LNLB_A_NODE_ID])
		lnlb_format_mac(mnl_attr_get_payload(tb[LNLB_A_NODE_ID]), mac);
	if (tb[LNLB_A_WEIGHT] && event == LNLB_EVENT_WEIGHT)
		snprintf(more, sizeof(more), " %u",
			 mnl_attr_get_u16(tb[LNLB_A_WEIGHT]));
	else if (tb[LNLB_A_NODE_CLAIMS] && event == LNLB_EVENT_CLAIMS)
		snprintf(more, sizeof(more), " %u",
			 mnl_attr_get_u32(tb[LNLB_A_NODE_CLAIMS]));
	else if (tb[LNLB_A_STATE] && (event == LNLB_EVENT_STATE ||
				      event == LNLB_EVENT_NODE_STATE))
		snprintf(more, sizeof(more), " %s",
			 lnlb_word(&lnlb_state_words,
				   mnl_attr_get_u8(tb[LNLB_A_STATE])));
	top_model_event(model, "%s %s%s%s%s%s%s",
			tb[LNLB_A_NAME] ? mnl_attr_get_str(tb[LNLB_A_NAME]) :
					  "-",
			lnlb_word(&lnlb_event_words, event), more,
			mac[0] ? " " : "", mac, tb[LNLB_A_CAUSE] ? ": " : "",
			tb[LNLB_A_CAUSE] ? mnl_attr_get_str(tb[LNLB_A_CAUSE]) :
					   "");
}

void top_feed_events(struct top_feed *feed, struct top_model *model)
{
	const struct nlattr *tb[LNLB_A_MAX + 1];
	struct nl *nl = &feed->listen.nl;
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)nl->buf;
	ssize_t got;
	int len;

	if (!feed->open)
		return;
	got = mnl_socket_recvfrom(nl->sock, nl->buf, sizeof(nl->buf));
	if (got < 0 && errno == ENOBUFS)
		top_model_event(model, "- lost: too many events at once, some are missing here");
	if (got < 0)
		return;
	for (len = got; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len))
		if (nlh->nlmsg_type == feed->listen.family &&
		    !genl_parse(nlh, tb) && tb[LNLB_A_EVENT])
			take_event(tb, model);
}
