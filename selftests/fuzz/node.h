/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A core with surroundings that watch it: memory is counted, what it says and
 * accepts is checked against what core.h promises.
 */
#ifndef _FUZZ_NODE_H
#define _FUZZ_NODE_H

#include <stdio.h>
#include <stdlib.h>

#include "../../kernel/nf_lnlb/core/private.h"

#define NODE_SESSIONS		64
#define NODE_KEEPALIVE_MS	100
#define NODE_DEAD_MS		500

/* unlike assert(): there in every build, and says all that is known */
#define CHECK(cond) do { \
	if (!(cond)) { \
		fprintf(stderr, "%s:%d: %s: not so: %s\n", __FILE__, __LINE__, \
			__func__, #cond); \
		abort(); \
	} \
} while (0)

/**
 * struct node_session - a session the node knows of
 * @used: this entry is taken
 * @rec: as it was told or made here
 */
struct node_session {
	bool used;
	struct lnlb_session_rec rec;
};

/**
 * struct node - a core and its surroundings
 * @core: what is tested
 * @params: as given to it
 * @timers: as given to it
 * @now: ms
 * @next: when it wants a tick, ms
 * @incarnation: of its last start
 * @sequence: of the last frame it sent
 * @blocks: memory it has, in calls of alloc
 * @no_memory: alloc fails
 * @frames: sent since this was last set to 0
 * @calls: of operations that change something, since then
 * @loads: sessions it was told of, in all
 * @refuse: it takes no sessions
 * @no_sign: signing fails
 * @auth: as given to it
 * @accept: buckets that it takes new sessions of
 * @session: that it knows of
 * @in_bucket: how many of these, by bucket
 * @sent: called with each frame, may be NULL
 * @sent_ctx: for that
 */
struct node {
	struct lnlb_core *core;
	struct lnlb_core_params params;
	struct lnlb_core_timers timers;
	u64 now;
	u64 next;
	u64 incarnation;
	u64 sequence;
	unsigned int blocks;
	bool no_memory;
	unsigned int frames;
	unsigned int calls;
	unsigned int loads;
	bool refuse;
	bool no_sign;
	struct lnlb_core_auth auth;
	u8 accept[LNLB_WIRE_CLAIMS];
	struct node_session session[NODE_SESSIONS];
	u8 in_bucket[LNLB_BUCKETS];
	void (*sent)(void *ctx, const struct lnlb_node_id *to, const u8 *frame,
		     size_t len);
	void *sent_ctx;
};

void node_id(struct lnlb_node_id *id, unsigned int i);
void node_params(struct lnlb_core_params *params, unsigned int i);
void node_init(struct node *node, unsigned int i);
void node_free(struct node *node);
void node_set_auth(struct node *node, const struct lnlb_core_auth *auth);
void node_sign(u16 key_id, u8 *frame, size_t len);
bool node_believed(int stat);
void node_start(struct node *node);
void node_tick(struct node *node, u64 ms);
int node_rx(struct node *node, const u8 *frame, size_t len, const u8 *src);
void node_check(const struct node *node);
void node_check_shown(const struct node *node);
bool node_session_add(struct node *node, u16 bucket, u8 key,
		      const struct lnlb_node_id *owner);
void node_session_del(struct node *node, struct node_session *session);
struct node_session *node_session_find(struct node *node, u16 bucket, u8 key);

#endif /* _FUZZ_NODE_H */
