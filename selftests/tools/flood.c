// SPDX-License-Identifier: GPL-2.0-only
/*
 * lnlb-flood: send frames as fast as one processor can, or at a rate.
 *
 * Usage: lnlb-flood DEVICE FILE [key=value...]
 *
 * FILE has a frame in each line, as digits 0-9a-f behind a word:
 *
 *   same    is sent as it is
 *   fresh   has another sequence number each time, higher than any before
 *
 *   ms=N       for so long (1000)
 *   count=N    no more than so many, and up to 63
 *   rate=N     frames in a second; 0: as fast as possible (0)
 *   other=HEX  every second slice of time with this EtherType instead
 *
 * Prints "frames=N ns=N": how many were sent, and the time for each; with other,
 * "more=N" as well: what it takes longer than one with the other type. These are
 * medians, of all slices and of all pairs of them.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define FRAMES_MAX	2048
#define ETHERTYPE	0x8870
#define BATCH		64
#define SLICE_NS	5000000
#define SLICES_MAX	20000
/* of the sequence number, behind the Ethernet header */
#define SEQUENCE	(ETH_HLEN + 28)

static struct {
	unsigned char data[ETH_FRAME_LEN];
	size_t len;
	bool fresh;
} frame[FRAMES_MAX];
static unsigned int n_frames;
static unsigned long ms = 1000, rate, other, count = -1;
static int64_t took[SLICES_MAX], more[SLICES_MAX];

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void die(const char *what)
{
	fprintf(stderr, "flood: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int digit(char c)
{
	return c >= 'a' ? c - 'a' + 10 : c - '0';
}

static void read_frame(const char *word, const char *hex)
{
	if (n_frames == FRAMES_MAX)
		die("too many frames");
	frame[n_frames].fresh = !strcmp(word, "fresh");
	for (; frame[n_frames].len < ETH_FRAME_LEN && hex[0] && hex[1]; hex += 2)
		frame[n_frames].data[frame[n_frames].len++] =
			digit(hex[0]) << 4 | digit(hex[1]);
	n_frames++;
}

static void read_frames(const char *path)
{
	static char line[2 * ETH_FRAME_LEN + 16], hex[sizeof(line)];
	FILE *file = fopen(path, "r");
	char word[8];

	if (!file)
		die(path);
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "%7s %s", word, hex) == 2)
			read_frame(word, hex);
	fclose(file);
	if (!n_frames)
		die("no frames");
}

static int open_device(const char *device)
{
	struct sockaddr_ll addr = {
		.sll_family = AF_PACKET,
		.sll_ifindex = if_nametoindex(device),
	};
	int fd = socket(AF_PACKET, SOCK_RAW, 0), on = 1;

	/* straight to the driver */
	if (fd < 0 || bind(fd, (void *)&addr, sizeof(addr)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof(on)))
		die(device);
	return fd;
}

static void send_batch(int fd, uint64_t number)
{
	static unsigned char copy[BATCH][ETH_FRAME_LEN];
	static struct iovec iov[BATCH];
	static struct mmsghdr msg[BATCH];
	uint32_t sequence;
	unsigned int i, k;
	int n;

	for (i = 0; i < BATCH; i++) {
		k = (number + i) % n_frames;
		iov[i].iov_base = frame[k].data;
		iov[i].iov_len = frame[k].len;
		if (frame[k].fresh) {
			memcpy(copy[i], frame[k].data, frame[k].len);
			sequence = htonl(number + i);
			memcpy(copy[i] + SEQUENCE + 4, &sequence,
			       sizeof(sequence));
			iov[i].iov_base = copy[i];
		}
		msg[i].msg_hdr.msg_iov = &iov[i];
		msg[i].msg_hdr.msg_iovlen = 1;
	}
	for (i = 0; i < BATCH; i += n) {
		n = sendmmsg(fd, msg + i, BATCH - i, 0);
		if (n < 0 && errno != ENOBUFS)
			die("send");
		if (n < 0)
			n = 0;
	}
}

/* who falls behind does not catch up */
static void wait_for_turn(uint64_t *due)
{
	uint64_t now = now_ns(), step = 1000000000ULL * BATCH / rate;
	struct timespec t;

	*due += step;
	if (*due < now) {
		*due = now;
		return;
	}
	t.tv_sec = *due / 1000000000;
	t.tv_nsec = *due % 1000000000;
	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

static void set_type(unsigned long type)
{
	uint16_t ethertype = htons(type);
	unsigned int i;

	for (i = 0; i < n_frames; i++)
		memcpy(frame[i].data + 2 * ETH_ALEN, &ethertype,
		       sizeof(ethertype));
}

/* Return: frames that were sent, in @took nanoseconds each */
static uint64_t slice(int fd, uint64_t number, uint64_t *due, int64_t *took)
{
	uint64_t start = now_ns(), sent = 0, ns;

	do {
		send_batch(fd, number + sent);
		sent += BATCH;
		ns = now_ns() - start;
		if (rate)
			wait_for_turn(due);
	} while (ns < SLICE_NS && number + sent < count);
	*took = ns / sent;
	return sent;
}

static int compare(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static long long median(int64_t *values, unsigned int n)
{
	qsort(values, n, sizeof(*values), compare);
	return values[n / 2];
}

static void flood(int fd)
{
	uint64_t start = now_ns(), due = start, sent = 0;
	unsigned int n = 0;
	int64_t rest;

	while (now_ns() - start < ms * 1000000 && n < SLICES_MAX &&
	       sent < count) {
		sent += slice(fd, sent, &due, &took[n]);
		n++;
		if (!other)
			continue;
		set_type(other);
		slice(fd, 0, &due, &rest);
		more[n - 1] = took[n - 1] - rest;
		set_type(ETHERTYPE);
	}
	printf("frames=%llu ns=%lld", (unsigned long long)sent,
	       median(took, n));
	if (other)
		printf(" more=%lld", median(more, n));
	putchar('\n');
}

int main(int argc, char *argv[])
{
	int i;

	for (i = 3; i < argc; i++)
		if (sscanf(argv[i], "ms=%lu", &ms) != 1 &&
		    sscanf(argv[i], "count=%lu", &count) != 1 &&
		    sscanf(argv[i], "rate=%lu", &rate) != 1 &&
		    sscanf(argv[i], "other=%lx", &other) != 1)
			argc = 0;
	if (argc < 3) {
		fprintf(stderr, "usage: lnlb-flood DEVICE FILE [ms=N] [count=N] [rate=N] [other=HEX]\n");
		return 2;
	}
	read_frames(argv[2]);
	flood(open_device(argv[1]));
	return 0;
}
