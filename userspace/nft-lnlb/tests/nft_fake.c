// SPDX-License-Identifier: GPL-2.0-only
/*
 * Preloaded: makes any kernel with nf_tables look as if it had the expression
 * "lnlb". On its way to the kernel the expression becomes a log expression
 * whose prefix spells the attributes, on its way back the reverse. So
 * listing, echo and monitor can be tested without the module.
 *
 * LNLB_FAKE_TRACE=FILE appends each expression that was sent, in hex.
 * LNLB_FAKE_REFUSE=TEXT has the expression refused with -EINVAL and TEXT.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>

#define PREFIX		"LNLB"
#define MESSAGE_MAX	(16 << 20)

static char scratch[MESSAGE_MAX];

static const char *expr_name(const struct nlattr *elem,
			     const struct nlattr **data)
{
	const char *name = "";
	const struct nlattr *attr;

	*data = NULL;
	mnl_attr_for_each_nested(attr, elem) {
		if (mnl_attr_get_type(attr) == NFTA_EXPR_NAME)
			name = mnl_attr_get_str(attr);
		else if (mnl_attr_get_type(attr) == NFTA_EXPR_DATA)
			*data = attr;
	}
	return *data ? name : "";
}

static void copy(struct nlmsghdr *to, const struct nlattr *attr)
{
	memcpy(mnl_nlmsg_get_payload_tail(to), attr, MNL_ALIGN(attr->nla_len));
	to->nlmsg_len += MNL_ALIGN(attr->nla_len);
}

static void put_expr(struct nlmsghdr *to, const char *name, unsigned int attr,
		     const void *value, size_t len)
{
	struct nlattr *list, *data;

	list = mnl_attr_nest_start(to, NFTA_LIST_ELEM);
	mnl_attr_put_strz(to, NFTA_EXPR_NAME, name);
	data = mnl_attr_nest_start(to, NFTA_EXPR_DATA);
	if (attr) {
		mnl_attr_put_strz(to, attr, value);
	} else {
		memcpy(mnl_nlmsg_get_payload_tail(to), value, len);
		to->nlmsg_len += len;
	}
	mnl_attr_nest_end(to, data);
	mnl_attr_nest_end(to, list);
}

static void trace(const unsigned char *bytes, size_t len)
{
	static const char *path = "";
	FILE *file;
	size_t i;

	if (path && !*path)
		path = getenv("LNLB_FAKE_TRACE");
	file = path ? fopen(path, "a") : NULL;
	if (!file)
		return;
	for (i = 0; i < len; i++)
		fprintf(file, "%02x", bytes[i]);
	fputc('\n', file);
	fclose(file);
}

/* A log prefix has 127 bytes and no zeros: 0xff N is N zeros, 0xff 0xff itself. */
static void expr_out(struct nlmsghdr *to, const struct nlattr *data)
{
	const unsigned char *bytes = mnl_attr_get_payload(data);
	size_t i, zeros, used, len = mnl_attr_get_payload_len(data);
	char text[1024] = PREFIX;

	trace(bytes, len);
	for (i = 0, used = strlen(PREFIX); i < len && i < 500; i++) {
		for (zeros = 0; i + zeros < len && !bytes[i + zeros];)
			zeros++;
		if (zeros || bytes[i] == 0xff)
			text[used++] = 0xff;
		text[used++] = zeros ? zeros : bytes[i];
		i += zeros ? zeros - 1 : 0;
	}
	text[used] = '\0';
	put_expr(to, "log", NFTA_LOG_PREFIX, text, 0);
}

static bool expr_in(struct nlmsghdr *to, const struct nlattr *data)
{
	unsigned char bytes[1024] = "", c;
	const struct nlattr *attr;
	const char *text = NULL;
	size_t len = 0;

	mnl_attr_for_each_nested(attr, data)
		if (mnl_attr_get_type(attr) == NFTA_LOG_PREFIX)
			text = mnl_attr_get_str(attr);
	if (!text || strncmp(text, PREFIX, strlen(PREFIX)))
		return false;
	for (text += strlen(PREFIX); *text; text++) {
		c = *text;
		if (c == 0xff && (unsigned char)text[1] != 0xff)
			len += (unsigned char)*++text;
		else
			bytes[len++] = c == 0xff ? (unsigned char)*++text : c;
	}
	put_expr(to, "lnlb", 0, bytes, len);
	return true;
}

static void swap_rule(struct nlmsghdr *to, const struct nlmsghdr *nlh, bool out)
{
	const struct nlattr *attr, *elem, *data;
	struct nlattr *nest;
	const char *name;

	memcpy(to, nlh, MNL_NLMSG_HDRLEN + 4);
	to->nlmsg_len = MNL_NLMSG_HDRLEN + 4;
	mnl_attr_for_each(attr, nlh, 4) {
		if (mnl_attr_get_type(attr) != NFTA_RULE_EXPRESSIONS) {
			copy(to, attr);
			continue;
		}
		nest = mnl_attr_nest_start(to, NFTA_RULE_EXPRESSIONS);
		mnl_attr_for_each_nested(elem, attr) {
			name = expr_name(elem, &data);
			if (out && !strcmp(name, "lnlb") &&
			    !getenv("LNLB_FAKE_REFUSE"))
				expr_out(to, data);
			else if (out || strcmp(name, "log") ||
				 !expr_in(to, data))
				copy(to, elem);
		}
		mnl_attr_nest_end(to, nest);
	}
}

/* The kernel's own refusal of what it does not know, with our words */
static void refuse(struct nlmsghdr *nlh)
{
	const char *text = getenv("LNLB_FAKE_REFUSE");
	struct nlmsgerr *error = mnl_nlmsg_get_payload(nlh);

	if (!text || error->error != -ENOENT)
		return;
	error->error = -EINVAL;
	mnl_attr_put_strz(nlh, NLMSGERR_ATTR_MSG, text);
}

static bool has_rule(const struct nlmsghdr *nlh)
{
	return nlh->nlmsg_type ==
		       (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWRULE) ||
	       nlh->nlmsg_type ==
		       (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_DELRULE);
}

/* Return: length of what is in scratch now. */
static size_t swap_all(const void *messages, size_t len, bool out)
{
	const struct nlmsghdr *nlh = messages;
	struct nlmsghdr *to;
	size_t used = 0;
	int rest = len;

	for (; mnl_nlmsg_ok(nlh, rest); nlh = mnl_nlmsg_next(nlh, &rest)) {
		to = (struct nlmsghdr *)(scratch + used);
		if (has_rule(nlh)) {
			swap_rule(to, nlh, out);
		} else {
			memcpy(to, nlh, nlh->nlmsg_len);
			if (nlh->nlmsg_type == NLMSG_ERROR && !out)
				refuse(to);
		}
		used += MNL_ALIGN(to->nlmsg_len);
	}
	return used;
}

ssize_t sendmsg(int fd, const struct msghdr *msg, int flags)
{
	ssize_t (*real)(int, const struct msghdr *, int);
	struct msghdr copy = *msg;
	struct iovec iov;
	char *flat;
	size_t i, len = 0;
	ssize_t sent;

	*(void **)&real = dlsym(RTLD_NEXT, "sendmsg");
	flat = malloc(MESSAGE_MAX);
	for (i = 0; i < (size_t)msg->msg_iovlen; i++) {
		memcpy(flat + len, msg->msg_iov[i].iov_base,
		       msg->msg_iov[i].iov_len);
		len += msg->msg_iov[i].iov_len;
	}
	iov.iov_len = swap_all(flat, len, true);
	iov.iov_base = scratch;
	copy.msg_iov = &iov;
	copy.msg_iovlen = 1;
	sent = real(fd, &copy, flags);
	free(flat);
	return sent < 0 ? sent : (ssize_t)len;
}

ssize_t recvmsg(int fd, struct msghdr *msg, int flags)
{
	ssize_t (*real)(int, struct msghdr *, int);
	ssize_t got;
	size_t len;

	*(void **)&real = dlsym(RTLD_NEXT, "recvmsg");
	got = real(fd, msg, flags);
	if (got <= 0 || (flags & MSG_PEEK))
		return got;
	len = swap_all(msg->msg_iov[0].iov_base, got, false);
	memcpy(msg->msg_iov[0].iov_base, scratch, len);
	return len;
}
