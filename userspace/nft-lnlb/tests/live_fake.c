// SPDX-License-Identifier: GPL-2.0-only
/*
 * Preloaded into lnlbctl top and health, this answers in the kernel's place.
 * What it says stands in the directory $LNLB_FAKE_DIR and may change while they
 * run:
 *
 *   clusters  "NAME ADDR NODES" a line. Node i has id 52:54:00:00:00:ii and
 *             takes 100 * i packets a second; node 2 is this one. The last one
 *             of four nodes or more says nothing of what it does.
 *   NAME      "STATE FLAGS" of that cluster, numbers; written when they are set
 *   log       a line for each time that they are
 *   refused   "ERRNO": they cannot be set
 *   absent    the module is not loaded
 *   plain     nobody is asked whose the buckets are
 *   events    FIFO; a line "NAME NUMBER CAUSE" is an event, "lost" is a loss
 */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/netfilter/nf_lnlb.h>

#define FAMILY	0x1234
#define GROUP	7
#define SELF	2
#define REAL(name)	((typeof(&name))dlsym(RTLD_NEXT, #name))

static char answer[65536];
static size_t answered;
static const struct mnl_socket *listener;
static int fifo = -1;

static const char *path(const char *file)
{
	static char buf[512];

	snprintf(buf, sizeof(buf), "%s/%s", getenv("LNLB_FAKE_DIR"), file);
	return buf;
}

static uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000ull + ts.tv_nsec / 1000000;
}

static struct nlmsghdr *begin(const struct nlmsghdr *request, uint16_t type,
			      uint16_t flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(answer + answered);

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = flags;
	nlh->nlmsg_seq = request->nlmsg_seq;
	return nlh;
}

static void end(const struct nlmsghdr *nlh)
{
	answered += NLMSG_ALIGN(nlh->nlmsg_len);
}

static void acknowledge(const struct nlmsghdr *request, int error)
{
	struct nlmsghdr *nlh = begin(request, NLMSG_ERROR, NLM_F_CAPPED);
	struct nlmsgerr *err;

	err = mnl_nlmsg_put_extra_header(nlh, sizeof(*err));
	err->error = -error;
	err->msg = *request;
	end(nlh);
}

static void finish(const struct nlmsghdr *request, int error)
{
	struct nlmsghdr *nlh;

	if (error || !(request->nlmsg_flags & NLM_F_DUMP)) {
		acknowledge(request, error);
		return;
	}
	nlh = begin(request, NLMSG_DONE, NLM_F_MULTI);
	memset(mnl_nlmsg_put_extra_header(nlh, sizeof(int)), 0, sizeof(int));
	end(nlh);
}

static void put_family(const struct nlmsghdr *request)
{
	struct nlmsghdr *nlh = begin(request, GENL_ID_CTRL, 0);
	struct nlattr *groups, *group;
	struct genlmsghdr *header;

	header = mnl_nlmsg_put_extra_header(nlh, sizeof(*header));
	header->cmd = CTRL_CMD_NEWFAMILY;
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, LNLB_GENL_NAME);
	mnl_attr_put_u16(nlh, CTRL_ATTR_FAMILY_ID, FAMILY);
	groups = mnl_attr_nest_start(nlh, CTRL_ATTR_MCAST_GROUPS);
	group = mnl_attr_nest_start(nlh, 1);
	mnl_attr_put_u32(nlh, CTRL_ATTR_MCAST_GRP_ID, GROUP);
	mnl_attr_put_strz(nlh, CTRL_ATTR_MCAST_GRP_NAME, "events");
	mnl_attr_nest_end(nlh, group);
	mnl_attr_nest_end(nlh, groups);
	end(nlh);
}

/* by place: this node first, then the others by id */
static unsigned int number_at(unsigned int place)
{
	if (!place)
		return SELF;
	return place < SELF ? place : place + 1;
}

static void put_node(struct nlmsghdr *nlh, unsigned int i, unsigned int nodes)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, LNLB_A_NODE);
	char id[6] = { 0x52, 0x54, 0, 0, 0, i };
	uint64_t now = now_ms();

	mnl_attr_put(nlh, LNLB_A_NODE_ID, sizeof(id), id);
	if (i == SELF)
		mnl_attr_put(nlh, LNLB_A_NODE_SELF, 0, NULL);
	else
		mnl_attr_put_u32(nlh, LNLB_A_NODE_HEARD_AGO_MS, 50);
	if (i != 3)
		mnl_attr_put(nlh, LNLB_A_NODE_AGREES, 0, NULL);
	mnl_attr_put_u8(nlh, LNLB_A_NODE_STATE, LNLB_NODE_ACTIVE);
	mnl_attr_put_u16(nlh, LNLB_A_NODE_WEIGHT, 1000 - i);
	mnl_attr_put_u8(nlh, LNLB_A_NODE_WEIGHT_SOURCE, LNLB_WEIGHT_LOADAVG15);
	mnl_attr_put_u32(nlh, LNLB_A_NODE_TARGET, LNLB_BUCKETS / nodes);
	mnl_attr_put_u32(nlh, LNLB_A_NODE_CLAIMS, LNLB_BUCKETS / nodes);
	if (i < 4 || i < nodes) {
		mnl_attr_put_u32(nlh, LNLB_A_NODE_CLOCK_MS, now);
		mnl_attr_put_u32(nlh, LNLB_A_NODE_SESSIONS, 1000 * i);
		mnl_attr_put_u64(nlh, LNLB_A_NODE_TAKEN, now * i / 10);
		mnl_attr_put_u64(nlh, LNLB_A_NODE_PASSED, now * 20);
	}
	mnl_attr_nest_end(nlh, nest);
}

static void put_nodes(struct nlmsghdr *nlh, unsigned int nodes)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, LNLB_A_NODES);
	unsigned int place;

	for (place = 0; place < nodes; place++)
		put_node(nlh, number_at(place), nodes);
	mnl_attr_nest_end(nlh, nest);
}

static struct nlmsghdr *begin_named(const struct nlmsghdr *request, int cmd,
				    uint16_t flags, const char *name)
{
	struct nlmsghdr *nlh = begin(request, FAMILY, flags);
	struct genlmsghdr *header;

	header = mnl_nlmsg_put_extra_header(nlh, sizeof(*header));
	header->cmd = cmd;
	mnl_attr_put_strz(nlh, LNLB_A_NAME, name);
	mnl_attr_put_u32(nlh, LNLB_A_BUCKETS, LNLB_BUCKETS);
	return nlh;
}

static void read_state(const char *name, unsigned int *state,
		       unsigned int *flags)
{
	FILE *f = fopen(path(name), "r");

	*state = LNLB_NODE_ACTIVE;
	*flags = LNLB_F_ADDR_ADDED;
	if (f && fscanf(f, "%u %u", state, flags) != 2)
		abort();
	if (f)
		fclose(f);
}

static void put_cluster(const struct nlmsghdr *request, uint16_t flags,
			const char *name, const char *text, unsigned int nodes)
{
	struct nlmsghdr *nlh = begin_named(request, LNLB_CMD_GET_CLUSTER, flags,
					   name);
	unsigned int state, flags_now;
	struct in_addr addr;

	inet_pton(AF_INET, text, &addr);
	mnl_attr_put(nlh, LNLB_A_ADDR, 4, &addr);
	mnl_attr_put_strz(nlh, LNLB_A_DEV, "eth0");
	read_state(name, &state, &flags_now);
	mnl_attr_put_u8(nlh, LNLB_A_STATE, state);
	mnl_attr_put_u32(nlh, LNLB_A_FLAGS, flags_now);
	mnl_attr_put_u64(nlh, LNLB_A_SESSIONS, 123456);
	put_nodes(nlh, nodes);
	end(nlh);
}

/* in turn; bucket 7 is nobody's, 9 is claimed by several */
static void put_buckets(const struct nlmsghdr *request, const char *name,
			unsigned int nodes)
{
	struct nlmsghdr *nlh = begin_named(request, LNLB_CMD_GET_BUCKETS, 0,
					   name);
	uint8_t places[LNLB_BUCKETS];
	unsigned int b;

	for (b = 0; b < LNLB_BUCKETS; b++)
		places[b] = b % nodes;
	mnl_attr_put_u64(nlh, LNLB_A_DIGEST, 1);
	put_nodes(nlh, nodes);
	mnl_attr_put(nlh, LNLB_A_BUCKET_TARGETS, sizeof(places), places);
	places[7] = LNLB_BUCKET_NOBODY;
	places[9] = LNLB_BUCKET_SEVERAL;
	mnl_attr_put(nlh, LNLB_A_BUCKET_CLAIMS, sizeof(places), places);
	end(nlh);
}

static int name_attr(const struct nlattr *attr, void *data)
{
	if (mnl_attr_get_type(attr) == LNLB_A_NAME)
		*(const char **)data = mnl_attr_get_str(attr);
	return MNL_CB_OK;
}

/* all clusters, or the one that is asked for */
static int put_asked(const struct nlmsghdr *request, int cmd)
{
	uint16_t flags = request->nlmsg_flags & NLM_F_DUMP ? NLM_F_MULTI : 0;
	char name[16], addr[64];
	FILE *f = fopen(path("clusters"), "r");
	const char *asked = NULL;
	unsigned int nodes;
	bool found = false;

	mnl_attr_parse(request, sizeof(struct genlmsghdr), name_attr, &asked);
	while (f && fscanf(f, "%15s %63s %u", name, addr, &nodes) == 3) {
		if (asked && strcmp(asked, name))
			continue;
		found = true;
		if (cmd == LNLB_CMD_GET_BUCKETS)
			put_buckets(request, name, nodes);
		else
			put_cluster(request, flags, name, addr, nodes);
	}
	if (f)
		fclose(f);
	return asked && !found ? ENOENT : 0;
}

static int set_attr(const struct nlattr *attr, void *data)
{
	const struct nlattr **tb = data;

	if (mnl_attr_get_type(attr) <= LNLB_A_MAX)
		tb[mnl_attr_get_type(attr)] = attr;
	return MNL_CB_OK;
}

static void write_state(const char *file, const char *mode, const char *name,
			const struct nlattr **tb)
{
	FILE *f = fopen(path(file), mode);

	if (*mode == 'a')
		fprintf(f, "%s ", name);
	fprintf(f, "%u %u\n", mnl_attr_get_u8(tb[LNLB_A_STATE]),
		mnl_attr_get_u32(tb[LNLB_A_FLAGS]));
	fclose(f);
}

static int set_cluster(const struct nlmsghdr *request)
{
	const struct nlattr *tb[LNLB_A_MAX + 1] = { NULL };
	FILE *f = fopen(path("refused"), "r");
	const char *name;
	int error = 0;

	if (f && fscanf(f, "%d", &error) != 1)
		abort();
	if (f)
		fclose(f);
	if (error)
		return error;
	mnl_attr_parse(request, sizeof(struct genlmsghdr), set_attr, tb);
	name = mnl_attr_get_str(tb[LNLB_A_NAME]);
	write_state(name, "w", name, tb);
	write_state("log", "a", name, tb);
	return 0;
}

static int ask(const struct nlmsghdr *request)
{
	const struct genlmsghdr *header = mnl_nlmsg_get_payload(request);
	bool loaded = access(path("absent"), F_OK);

	if (request->nlmsg_type == GENL_ID_CTRL && loaded)
		put_family(request);
	/* a list of families is one without ours */
	if (request->nlmsg_type == GENL_ID_CTRL)
		return loaded || request->nlmsg_flags & NLM_F_DUMP ? 0 : ENOENT;
	if (!loaded)
		return ENOENT;
	if (header->cmd == LNLB_CMD_SET_CLUSTER)
		return set_cluster(request);
	if (header->cmd == LNLB_CMD_GET_BUCKETS && !access(path("plain"), F_OK))
		return EOPNOTSUPP;
	return put_asked(request, header->cmd);
}

ssize_t mnl_socket_sendto(const struct mnl_socket *nl, const void *req,
			  size_t len)
{
	(void)nl;
	answered = 0;
	finish(req, ask(req));
	return len;
}

int mnl_socket_setsockopt(const struct mnl_socket *nl, int type, void *buf,
			  socklen_t len)
{
	if (type != NETLINK_ADD_MEMBERSHIP || *(uint32_t *)buf != GROUP)
		return REAL(mnl_socket_setsockopt)(nl, type, buf, len);
	listener = nl;
	if (fifo < 0)
		fifo = open(path("events"), O_RDWR | O_NONBLOCK);
	return 0;
}

int mnl_socket_get_fd(const struct mnl_socket *nl)
{
	return nl == listener ? fifo : REAL(mnl_socket_get_fd)(nl);
}

static ssize_t put_event(void *buf)
{
	static const struct nlmsghdr none;
	struct nlmsghdr *nlh;
	char line[256], name[16];
	unsigned int event;
	int got = 0, at;

	/* a line, byte by byte: what follows is the next event */
	while (got < (int)sizeof(line) - 1 &&
	       read(fifo, line + got, 1) == 1 && line[got] != '\n')
		got++;
	line[got] = '\0';
	if (sscanf(line, "%15s %u %n", name, &event, &at) != 2) {
		errno = ENOBUFS;
		return -1;
	}
	answered = 0;
	nlh = begin_named(&none, LNLB_CMD_EVENT, 0, name);
	mnl_attr_put_u8(nlh, LNLB_A_EVENT, event);
	mnl_attr_put(nlh, LNLB_A_NODE_ID, 6, "\x52\x54\0\0\0\x03");
	mnl_attr_put_strz(nlh, LNLB_A_CAUSE, line + at);
	end(nlh);
	memcpy(buf, answer, answered);
	return answered;
}

ssize_t mnl_socket_recvfrom(const struct mnl_socket *nl, void *buf, size_t len)
{
	if (nl == listener)
		return put_event(buf);
	if (!answered || answered > len)
		abort();
	memcpy(buf, answer, answered);
	return answered;
}
