// SPDX-License-Identifier: GPL-2.0-only
/*
 * Preloaded into lnlbctl, this answers generic netlink in the kernel's place;
 * rtnetlink stays real. What it knows and what is asked of it stands in the
 * directory $LNLB_FAKE_DIR:
 *
 *   clusters  "NAME ADDR DEV SOURCE WEIGHT FLAGS DOORS" a line
 *   log       a line for each request, with "addr=1" if the address is on the
 *             device at that moment
 *   fail      "VERB ERRNO TEXT": that verb is refused
 *   absent    there is no family lnlb
 *   intr      the next dump is interrupted; removed then
 *   bad       answers have attributes of the wrong size
 *   damaged   answers about buckets, sessions and owners do, or lack some
 *   waiting   clusters wait for their device, as far as buckets tell
 *   cut       the cluster is taken out while its sessions are listed
 *   newaddr   "ERRNO": rtnetlink refuses new addresses
 */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <ifaddrs.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/rtnetlink.h>
#include <linux/netfilter/nf_lnlb.h>

#include "fake.h"

#define FAKE_CLUSTERS	8
#define REAL(name)	((typeof(&name))dlsym(RTLD_NEXT, #name))

static struct fake_cluster cluster[FAKE_CLUSTERS];
static int clusters;

static struct mnl_socket *generic;
static bool listening;
static int monitored;

static const char *const verbs[] = {
	[LNLB_CMD_NEW_CLUSTER] = "new", [LNLB_CMD_DEL_CLUSTER] = "del",
	[LNLB_CMD_SET_CLUSTER] = "set", [LNLB_CMD_GET_CLUSTER] = "get",
	[LNLB_CMD_RESYNC] = "resync", [LNLB_CMD_GET_BUCKETS] = "buckets",
	[LNLB_CMD_GET_SESSIONS] = "sessions", [LNLB_CMD_GET_OWNER] = "owner",
	[LNLB_CMD_XDP_ON] = "xdp_on", [LNLB_CMD_XDP_OFF] = "xdp_off",
};

unsigned int fake_portid(void)
{
	return mnl_socket_get_portid(generic);
}

static const char *path(const char *file)
{
	static char buf[512];

	snprintf(buf, sizeof(buf), "%s/%s", getenv("LNLB_FAKE_DIR"), file);
	return buf;
}

bool fake_exists(const char *file)
{
	return !access(path(file), F_OK);
}

static void load(void)
{
	FILE *f = fopen(path("clusters"), "r");
	struct fake_cluster *c = cluster;

	clusters = 0;
	while (f && clusters < FAKE_CLUSTERS &&
	       fscanf(f, "%63s %63s %63s %u %u %u %u", c->name, c->addr,
		      c->dev, &c->source, &c->weight, &c->flags,
		      &c->doors) == 7) {
		clusters++;
		c++;
	}
	if (f)
		fclose(f);
}

static void save(void)
{
	FILE *f = fopen(path("clusters"), "w");
	int i;

	for (i = 0; i < clusters; i++)
		fprintf(f, "%s %s %s %u %u %u %u\n", cluster[i].name,
			cluster[i].addr, cluster[i].dev, cluster[i].source,
			cluster[i].weight, cluster[i].flags, cluster[i].doors);
	fclose(f);
}

static struct fake_cluster *find(const char *name)
{
	int i;

	for (i = 0; i < clusters; i++)
		if (!strcmp(cluster[i].name, name))
			return &cluster[i];
	return NULL;
}

static bool on_device(const struct fake_cluster *c)
{
	struct ifaddrs *list, *i;
	bool found = false;
	char text[64];

	if (getifaddrs(&list))
		return false;
	for (i = list; i; i = i->ifa_next) {
		if (!i->ifa_addr || i->ifa_addr->sa_family != AF_INET ||
		    strcmp(i->ifa_name, c->dev))
			continue;
		inet_ntop(AF_INET,
			  &((struct sockaddr_in *)i->ifa_addr)->sin_addr,
			  text, sizeof(text));
		found |= !strcmp(text, c->addr);
	}
	freeifaddrs(list);
	return found;
}

static void push_dump(const struct nlmsghdr *request)
{
	uint16_t flags = NLM_F_MULTI;
	struct nlmsghdr *nlh;
	int i;

	if (fake_exists("intr")) {
		unlink(path("intr"));
		flags |= NLM_F_DUMP_INTR;
	}
	for (i = 0; i < clusters; i++)
		fake_push_cluster(request, &cluster[i], flags);
	nlh = fake_answer(request, NLMSG_DONE, flags);
	memset(mnl_nlmsg_put_extra_header(nlh, sizeof(int)), 0, sizeof(int));
	fake_push(nlh);
}

static int index_attr(const struct nlattr *attr, void *data)
{
	const struct nlattr **tb = data;

	if (mnl_attr_get_type(attr) <= LNLB_A_MAX)
		tb[mnl_attr_get_type(attr)] = attr;
	return MNL_CB_OK;
}

static void describe(const struct nlattr **tb, struct fake_cluster *c)
{
	if (tb[LNLB_A_NAME])
		snprintf(c->name, sizeof(c->name), "%s",
			 mnl_attr_get_str(tb[LNLB_A_NAME]));
	if (tb[LNLB_A_DEV])
		snprintf(c->dev, sizeof(c->dev), "%s",
			 mnl_attr_get_str(tb[LNLB_A_DEV]));
	if (tb[LNLB_A_ADDR])
		inet_ntop(mnl_attr_get_payload_len(tb[LNLB_A_ADDR]) == 4 ?
			  AF_INET : AF_INET6,
			  mnl_attr_get_payload(tb[LNLB_A_ADDR]), c->addr,
			  sizeof(c->addr));
	if (tb[LNLB_A_WEIGHT_SOURCE])
		c->source = mnl_attr_get_u8(tb[LNLB_A_WEIGHT_SOURCE]);
	if (tb[LNLB_A_WEIGHT])
		c->weight = mnl_attr_get_u16(tb[LNLB_A_WEIGHT]);
	if (tb[LNLB_A_FLAGS])
		c->flags = mnl_attr_get_u32(tb[LNLB_A_FLAGS]);
	if (tb[LNLB_A_STATE])
		c->state = mnl_attr_get_u8(tb[LNLB_A_STATE]);
}

static void note(int cmd, const struct fake_cluster *c)
{
	FILE *f = fopen(path("log"), "a");

	fprintf(f, "%s %s %s %s source=%u weight=%u flags=%u addr=%d",
		verbs[cmd], c->name[0] ? c->name : "-",
		c->addr[0] ? c->addr : "-", c->dev[0] ? c->dev : "-",
		c->source, c->weight, c->flags, on_device(c));
	if (c->state)
		fprintf(f, " state=%u", c->state);
	fputc('\n', f);
	fclose(f);
}

static bool refused(const struct nlmsghdr *request, int cmd)
{
	char verb[16], text[128];
	FILE *f = fopen(path("fail"), "r");
	bool hit = false;
	int error;

	if (f && fscanf(f, "%15s %d %127[^\n]", verb, &error, text) == 3 &&
	    !strcmp(verb, verbs[cmd])) {
		fake_push_error(request, error, text);
		hit = true;
	}
	if (f)
		fclose(f);
	return hit;
}

static void new_cluster(const struct nlmsghdr *request,
			const struct fake_cluster *asked)
{
	struct fake_cluster *c = &cluster[clusters++];
	struct nlmsghdr *nlh;

	*c = *asked;
	if (!c->name[0])
		snprintf(c->name, sizeof(c->name), "nlb%d", clusters - 1);
	c->doors = LNLB_DOOR_GENL;
	save();
	nlh = fake_lnlb_answer(request, LNLB_CMD_NEW_CLUSTER, 0);
	mnl_attr_put_strz(nlh, LNLB_A_NAME, c->name);
	fake_push(nlh);
	fake_push_error(request, 0, NULL);
}

static void change_cluster(const struct nlmsghdr *request, int cmd,
			   const struct nlattr **tb, struct fake_cluster *c)
{
	if (cmd == LNLB_CMD_GET_CLUSTER)
		fake_push_cluster(request, c, 0);
	if (cmd == LNLB_CMD_GET_BUCKETS)
		fake_push_buckets(request, c);
	if (cmd == LNLB_CMD_SET_CLUSTER && tb[LNLB_A_WEIGHT] &&
	    c->source != LNLB_WEIGHT_MANUAL) {
		fake_push_error(request, EINVAL, "weight mode is not manual");
		return;
	}
	if (cmd == LNLB_CMD_SET_CLUSTER)
		describe(tb, c);
	if (cmd == LNLB_CMD_DEL_CLUSTER)
		*c = cluster[--clusters];
	save();
	fake_push_error(request, 0, NULL);
}

static void handle(const struct nlmsghdr *request)
{
	const struct genlmsghdr *header = mnl_nlmsg_get_payload(request);
	const struct nlattr *tb[LNLB_A_MAX + 1] = { NULL };
	struct fake_cluster asked = { 0 }, *c;

	if (request->nlmsg_type == GENL_ID_CTRL) {
		if (fake_exists("absent"))
			fake_push_error(request, ENOENT, NULL);
		else
			fake_push_family(request);
		return;
	}
	load();
	mnl_attr_parse(request, sizeof(*header), index_attr, tb);
	describe(tb, &asked);
	c = find(asked.name);
	if (c) {
		strcpy(asked.addr, c->addr);
		strcpy(asked.dev, c->dev);
	}
	note(header->cmd, &asked);
	if (refused(request, header->cmd))
		return;
	if (c && header->cmd == LNLB_CMD_GET_SESSIONS)
		fake_push_sessions(request);
	else if (c && header->cmd == LNLB_CMD_GET_OWNER)
		fake_push_owner(request, c,
				mnl_attr_get_payload(tb[LNLB_A_CLIENT]));
	else if (request->nlmsg_flags & NLM_F_DUMP)
		push_dump(request);
	else if (header->cmd == LNLB_CMD_NEW_CLUSTER)
		new_cluster(request, &asked);
	else if (c)
		change_cluster(request, header->cmd, tb, c);
	else
		fake_push_error(request, ENOENT, NULL);
}

/* What a listener gets: an event, a loss, another event, SIGTERM. */
static ssize_t next_event(void)
{
	switch (monitored++) {
	case 0:
		fake_push_event(LNLB_EVENT_NODE_DEAD);
		return 0;
	case 1:
		errno = ENOBUFS;
		return -1;
	case 2:
		fake_push_event(LNLB_EVENT_BOUND);
		fake_push_event(LNLB_EVENT_REFUSED);
		return 0;
	}
	raise(SIGTERM);
	return -1;
}

struct mnl_socket *mnl_socket_open2(int bus, int flags)
{
	struct mnl_socket *sock = REAL(mnl_socket_open2)(bus, flags);

	if (bus == NETLINK_GENERIC)
		generic = sock;
	return sock;
}

int mnl_socket_setsockopt(const struct mnl_socket *nl, int type, void *buf,
			  socklen_t len)
{
	if (nl != generic || type != NETLINK_ADD_MEMBERSHIP)
		return REAL(mnl_socket_setsockopt)(nl, type, buf, len);
	listening = *(uint32_t *)buf == FAKE_GROUP;
	return 0;
}

static int addr_error(void)
{
	FILE *f = fopen(path("newaddr"), "r");
	int error = EINVAL;

	if (f && fscanf(f, "%d", &error) != 1)
		abort();
	if (f)
		fclose(f);
	return error;
}

ssize_t mnl_socket_sendto(const struct mnl_socket *nl, const void *req,
			  size_t len)
{
	const struct nlmsghdr *request = req;

	if (nl == generic) {
		handle(request);
		return len;
	}
	if (request->nlmsg_type != RTM_NEWADDR || !fake_exists("newaddr"))
		return REAL(mnl_socket_sendto)(nl, req, len);
	errno = addr_error();
	return -1;
}

ssize_t mnl_socket_recvfrom(const struct mnl_socket *nl, void *buf, size_t len)
{
	if (nl != generic)
		return REAL(mnl_socket_recvfrom)(nl, buf, len);
	if (fake_queue_empty() && listening && next_event() < 0)
		return -1;
	if (fake_queue_empty())
		abort();
	return fake_pop(buf);
}
