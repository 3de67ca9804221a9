// SPDX-License-Identifier: GPL-2.0-only
/*
 * In front of the core's queue: a flood of frames, forged, recorded or broken,
 * must not take the room of those that count, nor their time. Whatever can be
 * refused by a look at the header, by the signature, or because the peer's frame
 * has been here before, is; each peer has room of its own in the queue, and all
 * others together have some.
 */

#include <linux/etherdevice.h>

#include "core/wire.h"
#include "gate.h"
#include "key.h"

#define PEER_ROOM	32	/* frames of a peer */
#define OTHERS_ROOM	128	/* of all that are no peers */
/* Signatures of those are looked at, so many per jiffy. */
#define OTHERS_CHECKS	16
/* One of each kind is let in that often, to be named. */
#define SAMPLE_INTERVAL	HZ

static struct lnlb_gate_peer *find_peer(struct lnlb_gate *gate, const u8 *mac)
{
	unsigned int i;

	for (i = 0; i < gate->n_peers; i++)
		if (ether_addr_equal(gate->peer[i].sender.id.mac, mac))
			return &gate->peer[i];
	return NULL;
}

static bool is_replay(const struct lnlb_gate_peer *peer,
		      const struct lnlb_wire_header *header)
{
	u64 incarnation = be64_to_cpu(header->incarnation);

	return incarnation < peer->sender.incarnation ||
	       (incarnation == peer->sender.incarnation &&
		lnlb_window_old(&peer->sender.window,
				be64_to_cpu(header->sequence)));
}

static int check_header(const struct lnlb_cluster *cluster,
			const struct sk_buff *skb,
			struct lnlb_wire_header *header,
			struct lnlb_wire_frame *frame)
{
	size_t len = skb->len - skb_network_offset(skb);
	int stat;

	memset(header, 0, sizeof(*header));
	if (skb_copy_bits(skb, skb_network_offset(skb), header,
			  min(len, sizeof(*header))))
		return LNLB_STAT_FRAME_TRUNCATED;
	stat = lnlb_wire_parse_header((const u8 *)header, len, frame);
	if (stat != LNLB_STAT_FRAME_RX)
		return stat;
	if (memcmp(header->addr, &cluster->addr, sizeof(header->addr)))
		return LNLB_STAT_FRAME_ADDR;
	return stat;
}

/* Is there room, and time, for a frame that nothing is known against? */
static int has_room(struct lnlb_gate *gate, const struct lnlb_gate_peer *peer,
		    bool keyed)
{
	if (peer)
		return peer->waiting < PEER_ROOM ? LNLB_STAT_FRAME_RX :
						   LNLB_STAT_FRAME_OVERFLOW;
	if (gate->jiffy != jiffies) {
		gate->jiffy = jiffies;
		gate->checks = 0;
	}
	if (gate->others >= OTHERS_ROOM ||
	    (keyed && gate->checks >= OTHERS_CHECKS))
		return LNLB_STAT_FRAME_OVERFLOW;
	gate->checks++;
	return LNLB_STAT_FRAME_RX;
}

static int check_before(struct lnlb_cluster *cluster, const u8 *mac,
			const struct lnlb_wire_header *header)
{
	struct lnlb_gate *gate = &cluster->gate;
	bool keyed = rcu_access_pointer(cluster->auth);
	const struct lnlb_gate_peer *peer;
	int stat;

	spin_lock(&gate->lock);
	peer = find_peer(gate, mac);
	if (peer && is_replay(peer, header))
		stat = LNLB_STAT_FRAME_REPLAY;
	else
		stat = has_room(gate, peer, keyed);
	spin_unlock(&gate->lock);
	return stat;
}

/* A verified frame of a peer is not to be seen again; of others, who knows. */
static int take_room(struct lnlb_gate *gate, const u8 *mac,
		     const struct lnlb_wire_header *header, bool verified)
{
	struct lnlb_gate_peer *peer;
	int stat = LNLB_STAT_FRAME_RX;

	spin_lock(&gate->lock);
	peer = find_peer(gate, mac);
	if (!peer) {
		gate->others++;
	} else if (is_replay(peer, header)) {
		/* it came by two queues of the device at once */
		stat = LNLB_STAT_FRAME_REPLAY;
	} else {
		peer->waiting++;
		if (verified && be64_to_cpu(header->incarnation) ==
				peer->sender.incarnation)
			lnlb_window_add(&peer->sender.window,
					be64_to_cpu(header->sequence));
	}
	spin_unlock(&gate->lock);
	return stat;
}

static int check_sender(struct lnlb_cluster *cluster, const struct sk_buff *skb,
			const struct lnlb_wire_header *header)
{
	const u8 *mac = eth_hdr(skb)->h_source;
	bool verified = false;
	int stat;

	/* Our own id has another name, for the core to say. */
	if (!ether_addr_equal(header->id.mac, mac) &&
	    !ether_addr_equal(header->id.mac, cluster->self))
		return LNLB_STAT_FRAME_SPOOFED;
	stat = check_before(cluster, mac, header);
	if (stat == LNLB_STAT_FRAME_RX)
		stat = lnlb_key_verify(cluster, skb, header, &verified);
	if (stat == LNLB_STAT_FRAME_RX)
		stat = take_room(&cluster->gate, mac, header, verified);
	return stat;
}

static bool sample(struct lnlb_gate *gate, int stat)
{
	unsigned long at = READ_ONCE(gate->sampled[stat]);

	return (!at || time_after(jiffies, at + SAMPLE_INTERVAL)) &&
	       cmpxchg(&gate->sampled[stat], at, jiffies | 1) == at;
}

int lnlb_gate_enter(struct lnlb_cluster *cluster, const struct sk_buff *skb)
{
	struct lnlb_gate *gate = &cluster->gate;
	struct lnlb_wire_header header;
	struct lnlb_wire_frame frame;
	int stat;

	stat = check_header(cluster, skb, &header, &frame);
	if (stat == LNLB_STAT_FRAME_RX)
		stat = check_sender(cluster, skb, &header);
	if (stat == LNLB_STAT_FRAME_RX ||
	    (stat != LNLB_STAT_FRAME_OVERFLOW && sample(gate, stat)))
		return LNLB_STAT_FRAME_RX;
	return stat;
}

void lnlb_gate_init(struct lnlb_cluster *cluster)
{
	spin_lock_init(&cluster->gate.lock);
}

void lnlb_gate_emptied(struct lnlb_cluster *cluster)
{
	struct lnlb_gate *gate = &cluster->gate;
	unsigned int i;

	spin_lock_bh(&gate->lock);
	for (i = 0; i < gate->n_peers; i++)
		gate->peer[i].waiting = 0;
	gate->others = 0;
	spin_unlock_bh(&gate->lock);
}

/* What was let in since the core was last fed is known here only. */
static void keep(struct lnlb_gate_peer *now, const struct lnlb_gate_peer *was)
{
	now->waiting = was->waiting;
	if (now->sender.incarnation == was->sender.incarnation &&
	    now->sender.window.newest <= was->sender.window.newest)
		now->sender.window = was->sender.window;
}

void lnlb_gate_update(struct lnlb_cluster *cluster)
{
	struct lnlb_gate *gate = &cluster->gate;
	struct lnlb_gate_peer *was, *next;
	unsigned int i, n = 0;

	lockdep_assert_held(&cluster->core_lock);
	if (cluster->core)
		n = lnlb_core_senders(cluster->core, gate->sender);
	spin_lock_bh(&gate->lock);
	for (i = 0; i < n; i++) {
		next = &gate->next[i];
		memset(next, 0, sizeof(*next));
		next->sender = gate->sender[i];
		was = find_peer(gate, next->sender.id.mac);
		if (was)
			keep(next, was);
	}
	memcpy(gate->peer, gate->next, n * sizeof(*next));
	gate->n_peers = n;
	spin_unlock_bh(&gate->lock);
}
