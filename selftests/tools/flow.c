// SPDX-License-Identifier: GPL-2.0-only
/* Datagrams of one port each, answered one by one. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "load.h"

/* no network keeps a datagram for so long; a host that is busy may */
#define LOST_MS		5000

struct flow {
	int fd;
	unsigned int client;
	uint32_t sent;
	uint64_t sent_at[WINDOW];	/* by number; 0: answered, or given up */
	bool given_up[WINDOW];
	char name[NAME_LEN + 1];
};

static struct flow *all;
static unsigned int n_flows, next;

void flows_open(unsigned int first, unsigned int count)
{
	unsigned int i;

	all = calloc(count, sizeof(*all));
	n_flows = count;
	for (i = 0; i < count; i++) {
		all[i].client = first + i;
		all[i].fd = client_socket(SOCK_DGRAM, first + i);
		watch_fd(all[i].fd, EPOLLIN, FLOW, i);
	}
}

static void give_up(struct flow *f, uint64_t now)
{
	unsigned int i;
	bool excused;

	for (i = 0; i < WINDOW; i++) {
		if (!f->sent_at[i] || now - f->sent_at[i] < LOST_MS)
			continue;
		excused = may_be_lost(f->sent_at[i]);
		f->sent_at[i] = 0;
		f->given_up[i] = true;
		counts.excused += excused;
		/* a new client may come while nobody has its bucket yet */
		if (!f->name[0] || excused)
			continue;
		counts.lost++;
		complain("a datagram of client %u to %s is lost", f->client,
			 f->name);
	}
}

void flows_speak(void)
{
	struct flow *f = &all[next++ % n_flows];
	struct word word = { htonl(f->sent) };
	uint64_t now = now_ms();

	if (client_rests(f->client))
		return;
	give_up(f, now);
	/* an ICMP error of an earlier one is not this one's */
	if (send(f->fd, &word, sizeof(word), 0) < 0 &&
	    send(f->fd, &word, sizeof(word), 0) < 0)
		complain("client %u cannot send: %s", f->client,
			 strerror(errno));
	f->sent_at[f->sent % WINDOW] = now;
	f->given_up[f->sent++ % WINDOW] = false;
	counts.datagrams++;
}

/* one datagram; the event comes again if there are more */
void flow_event(unsigned int index)
{
	struct flow *f = &all[index];
	struct answer answer;
	unsigned int slot;

	if (recv(f->fd, &answer, sizeof(answer), 0) != sizeof(answer))
		return;
	slot = ntohl(answer.seq) % WINDOW;
	/* an answer that is late is not one too many */
	if (!f->sent_at[slot] && !f->given_up[slot]) {
		counts.twice++;
		complain("datagram %u of client %u: one more answer, by %.8s",
			 ntohl(answer.seq), f->client, answer.name);
	}
	f->sent_at[slot] = 0;
	f->given_up[slot] = false;
	if (f->name[0] && memcmp(f->name, answer.name, NAME_LEN)) {
		counts.moved++;
		complain("flow of client %u moved from %s to %.8s", f->client,
			 f->name, answer.name);
	}
	memcpy(f->name, answer.name, NAME_LEN);
	client_served(f->client, f->name);
}

unsigned int flows_with(const char *node)
{
	unsigned int i, n = 0;

	for (i = 0; i < n_flows; i++)
		n += !memcmp(all[i].name, node, NAME_LEN);
	return n;
}

/* a flow that has rested may be another node's */
void flows_wake(void)
{
	unsigned int i;

	for (i = 0; i < n_flows; i++)
		if (client_rests(all[i].client))
			memset(all[i].name, 0, sizeof(all[i].name));
}
