// SPDX-License-Identifier: GPL-2.0-only
/* Who answers a SYN: one node, however often. */
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "load.h"

#define TABLE_BITS	16
#define BUFFER		(8 << 20)

/* the last SYN-ACK to an address and port, by their hash */
static struct {
	struct in_addr addr;
	uint16_t port;
	uint32_t ack;
	uint8_t mac[ETH_ALEN];
} table[1 << TABLE_BITS];

/* ip and tcp[13] & 0x12 == 0x12 */
static struct sock_filter syn_acks[] = {
	BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 12),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IP, 0, 7),
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 23),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_TCP, 0, 5),
	BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, ETH_HLEN),
	BPF_STMT(BPF_LD | BPF_B | BPF_IND, ETH_HLEN + 13),
	BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0x12),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x12, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, 128),
	BPF_STMT(BPF_RET | BPF_K, 0),
};

int sniff_open(const char *device)
{
	struct sock_fprog filter = {
		sizeof(syn_acks) / sizeof(syn_acks[0]), syn_acks
	};
	struct sockaddr_ll addr = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_IP),
		.sll_ifindex = if_nametoindex(device),
	};
	int fd, size = BUFFER;

	fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter,
				 sizeof(filter)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) ||
	    bind(fd, (void *)&addr, sizeof(addr))) {
		perror("load: packet socket");
		exit(1);
	}
	return fd;
}

static void seen(const uint8_t *frame)
{
	const struct iphdr *ip = (const void *)(frame + ETH_HLEN);
	const struct tcphdr *tcp = (const void *)((const uint8_t *)ip + ip->ihl * 4);
	unsigned int slot;

	if (ip->saddr != server.sin_addr.s_addr)
		return;
	slot = (ntohl(ip->daddr) * 2654435761u ^ ntohs(tcp->dest) * 40503u) >>
	       (32 - TABLE_BITS);
	if (table[slot].addr.s_addr == ip->daddr &&
	    table[slot].port == tcp->dest && table[slot].ack == tcp->ack_seq &&
	    memcmp(table[slot].mac, frame + ETH_ALEN, ETH_ALEN)) {
		counts.twice++;
		complain("two nodes answered a SYN from port %u",
			 ntohs(tcp->dest));
	}
	table[slot].addr.s_addr = ip->daddr;
	table[slot].port = tcp->dest;
	table[slot].ack = tcp->ack_seq;
	memcpy(table[slot].mac, frame + ETH_ALEN, ETH_ALEN);
}

void sniff_event(int fd)
{
	struct tpacket_stats stats;
	socklen_t len = sizeof(stats);
	uint8_t frame[128] __attribute__((aligned(4)));
	int i;

	for (i = 0; i < 256; i++) {
		if (recv(fd, frame + 2, sizeof(frame) - 2, 0) < ETH_HLEN + 40)
			break;
		seen(frame + 2);
	}
	if (!getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &stats, &len) &&
	    stats.tp_drops) {
		fputs("load: SYN-ACKs were not looked at\n", stderr);
		exit(1);
	}
}
