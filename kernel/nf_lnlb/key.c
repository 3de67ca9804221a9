// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keys: from the administrator's keyring into the HMAC, and nowhere else.
 *
 * Work items have no keyrings. So a key is looked up where it is named, in the
 * administrator's process, and goes along with the configuration from there.
 */

#include <crypto/hash.h>
#include <crypto/sha2.h>
#include <keys/user-type.h>
#include <linux/key.h>

#include "config.h"
#include "gate.h"
#include "key.h"
#include "sign.h"

#define HMAC		"hmac(sha256)"
#define SECRET_MIN	16	/* bytes */
#define SECRET_MAX	64
/* What is signed to get something else than a signature of a frame. */
#define LABEL_ID	"lnlb key id"
#define LABEL_TAG	"lnlb tag"
#define LABEL_HASH	"lnlb bucket hash"

static int refuse(struct lnlb_refusal *why, u32 cfg, const char *cause, int err)
{
	why->cfg = cfg;
	why->cause = cause;
	return err;
}

static void secret_free(struct lnlb_secret *secret)
{
	if (!IS_ERR_OR_NULL(secret->tfm))
		crypto_free_shash(secret->tfm);
	key_put(secret->key);
	kfree_sensitive(secret);
}

static void secret_put(struct lnlb_secret *secret)
{
	if (secret && refcount_dec_and_test(&secret->refs))
		secret_free(secret);
}

static struct lnlb_secret *secret_get(struct lnlb_secret *secret)
{
	if (secret)
		refcount_inc(&secret->refs);
	return secret;
}

/* The secret goes straight from the keyring into the HMAC. */
static int set_secret(struct lnlb_secret *secret, u32 cfg,
		      struct lnlb_refusal *why)
{
	const struct user_key_payload *payload;
	int err = -EKEYREVOKED;

	down_read(&secret->key->sem);
	payload = user_key_payload_locked(secret->key);
	if (!payload)
		refuse(why, cfg, "the key was revoked", err);
	else if (payload->datalen < SECRET_MIN || payload->datalen > SECRET_MAX)
		err = refuse(why, cfg, "a key has 16 to 64 bytes", -EINVAL);
	else
		err = crypto_shash_setkey(secret->tfm, payload->data,
					  payload->datalen);
	up_read(&secret->key->sem);
	return err;
}

static int secret_fill(struct lnlb_secret *secret, u32 cfg,
		       struct lnlb_refusal *why)
{
	u8 digest[SHA256_DIGEST_SIZE];
	int err;

	secret->tfm = crypto_alloc_shash(HMAC, 0, 0);
	if (IS_ERR(secret->tfm))
		return refuse(why, cfg, "the kernel has no HMAC-SHA256",
			      PTR_ERR(secret->tfm));
	why->cause = "the key cannot be used";
	why->cfg = cfg;
	err = set_secret(secret, cfg, why);
	if (err)
		return err;
	lnlb_sign_digest(secret, LABEL_ID, strlen(LABEL_ID), digest);
	secret->id = get_unaligned_be16(digest);
	lnlb_sign_digest(secret, LABEL_TAG, strlen(LABEL_TAG), digest);
	secret->tag.key[0] = get_unaligned_be64(digest);
	secret->tag.key[1] = get_unaligned_be64(digest + 8);
	memzero_explicit(digest, sizeof(digest));
	return 0;
}

static const char *not_found(int err)
{
	switch (err) {
	case -ENOKEY:
		return "no logon key of this description in the keyrings of this process";
	case -EKEYREVOKED:
		return "the key was revoked";
	case -EKEYEXPIRED:
		return "the key has expired";
	case -EACCES:
		return "the key may not be searched for by this process";
	}
	return "the key cannot be had";
}

static struct lnlb_secret *secret_find(const char *desc, u32 cfg,
				       struct lnlb_refusal *why)
{
	struct lnlb_secret *secret;
	struct key *key;
	int err;

	key = request_key(&key_type_logon, desc, NULL);
	if (IS_ERR(key)) {
		refuse(why, cfg, not_found(PTR_ERR(key)), 0);
		return ERR_CAST(key);
	}
	secret = kzalloc(sizeof(*secret), GFP_KERNEL_ACCOUNT);
	if (!secret) {
		key_put(key);
		refuse(why, cfg, "out of memory", 0);
		return ERR_PTR(-ENOMEM);
	}
	refcount_set(&secret->refs, 1);
	secret->key = key;
	err = secret_fill(secret, cfg, why);
	if (!err)
		return secret;
	secret_free(secret);
	return ERR_PTR(err);
}

static const u32 cfg_bit[] = {
	[LNLB_KEY_SIGN] = LNLB_CFG_KEY,
	[LNLB_KEY_NEXT] = LNLB_CFG_KEY_NEXT,
	[LNLB_KEY_HASH] = LNLB_CFG_HASH,
};

int lnlb_key_find(struct lnlb_config *cfg, struct lnlb_refusal *why)
{
	struct lnlb_secret *secret;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cfg->key); i++) {
		if (!cfg->key[i].desc[0])
			continue;
		secret = secret_find(cfg->key[i].desc, cfg_bit[i], why);
		if (IS_ERR(secret)) {
			lnlb_key_release(cfg);
			return PTR_ERR(secret);
		}
		cfg->key[i].secret = secret;
	}
	return 0;
}

void lnlb_key_release(struct lnlb_config *cfg)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cfg->key); i++) {
		secret_put(cfg->key[i].secret);
		cfg->key[i].secret = NULL;
	}
}

void lnlb_key_merge(struct lnlb_config *to, struct lnlb_config *from)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(to->key); i++)
		if (from->set & cfg_bit[i])
			secret_put(to->key[i].secret);
	lnlb_config_merge(to, from);
	for (i = 0; i < ARRAY_SIZE(to->key); i++)
		from->key[i].secret = NULL;
}

static void auth_free(struct lnlb_auth *auth)
{
	unsigned int i;

	if (!auth)
		return;
	for (i = 0; i < auth->n_keys; i++)
		secret_put(auth->secret[i]);
	secret_put(auth->hash);
	kfree(auth);
}

/* A hash that nobody without the key can work out, the same on all nodes. */
static void make_hash_key(const struct lnlb_cluster *cluster,
			  const struct lnlb_secret *hash, siphash_key_t *key,
			  u8 id[LNLB_HASH_ID_LEN])
{
	u8 data[sizeof(LABEL_HASH) - 1 + sizeof(cluster->addr)];
	u8 digest[SHA256_DIGEST_SIZE] = {};

	BUILD_BUG_ON(sizeof(*key) != 16);
	if (hash) {
		memcpy(data, LABEL_HASH, sizeof(LABEL_HASH) - 1);
		memcpy(data + sizeof(LABEL_HASH) - 1, &cluster->addr,
		       sizeof(cluster->addr));
		lnlb_sign_digest(hash, data, sizeof(data), digest);
	} else {
		memcpy(digest, &cluster->addr, sizeof(cluster->addr));
	}
	memcpy(id, digest + 16, LNLB_HASH_ID_LEN);
	key->key[0] = get_unaligned_be64(digest);
	key->key[1] = get_unaligned_be64(digest + 8);
	memzero_explicit(digest, sizeof(digest));
}

bool lnlb_key_same_hash(const struct lnlb_cluster *cluster,
			const struct lnlb_config *cfg)
{
	u8 id[LNLB_HASH_ID_LEN];
	siphash_key_t key;
	bool same;

	make_hash_key(cluster, cfg->key[LNLB_KEY_HASH].secret, &key, id);
	same = !memcmp(&cluster->hash_key, &key, sizeof(key)) &&
	       !memcmp(cluster->hash_id, id, sizeof(id));
	memzero_explicit(&key, sizeof(key));
	return same;
}

static bool same_keys(const struct lnlb_config *a, const struct lnlb_config *b)
{
	return a->permissive == b->permissive &&
	       !memcmp(a->key, b->key, sizeof(a->key));
}

int lnlb_key_put_in_force(struct lnlb_cluster *cluster,
			  const struct lnlb_config *cfg)
{
	struct lnlb_auth *auth, *old;
	unsigned int i;

	lockdep_assert_held(&cluster->ln->lock);
	if (same_keys(cfg, &cluster->cfg))
		return 0;
	auth = kzalloc(sizeof(*auth), GFP_KERNEL_ACCOUNT);
	if (!auth)
		return -ENOMEM;
	auth->permissive = cfg->permissive;
	for (i = 0; i < LNLB_KEYS_MAX; i++)
		if (cfg->key[i].secret)
			auth->secret[auth->n_keys++] =
				secret_get(cfg->key[i].secret);
	auth->hash = secret_get(cfg->key[LNLB_KEY_HASH].secret);

	mutex_lock(&cluster->core_lock);
	old = rcu_replace_pointer(cluster->auth, auth,
				  lockdep_is_held(&cluster->core_lock));
	memcpy(cluster->cfg.key, cfg->key, sizeof(cfg->key));
	cluster->cfg.permissive = cfg->permissive;
	/* Packets look at it: what stays the same is not written. */
	if (!lnlb_key_same_hash(cluster, cfg))
		make_hash_key(cluster, auth->hash, &cluster->hash_key,
			      cluster->hash_id);
	lnlb_key_core(cluster);
	lnlb_gate_update(cluster);
	mutex_unlock(&cluster->core_lock);
	if (old)
		synchronize_rcu_expedited();
	auth_free(old);
	return 0;
}

void lnlb_key_core(struct lnlb_cluster *cluster)
{
	struct lnlb_core_auth core_auth = {};
	const struct lnlb_auth *auth;
	unsigned int i;

	auth = rcu_dereference_protected(cluster->auth,
					 lockdep_is_held(&cluster->core_lock));
	if (!auth || !cluster->core)
		return;
	core_auth.n_keys = auth->n_keys;
	core_auth.permissive = auth->permissive;
	for (i = 0; i < auth->n_keys; i++)
		core_auth.key_id[i] = auth->secret[i]->id;
	lnlb_core_set_auth(cluster->core, &core_auth);
}

void lnlb_key_exit(struct lnlb_cluster *cluster)
{
	lnlb_key_release(&cluster->over);
	auth_free(rcu_dereference_protected(cluster->auth, true));
	RCU_INIT_POINTER(cluster->auth, NULL);
}

u8 lnlb_key_state(const struct lnlb_secret *secret)
{
	switch (key_validate(secret->key)) {
	case 0:
		return LNLB_KEY_VALID;
	case -EKEYEXPIRED:
		return LNLB_KEY_EXPIRED;
	}
	return LNLB_KEY_REVOKED;
}
