// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading and writing frames. Whatever comes out of lnlb_wire_parse() with
 * LNLB_STAT_FRAME_RX can be read without further checks of lengths and ranges.
 * Between its two halves a signature is checked, see auth.c.
 */
#include "wire.h"

static bool lnlb_wire_id_valid(const struct lnlb_node_id *id)
{
	const u8 *mac = id->mac;

	return !(mac[0] & 1) &&
	       (mac[0] | mac[1] | mac[2] | mac[3] | mac[4] | mac[5]);
}

static bool lnlb_wire_everybody(const struct lnlb_node_id *id)
{
	return !memchr_inv(id->mac, 0xff, sizeof(id->mac));
}

static bool lnlb_wire_zero(const void *start, size_t bytes)
{
	return !memchr_inv(start, 0, bytes);
}

static int lnlb_wire_extensions(struct lnlb_wire_frame *frame, const u8 *pos)
{
	const u8 *end = frame->end;
	size_t len;

	frame->extensions = pos;
	for (; pos < end; pos += len) {
		if (end - pos < LNLB_WIRE_EXTENSION_HEADER ||
		    pos[0] != LNLB_WIRE_EXTENSION)
			return LNLB_STAT_FRAME_LENGTH;
		len = LNLB_WIRE_EXTENSION_HEADER +
		      ((size_t)pos[2] << 8 | pos[3]);
		if ((size_t)(end - pos) < len)
			return LNLB_STAT_FRAME_LENGTH;
	}
	return LNLB_STAT_FRAME_RX;
}

static int lnlb_wire_parse_keepalive(struct lnlb_wire_frame *frame)
{
	const struct lnlb_wire_keepalive *keepalive = frame->keepalive;

	if ((size_t)(frame->end - (const u8 *)keepalive) < sizeof(*keepalive))
		return LNLB_STAT_FRAME_LENGTH;
	if (keepalive->state == LNLB_NODE_WAITING ||
	    keepalive->state > LNLB_NODE_STATE_MAX ||
	    !lnlb_wire_zero(keepalive->reserved, sizeof(keepalive->reserved)))
		return LNLB_STAT_FRAME_RESERVED;
	return lnlb_wire_extensions(frame, (const u8 *)(keepalive + 1));
}

static bool lnlb_wire_state_in_range(const struct lnlb_wire_state *state)
{
	return state->weight && state->state != LNLB_NODE_WAITING &&
	       state->state <= LNLB_NODE_STATE_MAX &&
	       state->weight_source <= LNLB_WEIGHT_SOURCE_MAX &&
	       !(state->flags & ~LNLB_WIRE_STATE_FLAGS) &&
	       lnlb_wire_zero(state->reserved, sizeof(state->reserved)) &&
	       !state->reserved2;
}

static int lnlb_wire_parse_state(struct lnlb_wire_frame *frame)
{
	const struct lnlb_wire_state *state = frame->state;
	size_t room = frame->end - (const u8 *)state;
	size_t i, n, len;

	if (room < sizeof(*state))
		return LNLB_STAT_FRAME_LENGTH;
	n = be16_to_cpu(state->n_heard);
	if (n > LNLB_WIRE_HEARD_MAX)
		return LNLB_STAT_FRAME_TOO_MANY_NODES;
	len = sizeof(*state) + n * sizeof(state->heard[0]);
	if (room < len)
		return LNLB_STAT_FRAME_LENGTH;
	if (!lnlb_wire_state_in_range(state))
		return LNLB_STAT_FRAME_RESERVED;
	for (i = 0; i < n; i++)
		if (!lnlb_wire_id_valid(&state->heard[i].id) ||
		    (i && lnlb_wire_id_cmp(&state->heard[i - 1].id,
					   &state->heard[i].id) >= 0))
			return LNLB_STAT_FRAME_RESERVED;
	return lnlb_wire_extensions(frame, (const u8 *)state + len);
}

static int lnlb_wire_parse_record(const u8 **pos, const u8 *end)
{
	const struct lnlb_wire_record *rec = (const void *)*pos;

	if ((size_t)(end - *pos) < sizeof(*rec) ||
	    (size_t)(end - *pos) < sizeof(*rec) + rec->len)
		return LNLB_STAT_FRAME_LENGTH;
	if (be16_to_cpu(rec->bucket) >= LNLB_BUCKETS || rec->reserved ||
	    rec->flags > LNLB_SESSION_YIELD || rec->flags == LNLB_SESSION_FLAGS ||
	    rec->len > LNLB_SESSION_DATA_MAX || !lnlb_wire_id_valid(&rec->owner))
		return LNLB_STAT_FRAME_RESERVED;
	*pos += sizeof(*rec) + rec->len;
	return LNLB_STAT_FRAME_RX;
}

static int lnlb_wire_parse_sessions(struct lnlb_wire_frame *frame)
{
	const struct lnlb_wire_sessions *sessions = frame->sessions;
	const u8 *pos = (const u8 *)(sessions + 1);
	unsigned int n;
	int stat;

	if ((size_t)(frame->end - (const u8 *)sessions) < sizeof(*sessions))
		return LNLB_STAT_FRAME_LENGTH;
	if (sessions->reserved ||
	    (!lnlb_wire_id_valid(&sessions->to) &&
	     !(lnlb_wire_everybody(&sessions->to) && !sessions->chunk)))
		return LNLB_STAT_FRAME_RESERVED;
	for (n = be16_to_cpu(sessions->n_records); n; n--) {
		stat = lnlb_wire_parse_record(&pos, frame->end);
		if (stat != LNLB_STAT_FRAME_RX)
			return stat;
	}
	return lnlb_wire_extensions(frame, pos);
}

static int lnlb_wire_parse_ack(struct lnlb_wire_frame *frame)
{
	const struct lnlb_wire_ack *ack = frame->ack;

	if ((size_t)(frame->end - (const u8 *)ack) < sizeof(*ack))
		return LNLB_STAT_FRAME_LENGTH;
	if (ack->reserved || ack->reserved2 || !lnlb_wire_id_valid(&ack->to))
		return LNLB_STAT_FRAME_RESERVED;
	return lnlb_wire_extensions(frame, (const u8 *)(ack + 1));
}

/**
 * lnlb_wire_parse_body() - is what follows the header a body of its type?
 * @frame: of lnlb_wire_parse_header()
 *
 * Checks all that can be checked without knowing the receiver.
 *
 * Return: LNLB_STAT_FRAME_RX, or the counter that says what is wrong.
 */
int lnlb_wire_parse_body(struct lnlb_wire_frame *frame)
{
	switch (frame->header->type) {
	case LNLB_WIRE_KEEPALIVE:
		return lnlb_wire_parse_keepalive(frame);
	case LNLB_WIRE_STATE:
		return lnlb_wire_parse_state(frame);
	case LNLB_WIRE_LEAVE:
		return lnlb_wire_extensions(frame,
					    (const u8 *)(frame->header + 1));
	case LNLB_WIRE_SESSIONS:
		return lnlb_wire_parse_sessions(frame);
	default:
		return lnlb_wire_parse_ack(frame);
	}
}

static size_t lnlb_wire_trailer_len(const struct lnlb_wire_header *header)
{
	return lnlb_wire_signed(header) ? sizeof(struct lnlb_wire_trailer) : 0;
}

/* magic and version stand alone: behind them, other versions may differ */
static int lnlb_wire_check_header(const struct lnlb_wire_header *header,
				  size_t len)
{
	size_t length;

	if (len < offsetof(struct lnlb_wire_header, flags))
		return LNLB_STAT_FRAME_TRUNCATED;
	if (be32_to_cpu(header->magic) != LNLB_WIRE_MAGIC)
		return LNLB_STAT_FRAME_MAGIC;
	if (header->version != LNLB_WIRE_VERSION)
		return LNLB_STAT_FRAME_VERSION;
	if (header->type < LNLB_WIRE_KEEPALIVE ||
	    header->type > LNLB_WIRE_SESSIONS_ACK)
		return LNLB_STAT_FRAME_TYPE;
	length = be16_to_cpu(header->length);
	if (len < sizeof(*header) || len < length)
		return LNLB_STAT_FRAME_TRUNCATED;
	if (length < sizeof(*header) + lnlb_wire_trailer_len(header) ||
	    length > LNLB_FRAME_MAX)
		return LNLB_STAT_FRAME_LENGTH;
	if (header->flags & cpu_to_be16(~LNLB_WIRE_AUTH) ||
	    (header->key_id && !lnlb_wire_signed(header)) ||
	    header->reserved_id[0] || header->reserved_id[1] ||
	    !lnlb_wire_id_valid(&header->id))
		return LNLB_STAT_FRAME_RESERVED;
	return LNLB_STAT_FRAME_RX;
}

/**
 * lnlb_wire_parse_header() - does this start like a frame?
 * @data: what stands behind the Ethernet header; no more than the header is
 *	read
 * @len: bytes of the frame, padding included
 * @frame: filled in on success, points into @data
 *
 * Return: LNLB_STAT_FRAME_RX, or the counter that says what is wrong.
 */
int lnlb_wire_parse_header(const u8 *data, size_t len,
			   struct lnlb_wire_frame *frame)
{
	const struct lnlb_wire_header *header = (const void *)data;
	int stat = lnlb_wire_check_header(header, len);

	if (stat != LNLB_STAT_FRAME_RX)
		return stat;
	frame->header = header;
	frame->end = data + be16_to_cpu(header->length) -
		     lnlb_wire_trailer_len(header);
	frame->extensions = NULL;
	frame->state = (const void *)(header + 1);
	return stat;
}

/**
 * lnlb_wire_parse() - is this a frame, and which?
 * @data: what stands behind the Ethernet header
 * @len: bytes at @data, padding included
 * @frame: filled in on success, points into @data
 *
 * Return: LNLB_STAT_FRAME_RX, or the counter that says what is wrong.
 */
int lnlb_wire_parse(const u8 *data, size_t len, struct lnlb_wire_frame *frame)
{
	int stat = lnlb_wire_parse_header(data, len, frame);

	return stat == LNLB_STAT_FRAME_RX ? lnlb_wire_parse_body(frame) : stat;
}

/**
 * lnlb_wire_find_extension() - look for an extension
 * @frame: parsed
 * @type: of the extension
 * @len: set to the bytes of its data
 *
 * Return: its data, NULL if there is none of that type.
 */
const void *lnlb_wire_find_extension(const struct lnlb_wire_frame *frame,
				     u8 type, size_t *len)
{
	const u8 *pos = frame->extensions;

	for (; pos < frame->end; pos += LNLB_WIRE_EXTENSION_HEADER + *len) {
		*len = (size_t)pos[2] << 8 | pos[3];
		if (pos[1] == type)
			return pos + LNLB_WIRE_EXTENSION_HEADER;
	}
	return NULL;
}

/**
 * lnlb_wire_record() - read a session out of a parsed SESSIONS frame
 * @pos: first byte behind struct lnlb_wire_sessions, or what the last call
 *	returned; not to be called more than lnlb_wire_sessions::n_records times
 * @rec: filled in
 *
 * Return: where the next one starts.
 */
const u8 *lnlb_wire_record(const u8 *pos, struct lnlb_session_rec *rec)
{
	const struct lnlb_wire_record *wire = (const void *)pos;

	memset(rec, 0, sizeof(*rec));
	rec->bucket = be16_to_cpu(wire->bucket);
	rec->tracker = wire->tracker;
	rec->flags = wire->flags;
	rec->owner = wire->owner;
	rec->len = wire->len;
	memcpy(rec->data, wire->data, wire->len);
	return pos + sizeof(*wire) + wire->len;
}

/**
 * lnlb_wire_begin() - start to write a frame
 * @frame: LNLB_FRAME_MAX bytes
 * @type: enum lnlb_wire_type
 * @params: the sender
 */
void lnlb_wire_begin(u8 *frame, u8 type, const struct lnlb_core_params *params)
{
	struct lnlb_wire_header *header = (void *)frame;

	memset(header, 0, sizeof(*header));
	header->magic = cpu_to_be32(LNLB_WIRE_MAGIC);
	header->version = LNLB_WIRE_VERSION;
	header->type = type;
	header->length = cpu_to_be16(sizeof(*header));
	header->id = params->self;
	header->incarnation = cpu_to_be64(params->incarnation);
	memcpy(header->addr, params->addr, sizeof(header->addr));
	header->buckets = cpu_to_be16(LNLB_BUCKETS);
	header->affinity = params->affinity;
	header->affinity_len = params->affinity_len;
	header->mode = params->mode;
	memcpy(header->hash_id, params->hash_id, sizeof(header->hash_id));
}

/**
 * lnlb_wire_append() - make room at the end of a frame
 * @frame: lnlb_wire_begin() was here
 * @bytes: how much
 *
 * Room for a trailer is left.
 *
 * Return: zeroed room, NULL if there is none left.
 */
void *lnlb_wire_append(u8 *frame, size_t bytes)
{
	struct lnlb_wire_header *header = (void *)frame;
	size_t len = be16_to_cpu(header->length);

	if (bytes > LNLB_FRAME_MAX - sizeof(struct lnlb_wire_trailer) - len)
		return NULL;
	header->length = cpu_to_be16(len + bytes);
	return memset(frame + len, 0, bytes);
}

/**
 * lnlb_wire_add_record() - put one more session into a SESSIONS frame
 * @frame: header and struct lnlb_wire_sessions, perhaps more sessions
 * @rec: the session
 *
 * Return: false if it does not fit.
 */
bool lnlb_wire_add_record(u8 *frame, const struct lnlb_session_rec *rec)
{
	struct lnlb_wire_sessions *sessions;
	struct lnlb_wire_record *wire;

	wire = lnlb_wire_append(frame, sizeof(*wire) + rec->len);
	if (!wire)
		return false;
	wire->bucket = cpu_to_be16(rec->bucket);
	wire->tracker = rec->tracker;
	wire->flags = rec->flags;
	wire->owner = rec->owner;
	wire->len = rec->len;
	memcpy(wire->data, rec->data, rec->len);
	sessions = (void *)(frame + sizeof(struct lnlb_wire_header));
	sessions->n_records =
		cpu_to_be16(be16_to_cpu(sessions->n_records) + 1);
	return true;
}

/**
 * lnlb_wire_seal() - make a frame ready to be sent, once more if need be
 * @frame: a complete frame
 * @sequence: higher than in any frame before
 *
 * Return: its length in bytes.
 */
size_t lnlb_wire_seal(u8 *frame, u64 sequence)
{
	struct lnlb_wire_header *header = (void *)frame;

	header->sequence = cpu_to_be64(sequence);
	return be16_to_cpu(header->length);
}
