// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "nl.h"

#define NL_ERRNO_MAX	4095	/* the kernel's MAX_ERRNO */

int nl_open(struct nl *nl, int bus)
{
	int err, on = 1;

	nl->extack[0] = '\0';
	nl->sock = mnl_socket_open2(bus, SOCK_CLOEXEC);
	if (!nl->sock)
		return -errno;
	if (mnl_socket_bind(nl->sock, 0, MNL_SOCKET_AUTOPID) < 0) {
		err = -errno;
		mnl_socket_close(nl->sock);
		return err;
	}
	/* without these a refusal has no words, that is all */
	mnl_socket_setsockopt(nl->sock, NETLINK_EXT_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(nl->sock, NETLINK_CAP_ACK, &on, sizeof(on));
	nl->portid = mnl_socket_get_portid(nl->sock);
	nl->seq = time(NULL);
	return 0;
}

void nl_close(struct nl *nl)
{
	mnl_socket_close(nl->sock);
}

struct nlmsghdr *nl_begin(struct nl *nl, uint16_t type, uint16_t flags,
			  void **header, size_t size)
{
	struct nlmsghdr *nlh;
	void *extra;

	nlh = mnl_nlmsg_put_header(nl->buf);
	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	nlh->nlmsg_seq = ++nl->seq;
	extra = mnl_nlmsg_put_extra_header(nlh, size);
	if (header)
		*header = extra;
	return nlh;
}

static int extack_attr(const struct nlattr *attr, void *data)
{
	struct nl *nl = data;

	if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG &&
	    mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0)
		snprintf(nl->extack, sizeof(nl->extack), "%s",
			 mnl_attr_get_str(attr));
	return MNL_CB_OK;
}

/* a positive one would read as "more is to come" */
static int nl_errno(int error)
{
	return error <= 0 && error >= -NL_ERRNO_MAX ? error : -EBADMSG;
}

static int nl_refusal(struct nl *nl, const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *answer = mnl_nlmsg_get_payload(nlh);
	size_t skip = sizeof(*answer);

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*answer))
		return -EBADMSG;
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		skip += mnl_nlmsg_get_payload_len(&answer->msg);
	if (nlh->nlmsg_flags & NLM_F_ACK_TLVS &&
	    skip < mnl_nlmsg_get_payload_len(nlh))
		mnl_attr_parse(nlh, skip, extack_attr, nl);
	return nl_errno(answer->error);
}

static int nl_done(struct nl *nl, const struct nlmsghdr *nlh)
{
	const int *error = mnl_nlmsg_get_payload(nlh);

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*error) || *error >= 0)
		return 0;
	if (nlh->nlmsg_flags & NLM_F_ACK_TLVS)
		mnl_attr_parse(nlh, sizeof(*error), extack_attr, nl);
	return nl_errno(*error);
}

/* Takes one datagram in. Returns 1 when more is to come. */
static int nl_datagram(struct nl *nl, int len, nl_cb_t cb, void *data)
{
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)nl->buf;
	int err;

	for (; nl_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
		if (!mnl_nlmsg_portid_ok(nlh, nl->portid) ||
		    !mnl_nlmsg_seq_ok(nlh, nl->seq))
			continue;
		/* read on: the kernel refuses a new dump before this one ends */
		if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
			nl->interrupted = true;
		if (nlh->nlmsg_type == NLMSG_ERROR)
			return nl_refusal(nl, nlh);
		if (nlh->nlmsg_type == NLMSG_DONE)
			return nl_done(nl, nlh);
		if (nlh->nlmsg_type < NLMSG_MIN_TYPE || !cb)
			continue;
		err = cb(nlh, data);
		if (err)
			return err;
	}
	return 1;
}

int nl_talk(struct nl *nl, struct nlmsghdr *nlh, nl_cb_t cb, void *data)
{
	ssize_t len;
	int ret;

	nl->extack[0] = '\0';
	nl->interrupted = false;
	if (mnl_socket_sendto(nl->sock, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	do {
		len = mnl_socket_recvfrom(nl->sock, nl->buf, sizeof(nl->buf));
		if (len < 0)
			return -errno;
		ret = nl_datagram(nl, len, cb, data);
	} while (ret > 0);
	return !ret && nl->interrupted ? -EINTR : ret;
}
