// SPDX-License-Identifier: GPL-2.0-only
/*
 * What this node says, and when.
 *
 * A STATE goes out soon after a change of what it says, soon after somebody
 * wants it, and in place of the next KEEPALIVE while a peer has not
 * acknowledged it. A STATE acknowledges those of all peers. One that says
 * nothing new is answered only if it asks for that, so there is no ping-pong.
 */
#include "private.h"

static u32 lnlb_send_random(struct lnlb_core *core, u32 below)
{
	core->random += 0x9e3779b97f4a7c15ULL;
	return ((lnlb_table_mix(core->random) >> 32) * below) >> 32;
}

/**
 * lnlb_send_frame() - number and sign a frame and hand it out
 * @core: the node
 * @to: whom it is for, NULL for all
 * @frame: complete but for that
 */
void lnlb_send_frame(struct lnlb_core *core, const struct lnlb_node_id *to,
		     u8 *frame)
{
	size_t len = lnlb_auth_seal(core, frame);

	if (len)
		core->ops->send(core->ctx, to, frame, len);
}

/**
 * lnlb_send_soon() - send a STATE
 * @core: the node
 * @ms: not later than this from now
 */
void lnlb_send_soon(struct lnlb_core *core, u32 ms)
{
	core->state_due = min(core->state_due, core->now + ms);
}

/* does a peer not have our newest STATE, as far as we know? */
static bool lnlb_send_unacked(const struct lnlb_core *core)
{
	unsigned int i;

	for (i = 0; i < core->n_peers; i++)
		if (!lnlb_peer_out(core->peer[i]) &&
		    (!core->peer[i]->lists_us ||
		     core->peer[i]->acked != (u32)core->version))
			return true;
	return false;
}

static u8 lnlb_send_flags(const struct lnlb_core *core)
{
	u8 flags = 0;

	if (core->state == LNLB_NODE_JOINING)
		flags |= LNLB_WIRE_JOIN;
	if (core->request)
		flags |= LNLB_WIRE_REQUEST;
	if (core->settled)
		flags |= LNLB_WIRE_SETTLED;
	if (core->excluded)
		flags |= LNLB_WIRE_EXCLUDED;
	if (core->stalled)
		flags |= LNLB_WIRE_STALLED;
	return flags;
}

static void lnlb_send_state(struct lnlb_core *core)
{
	struct lnlb_wire_heard *heard;
	struct lnlb_wire_state *state;
	unsigned int i;

	lnlb_wire_begin(core->out, LNLB_WIRE_STATE, &core->params);
	state = lnlb_wire_append(core->out, sizeof(*state));
	state->version = cpu_to_be64(core->version);
	state->epoch = cpu_to_be64(core->epoch);
	state->digest = cpu_to_be64(core->digest);
	state->weight = cpu_to_be16(core->weight);
	state->state = core->state;
	state->weight_source = core->weight_source;
	state->flags = lnlb_send_flags(core);
	state->keepalive_interval_ms =
		cpu_to_be32(core->timers.keepalive_interval_ms);
	state->dead_interval_ms = cpu_to_be32(core->timers.dead_interval_ms);
	state->n_heard = cpu_to_be16(core->n_peers);
	memcpy(state->claims, core->claims, sizeof(state->claims));
	for (i = 0; i < core->n_peers; i++) {
		heard = lnlb_wire_append(core->out, sizeof(*heard));
		heard->id = core->peer[i]->id;
		heard->met = cpu_to_be16(core->peer[i]->met);
		heard->version = cpu_to_be32((u32)core->peer[i]->version);
	}
	lnlb_report_append(core, core->out);
	lnlb_proof_append(core, core->out);
	lnlb_relay_append(core, core->out);
	core->request = false;
	core->state_sent_at = core->now;
	core->state_due = U64_MAX;
	lnlb_send_frame(core, NULL, core->out);
}

static void lnlb_send_keepalive(struct lnlb_core *core)
{
	struct lnlb_wire_keepalive *keepalive;

	lnlb_wire_begin(core->out, LNLB_WIRE_KEEPALIVE, &core->params);
	keepalive = lnlb_wire_append(core->out, sizeof(*keepalive));
	keepalive->version = cpu_to_be64(core->version);
	keepalive->digest = cpu_to_be64(core->digest);
	keepalive->state = core->state;
	if (core->report_new)
		lnlb_report_append(core, core->out);
	lnlb_send_frame(core, NULL, core->out);
}

/**
 * lnlb_send_due() - send what is due at the end of a tick
 * @core: the node
 */
void lnlb_send_due(struct lnlb_core *core)
{
	u32 interval = min(core->timers.keepalive_interval_ms,
			   core->timers.heartbeat_interval_ms);
	bool keepalive = core->now >= core->keepalive_due;
	bool unacked = keepalive && lnlb_send_unacked(core);

	if (!keepalive && core->now < core->state_due)
		return;
	core->keepalive_due = core->now + interval -
			      lnlb_send_random(core, interval / 10 + 1);
	core->sent_at = core->now;
	core->request |= unacked;
	if (unacked || core->state == LNLB_NODE_JOINING ||
	    core->state_due != U64_MAX ||
	    lnlb_core_passed(core, core->state_sent_at,
			     core->timers.heartbeat_interval_ms - interval))
		lnlb_send_state(core);
	else
		lnlb_send_keepalive(core);
}

/**
 * lnlb_send_leave() - say good-bye, twice as there is nobody to repeat it
 * @core: the node
 */
void lnlb_send_leave(struct lnlb_core *core)
{
	lnlb_wire_begin(core->out, LNLB_WIRE_LEAVE, &core->params);
	lnlb_send_frame(core, NULL, core->out);
	lnlb_send_frame(core, NULL, core->out);
}

/**
 * lnlb_send_ack() - acknowledge a SESSIONS frame
 * @core: the node
 * @to: who sent it
 * @chunk: as in that frame
 * @refused: sessions that were not taken
 */
void lnlb_send_ack(struct lnlb_core *core, const struct lnlb_node_id *to,
		   u32 chunk, u16 refused)
{
	struct lnlb_wire_ack *ack;

	lnlb_wire_begin(core->out, LNLB_WIRE_SESSIONS_ACK, &core->params);
	ack = lnlb_wire_append(core->out, sizeof(*ack));
	ack->to = *to;
	ack->chunk = cpu_to_be32(chunk);
	ack->refused = cpu_to_be16(refused);
	lnlb_send_frame(core, to, core->out);
}

static void lnlb_send_to_all(struct lnlb_core *core, u8 *frame)
{
	struct lnlb_wire_sessions *sessions;

	lnlb_wire_begin(frame, LNLB_WIRE_SESSIONS, &core->params);
	sessions = lnlb_wire_append(frame, sizeof(*sessions));
	memset(&sessions->to, 0xff, sizeof(sessions->to));
}

/**
 * lnlb_send_yield_add() - have a session that two nodes have be one's only
 * @core: the node, which is to own the session's bucket
 * @rec: the session, and who keeps it
 * @first: start a frame; nothing else is sent until lnlb_send_yield()
 *
 * What does not fit is said when the sessions are refreshed.
 */
void lnlb_send_yield_add(struct lnlb_core *core,
			 const struct lnlb_session_rec *rec, bool first)
{
	struct lnlb_session_rec yield = *rec;

	if (first)
		lnlb_send_to_all(core, core->out);
	yield.flags = LNLB_SESSION_YIELD;
	lnlb_wire_add_record(core->out, &yield);
}

/**
 * lnlb_send_yield() - send what lnlb_send_yield_add() has put together
 * @core: the node
 *
 * Not acknowledged: it is said again with each refresh.
 */
void lnlb_send_yield(struct lnlb_core *core)
{
	lnlb_send_frame(core, NULL, core->out);
}

/**
 * lnlb_send_gone() - tell everybody that a session ended
 * @core: the node
 * @rec: which
 *
 * To everybody, as earlier owners of its bucket may know of it, too. Many may
 * end at a time: they share a frame, which goes out when it is full or by
 * lnlb_send_gone_now(). Without memory for it nothing is said.
 */
void lnlb_send_gone(struct lnlb_core *core, const struct lnlb_session_rec *rec)
{
	struct lnlb_session_rec gone = *rec;

	gone.owner = core->params.self;
	gone.flags = LNLB_SESSION_GONE;
	if (core->gone && lnlb_wire_add_record(core->gone, &gone))
		return;
	lnlb_send_gone_now(core);
	core->gone = core->ops->alloc(core->ctx, LNLB_FRAME_MAX);
	if (!core->gone)
		return;
	lnlb_send_to_all(core, core->gone);
	lnlb_wire_add_record(core->gone, &gone);
	core->gone_due = core->now + LNLB_COALESCE_MS;
}

/**
 * lnlb_send_gone_now() - send what lnlb_send_gone() has put together
 * @core: the node
 *
 * Before any SESSIONS frame that is newer: the same client may have a session
 * again.
 */
void lnlb_send_gone_now(struct lnlb_core *core)
{
	if (!core->gone)
		return;
	lnlb_send_frame(core, NULL, core->gone);
	lnlb_send_gone_drop(core);
}

/**
 * lnlb_send_gone_drop() - say nothing of what lnlb_send_gone() has put together
 * @core: the node
 */
void lnlb_send_gone_drop(struct lnlb_core *core)
{
	if (core->gone)
		core->ops->free(core->ctx, core->gone);
	core->gone = NULL;
	core->gone_due = U64_MAX;
}
