// SPDX-License-Identifier: GPL-2.0-only
/*
 * In front of the core's queue: a flood of frames, forged, recorded or broken,
 * must not take the room of those that count, nor their time. Whatever can be
 * refused by a look at the header and its tag, or because the header has been
 * here before, is; each peer has room of its own in the queue, and all others
 * together have some.
 *
 * With a key, the tag says that a node has made this header. The signature of
 * the first frame that bears it is looked at, and of no other one: who forges
 * frames would need a new header for each, and has none. That frame may be a
 * forged one, if the real one was lost on the way here.
 */

#include <linux/etherdevice.h>

#include "core/wire.h"
#include "gate.h"
#include "sign.h"

#define PEER_ROOM	32	/* frames of a peer */
#define OTHERS_ROOM	128	/* of all that are no peers */
/*
 * Frames of a node that is gone may have been recorded, and its headers not have
 * been seen here, or be forgotten. So many signatures of a stranger are looked at
 * in a jiffy, of STATEs, of other frames, and of earlier incarnations: its clock
 * may have been set back.
 */
#define STRANGER_CHECKS	2
/* One of each kind is let in that often, to be named. */
#define SAMPLE_INTERVAL	HZ

static struct lnlb_gate_peer *find_peer(struct lnlb_gate *gate, const u8 *mac)
{
	unsigned int low = 0, high = gate->n_peers, mid;
	int cmp;

	while (low < high) {
		mid = (low + high) / 2;
		cmp = memcmp(mac, gate->peer[mid].sender.id.mac, ETH_ALEN);
		if (!cmp)
			return &gate->peer[mid];
		if (cmp < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

static struct lnlb_gate_stranger *find_stranger(struct lnlb_gate *gate,
						const u8 *mac)
{
	unsigned int i;

	for (i = 0; i < gate->n_strangers; i++)
		if (ether_addr_equal(gate->stranger[i].sender.id.mac, mac))
			return &gate->stranger[i];
	return NULL;
}

/* Or of an incarnation that has ended. */
static bool is_replay(const struct lnlb_sender *sender,
		      const struct lnlb_wire_header *header)
{
	u64 incarnation = be64_to_cpu(header->incarnation);

	return incarnation < sender->incarnation ||
	       (incarnation == sender->incarnation &&
		lnlb_window_old(&sender->window,
				be64_to_cpu(header->sequence)));
}

static bool is_peer(const struct lnlb_gate_peer *peer,
		    const struct lnlb_wire_header *header)
{
	return peer &&
	       peer->sender.incarnation == be64_to_cpu(header->incarnation);
}

static int check_header(const struct lnlb_cluster *cluster,
			const struct sk_buff *skb,
			struct lnlb_wire_header *header,
			struct lnlb_wire_frame *frame)
{
	size_t len = skb->len - skb_network_offset(skb);
	size_t have = min(len, sizeof(*header));
	int stat;

	if (have < sizeof(*header))
		memset(header, 0, sizeof(*header));
	if (skb_copy_bits(skb, skb_network_offset(skb), header, have))
		return LNLB_STAT_FRAME_TRUNCATED;
	stat = lnlb_wire_parse_header((const u8 *)header, len, frame);
	if (stat != LNLB_STAT_FRAME_RX)
		return stat;
	if (memcmp(header->addr, &cluster->addr, sizeof(header->addr)))
		return LNLB_STAT_FRAME_ADDR;
	return stat;
}

static u8 *stranger_checks(struct lnlb_gate_stranger *stranger,
			   const struct lnlb_wire_header *header)
{
	if (stranger->at != jiffies)
		memset(stranger->checks, 0, sizeof(stranger->checks));
	stranger->at = jiffies;
	if (be64_to_cpu(header->incarnation) < stranger->sender.incarnation)
		return &stranger->checks[2];
	return &stranger->checks[header->type == LNLB_WIRE_STATE];
}

/* May the signature of a frame be looked at, of a node that is no peer? */
static int check_stranger(struct lnlb_gate *gate,
			  const struct lnlb_wire_header *header)
{
	u64 incarnation = be64_to_cpu(header->incarnation);
	struct lnlb_gate_stranger *stranger;

	/* before the first lnlb_gate_update() with a key */
	if (!gate->stranger)
		return LNLB_STAT_FRAME_OVERFLOW;
	stranger = find_stranger(gate, header->id.mac);
	if (!stranger || incarnation > stranger->sender.incarnation)
		return LNLB_STAT_FRAME_RX;
	if (incarnation == stranger->sender.incarnation &&
	    is_replay(&stranger->sender, header))
		return LNLB_STAT_FRAME_REPLAY;
	return *stranger_checks(stranger, header) < STRANGER_CHECKS ?
	       LNLB_STAT_FRAME_RX : LNLB_STAT_FRAME_OVERFLOW;
}

static bool has_room(const struct lnlb_gate *gate,
		     const struct lnlb_gate_peer *peer)
{
	return peer ? peer->waiting < PEER_ROOM : gate->others < OTHERS_ROOM;
}

/* This is cheaper yet than to look at the tag. */
static bool was_here(struct lnlb_gate *gate,
		     const struct lnlb_wire_header *header)
{
	const struct lnlb_gate_peer *peer;
	bool replay;

	spin_lock(&gate->lock);
	peer = find_peer(gate, header->id.mac);
	replay = peer && is_replay(&peer->sender, header);
	spin_unlock(&gate->lock);
	return replay;
}

/* Is there room, and time, for a frame that nothing is known against? */
static int check_room(struct lnlb_gate *gate,
		      const struct lnlb_wire_header *header, bool has_tag)
{
	const struct lnlb_gate_peer *peer;
	int stat = LNLB_STAT_FRAME_RX;

	spin_lock(&gate->lock);
	peer = find_peer(gate, header->id.mac);
	if (!has_room(gate, peer))
		stat = LNLB_STAT_FRAME_OVERFLOW;
	else if (has_tag && !is_peer(peer, header))
		stat = check_stranger(gate, header);
	spin_unlock(&gate->lock);
	return stat;
}

/* The one that was silent for longest has to go if there are too many. */
static struct lnlb_gate_stranger *new_stranger(struct lnlb_gate *gate)
{
	struct lnlb_gate_stranger *stranger = gate->stranger;
	unsigned int i;

	if (gate->n_strangers < LNLB_NODES_MAX)
		return &gate->stranger[gate->n_strangers++];
	for (i = 1; i < gate->n_strangers; i++)
		if (time_before(gate->stranger[i].at, stranger->at))
			stranger = &gate->stranger[i];
	return stranger;
}

/* Return: NULL if it is not known which frames of this incarnation were seen. */
static struct lnlb_sender *see_stranger(struct lnlb_gate *gate,
					const struct lnlb_wire_header *header)
{
	u64 incarnation = be64_to_cpu(header->incarnation);
	struct lnlb_gate_stranger *stranger;

	/* check_room() took it for a peer */
	if (!gate->stranger)
		return NULL;
	stranger = find_stranger(gate, header->id.mac) ?: new_stranger(gate);
	if (lnlb_wire_id_cmp(&stranger->sender.id, &header->id) ||
	    stranger->sender.incarnation < incarnation) {
		memset(stranger, 0, sizeof(*stranger));
		stranger->sender.id = header->id;
		stranger->sender.incarnation = incarnation;
	}
	++*stranger_checks(stranger, header);
	return stranger->sender.incarnation == incarnation ?
	       &stranger->sender : NULL;
}

/*
 * The header is not to be seen again, whatever the signature was like. Return:
 * false if it came by two queues of the device at once.
 */
static bool see_header(struct lnlb_gate *gate, struct lnlb_gate_peer *peer,
		       const struct lnlb_wire_header *header)
{
	struct lnlb_sender *sender;

	sender = is_peer(peer, header) ? &peer->sender :
					 see_stranger(gate, header);
	if (!sender)
		return true;
	if (is_replay(sender, header))
		return false;
	lnlb_window_add(&sender->window, be64_to_cpu(header->sequence));
	return true;
}

/* @stat: what the signature was like, of a header with a tag */
static int take_room(struct lnlb_gate *gate,
		     const struct lnlb_wire_header *header, bool has_tag,
		     int stat)
{
	struct lnlb_gate_peer *peer;

	spin_lock(&gate->lock);
	peer = find_peer(gate, header->id.mac);
	if (has_tag && !see_header(gate, peer, header))
		stat = LNLB_STAT_FRAME_REPLAY;
	if (stat == LNLB_STAT_FRAME_RX && peer)
		peer->waiting++;
	else if (stat == LNLB_STAT_FRAME_RX)
		gate->others++;
	spin_unlock(&gate->lock);
	return stat;
}

/* Our own id is good for a name only. */
static int own_id(const struct lnlb_cluster *cluster,
		  const struct lnlb_wire_header *header)
{
	return be64_to_cpu(header->incarnation) ==
	       READ_ONCE(cluster->incarnation) ?
	       LNLB_STAT_FRAME_ECHO : LNLB_STAT_FRAME_DUPLICATE_ID;
}

static int check_sender(struct lnlb_cluster *cluster, const struct sk_buff *skb,
			const struct lnlb_wire_header *header)
{
	bool own = ether_addr_equal(header->id.mac, cluster->self);
	struct lnlb_gate *gate = &cluster->gate;
	const struct lnlb_secret *secret;
	int stat;

	if (!own && !ether_addr_equal(header->id.mac, eth_hdr(skb)->h_source))
		return LNLB_STAT_FRAME_SPOOFED;
	if (was_here(gate, header))
		return LNLB_STAT_FRAME_REPLAY;
	stat = lnlb_sign_check(cluster, skb, header, &secret);
	if (stat != LNLB_STAT_FRAME_RX)
		return stat;
	if (own)
		return own_id(cluster, header);
	stat = check_room(gate, header, secret);
	if (stat != LNLB_STAT_FRAME_RX)
		return stat;
	if (secret)
		stat = lnlb_sign_verify(secret, skb, header);
	return take_room(gate, header, secret, stat);
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

void lnlb_gate_exit(struct lnlb_cluster *cluster)
{
	kfree(cluster->gate.peer);
	kfree(cluster->gate.stranger);
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

/* There are frames of strangers with a tag only where there is a key. */
static void make_strangers(struct lnlb_cluster *cluster)
{
	struct lnlb_gate_stranger *stranger;
	struct lnlb_gate *gate = &cluster->gate;

	if (gate->stranger || !rcu_access_pointer(cluster->auth))
		return;
	stranger = kcalloc(LNLB_NODES_MAX, sizeof(*stranger),
			   GFP_KERNEL_ACCOUNT);
	spin_lock_bh(&gate->lock);
	gate->stranger = stranger;
	spin_unlock_bh(&gate->lock);
}

/* Takes @next, which was made from what the core says. */
static void set_peers(struct lnlb_gate *gate, struct lnlb_gate_peer *next,
		      unsigned int n)
{
	struct lnlb_gate_peer *old, *was;
	unsigned int i;

	spin_lock_bh(&gate->lock);
	for (i = 0; i < n; i++) {
		was = find_peer(gate, next[i].sender.id.mac);
		if (was)
			keep(&next[i], was);
	}
	old = gate->peer;
	gate->peer = next;
	gate->n_peers = n;
	spin_unlock_bh(&gate->lock);
	kfree(old);
}

void lnlb_gate_update(struct lnlb_cluster *cluster)
{
	struct lnlb_gate *gate = &cluster->gate;
	struct lnlb_gate_peer *next = NULL;
	struct lnlb_sender *sender;
	unsigned int i, n = 0;

	lockdep_assert_held(&cluster->core_lock);
	make_strangers(cluster);
	sender = kmalloc_array(LNLB_NODES_MAX, sizeof(*sender), GFP_KERNEL);
	if (!sender)
		return;
	if (cluster->core)
		n = lnlb_core_senders(cluster->core, sender);
	if (n)
		next = kcalloc(n, sizeof(*next), GFP_KERNEL_ACCOUNT);
	for (i = 0; next && i < n; i++)
		next[i].sender = sender[i];
	if (next || !n)
		set_peers(gate, next, n);
	kfree(sender);
}
