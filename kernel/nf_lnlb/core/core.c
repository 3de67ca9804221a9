// SPDX-License-Identifier: GPL-2.0-only
/*
 * A node from its start to its end; the API is documented in core.h.
 */
#include "private.h"

static u32 lnlb_core_interval(u32 ms)
{
	return clamp(ms, (u32)LNLB_INTERVAL_MIN_MS, (u32)LNLB_INTERVAL_MAX_MS);
}

/**
 * lnlb_core_event() - tell the administrator
 * @core: the node
 * @event: enum lnlb_event
 * @peer: whom it is about, NULL: this node or nobody
 * @cause: a constant text
 */
void lnlb_core_event(struct lnlb_core *core, u8 event,
		     const struct lnlb_peer *peer, const char *cause)
{
	struct lnlb_core_event e = {
		.event = event,
		.node = peer ? &peer->id : NULL,
		.state = peer ? peer->state : core->state,
		.weight = peer ? peer->weight : core->weight,
		.claims = lnlb_bit_count(peer ? peer->claims : core->claims),
		.cause = cause,
	};

	core->ops->event(core->ctx, &e);
}

/**
 * lnlb_core_changed() - what a STATE says is not what it said before
 * @core: the node
 */
void lnlb_core_changed(struct lnlb_core *core)
{
	core->version++;
	lnlb_send_soon(core, LNLB_COALESCE_MS);
}

/**
 * lnlb_core_in_step() - is a peer in our view, and knows that we are in it?
 * @core: the node
 * @peer: the peer
 *
 * Return: true if it was so when the peer sent its last STATE.
 */
bool lnlb_core_in_step(const struct lnlb_core *core,
		       const struct lnlb_peer *peer)
{
	return peer->digest == core->digest && peer->lists_us &&
	       (s32)(peer->acked - (u32)core->adopt_version) >= 0;
}

struct lnlb_core *lnlb_core_new(const struct lnlb_core_params *params,
				const struct lnlb_core_timers *timers,
				const struct lnlb_core_ops *ops, void *ctx)
{
	struct lnlb_core *core = ops->alloc(ctx, sizeof(*core));

	if (!core)
		return NULL;
	core->params = *params;
	core->ops = ops;
	core->ctx = ctx;
	core->state = LNLB_NODE_JOINING;
	core->joined_state = LNLB_NODE_ACTIVE;
	core->weight = LNLB_WEIGHT_MIN;
	core->gone_due = U64_MAX;
	memset(core->target, 0xff, sizeof(core->target));
	memset(core->sent_to, 0xff, sizeof(core->sent_to));
	lnlb_core_set_timers(core, timers);
	return core;
}

static void lnlb_core_forget_all(struct lnlb_core *core)
{
	while (core->n_peers)
		lnlb_view_forget(core, core->peer[core->n_peers - 1]);
	lnlb_hearing_forget(core);
	lnlb_send_gone_drop(core);
}

void lnlb_core_free(struct lnlb_core *core)
{
	unsigned int i;

	if (!core)
		return;
	for (i = 0; i < core->n_peers; i++)
		core->ops->free(core->ctx, core->peer[i]);
	lnlb_hearing_forget(core);
	lnlb_send_gone_drop(core);
	core->ops->free(core->ctx, core);
}

void lnlb_core_start(struct lnlb_core *core, u64 incarnation, u64 now)
{
	lnlb_core_forget_all(core);
	core->params.incarnation = incarnation;
	core->random = lnlb_table_seed(&core->params.self) ^ incarnation;
	lnlb_proof_renew(core);
	core->now = now;
	core->started_at = now;
	core->tick_due = now;
	core->sent_at = now;
	core->state_due = now;
	core->keepalive_due = now;
	core->sequence = 0;
	core->state = LNLB_NODE_JOINING;
	core->epoch++;
	core->fenced = false;
	core->stalled = false;
	core->silent = false;
	core->forgotten = false;
	core->excluded = false;
	core->times_out = 0;
	memset(&core->relay, 0, sizeof(core->relay));
	core->refused_until = 0;
	core->digest = 0;
	core->settled = false;
	core->review = true;
	core->n_strangers = 0;
	core->running = true;
	core->transfer.backoff_ms = LNLB_RESEND_MIN_MS;
	core->batch = LNLB_BATCH;
	core->refreshing = false;
	memset(core->sent_to, 0xff, sizeof(core->sent_to));
	lnlb_core_event(core, LNLB_EVENT_STATE, NULL, "started");
}

/*
 * The others take this node's clients as soon as they hear that it has gone or
 * rests: when this returns, it answers none of them any more.
 */
static void lnlb_core_let_go(struct lnlb_core *core)
{
	lnlb_claims_drop(core);
	core->ops->node_gone(core->ctx, &core->params.self);
	lnlb_core_barrier(core);
}

void lnlb_core_stop(struct lnlb_core *core, bool goodbye)
{
	if (!core->running)
		return;
	lnlb_core_let_go(core);
	if (goodbye)
		lnlb_send_leave(core);
	lnlb_core_forget_all(core);
	core->running = false;
	core->state = LNLB_NODE_WAITING;
	lnlb_claims_report(core);
	lnlb_core_event(core, LNLB_EVENT_STATE, NULL, "stopped");
}

static void lnlb_core_activate(struct lnlb_core *core)
{
	if (core->state != LNLB_NODE_JOINING ||
	    core->now - core->started_at < core->timers.dead_interval_ms ||
	    lnlb_stranger_near(core))
		return;
	core->state = core->joined_state;
	core->epoch++;
	lnlb_core_event(core, LNLB_EVENT_STATE, NULL,
			"listened for the dead interval");
}

static u64 lnlb_core_due(const struct lnlb_core *core)
{
	u64 due = min(core->keepalive_due, core->state_due);
	u32 dead = core->timers.dead_interval_ms;
	unsigned int i;

	due = min(due, core->gone_due);
	due = min(due, lnlb_handover_due(core));
	if (core->state == LNLB_NODE_JOINING && !lnlb_stranger_near(core))
		due = min(due, core->started_at + dead);
	if (core->stalled)
		due = min(due, core->stalled_at + dead + 1);
	for (i = 0; i < core->n_peers; i++)
		due = min(due, core->peer[i]->heard_at + dead + 1);
	return clamp(due, core->now + 1,
		     core->now + core->timers.keepalive_interval_ms);
}

u64 lnlb_core_tick(struct lnlb_core *core, u64 now)
{
	core->now = max(core->now, now);
	if (!core->running)
		return core->now + core->timers.keepalive_interval_ms;
	if (core->now >= core->gone_due)
		lnlb_send_gone_now(core);
	lnlb_fence_late(core);
	lnlb_view_expire(core);
	lnlb_core_activate(core);
	lnlb_hearing_update(core);
	lnlb_view_adopt(core);
	lnlb_fence_update(core);
	lnlb_claims_update(core);
	lnlb_handover_review(core);
	lnlb_handover_run(core);
	lnlb_claims_report(core);
	lnlb_send_due(core);
	core->tick_due = lnlb_core_due(core);
	return core->tick_due;
}

void lnlb_core_set_weight(struct lnlb_core *core, u16 weight, u8 source)
{
	weight = max(weight, (u16)LNLB_WEIGHT_MIN);
	if (weight == core->weight && source == core->weight_source)
		return;
	if (weight != core->weight) {
		core->weight = weight;
		core->epoch++;
		if (core->running)
			lnlb_core_event(core, LNLB_EVENT_WEIGHT, NULL,
					"set here");
	}
	core->weight_source = source;
	lnlb_core_changed(core);
}

void lnlb_core_set_state(struct lnlb_core *core, u8 state)
{
	if (state == core->joined_state)
		return;
	core->joined_state = state;
	if (!core->running)
		return;
	if (state == LNLB_NODE_SUSPENDED) {
		core->epoch += LNLB_EPOCH_ERA;
		lnlb_core_let_go(core);
	}
	if (core->state == LNLB_NODE_JOINING)
		return;
	core->state = state;
	core->epoch++;
	core->dirty = true;
	lnlb_core_changed(core);
	lnlb_core_event(core, LNLB_EVENT_STATE, NULL, "set here");
}

void lnlb_core_set_timers(struct lnlb_core *core,
			  const struct lnlb_core_timers *timers)
{
	u32 keepalive = lnlb_core_interval(timers->keepalive_interval_ms);

	core->timers.keepalive_interval_ms = keepalive;
	core->timers.dead_interval_ms =
		max(lnlb_core_interval(timers->dead_interval_ms),
		    LNLB_DEAD_KEEPALIVES * keepalive);
	core->timers.heartbeat_interval_ms =
		max(lnlb_core_interval(timers->heartbeat_interval_ms),
		    keepalive);
	/* a longer interval is not to be waited for any more */
	core->keepalive_due = min(core->keepalive_due, core->now + keepalive);
}

void lnlb_core_resync(struct lnlb_core *core)
{
	unsigned int i;

	/* a new acquaintance: peers announce their sessions to us again */
	for (i = 0; i < core->n_peers; i++)
		core->peer[i]->met = ++core->met;
	memset(core->sent_to, 0xff, sizeof(core->sent_to));
	core->review = true;
	core->request = true;
	lnlb_core_changed(core);
}

void lnlb_core_refresh(struct lnlb_core *core)
{
	/* or the last buckets would never have their turn */
	if (core->refreshing)
		return;
	memset(core->old, 0xff, sizeof(core->old));
	core->refreshing = true;
}

void lnlb_core_session_gone(struct lnlb_core *core,
			    const struct lnlb_session_rec *rec)
{
	if (core->running && core->n_peers && rec->len <= LNLB_SESSION_DATA_MAX)
		lnlb_send_gone(core, rec);
}

u8 lnlb_core_state(const struct lnlb_core *core)
{
	return core->state;
}

bool lnlb_core_fenced(const struct lnlb_core *core)
{
	return core->fenced;
}

u64 lnlb_core_digest(const struct lnlb_core *core)
{
	return core->digest;
}

static u32 lnlb_core_count_targets(const struct lnlb_core *core,
				   lnlb_place_t target)
{
	u32 b, n = 0;

	for (b = 0; b < LNLB_BUCKETS; b++)
		n += core->target[b] == target;
	return n;
}

static void lnlb_core_show_self(const struct lnlb_core *core,
				struct lnlb_node_info *info)
{
	memset(info, 0, sizeof(*info));
	info->id = core->params.self;
	info->self = true;
	info->agrees = true;
	info->state = core->state;
	info->weight_source = core->weight_source;
	info->weight = core->weight;
	info->target = lnlb_core_count_targets(core, LNLB_TARGET_SELF);
	info->claims = lnlb_bit_count(core->claims);
	info->has_key = core->auth.n_keys;
	info->key_id = core->auth.key_id[0];
	info->has_report = core->has_report;
	info->report = core->report;
}

static void lnlb_core_show_peer(const struct lnlb_core *core, u16 index,
				u64 now, struct lnlb_node_info *info)
{
	const struct lnlb_peer *peer = core->peer[index];

	memset(info, 0, sizeof(*info));
	info->id = peer->id;
	info->agrees = peer->digest == core->digest;
	info->state = peer->state;
	info->weight_source = peer->weight_source;
	info->weight = peer->weight;
	info->target = lnlb_core_count_targets(core, index);
	info->claims = lnlb_bit_count(peer->claims);
	info->has_key = peer->has_key;
	info->key_id = peer->key_id;
	info->has_report = peer->has_report;
	info->report = peer->report;
	if (now > peer->heard_at)
		info->heard_ago_ms = min(now - peer->heard_at, (u64)U32_MAX);
}

unsigned int lnlb_core_nodes(const struct lnlb_core *core, u64 now,
			     struct lnlb_node_info *info, unsigned int max)
{
	unsigned int i, n = min(core->n_peers + 1, max);

	if (!max)
		return 0;
	lnlb_core_show_self(core, &info[0]);
	for (i = 1; i < n; i++)
		lnlb_core_show_peer(core, i - 1, now, &info[i]);
	return n;
}

unsigned int lnlb_core_senders(const struct lnlb_core *core,
			       struct lnlb_sender *sender)
{
	unsigned int i;

	for (i = 0; i < core->n_peers; i++) {
		sender[i].id = core->peer[i]->id;
		sender[i].incarnation = core->peer[i]->incarnation;
		sender[i].window = core->peer[i]->window;
	}
	return core->n_peers;
}

bool lnlb_core_target(const struct lnlb_core *core, u16 bucket,
		      struct lnlb_node_id *id)
{
	const struct lnlb_peer *peer = lnlb_core_target_peer(core, bucket);

	if (peer)
		*id = peer->id;
	else if (core->target[bucket] == LNLB_TARGET_SELF)
		*id = core->params.self;
	return core->target[bucket] != LNLB_TARGET_NONE;
}
