// SPDX-License-Identifier: GPL-2.0-only
/* Connections that stay open; on each a word from time to time. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <netinet/tcp.h>

#include "load.h"

#define CONNECT_MS	10000

struct held {
	int fd;		/* -1: ended */
	bool rests;
	unsigned int client;
	uint32_t sent, answered;
	uint64_t waits_since;	/* ms, of the oldest word without answer */
	size_t have;
	struct answer answer;
	char name[NAME_LEN + 1];
};

static struct held *all;
static unsigned int n_held, next;

static void end(struct held *h, const char *why)
{
	counts.broken++;
	counts.broken_at = now_ms();
	complain("connection %u of client %u with %s: %s",
		 (unsigned int)(h - all), h->client, h->name, why);
	close(h->fd);
	h->fd = -1;
}

static void begin(struct held *h)
{
	const int one = 1;

	memset(h->name, 0, sizeof(h->name));
	h->sent = h->answered = 0;
	h->have = 0;
	h->fd = client_socket(SOCK_STREAM, h->client);
	/* a word that nobody has acknowledged does not keep the next one back */
	setsockopt(h->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
}

static void connected(struct held *h)
{
	struct pollfd p = { .fd = h->fd, .events = POLLOUT };
	unsigned int err;
	socklen_t len = sizeof(err);

	if (poll(&p, 1, CONNECT_MS) == 1 &&
	    !getsockopt(p.fd, SOL_SOCKET, SO_ERROR, &err, &len) && !err) {
		watch_fd(h->fd, EPOLLIN, HELD, h - all);
		return;
	}
	fprintf(stderr, "load: client %u cannot connect\n", h->client);
	exit(1);
}

void held_open(unsigned int first, unsigned int count, unsigned int clients)
{
	unsigned int i;

	all = calloc(count, sizeof(*all));
	n_held = count;
	for (i = 0; i < count; i++) {
		all[i].client = first + i % clients;
		begin(&all[i]);
		connected(&all[i]);
	}
}

/* one that ended by itself does not come back */
void held_rest(void)
{
	unsigned int i;

	for (i = 0; i < n_held; i++)
		if (all[i].fd >= 0 && client_rests(all[i].client)) {
			close(all[i].fd);
			all[i].fd = -1;
			all[i].rests = true;
		}
}

void held_wake(void)
{
	unsigned int i;

	for (i = 0; i < n_held; i++)
		if (all[i].rests)
			begin(&all[i]);
	for (i = 0; i < n_held; i++)
		if (all[i].rests) {
			connected(&all[i]);
			all[i].rests = false;
		}
}

void held_speak(void)
{
	struct held *h = &all[next++ % n_held];
	struct word word = { htonl(h->sent) };

	if (h->fd < 0)
		return;
	if (h->sent == h->answered)
		h->waits_since = now_ms();
	if (send(h->fd, &word, sizeof(word), MSG_NOSIGNAL) != sizeof(word)) {
		end(h, strerror(errno));
		return;
	}
	h->sent++;
	counts.words++;
}

static void note_stall(const struct held *h)
{
	uint64_t waited = now_ms() - h->waits_since;

	if (waited > counts.stall_ms)
		counts.stall_ms = waited;
}

static void heard(struct held *h)
{
	if (ntohl(h->answer.seq) != h->answered) {
		end(h, "wrong answer");
		return;
	}
	note_stall(h);
	h->answered++;
	h->waits_since = now_ms();
	counts.answered++;
	if (h->name[0] && memcmp(h->name, h->answer.name, NAME_LEN)) {
		counts.moved++;
		complain("connection of client %u moved from %s to %.8s",
			 h->client, h->name, h->answer.name);
	}
	memcpy(h->name, h->answer.name, NAME_LEN);
	client_served(h->client, h->name);
}

/* one answer; the event comes again if there are more */
void held_event(unsigned int index)
{
	struct held *h = &all[index];
	ssize_t n;

	if (h->fd < 0)
		return;
	n = recv(h->fd, (char *)&h->answer + h->have,
		 sizeof(h->answer) - h->have, 0);
	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0) {
		end(h, n ? strerror(errno) : "closed");
		return;
	}
	h->have += n;
	if (h->have < sizeof(h->answer))
		return;
	h->have = 0;
	heard(h);
}

/* open ones whose last word that node has answered */
unsigned int held_with(const char *node)
{
	unsigned int i, n = 0;

	for (i = 0; i < n_held; i++)
		n += all[i].fd >= 0 && !memcmp(all[i].name, node, NAME_LEN);
	return n;
}

/* those that still wait count as well */
void held_wait(void)
{
	const struct held *h;

	for (h = all; h < all + n_held; h++) {
		if (h->fd < 0 || h->sent == h->answered)
			continue;
		note_stall(h);
		if (now_ms() - h->waits_since < WAITING_MS)
			counts.waiting += h->sent - h->answered;
	}
}
