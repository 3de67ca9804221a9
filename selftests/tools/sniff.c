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
#include <sys/mman.h>
#include <sys/socket.h>

#include "load.h"

#define TABLE_BITS	16
#define SNAP_LEN	128
#define FRAME_SIZE	256	/* with the kernel's header */
#define BLOCK_SIZE	4096
#define N_FRAMES	32768

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
	BPF_STMT(BPF_RET | BPF_K, SNAP_LEN),
	BPF_STMT(BPF_RET | BPF_K, 0),
};

static int sniff_fd;
static uint8_t *ring;

static void die(void)
{
	perror("load: packet socket");
	exit(1);
}

/* shared with the kernel, so that looking at it takes no system call */
static void map_ring(void)
{
	struct tpacket_req req = {
		.tp_block_size = BLOCK_SIZE,
		.tp_block_nr = N_FRAMES / (BLOCK_SIZE / FRAME_SIZE),
		.tp_frame_size = FRAME_SIZE,
		.tp_frame_nr = N_FRAMES,
	};
	int version = TPACKET_V2;

	if (setsockopt(sniff_fd, SOL_PACKET, PACKET_VERSION, &version,
		       sizeof(version)) ||
	    setsockopt(sniff_fd, SOL_PACKET, PACKET_RX_RING, &req, sizeof(req)))
		die();
	ring = mmap(NULL, N_FRAMES * FRAME_SIZE, PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_POPULATE, sniff_fd, 0);
	if (ring == MAP_FAILED)
		die();
}

void sniff_open(const char *device)
{
	struct sock_fprog filter = {
		sizeof(syn_acks) / sizeof(syn_acks[0]), syn_acks
	};
	struct sockaddr_ll addr = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_IP),
		.sll_ifindex = if_nametoindex(device),
	};

	sniff_fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (sniff_fd < 0 || setsockopt(sniff_fd, SOL_SOCKET, SO_ATTACH_FILTER,
				       &filter, sizeof(filter)))
		die();
	map_ring();
	if (bind(sniff_fd, (void *)&addr, sizeof(addr)))
		die();
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

void sniff(void)
{
	static unsigned int next;
	struct tpacket2_hdr *header;

	while (true) {
		header = (void *)(ring + next % N_FRAMES * FRAME_SIZE);
		if (!(__atomic_load_n(&header->tp_status, __ATOMIC_ACQUIRE) &
		      TP_STATUS_USER))
			return;
		if (header->tp_snaplen >= ETH_HLEN + 40)
			seen((const uint8_t *)header + header->tp_mac);
		__atomic_store_n(&header->tp_status, TP_STATUS_KERNEL,
				 __ATOMIC_RELEASE);
		next++;
	}
}

/* all of them so far, or this run is worth nothing */
void sniff_complete(void)
{
	struct tpacket_stats stats;
	socklen_t len = sizeof(stats);

	if (getsockopt(sniff_fd, SOL_PACKET, PACKET_STATISTICS, &stats, &len))
		die();
	if (!stats.tp_drops)
		return;
	fputs("load: SYN-ACKs were not looked at\n", stderr);
	exit(1);
}
