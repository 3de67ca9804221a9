/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The pure core: who owns which bucket, and when.
 *
 * Frames come in, frames and "bucket map changed" go out. No locks, no clock
 * reads, no allocation but through the operations, no printing. The same files
 * compile into the module, into KUnit and into user space.
 *
 * DOC: Locking
 *
 * Every function of the core runs to its end before the next one on the same
 * struct lnlb_core starts; the caller sees to that (the module: by
 * lnlb_cluster::core_lock, a mutex). Operations are called from inside and must
 * not call back into the core.
 */
#ifndef _LNLB_CORE_CORE_H
#define _LNLB_CORE_CORE_H

#include "types.h"
#include "window.h"

#define LNLB_NODE_ID_LEN	6
/* bytes behind the Ethernet header; more than 64 nodes: simulator only */
#define LNLB_FRAME_MAX \
	(LNLB_NODES_MAX <= 64 ? 1500 : 800 + 12 * LNLB_NODES_MAX)
#define LNLB_TAG_LEN		8	/* of a signed frame's header */
#define LNLB_SIGNATURE_LEN	16	/* of a signed frame */
#define LNLB_HASH_ID_LEN	3
#define LNLB_SESSION_DATA_MAX	64	/* bytes a tracker may save a session */

/**
 * struct lnlb_node_id - what a node is known by
 * @mac: MAC address of its bound device
 */
struct lnlb_node_id {
	u8 mac[LNLB_NODE_ID_LEN];
};

/* the id as a number, in the same order */
static inline u64 lnlb_node_id_number(const struct lnlb_node_id *id)
{
	__be32 high;
	__be16 low;

	memcpy(&high, id->mac, sizeof(high));
	memcpy(&low, id->mac + sizeof(high), sizeof(low));
	return (u64)be32_to_cpu(high) << 16 | be16_to_cpu(low);
}

/**
 * struct lnlb_session_rec - one session on its way to another node
 * @bucket: its bucket
 * @tracker: IP protocol of the tracker that saved it, 0 = the default one
 * @flags: LNLB_SESSION_* bits
 * @owner: node it stays with
 * @len: bytes used of @data
 * @data: the tracker's own record
 */
struct lnlb_session_rec {
	u16 bucket;
	u8 tracker;
	u8 flags;
	struct lnlb_node_id owner;
	u8 len;
	u8 data[LNLB_SESSION_DATA_MAX];
};

#define LNLB_SESSION_GONE	0x01	/* the owner has let go of it */
#define LNLB_SESSION_YIELD	0x02	/* nobody but the owner has it */
#define LNLB_SESSION_FLAGS	(LNLB_SESSION_GONE | LNLB_SESSION_YIELD)

/**
 * struct lnlb_core_params - what is the same as long as a core lives
 * @self: this node
 * @addr: cluster address, IPv4 as ::ffff:a.b.c.d, network order
 * @incarnation: higher at each start of this node; the wall clock does
 * @affinity: enum lnlb_affinity
 * @affinity_len: prefix length
 * @mode: enum lnlb_mode
 * @hash_id: tells bucket hashes with different keys apart; zero without a key
 */
struct lnlb_core_params {
	struct lnlb_node_id self;
	u8 addr[16];
	u64 incarnation;
	u8 affinity;
	u8 affinity_len;
	u8 mode;
	u8 hash_id[LNLB_HASH_ID_LEN];
};

/**
 * struct lnlb_core_timers - may change while the core runs
 * @heartbeat_interval_ms: full state at least this often
 * @keepalive_interval_ms: sign of life
 * @dead_interval_ms: silence that means death; at least
 *	LNLB_DEAD_KEEPALIVES times the keepalive interval
 */
struct lnlb_core_timers {
	u32 heartbeat_interval_ms;
	u32 keepalive_interval_ms;
	u32 dead_interval_ms;
};

/**
 * struct lnlb_core_auth - may change while the core runs
 * @n_keys: how many there are. The first one signs, all of them verify. Without
 *	any, frames are not signed, and those that are cannot be verified.
 * @permissive: believe unsigned frames, too
 * @key_id: tells the receivers which key a frame was signed with
 */
struct lnlb_core_auth {
	u8 n_keys;
	bool permissive;
	u16 key_id[LNLB_KEYS_MAX];
};

/**
 * struct lnlb_core_event - something an administrator may want to know
 * @event: enum lnlb_event
 * @node: whom it is about, NULL if nobody
 * @state: enum lnlb_node_state, with STATE and NODE_STATE
 * @weight: with WEIGHT
 * @claims: buckets, with CLAIMS
 * @reject: enum lnlb_reject, with REJECTED and NODE_DIFFERS
 * @version: with LNLB_REJECT_VERSION
 * @cause: a constant text
 */
struct lnlb_core_event {
	u8 event;
	const struct lnlb_node_id *node;
	u8 state;
	u16 weight;
	u32 claims;
	u8 reject;
	u8 version;
	const char *cause;
};

/**
 * struct lnlb_core_ops - what the core needs of its surroundings
 * @alloc: zeroed memory of @size bytes, NULL when there is none
 * @free: gives it back
 * @send: sends a frame of @len bytes to node @to, or to all if NULL
 * @tag: SipHash-2-4 of the @len bytes of a header, by a key that is made from
 *	key number @key; big-endian. False as with @sign.
 * @sign: HMAC-SHA256 of @len bytes by key number @key, its first
 *	LNLB_SIGNATURE_LEN bytes; false if there is none to be had. Not called
 *	without keys.
 * @accept: from now on new sessions of @bucket are (not) taken here. The core
 *	never says true while another live node may still take them.
 * @barrier: returns when every packet that saw an earlier answer of @accept
 *	has been dealt with and its session is known to @save, and each that
 *	saw a session from before @node_gone
 * @has_sessions: does this node know of sessions in @bucket, its own or those
 *	that stay with other nodes?
 * @save: the next session of @bucket in an order of the callee's choice.
 *	*@cursor is 0 at first and then what the last call left there. Returns 1
 *	if @rec was filled, 0 if there is no further one. Sessions may come and
 *	go between two calls; one that is there all the time is returned at
 *	least once.
 *	Those that stay with other nodes are skipped: they speak for themselves.
 * @load: a session that stays with node @rec->owner; LNLB_SESSION_GONE: it
 *	does so no longer; LNLB_SESSION_YIELD: and if this node takes it for its
 *	own it lets go of it. @from is who says so. 0 or a negative errno, or 1
 *	if the session was known to stay with another node, this one perhaps:
 *	then @rec->owner is left to be the one of the two that keeps it.
 * @node_gone: @node is dead or has left, or has let go of its sessions: those
 *	are void. This node: it was dead to others, or leaves, all that it knows
 *	is void
 * @event: for the administrator
 *
 * All are called from inside the core's functions, with the caller's context.
 */
struct lnlb_core_ops {
	void *(*alloc)(void *ctx, size_t size);
	void (*free)(void *ctx, void *mem);
	void (*send)(void *ctx, const struct lnlb_node_id *to, const u8 *frame,
		     size_t len);
	bool (*tag)(void *ctx, unsigned int key, const u8 *header, size_t len,
		    u8 tag[LNLB_TAG_LEN]);
	bool (*sign)(void *ctx, unsigned int key, const u8 *data, size_t len,
		     u8 signature[LNLB_SIGNATURE_LEN]);
	void (*accept)(void *ctx, u16 bucket, bool accept);
	void (*barrier)(void *ctx);
	bool (*has_sessions)(void *ctx, u16 bucket);
	int (*save)(void *ctx, u16 bucket, u64 *cursor,
		    struct lnlb_session_rec *rec);
	int (*load)(void *ctx, const struct lnlb_node_id *from,
		    struct lnlb_session_rec *rec);
	void (*node_gone)(void *ctx, const struct lnlb_node_id *node);
	void (*event)(void *ctx, const struct lnlb_core_event *event);
};

/**
 * struct lnlb_report - how much a node does, for display
 * @clock_ms: by the node's own clock, when the rest was so; for differences,
 *	it goes round
 * @sessions: bound to it
 * @taken: packets
 * @passed: packets that it left to others
 */
struct lnlb_report {
	u32 clock_ms;
	u32 sessions;
	u64 taken;
	u64 passed;
};

/**
 * struct lnlb_node_info - a node as it is shown
 * @id: its name
 * @self: it is this one
 * @agrees: its view is ours
 * @state: enum lnlb_node_state
 * @weight_source: enum lnlb_weight_source
 * @weight: 1..65535
 * @target: buckets that are to be its own in our view
 * @claims: buckets that it claims
 * @heard_ago_ms: since its last frame, 0 for this node
 * @has_key: it signs, by @key_id
 * @key_id: which key
 * @has_report: it has said how much it does
 * @report: that
 */
struct lnlb_node_info {
	struct lnlb_node_id id;
	bool self;
	bool agrees;
	bool has_key;
	u16 key_id;
	u8 state;
	u8 weight_source;
	u16 weight;
	u32 target;
	u32 claims;
	u32 heard_ago_ms;
	bool has_report;
	struct lnlb_report report;
};

#define LNLB_PLACE_NOBODY	(-1)
#define LNLB_PLACE_SEVERAL	(-2)	/* after a partition */

/**
 * struct lnlb_bucket_info - whose a bucket is
 * @target: place in lnlb_core_nodes() of the node that is to own it
 * @claims: place of the node that claims it
 * @taken: this node takes new sessions of it
 */
struct lnlb_bucket_info {
	int target;
	int claims;
	bool taken;
};

/**
 * struct lnlb_sender - a peer, as far as it takes to tell its old frames
 * @id: its name
 * @incarnation: of its frames
 * @window: which have arrived
 */
struct lnlb_sender {
	struct lnlb_node_id id;
	u64 incarnation;
	struct lnlb_window window;
};

/**
 * struct lnlb_reject_info - a kind of frames that were refused, or of
 * differences that were found
 * @reject: enum lnlb_reject
 * @version: that the node speaks, with LNLB_REJECT_VERSION
 * @node: who sent the last one, by Ethernet source
 * @frames: how many the core saw
 * @ago_ms: since the last one
 * @cause: a constant text
 */
struct lnlb_reject_info {
	u8 reject;
	u8 version;
	struct lnlb_node_id node;
	u64 frames;
	u32 ago_ms;
	const char *cause;
};

struct lnlb_core;

/**
 * lnlb_core_new() - make a core, in state joining, silent until started
 * @params: copied
 * @timers: copied
 * @ops: must outlive the core
 * @ctx: handed to every operation
 *
 * Return: the core, or NULL without memory.
 */
struct lnlb_core *lnlb_core_new(const struct lnlb_core_params *params,
				const struct lnlb_core_timers *timers,
				const struct lnlb_core_ops *ops, void *ctx);

/**
 * lnlb_core_free() - give all memory back; sends nothing
 * @core: may be NULL
 */
void lnlb_core_free(struct lnlb_core *core);

/**
 * lnlb_core_start() - announce this node and listen
 * @core: a new or stopped core; a stopped one starts over without peers
 * @incarnation: higher than at any earlier start
 * @now: milliseconds of a clock that never goes back
 */
void lnlb_core_start(struct lnlb_core *core, u64 incarnation, u64 now);

/**
 * lnlb_core_stop() - answer nobody any more, forget all sessions and peers
 * @core: started core
 * @goodbye: send LEAVE frames; false where nothing can be sent (no carrier)
 */
void lnlb_core_stop(struct lnlb_core *core, bool goodbye);

/**
 * lnlb_core_rx() - take in a frame
 * @core: started core
 * @frame: what stands behind the Ethernet header, may be padded at its end
 * @len: bytes at @frame
 * @src: Ethernet source address
 * @now: as of lnlb_core_start(), when the frame arrived
 *
 * Nothing in the frame is believed before all of it was checked; a frame that
 * is refused changes nothing but the duplicate and parameter bookkeeping that
 * limits events about it.
 *
 * Return: LNLB_STAT_FRAME_RX, _RX_UNSIGNED or _RX_UNVERIFIED, or the counter of
 * enum lnlb_stat that says why the frame was refused.
 */
int lnlb_core_rx(struct lnlb_core *core, const u8 *frame, size_t len,
		 const u8 src[LNLB_NODE_ID_LEN], u64 now);

/**
 * lnlb_core_tick() - do what is due
 * @core: started core
 * @now: as of lnlb_core_start()
 *
 * Call after each batch of lnlb_core_rx() and each lnlb_core_set_*(), and at
 * the time it asked for.
 *
 * Return: when to call again at the latest, in milliseconds of the same clock.
 */
u64 lnlb_core_tick(struct lnlb_core *core, u64 now);

/**
 * lnlb_core_lease() - until when may new sessions be taken if no tick comes?
 * @core: started core
 *
 * The next tick after that finds that this node stood still. The others have
 * heard from it a quarter of the dead interval too recently, at least, to take
 * it for dead before.
 *
 * Return: that time, in milliseconds of the same clock.
 */
u64 lnlb_core_lease(const struct lnlb_core *core);

/**
 * lnlb_core_alive() - for how long are this node's sessions surely its own?
 * @core: started core
 *
 * A quarter of the dead interval longer than the lease: until then no other node
 * takes it for dead, and its sessions with it.
 *
 * Return: ms by the core's clock; 0 if others may have done so, and it has not
 * heard from all of them since.
 */
u64 lnlb_core_alive(const struct lnlb_core *core);

/**
 * lnlb_core_set_weight() - this node's weight; bumps the epoch if it differs
 * @core: any core
 * @weight: 1..65535, higher is less traffic
 * @source: enum lnlb_weight_source, for display on the other nodes
 */
void lnlb_core_set_weight(struct lnlb_core *core, u16 weight, u8 source);

/**
 * lnlb_core_set_state() - what this node is, as soon as it has joined
 * @core: any core
 * @state: LNLB_NODE_ACTIVE; LNLB_NODE_DRAINING: hands its buckets over, keeps
 *	its sessions; LNLB_NODE_SUSPENDED: gives its buckets up and lets go of
 *	all sessions, those of others that it was told of, too, before it
 *	returns
 *
 * Holds beyond a stop and a new start.
 */
void lnlb_core_set_state(struct lnlb_core *core, u8 state);

/**
 * lnlb_core_set_timers() - change the intervals
 * @core: any core
 * @timers: copied
 */
void lnlb_core_set_timers(struct lnlb_core *core,
			  const struct lnlb_core_timers *timers);

/**
 * lnlb_core_set_auth() - change the keys
 * @core: any core
 * @auth: copied; operation sign goes by it from now on
 */
void lnlb_core_set_auth(struct lnlb_core *core,
			const struct lnlb_core_auth *auth);

/**
 * lnlb_core_set_report() - what the other nodes are to know of how much this
 * one does
 * @core: any core
 * @report: copied; goes with the next frame to all
 */
void lnlb_core_set_report(struct lnlb_core *core,
			  const struct lnlb_report *report);

/**
 * lnlb_core_resync() - announce full state, ask all nodes for theirs, and hand
 * all sessions over again
 * @core: started core
 */
void lnlb_core_resync(struct lnlb_core *core);

/**
 * lnlb_core_refresh() - hand sessions in buckets that this node does not claim
 * over again
 * @core: started core
 *
 * What the other nodes know of them is soft state.
 */
void lnlb_core_refresh(struct lnlb_core *core);

/**
 * lnlb_core_session_gone() - tell all nodes that a session of ours ended
 * @core: started core
 * @rec: the session; owner and LNLB_SESSION_GONE are set by the callee
 *
 * Best effort: sessions that end within a few milliseconds share a frame, sent
 * when it is full or by a tick, which the caller has to see to. Who misses it
 * leaves the sessions' packets to us until they time out there.
 */
void lnlb_core_session_gone(struct lnlb_core *core,
			    const struct lnlb_session_rec *rec);

/**
 * lnlb_core_state() - this node's state
 * @core: any core
 *
 * Return: enum lnlb_node_state.
 */
u8 lnlb_core_state(const struct lnlb_core *core);

/**
 * lnlb_core_fenced() - has this node stopped taking new sessions because a
 * live node does not hear it?
 * @core: any core
 *
 * Return: true while it is so.
 */
bool lnlb_core_fenced(const struct lnlb_core *core);

/**
 * lnlb_core_complete() - is every session that a live node may have in the
 * buckets taken here known here?
 * @core: any core, after lnlb_core_tick()
 *
 * Not so while a live node has another view, has not yet told about the
 * sessions that stay with it, or claims a bucket that is taken here, while
 * buckets wait to be handed over, nor for some time after sessions were
 * refused, here or by the node that was told of ours.
 *
 * Return: true if a session that is not known belongs to no live node.
 */
bool lnlb_core_complete(const struct lnlb_core *core);

/**
 * lnlb_core_digest() - identifies the view this node is in
 * @core: any core
 *
 * Return: the digest.
 */
u64 lnlb_core_digest(const struct lnlb_core *core);

/**
 * lnlb_core_nodes() - list the nodes, this one first, then by id
 * @core: any core
 * @now: as of lnlb_core_start()
 * @info: room for @max nodes
 * @max: at most this many are written
 *
 * Return: number of nodes written.
 */
unsigned int lnlb_core_nodes(const struct lnlb_core *core, u64 now,
			     struct lnlb_node_info *info, unsigned int max);

/**
 * lnlb_core_senders() - list the peers, ascending by id
 * @core: any core
 * @sender: room for LNLB_NODES_MAX
 *
 * Return: number of peers.
 */
unsigned int lnlb_core_senders(const struct lnlb_core *core,
			       struct lnlb_sender *sender);

/**
 * lnlb_core_rejects() - what was refused since the core was made, and whose
 * @core: any core
 * @now: as of lnlb_core_start()
 * @info: room for LNLB_REJECT_MAX entries
 *
 * Return: number of entries written.
 */
unsigned int lnlb_core_rejects(const struct lnlb_core *core, u64 now,
			       struct lnlb_reject_info *info);

/**
 * lnlb_core_bucket() - whose is a bucket?
 * @core: any core
 * @bucket: 0..LNLB_BUCKETS - 1
 * @info: filled in
 */
void lnlb_core_bucket(const struct lnlb_core *core, u16 bucket,
		      struct lnlb_bucket_info *info);

/**
 * lnlb_core_place() - the node in a place of lnlb_core_nodes()
 * @core: any core
 * @place: its place, 0 is this node
 * @id: filled in
 *
 * Return: false if nobody has it.
 */
bool lnlb_core_place(const struct lnlb_core *core, int place,
		     struct lnlb_node_id *id);

/**
 * lnlb_core_target() - who is to own a bucket in the current view
 * @core: any core
 * @bucket: 0..LNLB_BUCKETS - 1
 * @id: filled in
 *
 * Return: false if nobody is.
 */
bool lnlb_core_target(const struct lnlb_core *core, u16 bucket,
		      struct lnlb_node_id *id);

#endif /* _LNLB_CORE_CORE_H */
