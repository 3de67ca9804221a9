// SPDX-License-Identifier: GPL-2.0-only
/*
 * lnlb-echo: what lnlb-load talks to.
 *
 * Usage: lnlb-echo ADDR PORT NAME
 *
 * Answers each word on TCP connections and in datagrams with NAME and the
 * word's number. Prints "ready", runs until it is killed.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <arpa/inet.h>

#include "load.h"

#define BACKLOG		4096
#define WORDS		64	/* read at once */
#define BUFFER		(4 << 20)

static char name[NAME_LEN];
static int poll_fd;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void watch(int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	if (epoll_ctl(poll_fd, EPOLL_CTL_ADD, fd, &event))
		die("echo: epoll");
}

static int listen_on(int type, const struct sockaddr_in *addr)
{
	int one = 1, size = BUFFER;
	int fd = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (type == SOCK_DGRAM)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	if (fd < 0 || bind(fd, (const void *)addr, sizeof(*addr)) ||
	    (type == SOCK_STREAM && listen(fd, BACKLOG)))
		die("echo: socket");
	watch(fd);
	return fd;
}

static struct answer answer_to(const struct word *word)
{
	struct answer answer;

	memcpy(answer.name, name, sizeof(answer.name));
	answer.seq = word->seq;
	return answer;
}

/*
 * One connection, one datagram, one read at each event, which comes again if
 * there are more: so none of them is in vain.
 */
static void accept_one(int server_fd)
{
	int fd = accept4(server_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd >= 0)
		watch(fd);
}

static void answer_datagram(int fd)
{
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	struct answer answer;
	struct word word;

	if (recvfrom(fd, &word, sizeof(word), 0, (void *)&from, &len) !=
	    sizeof(word))
		return;
	answer = answer_to(&word);
	sendto(fd, &answer, sizeof(answer), 0, (void *)&from, len);
}

/* words are so small and seldom that they come whole */
static void answer_stream(int fd)
{
	struct answer answers[WORDS];
	struct word words[WORDS];
	ssize_t n, i;

	n = recv(fd, words, sizeof(words), 0);
	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0 || n % sizeof(words[0])) {
		close(fd);
		return;
	}
	n /= sizeof(words[0]);
	for (i = 0; i < n; i++)
		answers[i] = answer_to(&words[i]);
	if (send(fd, answers, n * sizeof(answers[0]), MSG_NOSIGNAL) < 0)
		close(fd);
}

int main(int argc, char **argv)
{
	struct sockaddr_in addr = { .sin_family = AF_INET };
	struct rlimit files = { 65536, 65536 };
	struct epoll_event events[256];
	int tcp, udp, n, i;

	if (argc != 4 || inet_pton(AF_INET, argv[1], &addr.sin_addr) != 1) {
		fputs("usage: lnlb-echo ADDR PORT NAME\n", stderr);
		return 2;
	}
	addr.sin_port = htons(atoi(argv[2]));
	memcpy(name, argv[3], strnlen(argv[3], sizeof(name)));
	setrlimit(RLIMIT_NOFILE, &files);
	poll_fd = epoll_create1(EPOLL_CLOEXEC);
	tcp = listen_on(SOCK_STREAM, &addr);
	udp = listen_on(SOCK_DGRAM, &addr);
	puts("ready");
	fflush(stdout);
	while (true) {
		n = epoll_wait(poll_fd, events, 256, -1);
		for (i = 0; i < n; i++)
			if (events[i].data.fd == tcp)
				accept_one(tcp);
			else if (events[i].data.fd == udp)
				answer_datagram(udp);
			else if (events[i].events & EPOLLERR)
				close(events[i].data.fd);
			else
				answer_stream(events[i].data.fd);
	}
}
