/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A netlink socket that asks one question at a time and keeps what the kernel
 * said about a refusal.
 */
#ifndef LNLBCTL_NL_H
#define LNLBCTL_NL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <libmnl/libmnl.h>

/* The kernel fills dump messages up to the buffer that it has seen, 32 KiB */
#define NL_BUFFER_SIZE	32768
#define NL_EXTACK_SIZE	256

/**
 * struct nl - a netlink socket
 * @sock: open socket
 * @portid: our address
 * @seq: of the last request
 * @interrupted: what is dumped changed meanwhile
 * @extack: the kernel's words about the last refusal, or ""
 * @buf: request, then answer
 */
struct nl {
	struct mnl_socket *sock;
	unsigned int portid;
	unsigned int seq;
	bool interrupted;
	char extack[NL_EXTACK_SIZE];
	char buf[NL_BUFFER_SIZE] __attribute__((aligned(8)));
};

/**
 * typedef nl_cb_t - takes in one message of an answer
 * @nlh: a data message, valid as long as the call
 * @data: as given to nl_talk()
 *
 * Return: 0, or a negative errno that ends the conversation.
 */
typedef int (*nl_cb_t)(const struct nlmsghdr *nlh, void *data);

/**
 * nl_ok() - is there a whole message?
 * @nlh: where it starts
 * @len: bytes from there on
 *
 * libmnl takes a length beyond INT_MAX for a negative one, and that for less
 * than @len.
 *
 * Return: true if so.
 */
static inline bool nl_ok(const struct nlmsghdr *nlh, int len)
{
	return mnl_nlmsg_ok(nlh, len) && nlh->nlmsg_len <= (unsigned int)len;
}

/**
 * nl_open() - open a socket
 * @nl: filled in
 * @bus: NETLINK_GENERIC, NETLINK_ROUTE
 *
 * Return: 0 or a negative errno; then there is nothing to close.
 */
int nl_open(struct nl *nl, int bus);

/**
 * nl_close() - close the socket
 * @nl: open socket
 */
void nl_close(struct nl *nl);

/**
 * nl_begin() - start a request in @nl->buf
 * @nl: open socket
 * @type: message type
 * @flags: besides NLM_F_REQUEST
 * @header: of the family, zeroed; NULL if it is not needed
 * @size: of that header
 *
 * Return: the message, to be given to nl_talk().
 */
struct nlmsghdr *nl_begin(struct nl *nl, uint16_t type, uint16_t flags,
			  void **header, size_t size);

/**
 * nl_talk() - send a request and take the whole answer in
 * @nl: open socket
 * @nlh: from nl_begin(), with NLM_F_ACK or NLM_F_DUMP
 * @cb: for each data message, may be NULL
 * @data: for @cb
 *
 * Return: 0, or a negative errno: the kernel's, @cb's, or -EINTR when a dump
 * is not consistent and is to be asked for again.
 */
int nl_talk(struct nl *nl, struct nlmsghdr *nlh, nl_cb_t cb, void *data);

#endif /* LNLBCTL_NL_H */
