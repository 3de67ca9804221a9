/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What lnlb-load and its server have in common, and the parts of load.
 */
#ifndef LOAD_H
#define LOAD_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define NAME_LEN	8
#define CLIENTS_MAX	2000
#define VISITS_MAX	4096	/* new connections under way */
#define WINDOW		64	/* words of a flow that may be unanswered */
#define WAITING_MS	1000	/* what is asked may take that long */

/* whose descriptor it is */
enum kind { HELD, FLOW, VISIT, INPUT };

/* What a client says, and what the server answers; the same on TCP and UDP. */
struct word {
	uint32_t seq;
};

struct answer {
	char name[NAME_LEN];
	uint32_t seq;
};

/**
 * struct counts - what happened since the last report
 * @words: sent on held connections
 * @answered: of those
 * @broken: held connections that ended
 * @broken_at: when the last of them did
 * @moved: held connections or flows that changed their node
 * @stall_ms: longest wait for the answer to a word
 * @datagrams: sent
 * @lost: of those, not answered in LOST_MS, on flows that a node has answered
 * @opened: new connections
 * @served: of those
 * @failed: of those, not served in FAILED_MS, or refused
 * @late: of those, served after more than LATE_MS
 * @slowest_ms: longest time from SYN to answer
 * @twice: new connections or datagrams that two nodes have answered
 * @pauses: how often the machine stood still
 * @waiting: words and new connections that may still be answered in WAITING_MS
 * @excused: datagrams not answered in LOST_MS that may be lost for it, not in @lost
 */
struct counts {
	unsigned long words, answered, broken, moved, stall_ms;
	unsigned long datagrams, lost;
	unsigned long opened, served, failed, late, slowest_ms;
	unsigned long twice, pauses, waiting, excused;
	uint64_t broken_at;
};

extern struct counts counts;
extern struct sockaddr_in server;

/* load.c */
uint64_t now_ms(void);
uint64_t lost_ms(uint64_t since);
bool may_be_lost(uint64_t sent);
struct sockaddr_in client_addr(unsigned int index, uint16_t port);
int client_socket(int type, unsigned int index);
void watch_fd(int fd, uint32_t events, enum kind kind, unsigned int index);
bool client_rests(unsigned int index);
void client_served(unsigned int index, const char *node);
void complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* held.c: connections that stay open */
void held_open(unsigned int first, unsigned int count, unsigned int clients);
void held_speak(void);
void held_event(unsigned int index);
void held_wait(void);
unsigned int held_with(const char *node);
void held_rest(void);
void held_wake(void);

/* flow.c: datagrams back and forth */
void flows_open(unsigned int first, unsigned int count);
void flows_speak(void);
void flow_event(unsigned int index);
unsigned int flows_with(const char *node);
void flows_wake(void);

/* visit.c: a new connection, a word, and good-bye */
void visits_init(unsigned int first, unsigned int clients);
void visit_start(void);
void visit_event(unsigned int index);
void visits_wait(void);
void visits_expire(void);

/* sniff.c: who answers a SYN */
void sniff_open(const char *device);
void sniff(void);
void sniff_complete(void);

#endif /* LOAD_H */
