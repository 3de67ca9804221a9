// SPDX-License-Identifier: GPL-2.0-only
/*
 * The network in memory, see lnlb_net.h: the surroundings of a core.
 */
#include "lnlb_net.h"

static void *lnlb_net_alloc(void *ctx, size_t size)
{
	struct lnlb_net_node *node = ctx;

	return node->fail_alloc ? NULL : vzalloc(size);
}

static void lnlb_net_free(void *ctx, void *mem)
{
	vfree(mem);
}

static int lnlb_net_index(const struct lnlb_node_id *id)
{
	return id->mac[LNLB_NODE_ID_LEN - 1];
}

static void lnlb_net_post(struct lnlb_net *net, int from, int to,
			  const u8 *data, size_t len)
{
	struct lnlb_net_frame *frame = &net->frame[net->tail % LNLB_NET_FRAMES];

	if (net->tail - net->head == LNLB_NET_FRAMES) {
		KUNIT_FAIL(net->test, "frames pile up");
		return;
	}
	net->tail++;
	frame->due = net->now + LNLB_NET_DELAY_MS +
		     lnlb_net_random(net, net->jitter_ms + 1);
	frame->from = from;
	frame->to = to;
	frame->len = len;
	memcpy(frame->data, data, len);
}

/**
 * lnlb_net_expect_done() - nobody is answered any more, and no packet on its way
 * @node: which leaves or rests; others take its clients as soon as they hear it
 */
void lnlb_net_expect_done(const struct lnlb_net_node *node)
{
	struct kunit *test = node->net->test;
	unsigned int i;

	KUNIT_EXPECT_EQ(test, node->accepting, 0);
	KUNIT_EXPECT_FALSE(test, node->answers);
	for (i = 0; i < LNLB_NET_SESSIONS; i++)
		KUNIT_EXPECT_FALSE(test, node->session[i].used);
}

static void lnlb_net_send(void *ctx, const struct lnlb_node_id *to,
			  const u8 *data, size_t len)
{
	struct lnlb_net_node *node = ctx;
	struct lnlb_net *net = node->net;
	int i;

	if (data[offsetof(struct lnlb_wire_header, type)] == LNLB_WIRE_LEAVE)
		lnlb_net_expect_done(node);
	node->frames++;
	for (i = 0; i < LNLB_NET_NODES; i++)
		if (&net->node[i] != node && net->node[i].core &&
		    (!to || lnlb_net_index(to) == i))
			lnlb_net_post(net, node - net->node, i, data, len);
}

static bool lnlb_net_tag(void *ctx, unsigned int key, const u8 *header,
			 size_t len, u8 tag[LNLB_TAG_LEN])
{
	struct lnlb_net_node *node = ctx;
	u8 digest[32];

	if (!node->secret[key])
		return false;
	hmac_sha256(node->secret[key], strlen(node->secret[key]), "lnlb tag", 8,
		    digest);
	siphash24_tag(digest, header, len, tag);
	return true;
}

static bool lnlb_net_sign(void *ctx, unsigned int key, const u8 *data,
			  size_t len, u8 signature[LNLB_SIGNATURE_LEN])
{
	struct lnlb_net_node *node = ctx;
	u8 digest[32];

	if (!node->secret[key])
		return false;
	node->signs++;
	hmac_sha256(node->secret[key], strlen(node->secret[key]), data, len,
		    digest);
	memcpy(signature, digest, LNLB_SIGNATURE_LEN);
	return true;
}

static bool lnlb_net_session_missing(const struct lnlb_net *net, int i,
				     u16 bucket)
{
	const struct lnlb_net_session *session;
	int j, k;

	for (j = 0; j < LNLB_NET_NODES; j++) {
		if (j == i || !net->node[j].core)
			continue;
		for (k = 0; k < LNLB_NET_SESSIONS; k++) {
			session = &net->node[j].session[k];
			if (session->used && session->bucket == bucket &&
			    session->owner == j &&
			    lnlb_net_session_owner(net, i, session->key) != j)
				return true;
		}
	}
	return false;
}

static void lnlb_net_accept(void *ctx, u16 bucket, bool accept)
{
	struct lnlb_net_node *node = ctx;
	struct lnlb_net *net = node->net;
	int i;

	if (lnlb_bit_test(node->accept, bucket) == accept)
		return;
	if (!accept) {
		lnlb_bit_clear(node->accept, bucket);
		node->accepting--;
		node->answers = true;
		return;
	}
	lnlb_bit_set(node->accept, bucket);
	node->accepting++;
	for (i = 0; i < LNLB_NET_NODES; i++)
		net->overlaps += net->node[i].core && &net->node[i] != node &&
				 lnlb_bit_test(net->node[i].accept, bucket);
	net->strangers += lnlb_net_session_missing(net, node - net->node,
						   bucket);
}

static void lnlb_net_barrier(void *ctx)
{
	struct lnlb_net_node *node = ctx;

	node->barriers++;
	node->answers = false;
}

static bool lnlb_net_has_sessions(void *ctx, u16 bucket)
{
	const struct lnlb_net_node *node = ctx;
	int i;

	for (i = 0; i < LNLB_NET_SESSIONS; i++)
		if (node->session[i].used && node->session[i].bucket == bucket)
			return true;
	return false;
}

static int lnlb_net_save(void *ctx, u16 bucket, u64 *cursor,
			 struct lnlb_session_rec *rec)
{
	const struct lnlb_net_node *node = ctx;
	const struct lnlb_net_session *session;

	while (*cursor < LNLB_NET_SESSIONS) {
		session = &node->session[(*cursor)++];
		if (!session->used || session->bucket != bucket)
			continue;
		rec->bucket = bucket;
		rec->owner = node->net->node[session->owner].params.self;
		rec->len = sizeof(session->key);
		memcpy(rec->data, &session->key, sizeof(session->key));
		return 1;
	}
	return 0;
}

/* of two nodes that have a session the one with the lower index keeps it */
static int lnlb_net_contest(struct lnlb_net_node *node,
			    struct lnlb_net_session *session,
			    struct lnlb_session_rec *rec)
{
	int owner = lnlb_net_index(&rec->owner);

	if (session->owner == owner)
		return 0;
	if (session->owner > owner)
		session->owner = owner;
	else
		rec->owner = node->net->node[session->owner].params.self;
	return 1;
}

static int lnlb_net_load(void *ctx, const struct lnlb_node_id *from,
			 struct lnlb_session_rec *rec)
{
	struct lnlb_net_node *node = ctx;
	struct lnlb_net_session *session;
	u32 key;
	int i;

	node->loads++;
	if (node->refuse_loads)
		return -ENOSPC;
	memcpy(&key, rec->data, sizeof(key));
	for (i = 0; i < LNLB_NET_SESSIONS; i++)
		if (node->session[i].used && node->session[i].key == key)
			break;
	session = i < LNLB_NET_SESSIONS ? &node->session[i] : NULL;
	if (rec->flags & LNLB_SESSION_GONE) {
		if (session)
			session->used = false;
	} else if (rec->flags & LNLB_SESSION_YIELD) {
		node->yields++;
		if (session && session->owner == node - node->net->node)
			session->owner = lnlb_net_index(&rec->owner);
	} else if (session) {
		return lnlb_net_contest(node, session, rec);
	} else {
		lnlb_net_session_add(node->net, node - node->net->node,
				     rec->bucket, key,
				     lnlb_net_index(&rec->owner));
	}
	return 0;
}

static void lnlb_net_node_gone(void *ctx, const struct lnlb_node_id *id)
{
	struct lnlb_net_node *node = ctx;
	int i;

	node->gone++;
	node->answers = true;
	for (i = 0; i < LNLB_NET_SESSIONS; i++)
		if (lnlb_net_index(id) == node - node->net->node ||
		    node->session[i].owner == lnlb_net_index(id))
			node->session[i].used = false;
}

static void lnlb_net_event(void *ctx, const struct lnlb_core_event *event)
{
	struct lnlb_net_node *node = ctx;

	KUNIT_ASSERT_LE(node->net->test, (int)event->event, LNLB_EVENT_MAX);
	node->events[event->event]++;
}

const struct lnlb_core_ops lnlb_net_ops = {
	.alloc = lnlb_net_alloc,
	.free = lnlb_net_free,
	.send = lnlb_net_send,
	.tag = lnlb_net_tag,
	.sign = lnlb_net_sign,
	.accept = lnlb_net_accept,
	.barrier = lnlb_net_barrier,
	.has_sessions = lnlb_net_has_sessions,
	.save = lnlb_net_save,
	.load = lnlb_net_load,
	.node_gone = lnlb_net_node_gone,
	.event = lnlb_net_event,
};

/**
 * lnlb_net_session_add() - let a node know of a session
 * @net: the network
 * @i: which node
 * @bucket: of the session
 * @key: of the session
 * @owner: node it stays with
 */
void lnlb_net_session_add(struct lnlb_net *net, int i, u16 bucket, u32 key,
			  int owner)
{
	struct lnlb_net_session *session = net->node[i].session;

	while (session < net->node[i].session + LNLB_NET_SESSIONS &&
	       session->used)
		session++;
	KUNIT_ASSERT_TRUE(net->test, session <
			  net->node[i].session + LNLB_NET_SESSIONS);
	session->used = true;
	session->bucket = bucket;
	session->key = key;
	session->owner = owner;
}

/**
 * lnlb_net_session_owner() - with whom does a session stay?
 * @net: the network
 * @i: who is asked
 * @key: which session
 *
 * Return: index of the node, -1 if the session is not known.
 */
int lnlb_net_session_owner(const struct lnlb_net *net, int i, u32 key)
{
	const struct lnlb_net_session *session = net->node[i].session;
	int k;

	for (k = 0; k < LNLB_NET_SESSIONS; k++)
		if (session[k].used && session[k].key == key)
			return session[k].owner;
	return -1;
}
