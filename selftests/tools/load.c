// SPDX-License-Identifier: GPL-2.0-only
/*
 * lnlb-load: many clients of a cluster at once, and what becomes of them.
 *
 * Usage: lnlb-load ADDR PORT DEVICE [key=value...]
 *
 * Client I has the address 10.0.(1 + I / 250).(1 + I % 250). The clients hold
 * connections open on which they say a word from time to time, exchange
 * datagrams, and open new connections, all to lnlb-echo.
 *
 *   held=N      connections that stay open, of clients 0 to 249
 *   flows=N     clients from 250 on that send datagrams
 *   visits=N    clients behind those that open new connections, in turn
 *   every=MS    between two new connections
 *   pause=MS    between two words of the same connection or flow
 *
 * Prints "ready" when all connections are open, and then does what it is told
 * on standard input, a line each; at its end it ends, too:
 *
 *   report NAME   prints "NAME key=value...", what happened since the last
 *                 report, see struct counts; before that complaints, a line
 *                 each, the first few of them
 *   rest NODE     clients that were last served by NODE close their connections
 *                 and say nothing more
 *   wake          they come back
 *   lost NAME NODE  prints "NAME at=MS", milliseconds since 1970, when a client
 *                 that was last served by NODE is first served by another
 *   forget        nobody was served by anybody
 *   clients NAME NODE  prints "NAME served=M clients=N held=H flows=F", those
 *                 served since then, of these those last served by NODE, and
 *                 its connections and flows
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#include <arpa/inet.h>

#include "load.h"

#define HELD_CLIENTS	250
#define COMPLAINTS_MAX	20
/* who falls behind by more than that does not catch up */
#define BEHIND_MAX_MS	500
#define ARGUMENT_LEN	31
/* as in lib.sh */
#define STILL_MS	350
#define BEFORE_MS	100
#define LISTEN_MS	1500
#define PAUSES		16

struct counts counts;
struct sockaddr_in server;

static unsigned int complaints;
static bool resting[CLIENTS_MAX];
static char served_by[CLIENTS_MAX][NAME_LEN];
static char lost_title[ARGUMENT_LEN + 1], lost_node[NAME_LEN];
static int poll_fd;

static unsigned long held = 1000, flows = 200, visits = 250, every = 2,
		     pause_ms = 1000;

static uint64_t now;

/* the last times when this could not run, nor could the nodes beside it */
static struct {
	uint64_t from, to;
} pauses[PAUSES];
static unsigned int next_pause;

/*
 * Read once for each batch of events: on a user-mode kernel each look at the
 * clock is as expensive as any other system call.
 */
static void read_clock(void)
{
	uint64_t before = now;
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	now = (uint64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
	if (before && now - before > STILL_MS) {
		pauses[next_pause % PAUSES].from = before;
		pauses[next_pause++ % PAUSES].to = now;
		counts.pauses++;
	}
}

/* after work of its own that took its time */
static void restart_clock(void)
{
	now = 0;
	read_clock();
}

/*
 * For how many ms since then nodes may have taken nothing: after a long pause they
 * listen for a dead interval first, as they should.
 */
uint64_t lost_ms(uint64_t since)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < PAUSES; i++)
		if (pauses[i].to > since)
			sum += pauses[i].to - pauses[i].from + LISTEN_MS;
	return sum;
}

/* may nodes have left unanswered what was sent then? */
bool may_be_lost(uint64_t sent)
{
	unsigned int i;

	for (i = 0; i < PAUSES; i++)
		if (pauses[i].to && sent + BEFORE_MS > pauses[i].from &&
		    sent < pauses[i].to + LISTEN_MS)
			return true;
	return false;
}

uint64_t now_ms(void)
{
	return now;
}

void complain(const char *fmt, ...)
{
	va_list args;

	if (++complaints > COMPLAINTS_MAX)
		return;
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	putchar('\n');
}

struct sockaddr_in client_addr(unsigned int index, uint16_t port)
{
	uint32_t addr = 10u << 24 | (1 + index / 250) << 8 | (1 + index % 250);

	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(addr),
	};
}

/* connected, or about to be */
int client_socket(int type, unsigned int index)
{
	struct sockaddr_in client = client_addr(index, 0);
	int fd = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (void *)&client, sizeof(client)) ||
	    (connect(fd, (void *)&server, sizeof(server)) &&
	     errno != EINPROGRESS)) {
		perror("load: client socket");
		exit(1);
	}
	return fd;
}

void watch_fd(int fd, uint32_t events, enum kind kind, unsigned int index)
{
	struct epoll_event event = {
		.events = events,
		.data.u64 = (uint64_t)kind << 32 | index,
	};

	if (epoll_ctl(poll_fd, EPOLL_CTL_ADD, fd, &event)) {
		perror("load: epoll");
		exit(1);
	}
}

/* a client rests or not; it remembers who served it */
bool client_rests(unsigned int index)
{
	return resting[index];
}

void client_served(unsigned int index, const char *node)
{
	struct timespec t;

	if (lost_title[0] && !memcmp(served_by[index], lost_node, NAME_LEN) &&
	    memcmp(node, lost_node, NAME_LEN)) {
		clock_gettime(CLOCK_REALTIME, &t);
		printf("%s at=%llu\n", lost_title,
		       t.tv_sec * 1000ULL + t.tv_nsec / 1000000);
		fflush(stdout);
		lost_title[0] = '\0';
	}
	memcpy(served_by[index], node, NAME_LEN);
}

static void set_name(char name[NAME_LEN], const char *node)
{
	memset(name, 0, NAME_LEN);
	memcpy(name, node, strnlen(node, NAME_LEN));
}

static void lose(const char *title, const char *node)
{
	set_name(lost_node, node);
	snprintf(lost_title, sizeof(lost_title), "%s", title);
}

static void print_clients(const char *title, const char *node)
{
	unsigned int i, served = 0, n = 0;
	char name[NAME_LEN];

	set_name(name, node);
	for (i = 0; i < CLIENTS_MAX; i++) {
		served += served_by[i][0] != '\0';
		n += !memcmp(served_by[i], name, NAME_LEN);
	}
	printf("%s served=%u clients=%u held=%u flows=%u\n", title, served, n,
	       held_with(name), flows_with(name));
	fflush(stdout);
}

static void rest(const char *node)
{
	char name[NAME_LEN];
	unsigned int i;

	set_name(name, node);
	for (i = 0; i < CLIENTS_MAX; i++)
		resting[i] |= !memcmp(served_by[i], name, NAME_LEN);
	held_rest();
}

static void wake(void)
{
	unsigned int i;

	for (i = 0; i < CLIENTS_MAX; i++)
		if (resting[i])
			memset(served_by[i], 0, NAME_LEN);
	held_wake();
	restart_clock();
	flows_wake();
	memset(resting, 0, sizeof(resting));
}

static void print_counts(const char *title)
{
	static uint64_t last;

	printf("%s ms=%llu words=%lu answered=%lu broken=%lu moved=%lu stall_ms=%lu",
	       title, (unsigned long long)(last ? now - last : 0),
	       counts.words, counts.answered, counts.broken, counts.moved,
	       counts.stall_ms);
	printf(" datagrams=%lu lost=%lu", counts.datagrams, counts.lost);
	printf(" opened=%lu served=%lu failed=%lu late=%lu slowest_ms=%lu",
	       counts.opened, counts.served, counts.failed, counts.late,
	       counts.slowest_ms);
	printf(" twice=%lu broken_ms=%llu", counts.twice,
	       (unsigned long long)(counts.broken ? counts.broken_at - last : 0));
	printf(" pauses=%lu waiting=%lu excused=%lu\n", counts.pauses,
	       counts.waiting, counts.excused);
	fflush(stdout);
	memset(&counts, 0, sizeof(counts));
	complaints = 0;
	last = now;
}

/* a thing that is done again and again, @count times in @period ms */
struct pace {
	void (*action)(void);
	unsigned long count;
	unsigned long period;
	double due;
};

static void pace_run(struct pace *p)
{
	double step;

	if (!p->count)
		return;
	step = (double)p->period / p->count;
	if (p->due + BEHIND_MAX_MS < now)
		p->due = now - BEHIND_MAX_MS;
	while (p->due <= now) {
		p->action();
		p->due += step;
	}
}

static void obey(const char *line)
{
	char name[ARGUMENT_LEN + 1], node[ARGUMENT_LEN + 1];

	if (sscanf(line, "report %31s", name) == 1) {
		held_wait();
		visits_wait();
		sniff_complete();
		print_counts(name);
	} else if (sscanf(line, "rest %31s", node) == 1) {
		rest(node);
	} else if (sscanf(line, "lost %31s %31s", name, node) == 2) {
		lose(name, node);
	} else if (!strcmp(line, "forget")) {
		memset(served_by, 0, sizeof(served_by));
	} else if (sscanf(line, "clients %31s %31s", name, node) == 2) {
		print_clients(name, node);
	} else if (!strcmp(line, "wake")) {
		wake();
	} else {
		fprintf(stderr, "load: what is \"%s\"?\n", line);
		exit(2);
	}
}

/* Return: false at the end of the input */
static bool listen_to_input(void)
{
	static char buf[256];
	static size_t have;
	ssize_t n = read(STDIN_FILENO, buf + have, sizeof(buf) - 1 - have);
	char *end;

	if (n <= 0)
		return false;
	have += n;
	buf[have] = '\0';
	while ((end = strchr(buf, '\n'))) {
		*end = '\0';
		obey(buf);
		have -= end + 1 - buf;
		memmove(buf, end + 1, have + 1);
	}
	return true;
}

/* Return: false at the end of the input */
static bool handle(const struct epoll_event *event)
{
	unsigned int index = (uint32_t)event->data.u64;

	switch (event->data.u64 >> 32) {
	case HELD:
		held_event(index);
		break;
	case FLOW:
		flow_event(index);
		break;
	case VISIT:
		visit_event(index);
		break;
	case INPUT:
		return listen_to_input();
	}
	return true;
}

static void run(void)
{
	struct pace paces[] = {
		{ held_speak, held, pause_ms, now },
		{ flows_speak, flows, pause_ms, now },
		{ visit_start, visits ? 1 : 0, every, now },
		{ visits_expire, 1, 100, now },
	};
	struct epoll_event events[256];
	unsigned int i;
	int n, j;

	while (true) {
		for (i = 0; i < sizeof(paces) / sizeof(paces[0]); i++)
			pace_run(&paces[i]);
		n = epoll_wait(poll_fd, events, 256, 1);
		read_clock();
		sniff();
		for (j = 0; j < n; j++)
			if (!handle(&events[j]))
				return;
	}
}

static void usage(void)
{
	fputs("usage: lnlb-load ADDR PORT DEVICE [held=N] [flows=N] [visits=N] [every=MS] [pause=MS]\n",
	      stderr);
	exit(2);
}

static void parse(int argc, char **argv)
{
	static const struct {
		const char *name;
		unsigned long *value;
	} numbers[] = {
		{ "held=", &held }, { "flows=", &flows }, { "visits=", &visits },
		{ "every=", &every }, { "pause=", &pause_ms },
	};
	unsigned int n;
	int i;

	if (argc < 4 || inet_pton(AF_INET, argv[1], &server.sin_addr) != 1)
		usage();
	server.sin_family = AF_INET;
	server.sin_port = htons(atoi(argv[2]));
	for (i = 4; i < argc; i++) {
		for (n = 0; n < sizeof(numbers) / sizeof(numbers[0]); n++)
			if (!strncmp(argv[i], numbers[n].name,
				     strlen(numbers[n].name)))
				break;
		if (n < sizeof(numbers) / sizeof(numbers[0]))
			*numbers[n].value =
				strtoul(strchr(argv[i], '=') + 1, NULL, 10);
		else
			usage();
	}
	if (!every || !pause_ms || flows + visits + HELD_CLIENTS > CLIENTS_MAX)
		usage();
}

int main(int argc, char **argv)
{
	struct rlimit files = { 65536, 65536 };

	parse(argc, argv);
	setrlimit(RLIMIT_NOFILE, &files);
	poll_fd = epoll_create1(EPOLL_CLOEXEC);
	read_clock();
	sniff_open(argv[3]);
	held_open(0, held, HELD_CLIENTS);
	flows_open(HELD_CLIENTS, flows);
	visits_init(HELD_CLIENTS + flows, visits);
	watch_fd(STDIN_FILENO, EPOLLIN, INPUT, 0);
	puts("ready");
	fflush(stdout);
	restart_clock();
	run();
	return 0;
}
