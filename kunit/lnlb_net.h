/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A handful of cores on a network in memory, with a clock that the test moves.
 * Promises are checked at the moment a node starts to accept a bucket.
 */
#ifndef _LNLB_NET_H
#define _LNLB_NET_H

#include <kunit/test.h>
#include <linux/vmalloc.h>
#include "../kernel/nf_lnlb/core/private.h"
#include "hmac_sha256.h"
#include "siphash24.h"

#define LNLB_NET_NODES		6
#define LNLB_NET_FRAMES		2048
#define LNLB_NET_SESSIONS	512
#define LNLB_NET_KEEPALIVE_MS	100
#define LNLB_NET_DEAD_MS	500
#define LNLB_NET_DELAY_MS	1

/**
 * struct lnlb_net_session - a session that a node knows of
 * @used: this entry is taken
 * @bucket: its bucket
 * @key: what it is known by
 * @owner: index of the node it stays with
 */
struct lnlb_net_session {
	bool used;
	u16 bucket;
	u32 key;
	u8 owner;
};

/**
 * struct lnlb_net_frame - on the wire
 * @due: arrives then, ms; 0: has arrived
 * @from: index of the sender
 * @to: index of the receiver
 * @len: bytes of @data
 * @data: the frame
 */
struct lnlb_net_frame {
	u64 due;
	int from;
	int to;
	size_t len;
	u8 data[LNLB_FRAME_MAX];
};

/**
 * struct lnlb_net_node - a node
 * @net: where it is
 * @core: what is tested; NULL if the node is not there or has crashed
 * @params: as given to it
 * @paused: gets neither frames nor ticks
 * @next_tick: when it wants one, ms
 * @ticks: it got
 * @frames: it sent
 * @barriers: it asked for
 * @signs: signatures it asked for
 * @loads: sessions it was told of
 * @yields: sessions it was told to let go of
 * @answers: packets that it takes may be on their way, see @barrier
 * @accepting: buckets
 * @accept: buckets that it takes new sessions of
 * @events: by enum lnlb_event, how often
 * @gone: nodes it was told are gone
 * @fail_alloc: no memory
 * @secret: of its keys; NULL: cannot sign
 * @auth: as given to it
 * @refuse_loads: its table of sessions is full
 * @session: that it knows of
 */
struct lnlb_net_node {
	struct lnlb_net *net;
	struct lnlb_core *core;
	struct lnlb_core_params params;
	bool paused;
	u64 next_tick;
	u32 ticks;
	u32 frames;
	u32 barriers;
	u32 signs;
	u32 loads;
	u32 yields;
	bool answers;
	u32 accepting;
	u8 accept[LNLB_WIRE_CLAIMS];
	u32 events[LNLB_EVENT_MAX + 1];
	u32 gone;
	bool fail_alloc;
	const char *secret[LNLB_KEYS_MAX];
	struct lnlb_core_auth auth;
	bool refuse_loads;
	struct lnlb_net_session session[LNLB_NET_SESSIONS];
};

/**
 * struct lnlb_net - all of it
 * @test: the test that runs
 * @now: ms
 * @timers: of new nodes
 * @seed: of the losses
 * @loss_percent: frames that do not arrive
 * @jitter_ms: up to this much later than LNLB_NET_DELAY_MS; overtakes others
 * @lost_types: bit per frame type: only these get lost; 0 = all
 * @cut: cut[a][b]: b does not hear a
 * @overlaps: buckets that a node accepted while another one did
 * @strangers: buckets accepted without knowing of their sessions elsewhere
 * @stats: by enum lnlb_stat, what became of the frames
 * @head: next frame to arrive
 * @tail: next free place
 * @frame: those on the way
 * @node: the nodes
 */
struct lnlb_net {
	struct kunit *test;
	u64 now;
	struct lnlb_core_timers timers;
	u64 seed;
	u32 loss_percent;
	u32 jitter_ms;
	u32 lost_types;
	bool cut[LNLB_NET_NODES][LNLB_NET_NODES];
	u32 overlaps;
	u32 strangers;
	u32 stats[LNLB_STAT_MAX + 1];
	unsigned int head;
	unsigned int tail;
	struct lnlb_net_frame frame[LNLB_NET_FRAMES];
	struct lnlb_net_node node[LNLB_NET_NODES];
};

extern const struct lnlb_core_ops lnlb_net_ops;

int lnlb_net_init(struct kunit *test);
void lnlb_net_exit(struct kunit *test);
void lnlb_net_params(struct lnlb_core_params *params, int i, u64 incarnation);
u32 lnlb_net_random(struct lnlb_net *net, u32 below);
void lnlb_net_start(struct lnlb_net *net, int i, u16 weight);
void lnlb_net_start_all(struct lnlb_net *net, int n);
void lnlb_net_crash(struct lnlb_net *net, int i);
void lnlb_net_run(struct lnlb_net *net, u64 ms);
u64 lnlb_net_run_until_owned(struct lnlb_net *net, u64 ms);
bool lnlb_net_owned(const struct lnlb_net *net);
int lnlb_net_acceptor(const struct lnlb_net *net, u16 bucket);
void lnlb_net_weight(struct lnlb_net *net, int i, u16 weight);
void lnlb_net_keys(struct lnlb_net *net, int i, const char *first,
		   const char *second, bool permissive);
void lnlb_net_leave(struct lnlb_net *net, int i);
void lnlb_net_partition(struct lnlb_net *net, u32 side, bool cut);
int lnlb_net_rx(struct lnlb_net *net, int i, const u8 *frame, size_t len,
		const u8 *src);
void lnlb_net_expect_done(const struct lnlb_net_node *node);
void lnlb_net_session_add(struct lnlb_net *net, int i, u16 bucket, u32 key,
			  int owner);
int lnlb_net_session_owner(const struct lnlb_net *net, int i, u32 key);

#endif /* _LNLB_NET_H */
