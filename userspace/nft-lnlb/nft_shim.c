// SPDX-License-Identifier: GPL-2.0-only
#include <dlfcn.h>
#include <errno.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>

#include "nft_carrier.h"
#include "nft_cause.h"
#include "nft_errors.h"
#include "nft_util.h"
#include "nl.h"

static struct nlattr *last_values;
static const struct lnlb_entry *last_entry;

/* libnftnl exports it, its headers do not declare it */
void nftnl_expr_build_payload(struct nlmsghdr *nlh, struct nftnl_expr *expr);

/* The next one of that name: the library's */
#define REAL(function) __extension__ ({					\
	static __typeof__(&function) real_function;			\
	if (!real_function)						\
		*(void **)&real_function =				\
			lnlb_checked(dlsym(RTLD_NEXT, #function));	\
	real_function;							\
})

static const struct lnlb_entry *expr_entry(const struct nftnl_expr *expr,
					   const char *name,
					   const char **values)
{
	if (!name || strcmp(name, "log") ||
	    !nftnl_expr_is_set(expr, NFTNL_EXPR_LOG_PREFIX))
		return NULL;
	*values = nftnl_expr_get_str(expr, NFTNL_EXPR_LOG_PREFIX);
	return *values ? lnlb_marker_read(values) : NULL;
}

/* A chain with statements may be refused where it is jumped to. */
static bool is_jump(const struct nftnl_expr *expr, const char *name)
{
	return name && *name == 'i' && !strcmp(name, "immediate") &&
	       nftnl_expr_is_set(expr, NFTNL_EXPR_IMM_CHAIN);
}

/**
 * nftnl_expr_build_payload() - append an expression to a message
 * @nlh: message
 * @expr: expression
 *
 * Nobody can be told of a failure here. What cannot be expanded is sent without
 * an address, and the kernel refuses it with all the rest of the transaction.
 */
void nftnl_expr_build_payload(struct nlmsghdr *nlh, struct nftnl_expr *expr)
{
	const char *values, *name = nftnl_expr_get_str(expr, NFTNL_EXPR_NAME);
	const struct lnlb_entry *entry;
	char err[LNLB_STMT_ERRLEN];
	struct lnlb_stmt stmt;
	struct nlattr *nest;

	entry = expr_entry(expr, name, &values);
	if (!entry) {
		if (is_jump(expr, name))
			lnlb_cause_listen_loaded();
		REAL(nftnl_expr_build_payload)(nlh, expr);
		return;
	}
	lnlb_cause_listen();
	if (lnlb_entry_resolve(entry, values, &stmt, err)) {
		lnlb_errors_statement(entry, err);
		memset(&stmt, 0, sizeof(stmt));
	}
	mnl_attr_put_strz(nlh, NFTA_EXPR_NAME, "lnlb");
	nest = mnl_attr_nest_start(nlh, NFTA_EXPR_DATA);
	lnlb_stmt_put(nlh, &stmt);
	mnl_attr_nest_end(nlh, nest);
}

static void copy_attr(struct nlmsghdr *to, const struct nlattr *attr)
{
	memcpy(mnl_nlmsg_get_payload_tail(to), attr, MNL_ALIGN(attr->nla_len));
	to->nlmsg_len += MNL_ALIGN(attr->nla_len);
}

/* The kernel puts the name first; libmnl's calls would take their time. */
static bool other_name_first(const struct nlattr *elem)
{
	const struct nlattr *name = mnl_attr_get_payload(elem);

	return elem->nla_len >= 2 * MNL_ATTR_HDRLEN &&
	       name->nla_type == NFTA_EXPR_NAME &&
	       name->nla_len != MNL_ATTR_HDRLEN + sizeof("lnlb");
}

/* Return: the statement's values if the list element @elem is one. */
static const struct nlattr *lnlb_data(const struct nlattr *elem)
{
	const struct nlattr *attr, *data = NULL;
	bool lnlb = false;

	if (other_name_first(elem))
		return NULL;
	mnl_attr_for_each_nested(attr, elem) {
		if (mnl_attr_get_type(attr) == NFTA_EXPR_DATA)
			data = attr;
		else if (mnl_attr_get_type(attr) == NFTA_EXPR_NAME)
			lnlb = mnl_attr_get_payload_len(attr) == 5 &&
			       !memcmp(mnl_attr_get_payload(attr), "lnlb", 5);
	}
	return lnlb ? data : NULL;
}

/* Return: the statement with these values, NULL if they are none. */
static const struct lnlb_entry *entry_of(const struct nlattr *values)
{
	struct lnlb_stmt stmt;

	/* many rules, one cluster */
	if (last_entry && last_values->nla_len == values->nla_len &&
	    !memcmp(last_values, values, values->nla_len))
		return last_entry;
	if (lnlb_stmt_get(values, &stmt))
		return NULL;
	free(last_values);
	last_values = lnlb_calloc(1, values->nla_len);
	memcpy(last_values, values, values->nla_len);
	last_entry = lnlb_entry_for(&stmt);
	return last_entry;
}

static void copy_elem(struct nlmsghdr *to, const struct nlattr *elem)
{
	const struct nlattr *values = lnlb_data(elem);
	const struct lnlb_entry *entry;
	char marker[LNLB_MARKER_LEN];
	struct nlattr *list, *data;

	entry = values ? entry_of(values) : NULL;
	if (!entry) {
		copy_attr(to, elem);
		return;
	}
	lnlb_marker_write(entry->id, marker);
	list = mnl_attr_nest_start(to, NFTA_LIST_ELEM);
	mnl_attr_put_strz(to, NFTA_EXPR_NAME, "log");
	data = mnl_attr_nest_start(to, NFTA_EXPR_DATA);
	mnl_attr_put_strz(to, NFTA_LOG_PREFIX, marker);
	mnl_attr_nest_end(to, data);
	mnl_attr_nest_end(to, list);
}

static bool has_lnlb(const struct nlmsghdr *nlh)
{
	const struct nlattr *attr, *elem;

	mnl_attr_for_each(attr, nlh, sizeof(struct nfgenmsg)) {
		if (mnl_attr_get_type(attr) != NFTA_RULE_EXPRESSIONS)
			continue;
		mnl_attr_for_each_nested(elem, attr)
			if (lnlb_data(elem))
				return true;
	}
	return false;
}

/*
 * A carrier takes less than twice the room of the smallest lnlb expression.
 * Return: a message that is good until the next call.
 */
static const struct nlmsghdr *swap_message(const struct nlmsghdr *nlh)
{
	size_t head = MNL_NLMSG_HDRLEN + MNL_ALIGN(sizeof(struct nfgenmsg));
	static struct nlmsghdr *to;
	static size_t size;
	const struct nlattr *attr, *elem;
	struct nlattr *nest;

	if (size < 2 * (size_t)nlh->nlmsg_len) {
		size = 4 * (size_t)nlh->nlmsg_len;
		to = lnlb_realloc(to, size);
	}
	memcpy(to, nlh, head);
	to->nlmsg_len = head;
	mnl_attr_for_each(attr, nlh, sizeof(struct nfgenmsg)) {
		if (mnl_attr_get_type(attr) != NFTA_RULE_EXPRESSIONS) {
			copy_attr(to, attr);
			continue;
		}
		nest = mnl_attr_nest_start(to, NFTA_RULE_EXPRESSIONS);
		mnl_attr_for_each_nested(elem, attr)
			copy_elem(to, elem);
		mnl_attr_nest_end(to, nest);
	}
	return to;
}

/**
 * nftnl_rule_nlmsg_parse() - read a rule from a message
 * @nlh: message from the kernel
 * @rule: rule to be filled in
 *
 * Return: 0, -1 with errno set on failure.
 */
int nftnl_rule_nlmsg_parse(const struct nlmsghdr *nlh, struct nftnl_rule *rule)
{
	if (has_lnlb(nlh))
		nlh = swap_message(nlh);
	return REAL(nftnl_rule_nlmsg_parse)(nlh, rule);
}

/* libnftables uses the offset of an extended acknowledgement, not its text. */
static void note_extack(const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *error = mnl_nlmsg_get_payload(nlh);
	size_t len, head = sizeof(*error);
	const struct nlattr *attr;

	if (nlh->nlmsg_type != NLMSG_ERROR ||
	    !(nlh->nlmsg_flags & NLM_F_ACK_TLVS) ||
	    mnl_nlmsg_get_payload_len(nlh) < head || !error->error)
		return;
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED)) {
		if (error->msg.nlmsg_len < MNL_NLMSG_HDRLEN)
			return;
		head += MNL_ALIGN(error->msg.nlmsg_len - MNL_NLMSG_HDRLEN);
	}
	if (mnl_nlmsg_get_payload_len(nlh) <= head)
		return;
	mnl_attr_for_each(attr, nlh, head) {
		len = mnl_attr_get_payload_len(attr);
		if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG && len)
			lnlb_errors_kernel(mnl_attr_get_payload(attr),
					   strnlen(mnl_attr_get_payload(attr),
						   len));
	}
}

/**
 * mnl_socket_recvfrom() - receive messages
 * @nl: socket
 * @buf: for the messages
 * @bufsiz: size of @buf
 *
 * Return: what was received in bytes, -1 with errno set on failure.
 */
ssize_t mnl_socket_recvfrom(const struct mnl_socket *nl, void *buf,
			    size_t bufsiz)
{
	ssize_t received = REAL(mnl_socket_recvfrom)(nl, buf, bufsiz);
	const struct nlmsghdr *nlh = buf;
	int rest = received, err = errno;

	for (; rest > 0 && nl_ok(nlh, rest);
	     nlh = mnl_nlmsg_next(nlh, &rest))
		note_extack(nlh);
	errno = err;
	return received;
}
