/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Addresses on devices, by rtnetlink.
 */
#ifndef LNLBCTL_ADDR_H
#define LNLBCTL_ADDR_H

#include <stddef.h>
#include <stdint.h>

#include "names.h"
#include "nl.h"

/**
 * struct addr_entry - an address on a device
 * @addr: the address
 * @prefixlen: of its network
 */
struct addr_entry {
	struct lnlb_addr addr;
	uint8_t prefixlen;
};

/**
 * struct addr_list - the addresses of a device
 * @ifindex: of the device
 * @entry: array, to be freed
 * @count: its length
 */
struct addr_list {
	unsigned int ifindex;
	struct addr_entry *entry;
	size_t count;
};

/**
 * addr_get() - read the addresses of a device
 * @rt: NETLINK_ROUTE socket
 * @ifindex: of the device
 * @list: filled in; free @list->entry, also after an error
 *
 * Return: 0 or a negative errno.
 */
int addr_get(struct nl *rt, unsigned int ifindex, struct addr_list *list);

/**
 * addr_add() - put a host address (/32, /128) on a device
 * @rt: NETLINK_ROUTE socket
 * @ifindex: of the device
 * @addr: the address
 *
 * Return: 0 or a negative errno, -EEXIST if it is there.
 */
int addr_add(struct nl *rt, unsigned int ifindex,
	     const struct lnlb_addr *addr);

/**
 * addr_del() - take a host address off a device
 * @rt: NETLINK_ROUTE socket
 * @ifindex: of the device
 * @addr: the address
 *
 * Return: 0 or a negative errno, -EADDRNOTAVAIL if it is not there.
 */
int addr_del(struct nl *rt, unsigned int ifindex,
	     const struct lnlb_addr *addr);

#endif /* LNLBCTL_ADDR_H */
