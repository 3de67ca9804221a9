// SPDX-License-Identifier: GPL-2.0-only
/*
 * The network in memory, see lnlb_net.h: the wire, the clock and what tests do
 * to them.
 */
#include "lnlb_net.h"

/**
 * lnlb_net_init() - an empty network for a test
 * @test: gets it as its private data
 *
 * Return: 0 or -ENOMEM.
 */
int lnlb_net_init(struct kunit *test)
{
	struct lnlb_net *net = vzalloc(sizeof(*net));

	if (!net)
		return -ENOMEM;
	net->test = test;
	net->now = 1000;
	net->seed = 1;
	net->timers.heartbeat_interval_ms = 7000;
	net->timers.keepalive_interval_ms = LNLB_NET_KEEPALIVE_MS;
	net->timers.dead_interval_ms = LNLB_NET_DEAD_MS;
	test->priv = net;
	return 0;
}

/**
 * lnlb_net_exit() - the end of all nodes
 * @test: as above
 */
void lnlb_net_exit(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	int i;

	for (i = 0; i < LNLB_NET_NODES; i++)
		lnlb_core_free(net->node[i].core);
	vfree(net);
}

/**
 * lnlb_net_params() - parameters of a node
 * @params: filled in
 * @i: index of the node
 * @incarnation: its
 */
void lnlb_net_params(struct lnlb_core_params *params, int i, u64 incarnation)
{
	static const u8 addr[16] = { [10] = 0xff, 0xff, 10, 0, 0, 10 };

	memset(params, 0, sizeof(*params));
	params->self.mac[0] = 0x02;
	params->self.mac[LNLB_NODE_ID_LEN - 1] = i;
	memcpy(params->addr, addr, sizeof(addr));
	params->incarnation = incarnation;
}

/**
 * lnlb_net_start() - a node comes up, perhaps not for the first time
 * @net: the network
 * @i: which
 * @weight: its weight
 */
void lnlb_net_start(struct lnlb_net *net, int i, u16 weight)
{
	struct lnlb_net_node *node = &net->node[i];
	struct lnlb_core *core = node->core;

	lnlb_net_params(&node->params, i, net->now);
	node->net = net;
	if (!core)
		core = lnlb_core_new(&node->params, &net->timers,
				     &lnlb_net_ops, node);
	KUNIT_ASSERT_NOT_NULL(net->test, core);
	node->core = core;
	node->next_tick = net->now;
	lnlb_core_set_weight(core, weight, LNLB_WEIGHT_MANUAL);
	lnlb_core_start(core, net->now, net->now);
}

/**
 * lnlb_net_start_all() - start nodes of weight 100 and wait until they work
 * @net: the network
 * @n: how many
 */
void lnlb_net_start_all(struct lnlb_net *net, int n)
{
	int i;

	for (i = 0; i < n; i++)
		lnlb_net_start(net, i, 100);
	lnlb_net_run_until_owned(net, 3000);
	lnlb_net_run(net, 300);
	KUNIT_ASSERT_TRUE(net->test, lnlb_net_owned(net));
	KUNIT_ASSERT_EQ(net->test, net->overlaps, 0);
}

/**
 * lnlb_net_crash() - a node is gone without a word, with all it knew
 * @net: the network
 * @i: which
 */
void lnlb_net_crash(struct lnlb_net *net, int i)
{
	struct lnlb_net_node *node = &net->node[i];

	lnlb_core_free(node->core);
	memset(node, 0, sizeof(*node));
}

/**
 * lnlb_net_random() - a number that depends on nothing but the seed
 * @net: the network
 * @below: not zero
 *
 * Return: 0..@below - 1.
 */
u32 lnlb_net_random(struct lnlb_net *net, u32 below)
{
	net->seed += 0x9e3779b97f4a7c15ULL;
	return (lnlb_table_mix(net->seed) >> 32) * below >> 32;
}

static bool lnlb_net_lost(struct lnlb_net *net,
			  const struct lnlb_net_frame *frame)
{
	const struct lnlb_wire_header *header = (const void *)frame->data;

	if (net->lost_types && !(net->lost_types >> header->type & 1))
		return false;
	return lnlb_net_random(net, 100) < net->loss_percent;
}

/**
 * lnlb_net_rx() - hand a frame to a node
 * @net: the network
 * @i: which node
 * @frame: may be anything
 * @len: bytes at @frame
 * @src: Ethernet source
 *
 * Return: what lnlb_core_rx() says.
 */
int lnlb_net_rx(struct lnlb_net *net, int i, const u8 *frame, size_t len,
		const u8 *src)
{
	int stat = lnlb_core_rx(net->node[i].core, frame, len, src, net->now);

	KUNIT_ASSERT_GE(net->test, stat, (int)LNLB_STAT_FRAME_RX);
	KUNIT_ASSERT_LE(net->test, stat, LNLB_STAT_MAX);
	net->stats[stat]++;
	net->node[i].next_tick = net->now;
	return stat;
}

static void lnlb_net_deliver(struct lnlb_net *net,
			     struct lnlb_net_frame *frame)
{
	struct lnlb_net_node *node = &net->node[frame->to];
	struct lnlb_core_params from;

	frame->due = 0;
	lnlb_net_params(&from, frame->from, 0);
	if (node->core && !node->paused && !net->cut[frame->from][frame->to] &&
	    !lnlb_net_lost(net, frame))
		lnlb_net_rx(net, frame->to, frame->data, frame->len,
			    from.self.mac);
}

static void lnlb_net_deliver_due(struct lnlb_net *net)
{
	struct lnlb_net_frame *frame;
	unsigned int i;

	for (i = net->head; i != net->tail; i++) {
		frame = &net->frame[i % LNLB_NET_FRAMES];
		if (frame->due && frame->due <= net->now)
			lnlb_net_deliver(net, frame);
		if (!frame->due && i == net->head)
			net->head++;
	}
}

static void lnlb_net_tick(struct lnlb_net *net, struct lnlb_net_node *node)
{
	if (!node->core || node->paused || node->next_tick > net->now)
		return;
	node->ticks++;
	node->next_tick = lnlb_core_tick(node->core, net->now);
	KUNIT_EXPECT_GT(net->test, node->next_tick, net->now);
	KUNIT_EXPECT_LE(net->test, node->next_tick,
			net->now + net->timers.keepalive_interval_ms);
}

/**
 * lnlb_net_run() - let time go by
 * @net: the network
 * @ms: how much
 */
void lnlb_net_run(struct lnlb_net *net, u64 ms)
{
	int i;

	for (; ms; ms--) {
		net->now++;
		lnlb_net_deliver_due(net);
		for (i = 0; i < LNLB_NET_NODES; i++)
			lnlb_net_tick(net, &net->node[i]);
	}
}

/**
 * lnlb_net_owned() - is each bucket accepted by somebody?
 * @net: the network
 *
 * Return: true if so.
 */
bool lnlb_net_owned(const struct lnlb_net *net)
{
	u8 map[LNLB_WIRE_CLAIMS] = {};
	int i, j;

	for (i = 0; i < LNLB_NET_NODES; i++)
		for (j = 0; net->node[i].core && j < LNLB_WIRE_CLAIMS; j++)
			map[j] |= net->node[i].accept[j];
	return !memchr_inv(map, 0xff, sizeof(map));
}

/**
 * lnlb_net_run_until_owned() - let time go by until each bucket has an owner
 * @net: the network
 * @ms: not longer than this
 *
 * Return: how long it took, ms.
 */
u64 lnlb_net_run_until_owned(struct lnlb_net *net, u64 ms)
{
	u64 start = net->now;

	while (!lnlb_net_owned(net) && net->now - start < ms)
		lnlb_net_run(net, 1);
	return net->now - start;
}

/**
 * lnlb_net_acceptor() - who takes new sessions of a bucket?
 * @net: the network
 * @bucket: which
 *
 * Return: index of the node, -1 if nobody does.
 */
int lnlb_net_acceptor(const struct lnlb_net *net, u16 bucket)
{
	int i;

	for (i = 0; i < LNLB_NET_NODES; i++)
		if (net->node[i].core &&
		    lnlb_bit_test(net->node[i].accept, bucket))
			return i;
	return -1;
}

/**
 * lnlb_net_weight() - set a node's weight
 * @net: the network
 * @i: which node
 * @weight: its new weight
 */
void lnlb_net_weight(struct lnlb_net *net, int i, u16 weight)
{
	lnlb_core_set_weight(net->node[i].core, weight, LNLB_WEIGHT_MANUAL);
	net->node[i].next_tick = net->now;
}

/**
 * lnlb_net_keys() - give a node its keys
 * @net: the network
 * @i: which node
 * @first: signs; NULL: none
 * @second: verifies; NULL: none
 * @permissive: unsigned frames will do
 */
void lnlb_net_keys(struct lnlb_net *net, int i, const char *first,
		   const char *second, bool permissive)
{
	struct lnlb_net_node *node = &net->node[i];
	u8 digest[32];
	int k;

	node->net = net;
	node->secret[0] = first;
	node->secret[1] = second;
	memset(&node->auth, 0, sizeof(node->auth));
	node->auth.permissive = permissive;
	for (k = 0; k < LNLB_KEYS_MAX && node->secret[k]; k++) {
		hmac_sha256(node->secret[k], strlen(node->secret[k]),
			    "lnlb key id", 11, digest);
		node->auth.key_id[k] = digest[0] << 8 | digest[1];
		node->auth.n_keys++;
	}
	if (node->core)
		lnlb_core_set_auth(node->core, &node->auth);
}

/**
 * lnlb_net_leave() - a node says good-bye and is gone
 * @net: the network
 * @i: which
 */
void lnlb_net_leave(struct lnlb_net *net, int i)
{
	lnlb_core_stop(net->node[i].core, true);
	KUNIT_EXPECT_EQ(net->test, net->node[i].accepting, 0);
	lnlb_net_crash(net, i);
}

/**
 * lnlb_net_partition() - cut a set of nodes off, or back in
 * @net: the network
 * @side: bit per node
 * @cut: what to do
 */
void lnlb_net_partition(struct lnlb_net *net, u32 side, bool cut)
{
	int i, j;

	for (i = 0; i < LNLB_NET_NODES; i++)
		for (j = 0; j < LNLB_NET_NODES; j++)
			if ((side >> i ^ side >> j) & 1)
				net->cut[i][j] = cut;
}
