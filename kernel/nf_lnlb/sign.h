/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LNLB_SIGN_H
#define _LNLB_SIGN_H

#include <crypto/sha2.h>

#include "core/wire.h"
#include "lnlb.h"

/**
 * lnlb_sign_digest() - HMAC-SHA256
 * @secret: the key
 * @data: of what
 * @len: bytes of it
 * @digest: filled in
 */
void lnlb_sign_digest(const struct lnlb_secret *secret, const void *data,
		      size_t len, u8 digest[SHA256_DIGEST_SIZE]);

/**
 * lnlb_sign_tag() - operation tag of struct lnlb_core_ops
 * @cluster: core_lock held
 * @key: number of the key
 * @header: what gets a tag
 * @len: bytes of it
 * @tag: filled in
 *
 * Return: false if there is no such key.
 */
bool lnlb_sign_tag(const struct lnlb_cluster *cluster, unsigned int key,
		   const u8 *header, size_t len, u8 tag[LNLB_TAG_LEN]);

/**
 * lnlb_sign_frame() - operation sign of struct lnlb_core_ops
 * @cluster: core_lock held
 * @key: number of the key
 * @data: what is signed
 * @len: bytes of it
 * @signature: filled in
 *
 * Return: false if there is no such key.
 */
bool lnlb_sign_frame(const struct lnlb_cluster *cluster, unsigned int key,
		     const u8 *data, size_t len,
		     u8 signature[LNLB_SIGNATURE_LEN]);

/**
 * lnlb_sign_check() - look at the tag of a frame that just came in
 * @cluster: whom it is for
 * @skb: the frame, need not be linear
 * @header: its header, parsed by lnlb_wire_parse_header()
 * @secret: set to the key that has made the header, NULL if it needs none; good
 *	until rcu_read_unlock()
 *
 * Context: softirq, rcu_read_lock().
 * Return: LNLB_STAT_FRAME_RX if the header may be believed, else the counter
 * that says why not.
 */
int lnlb_sign_check(const struct lnlb_cluster *cluster,
		    const struct sk_buff *skb,
		    const struct lnlb_wire_header *header,
		    const struct lnlb_secret **secret);

/**
 * lnlb_sign_verify() - look at the signature of a frame that just came in
 * @secret: that has made its header
 * @skb: the frame, need not be linear
 * @header: its header
 *
 * Context: softirq, rcu_read_lock().
 * Return: LNLB_STAT_FRAME_RX or LNLB_STAT_FRAME_AUTH.
 */
int lnlb_sign_verify(const struct lnlb_secret *secret,
		     const struct sk_buff *skb,
		     const struct lnlb_wire_header *header);

#endif /* _LNLB_SIGN_H */
