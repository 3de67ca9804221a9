/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The generic netlink family "lnlb".
 */
#ifndef LNLBCTL_GENL_H
#define LNLBCTL_GENL_H

#include <linux/netfilter/nf_lnlb.h>

#include "nl.h"

/**
 * struct genl - a socket that knows the family
 * @nl: the socket
 * @family: message type of the family
 * @events: multicast group of the events
 */
struct genl {
	struct nl nl;
	uint16_t family;
	uint32_t events;
};

/**
 * genl_open() - find the family; the kernel loads the module if it may
 * @genl: filled in
 *
 * Says on stderr what is wrong when it fails.
 *
 * Return: 0 or a negative errno; then there is nothing to close.
 */
int genl_open(struct genl *genl);

/**
 * genl_try_open() - as genl_open(), but without a word, and without loading the
 * module: for who waits for it while somebody may be unloading it
 * @genl: filled in
 *
 * Return: 0, -ENOENT while the module is not loaded, another negative errno.
 */
int genl_try_open(struct genl *genl);

/**
 * genl_close() - close the socket
 * @genl: open socket
 */
void genl_close(struct genl *genl);

/**
 * genl_begin() - start a request
 * @genl: open socket
 * @cmd: enum lnlb_cmd
 * @flags: NLM_F_ACK or NLM_F_DUMP
 *
 * Return: the message, for attributes and nl_talk().
 */
struct nlmsghdr *genl_begin(struct genl *genl, enum lnlb_cmd cmd,
			    uint16_t flags);

/**
 * genl_begin_named() - start a request about a cluster
 * @genl: open socket
 * @cmd: enum lnlb_cmd
 * @name: of the cluster
 *
 * Return: the message, for more attributes and nl_talk().
 */
struct nlmsghdr *genl_begin_named(struct genl *genl, enum lnlb_cmd cmd,
				  const char *name);

/**
 * genl_parse() - index the attributes of a message of the family
 * @nlh: message
 * @tb: by enum lnlb_attr; each present one has the size that its type needs
 *
 * Return: 0 or -EBADMSG.
 */
int genl_parse(const struct nlmsghdr *nlh,
	       const struct nlattr *tb[LNLB_A_MAX + 1]);

/**
 * genl_parse_nest() - as genl_parse(), for a nest
 * @nest: attribute
 * @tb: as above
 *
 * Return: 0 or -EBADMSG.
 */
int genl_parse_nest(const struct nlattr *nest,
		    const struct nlattr *tb[LNLB_A_MAX + 1]);

#endif /* LNLBCTL_GENL_H */
