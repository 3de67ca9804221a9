// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

#include "addr.h"

#define ADDR_TRIES 5

static int addr_attr(const struct nlattr *attr, void *data)
{
	const struct nlattr **tb = data;

	if (mnl_attr_type_valid(attr, IFA_MAX) > 0)
		tb[mnl_attr_get_type(attr)] = attr;
	return MNL_CB_OK;
}

static int addr_message(const struct nlmsghdr *nlh, void *data)
{
	const struct ifaddrmsg *header = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *tb[IFA_MAX + 1] = { NULL };
	struct addr_list *list = data;
	const struct nlattr *attr;
	struct addr_entry *entry;
	size_t len;

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*header))
		return -EBADMSG;
	if (header->ifa_index != list->ifindex)
		return 0;
	mnl_attr_parse(nlh, sizeof(*header), addr_attr, tb);
	/* with a peer, IFA_ADDRESS is the peer's */
	attr = tb[IFA_LOCAL] ? tb[IFA_LOCAL] : tb[IFA_ADDRESS];
	len = header->ifa_family == AF_INET ? 4 : 16;
	if (!attr || mnl_attr_get_payload_len(attr) != len)
		return 0;
	entry = realloc(list->entry, (list->count + 1) * sizeof(*entry));
	if (!entry)
		return -ENOMEM;
	list->entry = entry;
	entry += list->count++;
	memset(entry, 0, sizeof(*entry));
	entry->addr.len = len;
	memcpy(entry->addr.bytes, mnl_attr_get_payload(attr), len);
	entry->prefixlen = header->ifa_prefixlen;
	return 0;
}

int addr_get(struct nl *rt, unsigned int ifindex, struct addr_list *list)
{
	struct nlmsghdr *nlh;
	int err, tries = 0;

	list->ifindex = ifindex;
	list->entry = NULL;
	do {
		list->count = 0;
		nlh = nl_begin(rt, RTM_GETADDR, NLM_F_DUMP, NULL,
			       sizeof(struct ifaddrmsg));
		err = nl_talk(rt, nlh, addr_message, list);
	} while (err == -EINTR && ++tries < ADDR_TRIES);
	return err;
}

static int addr_change(struct nl *rt, uint16_t type, uint16_t flags,
		       unsigned int ifindex, const struct lnlb_addr *addr)
{
	struct ifaddrmsg *header;
	struct nlmsghdr *nlh;

	nlh = nl_begin(rt, type, NLM_F_ACK | flags, (void **)&header,
		       sizeof(*header));
	header->ifa_family = addr->len == 4 ? AF_INET : AF_INET6;
	header->ifa_prefixlen = addr->len * 8;
	header->ifa_scope = RT_SCOPE_UNIVERSE;
	header->ifa_index = ifindex;
	/* all nodes have it, so looking for duplicates finds some */
	if (addr->len == 16 && type == RTM_NEWADDR)
		header->ifa_flags = IFA_F_NODAD;
	mnl_attr_put(nlh, IFA_LOCAL, addr->len, addr->bytes);
	mnl_attr_put(nlh, IFA_ADDRESS, addr->len, addr->bytes);
	return nl_talk(rt, nlh, NULL, NULL);
}

int addr_add(struct nl *rt, unsigned int ifindex, const struct lnlb_addr *addr)
{
	return addr_change(rt, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, ifindex,
			   addr);
}

int addr_del(struct nl *rt, unsigned int ifindex, const struct lnlb_addr *addr)
{
	return addr_change(rt, RTM_DELADDR, 0, ifindex, addr);
}
