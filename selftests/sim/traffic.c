// SPDX-License-Identifier: GPL-2.0-only
/*
 * How much 64 nodes say with the default timers: signed frames, with what a
 * node tells of itself once a second, as they are on the wire from the Ethernet
 * header on.
 */
#include "sim.h"

#define NODES		64
#define HEARTBEAT_MS	7000	/* the defaults of sysctl net.lnlb */
#define KEEPALIVE_MS	100
#define DEAD_MS		500
#define REPORT_MS	1000
#define SETTLE_MS	20000
#define CHANGE_MS	10000
#define STEADY_MS	(10 * HEARTBEAT_MS)
#define ETHER_HEADER	14
#define ETHER_MIN	60
#define LIMIT		1000000	/* bits in a second */
#define QUEUE		(NODES * 4)

struct frame {
	const struct machine *from;
	size_t len;
	u8 data[LNLB_FRAME_MAX];
};

static struct machine {
	struct lnlb_core *core;
	struct lnlb_core_params params;
	u64 next_tick;
	u64 report_at;
} machines[NODES];

static u64 now, bits, second, worst;
static unsigned int n_sent, n_lost;
static struct frame sent[QUEUE], arriving[QUEUE];

static void *op_alloc(void *ctx, size_t size)
{
	(void)ctx;
	return calloc(1, size);
}

static void op_free(void *ctx, void *mem)
{
	(void)ctx;
	free(mem);
}

/* all hear it, as on a hub: without sessions nothing is for one node only */
static void op_send(void *ctx, const struct lnlb_node_id *to, const u8 *data,
		    size_t len)
{
	u64 size = max(len + ETHER_HEADER, (size_t)ETHER_MIN) * 8;

	(void)to;
	bits += size;
	second += size;
	if (n_sent == QUEUE) {
		n_lost++;
		return;
	}
	sent[n_sent].from = ctx;
	sent[n_sent].len = len;
	memcpy(sent[n_sent++].data, data, len);
}

/* what it is matters as little as who could make it */
static bool op_tag(void *ctx, unsigned int key, const u8 *header, size_t len,
		   u8 tag[LNLB_TAG_LEN])
{
	(void)ctx;
	(void)key;
	(void)header;
	(void)len;
	memset(tag, 0, LNLB_TAG_LEN);
	return true;
}

static bool op_sign(void *ctx, unsigned int key, const u8 *data, size_t len,
		    u8 signature[LNLB_SIGNATURE_LEN])
{
	(void)ctx;
	(void)key;
	(void)data;
	(void)len;
	memset(signature, 0, LNLB_SIGNATURE_LEN);
	return true;
}

static void op_accept(void *ctx, u16 bucket, bool accept)
{
	(void)ctx;
	(void)bucket;
	(void)accept;
}

static void op_barrier(void *ctx)
{
	(void)ctx;
}

static bool op_has_sessions(void *ctx, u16 bucket)
{
	(void)ctx;
	(void)bucket;
	return false;
}

static void op_node_gone(void *ctx, const struct lnlb_node_id *node)
{
	(void)ctx;
	(void)node;
}

static void op_event(void *ctx, const struct lnlb_core_event *event)
{
	(void)ctx;
	(void)event;
}

/* without sessions none is saved, and so none is loaded */
static int op_save(void *ctx, u16 bucket, u64 *cursor,
		   struct lnlb_session_rec *rec)
{
	(void)ctx;
	(void)bucket;
	(void)cursor;
	(void)rec;
	return 0;
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
	.node_gone = op_node_gone,
	.event = op_event,
};

static void start(unsigned int i)
{
	const struct lnlb_core_timers timers = { HEARTBEAT_MS, KEEPALIVE_MS,
						 DEAD_MS };
	const struct lnlb_core_auth auth = { .n_keys = 1, .key_id = { 1 } };
	struct machine *m = &machines[i];

	m->params.self.mac[0] = 2;
	m->params.self.mac[5] = i;
	m->params.incarnation = 1;
	m->core = lnlb_core_new(&m->params, &timers, &ops, m);
	lnlb_core_set_auth(m->core, &auth);
	lnlb_core_set_weight(m->core, 100, LNLB_WEIGHT_MANUAL);
	lnlb_core_start(m->core, 1, now);
	m->report_at = now + i * REPORT_MS / NODES;
}

static void step(struct machine *m, unsigned int n)
{
	const struct lnlb_report report = { .clock_ms = now };
	unsigned int i;

	for (i = 0; i < n; i++)
		if (arriving[i].from != m)
			lnlb_core_rx(m->core, arriving[i].data, arriving[i].len,
				     arriving[i].from->params.self.mac, now);
	if (now >= m->report_at) {
		m->report_at += REPORT_MS;
		lnlb_core_set_report(m->core, &report);
	}
	if (n || now >= m->next_tick)
		m->next_tick = lnlb_core_tick(m->core, now);
}

/* Return: bits in a second, on average; @worst: in the worst one */
static u64 run(u64 ms)
{
	u64 end = now + ms;
	unsigned int i, n;

	bits = 0;
	worst = 0;
	second = 0;
	for (; now < end; now++) {
		n = n_sent;
		memcpy(arriving, sent, n * sizeof(sent[0]));
		n_sent = 0;
		for (i = 0; i < NODES; i++)
			if (machines[i].core)
				step(&machines[i], n);
		if ((end - now) % 1000 == 1) {
			worst = max(worst, second);
			second = 0;
		}
	}
	return bits * 1000 / ms;
}

/* does everybody know everybody? */
static bool complete(void)
{
	unsigned int i;

	for (i = 0; i < NODES; i++)
		if (!lnlb_core_complete(machines[i].core) ||
		    machines[i].core->n_peers != NODES - 1)
			return false;
	return !n_lost;
}

static void say(const char *what, u64 rate)
{
	printf("# %u nodes say, %s: %.1f kbit/s, %.1f in the worst second\n",
	       NODES, what, rate / 1000.0, worst / 1000.0);
}

/**
 * sim_traffic() - listen to 64 nodes at the default timers
 *
 * Return: whether they say at most a megabit a second, on average, when nothing
 * changes.
 */
bool sim_traffic(void)
{
	unsigned int i;
	bool good;
	u64 rate;

	for (now = 1, i = 0; i < NODES - 1; i++)
		start(i);
	run(SETTLE_MS);
	start(NODES - 1);
	rate = run(CHANGE_MS);
	say("while the last one joins", rate);
	lnlb_core_set_weight(machines[0].core, 1000, LNLB_WEIGHT_MANUAL);
	rate = run(CHANGE_MS);
	say("while one changes its weight", rate);
	good = complete();
	rate = run(STEADY_MS);
	say("when nothing changes", rate);
	good = good && complete() && rate <= LIMIT;
	for (i = 0; i < NODES; i++)
		lnlb_core_free(machines[i].core);
	return good;
}
