// SPDX-License-Identifier: GPL-2.0-only
/*
 * That a node is there now. Sequence numbers tell old frames of a known node
 * from new ones. Of an unknown one, after our start or its end, there is
 * nothing to compare with: whoever recorded its frames could play them back,
 * signatures and all.
 *
 * So each node with a key says a number of its choice in its STATEs, and repeats
 * those of the nodes that do not hear it yet. An unknown node becomes a peer
 * with the first STATE that repeats our number. We take another number at each
 * start, and whenever a node is gone: what was recorded has an older one. It
 * need not be a secret, only never be used again.
 *
 * A permissive cluster believes unsigned frames, so there is nothing to prove.
 */
#include "private.h"

/* An old frame must not keep us from taking buckets for longer than that. */
#define LNLB_PROOF_DEADS	4

/**
 * lnlb_proof_renew() - what was recorded until now proves nothing any more
 * @core: the node
 */
void lnlb_proof_renew(struct lnlb_core *core)
{
	u64 nonce;
	unsigned int i;

	core->random += 0x9e3779b97f4a7c15ULL;
	nonce = lnlb_table_mix(core->random);
	for (i = 0; i < sizeof(core->nonce); i++, nonce >>= 8)
		core->nonce.byte[i] = nonce;
}

static const struct lnlb_wire_proof *
lnlb_proof_find(const struct lnlb_wire_frame *frame, size_t *n_echo)
{
	const struct lnlb_wire_proof *proof = NULL;
	size_t len;

	if (frame->header->type == LNLB_WIRE_STATE)
		proof = lnlb_wire_find_extension(frame, LNLB_WIRE_PROOF, &len);
	if (!proof || len < sizeof(*proof))
		return NULL;
	*n_echo = (len - sizeof(*proof)) / sizeof(proof->echo[0]);
	return proof;
}

static const struct lnlb_wire_echo *
lnlb_proof_echo(const struct lnlb_core *core,
		const struct lnlb_wire_proof *proof, size_t n_echo)
{
	const struct lnlb_wire_echo *echo;

	for (echo = proof->echo; echo < proof->echo + n_echo; echo++)
		if (!lnlb_wire_id_cmp(&echo->id, &core->params.self))
			return echo;
	return NULL;
}

/**
 * lnlb_proof_seen() - keep what a STATE says about numbers
 * @core: the node
 * @peer: sender of the STATE
 * @frame: the STATE
 */
void lnlb_proof_seen(const struct lnlb_core *core, struct lnlb_peer *peer,
		     const struct lnlb_wire_frame *frame)
{
	const struct lnlb_wire_proof *proof;
	const struct lnlb_wire_echo *echo;
	size_t n_echo;

	proof = lnlb_proof_find(frame, &n_echo);
	peer->has_nonce = proof;
	peer->doubts_us = false;
	if (!proof)
		return;
	peer->nonce = proof->nonce;
	echo = lnlb_proof_echo(core, proof, n_echo);
	peer->doubts_us = echo && echo - proof->echo <
				  be16_to_cpu(proof->n_unknown);
}

static bool lnlb_proof_valid(const struct lnlb_core *core,
			     const struct lnlb_wire_frame *frame)
{
	const struct lnlb_wire_proof *proof;
	const struct lnlb_wire_echo *echo;
	size_t n_echo;

	proof = lnlb_proof_find(frame, &n_echo);
	echo = proof ? lnlb_proof_echo(core, proof, n_echo) : NULL;
	return echo && !memcmp(&echo->nonce, &core->nonce, sizeof(core->nonce));
}

static void lnlb_proof_ask(struct lnlb_core *core,
			   const struct lnlb_wire_frame *frame)
{
	const struct lnlb_wire_header *header = frame->header;
	u64 incarnation = be64_to_cpu(header->incarnation);
	const struct lnlb_wire_proof *proof;
	struct lnlb_stranger *stranger;
	size_t n_echo;

	stranger = lnlb_stranger_find(core, &header->id);
	if (stranger && incarnation < stranger->incarnation)
		return;
	stranger = lnlb_stranger_heard(core, &header->id, incarnation);
	proof = lnlb_proof_find(frame, &n_echo);
	if (proof) {
		stranger->nonce = proof->nonce;
		stranger->has_nonce = true;
	}
	if (lnlb_core_passed(core, stranger->since, LNLB_PROOF_DEADS *
			     core->timers.dead_interval_ms)) {
		stranger->silent = true;
		lnlb_reject(core, LNLB_REJECT_UNPROVEN, header->id.mac,
			    header->version);
	}
	if (stranger->asked_at &&
	    !lnlb_core_passed(core, stranger->asked_at,
			      core->timers.keepalive_interval_ms / 2))
		return;
	stranger->asked_at = core->now;
	core->request = true;
	lnlb_send_soon(core, LNLB_COALESCE_MS);
}

/**
 * lnlb_proof_check() - may this frame be believed, of a node that is unknown or
 * has another incarnation than the one that is known?
 * @core: the node
 * @frame: parsed and verified
 *
 * Return: LNLB_STAT_FRAME_RX, or LNLB_STAT_FRAME_UNPROVEN; then the node was
 * asked for a proof.
 */
int lnlb_proof_check(struct lnlb_core *core,
		     const struct lnlb_wire_frame *frame)
{
	if (!core->auth.n_keys || core->auth.permissive ||
	    lnlb_proof_valid(core, frame))
		return LNLB_STAT_FRAME_RX;
	/* it goes, and we never knew it */
	if (frame->header->type != LNLB_WIRE_LEAVE)
		lnlb_proof_ask(core, frame);
	return LNLB_STAT_FRAME_UNPROVEN;
}

static bool lnlb_proof_add(u8 *frame, const struct lnlb_node_id *id,
			   const struct lnlb_wire_nonce *nonce)
{
	struct lnlb_wire_echo *echo = lnlb_wire_append(frame, sizeof(*echo));

	if (!echo)
		return false;
	echo->id = *id;
	echo->nonce = *nonce;
	return true;
}

/* Return: how many were added */
static unsigned int lnlb_proof_add_strangers(struct lnlb_core *core, u8 *frame)
{
	const struct lnlb_stranger *stranger;
	unsigned int i, k, n = 0;

	for (i = 0; i < core->n_strangers; i++) {
		k = (core->proof_next + i) % core->n_strangers;
		stranger = &core->stranger[k];
		if (!stranger->has_nonce ||
		    lnlb_core_passed(core, stranger->heard_at,
				     core->timers.dead_interval_ms))
			continue;
		if (!lnlb_proof_add(frame, &stranger->id, &stranger->nonce)) {
			core->proof_next = k;
			break;
		}
		n++;
	}
	return n;
}

static unsigned int lnlb_proof_add_peers(struct lnlb_core *core, u8 *frame)
{
	const struct lnlb_peer *peer;
	unsigned int i, k, n = 0;

	for (i = 0; i < core->n_peers; i++) {
		k = (core->proof_next + i) % core->n_peers;
		peer = core->peer[k];
		if (!peer->has_nonce || (peer->lists_us && !peer->doubts_us))
			continue;
		if (!lnlb_proof_add(frame, &peer->id, &peer->nonce)) {
			core->proof_next = k;
			break;
		}
		n++;
	}
	return n;
}

/**
 * lnlb_proof_append() - put our number, and what we owe others, into a STATE
 * @core: the node
 * @frame: complete but for that
 *
 * Where there is not enough room for all, the next STATE goes on.
 */
void lnlb_proof_append(struct lnlb_core *core, u8 *frame)
{
	struct lnlb_wire_proof *proof;
	unsigned int strangers, n;
	u8 *extension;
	size_t len;

	if (!core->auth.n_keys)
		return;
	extension = lnlb_wire_append(frame, LNLB_WIRE_EXTENSION_HEADER);
	proof = lnlb_wire_append(frame, sizeof(*proof));
	proof->nonce = core->nonce;
	strangers = lnlb_proof_add_strangers(core, frame);
	proof->n_unknown = cpu_to_be16(strangers);
	n = strangers + lnlb_proof_add_peers(core, frame);
	len = sizeof(*proof) + n * sizeof(proof->echo[0]);
	extension[0] = LNLB_WIRE_EXTENSION;
	extension[1] = LNLB_WIRE_PROOF;
	extension[2] = len >> 8;
	extension[3] = len;
}
