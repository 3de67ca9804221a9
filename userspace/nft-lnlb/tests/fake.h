/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LNLB_TESTS_FAKE_H
#define LNLB_TESTS_FAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <libmnl/libmnl.h>

#define FAKE_FAMILY	0x1234
#define FAKE_GROUP	7

/* a line of the file "clusters" */
struct fake_cluster {
	char name[64], addr[64], dev[64];
	unsigned int source, weight, flags, doors;
	unsigned int state;	/* last set, not kept */
};

/* fake_kernel.c: is there a file in $LNLB_FAKE_DIR? */
bool fake_exists(const char *file);
unsigned int fake_portid(void);

/* fake_answer.c: starts a message; a NULL request makes a notification */
struct nlmsghdr *fake_answer(const struct nlmsghdr *request, uint16_t type,
			     uint16_t flags);
struct nlmsghdr *fake_lnlb_answer(const struct nlmsghdr *request, int cmd,
				  uint16_t flags);

/* the nodes of each cluster */
void fake_put_nodes(struct nlmsghdr *nlh);

/* put messages into the queue, a datagram each */
void fake_push(const struct nlmsghdr *nlh);
void fake_push_error(const struct nlmsghdr *request, int error,
		     const char *text);
void fake_push_cluster(const struct nlmsghdr *request,
		       const struct fake_cluster *c, uint16_t flags);
void fake_push_buckets(const struct nlmsghdr *request,
		       const struct fake_cluster *c);
void fake_push_sessions(const struct nlmsghdr *request);
void fake_push_owner(const struct nlmsghdr *request,
		     const struct fake_cluster *c, const uint8_t *client);
void fake_push_family(const struct nlmsghdr *request);
void fake_push_event(int event);

/* take them out */
bool fake_queue_empty(void);
size_t fake_pop(void *buf);

#endif /* LNLB_TESTS_FAKE_H */
