/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of the core share.
 */
#ifndef _LNLB_CORE_PRIVATE_H
#define _LNLB_CORE_PRIVATE_H

#include "core.h"
#include "table.h"
#include "wire.h"

#define LNLB_PEERS_MAX		(LNLB_NODES_MAX - 1)
#define LNLB_TOMBSTONES		LNLB_NODES_MAX
#define LNLB_STRANGERS		(LNLB_NODES_MAX - 1)
#define LNLB_HEARING_EXACT	12	/* nodes with trouble to hear, see hearing.c */
#define LNLB_TOMBSTONE_MS	60000
#define LNLB_REJECT_MS		60000	/* one REJECTED event in that time */
#define LNLB_COALESCE_MS	2	/* changes share a STATE that long */
#define LNLB_WORDS		(LNLB_WIRE_CLAIMS / 8)
#define LNLB_BATCH		128	/* buckets handed over at once */
#define LNLB_BATCH_FRAMES	16	/* that a batch may take, or one bucket */
#define LNLB_RESEND_MIN_MS	20	/* an unacknowledged SESSIONS frame */
#define LNLB_RESEND_MAX_MS	200
/* trackers hand over anew, and refuse anew, more often than that */
#define LNLB_REFUSED_MS		100000

/* upper half of an epoch: how often the node has let go of all its sessions */
#define LNLB_EPOCH_ERA		(1ULL << 32)

#define LNLB_TARGET_NONE	LNLB_TABLE_NOBODY	/* lnlb_core::target */
#define LNLB_TARGET_SELF	((lnlb_place_t)-2)

/**
 * struct lnlb_relay - pairs of nodes that do not hear each other, see relay.c
 * @n: entries in @pair, the others are zero
 * @pair: these
 */
struct lnlb_relay {
	unsigned int n;
	struct lnlb_wire_pair pair[LNLB_WIRE_PAIRS_MAX];
};

/**
 * struct lnlb_peer - another live node, as it was last heard
 * @id: its name
 * @incarnation: of its frames
 * @window: of its frames
 * @state_sequence: of its last STATE
 * @heard_at: when that arrived, ms
 * @met_at: when we made its acquaintance, ms
 * @asked_at: when we last asked it for a STATE, ms
 * @version: of its last STATE
 * @epoch: as in that
 * @era_sequence: of the first STATE of its era that arrived, 0: of all of them
 * @digest: the view it is in
 * @acked: low 32 bits of the version of our STATE that it has
 * @met: announced to it; see lnlb_wire_heard::met
 * @met_us: what it announces to us
 * @weight: 1..65535
 * @weight_source: enum lnlb_weight_source
 * @state: enum lnlb_node_state
 * @settled: see lnlb_core::settled
 * @stalled: it stood still, see lnlb_core::stalled
 * @excluded: it has shut itself out, see hearing.c
 * @shut: we have, as it hears nobody
 * @contested: it claims buckets that we keep
 * @lists_us: its last STATE says that it hears us
 * @listed_us: one of its STATEs did
 * @nonce: its number, see proof.c
 * @has_nonce: it has said one
 * @doubts_us: it does not know us, or only from before our last start
 * @has_key: its last frame was signed
 * @key_id: by this key
 * @has_report: it has said how much it does
 * @report: that
 * @report_sequence: of the frame that said so
 * @row: hash of whom it hears
 * @n_heard: entries in @heard
 * @heard: whom it hears, ascending
 * @relay: what it relays; places in the list of @heard and itself
 * @claims: buckets it claims
 */
struct lnlb_peer {
	struct lnlb_node_id id;
	u64 incarnation;
	struct lnlb_window window;
	u64 state_sequence;
	u64 heard_at;
	u64 met_at;
	u64 asked_at;
	u64 version;
	u64 epoch;
	u64 era_sequence;
	u64 digest;
	u32 acked;
	u16 met;
	u16 met_us;
	u16 weight;
	u8 weight_source;
	u8 state;
	bool settled;
	bool stalled;
	bool excluded;
	bool shut;
	bool contested;
	bool lists_us;
	bool listed_us;
	struct lnlb_wire_nonce nonce;
	bool has_nonce;
	bool doubts_us;
	bool has_key;
	u16 key_id;
	bool has_report;
	struct lnlb_report report;
	u64 report_sequence;
	u64 row;
	unsigned int n_heard;
	struct lnlb_node_id heard[LNLB_WIRE_HEARD_MAX];
	struct lnlb_relay relay;
	u8 claims[LNLB_WIRE_CLAIMS];
};

/**
 * struct lnlb_hearing - who does not hear whom, while that is worked out
 * @n: nodes
 * @node: ascending by id: peers, this node, and whom they hear
 * @node.id: its name
 * @node.peer: the peer, if it is one
 * @node.self: it is this node
 * @node.out: it has to shut itself out
 * @node.degree: whom it does not hear, or is not heard by
 * @bad: bit by node: one of the two does not hear the other
 */
struct lnlb_hearing {
	unsigned int n;
	struct {
		struct lnlb_node_id id;
		const struct lnlb_peer *peer;
		bool self;
		bool out;
		u16 degree;
	} node[LNLB_NODES_MAX];
	u8 bad[LNLB_NODES_MAX][(LNLB_NODES_MAX + 7) / 8];
};

/**
 * struct lnlb_tombstone - a node that is gone; its old frames are not believed
 * @id: its name
 * @incarnation: its last
 * @sequence: its last
 * @until: when to forget this, ms
 */
struct lnlb_tombstone {
	struct lnlb_node_id id;
	u64 incarnation;
	u64 sequence;
	u64 until;
};

/**
 * struct lnlb_stranger - a node that was heard, but not its STATE
 * @id: its name
 * @incarnation: of its last frame
 * @heard_at: when that arrived, ms
 * @since: when the first one did, ms
 * @asked_at: when it was asked for a proof, ms; 0: never
 * @nonce: its number, see proof.c
 * @has_nonce: it has said one
 * @silent: it did not prove for long that it is there
 */
struct lnlb_stranger {
	struct lnlb_node_id id;
	u64 incarnation;
	u64 heard_at;
	u64 since;
	u64 asked_at;
	struct lnlb_wire_nonce nonce;
	bool has_nonce;
	bool silent;
};

/**
 * struct lnlb_refusal_record - frames that were refused for one reason
 * @node: who sent the last one, by Ethernet source
 * @version: of it, with LNLB_REJECT_VERSION
 * @frames: how many
 * @at: when the last one came, ms
 * @reported_at: when the last event was sent, ms
 */
struct lnlb_refusal_record {
	struct lnlb_node_id node;
	u8 version;
	u64 frames;
	u64 at;
	u64 reported_at;
};

/**
 * enum lnlb_transfer_why - why sessions are sent
 * @LNLB_TRANSFER_OWED: the buckets' new owner does not know of them
 * @LNLB_TRANSFER_HANDOVER: the buckets are claimed by us and to be released
 * @LNLB_TRANSFER_REFRESH: they are known, and would be forgotten some day
 */
enum lnlb_transfer_why {
	LNLB_TRANSFER_OWED,
	LNLB_TRANSFER_HANDOVER,
	LNLB_TRANSFER_REFRESH,
};

/**
 * struct lnlb_transfer - sessions of a batch of buckets on their way to a node
 * @to: that node, NULL while there is no transfer
 * @why: what for
 * @waiting: @frame was sent and not acknowledged
 * @loaded: @rec did not fit into @frame and comes next
 * @n: buckets in @bucket
 * @pos: bucket that is being read
 * @cursor: where in it, see struct lnlb_core_ops
 * @frames: that this batch has taken so far
 * @chunk: name of @frame
 * @backoff_ms: until the next repetition
 * @resend_at: when that is due, ms
 * @rec: the session read last
 * @bucket: the batch
 * @frame: SESSIONS
 */
struct lnlb_transfer {
	struct lnlb_peer *to;
	enum lnlb_transfer_why why;
	bool waiting;
	bool loaded;
	unsigned int n;
	unsigned int pos;
	u64 cursor;
	u32 frames;
	u32 chunk;
	u32 backoff_ms;
	u64 resend_at;
	struct lnlb_session_rec rec;
	u16 bucket[LNLB_BATCH];
	u8 frame[LNLB_FRAME_MAX];
};

/**
 * struct lnlb_core - a node
 * @params: as given
 * @timers: as given, made to fit each other
 * @ops: as given
 * @ctx: for @ops
 * @running: between start and stop
 * @now: newest time that was given, ms
 * @started_at: ms
 * @tick_due: when the last tick asked for the next, ms
 * @state_due: send a STATE then, U64_MAX if none is wanted
 * @keepalive_due: send a KEEPALIVE, or a STATE that is missed, then
 * @sent_at: when all were last sent something, ms
 * @state_sent_at: when the last STATE was, ms
 * @asked_at: when strangers were last asked for a STATE, ms
 * @request: the next STATE asks for theirs
 * @dirty: something that claims depend on has changed
 * @review: something that @settled depends on has changed
 * @moving: there may be buckets that we claim and that are not to be ours
 * @random: state of the jitter's generator
 * @sequence: of the last frame sent
 * @reject: by enum lnlb_reject, what was refused
 * @auth: as given
 * @nonce: our number, see proof.c
 * @proof_next: stranger and peer whose numbers are repeated next
 * @report: as given
 * @has_report: it was
 * @report_new: and not sent so far
 * @state: enum lnlb_node_state
 * @joined_state: what @state is to be when the node has joined
 * @weight: 1..65535
 * @weight_source: enum lnlb_weight_source
 * @epoch: grows with each change of @weight or @state, see LNLB_EPOCH_ERA
 * @version: grows with each change of what a STATE says, its list of heard
 *	nodes aside
 * @adopt_version: @version when the present view was adopted
 * @digest: identifies the view
 * @settled: each session that stays with us, in a bucket that we do not claim,
 *	is known to the node that is to own the bucket
 * @fenced: no new sessions, as somebody may believe that we are dead
 * @excluded: we have shut ourselves out
 * @hearing_at: when somebody last heard others than before, ms
 * @hearing_due: that is to be looked into
 * @relay_due: so is what we relay
 * @relay: that
 * @back_at: not to be part of a view again before that, ms
 * @times_out: how often that was so of late
 * @stalled: we stood still and must hear from all peers, or listen anew
 * @silent: for so long that they may have taken us for dead; stalled, too
 * @forgotten: and one of them has, or has never known us
 * @stall_version: what they must acknowledge
 * @stalled_at: since when, ms
 * @refused_until: sessions were refused not long before, ms
 * @reported_claims: as in the last CLAIMS event
 * @met: source of lnlb_peer::met
 * @chunk: source of lnlb_transfer::chunk
 * @n_peers: live peers
 * @peer: these, ascending by id
 * @tombstone: nodes that have gone
 * @n_strangers: entries in @stranger
 * @stranger: nodes that are heard, but not known
 * @claims: buckets that we claim
 * @accept: those of them whose new sessions we take
 * @others: buckets that peers claim
 * @target: by bucket, index of the peer that is to own it, or LNLB_TARGET_*
 * @sent_to: by bucket, index of the peer that got our sessions in it since we
 *	last claimed it, or LNLB_TARGET_NONE
 * @refreshing: some buckets may be @old
 * @old: buckets whose sessions the target was told of long ago
 * @transfer: session hand-over
 * @batch: buckets that the next one may take
 * @hearing: who does not hear whom, NULL while all hear each other
 * @out: frame in the making
 * @gone: SESSIONS about sessions that have ended, NULL: none have
 * @gone_due: send it then, ms; U64_MAX: there is none
 * @table_nodes: hash of those that @target was made for, 0: of none
 */
struct lnlb_core {
	struct lnlb_core_params params;
	struct lnlb_core_timers timers;
	const struct lnlb_core_ops *ops;
	void *ctx;
	bool running;

	u64 now;
	u64 started_at;
	u64 tick_due;
	u64 state_due;
	u64 keepalive_due;
	u64 sent_at;
	u64 state_sent_at;
	u64 asked_at;
	bool request;
	bool dirty;
	bool review;
	bool moving;
	u64 random;
	u64 sequence;
	struct lnlb_refusal_record reject[LNLB_REJECT_MAX + 1];
	struct lnlb_core_auth auth;
	struct lnlb_wire_nonce nonce;
	unsigned int proof_next;
	struct lnlb_report report;
	bool has_report;
	bool report_new;

	u8 state;
	u8 joined_state;
	u16 weight;
	u8 weight_source;
	u64 epoch;
	u64 version;
	u64 adopt_version;
	u64 digest;
	bool settled;
	bool fenced;
	bool excluded;
	bool hearing_due;
	bool relay_due;
	struct lnlb_relay relay;
	u8 times_out;
	u64 hearing_at;
	u64 back_at;
	bool stalled;
	bool silent;
	bool forgotten;
	u64 stall_version;
	u64 stalled_at;
	u64 refused_until;
	u32 reported_claims;
	u16 met;
	u32 chunk;

	unsigned int n_peers;
	struct lnlb_peer *peer[LNLB_PEERS_MAX];
	struct lnlb_tombstone tombstone[LNLB_TOMBSTONES];
	unsigned int n_strangers;
	struct lnlb_stranger stranger[LNLB_STRANGERS];
	u8 claims[LNLB_WIRE_CLAIMS];
	u8 accept[LNLB_WIRE_CLAIMS];
	u8 others[LNLB_WIRE_CLAIMS];
	lnlb_place_t target[LNLB_BUCKETS];
	lnlb_place_t sent_to[LNLB_BUCKETS];
	bool refreshing;
	u8 old[LNLB_WIRE_CLAIMS];
	struct lnlb_transfer transfer;
	u32 batch;
	struct lnlb_hearing *hearing;
	u8 out[LNLB_FRAME_MAX];
	u8 *gone;
	u64 gone_due;
	u64 table_nodes;
};

static inline bool lnlb_bit_test(const u8 *map, u16 bucket)
{
	return map[bucket / 8] >> bucket % 8 & 1;
}

static inline void lnlb_bit_set(u8 *map, u16 bucket)
{
	map[bucket / 8] |= 1 << bucket % 8;
}

static inline void lnlb_bit_clear(u8 *map, u16 bucket)
{
	map[bucket / 8] &= ~(1 << bucket % 8);
}

/* buckets 64 * @i to 64 * @i + 63, the first one is the lowest bit */
static inline u64 lnlb_bit_word(const u8 *map, unsigned int i)
{
	__le64 word;

	memcpy(&word, map + i * sizeof(word), sizeof(word));
	return le64_to_cpu(word);
}

static inline void lnlb_bit_merge(u8 *map, const u8 *other, unsigned int i)
{
	__le64 word = cpu_to_le64(lnlb_bit_word(map, i) |
				  lnlb_bit_word(other, i));

	memcpy(map + i * sizeof(word), &word, sizeof(word));
}

static inline u32 lnlb_bit_count(const u8 *map)
{
	u32 i, n = 0;

	for (i = 0; i < LNLB_WORDS; i++)
		n += hweight64(lnlb_bit_word(map, i));
	return n;
}

/* Return: the first bucket from @b on that is in @map, or LNLB_BUCKETS */
static inline unsigned int lnlb_bit_next(const u8 *map, unsigned int b)
{
	u64 word;

	for (; b < LNLB_BUCKETS; b = (b | 63) + 1) {
		word = lnlb_bit_word(map, b / 64) >> b % 64;
		if (word)
			return b + __ffs64(word);
	}
	return LNLB_BUCKETS;
}

/* Return: the first one that is not */
static inline unsigned int lnlb_bit_next_zero(const u8 *map, unsigned int b)
{
	u64 word;

	for (; b < LNLB_BUCKETS; b = (b | 63) + 1) {
		word = ~lnlb_bit_word(map, b / 64) >> b % 64;
		if (word)
			return b + __ffs64(word);
	}
	return LNLB_BUCKETS;
}

/* the map may change at the bucket that it has come to */
#define lnlb_bit_for_each(b, map) \
	for (b = lnlb_bit_next(map, 0); b < LNLB_BUCKETS; \
	     b = lnlb_bit_next(map, b + 1))

/* has @ms passed since @then? */
static inline bool lnlb_core_passed(const struct lnlb_core *core, u64 then,
				    u64 ms)
{
	return core->now > then && core->now - then > ms;
}

static inline u32 lnlb_epoch_era(u64 epoch)
{
	return epoch / LNLB_EPOCH_ERA;
}

/* is a peer no part of any view? */
static inline bool lnlb_peer_out(const struct lnlb_peer *peer)
{
	return peer->excluded || peer->shut;
}

/* the peer that is to own @bucket, NULL if that is us or nobody */
static inline struct lnlb_peer *
lnlb_core_target_peer(const struct lnlb_core *core, u16 bucket)
{
	lnlb_place_t target = core->target[bucket];

	return target < LNLB_TARGET_SELF ? core->peer[target] : NULL;
}

/* what lnlb_hearing_collect() has found */
static inline void lnlb_hearing_forget(struct lnlb_core *core)
{
	if (core->hearing)
		core->ops->free(core->ctx, core->hearing);
	core->hearing = NULL;
}

/* parentheses, as the kernel has a macro of that name */
static inline void lnlb_core_barrier(const struct lnlb_core *core)
{
	(core->ops->barrier)(core->ctx);
}

/* core.c */
void lnlb_core_event(struct lnlb_core *core, u8 event,
		     const struct lnlb_peer *peer, const char *cause);
void lnlb_core_changed(struct lnlb_core *core);
bool lnlb_core_in_step(const struct lnlb_core *core,
		       const struct lnlb_peer *peer);

/* view.c */
struct lnlb_peer *lnlb_view_find(const struct lnlb_core *core,
				 const struct lnlb_node_id *id);
bool lnlb_view_buried(const struct lnlb_core *core,
		      const struct lnlb_node_id *id, u64 incarnation,
		      u64 sequence);
void lnlb_view_bury(struct lnlb_core *core, const struct lnlb_node_id *id,
		    u64 incarnation, u64 sequence);
struct lnlb_peer *lnlb_view_add(struct lnlb_core *core,
				const struct lnlb_node_id *id, u64 incarnation);
void lnlb_view_forget(struct lnlb_core *core, struct lnlb_peer *peer);
lnlb_place_t lnlb_view_place(const struct lnlb_core *core,
			     const struct lnlb_peer *peer);
void lnlb_view_untold(struct lnlb_core *core, const struct lnlb_peer *peer);
void lnlb_view_expire(struct lnlb_core *core);
void lnlb_view_adopt(struct lnlb_core *core);

/* stranger.c */
struct lnlb_stranger *lnlb_stranger_find(struct lnlb_core *core,
					 const struct lnlb_node_id *id);
struct lnlb_stranger *lnlb_stranger_heard(struct lnlb_core *core,
					  const struct lnlb_node_id *id,
					  u64 incarnation);
void lnlb_stranger_forget(struct lnlb_core *core,
			  const struct lnlb_node_id *id);
bool lnlb_stranger_near(const struct lnlb_core *core);

/* proof.c */
void lnlb_proof_renew(struct lnlb_core *core);
void lnlb_proof_seen(const struct lnlb_core *core, struct lnlb_peer *peer,
		     const struct lnlb_wire_frame *frame);
int lnlb_proof_check(struct lnlb_core *core,
		     const struct lnlb_wire_frame *frame);
void lnlb_proof_append(struct lnlb_core *core, u8 *frame);

/* report.c */
void lnlb_report_append(struct lnlb_core *core, u8 *frame);
void lnlb_report_take(struct lnlb_peer *peer,
		      const struct lnlb_wire_frame *frame);

/* auth.c */
int lnlb_auth_check(const struct lnlb_core *core,
		    const struct lnlb_wire_frame *frame);
size_t lnlb_auth_seal(struct lnlb_core *core, u8 *frame);

/* reject.c */
void lnlb_reject(struct lnlb_core *core, u8 reject, const u8 *src, u8 version);
int lnlb_reject_frame(struct lnlb_core *core, int stat, const u8 *src,
		      const struct lnlb_wire_header *header);
/* hearing.c */
u64 lnlb_hearing_row(const struct lnlb_node_id *sender,
		     const struct lnlb_wire_heard *heard, unsigned int n);
void lnlb_hearing_take(struct lnlb_core *core, struct lnlb_peer *peer,
		       const struct lnlb_wire_state *state);
void lnlb_hearing_changed(struct lnlb_core *core);
bool lnlb_hearing_complete(const struct lnlb_core *core);
int lnlb_hearing_index(struct lnlb_hearing *h, const struct lnlb_node_id *id);
void lnlb_hearing_link(struct lnlb_hearing *h, unsigned int a, unsigned int b);
bool lnlb_hearing_bad(const struct lnlb_hearing *h, unsigned int a,
		      unsigned int b);
bool lnlb_hearing_collect(struct lnlb_core *core);
bool lnlb_hearing_cover(struct lnlb_core *core, bool relayed);
void lnlb_hearing_update(struct lnlb_core *core);

/* relay.c */
void lnlb_relay_update(struct lnlb_core *core);
void lnlb_relay_append(const struct lnlb_core *core, u8 *frame);
void lnlb_relay_take(struct lnlb_core *core, struct lnlb_peer *peer,
		     const struct lnlb_wire_frame *frame);
void lnlb_relay_apply(struct lnlb_core *core);

/* fence.c */
void lnlb_fence_forgotten(struct lnlb_core *core);
void lnlb_fence_late(struct lnlb_core *core);
void lnlb_fence_update(struct lnlb_core *core);

/* claims.c */
void lnlb_claims_accept(struct lnlb_core *core, u16 bucket, bool accept);
bool lnlb_claims_allowed(const struct lnlb_core *core);
void lnlb_claims_update(struct lnlb_core *core);
void lnlb_claims_drop(struct lnlb_core *core);
void lnlb_claims_report(struct lnlb_core *core);

/* handover.c */
void lnlb_handover_run(struct lnlb_core *core);
void lnlb_handover_review(struct lnlb_core *core);
void lnlb_handover_abort(struct lnlb_core *core);
void lnlb_handover_acked(struct lnlb_core *core, const struct lnlb_peer *peer,
			 u32 chunk);
bool lnlb_handover_told(const struct lnlb_core *core,
			const struct lnlb_peer *peer, u16 bucket);
u64 lnlb_handover_due(const struct lnlb_core *core);

/* send.c */
void lnlb_send_frame(struct lnlb_core *core, const struct lnlb_node_id *to,
		     u8 *frame);
void lnlb_send_soon(struct lnlb_core *core, u32 ms);
void lnlb_send_due(struct lnlb_core *core);
void lnlb_send_leave(struct lnlb_core *core);
void lnlb_send_ack(struct lnlb_core *core, const struct lnlb_node_id *to,
		   u32 chunk, u16 refused);
void lnlb_send_gone(struct lnlb_core *core, const struct lnlb_session_rec *rec);
void lnlb_send_gone_now(struct lnlb_core *core);
void lnlb_send_gone_drop(struct lnlb_core *core);
void lnlb_send_yield_add(struct lnlb_core *core,
			 const struct lnlb_session_rec *rec, bool first);
void lnlb_send_yield(struct lnlb_core *core);

#endif /* _LNLB_CORE_PRIVATE_H */
