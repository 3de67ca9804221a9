/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel tells top.
 */
#ifndef LNLBCTL_TOP_FEED_H
#define LNLBCTL_TOP_FEED_H

#include "cmd_top_model.h"

/**
 * struct top_feed - two sockets of the family
 * @open: they are open; not so while the module is not loaded
 * @ask: for questions
 * @listen: for events
 */
struct top_feed {
	bool open;
	struct genl ask;
	struct genl listen;
};

/**
 * top_feed_fd() - what is to be polled for events
 * @feed: the feed
 *
 * Return: -1 while there is nothing to be polled.
 */
int top_feed_fd(const struct top_feed *feed);

/**
 * top_feed_fetch() - ask the kernel how things are
 * @feed: the feed; opened if need be, closed when the kernel has gone
 * @model: gets the answer, or an error to be shown
 */
void top_feed_fetch(struct top_feed *feed, struct top_model *model);

/**
 * top_feed_events() - take in the events that have come
 * @feed: the feed, whose descriptor can be read
 * @model: gets them
 */
void top_feed_events(struct top_feed *feed, struct top_model *model);

/**
 * top_feed_close() - close the sockets
 * @feed: the feed
 */
void top_feed_close(struct top_feed *feed);

#endif /* LNLBCTL_TOP_FEED_H */
