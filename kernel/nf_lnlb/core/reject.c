// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names for every refusal: what an administrator is told of frames that are not
 * believed, and of nodes that are set up differently.
 *
 * Anybody can send such frames. Each kind has one record and is reported at
 * most once a minute.
 */
#include "private.h"

static const char *const lnlb_reject_cause[LNLB_REJECT_MAX + 1] = {
	[LNLB_REJECT_DUPLICATE_ID] = "another node uses this node's id",
	[LNLB_REJECT_ECHO] = "our own frames come back to us",
	[LNLB_REJECT_VERSION] =
		"the node speaks another version of the protocol",
	[LNLB_REJECT_BUCKETS] = "the node has another number of buckets",
	[LNLB_REJECT_AFFINITY] = "the node has another affinity",
	[LNLB_REJECT_MODE] = "the node has another mode",
	[LNLB_REJECT_HASH] = "the node has another bucket hash key",
	[LNLB_REJECT_SIGNATURE] = "the node's signature is wrong",
	[LNLB_REJECT_KEY] = "the node signs with a key that is not ours",
	[LNLB_REJECT_UNSIGNED] = "the node does not sign and we have a key",
	[LNLB_REJECT_REPLAY] = "a frame of the node came twice, or too late",
	[LNLB_REJECT_UNPROVEN] =
		"the node does not answer us: its old frames may be played back",
	[LNLB_REJECT_TOO_MANY_NODES] = "there are too many nodes",
	[LNLB_REJECT_TIMERS] = "the node has other timers",
};

/**
 * lnlb_reject() - remember and report that something is refused, or different
 * @core: the node
 * @reject: enum lnlb_reject
 * @src: Ethernet source of the frame
 * @version: that it says to be of
 */
void lnlb_reject(struct lnlb_core *core, u8 reject, const u8 *src, u8 version)
{
	struct lnlb_refusal_record *record = &core->reject[reject];
	struct lnlb_core_event event = {
		.event = reject == LNLB_REJECT_TIMERS ?
			 LNLB_EVENT_NODE_DIFFERS : LNLB_EVENT_REJECTED,
		.node = &record->node,
		.reject = reject,
		.version = version,
		.cause = lnlb_reject_cause[reject],
	};

	memcpy(record->node.mac, src, LNLB_NODE_ID_LEN);
	record->version = version;
	record->at = core->now;
	if (record->frames++ &&
	    !lnlb_core_passed(core, record->reported_at, LNLB_REJECT_MS))
		return;
	record->reported_at = core->now;
	core->ops->event(core->ctx, &event);
}

static u8 lnlb_reject_params(const struct lnlb_core_params *params,
			     const struct lnlb_wire_header *header)
{
	if (be16_to_cpu(header->buckets) != LNLB_BUCKETS)
		return LNLB_REJECT_BUCKETS;
	if (header->affinity != params->affinity ||
	    header->affinity_len != params->affinity_len)
		return LNLB_REJECT_AFFINITY;
	if (memcmp(header->hash_id, params->hash_id, sizeof(params->hash_id)))
		return LNLB_REJECT_HASH;
	return LNLB_REJECT_MODE;
}

/**
 * lnlb_reject_frame() - a frame is refused; who is to know?
 * @core: the node
 * @stat: why, a counter of enum lnlb_stat
 * @src: Ethernet source
 * @header: magic and version can be read, the rest with FRAME_PARAMS only
 *
 * Return: @stat.
 */
int lnlb_reject_frame(struct lnlb_core *core, int stat, const u8 *src,
		      const struct lnlb_wire_header *header)
{
	static const u8 of_stat[LNLB_STAT_MAX + 1] = {
		[LNLB_STAT_FRAME_DUPLICATE_ID] = LNLB_REJECT_DUPLICATE_ID,
		[LNLB_STAT_FRAME_ECHO] = LNLB_REJECT_ECHO,
		[LNLB_STAT_FRAME_VERSION] = LNLB_REJECT_VERSION,
		[LNLB_STAT_FRAME_AUTH] = LNLB_REJECT_SIGNATURE,
		[LNLB_STAT_FRAME_KEY] = LNLB_REJECT_KEY,
		[LNLB_STAT_FRAME_UNSIGNED] = LNLB_REJECT_UNSIGNED,
		[LNLB_STAT_FRAME_REPLAY] = LNLB_REJECT_REPLAY,
		[LNLB_STAT_FRAME_TOO_MANY_NODES] = LNLB_REJECT_TOO_MANY_NODES,
	};
	u8 reject = of_stat[stat];

	if (stat == LNLB_STAT_FRAME_PARAMS)
		reject = lnlb_reject_params(&core->params, header);
	if (reject)
		lnlb_reject(core, reject, src, header->version);
	return stat;
}

unsigned int lnlb_core_rejects(const struct lnlb_core *core, u64 now,
			       struct lnlb_reject_info *info)
{
	const struct lnlb_refusal_record *record;
	unsigned int i, n = 0;

	for (i = 1; i <= LNLB_REJECT_MAX; i++) {
		record = &core->reject[i];
		if (!record->frames)
			continue;
		info[n].reject = i;
		info[n].version = record->version;
		info[n].node = record->node;
		info[n].frames = record->frames;
		info[n].ago_ms = now > record->at ?
				 min(now - record->at, (u64)U32_MAX) : 0;
		info[n].cause = lnlb_reject_cause[i];
		n++;
	}
	return n;
}
