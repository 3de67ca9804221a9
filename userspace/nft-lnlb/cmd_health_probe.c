// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks by network. They run in a process of their own, so that they may
 * block: whoever started it ends it when the time is over.
 */
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cmd_health.h"

/* the status line is looked for in so much of the answer */
#define HEAD_MAX	4096
/* so much of an answer is read, so that a server sees it through */
#define ANSWER_MAX	(256 * 1024)

static void bad(const char *why) __attribute__((noreturn));

static void bad(const char *why)
{
	printf("%s", why);
	fflush(stdout);
	_exit(1);
}

/* the last reason, as with several addresses the last one is the usual one */
static int connect_to(const char *host, const char *port)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *list, *info;
	int fd = -1, err;

	err = getaddrinfo(host, port, &hints, &list);
	if (err)
		bad(gai_strerror(err));
	for (info = list; info; info = info->ai_next) {
		fd = socket(info->ai_family, info->ai_socktype, 0);
		if (fd >= 0 &&
		    !connect(fd, info->ai_addr, info->ai_addrlen))
			break;
		err = errno;
		if (fd >= 0)
			close(fd);
		fd = -1;
	}
	freeaddrinfo(list);
	if (fd < 0)
		bad(strerror(err));
	return fd;
}

static void ask(int fd, const struct health_check *check, const char *host)
{
	bool v6 = strchr(host, ':');
	char request[1024];
	size_t sent = 0;
	ssize_t n;
	int len;

	len = snprintf(request, sizeof(request),
		       "GET %s HTTP/1.0\r\n"
		       "Host: %s%s%s:%s\r\n"
		       "User-Agent: lnlbctl\r\n"
		       "Connection: close\r\n\r\n",
		       check->path, v6 ? "[" : "", host, v6 ? "]" : "",
		       check->port);
	while (sent < (size_t)len) {
		n = send(fd, request + sent, len - sent, MSG_NOSIGNAL);
		if (n <= 0)
			bad(n ? strerror(errno) : "connection closed");
		sent += n;
	}
}

/* Return: bytes in @head, which is terminated */
static size_t read_head(int fd, char head[HEAD_MAX])
{
	size_t len = 0;
	ssize_t n;

	while (len < HEAD_MAX - 1) {
		n = read(fd, head + len, HEAD_MAX - 1 - len);
		if (n < 0)
			bad(strerror(errno));
		if (!n)
			break;
		len += n;
		if (memchr(head, '\n', len))
			break;
	}
	head[len] = '\0';
	return len;
}

static void check_answer(int fd)
{
	char head[HEAD_MAX], why[HEALTH_WHY_LEN], rest[4096];
	size_t read_so_far;
	unsigned int status;
	ssize_t n;

	read_so_far = read_head(fd, head);
	if (!read_so_far)
		bad("no answer");
	if (sscanf(head, "HTTP/1.%*1[0-9] %3u", &status) != 1 ||
	    !strchr(head, '\n'))
		bad("the answer is not HTTP");
	if (status < 200 || status > 399) {
		snprintf(why, sizeof(why), "HTTP status %u", status);
		bad(why);
	}
	while (read_so_far < ANSWER_MAX) {
		n = read(fd, rest, sizeof(rest));
		if (n <= 0)
			break;
		read_so_far += n;
	}
}

void health_probe(const struct health_check *check,
		  const struct lnlb_addr *addr)
{
	char text[LNLB_ADDR_STRLEN];
	const char *host = check->host;
	int fd;

	if (!*host)
		host = lnlb_format_addr(addr, text);
	fd = connect_to(host, check->port);
	if (check->kind == HEALTH_HTTP) {
		ask(fd, check, host);
		check_answer(fd);
	}
	_exit(0);
}
