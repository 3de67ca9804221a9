// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzz target: what lnlbctl and nft-lnlb read from the kernel. The first byte
 * says which command is run; what follows are datagrams, each with its length
 * in two bytes before it. The answer to the question for the family is made
 * here, unless the first byte has WITH_FAMILY.
 */
#include <errno.h>
#include <json-c/json.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <sanitizer/asan_interface.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "../../userspace/nft-lnlb/nft_errors.h"

/* its socket lives as long as the process; here it must not */
#define recv fuzz_recv
static ssize_t fuzz_recv(int fd, void *buf, size_t size, int flags);
#include "../../userspace/nft-lnlb/nft_cause.c"

#define FAMILY		0x1234
#define WITH_FAMILY	0x80
#define WORDS		6

#define CHECK(cond) do { \
	if (!(cond)) { \
		dprintf(2, "%s:%d: not so: %s\n", __FILE__, __LINE__, #cond); \
		abort(); \
	} \
} while (0)

int lnlbctl_main(int argc, char **argv);
int fuzz_nanosleep(const struct timespec *time, struct timespec *left);

/* the empty one: nft-lnlb asks why a rule was refused */
static const char *const commands[][WORDS] = {
	{ "show" }, { "show", "-j" }, { "show", "nlb0" },
	{ "show", "-j", "nlb0" }, { "monitor" }, { "monitor", "-j" },
	{ "addif", "192.0.2.10", "lo" }, { "addif", "lo", "nlb0" },
	{ "delif", "nlb0" }, { "key", "--next", "a:b", "nlb0", "a:c" },
	{ "set_weight", "nlb0", "5" }, { "drain", "nlb0", "--wait" },
	{ "leave", "nlb0" }, { "resync", "nlb0" }, { NULL },
	{ "nodes" }, { "stats" }, { "metrics" }, { "buckets", "nlb0" },
	{ "buckets", "-j" }, { "sessions", "nlb0" },
	{ "sessions", "-j", "nlb0" }, { "owner", "nlb0", "192.0.2.7" },
	{ "owner", "-j", "nlb0", "192.0.2.7:80" },
	{ "xdp", "on", "nlb0" }, { "xdp", "off", "nlb0" },
};

/* what is left of the input, and what of a buffer nobody may look at */
static const uint8_t *left;
static size_t left_len;
static bool answer_family;
static void *hidden;
static size_t hidden_len;

static void show_hidden(void)
{
	ASAN_UNPOISON_MEMORY_REGION(hidden, hidden_len);
	hidden_len = 0;
}

static size_t put_family(void *buf)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct nlattr *groups, *group;

	nlh->nlmsg_type = GENL_ID_CTRL;
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct genlmsghdr));
	mnl_attr_put_u16(nlh, CTRL_ATTR_FAMILY_ID, FAMILY);
	groups = mnl_attr_nest_start(nlh, CTRL_ATTR_MCAST_GROUPS);
	group = mnl_attr_nest_start(nlh, 1);
	mnl_attr_put_strz(nlh, CTRL_ATTR_MCAST_GRP_NAME,
			  LNLB_GENL_MCGRP_EVENTS);
	mnl_attr_put_u32(nlh, CTRL_ATTR_MCAST_GRP_ID, 7);
	mnl_attr_nest_end(nlh, group);
	mnl_attr_nest_end(nlh, groups);
	return nlh->nlmsg_len;
}

/* the end of the answer, which has none of its own */
static size_t put_ack(void *buf)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);

	nlh->nlmsg_type = NLMSG_ERROR;
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct nlmsgerr));
	return nlh->nlmsg_len;
}

/* What lies behind a datagram is not to be looked at. It is padded, though. */
static ssize_t receive(void *buf, size_t size)
{
	size_t len;

	show_hidden();
	if (answer_family) {
		len = put_family(buf);
		len += put_ack((char *)buf + len);
		answer_family = false;
	} else if (left_len >= 2) {
		len = left[0] << 8 | left[1];
		left += 2;
		left_len -= 2;
		len = len < left_len ? len : left_len;
		len = len < size ? len : size;
		memcpy(buf, left, len);
		left += len;
		left_len -= len;
	} else {
		errno = EIO;
		return -1;
	}
	hidden = (char *)buf + MNL_ALIGN(len);
	hidden_len = size - MNL_ALIGN(len);
	ASAN_POISON_MEMORY_REGION(hidden, hidden_len);
	return len;
}

static ssize_t fuzz_recv(int fd, void *buf, size_t size, int flags)
{
	return receive(buf, size);
}

int fuzz_nanosleep(const struct timespec *time, struct timespec *rest)
{
	return 0;
}

/* In place of libmnl's: a socket that nothing is behind. */
static char socket_memory;

struct mnl_socket *mnl_socket_open2(int bus, int flags)
{
	return (struct mnl_socket *)&socket_memory;
}

int mnl_socket_bind(struct mnl_socket *nl, unsigned int groups, pid_t pid)
{
	return 0;
}

int mnl_socket_setsockopt(const struct mnl_socket *nl, int type, void *buf,
			  socklen_t len)
{
	return 0;
}

unsigned int mnl_socket_get_portid(const struct mnl_socket *nl)
{
	return 5;
}

int mnl_socket_get_fd(const struct mnl_socket *nl)
{
	return -1;
}

int mnl_socket_close(struct mnl_socket *nl)
{
	return 0;
}

ssize_t mnl_socket_sendto(const struct mnl_socket *nl, const void *buf,
			  size_t len)
{
	const struct nlmsghdr *nlh = buf;

	CHECK(mnl_nlmsg_ok(nlh, len) && nlh->nlmsg_len == len && len < 4096);
	return len;
}

ssize_t mnl_socket_recvfrom(const struct mnl_socket *nl, void *buf, size_t size)
{
	return receive(buf, size);
}

/* a request goes where the answer to the last one was */
struct nlmsghdr *mnl_nlmsg_put_header(void *buf)
{
	struct nlmsghdr *nlh = buf;

	show_hidden();
	memset(nlh, 0, sizeof(*nlh));
	nlh->nlmsg_len = sizeof(*nlh);
	return nlh;
}

void lnlb_errors_cause(const char *cause, size_t len)
{
	CHECK(strnlen(cause, len) == len);
}

/* what programs read is JSON, an object a line or an array */
static void check_json(const char *text)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *object;
	size_t used = 0, len = strlen(text);

	while (used < len) {
		object = json_tokener_parse_ex(tokener, text + used,
					       len - used);
		CHECK(object);
		json_object_put(object);
		/* with the line end, or without */
		used += json_tokener_get_parse_end(tokener);
		used += text[used] == '\n';
	}
	json_tokener_free(tokener);
}

/* Return: exit code; what it prints goes to @text, to be freed */
static int run(const char *const words[WORDS], char **text)
{
	struct sigaction interrupt, terminate;
	char *argv[WORDS + 2] = { (char *)"lnlbctl" };
	FILE *out = stdout, *err = stderr;
	int argc = 1, ret;
	size_t len;

	/* parse_args() moves the words, and writes to none */
	while (argc <= WORDS && words[argc - 1]) {
		argv[argc] = (char *)words[argc - 1];
		argc++;
	}
	sigaction(SIGINT, NULL, &interrupt);
	sigaction(SIGTERM, NULL, &terminate);
	stdout = open_memstream(text, &len);
	stderr = fopen("/dev/null", "w");
	CHECK(stdout && stderr);
	ret = lnlbctl_main(argc, argv);
	fclose(stdout);
	fclose(stderr);
	stdout = out;
	stderr = err;
	sigaction(SIGINT, &interrupt, NULL);
	sigaction(SIGTERM, &terminate, NULL);
	return ret;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *const *words;
	char *text = NULL;
	int ret;

	if (!size)
		return 0;
	words = commands[(data[0] & ~WITH_FAMILY) %
			 (sizeof(commands) / sizeof(commands[0]))];
	answer_family = !(data[0] & WITH_FAMILY);
	left = data + 1;
	left_len = size - 1;
	if (!words[0]) {
		lnlb_cause_listen();
		lnlb_cause_collect();
		events = NULL;
	} else {
		ret = run(words, &text);
		CHECK(ret >= 0 && ret <= 3);
		CHECK(!*text || text[strlen(text) - 1] == '\n');
		/* who fails may have said a part of it */
		if (!ret && words[1] && !strcmp(words[1], "-j"))
			check_json(text);
		free(text);
	}
	show_hidden();
	return 0;
}
