// SPDX-License-Identifier: GPL-2.0-only
/* Frames of the peers: valid but for what the input says. */
#include "play.h"

/**
 * play_peer_init() - a peer that has said nothing so far
 * @peer: filled in
 * @i: number of the node
 */
void play_peer_init(struct play_peer *peer, unsigned int i)
{
	memset(peer, 0, sizeof(*peer));
	node_params(&peer->params, i);
}

static void finish(struct play *play, struct play_peer *peer, u8 *frame)
{
	struct lnlb_wire_header *header = (void *)frame;
	size_t len = lnlb_wire_seal(frame, ++peer->sequence);
	u8 room[2 * LNLB_FRAME_MAX] = {};
	unsigned int i;

	if (play->key_id) {
		header->flags = cpu_to_be16(LNLB_WIRE_AUTH);
		header->key_id = cpu_to_be16(play->key_id);
		header->length = cpu_to_be16(len +
					     sizeof(struct lnlb_wire_trailer));
		node_sign(play->key_id, frame, len);
		len += sizeof(struct lnlb_wire_trailer);
	}
	memcpy(room, frame, len);
	for (i = 0; i < play->n_mangles; i++)
		room[play->mangle[i].at % len] ^= play->mangle[i].mask;
	play->n_mangles = 0;
	node_rx(&play->node, room, len, peer->params.self.mac);
}

static void add_heard(u8 *frame, const struct lnlb_node_id *id, u16 met,
		      u32 version)
{
	struct lnlb_wire_state *state =
		(void *)(frame + sizeof(struct lnlb_wire_header));
	struct lnlb_wire_heard *heard;

	heard = lnlb_wire_append(frame, sizeof(*heard));
	CHECK(heard);
	heard->id = *id;
	heard->met = cpu_to_be16(met);
	heard->version = cpu_to_be32(version);
	state->n_heard = cpu_to_be16(be16_to_cpu(state->n_heard) + 1);
}

/* ascending: the node that is tested has number 1 */
static void fill_heard(struct play *play, struct play_peer *peer, u8 *frame,
		       u8 how, u16 met)
{
	u16 mask = how & INPUT_STATE_HEARD ? input_take(&play->in, 2) : 0;
	u32 version = play->node.core->version;
	unsigned int i;

	for (i = 0; i < PLAY_PEERS; i++)
		if (i == 1 && !(how & INPUT_STATE_DEAF))
			add_heard(frame, &play->node.params.self, met,
				  version - (how & INPUT_STATE_STALE));
		else if (i > 1 && mask >> i & 1 && &play->peer[i] != peer)
			add_heard(frame, &play->peer[i].params.self, 1, 1);
}

static void fill_claims(struct play *play, struct play_peer *peer, u8 *claims,
			u8 how)
{
	struct lnlb_node_id id;
	unsigned int b;

	switch ((how & INPUT_STATE_CLAIMS) >> 4) {
	case INPUT_CLAIMS_TARGET:
		for (b = 0; b < LNLB_BUCKETS; b++)
			if (lnlb_core_target(play->node.core, b, &id) &&
			    !lnlb_wire_id_cmp(&id, &peer->params.self))
				lnlb_bit_set(claims, b);
		break;
	case INPUT_CLAIMS_BYTE:
		memset(claims, input_take(&play->in, 1), LNLB_WIRE_CLAIMS);
		break;
	case INPUT_CLAIMS_ALL:
		memset(claims, 0xff, LNLB_WIRE_CLAIMS);
		break;
	}
}

static void fill_proof(struct play *play, u8 *frame, u8 how)
{
	size_t len = sizeof(struct lnlb_wire_proof) +
		     sizeof(struct lnlb_wire_echo);
	struct lnlb_wire_proof *proof;
	u8 *extension;

	extension = lnlb_wire_append(frame, LNLB_WIRE_EXTENSION_HEADER + len);
	CHECK(extension);
	extension[0] = LNLB_WIRE_EXTENSION;
	extension[1] = LNLB_WIRE_PROOF;
	extension[3] = len;
	proof = (void *)(extension + LNLB_WIRE_EXTENSION_HEADER);
	proof->nonce.byte[0] = how;
	proof->n_unknown = cpu_to_be16(how & INPUT_STATE_STALE);
	proof->echo[0].id = play->node.params.self;
	proof->echo[0].nonce = play->node.core->nonce;
	proof->echo[0].nonce.byte[0] ^= how & INPUT_STATE_UNPROVEN;
}

/* how, weight, state, flags, met, and what how asks for */
static void say_state(struct play *play, struct play_peer *peer, u8 *frame)
{
	u8 how = input_take(&play->in, 1);
	struct lnlb_wire_state *state;
	u64 digest = lnlb_core_digest(play->node.core);
	u16 met;

	peer->version += !(how & INPUT_STATE_OLD);
	state = lnlb_wire_append(frame, sizeof(*state));
	state->weight = cpu_to_be16(input_take(&play->in, 2));
	state->state = input_take(&play->in, 1);
	state->flags = input_take(&play->in, 1);
	met = input_take(&play->in, 1);
	/* an epoch for each weight and state, so that an input can return */
	peer->epoch = (u64)state->state << 16 | be16_to_cpu(state->weight);
	state->version = cpu_to_be64(peer->version);
	state->epoch = cpu_to_be64(peer->epoch);
	if (how & INPUT_STATE_DIGEST)
		digest = input_take(&play->in, 8);
	state->digest = cpu_to_be64(digest);
	state->keepalive_interval_ms = cpu_to_be32(NODE_KEEPALIVE_MS);
	state->dead_interval_ms = cpu_to_be32(NODE_DEAD_MS);
	fill_claims(play, peer, state->claims, how);
	fill_heard(play, peer, frame, how, met);
	if (play->key_id)
		fill_proof(play, frame, how);
}

/* state, and how much newer than its last STATE it says to have one */
static void say_keepalive(struct play *play, struct play_peer *peer, u8 *frame)
{
	struct lnlb_wire_keepalive *keepalive;

	keepalive = lnlb_wire_append(frame, sizeof(*keepalive));
	keepalive->state = input_take(&play->in, 1);
	keepalive->version = cpu_to_be64(peer->version +
					 input_take(&play->in, 1));
	keepalive->digest = cpu_to_be64(lnlb_core_digest(play->node.core));
}

/* who, chunk, number of records; a record: bucket, whose, flags, length, key */
static void say_sessions(struct play *play, struct play_peer *peer, u8 *frame)
{
	struct lnlb_wire_sessions *sessions;
	struct lnlb_session_rec rec;
	unsigned int i, n;
	u8 to;

	sessions = lnlb_wire_append(frame, sizeof(*sessions));
	to = input_take(&play->in, 1);
	memset(&sessions->to, 0xff, sizeof(sessions->to));
	if (to)
		sessions->to = play->peer[to % PLAY_PEERS].params.self;
	sessions->chunk = cpu_to_be32(to ? input_take(&play->in, 1) : 0);
	n = input_take(&play->in, 1);
	for (i = 0; i < n; i++) {
		memset(&rec, 0, sizeof(rec));
		rec.bucket = input_take(&play->in, 2) % LNLB_BUCKETS;
		to = input_take(&play->in, 1);
		rec.owner = to ? play->peer[to % PLAY_PEERS].params.self :
				 peer->params.self;
		rec.flags = input_take(&play->in, 1);
		rec.len = input_take(&play->in, 1) % LNLB_SESSION_DATA_MAX;
		rec.data[0] = input_take(&play->in, 1);
		if (!lnlb_wire_add_record(frame, &rec))
			break;
	}
}

/* which chunk: 0 is the one that is waited for; how many were refused */
static void say_ack(struct play *play, u8 *frame)
{
	const struct lnlb_core *core = play->node.core;
	struct lnlb_wire_ack *ack;
	u8 chunk;

	ack = lnlb_wire_append(frame, sizeof(*ack));
	ack->to = play->node.params.self;
	chunk = input_take(&play->in, 1);
	ack->chunk = cpu_to_be32(chunk ? chunk : core->transfer.chunk);
	ack->refused = cpu_to_be16(input_take(&play->in, 1));
}

/**
 * play_peer_frame() - a peer says something
 * @play: the play
 * @arg: which peer
 * @op: what it says
 */
void play_peer_frame(struct play *play, unsigned int arg, enum input_op op)
{
	static const u8 types[] = {
		LNLB_WIRE_STATE, LNLB_WIRE_KEEPALIVE, LNLB_WIRE_LEAVE,
		LNLB_WIRE_SESSIONS, LNLB_WIRE_SESSIONS_ACK,
	};
	struct play_peer *peer = &play->peer[arg % PLAY_PEERS];
	u8 frame[LNLB_FRAME_MAX];

	lnlb_wire_begin(frame, types[op - INPUT_STATE], &peer->params);
	switch (op) {
	case INPUT_STATE:
		say_state(play, peer, frame);
		break;
	case INPUT_KEEPALIVE:
		say_keepalive(play, peer, frame);
		break;
	case INPUT_SESSIONS:
		say_sessions(play, peer, frame);
		break;
	case INPUT_ACK:
		say_ack(play, frame);
		break;
	default:
		break;
	}
	finish(play, peer, frame);
}

/**
 * play_crowd() - more nodes than there may be say who they are
 * @play: the play
 * @n: how many
 */
void play_crowd(struct play *play, unsigned int n)
{
	struct lnlb_wire_state *state;
	u8 frame[LNLB_FRAME_MAX];
	struct play_peer peer;
	unsigned int i;

	for (i = 0; i < n; i++) {
		play_peer_init(&peer, PLAY_PEERS + i);
		peer.sequence = play->node.now;
		lnlb_wire_begin(frame, LNLB_WIRE_STATE, &peer.params);
		state = lnlb_wire_append(frame, sizeof(*state));
		state->weight = cpu_to_be16(1 + i);
		state->state = LNLB_NODE_ACTIVE;
		finish(play, &peer, frame);
	}
}
