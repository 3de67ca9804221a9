// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the kernel would say of buckets, sessions and clients.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <linux/netfilter/nf_lnlb.h>

#include "fake.h"

static const char *const ids[] = { "\x52\x54\0\0\0\x01", "\x52\x54\0\0\0\x02" };

/* 3072 for the first node and 1000 for the second, but for a few of each kind */
static uint8_t claimed_by(unsigned int b)
{
	if (b < 3072 || b == 4000)
		return 0;
	if (b < 4072)
		return 1;
	return b < 4074 ? LNLB_BUCKET_SEVERAL : LNLB_BUCKET_NOBODY;
}

void fake_push_buckets(const struct nlmsghdr *request,
		       const struct fake_cluster *c)
{
	struct nlmsghdr *nlh = fake_lnlb_answer(request, LNLB_CMD_GET_BUCKETS,
						0);
	uint8_t targets[LNLB_BUCKETS], claims[LNLB_BUCKETS];
	unsigned int b;

	mnl_attr_put_strz(nlh, LNLB_A_NAME, c->name);
	mnl_attr_put_u32(nlh, LNLB_A_BUCKETS, LNLB_BUCKETS);
	if (fake_exists("waiting")) {
		fake_push(nlh);
		return;
	}
	for (b = 0; b < LNLB_BUCKETS; b++) {
		targets[b] = b < 3072 ? 0 : 1;
		claims[b] = claimed_by(b);
	}
	if (fake_exists("damaged"))
		targets[7] = 2;
	mnl_attr_put_u64(nlh, LNLB_A_DIGEST, 0x0123456789abcdefULL);
	fake_put_nodes(nlh);
	mnl_attr_put(nlh, LNLB_A_BUCKET_TARGETS, sizeof(targets), targets);
	mnl_attr_put(nlh, LNLB_A_BUCKET_CLAIMS, sizeof(claims), claims);
	fake_push(nlh);
}

static void push_session(const struct nlmsghdr *request, const char *client,
			 uint16_t port, int node, uint32_t idle)
{
	struct nlmsghdr *nlh = fake_lnlb_answer(request, LNLB_CMD_GET_SESSIONS,
						NLM_F_MULTI);
	bool v6 = strchr(client, ':');
	uint8_t addr[16];

	inet_pton(v6 ? AF_INET6 : AF_INET, client, addr);
	mnl_attr_put(nlh, LNLB_A_CLIENT, fake_exists("damaged") ? 5 : v6 ? 16 : 4,
		     addr);
	if (port)
		mnl_attr_put_u16(nlh, LNLB_A_CLIENT_PORT, htons(port));
	mnl_attr_put_u32(nlh, LNLB_A_BUCKET, idle);
	mnl_attr_put(nlh, LNLB_A_NODE_ID, 6, ids[node]);
	if (!node)
		mnl_attr_put(nlh, LNLB_A_NODE_SELF, 0, NULL);
	mnl_attr_put_u32(nlh, LNLB_A_SESSION_IDLE, idle);
	mnl_attr_put_strz(nlh, LNLB_A_TRACKER, "conntrack");
	fake_push(nlh);
}

void fake_push_sessions(const struct nlmsghdr *request)
{
	int error = fake_exists("cut") ? -ENOENT : 0;
	struct nlmsghdr *nlh;

	push_session(request, "10.0.1.0", 0, 0, 3);
	if (!error) {
		push_session(request, "10.0.2.0", 4000, 1, 4095);
		push_session(request, "2001:db8::1", 80, 1, 0);
	}
	nlh = fake_answer(request, NLMSG_DONE, NLM_F_MULTI);
	memcpy(mnl_nlmsg_put_extra_header(nlh, sizeof(error)), &error,
	       sizeof(error));
	fake_push(nlh);
}

/* the last byte of the address says what is known of it */
void fake_push_owner(const struct nlmsghdr *request,
		     const struct fake_cluster *c, const uint8_t *client)
{
	struct nlmsghdr *nlh = fake_lnlb_answer(request, LNLB_CMD_GET_OWNER, 0);
	uint8_t by = client[3] % 4;

	mnl_attr_put_strz(nlh, LNLB_A_NAME, c->name);
	mnl_attr_put_u32(nlh, LNLB_A_BUCKET, 77);
	mnl_attr_put_u8(nlh, LNLB_A_OWNED_BY, by);
	if (client[3] < 4)
		mnl_attr_put(nlh, LNLB_A_OWNER_SURE, 0, NULL);
	if (by != LNLB_OWNED_BY_NOBODY && !fake_exists("damaged"))
		mnl_attr_put(nlh, LNLB_A_NODE_ID, 6, ids[client[3] > 3]);
	if (by != LNLB_OWNED_BY_NOBODY && client[3] < 4)
		mnl_attr_put(nlh, LNLB_A_NODE_SELF, 0, NULL);
	if (by == LNLB_OWNED_BY_SESSION) {
		mnl_attr_put_u32(nlh, LNLB_A_SESSION_IDLE, 61);
		mnl_attr_put_strz(nlh, LNLB_A_TRACKER, "conntrack");
	}
	fake_push(nlh);
	fake_push_error(request, 0, NULL);
}
