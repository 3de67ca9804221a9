// SPDX-License-Identifier: GPL-2.0-only
/*
 * lnlb-verdicts: what becomes of each of many random packets.
 *
 * Usage: lnlb-verdicts FROM DEV TO DEV ADDR MAC [key=value...]
 *
 * FROM and TO are network namespaces of "ip netns", their devices the ends of a
 * cable. The packets are for ADDR at MAC, most of them; each is sent into the one
 * end, and looked for behind the other one: by a socket for all protocols, which
 * the kernel gives all that XDP lets pass, and by sockets behind the hook.
 *
 *   count=N    so many (20000)
 *   seed=N     the same ones for the same number (1)
 *   plain=1    whole UDP packets only; else one in a few is something else
 *   local=1    a packet is taken if the stack delivers it here, with its ports
 *              known; else if it gets past the hook at ingress
 *
 * Prints a letter for each packet: T taken, H dropped by the hook, or on the way
 * from there, X by XDP.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#define BATCH		128
#define MARK_TYPE	0x88b5		/* for experiments */
#define MARK_SOURCE	0x02		/* begins its address */
#define PACKET_SOURCE	0x06
#define MARK_TRIES	100
#define CLIENTS		0x0b000000	/* 11.0.0.0 */
#define CLIENTS_MASK	0x1fff
#define FRAME_MAX	160

struct packet {
	unsigned char data[FRAME_MAX];
	size_t len;
};

static const int protocols[] = { IPPROTO_UDP, IPPROTO_TCP, IPPROTO_ICMP,
	IPPROTO_SCTP, IPPROTO_UDPLITE, IPPROTO_DCCP, 47, 50, 253 };
#define PROTOCOLS	(sizeof(protocols) / sizeof(protocols[0]))

static int out, all, behind[PROTOCOLS], n_behind;
static struct sockaddr_ll peer = { .sll_family = AF_PACKET };
static unsigned long count = 20000, seed = 1, plain, local;
static unsigned char mac[ETH_ALEN];
static struct in_addr vip;
static uint64_t state;

static void die(const char *what)
{
	fprintf(stderr, "lnlb-verdicts: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* ---- packets ---- */

static uint32_t rnd(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state >> 16;
}

/* One time in @n, but never if all are to be plain. */
static bool one_in(unsigned int n)
{
	return !plain && rnd() % n == 0;
}

static uint16_t checksum(const void *data, size_t len)
{
	const uint16_t *word = data;
	uint32_t sum = 0;

	for (; len > 1; len -= 2)
		sum += *word++;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

static uint32_t client(void)
{
	return htonl(one_in(20) ? rnd() : CLIENTS | (rnd() & CLIENTS_MASK));
}

/* The packet of ours that a router could not send on. */
static void put_error(struct icmphdr *icmp)
{
	struct iphdr *inner = (struct iphdr *)(icmp + 1);

	icmp->type = 3 + rnd() % 10;
	inner->version = 4;
	inner->ihl = one_in(8) ? rnd() : 5;
	inner->protocol = IPPROTO_UDP;
	inner->saddr = one_in(4) ? rnd() : vip.s_addr;
	inner->daddr = client();
}

static size_t put_payload(struct iphdr *ip, unsigned char *payload)
{
	uint16_t *port = (uint16_t *)payload;
	size_t i, len = 8 + rnd() % 24;

	for (i = 0; i < 60; i++)
		payload[i] = rnd();
	if (ip->protocol == IPPROTO_ICMP) {
		put_error((struct icmphdr *)payload);
		return 36;
	}
	port[1] = htons(9);
	if (ip->protocol == IPPROTO_UDP) {
		port[2] = htons(len);
		port[3] = 0;
	}
	return len;
}

/* Each IP header may lie, in each of its parts. */
static void put_ip(struct packet *p, struct iphdr *ip, unsigned int number)
{
	size_t len;

	ip->version = 4;
	ip->ihl = one_in(10) ? 5 + rnd() % 11 : 5;
	ip->id = htons(number);
	ip->ttl = 64;
	ip->protocol = plain || rnd() % 3 ? IPPROTO_UDP :
					    protocols[rnd() % PROTOCOLS];
	ip->saddr = client();
	ip->daddr = one_in(20) ? htonl(rnd()) : vip.s_addr;
	memset(ip + 1, 1, ip->ihl * 4 - sizeof(*ip));
	len = ip->ihl * 4 + put_payload(ip, (unsigned char *)ip + ip->ihl * 4);
	ip->tot_len = htons(one_in(16) ? rnd() % 80 : len);
	if (one_in(8))
		ip->frag_off = htons(rnd() & (rnd() % 2 ? IP_MF : IP_MF | 3));
	if (one_in(20))
		*(unsigned char *)ip = rnd();
	ip->check = one_in(20) ? rnd() : checksum(ip, ip->ihl * 4);
	p->len = (unsigned char *)ip - p->data + len;
}

static void make(struct packet *p, unsigned int number)
{
	struct ether_header *eth = (struct ether_header *)p->data;
	unsigned char *at = p->data + sizeof(*eth);

	memset(p, 0, sizeof(*p));
	memcpy(eth->ether_dhost, mac, ETH_ALEN);
	if (one_in(20))
		eth->ether_dhost[rnd() % ETH_ALEN] ^= 1 << rnd() % 8;
	eth->ether_shost[0] = PACKET_SOURCE;
	memcpy(eth->ether_shost + 2, &number, sizeof(number));
	/* odd ones are no tags */
	eth->ether_type = htons(one_in(30) ? rnd() | 1 : ETHERTYPE_IP);
	if (one_in(20)) {
		eth->ether_type = htons(ETHERTYPE_VLAN);
		at[1] = rnd() % 2 ? rnd() : 0;
		at[2] = ETHERTYPE_IP >> 8;
		at += 4;
	}
	put_ip(p, (struct iphdr *)at, number);
	/* a tag without what stands behind it is for nobody to see */
	if (one_in(20))
		p->len = (at + 2 - p->data) +
			 rnd() % (p->len - (at + 2 - p->data));
}

/* ---- sockets ---- */

static int packet_socket(int index, int type)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET,
		.sll_ifindex = index, .sll_protocol = htons(type) };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, 0);
	int room = 8 << 20;

	if (fd < 0 || bind(fd, (struct sockaddr *)&to, sizeof(to)))
		die("packet socket");
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	return fd;
}

static int raw_socket(int protocol)
{
	int fd = socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK, protocol);
	int room = 8 << 20;

	if (fd < 0)
		die("raw socket");
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	return fd;
}

static int enter(const char *name, const char *dev)
{
	char path[128];
	int fd, index;

	snprintf(path, sizeof(path), "/run/netns/%s", name);
	fd = open(path, O_RDONLY);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		die(path);
	close(fd);
	index = if_nametoindex(dev);
	if (!index)
		die(dev);
	return index;
}

static void open_all(char **argv)
{
	int index = enter(argv[1], argv[2]);
	size_t i;

	peer.sll_ifindex = index;
	out = packet_socket(index, 0);
	index = enter(argv[3], argv[4]);
	all = packet_socket(index, ETH_P_ALL);
	if (!local)
		behind[n_behind++] = packet_socket(index, ETH_P_IP);
	for (i = 0; local && i < PROTOCOLS; i++)
		behind[n_behind++] = raw_socket(protocols[i]);
}

/* ---- what became of them ---- */

static void send_out(const struct packet *p)
{
	while (sendto(out, p->data, p->len, 0, (struct sockaddr *)&peer,
		      sizeof(peer)) < 0)
		if (errno != ENOBUFS && errno != EAGAIN)
			die("send");
}

/* Its place in the batch, -1 if it is none of ours. */
static int place_of(const unsigned char *data, ssize_t len, unsigned int first,
		    bool is_ip)
{
	const struct ether_header *eth = (const void *)data;
	const struct iphdr *ip = (const void *)data;
	unsigned int number;

	if (is_ip) {
		if (len < (ssize_t)sizeof(*ip) || ip->daddr != vip.s_addr)
			return -1;
		number = (uint16_t)(ntohs(ip->id) - first);
	} else {
		if (len < (ssize_t)sizeof(*eth) ||
		    eth->ether_shost[0] != PACKET_SOURCE || eth->ether_shost[1])
			return -1;
		memcpy(&number, eth->ether_shost + 2, sizeof(number));
		number -= first;
	}
	return number < BATCH ? (int)number : -1;
}

/* One of the packets may have its type, too. */
static bool is_mark(const unsigned char *data, ssize_t len)
{
	return len > 14 && data[6] == MARK_SOURCE &&
	       data[12] == MARK_TYPE >> 8 && data[13] == (MARK_TYPE & 0xff);
}

/* Take in what is there; is the mark among it? */
static bool take_in(int fd, char *verdict, unsigned int first, char letter)
{
	unsigned char data[2048];
	bool mark = false;
	ssize_t len;
	int place;

	while ((len = recv(fd, data, sizeof(data), 0)) >= 0) {
		if (fd == all && is_mark(data, len)) {
			mark = true;
			continue;
		}
		place = place_of(data, len, first, local && fd != all);
		if (place >= 0)
			verdict[place] = letter;
	}
	return mark;
}

/* A frame that nobody wants, to see that those before it are through. */
static void mark(char *verdict, unsigned int first)
{
	struct packet p = { .len = 60 };
	struct pollfd poll_all = { .fd = all, .events = POLLIN };
	int tries;

	memset(p.data, 0xff, ETH_ALEN);
	p.data[6] = MARK_SOURCE;
	p.data[12] = MARK_TYPE >> 8;
	p.data[13] = MARK_TYPE & 0xff;
	for (tries = 0; tries < MARK_TRIES; tries++) {
		send_out(&p);
		poll(&poll_all, 1, 100);
		if (take_in(all, verdict, first, 'H'))
			return;
	}
	errno = ETIMEDOUT;
	die("no frame comes through");
}

static void batch(unsigned int first, unsigned int n)
{
	char verdict[BATCH];
	struct packet p;
	unsigned int i;
	int s;

	memset(verdict, 'X', sizeof(verdict));
	for (i = 0; i < n; i++) {
		make(&p, first + i);
		send_out(&p);
	}
	/* what came before the first is delivered before the second comes */
	mark(verdict, first);
	mark(verdict, first);
	for (s = 0; s < n_behind; s++)
		take_in(behind[s], verdict, first, 'T');
	fwrite(verdict, 1, n, stdout);
}

static void parse_option(const char *word)
{
	if (!strncmp(word, "count=", 6))
		count = strtoul(word + 6, NULL, 10);
	else if (!strncmp(word, "seed=", 5))
		seed = strtoul(word + 5, NULL, 10);
	else if (!strncmp(word, "plain=", 6))
		plain = strtoul(word + 6, NULL, 10);
	else if (!strncmp(word, "local=", 6))
		local = strtoul(word + 6, NULL, 10);
	else
		die(word);
}

int main(int argc, char **argv)
{
	unsigned long first;
	cpu_set_t one;
	int i;

	if (argc < 7 || !inet_aton(argv[5], &vip) ||
	    sscanf(argv[6], "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", mac, mac + 1,
		   mac + 2, mac + 3, mac + 4, mac + 5) != 6) {
		fputs("usage: lnlb-verdicts FROM DEV TO DEV ADDR MAC [key=value...]\n",
		      stderr);
		return 2;
	}
	for (i = 7; i < argc; i++)
		parse_option(argv[i]);
	state = seed * 0x9e3779b97f4a7c15ull | 1;
	/* so that packets stay in their order */
	CPU_ZERO(&one);
	CPU_SET(0, &one);
	sched_setaffinity(0, sizeof(one), &one);
	open_all(argv);
	for (first = 0; first < count; first += BATCH)
		batch(first, count - first < BATCH ? count - first : BATCH);
	putchar('\n');
	return 0;
}
