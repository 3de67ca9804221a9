/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What nodes say to each other, as it stands behind the Ethernet header.
 *
 * All numbers are big-endian. A frame is a header, a body by its type and
 * extensions, skipped by those who do not know them, so that a newer node can
 * say more to an older one: a byte LNLB_WIRE_EXTENSION, which neither a node's
 * id nor a bucket starts with, a byte for the type, two for the length, data.
 * Reserved fields are zero. Ethernet padding behind lnlb_wire_header::length
 * is not looked at. A signed frame ends with struct lnlb_wire_trailer.
 */
#ifndef _LNLB_CORE_WIRE_H
#define _LNLB_CORE_WIRE_H

#include "core.h"

#define LNLB_WIRE_MAGIC		0x4c4e4c42	/* "LNLB" */
#define LNLB_WIRE_VERSION	1
#define LNLB_WIRE_AUTH		0x0001	/* header flag: signed */
#define LNLB_WIRE_EXTENSION	0xff
#define LNLB_WIRE_EXTENSION_HEADER 4
#define LNLB_WIRE_PROOF		1	/* type of an extension, see proof.c */
#define LNLB_WIRE_REPORT	2	/* another one, see report.c */
#define LNLB_WIRE_RELAY		3	/* another one, see relay.c */
#define LNLB_WIRE_PAIRS_MAX	66	/* all of 12 nodes */
#define LNLB_WIRE_CLAIMS	(LNLB_BUCKETS / 8)
#define LNLB_WIRE_HEARD_MAX	(LNLB_NODES_MAX - 1)

#define LNLB_INTERVAL_MIN_MS	1
#define LNLB_INTERVAL_MAX_MS	3600000
/* So many keepalives in a row have to be missed before a node is dead. */
#define LNLB_DEAD_KEEPALIVES	3

/**
 * enum lnlb_wire_type - kinds of frames
 * @LNLB_WIRE_KEEPALIVE: sign of life
 * @LNLB_WIRE_STATE: all there is to know about a node
 * @LNLB_WIRE_LEAVE: good-bye, without a body
 * @LNLB_WIRE_SESSIONS: sessions on their way to another node
 * @LNLB_WIRE_SESSIONS_ACK: they have arrived
 */
enum lnlb_wire_type {
	LNLB_WIRE_KEEPALIVE = 1,
	LNLB_WIRE_STATE,
	LNLB_WIRE_LEAVE,
	LNLB_WIRE_SESSIONS,
	LNLB_WIRE_SESSIONS_ACK,
};

/* flags of a STATE frame */
#define LNLB_WIRE_JOIN		0x01	/* just started: tell me everything */
#define LNLB_WIRE_REQUEST	0x02	/* send your STATE, please */
#define LNLB_WIRE_SETTLED	0x04	/* see lnlb_core::settled */
#define LNLB_WIRE_EXCLUDED	0x08	/* not in any view, see hearing.c */
#define LNLB_WIRE_STALLED	0x10	/* see lnlb_core::stalled */
#define LNLB_WIRE_STATE_FLAGS	0x1f

/**
 * struct lnlb_wire_header - starts each frame
 * @magic: LNLB_WIRE_MAGIC
 * @version: LNLB_WIRE_VERSION
 * @type: enum lnlb_wire_type
 * @length: bytes from @magic to the end of the frame
 * @flags: LNLB_WIRE_AUTH
 * @key_id: which key it was signed with, zero if it was not
 * @id: sender
 * @reserved_id: zero
 * @incarnation: higher at each start of the sender
 * @sequence: higher in each frame of an incarnation
 * @addr: cluster address, IPv4 as ::ffff:a.b.c.d
 * @buckets: LNLB_BUCKETS
 * @affinity: enum lnlb_affinity
 * @affinity_len: prefix length
 * @mode: enum lnlb_mode
 * @hash_id: which key the bucket hash has, zero without one
 */
struct lnlb_wire_header {
	__be32 magic;
	u8 version;
	u8 type;
	__be16 length;
	__be16 flags;
	__be16 key_id;
	struct lnlb_node_id id;
	u8 reserved_id[2];
	__be64 incarnation;
	__be64 sequence;
	u8 addr[16];
	__be16 buckets;
	u8 affinity;
	u8 affinity_len;
	u8 mode;
	u8 hash_id[LNLB_HASH_ID_LEN];
} __packed;
static_assert(sizeof(struct lnlb_wire_header) == 60, "wire format");

/**
 * struct lnlb_wire_keepalive - body of LNLB_WIRE_KEEPALIVE
 * @version: of the sender's newest STATE
 * @digest: the sender's view
 * @state: enum lnlb_node_state of the sender
 * @reserved: zero
 */
struct lnlb_wire_keepalive {
	__be64 version;
	__be64 digest;
	u8 state;
	u8 reserved[7];
} __packed;
static_assert(sizeof(struct lnlb_wire_keepalive) == 24, "wire format");

/**
 * struct lnlb_wire_heard - a node that the sender of a STATE hears
 * @id: the node
 * @met: changes each time the sender makes the acquaintance of the node
 * @version: low 32 bits of the version of its STATE that the sender has
 */
struct lnlb_wire_heard {
	struct lnlb_node_id id;
	__be16 met;
	__be32 version;
} __packed;
static_assert(sizeof(struct lnlb_wire_heard) == 12, "wire format");

/**
 * struct lnlb_wire_state - body of LNLB_WIRE_STATE
 * @version: grows with each change of what follows, @heard and @flags aside
 * @epoch: grows with each change of @weight or @state; upper half: the era,
 *	how often the sender has let go of all its sessions
 * @digest: the sender's view
 * @weight: 1..65535
 * @state: enum lnlb_node_state, not waiting
 * @weight_source: enum lnlb_weight_source
 * @flags: LNLB_WIRE_STATE_FLAGS
 * @reserved: zero
 * @keepalive_interval_ms: of the sender
 * @dead_interval_ms: of the sender
 * @n_heard: entries in @heard
 * @reserved2: zero
 * @claims: bucket b is bit b % 8 of byte b / 8
 * @heard: live nodes without the sender, strictly ascending by id
 */
struct lnlb_wire_state {
	__be64 version;
	__be64 epoch;
	__be64 digest;
	__be16 weight;
	u8 state;
	u8 weight_source;
	u8 flags;
	u8 reserved[3];
	__be32 keepalive_interval_ms;
	__be32 dead_interval_ms;
	__be16 n_heard;
	__be16 reserved2;
	u8 claims[LNLB_WIRE_CLAIMS];
	struct lnlb_wire_heard heard[];
} __packed;
static_assert(sizeof(struct lnlb_wire_state) == 44 + LNLB_BUCKETS / 8,
	      "wire format");

/**
 * struct lnlb_wire_sessions - body of LNLB_WIRE_SESSIONS
 * @to: whom it is meant for; ff:ff:ff:ff:ff:ff is everybody
 * @n_records: how many struct lnlb_wire_record follow
 * @chunk: what the acknowledgement is to carry, 0 if none is wanted
 * @reserved: zero
 */
struct lnlb_wire_sessions {
	struct lnlb_node_id to;
	__be16 n_records;
	__be32 chunk;
	__be32 reserved;
} __packed;
static_assert(sizeof(struct lnlb_wire_sessions) == 16, "wire format");

/**
 * struct lnlb_wire_record - a session
 * @bucket: below LNLB_BUCKETS
 * @tracker: see struct lnlb_session_rec
 * @flags: LNLB_SESSION_FLAGS
 * @owner: node the session stays with
 * @len: bytes of @data, up to LNLB_SESSION_DATA_MAX
 * @reserved: zero
 * @data: the tracker's own
 */
struct lnlb_wire_record {
	__be16 bucket;
	u8 tracker;
	u8 flags;
	struct lnlb_node_id owner;
	u8 len;
	u8 reserved;
	u8 data[];
} __packed;
static_assert(sizeof(struct lnlb_wire_record) == 12, "wire format");

/**
 * struct lnlb_wire_ack - body of LNLB_WIRE_SESSIONS_ACK
 * @to: sender of the sessions
 * @reserved: zero
 * @chunk: as in the SESSIONS frame
 * @refused: records that were not taken
 * @reserved2: zero
 */
struct lnlb_wire_ack {
	struct lnlb_node_id to;
	__be16 reserved;
	__be32 chunk;
	__be16 refused;
	__be16 reserved2;
} __packed;
static_assert(sizeof(struct lnlb_wire_ack) == 16, "wire format");

/**
 * struct lnlb_wire_nonce - a number used once
 * @byte: the number
 */
struct lnlb_wire_nonce {
	u8 byte[6];
} __packed;

/**
 * struct lnlb_wire_echo - a number goes back to the node that said it
 * @id: the node
 * @nonce: its number
 */
struct lnlb_wire_echo {
	struct lnlb_node_id id;
	struct lnlb_wire_nonce nonce;
} __packed;
static_assert(sizeof(struct lnlb_wire_echo) == 12, "wire format");

/**
 * struct lnlb_wire_proof - extension LNLB_WIRE_PROOF of a signed STATE
 * @nonce: the sender's number
 * @n_unknown: so many of @echo, the first ones, are of nodes that the sender
 *	does not know, or only from before their last start
 * @echo: numbers of others, as many as the length says
 */
struct lnlb_wire_proof {
	struct lnlb_wire_nonce nonce;
	__be16 n_unknown;
	struct lnlb_wire_echo echo[];
} __packed;
static_assert(sizeof(struct lnlb_wire_proof) == 8, "wire format");

/**
 * struct lnlb_wire_report - extension LNLB_WIRE_REPORT of STATE and KEEPALIVE
 * @clock_ms: see struct lnlb_report
 * @sessions: as there
 * @taken: as there
 * @passed: as there
 */
struct lnlb_wire_report {
	__be32 clock_ms;
	__be32 sessions;
	__be64 taken;
	__be64 passed;
} __packed;
static_assert(sizeof(struct lnlb_wire_report) == 24, "wire format");

/**
 * struct lnlb_wire_trailer - end of a signed frame
 * @tag: of the header alone: it is cheap to see that a header was not forged
 * @signature: of all that stands in front of it
 */
struct lnlb_wire_trailer {
	u8 tag[LNLB_TAG_LEN];
	u8 signature[LNLB_SIGNATURE_LEN];
} __packed;
static_assert(sizeof(struct lnlb_wire_trailer) == 24, "wire format");

/**
 * struct lnlb_wire_pair - entry of extension LNLB_WIRE_RELAY of a STATE: one of
 * two nodes does not hear the other
 * @a: place of one in the ascending list of lnlb_wire_state::heard and the
 *	sender, from 0 on
 * @b: place of the other, higher than @a
 */
struct lnlb_wire_pair {
	u8 a;
	u8 b;
} __packed;
static_assert(sizeof(struct lnlb_wire_pair) == 2, "wire format");
static_assert(LNLB_WIRE_PAIRS_MAX * sizeof(struct lnlb_wire_pair) < 256,
	      "length of the extension");

/* a full STATE, a report, some proof and a trailer must fit into a frame */
static_assert(sizeof(struct lnlb_wire_header) + sizeof(struct lnlb_wire_state) +
	      LNLB_WIRE_HEARD_MAX * sizeof(struct lnlb_wire_heard) +
	      LNLB_WIRE_EXTENSION_HEADER + sizeof(struct lnlb_wire_report) +
	      LNLB_WIRE_EXTENSION_HEADER + sizeof(struct lnlb_wire_proof) +
	      4 * sizeof(struct lnlb_wire_echo) +
	      sizeof(struct lnlb_wire_trailer) <= LNLB_FRAME_MAX,
	      "frame too small");

/**
 * struct lnlb_wire_frame - a frame whose header was found to be well-formed
 * @header: its start
 * @end: where the body and its extensions end; the trailer, if there is one
 * @extensions: where the body ends, set by lnlb_wire_parse_body()
 * @keepalive: the body, by lnlb_wire_header::type
 * @state: as above
 * @sessions: as above; LEAVE has none
 * @ack: as above
 *
 * Points into the frame. Fields need no alignment and are big-endian.
 */
struct lnlb_wire_frame {
	const struct lnlb_wire_header *header;
	const u8 *end;
	const u8 *extensions;
	union {
		const struct lnlb_wire_keepalive *keepalive;
		const struct lnlb_wire_state *state;
		const struct lnlb_wire_sessions *sessions;
		const struct lnlb_wire_ack *ack;
	};
};

static inline int lnlb_wire_id_cmp(const struct lnlb_node_id *a,
				   const struct lnlb_node_id *b)
{
	u64 x = lnlb_node_id_number(a), y = lnlb_node_id_number(b);

	return (x > y) - (x < y);
}

static inline bool lnlb_wire_signed(const struct lnlb_wire_header *header)
{
	return header->flags & cpu_to_be16(LNLB_WIRE_AUTH);
}

int lnlb_wire_parse_header(const u8 *data, size_t len,
			   struct lnlb_wire_frame *frame);
int lnlb_wire_parse_body(struct lnlb_wire_frame *frame);
int lnlb_wire_parse(const u8 *data, size_t len, struct lnlb_wire_frame *frame);
const u8 *lnlb_wire_record(const u8 *pos, struct lnlb_session_rec *rec);

const void *lnlb_wire_find_extension(const struct lnlb_wire_frame *frame,
				     u8 type, size_t *len);

void lnlb_wire_begin(u8 *frame, u8 type, const struct lnlb_core_params *params);
void *lnlb_wire_append(u8 *frame, size_t bytes);
bool lnlb_wire_add_record(u8 *frame, const struct lnlb_session_rec *rec);
size_t lnlb_wire_seal(u8 *frame, u64 sequence);

#endif /* _LNLB_CORE_WIRE_H */
