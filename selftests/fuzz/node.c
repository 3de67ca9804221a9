// SPDX-License-Identifier: GPL-2.0-only
/* See node.h. */
#include "node.h"

#define SESSION_LEN	18	/* as the default tracker has it */

/**
 * node_id() - the name of a node
 * @id: filled in
 * @i: which
 */
void node_id(struct lnlb_node_id *id, unsigned int i)
{
	memset(id, 0, sizeof(*id));
	id->mac[0] = 0x02;
	id->mac[4] = i >> 8;
	id->mac[5] = i;
}

/**
 * node_params() - parameters of a node
 * @params: filled in
 * @i: which node
 */
void node_params(struct lnlb_core_params *params, unsigned int i)
{
	static const u8 addr[16] = { [10] = 0xff, 0xff, 192, 0, 2, 10 };

	memset(params, 0, sizeof(*params));
	node_id(&params->self, i);
	memcpy(params->addr, addr, sizeof(addr));
	params->incarnation = 1;
}

static void *op_alloc(void *ctx, size_t size)
{
	struct node *node = ctx;
	void *mem;

	CHECK(size <= max(sizeof(struct lnlb_core), sizeof(struct lnlb_table)));
	if (node->no_memory)
		return NULL;
	mem = calloc(1, size);
	CHECK(mem);
	node->blocks++;
	return mem;
}

static void op_free(void *ctx, void *mem)
{
	struct node *node = ctx;

	CHECK(node->blocks && mem);
	node->blocks--;
	free(mem);
}

/* in place of what takes a fuzzer too long */
static void sum(u16 key_id, const u8 *data, size_t len, u8 *to, size_t room)
{
	u64 hash = 0xcbf29ce484222325ULL ^ key_id;

	while (len--)
		hash = (hash ^ *data++) * 0x100000001b3ULL;
	for (; room; room -= sizeof(hash), to += sizeof(hash))
		memcpy(to, &hash, sizeof(hash));
}

/* what is said is well-formed, and newer than what was said before */
static void op_send(void *ctx, const struct lnlb_node_id *to, const u8 *frame,
		    size_t len)
{
	struct lnlb_wire_trailer trailer;
	struct lnlb_wire_frame parsed;
	struct node *node = ctx;
	u8 *copy = malloc(len);
	u64 sequence;

	CHECK(copy && len <= LNLB_FRAME_MAX);
	memcpy(copy, frame, len);
	CHECK(lnlb_wire_parse(copy, len, &parsed) == LNLB_STAT_FRAME_RX);
	CHECK(be16_to_cpu(parsed.header->length) == len);
	CHECK(!lnlb_wire_id_cmp(&parsed.header->id, &node->params.self));
	CHECK(be64_to_cpu(parsed.header->incarnation) == node->incarnation);
	CHECK(lnlb_wire_signed(parsed.header) == !!node->auth.n_keys);
	if (node->auth.n_keys) {
		memcpy(&trailer, parsed.end, sizeof(trailer));
		node_sign(node->auth.key_id[0], copy, parsed.end - copy);
		CHECK(!memcmp(&trailer, parsed.end, sizeof(trailer)));
	}
	sequence = be64_to_cpu(parsed.header->sequence);
	CHECK(sequence > node->sequence);
	node->sequence = sequence;
	node->frames++;
	node->calls++;
	if (node->sent)
		node->sent(node->sent_ctx, to, frame, len);
	free(copy);
}

static void op_accept(void *ctx, u16 bucket, bool accept)
{
	struct node *node = ctx;

	CHECK(bucket < LNLB_BUCKETS);
	node->calls++;
	if (!accept) {
		lnlb_bit_clear(node->accept, bucket);
		return;
	}
	CHECK(node->core->running && !node->core->fenced);
	CHECK(node->core->state == LNLB_NODE_ACTIVE);
	lnlb_bit_set(node->accept, bucket);
}

static void op_barrier(void *ctx)
{
	struct node *node = ctx;

	node->calls++;
}

static bool op_has_sessions(void *ctx, u16 bucket)
{
	const struct node *node = ctx;

	return node->in_bucket[bucket];
}

static int op_save(void *ctx, u16 bucket, u64 *cursor,
		   struct lnlb_session_rec *rec)
{
	const struct node *node = ctx;
	const struct node_session *session;

	CHECK(bucket < LNLB_BUCKETS && *cursor <= NODE_SESSIONS);
	while (*cursor < NODE_SESSIONS) {
		session = &node->session[(*cursor)++];
		if (!session->used || session->rec.bucket != bucket)
			continue;
		*rec = session->rec;
		return 1;
	}
	return 0;
}

/* of two owners the lower one, as the default tracker has it */
static int contested(struct node_session *session, struct lnlb_session_rec *rec)
{
	struct lnlb_node_id *owner = &session->rec.owner;

	if (!lnlb_wire_id_cmp(owner, &rec->owner))
		return 0;
	if (!(rec->flags & LNLB_SESSION_YIELD) &&
	    lnlb_wire_id_cmp(owner, &rec->owner) < 0) {
		rec->owner = *owner;
		return 1;
	}
	*owner = rec->owner;
	return !(rec->flags & LNLB_SESSION_YIELD);
}

static int op_load(void *ctx, const struct lnlb_node_id *from,
		   struct lnlb_session_rec *rec)
{
	struct node *node = ctx;
	struct node_session *session;

	CHECK(rec->bucket < LNLB_BUCKETS);
	CHECK(rec->len <= LNLB_SESSION_DATA_MAX);
	CHECK(rec->flags & LNLB_SESSION_YIELD ||
	      !lnlb_wire_id_cmp(from, &rec->owner));
	CHECK(lnlb_view_find(node->core, from));
	node->calls++;
	node->loads++;
	if (node->refuse || !rec->len)
		return -ENOSPC;
	session = node_session_find(node, rec->bucket, rec->data[0]);
	if (rec->flags & LNLB_SESSION_GONE) {
		if (session)
			node_session_del(node, session);
		return 0;
	}
	if (session)
		return contested(session, rec);
	if (rec->flags & LNLB_SESSION_YIELD)
		return 0;
	return node_session_add(node, rec->bucket, rec->data[0],
				&rec->owner) ? 0 : -ENOSPC;
}

static bool op_tag(void *ctx, unsigned int key, const u8 *header, size_t len,
		   u8 tag[LNLB_TAG_LEN])
{
	const struct node *node = ctx;

	CHECK(key < node->auth.n_keys);
	CHECK(len == sizeof(struct lnlb_wire_header));
	if (node->no_sign)
		return false;
	sum(node->auth.key_id[key], header, len, tag, LNLB_TAG_LEN);
	return true;
}

static bool op_sign(void *ctx, unsigned int key, const u8 *data, size_t len,
		    u8 signature[LNLB_SIGNATURE_LEN])
{
	const struct node *node = ctx;

	CHECK(key < node->auth.n_keys && len <= LNLB_FRAME_MAX);
	if (node->no_sign)
		return false;
	sum(node->auth.key_id[key], data, len, signature, LNLB_SIGNATURE_LEN);
	return true;
}

static void op_node_gone(void *ctx, const struct lnlb_node_id *id)
{
	struct node *node = ctx;
	int i;

	node->calls++;
	for (i = 0; i < NODE_SESSIONS; i++)
		if (node->session[i].used &&
		    !lnlb_wire_id_cmp(&node->session[i].rec.owner, id))
			node_session_del(node, &node->session[i]);
}

static void op_event(void *ctx, const struct lnlb_core_event *event)
{
	CHECK(event->event <= LNLB_EVENT_MAX && event->cause);
	CHECK(event->claims <= LNLB_BUCKETS);
}

static const struct lnlb_core_ops ops = {
	.alloc = op_alloc,
	.free = op_free,
	.send = op_send,
	.tag = op_tag,
	.sign = op_sign,
	.accept = op_accept,
	.barrier = op_barrier,
	.has_sessions = op_has_sessions,
	.save = op_save,
	.load = op_load,
	.node_gone = op_node_gone,
	.event = op_event,
};

/**
 * node_init() - a node, running
 * @node: filled in
 * @i: which
 */
void node_init(struct node *node, unsigned int i)
{
	memset(node, 0, sizeof(*node));
	node_params(&node->params, i);
	node->timers.heartbeat_interval_ms = 7000;
	node->timers.keepalive_interval_ms = NODE_KEEPALIVE_MS;
	node->timers.dead_interval_ms = NODE_DEAD_MS;
	node->now = 1000;
	node->core = lnlb_core_new(&node->params, &node->timers, &ops, node);
	CHECK(node->core);
	lnlb_core_set_weight(node->core, 100, LNLB_WEIGHT_MANUAL);
	node_start(node);
}

/**
 * node_free() - the end of a node
 * @node: whatever became of it
 */
void node_free(struct node *node)
{
	lnlb_core_free(node->core);
	CHECK(!node->blocks);
}

/**
 * node_sign() - put what stands for a trailer here behind a frame
 * @key_id: which key
 * @frame: complete but for that
 * @len: bytes at @frame, without it
 */
void node_sign(u16 key_id, u8 *frame, size_t len)
{
	struct lnlb_wire_trailer *trailer = (void *)(frame + len);

	sum(key_id, frame, sizeof(struct lnlb_wire_header), trailer->tag,
	    sizeof(trailer->tag));
	sum(key_id, frame, len + sizeof(trailer->tag), trailer->signature,
	    sizeof(trailer->signature));
}

/**
 * node_set_auth() - change the keys
 * @node: the node
 * @auth: them
 */
void node_set_auth(struct node *node, const struct lnlb_core_auth *auth)
{
	node->auth = *auth;
	lnlb_core_set_auth(node->core, auth);
}

/**
 * node_start() - once more, from the beginning
 * @node: a new or stopped one
 */
void node_start(struct node *node)
{
	node->incarnation++;
	node->sequence = 0;
	node->next = node->now;
	lnlb_core_start(node->core, node->incarnation, node->now);
}

/**
 * node_tick() - let time go by, and do what is due
 * @node: the node
 * @ms: how much
 */
void node_tick(struct node *node, u64 ms)
{
	const struct lnlb_report report = {
		.clock_ms = node->now + ms,
		.sessions = node->frames,
		.taken = U64_MAX - node->now,
		.passed = node->calls,
	};

	node->now += ms;
	lnlb_core_set_report(node->core, &report);
	node->frames = 0;
	node->next = lnlb_core_tick(node->core, node->now);
	CHECK(node->next > node->now);
	CHECK(node->next <= node->now +
	      node->core->timers.keepalive_interval_ms);
	/* a STATE or KEEPALIVE, sessions, and some that have ended */
	CHECK(node->frames <= 3);
	node_check(node);
}

/**
 * node_session_find() - look a session up
 * @node: who knows of it
 * @bucket: its bucket
 * @key: its name
 *
 * Return: the session or NULL.
 */
struct node_session *node_session_find(struct node *node, u16 bucket, u8 key)
{
	struct node_session *session = node->session;

	for (; session < node->session + NODE_SESSIONS; session++)
		if (session->used && session->rec.bucket == bucket &&
		    session->rec.data[0] == key)
			return session;
	return NULL;
}

/**
 * node_session_add() - let a node know of a session
 * @node: the node
 * @bucket: of the session
 * @key: its name
 * @owner: where it stays
 *
 * Return: false if there is no room.
 */
bool node_session_add(struct node *node, u16 bucket, u8 key,
		      const struct lnlb_node_id *owner)
{
	struct node_session *session = node->session;

	while (session->used)
		if (++session == node->session + NODE_SESSIONS)
			return false;
	memset(session, 0, sizeof(*session));
	session->used = true;
	session->rec.bucket = bucket;
	session->rec.owner = *owner;
	session->rec.len = SESSION_LEN;
	session->rec.data[0] = key;
	node->in_bucket[bucket]++;
	return true;
}

/**
 * node_session_del() - let a node forget a session
 * @node: the node
 * @session: one of its
 */
void node_session_del(struct node *node, struct node_session *session)
{
	session->used = false;
	node->in_bucket[session->rec.bucket]--;
}
