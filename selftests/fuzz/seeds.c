// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes the seed corpus: seeds DIR. Frames are what cores say to each other
 * on a network of three; what node 1 of them saw and did is an input of the
 * core target, and so are the plays in seeds_plays.c. Compiled with few buckets
 * and nodes it writes the inputs that are made for them, and no others.
 */
#include <sys/stat.h>

#include "seeds.h"

#define NODES		3
#define FRAMES		64
#define SESSIONS	8

/* on the way to the nodes whose bit is set */
struct flight {
	unsigned int from;
	unsigned int to;
	size_t len;
	u8 frame[LNLB_FRAME_MAX];
};

static struct node node[NODES + 1];
static struct flight flight[FRAMES];
static unsigned int n_flights;
static struct flight last[NODES + 1][LNLB_WIRE_SESSIONS_ACK + 1];
static struct seed record;
static bool recording = true;
static u64 recorded_at;
static const char *top;

/**
 * seed_put() - append a number to a seed
 * @seed: the seed
 * @bytes: how many
 * @value: big-endian
 */
void seed_put(struct seed *seed, unsigned int bytes, u64 value)
{
	CHECK(seed->len + bytes <= sizeof(seed->data));
	while (bytes--)
		seed->data[seed->len++] = value >> 8 * bytes;
}

/**
 * seed_save() - write a file
 * @target: directory below the corpus
 * @name: of the file
 * @data: what goes in
 * @len: bytes at @data
 */
void seed_save(const char *target, const char *name, const void *data,
	       size_t len)
{
	char path[4096];
	FILE *file;

	if (SEED_FEW != !strcmp(target, "core"))
		return;
	snprintf(path, sizeof(path), "%s/%s", top, target);
	mkdir(path, 0777);
	snprintf(path, sizeof(path), "%s/%s/%s", top, target, name);
	file = fopen(path, "wb");
	CHECK(file && fwrite(data, 1, len, file) == len && !fclose(file));
}

static void save_frame(const char *name, unsigned int i, u8 type)
{
	CHECK(last[i][type].len);
	seed_save("wire", name, last[i][type].frame, last[i][type].len);
}

static void sent(void *ctx, const struct lnlb_node_id *to, const u8 *frame,
		 size_t len)
{
	const struct lnlb_wire_header *header = (const void *)frame;
	struct flight *f = &flight[n_flights++];
	struct node *from = ctx;
	unsigned int i;

	CHECK(n_flights < FRAMES);
	f->from = from - node;
	f->to = 0;
	for (i = 1; i <= NODES; i++)
		if (&node[i] != from &&
		    (!to || !lnlb_wire_id_cmp(to, &node[i].params.self)))
			f->to |= 1 << i;
	f->len = len;
	memcpy(f->frame, frame, len);
	last[f->from][header->type] = *f;
}

static void record_frame(const struct flight *f)
{
	if (!recording)
		return;
	seed_put(&record, 1, INPUT_FRAME);
	seed_put(&record, 2, f->len);
	CHECK(record.len + f->len <= sizeof(record.data));
	memcpy(record.data + record.len, f->frame, f->len);
	record.len += f->len;
}

static void record_tick(void)
{
	if (!recording)
		return;
	seed_put(&record, 1, 15 << 4 | INPUT_TICK);
	seed_put(&record, 4, node[1].now - recorded_at);
	recorded_at = node[1].now;
}

static void arrive(const struct flight *f)
{
	unsigned int i;

	for (i = 1; i <= NODES; i++) {
		if (!(f->to >> i & 1) || !node[i].core)
			continue;
		/* the clock of a recorded node moves with its ticks only */
		node[i].next = node[i].now;
		if (i == 1)
			record_frame(f);
		CHECK(node_rx(&node[i], f->frame, f->len,
			      node[f->from].params.self.mac) ==
		      LNLB_STAT_FRAME_RX);
	}
}

static void step(void)
{
	static struct flight now[FRAMES];
	unsigned int i, n = n_flights;

	n_flights = 0;
	memcpy(now, flight, n * sizeof(now[0]));
	for (i = 1; i <= NODES; i++)
		node[i].now++;
	if (n)
		record_tick();
	if (n)
		node_tick(&node[1], 0);
	for (i = 0; i < n; i++)
		arrive(&now[i]);
	for (i = 1; i <= NODES; i++) {
		if (!node[i].core || node[i].next > node[i].now)
			continue;
		if (i == 1)
			record_tick();
		node_tick(&node[i], 0);
	}
}

static void run(unsigned int ms)
{
	while (ms--)
		step();
}

static void start(unsigned int i)
{
	u64 now = node[i].now;
	const struct lnlb_core_timers timers = {
		.keepalive_interval_ms = 20,
		.dead_interval_ms = 60,
		.heartbeat_interval_ms = 1000,
	};

	node_init(&node[i], i);
	node[i].sent = sent;
	node[i].sent_ctx = &node[i];
	lnlb_core_set_timers(node[i].core, &timers);
	if (i != 1) {
		node[i].now = now;
		node_start(&node[i]);
		return;
	}
	recorded_at = node[i].now;
	seed_put(&record, 1, INPUT_TIMERS);
	seed_put(&record, 2, timers.keepalive_interval_ms);
	seed_put(&record, 2, timers.dead_interval_ms);
	seed_put(&record, 4, timers.heartbeat_interval_ms);
}

static void add_sessions(void)
{
	unsigned int b, n = 0;

	for (b = 0; b < LNLB_BUCKETS && n < SESSIONS; b += LNLB_BUCKETS / 42) {
		if (!lnlb_bit_test(node[1].accept, b))
			continue;
		CHECK(node_session_add(&node[1], b, n,
				       &node[1].params.self));
		seed_put(&record, 1, INPUT_SESSION);
		seed_put(&record, 2, b);
		seed_put(&record, 1, n++);
	}
}

static void padded(void)
{
	u8 data[64 + LNLB_FRAME_MAX] = {};
	const struct flight *f = &last[1][LNLB_WIRE_KEEPALIVE];
	const size_t trailer = sizeof(struct lnlb_wire_trailer);
	struct lnlb_wire_header *header = (void *)data;

	memcpy(data, f->frame, f->len);
	seed_save("wire", "keepalive-padded", data, f->len + 20);
	header->flags = cpu_to_be16(LNLB_WIRE_AUTH);
	header->key_id = cpu_to_be16(1);
	header->length = cpu_to_be16(f->len + trailer);
	seed_save("wire", "keepalive-signed", data, f->len + trailer);
	header->flags = 0;
	header->key_id = 0;
	/* 0xff, type, length, data */
	memcpy(data + f->len, "\xff\x01\x00\x03" "abc", 7);
	header->length = cpu_to_be16(f->len + 7);
	seed_save("wire", "keepalive-extension", data, f->len + 7);
}

/* counts and lengths that lie */
static void bad(void)
{
	const struct flight *f = &last[1][LNLB_WIRE_SESSIONS];
	const size_t body = sizeof(struct lnlb_wire_header) +
			    sizeof(struct lnlb_wire_sessions);
	struct lnlb_wire_header *header;
	u8 data[LNLB_FRAME_MAX] = {};
	struct lnlb_wire_state *state;
	unsigned int i;

	header = (void *)data;
	memcpy(data, f->frame, f->len);
	((struct lnlb_wire_record *)(data + body))->len++;
	seed_save("wire", "sessions-cut", data, f->len);
	((struct lnlb_wire_record *)(data + body))->len = 65;
	header->length = cpu_to_be16(f->len + 65 - 18);
	seed_save("wire", "sessions-long", data, f->len + 65 - 18);

	lnlb_wire_begin(data, LNLB_WIRE_STATE, &node[1].params);
	state = lnlb_wire_append(data, sizeof(*state));
	state->weight = cpu_to_be16(1);
	state->state = LNLB_NODE_ACTIVE;
	for (i = 0; i <= LNLB_WIRE_HEARD_MAX; i++) {
		CHECK(lnlb_wire_append(data, sizeof(state->heard[0])));
		node_id(&state->heard[i].id, 2 + i);
	}
	state->n_heard = cpu_to_be16(i);
	seed_save("wire", "state-crowded", data, lnlb_wire_seal(data, 1));
}

/* frames that are rare */
static void others(void)
{
	struct node_session *session = node[1].session;

	node[3].now = node[1].now;
	start(3);
	run(150);
	save_frame("state-three", 3, LNLB_WIRE_STATE);
	node[3].core->relay.n = 2;
	node[3].core->relay.pair[0].b = 1;
	node[3].core->relay.pair[1].b = 2;
	lnlb_send_soon(node[3].core, 0);
	node[3].next = node[3].now;
	run(5);
	save_frame("state-relay", 3, LNLB_WIRE_STATE);
	lnlb_core_session_gone(node[1].core, &session->rec);
	lnlb_send_gone_now(node[1].core);
	save_frame("sessions-gone", 1, LNLB_WIRE_SESSIONS);
	lnlb_core_stop(node[3].core, true);
	save_frame("leave", 3, LNLB_WIRE_LEAVE);
	node_free(&node[3]);
}

int main(int argc, char *argv[])
{
	if (argc != 2) {
		fprintf(stderr, "usage: seeds DIR\n");
		return 2;
	}
	top = argv[1];
	mkdir(top, 0777);
	start(1);
	node[2].now = node[3].now = node[1].now;
	start(2);
	run(10);
	save_frame("state-joining", 1, LNLB_WIRE_STATE);
	run(140);
	save_frame("state-two", 2, LNLB_WIRE_STATE);
	save_frame("keepalive", 1, LNLB_WIRE_KEEPALIVE);
	add_sessions();
	lnlb_core_set_weight(node[2].core, 5, LNLB_WEIGHT_MANUAL);
	node[2].next = node[2].now;
	run(60);
	save_frame("sessions", 1, LNLB_WIRE_SESSIONS);
	save_frame("sessions-ack", 2, LNLB_WIRE_SESSIONS_ACK);
	seed_save(SEED_CORE, "hand-over", record.data, record.len);
	recording = false;
	others();
	padded();
	bad();
	node_free(&node[1]);
	node_free(&node[2]);
	seed_plays();
	seed_nft();
	seed_genl();
	return 0;
}
