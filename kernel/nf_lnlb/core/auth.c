// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who may speak in this cluster. With a key, frames are signed, and what is not
 * signed is not believed unless the cluster is permissive, for the time that it
 * takes to give all nodes the key.
 *
 * A signature takes long to compute. So the header has a tag of its own, which
 * does not: what nobody with the key has made is refused by that, and a header
 * that was heard on the wire by its sequence number.
 *
 * A node without a key believes signed frames as it believes all others. If it
 * did not, one that was forgotten when the others got their key would take
 * itself for the only one and answer all clients. So it hears the others, finds
 * that they do not hear it, and fences itself.
 */
#include "private.h"

/* in a time that does not depend on where they differ */
static bool lnlb_auth_equal(const u8 *a, const u8 *b, size_t len)
{
	volatile u8 difference = 0;
	size_t i;

	for (i = 0; i < len; i++)
		difference |= a[i] ^ b[i];
	return !difference;
}

static bool lnlb_auth_right(const struct lnlb_core *core, unsigned int key,
			    const struct lnlb_wire_frame *frame)
{
	const struct lnlb_wire_trailer *trailer = (const void *)frame->end;
	const u8 *data = (const u8 *)frame->header;
	u8 signature[LNLB_SIGNATURE_LEN];
	u8 tag[LNLB_TAG_LEN];

	return core->ops->tag(core->ctx, key, data, sizeof(*frame->header),
			      tag) &&
	       lnlb_auth_equal(tag, trailer->tag, sizeof(tag)) &&
	       core->ops->sign(core->ctx, key, data, trailer->signature - data,
			       signature) &&
	       lnlb_auth_equal(signature, trailer->signature,
			       sizeof(signature));
}

static int lnlb_auth_verify(const struct lnlb_core *core,
			    const struct lnlb_wire_frame *frame)
{
	int stat = LNLB_STAT_FRAME_KEY;
	unsigned int i;

	for (i = 0; i < core->auth.n_keys; i++) {
		if (be16_to_cpu(frame->header->key_id) != core->auth.key_id[i])
			continue;
		if (lnlb_auth_right(core, i, frame))
			return LNLB_STAT_FRAME_RX;
		stat = LNLB_STAT_FRAME_AUTH;
	}
	return stat;
}

/**
 * lnlb_auth_check() - may this frame be believed, as far as its signature goes?
 * @core: the node
 * @frame: its header was parsed, and nothing else
 *
 * Return: LNLB_STAT_FRAME_RX, _RX_UNSIGNED or _RX_UNVERIFIED if it may, else
 * the counter that says why not.
 */
int lnlb_auth_check(const struct lnlb_core *core,
		    const struct lnlb_wire_frame *frame)
{
	bool is_signed = lnlb_wire_signed(frame->header);

	if (!core->auth.n_keys)
		return is_signed ? LNLB_STAT_FRAME_RX_UNVERIFIED :
				   LNLB_STAT_FRAME_RX;
	if (is_signed)
		return lnlb_auth_verify(core, frame);
	return core->auth.permissive ? LNLB_STAT_FRAME_RX_UNSIGNED :
				       LNLB_STAT_FRAME_UNSIGNED;
}

/**
 * lnlb_auth_seal() - number and sign a frame
 * @core: the node
 * @frame: complete; may have been sent before
 *
 * Return: its length in bytes, 0 if it cannot be signed.
 */
size_t lnlb_auth_seal(struct lnlb_core *core, u8 *frame)
{
	const struct lnlb_core_ops *ops = core->ops;
	struct lnlb_wire_header *header = (void *)frame;
	size_t len = lnlb_wire_seal(frame, ++core->sequence);
	struct lnlb_wire_trailer *trailer;

	if (lnlb_wire_signed(header))
		len -= sizeof(*trailer);
	header->flags = 0;
	header->key_id = 0;
	header->length = cpu_to_be16(len);
	if (!core->auth.n_keys)
		return len;
	trailer = (void *)(frame + len);
	header->flags = cpu_to_be16(LNLB_WIRE_AUTH);
	header->key_id = cpu_to_be16(core->auth.key_id[0]);
	header->length = cpu_to_be16(len + sizeof(*trailer));
	if (!ops->tag(core->ctx, 0, frame, sizeof(*header), trailer->tag) ||
	    !ops->sign(core->ctx, 0, frame, len + sizeof(trailer->tag),
		       trailer->signature))
		return 0;
	return len + sizeof(*trailer);
}

void lnlb_core_set_auth(struct lnlb_core *core,
			const struct lnlb_core_auth *auth)
{
	core->auth = *auth;
}
