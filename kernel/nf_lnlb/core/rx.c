// SPDX-License-Identifier: GPL-2.0-only
/*
 * What other nodes say. All of a frame is checked before any of it is believed;
 * what follows from it is done by the next tick.
 */
#include "private.h"

static bool lnlb_rx_same_params(const struct lnlb_core_params *params,
				const struct lnlb_wire_header *header)
{
	return be16_to_cpu(header->buckets) == LNLB_BUCKETS &&
	       header->affinity == params->affinity &&
	       header->affinity_len == params->affinity_len &&
	       header->mode == params->mode &&
	       !memcmp(header->hash_id, params->hash_id,
		       sizeof(params->hash_id));
}

/*
 * Has this frame of the peer arrived before, or is it too old to tell? Frames
 * may overtake each other, but no STATE is believed after a newer one.
 */
static bool lnlb_rx_replay(const struct lnlb_peer *peer, u64 sequence, u8 type)
{
	if (type == LNLB_WIRE_STATE && sequence < peer->state_sequence)
		return true;
	return lnlb_window_old(&peer->window, sequence);
}

static void lnlb_rx_seen(const struct lnlb_core *core, struct lnlb_peer *peer,
			 const struct lnlb_wire_header *header)
{
	lnlb_window_add(&peer->window, be64_to_cpu(header->sequence));
	peer->heard_at = core->now;
	peer->has_key = lnlb_wire_signed(header);
	peer->key_id = be16_to_cpu(header->key_id);
}

static int lnlb_rx_sender(const struct lnlb_core *core,
			  const struct lnlb_wire_header *header,
			  const struct lnlb_peer *peer, const u8 *src)
{
	const struct lnlb_core_params *params = &core->params;
	u64 incarnation = be64_to_cpu(header->incarnation);
	u64 sequence = be64_to_cpu(header->sequence);

	if (!lnlb_wire_id_cmp(&header->id, &params->self))
		return incarnation == params->incarnation ?
		       LNLB_STAT_FRAME_ECHO : LNLB_STAT_FRAME_DUPLICATE_ID;
	if (memcmp(header->id.mac, src, LNLB_NODE_ID_LEN))
		return LNLB_STAT_FRAME_SPOOFED;
	if (peer && (incarnation < peer->incarnation ||
		     (incarnation == peer->incarnation &&
		      lnlb_rx_replay(peer, sequence, header->type))))
		return LNLB_STAT_FRAME_REPLAY;
	if (!peer && lnlb_view_buried(core, &header->id, incarnation, sequence))
		return LNLB_STAT_FRAME_REPLAY;
	if (!lnlb_rx_same_params(params, header))
		return LNLB_STAT_FRAME_PARAMS;
	return LNLB_STAT_FRAME_RX;
}

static const struct lnlb_wire_heard *
lnlb_rx_find_self(const struct lnlb_core *core,
		  const struct lnlb_wire_state *state)
{
	unsigned int i;

	for (i = 0; i < be16_to_cpu(state->n_heard); i++)
		if (!lnlb_wire_id_cmp(&state->heard[i].id, &core->params.self))
			return &state->heard[i];
	return NULL;
}

/* it does not know of the sessions that it got from us */
static void lnlb_rx_untold(struct lnlb_core *core, struct lnlb_peer *peer)
{
	lnlb_view_untold(core, peer);
	if (core->transfer.to == peer)
		lnlb_handover_abort(core);
	core->review = true;
}

/* has the peer heard us, and what? */
static void lnlb_rx_heard(struct lnlb_core *core, struct lnlb_peer *peer,
			  const struct lnlb_wire_state *state)
{
	const struct lnlb_wire_heard *heard = lnlb_rx_find_self(core, state);
	u16 met;

	peer->lists_us = heard;
	if (!heard)
		return;
	met = be16_to_cpu(heard->met);
	peer->acked = be32_to_cpu(heard->version);
	if (peer->listed_us && peer->met_us == met)
		return;
	/* it may have forgotten us, and with us the sessions it got from us */
	if (core->silent)
		lnlb_fence_forgotten(core);
	peer->listed_us = true;
	peer->met_us = met;
	lnlb_rx_untold(core, peer);
}

/* does the STATE want to be answered, and how soon? */
static void lnlb_rx_answer(struct lnlb_core *core, const struct lnlb_peer *peer,
			   const struct lnlb_wire_state *state)
{
	bool has_ours = peer->lists_us && peer->acked == (u32)core->version;

	if (state->flags & LNLB_WIRE_REQUEST ||
	    (state->flags & LNLB_WIRE_JOIN && !has_ours) ||
	    peer->digest != be64_to_cpu(state->digest) ||
	    peer->settled != !!(state->flags & LNLB_WIRE_SETTLED))
		lnlb_send_soon(core, LNLB_COALESCE_MS);
	else if (peer->version != be64_to_cpu(state->version))
		lnlb_send_soon(core, core->timers.keepalive_interval_ms / 2);
}

static void lnlb_rx_report(struct lnlb_core *core, const struct lnlb_peer *peer,
			   bool new, u16 old_weight, u8 old_state)
{
	if (new) {
		lnlb_core_event(core, LNLB_EVENT_NODE_JOIN, peer,
				"first heard");
		return;
	}
	if (peer->state != old_state)
		lnlb_core_event(core, LNLB_EVENT_NODE_STATE, peer,
				"announced by the node");
	if (peer->weight != old_weight)
		lnlb_core_event(core, LNLB_EVENT_WEIGHT, peer,
				"announced by the node");
}

/* it works like that, if not so well: whoever changes them does so in turn */
static void lnlb_rx_timers(struct lnlb_core *core, const struct lnlb_peer *peer,
			   const struct lnlb_wire_state *state)
{
	if (be32_to_cpu(state->keepalive_interval_ms) !=
		    core->timers.keepalive_interval_ms ||
	    be32_to_cpu(state->dead_interval_ms) !=
		    core->timers.dead_interval_ms)
		lnlb_reject(core, LNLB_REJECT_TIMERS, peer->id.mac, 0);
}

/*
 * It has let go of all sessions, its own and those it was told of. When it did
 * it was suspended; that may be over, and no STATE that said so have arrived.
 */
static void lnlb_rx_era(struct lnlb_core *core, struct lnlb_peer *peer)
{
	core->ops->node_gone(core->ctx, &peer->id);
	/* what it has said of sessions before, or after, is to be said again */
	peer->era_sequence = peer->state_sequence;
	peer->met = ++core->met;
	lnlb_core_changed(core);
	lnlb_rx_untold(core, peer);
}

static int lnlb_rx_state(struct lnlb_core *core, struct lnlb_peer *peer,
			 const struct lnlb_wire_frame *frame)
{
	const struct lnlb_wire_header *header = frame->header;
	const struct lnlb_wire_state *state = frame->state;
	bool new = !peer;
	u64 old_epoch;
	u16 old_weight;
	u8 old_state;

	if (new && core->n_peers == LNLB_PEERS_MAX)
		return LNLB_STAT_FRAME_TOO_MANY_NODES;
	if (new)
		peer = lnlb_view_add(core, &header->id,
				     be64_to_cpu(header->incarnation));
	if (!peer)
		return LNLB_STAT_FRAME_OVERFLOW;
	old_weight = peer->weight;
	old_state = peer->state;
	old_epoch = peer->epoch;
	lnlb_rx_heard(core, peer, state);
	lnlb_rx_answer(core, peer, state);
	peer->version = be64_to_cpu(state->version);
	peer->epoch = be64_to_cpu(state->epoch);
	peer->digest = be64_to_cpu(state->digest);
	peer->weight = be16_to_cpu(state->weight);
	peer->weight_source = state->weight_source;
	peer->state = state->state;
	peer->settled = state->flags & LNLB_WIRE_SETTLED;
	peer->stalled = state->flags & LNLB_WIRE_STALLED;
	lnlb_proof_seen(core, peer, frame);
	lnlb_report_take(peer, frame);
	peer->excluded = state->flags & LNLB_WIRE_EXCLUDED;
	lnlb_hearing_take(core, peer, state);
	lnlb_relay_take(core, peer, frame);
	memcpy(peer->claims, state->claims, sizeof(peer->claims));
	lnlb_rx_seen(core, peer, header);
	peer->state_sequence = be64_to_cpu(header->sequence);
	core->dirty = true;
	lnlb_rx_report(core, peer, new, old_weight, old_state);
	lnlb_rx_timers(core, peer, state);
	if (!new && lnlb_epoch_era(old_epoch) != lnlb_epoch_era(peer->epoch))
		lnlb_rx_era(core, peer);
	return LNLB_STAT_FRAME_RX;
}

/* ask for a STATE, once per keepalive interval */
static void lnlb_rx_ask(struct lnlb_core *core, u64 *asked_at)
{
	if (*asked_at && !lnlb_core_passed(core, *asked_at,
					   core->timers.keepalive_interval_ms))
		return;
	*asked_at = core->now;
	core->request = true;
	lnlb_send_soon(core, LNLB_COALESCE_MS);
}

/* two nodes may each take a session for theirs, or one of them not know of it */
static void lnlb_rx_refused(struct lnlb_core *core, u16 n)
{
	if (n)
		core->refused_until = core->now + LNLB_REFUSED_MS;
}

static void lnlb_rx_ack(struct lnlb_core *core, const struct lnlb_peer *peer,
			const struct lnlb_wire_ack *ack)
{
	if (lnlb_wire_id_cmp(&ack->to, &core->params.self))
		return;
	lnlb_rx_refused(core, be16_to_cpu(ack->refused));
	lnlb_handover_acked(core, peer, be32_to_cpu(ack->chunk));
}

/*
 * A node speaks for its own sessions only, and of those of others to who has
 * told it of its sessions in the same bucket.
 */
static bool lnlb_rx_entitled(const struct lnlb_core *core,
			     const struct lnlb_peer *peer,
			     const struct lnlb_session_rec *rec)
{
	if (rec->flags & LNLB_SESSION_YIELD)
		return lnlb_handover_told(core, peer, rec->bucket);
	return !lnlb_wire_id_cmp(&rec->owner, &peer->id);
}

static void lnlb_rx_sessions(struct lnlb_core *core,
			     const struct lnlb_peer *peer,
			     const struct lnlb_wire_sessions *sessions)
{
	const u8 *pos = (const u8 *)(sessions + 1);
	struct lnlb_session_rec rec;
	u16 n, refused = 0, contested = 0;
	int ret;

	if (lnlb_wire_id_cmp(&sessions->to, &core->params.self) &&
	    !(sessions->to.mac[0] & 1))
		return;
	for (n = be16_to_cpu(sessions->n_records); n; n--) {
		pos = lnlb_wire_record(pos, &rec);
		ret = -EPERM;
		if (lnlb_rx_entitled(core, peer, &rec))
			ret = core->ops->load(core->ctx, &peer->id, &rec);
		refused += ret < 0;
		if (ret > 0)
			lnlb_send_yield_add(core, &rec, !contested++);
	}
	if (contested)
		lnlb_send_yield(core);
	if (!sessions->chunk)
		return;
	lnlb_rx_refused(core, refused);
	lnlb_send_ack(core, &peer->id, be32_to_cpu(sessions->chunk), refused);
}

static void lnlb_rx_leave(struct lnlb_core *core, struct lnlb_peer *peer,
			  const struct lnlb_wire_header *header)
{
	if (peer) {
		lnlb_core_event(core, LNLB_EVENT_NODE_LEAVE, peer,
				"the node said good-bye");
		lnlb_view_forget(core, peer);
	}
	lnlb_stranger_forget(core, &header->id);
	lnlb_view_bury(core, &header->id, be64_to_cpu(header->incarnation),
		       be64_to_cpu(header->sequence));
}

static void lnlb_rx_stranger(struct lnlb_core *core,
			     const struct lnlb_wire_header *header)
{
	lnlb_stranger_heard(core, &header->id,
			    be64_to_cpu(header->incarnation));
	lnlb_rx_ask(core, &core->asked_at);
}

static void lnlb_rx_other(struct lnlb_core *core, struct lnlb_peer *peer,
			  const struct lnlb_wire_frame *frame)
{
	lnlb_rx_seen(core, peer, frame->header);
	switch (frame->header->type) {
	case LNLB_WIRE_KEEPALIVE:
		lnlb_report_take(peer, frame);
		if (be64_to_cpu(frame->keepalive->version) > peer->version)
			lnlb_rx_ask(core, &peer->asked_at);
		break;
	case LNLB_WIRE_SESSIONS:
		/* not if it has let go of them since */
		if (be64_to_cpu(frame->header->sequence) > peer->era_sequence)
			lnlb_rx_sessions(core, peer, frame->sessions);
		break;
	case LNLB_WIRE_SESSIONS_ACK:
		lnlb_rx_ack(core, peer, frame->ack);
		break;
	}
}

static bool lnlb_rx_believed(int stat)
{
	return stat == LNLB_STAT_FRAME_RX ||
	       stat == LNLB_STAT_FRAME_RX_UNSIGNED ||
	       stat == LNLB_STAT_FRAME_RX_UNVERIFIED;
}

/* the signature before anything that it covers, and nothing without it */
static int lnlb_rx_check(struct lnlb_core *core, const u8 *data, size_t len,
			 const u8 *src, struct lnlb_wire_frame *frame)
{
	const struct lnlb_core_params *params = &core->params;
	int auth, stat;

	stat = lnlb_wire_parse_header(data, len, frame);
	if (stat != LNLB_STAT_FRAME_RX)
		return stat;
	if (memcmp(frame->header->addr, params->addr, sizeof(params->addr)))
		return LNLB_STAT_FRAME_ADDR;
	auth = lnlb_auth_check(core, frame);
	if (!lnlb_rx_believed(auth))
		return auth;
	stat = lnlb_wire_parse_body(frame);
	if (stat == LNLB_STAT_FRAME_RX)
		stat = lnlb_rx_sender(core, frame->header,
				      lnlb_view_find(core, &frame->header->id),
				      src);
	return stat == LNLB_STAT_FRAME_RX ? auth : stat;
}

static int lnlb_rx_take(struct lnlb_core *core,
			const struct lnlb_wire_frame *frame)
{
	const struct lnlb_wire_header *header = frame->header;
	struct lnlb_peer *peer = lnlb_view_find(core, &header->id);
	bool known = peer &&
		     peer->incarnation == be64_to_cpu(header->incarnation);
	int stat;

	if (!known) {
		stat = lnlb_proof_check(core, frame);
		if (stat != LNLB_STAT_FRAME_RX)
			return stat;
	}
	if (peer && !known) {
		lnlb_core_event(core, LNLB_EVENT_NODE_DEAD, peer,
				"the node started anew");
		lnlb_view_forget(core, peer);
		peer = NULL;
	}
	if (header->type == LNLB_WIRE_STATE)
		return lnlb_rx_state(core, peer, frame);
	if (header->type == LNLB_WIRE_LEAVE)
		lnlb_rx_leave(core, peer, header);
	else if (peer)
		lnlb_rx_other(core, peer, frame);
	else
		lnlb_rx_stranger(core, header);
	return LNLB_STAT_FRAME_RX;
}

int lnlb_core_rx(struct lnlb_core *core, const u8 *data, size_t len,
		 const u8 src[LNLB_NODE_ID_LEN], u64 now)
{
	struct lnlb_wire_frame frame;
	int auth, stat;

	if (!core->running)
		return LNLB_STAT_FRAME_OVERFLOW;
	core->now = max(core->now, now);
	auth = lnlb_rx_check(core, data, len, src, &frame);
	stat = lnlb_rx_believed(auth) ? lnlb_rx_take(core, &frame) : auth;
	if (stat == LNLB_STAT_FRAME_RX)
		return auth;
	return lnlb_reject_frame(core, stat, src, (const void *)data);
}
