// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <json-c/json.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <linux/genetlink.h>

#include "genl.h"
#include "json.h"
#include "lnlbctl.h"
#include "names.h"

#define TIME_STRLEN sizeof("2026-11-22T12:00:00.123Z")

/* RFC 3339: in UTC for programs, in local time for people */
static const char *time_stamp(bool json, char buf[static TIME_STRLEN])
{
	struct timespec now;
	struct tm tm;
	size_t len;

	clock_gettime(CLOCK_REALTIME, &now);
	if (json)
		gmtime_r(&now.tv_sec, &tm);
	else
		localtime_r(&now.tv_sec, &tm);
	len = strftime(buf, TIME_STRLEN,
		       json ? "%Y-%m-%dT%H:%M:%S" : "%Y-%m-%d %H:%M:%S", &tm);
	snprintf(buf + len, TIME_STRLEN - len, ".%03d%s",
		 (int)(now.tv_nsec / 1000000) % 1000, json ? "Z" : "");
	return buf;
}

static void print_text(const struct nlattr **tb)
{
	char mac[LNLB_MAC_STRLEN], stamp[TIME_STRLEN];

	printf("%s %s %s", time_stamp(false, stamp),
	       tb[LNLB_A_NAME] ? mnl_attr_get_str(tb[LNLB_A_NAME]) : "-",
	       lnlb_word(&lnlb_event_words,
			 mnl_attr_get_u8(tb[LNLB_A_EVENT])));
	if (tb[LNLB_A_NODE_ID])
		printf(" node %s",
		       lnlb_format_mac(mnl_attr_get_payload(tb[LNLB_A_NODE_ID]),
				       mac));
	if (tb[LNLB_A_STATE])
		printf(" state %s",
		       lnlb_word(&lnlb_state_words,
				 mnl_attr_get_u8(tb[LNLB_A_STATE])));
	if (tb[LNLB_A_WEIGHT])
		printf(" weight %u", mnl_attr_get_u16(tb[LNLB_A_WEIGHT]));
	if (tb[LNLB_A_NODE_CLAIMS])
		printf(" claims %u", mnl_attr_get_u32(tb[LNLB_A_NODE_CLAIMS]));
	if (tb[LNLB_A_CAUSE])
		printf(": %s", mnl_attr_get_str(tb[LNLB_A_CAUSE]));
	if (tb[LNLB_A_REJECT_VERSION])
		printf(" (%u)", mnl_attr_get_u8(tb[LNLB_A_REJECT_VERSION]));
	putchar('\n');
}

static int print_json(const struct nlattr **tb)
{
	struct json_object *obj = json_object_new_object();
	char stamp[TIME_STRLEN];

	json_put_string(obj, "time", time_stamp(true, stamp));
	if (tb[LNLB_A_NAME])
		json_put_string(obj, "name",
				mnl_attr_get_str(tb[LNLB_A_NAME]));
	json_put_word(obj, "event", &lnlb_event_words,
		      mnl_attr_get_u8(tb[LNLB_A_EVENT]));
	if (tb[LNLB_A_NODE_ID])
		json_put_mac(obj, "node",
			     mnl_attr_get_payload(tb[LNLB_A_NODE_ID]));
	if (tb[LNLB_A_STATE])
		json_put_word(obj, "state", &lnlb_state_words,
			      mnl_attr_get_u8(tb[LNLB_A_STATE]));
	if (tb[LNLB_A_WEIGHT])
		json_put_uint(obj, "weight",
			      mnl_attr_get_u16(tb[LNLB_A_WEIGHT]));
	if (tb[LNLB_A_NODE_CLAIMS])
		json_put_uint(obj, "claims",
			      mnl_attr_get_u32(tb[LNLB_A_NODE_CLAIMS]));
	if (tb[LNLB_A_REJECT_KIND])
		json_put_word(obj, "reject", &lnlb_reject_words,
			      mnl_attr_get_u8(tb[LNLB_A_REJECT_KIND]));
	if (tb[LNLB_A_REJECT_VERSION])
		json_put_uint(obj, "version",
			      mnl_attr_get_u8(tb[LNLB_A_REJECT_VERSION]));
	if (tb[LNLB_A_CAUSE])
		json_put_string(obj, "cause",
				mnl_attr_get_str(tb[LNLB_A_CAUSE]));
	return json_print(obj, JSON_C_TO_STRING_PLAIN);
}

/* On stdout, where whoever counts on having seen everything is looking. */
static int print_lost(bool json)
{
	struct json_object *obj;
	char stamp[TIME_STRLEN];

	if (!json) {
		printf("%s - lost: too many events at once, some are missing here\n",
		       time_stamp(false, stamp));
		return 0;
	}
	obj = json_object_new_object();
	json_put_string(obj, "time", time_stamp(true, stamp));
	json_put_string(obj, "event", "lost");
	return json_print(obj, JSON_C_TO_STRING_PLAIN);
}

static int print_events(const struct genl *genl, int len, bool json)
{
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)genl->nl.buf;
	const struct nlattr *tb[LNLB_A_MAX + 1];
	int err;

	for (; nl_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
		if (nlh->nlmsg_type != genl->family || genl_parse(nlh, tb) ||
		    !tb[LNLB_A_EVENT])
			continue;
		if (json) {
			err = print_json(tb);
			if (err)
				return err;
		} else {
			print_text(tb);
		}
	}
	return 0;
}

static int monitor(struct genl *genl, bool json)
{
	struct nl *nl = &genl->nl;
	ssize_t len;
	int err = 0;

	while (!err && !ferror(stdout)) {
		len = mnl_socket_recvfrom(nl->sock, nl->buf, sizeof(nl->buf));
		if (len >= 0)
			err = print_events(genl, len, json);
		else if (errno == ENOBUFS)
			err = print_lost(json);
		else if (errno != EINTR)
			err = -errno;
	}
	return err;
}

/* Lines are written when they are complete, so there is nothing to flush. */
static void stop(int signal)
{
	(void)signal;
	_exit(CTL_OK);
}

int cmd_monitor(const struct ctl_args *args)
{
	struct sigaction action = { .sa_handler = stop };
	static struct genl genl;
	int err;

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (genl_open(&genl))
		return CTL_FAILED;
	err = 0;
	if (mnl_socket_setsockopt(genl.nl.sock, NETLINK_ADD_MEMBERSHIP,
				  &genl.events, sizeof(genl.events)) < 0)
		err = -errno;
	if (err)
		ctl_nl_error(&genl.nl, err, "cannot listen to events");
	else
		err = monitor(&genl, args->json);
	genl_close(&genl);
	return err ? CTL_FAILED : CTL_OK;
}
