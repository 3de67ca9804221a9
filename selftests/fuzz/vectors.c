// SPDX-License-Identifier: GPL-2.0-only
/*
 * The frames that Documentation/protocol.rst has byte by byte are those that
 * the core writes. Usage: vectors protocol.rst; prints KTAP, and how a frame
 * has to stand in the documentation where it does not.
 *
 * Behind "Test vectors" a line NAME:: starts a frame. Its lines are indented:
 * hexadecimal digits up to the first word that is not, 00*N for N zeroes, then
 * what the bytes are.
 */
#include "node.h"
#include "../../kunit/hmac_sha256.h"
#include "../../kunit/siphash24.h"

#define SEQUENCE	42
#define BUCKET		2347
#define SECRET		"0123456789abcdef0123456789abcdef"

static struct node node;
static struct lnlb_peer *peer;
static u8 frame[LNLB_FRAME_MAX];
static size_t frame_len;

static void sent(void *ctx, const struct lnlb_node_id *to, const u8 *data,
		 size_t len)
{
	if (frame_len)
		return;
	memcpy(frame, data, len);
	frame_len = len;
}

static void secret_sign(const void *data, size_t len, u8 digest[32])
{
	hmac_sha256(SECRET, sizeof(SECRET) - 1, data, len, digest);
}

static bool real_tag(void *ctx, unsigned int key, const u8 *header, size_t len,
		     u8 tag[LNLB_TAG_LEN])
{
	u8 digest[32];

	secret_sign("lnlb tag", 8, digest);
	siphash24_tag(digest, header, len, tag);
	return true;
}

static bool real_sign(void *ctx, unsigned int key, const u8 *data, size_t len,
		      u8 signature[LNLB_SIGNATURE_LEN])
{
	u8 digest[32];

	secret_sign(data, len, digest);
	memcpy(signature, digest, LNLB_SIGNATURE_LEN);
	return true;
}

/* the secret that the documentation names */
static void set_key(struct lnlb_core *core)
{
	static struct lnlb_core_ops ops;
	struct lnlb_core_auth auth = { .n_keys = 1 };
	u8 digest[32];

	secret_sign("lnlb key id", 11, digest);
	auth.key_id[0] = digest[0] << 8 | digest[1];
	node_set_auth(&node, &auth);
	ops = *core->ops;
	ops.send = sent;
	ops.tag = real_tag;
	ops.sign = real_sign;
	core->ops = &ops;
}

/* the values that the documentation names */
static void prepare(void)
{
	static const struct lnlb_node_id self = { { 0x52, 0x54, 0, 0, 0, 1 } };
	static const struct lnlb_node_id other = { { 0x52, 0x54, 0, 0, 0, 2 } };
	struct lnlb_core *core;

	node_init(&node, 1);
	core = node.core;
	node.params.self = self;
	node.incarnation = 1700000000000000000ULL;
	node.sent = sent;
	core->params.self = self;
	core->params.incarnation = node.incarnation;
	core->state = LNLB_NODE_ACTIVE;
	core->version = 5;
	core->epoch = 3;
	core->digest = 0x0123456789abcdefULL;
	core->settled = true;
	core->claims[0] = 0x05;
	core->claims[LNLB_WIRE_CLAIMS - 1] = 0x80;
	core->met = 6;
	core->chunk = 6;
	core->state_sent_at = core->now;
	peer = lnlb_view_add(core, &other, node.incarnation);
	CHECK(peer);
	peer->version = 9;
	peer->lists_us = true;
	peer->acked = core->version;
}

static void write_keepalive(struct lnlb_core *core)
{
	core->keepalive_due = core->now;
	core->state_due = U64_MAX;
	lnlb_send_due(core);
}

static void write_report(struct lnlb_core *core)
{
	static const struct lnlb_report report = {
		.clock_ms = 60000,
		.sessions = 12,
		.taken = 1000,
		.passed = 2000,
	};

	lnlb_core_set_report(core, &report);
	write_keepalive(core);
	core->has_report = false;
}

static void write_state(struct lnlb_core *core)
{
	core->state_due = core->now;
	lnlb_send_due(core);
}

static void write_relay(struct lnlb_core *core)
{
	core->relay.n = 1;
	core->relay.pair[0].b = 1;
	write_state(core);
	core->relay.n = 0;
}

static void write_leave(struct lnlb_core *core)
{
	lnlb_send_leave(core);
}

static struct node_session *a_session(void)
{
	/* what the default tracker says: address, port, silent for 1500 ms */
	static const u8 client[22] = {
		[10] = 0xff, 0xff, 198, 51, 100, 7,
		[20] = 0x05, 0xdc,
	};
	struct node_session *session = node.session;

	if (session->used)
		return session;
	CHECK(node_session_add(&node, BUCKET, 0, &node.params.self));
	memcpy(session->rec.data, client, sizeof(client));
	session->rec.len = sizeof(client);
	return session;
}

static void write_sessions(struct lnlb_core *core)
{
	a_session();
	core->transfer.to = peer;
	core->transfer.n = 1;
	core->transfer.bucket[0] = BUCKET;
	lnlb_handover_run(core);
}

static void write_gone(struct lnlb_core *core)
{
	lnlb_send_gone(core, &a_session()->rec);
	lnlb_send_gone_now(core);
}

static void write_ack(struct lnlb_core *core)
{
	lnlb_send_ack(core, &peer->id, 7, 1);
}

/* Those with a key come last. */
static const struct vector {
	const char *name;
	void (*write)(struct lnlb_core *core);
	bool has_key;
} vectors[] = {
	{ "KEEPALIVE", write_keepalive, false },
	{ "STATE", write_state, false },
	{ "LEAVE", write_leave, false },
	{ "SESSIONS", write_sessions, false },
	{ "SESSIONS, a GONE record", write_gone, false },
	{ "SESSIONS_ACK", write_ack, false },
	{ "KEEPALIVE, a report", write_report, false },
	{ "STATE, a relay", write_relay, false },
	{ "KEEPALIVE, signed", write_keepalive, true },
	{ "LEAVE, signed", write_leave, true },
};

/* a word of a frame: digits, or 00*N. Return: whether it is one */
static bool read_word(const char *word, u8 *data, size_t *len)
{
	size_t i, n = strspn(word, "0123456789abcdef");
	unsigned int byte, count;

	if (sscanf(word, "00*%u", &count) == 1) {
		CHECK(count <= LNLB_FRAME_MAX - *len);
		memset(data + *len, 0, count);
		*len += count;
		return true;
	}
	if (!n || n % 2 || word[n])
		return false;
	for (i = 0; i < n; i += 2) {
		CHECK(*len < LNLB_FRAME_MAX);
		CHECK(sscanf(word + i, "%2x", &byte) == 1);
		data[(*len)++] = byte;
	}
	return true;
}

/* Return: length of the frame of that name in the documentation, 0: none */
static size_t read_vector(FILE *rst, const char *name, u8 *data)
{
	bool section = false, found = false;
	char line[256], head[64], *word;
	size_t len = 0;

	snprintf(head, sizeof(head), "%s::\n", name);
	rewind(rst);
	while (fgets(line, sizeof(line), rst)) {
		section |= !strcmp(line, "Test vectors\n");
		if (section && !strcmp(line, head))
			found = true;
		else if (found && line[0] != ' ' && line[0] != '\n')
			break;
		else if (found)
			for (word = strtok(line, " \n"); word &&
			     read_word(word, data, &len);)
				word = strtok(NULL, " \n");
	}
	return len;
}

static bool test(FILE *rst, const struct vector *vector)
{
	static u8 data[LNLB_FRAME_MAX];
	struct lnlb_wire_frame parsed;
	size_t i, len;

	frame_len = 0;
	node.sequence = 0;
	node.core->sequence = SEQUENCE - 1;
	if (vector->has_key)
		set_key(node.core);
	vector->write(node.core);
	len = read_vector(rst, vector->name, data);
	if (len == frame_len && !memcmp(data, frame, len) &&
	    lnlb_wire_parse(data, len, &parsed) == LNLB_STAT_FRAME_RX)
		return true;
	printf("# %zu bytes in the documentation, the core writes %zu:\n# ",
	       len, frame_len);
	for (i = 0; i < frame_len; i++)
		printf("%02x%s", frame[i], i % 32 == 31 ? "\n# " : "");
	printf("\n");
	return false;
}

int main(int argc, char *argv[])
{
	FILE *rst = argc == 2 ? fopen(argv[1], "r") : NULL;
	bool good, failed = false;
	unsigned int i;

	if (!rst) {
		fprintf(stderr, "usage: vectors protocol.rst\n");
		return 2;
	}
	prepare();
	printf("KTAP version 1\n1..%zu\n", ARRAY_SIZE(vectors));
	for (i = 0; i < ARRAY_SIZE(vectors); i++) {
		good = test(rst, &vectors[i]);
		failed |= !good;
		printf("%sok %u documentation: %s\n", good ? "" : "not ",
		       i + 1, vectors[i].name);
	}
	fclose(rst);
	node_free(&node);
	return failed;
}
