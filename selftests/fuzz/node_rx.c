// SPDX-License-Identifier: GPL-2.0-only
/* What a frame may do to a core, and what holds at any time. */
#include "node.h"

/* the core and its peers as they were before a frame */
struct snapshot {
	struct lnlb_core core;
	struct lnlb_peer peer[LNLB_PEERS_MAX];
	unsigned int blocks;
};

static struct snapshot before;

static void snapshot_take(const struct node *node)
{
	unsigned int i;

	before.core = *node->core;
	before.blocks = node->blocks;
	for (i = 0; i < node->core->n_peers; i++)
		before.peer[i] = *node->core->peer[i];
}

/* who is asked for a proof that it is there is remembered as a stranger */
static void snapshot_allow_stranger(const struct lnlb_core *core)
{
	before.core.n_strangers = core->n_strangers;
	memcpy(before.core.stranger, core->stranger,
	       sizeof(before.core.stranger));
	before.core.request = core->request;
	before.core.state_due = core->state_due;
}

/* all is as it was, the clock and what limits events aside */
static void snapshot_check(const struct node *node, int stat)
{
	unsigned int i;

	if (stat == LNLB_STAT_FRAME_UNPROVEN)
		snapshot_allow_stranger(node->core);
	before.core.now = node->core->now;
	memcpy(before.core.reject, node->core->reject,
	       sizeof(before.core.reject));
	CHECK(!memcmp(&before.core, node->core, sizeof(before.core)));
	for (i = 0; i < node->core->n_peers; i++)
		CHECK(!memcmp(&before.peer[i], node->core->peer[i],
			      sizeof(before.peer[i])));
	CHECK(before.blocks == node->blocks);
	CHECK(!node->calls);
}

/**
 * node_believed() - does the core believe a frame?
 * @stat: what it said
 *
 * Return: true if so.
 */
bool node_believed(int stat)
{
	return stat == LNLB_STAT_FRAME_RX ||
	       stat == LNLB_STAT_FRAME_RX_UNSIGNED ||
	       stat == LNLB_STAT_FRAME_RX_UNVERIFIED;
}

/**
 * node_rx() - a frame arrives
 * @node: where
 * @frame: anything
 * @len: bytes at @frame
 * @src: Ethernet source
 *
 * Return: what the core says.
 */
int node_rx(struct node *node, const u8 *frame, size_t len, const u8 *src)
{
	u8 *copy = malloc(len + !len);
	int stat;

	/* so that one byte too far is noticed */
	CHECK(copy);
	memcpy(copy, frame, len);
	snapshot_take(node);
	node->frames = 0;
	node->calls = 0;
	stat = lnlb_core_rx(node->core, copy, len, src, node->now);
	free(copy);
	CHECK(stat >= LNLB_STAT_FRAME_RX && stat <= LNLB_STAT_MAX);
	/* an acknowledgement, and whose a session is */
	CHECK(node->frames <= 2);
	/* there was no memory for what is believed, or nobody to believe it */
	if (!node_believed(stat) &&
	    (stat != LNLB_STAT_FRAME_OVERFLOW || !node->no_memory))
		snapshot_check(node, stat);
	node_check(node);
	return stat;
}

static void check_peers(const struct lnlb_core *core)
{
	const struct lnlb_peer *peer;
	unsigned int i;

	CHECK(core->n_peers <= LNLB_PEERS_MAX);
	CHECK(core->n_strangers <= LNLB_STRANGERS);
	for (i = 0; i < core->n_peers; i++) {
		peer = core->peer[i];
		CHECK(lnlb_wire_id_cmp(&peer->id, &core->params.self));
		CHECK(!i || lnlb_wire_id_cmp(&core->peer[i - 1]->id,
					     &peer->id) < 0);
		CHECK(peer->weight && peer->state <= LNLB_NODE_STATE_MAX);
	}
}

/**
 * node_check_shown() - what is shown to people can be read
 * @node: the node
 */
void node_check_shown(const struct node *node)
{
	const struct lnlb_core *core = node->core;
	struct lnlb_reject_info rejects[LNLB_REJECT_MAX];
	struct lnlb_node_info info[LNLB_NODES_MAX];
	struct lnlb_node_id id;
	unsigned int i;

	for (i = 0; i < LNLB_BUCKETS; i++) {
		CHECK(core->target[i] < core->n_peers ||
		      core->target[i] >= LNLB_TARGET_SELF);
		lnlb_core_target(core, i, &id);
	}
	CHECK(lnlb_core_nodes(core, node->now, info, LNLB_NODES_MAX) ==
	      core->n_peers + 1);
	CHECK(lnlb_core_nodes(core, node->now, info, 1) == 1);
	CHECK(lnlb_core_rejects(core, node->now, rejects) <= LNLB_REJECT_MAX);
	CHECK(!lnlb_core_complete(core) || !lnlb_core_fenced(core));
	CHECK(lnlb_core_state(core) <= LNLB_NODE_STATE_MAX);
}

/**
 * node_check() - what holds whatever happens
 * @node: the node
 */
void node_check(const struct node *node)
{
	const struct lnlb_core *core = node->core;
	unsigned int i;

	check_peers(core);
	CHECK(node->blocks == 1 + core->n_peers + !!core->hearing +
	      !!core->gone);
	CHECK(!memcmp(node->accept, core->accept, sizeof(core->accept)));
	for (i = 0; i < LNLB_WIRE_CLAIMS; i++)
		CHECK(!(core->accept[i] & ~core->claims[i]));
	if (!core->running || core->fenced ||
	    (core->state != LNLB_NODE_ACTIVE &&
	     core->state != LNLB_NODE_DRAINING))
		CHECK(!memchr_inv(core->accept, 0, sizeof(core->accept)));
}
