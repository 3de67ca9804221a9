// SPDX-License-Identifier: GPL-2.0-only
/* Inputs of the genl target: see fuzz_genl.c. */
#include <errno.h>
#include <limits.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

#include "seeds.h"

#define FAMILY		0x1234
#define WITH_FAMILY	0x80

/* as in fuzz_genl.c */
enum {
	SHOW, SHOW_JSON, SHOW_NAME, SHOW_NAME_JSON, MONITOR, MONITOR_JSON,
	ADDIF, ADDIF_FIND, DELIF, KEY, SET_WEIGHT, DRAIN, LEAVE, RESYNC, CAUSE,
	NODES, STATS, METRICS, BUCKETS, BUCKETS_JSON, SESSIONS, SESSIONS_JSON,
	OWNER, OWNER_JSON,
};

static struct seed seed;
static char buf[8192];
static struct nlmsghdr *nlh;

static void begin(u16 type, u16 flags, size_t header)
{
	nlh = mnl_nlmsg_put_header(buf);
	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = flags;
	mnl_nlmsg_put_extra_header(nlh, header);
}

/* a datagram of one message */
static void end(void)
{
	seed_put(&seed, 2, nlh->nlmsg_len);
	CHECK(seed.len + nlh->nlmsg_len <= sizeof(seed.data));
	memcpy(seed.data + seed.len, nlh, nlh->nlmsg_len);
	seed.len += nlh->nlmsg_len;
}

static void done(void)
{
	begin(NLMSG_DONE, NLM_F_MULTI, sizeof(int));
	end();
}

/* an acknowledgement, or a refusal with words */
static void ack(int error, const char *text)
{
	struct nlmsgerr *err;

	begin(NLMSG_ERROR, text ? NLM_F_CAPPED | NLM_F_ACK_TLVS : 0,
	      sizeof(*err));
	err = mnl_nlmsg_get_payload(nlh);
	err->error = error;
	err->msg.nlmsg_len = sizeof(err->msg);
	if (text)
		mnl_attr_put_strz(nlh, NLMSGERR_ATTR_MSG, text);
	end();
}

static void put_u64(u16 type, u64 value)
{
	mnl_attr_put(nlh, type, sizeof(value), &value);
}

static void put_node(unsigned int i)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, LNLB_A_NODE);
	struct lnlb_node_id id;

	node_id(&id, i);
	mnl_attr_put(nlh, LNLB_A_NODE_ID, sizeof(id), &id);
	mnl_attr_put_u8(nlh, LNLB_A_NODE_STATE, LNLB_NODE_ACTIVE);
	mnl_attr_put_u16(nlh, LNLB_A_NODE_WEIGHT, 100);
	mnl_attr_put_u8(nlh, LNLB_A_NODE_WEIGHT_SOURCE, LNLB_WEIGHT_MANUAL);
	mnl_attr_put_u32(nlh, LNLB_A_NODE_TARGET, 2048);
	mnl_attr_put_u32(nlh, LNLB_A_NODE_CLAIMS, 2048);
	mnl_attr_put(nlh, i == 1 ? LNLB_A_NODE_SELF : LNLB_A_NODE_AGREES, 0,
		     NULL);
	if (i != 1)
		mnl_attr_put_u32(nlh, LNLB_A_NODE_HEARD_AGO_MS, 40);
	mnl_attr_put_u16(nlh, LNLB_A_NODE_KEY_ID, 0x509e);
	mnl_attr_nest_end(nlh, nest);
}

static void put_key(void)
{
	struct nlattr *keys = mnl_attr_nest_start(nlh, LNLB_A_KEYS);
	struct nlattr *key = mnl_attr_nest_start(nlh, LNLB_A_KEY_ENTRY);

	mnl_attr_put_u8(nlh, LNLB_A_KEY_USE, LNLB_KEY_SIGN);
	mnl_attr_put_strz(nlh, LNLB_A_KEY, "lnlb:web");
	mnl_attr_put_u16(nlh, LNLB_A_KEY_ID, 0x509e);
	mnl_attr_put_u8(nlh, LNLB_A_KEY_STATE, LNLB_KEY_VALID);
	mnl_attr_nest_end(nlh, key);
	mnl_attr_nest_end(nlh, keys);
}

static void put_reject(void)
{
	struct nlattr *rejects = mnl_attr_nest_start(nlh, LNLB_A_REJECTS);
	struct nlattr *reject = mnl_attr_nest_start(nlh, LNLB_A_REJECT);
	struct lnlb_node_id id;

	node_id(&id, 3);
	mnl_attr_put_u8(nlh, LNLB_A_REJECT_KIND, LNLB_REJECT_VERSION);
	mnl_attr_put(nlh, LNLB_A_NODE_ID, sizeof(id), &id);
	mnl_attr_put_u8(nlh, LNLB_A_REJECT_VERSION, 2);
	put_u64(LNLB_A_REJECT_FRAMES, 3);
	mnl_attr_put_u32(nlh, LNLB_A_REJECT_AGO_MS, 40);
	mnl_attr_put_strz(nlh, LNLB_A_CAUSE, "another version");
	mnl_attr_nest_end(nlh, reject);
	mnl_attr_nest_end(nlh, rejects);
}

static void put_lists(void)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, LNLB_A_NODES);

	put_node(1);
	put_node(2);
	mnl_attr_nest_end(nlh, nest);
	put_key();
	put_reject();
	nest = mnl_attr_nest_start(nlh, LNLB_A_STATS);
	put_u64(LNLB_STAT_FRAME_RX, 100);
	mnl_attr_nest_end(nlh, nest);
}

static void cluster(u16 flags, u8 state)
{
	static const u8 addr[4] = { 192, 0, 2, 10 };
	static const u8 mac[6] = { 2, 0, 192, 0, 2, 10 };

	begin(FAMILY, flags, sizeof(struct genlmsghdr));
	mnl_attr_put_strz(nlh, LNLB_A_NAME, "nlb0");
	mnl_attr_put(nlh, LNLB_A_ADDR, sizeof(addr), addr);
	mnl_attr_put_strz(nlh, LNLB_A_DEV, "lo");
	mnl_attr_put_u32(nlh, LNLB_A_IFINDEX, 1);
	mnl_attr_put(nlh, LNLB_A_MAC, sizeof(mac), mac);
	mnl_attr_put_u8(nlh, LNLB_A_MODE, LNLB_MODE_UNICAST);
	mnl_attr_put_u8(nlh, LNLB_A_AFFINITY, LNLB_AFFINITY_NETWORK);
	mnl_attr_put_u8(nlh, LNLB_A_AFFINITY_LEN, 24);
	mnl_attr_put_u32(nlh, LNLB_A_TIMEOUT, 1800);
	mnl_attr_put_u8(nlh, LNLB_A_WEIGHT_SOURCE, LNLB_WEIGHT_MANUAL);
	mnl_attr_put_u16(nlh, LNLB_A_WEIGHT, 100);
	mnl_attr_put_u8(nlh, LNLB_A_STATE, state);
	mnl_attr_put_u8(nlh, LNLB_A_DOORS, LNLB_DOOR_GENL);
	mnl_attr_put_u32(nlh, LNLB_A_FLAGS, LNLB_F_ADDR_ADDED);
	put_u64(LNLB_A_DIGEST, 0x0123456789abcdef);
	mnl_attr_put_u32(nlh, LNLB_A_BUCKETS, 4096);
	put_u64(LNLB_A_SESSIONS, state == LNLB_NODE_ACTIVE ? 3 : 0);
	put_u64(LNLB_A_SESSIONS_FOREIGN, 1);
	mnl_attr_put_strz(nlh, LNLB_A_TRACKER, "conntrack");
	mnl_attr_put_u8(nlh, LNLB_A_PERMISSIVE, 1);
	put_lists();
	end();
}

static void event(u8 number)
{
	struct genlmsghdr *genl;
	struct lnlb_node_id id;

	node_id(&id, 2);
	begin(FAMILY, 0, sizeof(*genl));
	genl = mnl_nlmsg_get_payload(nlh);
	genl->cmd = LNLB_CMD_EVENT;
	mnl_attr_put_strz(nlh, LNLB_A_NAME, "nlb0");
	mnl_attr_put_u8(nlh, LNLB_A_EVENT, number);
	mnl_attr_put(nlh, LNLB_A_NODE_ID, sizeof(id), &id);
	mnl_attr_put_u8(nlh, LNLB_A_STATE, LNLB_NODE_ACTIVE);
	mnl_attr_put_u16(nlh, LNLB_A_WEIGHT, 5);
	mnl_attr_put_u32(nlh, LNLB_A_NODE_CLAIMS, 7);
	mnl_attr_put_u8(nlh, LNLB_A_REJECT_KIND, LNLB_REJECT_VERSION);
	mnl_attr_put_u8(nlh, LNLB_A_REJECT_VERSION, 2);
	mnl_attr_put_strz(nlh, LNLB_A_CAUSE, "because");
	end();
}

static void address(u8 family, const char *bytes)
{
	struct ifaddrmsg *header;

	begin(RTM_NEWADDR, NLM_F_MULTI, sizeof(*header));
	header = mnl_nlmsg_get_payload(nlh);
	header->ifa_family = family;
	header->ifa_prefixlen = 32;
	header->ifa_index = 1;
	mnl_attr_put(nlh, IFA_LOCAL, family == AF_INET ? 4 : 16, bytes);
	end();
}

static void family(u8 command)
{
	struct nlattr *groups, *group;

	seed_put(&seed, 1, command | WITH_FAMILY);
	begin(GENL_ID_CTRL, 0, sizeof(struct genlmsghdr));
	mnl_attr_put_u16(nlh, CTRL_ATTR_FAMILY_ID, FAMILY);
	groups = mnl_attr_nest_start(nlh, CTRL_ATTR_MCAST_GROUPS);
	group = mnl_attr_nest_start(nlh, 1);
	mnl_attr_put_strz(nlh, CTRL_ATTR_MCAST_GRP_NAME, "events");
	mnl_attr_put_u32(nlh, CTRL_ATTR_MCAST_GRP_ID, 7);
	mnl_attr_nest_end(nlh, group);
	mnl_attr_nest_end(nlh, groups);
	end();
}

static void save(const char *name)
{
	seed_save("genl", name, seed.data, seed.len);
	seed.len = 0;
}

static void shows(void)
{
	static const char *const names[] = {
		"show", "show-json", "show-name", "show-name-json",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		seed_put(&seed, 1, i);
		cluster(i < SHOW_NAME ? NLM_F_MULTI : 0, LNLB_NODE_ACTIVE);
		if (i < SHOW_NAME)
			done();
		else
			ack(0, NULL);
		save(names[i]);
	}
	seed_put(&seed, 1, SHOW_JSON);
	cluster(NLM_F_MULTI | NLM_F_DUMP_INTR, LNLB_NODE_ACTIVE);
	done();
	done();
	save("show-interrupted");
	seed_put(&seed, 1, SHOW_NAME);
	ack(-ENOENT, "no such cluster");
	cluster(NLM_F_MULTI, LNLB_NODE_ACTIVE);
	done();
	save("show-none");
}

static void events(void)
{
	unsigned int i;

	for (i = 0; i < 2; i++) {
		seed_put(&seed, 1, MONITOR + i);
		event(LNLB_EVENT_REJECTED);
		event(LNLB_EVENT_REFUSED);
		save(i ? "monitor-json" : "monitor");
	}
	seed_put(&seed, 1, CAUSE);
	event(LNLB_EVENT_REFUSED);
	event(LNLB_EVENT_STATE);
	save("cause");
	family(CAUSE);
	event(LNLB_EVENT_REFUSED);
	save("cause-family");
	family(KEY);
	ack(0, NULL);
	ack(-EPERM, "not allowed");
	save("key-family");
}

static void changes(void)
{
	seed_put(&seed, 1, ADDIF);
	address(AF_INET, "\xc0\0\2\1");
	address(AF_INET6, "0123456789abcdef");
	done();
	cluster(0, LNLB_NODE_ACTIVE);
	ack(0, NULL);
	ack(-EEXIST, NULL);
	ack(0, NULL);
	save("addif");
	seed_put(&seed, 1, ADDIF_FIND);
	address(AF_INET, "\xc0\0\2\1");
	address(AF_INET, "\xc0\0\2\2");
	done();
	done();
	cluster(0, LNLB_NODE_ACTIVE);
	ack(0, NULL);
	save("addif-find");
	seed_put(&seed, 1, DELIF);
	cluster(0, LNLB_NODE_ACTIVE);
	ack(0, NULL);
	ack(0, NULL);
	ack(0, NULL);
	save("delif");
	seed_put(&seed, 1, LEAVE);
	cluster(0, LNLB_NODE_ACTIVE);
	ack(0, NULL);
	ack(0, NULL);
	cluster(0, LNLB_NODE_DRAINING);
	ack(0, NULL);
	cluster(0, LNLB_NODE_ACTIVE);
	ack(0, NULL);
	save("leave");
}

/* of so few buckets that the input stays short */
static void buckets(void)
{
	static const u8 places[8] = { 0, 0, 0, 1, 1, 1, LNLB_BUCKET_SEVERAL,
				      LNLB_BUCKET_NOBODY };
	struct nlattr *nest;

	begin(FAMILY, 0, sizeof(struct genlmsghdr));
	mnl_attr_put_strz(nlh, LNLB_A_NAME, "nlb0");
	mnl_attr_put_u32(nlh, LNLB_A_BUCKETS, sizeof(places));
	put_u64(LNLB_A_DIGEST, 0x0123456789abcdef);
	nest = mnl_attr_nest_start(nlh, LNLB_A_NODES);
	put_node(1);
	put_node(2);
	mnl_attr_nest_end(nlh, nest);
	mnl_attr_put(nlh, LNLB_A_BUCKET_TARGETS, sizeof(places), places);
	mnl_attr_put(nlh, LNLB_A_BUCKET_CLAIMS, sizeof(places), places);
	end();
}

static void session(u16 flags)
{
	static const u8 client[4] = { 192, 0, 2, 7 };
	struct lnlb_node_id id;

	node_id(&id, 2);
	begin(FAMILY, flags, sizeof(struct genlmsghdr));
	mnl_attr_put(nlh, LNLB_A_CLIENT, sizeof(client), client);
	mnl_attr_put_u16(nlh, LNLB_A_CLIENT_PORT, htobe16(80));
	mnl_attr_put_u32(nlh, LNLB_A_BUCKET, 7);
	mnl_attr_put(nlh, LNLB_A_NODE_ID, sizeof(id), &id);
	mnl_attr_put_u32(nlh, LNLB_A_SESSION_IDLE, 3);
	mnl_attr_put_strz(nlh, LNLB_A_TRACKER, "conntrack");
	mnl_attr_put_u8(nlh, LNLB_A_OWNED_BY, LNLB_OWNED_BY_SESSION);
	mnl_attr_put(nlh, LNLB_A_OWNER_SURE, 0, NULL);
	end();
}

static void looks(void)
{
	static const char *const names[] = {
		[NODES] = "nodes", [STATS] = "stats", [METRICS] = "metrics",
		[BUCKETS] = "buckets", [BUCKETS_JSON] = "buckets-json",
		[SESSIONS] = "sessions", [SESSIONS_JSON] = "sessions-json",
		[OWNER] = "owner", [OWNER_JSON] = "owner-json",
	};
	unsigned int i;

	for (i = NODES; i < ARRAY_SIZE(names); i++) {
		seed_put(&seed, 1, i);
		if (i < BUCKETS || i == BUCKETS_JSON) {
			cluster(NLM_F_MULTI, LNLB_NODE_ACTIVE);
			done();
		}
		if (i == BUCKETS || i == BUCKETS_JSON)
			buckets();
		if (i >= SESSIONS) {
			session(i < OWNER ? NLM_F_MULTI : 0);
			session(NLM_F_MULTI);
			done();
		}
		ack(0, NULL);
		save(names[i]);
	}
}

/* as it is in memory */
static void cpu_u32(u32 value)
{
	memcpy(seed.data + seed.len, &value, sizeof(value));
	seed.len += sizeof(value);
}

static void short_group(void)
{
	struct nlattr *groups, *group;

	groups = mnl_attr_nest_start(nlh, CTRL_ATTR_MCAST_GROUPS);
	group = mnl_attr_nest_start(nlh, 1);
	mnl_attr_put(nlh, CTRL_ATTR_MCAST_GRP_ID, 0, NULL);
	mnl_attr_put(nlh, CTRL_ATTR_MCAST_GRP_NAME, 4, "even");
	mnl_attr_nest_end(nlh, group);
	mnl_attr_nest_end(nlh, groups);
}

/* what the kernel does not send, and crashed lnlbctl or nft-lnlb once */
static void wrong(void)
{
	static const int errors[] = { INT_MIN, 5 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(errors); i++) {
		seed_put(&seed, 1, SHOW);
		ack(errors[i], NULL);
		save(i ? "error-positive" : "error-least");
	}
	/* libmnl takes this length for a negative one */
	seed_put(&seed, 1, SHOW);
	seed_put(&seed, 2, 24);
	cpu_u32(-256);
	for (i = 0; i < 20; i++)
		seed_put(&seed, 1, 0);
	save("length-negative");
	/* the number of a group is not there, its name has no end */
	seed_put(&seed, 1, CAUSE | WITH_FAMILY);
	begin(GENL_ID_CTRL, 0, sizeof(struct genlmsghdr));
	short_group();
	end();
	save("group-short");
	seed_put(&seed, 1, CAUSE);
	begin(FAMILY, 0, sizeof(struct genlmsghdr));
	((struct genlmsghdr *)mnl_nlmsg_get_payload(nlh))->cmd =
		LNLB_CMD_EVENT;
	mnl_attr_put(nlh, LNLB_A_EVENT, 0, NULL);
	end();
	save("event-empty");
}

/**
 * seed_genl() - write them all
 */
void seed_genl(void)
{
	shows();
	events();
	looks();
	changes();
	wrong();
}
