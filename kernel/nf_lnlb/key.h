/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LNLB_KEY_H
#define _LNLB_KEY_H

#include "lnlb.h"

/**
 * struct lnlb_secret - a key that is in use
 * @refs: references
 * @key: in the keyring, to see whether it was revoked or has expired
 * @tfm: HMAC-SHA256 with the secret; the only place where that is kept
 * @tag: key of the tags, made from the secret
 * @id: two bytes that depend on the secret and do not tell it
 */
struct lnlb_secret {
	refcount_t refs;
	struct key *key;
	struct crypto_shash *tfm;
	siphash_key_t tag;
	u16 id;
};

/**
 * struct lnlb_auth - the keys of a cluster that are in force
 * @secret: by number; the first one signs
 * @n_keys: how many
 * @permissive: unsigned frames are believed, too
 * @hash: of the bucket hash, or NULL
 */
struct lnlb_auth {
	struct lnlb_secret *secret[LNLB_KEYS_MAX];
	unsigned int n_keys;
	bool permissive;
	struct lnlb_secret *hash;
};

/**
 * lnlb_key_find() - look up the keys that a configuration names
 * @cfg: checked; gets references, to be given back by lnlb_key_release()
 * @why: filled in on refusal
 *
 * Context: that of the administrator, whose keyrings are searched; may sleep.
 * Return: 0, -ENOKEY, -EKEYREVOKED, -EKEYEXPIRED, -EINVAL and other negative
 * errnos; then @cfg has no references.
 */
int lnlb_key_find(struct lnlb_config *cfg, struct lnlb_refusal *why);

/**
 * lnlb_key_release() - give the references of a configuration back
 * @cfg: may have none
 *
 * Context: process context.
 */
void lnlb_key_release(struct lnlb_config *cfg);

/**
 * lnlb_key_merge() - as lnlb_config_merge(), but references change hands
 * @to: those to what is replaced are given back
 * @from: loses its own to @to
 *
 * Context: process context.
 */
void lnlb_key_merge(struct lnlb_config *to, struct lnlb_config *from);

/**
 * lnlb_key_put_in_force() - use the keys of a configuration from now on
 * @cluster: lnlb_net::lock held, core_lock not held
 * @cfg: with secrets; references are taken
 *
 * Context: process context, may sleep.
 * Return: 0 or -ENOMEM; then the keys of before are in force.
 */
int lnlb_key_put_in_force(struct lnlb_cluster *cluster,
			  const struct lnlb_config *cfg);

/**
 * lnlb_key_same_hash() - is the bucket hash that a configuration asks for the
 * one that is used?
 * @cluster: lnlb_net::lock held
 * @cfg: with secrets
 *
 * The names of keys do not tell: another secret may have been put under one.
 *
 * Context: process context.
 * Return: true if so.
 */
bool lnlb_key_same_hash(const struct lnlb_cluster *cluster,
			const struct lnlb_config *cfg);

/**
 * lnlb_key_core() - tell the core about the keys in force
 * @cluster: core_lock held
 */
void lnlb_key_core(struct lnlb_cluster *cluster);

/**
 * lnlb_key_exit() - no keys any more
 * @cluster: not used by packets any more
 */
void lnlb_key_exit(struct lnlb_cluster *cluster);

/**
 * lnlb_key_state() - can the key still be found in its keyring?
 * @secret: the key
 *
 * It stays in use when it cannot: a key that expires must not take a cluster
 * apart.
 *
 * Return: enum lnlb_key_state.
 */
u8 lnlb_key_state(const struct lnlb_secret *secret);

#endif /* _LNLB_KEY_H */
