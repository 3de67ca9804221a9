// SPDX-License-Identifier: GPL-2.0-only
/* New connections: connect, say a word, hear who answers, go. */
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "load.h"

#define FAILED_MS	5000
#define LATE_MS		500

struct visit {
	int fd;		/* 0: free */
	unsigned int client;
	bool spoke;
	uint64_t began;
};

static struct visit all[VISITS_MAX];
static unsigned int first, n_clients, next_client, next_slot;

void visits_init(unsigned int first_client, unsigned int clients)
{
	first = first_client;
	n_clients = clients;
}

static void leave(struct visit *v)
{
	close(v->fd);
	v->fd = 0;
}

/* by RST, so that neither side keeps anything of it */
static void fail(struct visit *v, const char *why)
{
	struct linger at_once = { 1, 0 };

	counts.failed++;
	complain("new connection of client %u: %s", v->client, why);
	setsockopt(v->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	leave(v);
}

/* the next one that does not rest; -1: all rest */
static int choose_client(void)
{
	unsigned int i, client;

	for (i = 0; i < n_clients; i++) {
		client = first + next_client++ % n_clients;
		if (!client_rests(client))
			return client;
	}
	return -1;
}

void visit_start(void)
{
	int client = choose_client();
	struct visit *v = NULL;
	unsigned int i;

	if (client < 0)
		return;
	for (i = 0; i < VISITS_MAX; i++) {
		v = &all[next_slot++ % VISITS_MAX];
		if (!v->fd)
			break;
	}
	counts.opened++;
	if (v->fd) {
		counts.failed++;
		return;
	}
	v->client = client;
	v->began = now_ms();
	v->spoke = false;
	v->fd = client_socket(SOCK_STREAM, v->client);
	watch_fd(v->fd, EPOLLIN | EPOLLOUT | EPOLLET, VISIT, v - all);
}

static void speak(struct visit *v)
{
	struct word word = { 0 };

	if (send(v->fd, &word, sizeof(word), MSG_NOSIGNAL) == sizeof(word))
		v->spoke = true;
	else
		fail(v, strerror(errno));
}

void visit_event(unsigned int index)
{
	struct visit *v = &all[index];
	struct answer answer;
	uint64_t took;
	ssize_t n;

	if (!v->fd)
		return;
	if (!v->spoke) {
		speak(v);
		return;
	}
	/* closed with data to read, a connection ends by RST, too */
	n = recv(v->fd, &answer, sizeof(answer), MSG_PEEK);
	if (n < 0 && errno == EAGAIN)
		return;
	if (n != sizeof(answer)) {
		fail(v, n < 0 ? strerror(errno) : "closed");
		return;
	}
	took = now_ms() - v->began;
	counts.served++;
	client_served(v->client, answer.name);
	counts.late += took > LATE_MS;
	if (took > counts.slowest_ms)
		counts.slowest_ms = took;
	leave(v);
}

void visits_wait(void)
{
	const struct visit *v;

	for (v = all; v < all + VISITS_MAX; v++)
		counts.waiting += v->fd && now_ms() - v->began < WAITING_MS;
}

void visits_expire(void)
{
	uint64_t now = now_ms();
	unsigned int i;

	for (i = 0; i < VISITS_MAX; i++)
		if (all[i].fd &&
		    now - all[i].began > FAILED_MS + lost_ms(all[i].began))
			fail(&all[i], all[i].spoke ? "not answered" :
						     "not connected");
}
