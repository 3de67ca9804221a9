// SPDX-License-Identifier: GPL-2.0-only
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/netfilter/nf_lnlb.h>

#include "nft_cause.h"
#include "nft_errors.h"
#include "nl.h"

/* more than any answer of the controller or any event */
#define BUFFER_SIZE	16384

static struct mnl_socket *events;
/* once a transaction: each of its statements wants to listen */
static bool asked;

/* Return: number of the multicast group, 0 if it is another one. */
static unsigned int read_group(const struct nlattr *group)
{
	const struct nlattr *part;
	unsigned int number = 0;
	bool ours = false;

	mnl_attr_for_each_nested(part, group) {
		if (mnl_attr_get_type(part) == CTRL_ATTR_MCAST_GRP_ID &&
		    mnl_attr_validate(part, MNL_TYPE_U32) >= 0)
			number = mnl_attr_get_u32(part);
		else if (mnl_attr_get_type(part) == CTRL_ATTR_MCAST_GRP_NAME &&
			 mnl_attr_validate(part, MNL_TYPE_NUL_STRING) >= 0)
			ours = !strcmp(mnl_attr_get_str(part),
				       LNLB_GENL_MCGRP_EVENTS);
	}
	return ours ? number : 0;
}

/* The same, out of an answer of the controller. */
static unsigned int read_family(const struct nlmsghdr *nlh)
{
	const struct nlattr *attr, *group;
	unsigned int number = 0;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) != CTRL_ATTR_MCAST_GROUPS)
			continue;
		mnl_attr_for_each_nested(group, attr)
			number = read_group(group) ?: number;
	}
	return number;
}

/* Return: number of the multicast group, 0 if there is no such family. */
static unsigned int ask_group(struct mnl_socket *sock, char *buf)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl;
	ssize_t len;

	nlh->nlmsg_type = GENL_ID_CTRL;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	nlh->nlmsg_seq = 1;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = CTRL_CMD_GETFAMILY;
	genl->version = 1;
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, LNLB_GENL_NAME);
	if (mnl_socket_sendto(sock, nlh, nlh->nlmsg_len) < 0)
		return 0;
	len = mnl_socket_recvfrom(sock, buf, BUFFER_SIZE);
	if (len < 0 || !nl_ok(nlh, len) || nlh->nlmsg_type != GENL_ID_CTRL)
		return 0;
	return read_family(nlh);
}

void lnlb_cause_listen(void)
{
	struct mnl_socket *sock;
	char buf[BUFFER_SIZE];
	unsigned int group;

	if (events || asked)
		return;
	asked = true;
	sock = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!sock)
		return;
	if (!mnl_socket_bind(sock, 0, MNL_SOCKET_AUTOPID)) {
		group = ask_group(sock, buf);
		if (group && !mnl_socket_setsockopt(sock,
						    NETLINK_ADD_MEMBERSHIP,
						    &group, sizeof(group)))
			events = sock;
	}
	if (!events)
		mnl_socket_close(sock);
}

void lnlb_cause_listen_loaded(void)
{
	if (!events && !access("/sys/module/nft_lnlb", F_OK))
		lnlb_cause_listen();
}

static void note_event(const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr, *cause = NULL;
	bool refused = false;

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*genl) ||
	    genl->cmd != LNLB_CMD_EVENT)
		return;
	mnl_attr_for_each(attr, nlh, sizeof(*genl)) {
		if (mnl_attr_get_type(attr) == LNLB_A_EVENT &&
		    mnl_attr_validate(attr, MNL_TYPE_U8) >= 0)
			refused = mnl_attr_get_u8(attr) == LNLB_EVENT_REFUSED;
		else if (mnl_attr_get_type(attr) == LNLB_A_CAUSE)
			cause = attr;
	}
	if (refused && cause)
		lnlb_errors_cause(mnl_attr_get_payload(cause),
				  strnlen(mnl_attr_get_payload(cause),
					  mnl_attr_get_payload_len(cause)));
}

void lnlb_cause_collect(void)
{
	const struct nlmsghdr *nlh;
	char buf[BUFFER_SIZE];
	ssize_t len;
	int rest;

	asked = false;
	if (!events)
		return;
	while ((len = recv(mnl_socket_get_fd(events), buf, sizeof(buf),
			   MSG_DONTWAIT)) > 0) {
		nlh = (const struct nlmsghdr *)buf;
		for (rest = len; nl_ok(nlh, rest);
		     nlh = mnl_nlmsg_next(nlh, &rest))
			note_event(nlh);
	}
}
