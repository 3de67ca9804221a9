// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzz target: a core and all that can happen to it, by the input. What has to
 * hold is in node.c and node_rx.c.
 */
#include "fuzz.h"
#include "play.h"

static const u32 tick_ms[15] = {
	0, 1, 2, 5, 10, 20, 50, 90, 100, 200, 251, 400, 501, 1000, 7000,
};

static void play_tick(struct play *play, unsigned int arg)
{
	node_tick(&play->node, arg < 15 ? tick_ms[arg] :
		  (u32)input_take(&play->in, 4));
}

static void play_frame(struct play *play, unsigned int arg)
{
	size_t len = input_take(&play->in, 2);
	const struct lnlb_wire_header *header = (const void *)play->in.pos;
	static const struct lnlb_node_id nobody;
	struct lnlb_node_id src = nobody;

	if (len > (size_t)(play->in.end - play->in.pos))
		len = play->in.end - play->in.pos;
	if (!(arg & 1) && len >= sizeof(*header))
		src = header->id;
	node_rx(&play->node, play->in.pos, len, src.mac);
	play->in.pos += len;
}

static void play_set_state(struct play *play, unsigned int arg)
{
	static const u8 states[] = {
		LNLB_NODE_ACTIVE, LNLB_NODE_DRAINING, LNLB_NODE_SUSPENDED,
	};

	lnlb_core_set_state(play->node.core, states[arg % ARRAY_SIZE(states)]);
}

static void play_session(struct play *play, unsigned int arg)
{
	u16 bucket = input_take(&play->in, 2) % LNLB_BUCKETS;
	u8 key = input_take(&play->in, 1);
	struct node_session *session;

	session = node_session_find(&play->node, bucket, key);
	if (!(arg & 1)) {
		if (!session)
			node_session_add(&play->node, bucket, key,
					 &play->node.params.self);
		return;
	}
	if (!session)
		return;
	play->node.frames = 0;
	lnlb_core_session_gone(play->node.core, &session->rec);
	CHECK(play->node.frames <= 1);
	node_session_del(&play->node, session);
}

static void play_restart(struct play *play, unsigned int arg)
{
	play->node.frames = 0;
	lnlb_core_stop(play->node.core, arg & 1);
	CHECK(play->node.frames <= 2);
	CHECK(!memchr_inv(play->node.accept, 0, sizeof(play->node.accept)));
	CHECK(play->node.blocks == 1);
	if (!(arg & 2))
		node_start(&play->node);
}

static void play_timers(struct play *play)
{
	struct lnlb_core_timers timers;

	timers.keepalive_interval_ms = input_take(&play->in, 2);
	timers.dead_interval_ms = input_take(&play->in, 2);
	timers.heartbeat_interval_ms = input_take(&play->in, 4);
	lnlb_core_set_timers(play->node.core, &timers);
}

static void play_mangle(struct play *play)
{
	u16 at = input_take(&play->in, 2);
	u8 mask = input_take(&play->in, 1);

	if (play->n_mangles == PLAY_MANGLES)
		return;
	play->mangle[play->n_mangles].at = at;
	play->mangle[play->n_mangles++].mask = mask;
}

static void play_peers(struct play *play, unsigned int arg)
{
	if (!arg) {
		play_crowd(play, input_take(&play->in, 1) %
				 (LNLB_NODES_MAX + 8));
		return;
	}
	play->peer[arg].params.incarnation++;
	play->peer[arg].sequence = 0;
}

static void play_auth(struct play *play, u8 how)
{
	struct lnlb_core_auth auth = {
		.n_keys = (how & INPUT_AUTH_KEYS) % (LNLB_KEYS_MAX + 1),
		.permissive = how & INPUT_AUTH_PERMISSIVE,
		.key_id = { 1, 2 },
	};

	play->key_id = (how & INPUT_AUTH_PEERS) >> 4;
	play->node.no_sign = how & INPUT_AUTH_FAILS;
	node_set_auth(&play->node, &auth);
}

static void play_self(struct play *play, enum input_op op, unsigned int arg)
{
	u16 weight;

	switch (op) {
	case INPUT_WEIGHT:
		weight = input_take(&play->in, 2);
		lnlb_core_set_weight(play->node.core, weight,
				     arg % (LNLB_WEIGHT_SOURCE_MAX + 1));
		break;
	case INPUT_SET_STATE:
		play_set_state(play, arg);
		break;
	case INPUT_RESYNC:
		if (arg & 1)
			lnlb_core_refresh(play->node.core);
		else
			lnlb_core_resync(play->node.core);
		break;
	case INPUT_SESSION:
		play_session(play, arg);
		break;
	case INPUT_RESTART:
		play_restart(play, arg);
		break;
	case INPUT_TIMERS:
		play_timers(play);
		break;
	default:
		play->node.no_memory = arg & 1;
		play->node.refuse = arg & 2;
		if (arg & 4)
			play_auth(play, input_take(&play->in, 1));
	}
}

static void play_op(struct play *play)
{
	u8 byte = input_take(&play->in, 1);
	enum input_op op = byte & 15;
	unsigned int arg = byte >> 4;

	switch (op) {
	case INPUT_TICK:
		play_tick(play, arg);
		break;
	case INPUT_FRAME:
		play_frame(play, arg);
		break;
	case INPUT_STATE ... INPUT_ACK:
		play_peer_frame(play, arg, op);
		break;
	case INPUT_MANGLE:
		play_mangle(play);
		break;
	case INPUT_PEERS:
		play_peers(play, arg);
		break;
	default:
		play_self(play, op, arg);
		node_check(&play->node);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct play play;
	unsigned int i;

	memset(&play, 0, sizeof(play));
	play.in.pos = data;
	play.in.end = data + size;
	for (i = 0; i < PLAY_PEERS; i++)
		play_peer_init(&play.peer[i], i);
	node_init(&play.node, 1);
	while (play.in.pos < play.in.end)
		play_op(&play);
	node_check_shown(&play.node);
	node_free(&play.node);
	return 0;
}
