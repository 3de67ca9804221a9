// SPDX-License-Identifier: GPL-2.0-only
/*
 * The messages that the kernel would send.
 */
#include <arpa/inet.h>
#include <string.h>
#include <linux/genetlink.h>
#include <linux/netfilter/nf_lnlb.h>

#include "fake.h"

/* answers that were not fetched yet, a datagram each */
static struct {
	char buf[16384];
	size_t len;
} queue[16];
static int queue_head, queue_tail;

struct nlmsghdr *fake_answer(const struct nlmsghdr *request, uint16_t type,
			       uint16_t flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(queue[queue_tail].buf);

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = flags;
	nlh->nlmsg_seq = request ? request->nlmsg_seq : 0;
	nlh->nlmsg_pid = request ? fake_portid() : 0;
	return nlh;
}

void fake_push(const struct nlmsghdr *nlh)
{
	queue[queue_tail++].len = nlh->nlmsg_len;
}

void fake_push_error(const struct nlmsghdr *request, int error,
		       const char *text)
{
	struct nlmsghdr *nlh = fake_answer(request, NLMSG_ERROR, NLM_F_CAPPED |
				      (text ? NLM_F_ACK_TLVS : 0));
	struct nlmsgerr *err;

	err = mnl_nlmsg_put_extra_header(nlh, sizeof(*err));
	err->error = -error;
	err->msg = *request;
	if (text)
		mnl_attr_put_strz(nlh, NLMSGERR_ATTR_MSG, text);
	fake_push(nlh);
}

struct nlmsghdr *fake_lnlb_answer(const struct nlmsghdr *request, int cmd,
				    uint16_t flags)
{
	struct nlmsghdr *nlh = fake_answer(request, FAKE_FAMILY, flags);
	struct genlmsghdr *header;

	header = mnl_nlmsg_put_extra_header(nlh, sizeof(*header));
	header->cmd = cmd;
	return nlh;
}

static void put_report(struct nlmsghdr *nlh)
{
	mnl_attr_put_u32(nlh, LNLB_A_NODE_CLOCK_MS, 60000);
	mnl_attr_put_u32(nlh, LNLB_A_NODE_SESSIONS, 12);
	mnl_attr_put_u64(nlh, LNLB_A_NODE_TAKEN, 1000);
	mnl_attr_put_u64(nlh, LNLB_A_NODE_PASSED, 18446744073709551615ULL);
}

static void put_node(struct nlmsghdr *nlh, const char *id, bool self)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, LNLB_A_NODE);

	mnl_attr_put(nlh, LNLB_A_NODE_ID, 6, id);
	if (self)
		mnl_attr_put(nlh, LNLB_A_NODE_SELF, 0, NULL);
	else
		mnl_attr_put_u32(nlh, LNLB_A_NODE_HEARD_AGO_MS, 1500);
	mnl_attr_put_u8(nlh, LNLB_A_NODE_STATE, LNLB_NODE_ACTIVE);
	mnl_attr_put_u16(nlh, LNLB_A_NODE_WEIGHT, self ? 100 : 300);
	mnl_attr_put_u8(nlh, LNLB_A_NODE_WEIGHT_SOURCE, LNLB_WEIGHT_MANUAL);
	mnl_attr_put_u32(nlh, LNLB_A_NODE_TARGET, self ? 3072 : 1024);
	mnl_attr_put_u32(nlh, LNLB_A_NODE_CLAIMS, self ? 3072 : 1000);
	if (self)
		mnl_attr_put_u16(nlh, LNLB_A_NODE_KEY_ID, 0xa7);
	if (self)
		put_report(nlh);
	mnl_attr_put(nlh, 999, 3, "new");
	mnl_attr_nest_end(nlh, nest);
}

void fake_put_nodes(struct nlmsghdr *nlh)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, LNLB_A_NODES);

	put_node(nlh, "\x52\x54\x00\x00\x00\x01", true);
	put_node(nlh, "\x52\x54\x00\x00\x00\x02", false);
	mnl_attr_nest_end(nlh, nest);
}

static void put_keys(struct nlmsghdr *nlh)
{
	struct nlattr *keys, *nest;

	mnl_attr_put_u8(nlh, LNLB_A_PERMISSIVE, 1);
	keys = mnl_attr_nest_start(nlh, LNLB_A_KEYS);
	nest = mnl_attr_nest_start(nlh, LNLB_A_KEY_ENTRY);
	mnl_attr_put_u8(nlh, LNLB_A_KEY_USE, LNLB_KEY_SIGN);
	mnl_attr_put_strz(nlh, LNLB_A_KEY, "lnlb:web");
	mnl_attr_put_u16(nlh, LNLB_A_KEY_ID, 0xa7);
	mnl_attr_put_u8(nlh, LNLB_A_KEY_STATE, LNLB_KEY_EXPIRED);
	mnl_attr_nest_end(nlh, nest);
	mnl_attr_nest_end(nlh, keys);
}

static void put_rejects(struct nlmsghdr *nlh)
{
	struct nlattr *rejects, *nest;

	rejects = mnl_attr_nest_start(nlh, LNLB_A_REJECTS);
	nest = mnl_attr_nest_start(nlh, LNLB_A_REJECT);
	mnl_attr_put_u8(nlh, LNLB_A_REJECT_KIND, LNLB_REJECT_VERSION);
	mnl_attr_put(nlh, LNLB_A_NODE_ID, 6, "\x52\x54\0\0\0\x03");
	mnl_attr_put_u8(nlh, LNLB_A_REJECT_VERSION, 2);
	mnl_attr_put_u64(nlh, LNLB_A_REJECT_FRAMES, 5);
	mnl_attr_put_u32(nlh, LNLB_A_REJECT_AGO_MS, 2500);
	mnl_attr_put_strz(nlh, LNLB_A_CAUSE, "speaks another version");
	mnl_attr_nest_end(nlh, nest);
	mnl_attr_nest_end(nlh, rejects);
}

void fake_push_cluster(const struct nlmsghdr *request,
			 const struct fake_cluster *c, uint16_t flags)
{
	struct nlmsghdr *nlh = fake_lnlb_answer(request, LNLB_CMD_GET_CLUSTER,
					   flags);
	struct in_addr addr;
	struct nlattr *nest;

	inet_pton(AF_INET, c->addr, &addr);
	mnl_attr_put_strz(nlh, LNLB_A_NAME, c->name);
	mnl_attr_put(nlh, LNLB_A_ADDR, fake_exists("bad") ? 3 : 4, &addr);
	mnl_attr_put_strz(nlh, LNLB_A_DEV, c->dev);
	mnl_attr_put(nlh, LNLB_A_MAC, 6, "\x02\x00\x0a\x00\x00\x0a");
	mnl_attr_put_u8(nlh, LNLB_A_MODE, LNLB_MODE_UNICAST);
	mnl_attr_put_u8(nlh, LNLB_A_AFFINITY, LNLB_AFFINITY_NETWORK);
	mnl_attr_put_u8(nlh, LNLB_A_AFFINITY_LEN, 24);
	mnl_attr_put_u32(nlh, LNLB_A_TIMEOUT, 1830);
	mnl_attr_put_u32(nlh, LNLB_A_FLAGS, c->flags);
	mnl_attr_put_u8(nlh, LNLB_A_WEIGHT_SOURCE, c->source);
	mnl_attr_put_u16(nlh, LNLB_A_WEIGHT, c->weight);
	mnl_attr_put_u8(nlh, LNLB_A_STATE, LNLB_NODE_ACTIVE);
	mnl_attr_put_u8(nlh, LNLB_A_DOORS, c->doors);
	mnl_attr_put_u64(nlh, LNLB_A_DIGEST, 0x0123456789abcdefULL);
	mnl_attr_put_u32(nlh, LNLB_A_BUCKETS, LNLB_BUCKETS);
	mnl_attr_put_u64(nlh, LNLB_A_SESSIONS, 18446744073709551615ULL);
	mnl_attr_put_u64(nlh, LNLB_A_SESSIONS_FOREIGN, 3);
	mnl_attr_put_strz(nlh, LNLB_A_TRACKER, "conntrack");
	mnl_attr_put_u8(nlh, LNLB_A_XDP, LNLB_XDP_NATIVE);
	fake_put_nodes(nlh);
	put_keys(nlh);
	put_rejects(nlh);
	nest = mnl_attr_nest_start(nlh, LNLB_A_STATS);
	mnl_attr_put_u64(nlh, LNLB_STAT_RX_MINE, 4242);
	mnl_attr_put_u64(nlh, LNLB_STAT_MAX + 100, 1);
	mnl_attr_nest_end(nlh, nest);
	fake_push(nlh);
}

void fake_push_family(const struct nlmsghdr *request)
{
	struct nlattr *groups, *group;
	struct genlmsghdr *header;
	struct nlmsghdr *nlh;

	nlh = fake_answer(request, GENL_ID_CTRL, 0);
	header = mnl_nlmsg_put_extra_header(nlh, sizeof(*header));
	header->cmd = CTRL_CMD_NEWFAMILY;
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, LNLB_GENL_NAME);
	mnl_attr_put_u16(nlh, CTRL_ATTR_FAMILY_ID, FAKE_FAMILY);
	groups = mnl_attr_nest_start(nlh, CTRL_ATTR_MCAST_GROUPS);
	group = mnl_attr_nest_start(nlh, 1);
	mnl_attr_put_u32(nlh, CTRL_ATTR_MCAST_GRP_ID, FAKE_GROUP);
	mnl_attr_put_strz(nlh, CTRL_ATTR_MCAST_GRP_NAME, "events");
	mnl_attr_nest_end(nlh, group);
	mnl_attr_nest_end(nlh, groups);
	fake_push(nlh);
	fake_push_error(request, 0, NULL);
}

void fake_push_event(int event)
{
	struct nlmsghdr *nlh = fake_lnlb_answer(NULL, LNLB_CMD_EVENT, 0);

	if (event != LNLB_EVENT_REFUSED)
		mnl_attr_put_strz(nlh, LNLB_A_NAME, "nlb0");
	mnl_attr_put_u8(nlh, LNLB_A_EVENT, event);
	if (event == LNLB_EVENT_NODE_DEAD) {
		mnl_attr_put(nlh, LNLB_A_NODE_ID, 6, "\x52\x54\0\0\0\x02");
		mnl_attr_put_strz(nlh, LNLB_A_CAUSE, "silent for 700 ms");
		mnl_attr_put_u8(nlh, LNLB_A_STATE, LNLB_NODE_ACTIVE);
		mnl_attr_put_u16(nlh, LNLB_A_WEIGHT, 300);
		mnl_attr_put_u32(nlh, LNLB_A_NODE_CLAIMS, 1024);
	}
	fake_push(nlh);
}

bool fake_queue_empty(void)
{
	return queue_head == queue_tail;
}

size_t fake_pop(void *buf)
{
	size_t len = queue[queue_head].len;

	memcpy(buf, queue[queue_head++].buf, len);
	if (queue_head == queue_tail)
		queue_head = queue_tail = 0;
	return len;
}
