// SPDX-License-Identifier: GPL-2.0-only
/* Tags and signatures: those of our frames, and whether those of others fit. */

#include <crypto/algapi.h>
#include <crypto/hash.h>
#include <linux/random.h>
#include <linux/siphash.h>

#include "key.h"
#include "sign.h"

void lnlb_sign_digest(const struct lnlb_secret *secret, const void *data,
		      size_t len, u8 digest[SHA256_DIGEST_SIZE])
{
	SHASH_DESC_ON_STACK(desc, secret->tfm);

	desc->tfm = secret->tfm;
	/* Software on linear data does not fail. */
	if (WARN_ON_ONCE(crypto_shash_digest(desc, data, len, digest)))
		get_random_bytes(digest, SHA256_DIGEST_SIZE);
	shash_desc_zero(desc);
}

static const struct lnlb_secret *
secret_by_number(const struct lnlb_cluster *cluster, unsigned int key)
{
	const struct lnlb_auth *auth;

	auth = rcu_dereference_protected(cluster->auth,
					 lockdep_is_held(&cluster->core_lock));
	if (WARN_ON_ONCE(!auth || key >= auth->n_keys))
		return NULL;
	return auth->secret[key];
}

bool lnlb_sign_tag(const struct lnlb_cluster *cluster, unsigned int key,
		   const u8 *header, size_t len, u8 tag[LNLB_TAG_LEN])
{
	const struct lnlb_secret *secret = secret_by_number(cluster, key);

	if (!secret)
		return false;
	put_unaligned_be64(siphash(header, len, &secret->tag), tag);
	return true;
}

bool lnlb_sign_frame(const struct lnlb_cluster *cluster, unsigned int key,
		     const u8 *data, size_t len,
		     u8 signature[LNLB_SIGNATURE_LEN])
{
	const struct lnlb_secret *secret = secret_by_number(cluster, key);
	u8 digest[SHA256_DIGEST_SIZE];

	if (!secret)
		return false;
	lnlb_sign_digest(secret, data, len, digest);
	memcpy(signature, digest, LNLB_SIGNATURE_LEN);
	return true;
}

/* Return: false if the signature is wrong. */
static bool verify_skb(const struct lnlb_secret *secret,
		       const struct sk_buff *skb, size_t len)
{
	u8 digest[SHA256_DIGEST_SIZE], signature[LNLB_SIGNATURE_LEN];
	int offset = skb_network_offset(skb);
	SHASH_DESC_ON_STACK(desc, secret->tfm);
	struct skb_seq_state state;
	const u8 *data;
	size_t n, used = 0;
	int err;

	len -= LNLB_SIGNATURE_LEN;
	desc->tfm = secret->tfm;
	err = crypto_shash_init(desc);
	skb_prepare_seq_read((struct sk_buff *)skb, offset, offset + len,
			     &state);
	while (!err && used < len && (n = skb_seq_read(used, &data, &state))) {
		/* It may show more than was asked for. */
		n = min(n, len - used);
		err = crypto_shash_update(desc, data, n);
		used += n;
	}
	skb_abort_seq_read(&state);
	err = err ?: crypto_shash_final(desc, digest);
	shash_desc_zero(desc);
	return !err && used == len &&
	       !skb_copy_bits(skb, offset + len, signature,
			      sizeof(signature)) &&
	       !crypto_memneq(digest, signature, sizeof(signature));
}

int lnlb_sign_verify(const struct lnlb_secret *secret,
		     const struct sk_buff *skb,
		     const struct lnlb_wire_header *header)
{
	return verify_skb(secret, skb, be16_to_cpu(header->length)) ?
	       LNLB_STAT_FRAME_RX : LNLB_STAT_FRAME_AUTH;
}

static bool has_tag(const struct lnlb_secret *secret, const struct sk_buff *skb,
		    const struct lnlb_wire_header *header)
{
	size_t end = be16_to_cpu(header->length);
	u8 want[LNLB_TAG_LEN], buf[LNLB_TAG_LEN];
	const u8 *tag;

	tag = skb_header_pointer(skb, skb_network_offset(skb) + end -
				 sizeof(struct lnlb_wire_trailer),
				 sizeof(buf), buf);
	put_unaligned_be64(siphash(header, sizeof(*header), &secret->tag),
			   want);
	return tag && !crypto_memneq(tag, want, sizeof(want));
}

int lnlb_sign_check(const struct lnlb_cluster *cluster,
		    const struct sk_buff *skb,
		    const struct lnlb_wire_header *header,
		    const struct lnlb_secret **secret)
{
	const struct lnlb_auth *auth = rcu_dereference(cluster->auth);
	int stat = LNLB_STAT_FRAME_KEY;
	unsigned int i;

	*secret = NULL;
	if (!auth || !auth->n_keys)
		return LNLB_STAT_FRAME_RX;
	if (!lnlb_wire_signed(header))
		return auth->permissive ? LNLB_STAT_FRAME_RX :
					  LNLB_STAT_FRAME_UNSIGNED;
	for (i = 0; i < auth->n_keys; i++) {
		if (auth->secret[i]->id != be16_to_cpu(header->key_id))
			continue;
		if (has_tag(auth->secret[i], skb, header)) {
			*secret = auth->secret[i];
			return LNLB_STAT_FRAME_RX;
		}
		stat = LNLB_STAT_FRAME_AUTH;
	}
	return stat;
}
