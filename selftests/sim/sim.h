/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Many cores on a network in memory, all from one seed, with the promises of
 * the design checked at every step.
 *
 * Time is counted in units of 100 us. A node has a clock of its own.
 */
#ifndef _LNLB_SIM_H
#define _LNLB_SIM_H

#include <stdio.h>
#include <stdlib.h>
#include "private.h"

#define SIM_MS			10ULL
#define SIM_NODES		LNLB_NODES_MAX
#define SIM_SLOTS		16384	/* of the wheel: 1.6 s ahead */
#define SIM_RXQ			256	/* as LNLB_RXQ_MAX of the module */
#define SIM_LATE		3	/* tenths of the dead interval, at most */
#define SIM_SESSIONS		384
#define SIM_FAULTS		512
#define SIM_DIGESTS		4096

/**
 * struct sim_rng - a source of numbers
 * @s: its state
 */
struct sim_rng {
	u64 s[4];
};

/**
 * enum sim_profile - what kind of trouble a run is about
 * @SIM_CALM: planned changes only
 * @SIM_CRASH: crashes and restarts, too
 * @SIM_LOSS: frames are lost, doubled, late and out of order
 * @SIM_PAUSE: machines stand still and notice it afterwards
 * @SIM_STOP: machines stand still together with their clocks
 * @SIM_PARTITION: the network falls apart and heals
 * @SIM_DEAF: some do not hear some others
 * @SIM_SHUT: some do not hear some others, and that stays so
 * @SIM_ALL: all of that, but for the last
 * @SIM_PROFILES: their number
 */
enum sim_profile {
	SIM_CALM,
	SIM_CRASH,
	SIM_LOSS,
	SIM_PAUSE,
	SIM_STOP,
	SIM_PARTITION,
	SIM_DEAF,
	SIM_SHUT,
	SIM_ALL,
	SIM_PROFILES
};

/**
 * struct sim_config - a run, all from its seed
 * @nodes: how many
 * @profile: enum sim_profile
 * @seed: of all else
 * @timers: of every node
 * @loss: frames in 1000 that do not arrive
 * @dup: frames in 1000 that arrive twice
 * @delay: of every frame, units
 * @jitter: up to this much more
 * @drift_ppm: clocks are off by up to this
 * @late: wakes in 1000 that come late
 * @ring: frames that wait for a machine that stands still
 * @refresh: a node tells of its sessions again after that, units
 * @last_loss: losses go on after the faults have stopped
 */
struct sim_config {
	unsigned int nodes;
	unsigned int profile;
	u64 seed;
	struct lnlb_core_timers timers;
	u32 loss;
	u32 dup;
	u32 delay;
	u32 jitter;
	u32 drift_ppm;
	u32 late;
	u32 ring;
	u64 refresh;
	bool last_loss;
};

/* what can happen; sim_fault_name[] follows */
enum sim_fault_kind {
	SIM_FAULT_WEIGHT,
	SIM_FAULT_STORM,
	SIM_FAULT_DRAIN,
	SIM_FAULT_SUSPEND,
	SIM_FAULT_RESUME,
	SIM_FAULT_LEAVE,
	SIM_FAULT_JOIN,
	SIM_FAULT_RESYNC,
	SIM_FAULT_CRASH,
	SIM_FAULT_RESTART,
	SIM_FAULT_STALE,
	SIM_FAULT_PAUSE,
	SIM_FAULT_STOP,
	SIM_FAULT_PARTITION,
	SIM_FAULT_DEAF,
	SIM_FAULT_BURST,
	SIM_FAULT_BLINK,
	SIM_FAULTS_KINDS
};

/* what SIM_FAULT_DEAF does, by its argument */
enum {
	SIM_ONE_WAY,	/* other does not hear node */
	SIM_BOTH_WAYS,	/* nor does node hear other */
	SIM_MUTE,	/* nobody hears node */
	SIM_DEAF_NODE,	/* node hears nobody */
	SIM_PAIRS,	/* some of those that are not node do not hear others */
	SIM_CLIQUE,	/* of three to five that are not node, none hears another */
	SIM_DEAF_KINDS
};

/**
 * struct sim_fault - one thing that happens
 * @at: when, units
 * @kind: enum sim_fault_kind
 * @node: to whom
 * @other: and to whom else
 * @arg: a number whose meaning depends on @kind
 * @len: how long it lasts, units
 * @off: left out, by the search for a short trace
 */
struct sim_fault {
	u64 at;
	u8 kind;
	u16 node;
	u16 other;
	u32 arg;
	u64 len;
	bool off;
};

/**
 * struct sim_frame - a frame on its way, perhaps to many
 * @refs: how many more times it arrives
 * @from: sender
 * @len: bytes of @data
 * @sent_at: units
 * @data: the frame
 */
struct sim_frame {
	u32 refs;
	u16 from;
	u16 len;
	u64 sent_at;
	u8 data[];
};

/* kinds of events on the wheel */
enum { SIM_WAKE, SIM_ARRIVE };

/**
 * struct sim_event - an entry of the wheel
 * @next: in its slot
 * @kind: SIM_WAKE or SIM_ARRIVE
 * @node: whom it is for
 * @gen: of the wake; an older one is void
 * @frame: that arrives
 */
struct sim_event {
	struct sim_event *next;
	u8 kind;
	u16 node;
	u32 gen;
	struct sim_frame *frame;
};

/**
 * struct sim_link - what b knows of a
 * @cut: nothing gets through
 * @fresh: a STATE sent since the last separation has been dealt with
 * @settled: one that was sent since both had such a STATE, too
 * @last_rx: when the last frame came through, units
 * @sent_at: when that was sent, units
 * @lost_at: when the last one was lost, units
 * @state_at: when the newest STATE that was dealt with was sent, units
 * @mended_at: when the last separation ended, units
 * @fresh_at: when both sides had a fresh STATE, units
 */
struct sim_link {
	bool cut;
	bool fresh;
	bool settled;
	u64 last_rx;
	u64 sent_at;
	u64 lost_at;
	u64 state_at;
	u64 mended_at;
	u64 fresh_at;
};

/**
 * struct sim_session - a client's session
 * @alive: there is one
 * @dropped: the last one here ended as its owner was suspended, or forgotten
 * @moved: while its owner stood still another node served its client
 * @mover: which
 * @mover_incarnation: of that
 * @gen: tells it from an earlier one in the same place
 * @bucket: its bucket
 * @owner: node it was made on
 * @next: next one in the bucket, -1 at the end
 */
struct sim_session {
	bool alive;
	bool dropped;
	bool moved;
	u16 gen;
	u16 bucket;
	u16 owner;
	u16 mover;
	u64 mover_incarnation;
	s32 next;
};

/**
 * struct sim_node - a machine
 * @sim: where it is
 * @core: what is tested; NULL while the machine is off
 * @params: as given to it
 * @incarnation: of its last start
 * @stale: that was lower than before
 * @paused: stands still
 * @unnoticed: its clock does so, too
 * @paused_at: when it last began to do so, units
 * @woke_at: when it last went on after an unnoticed stop, units
 * @skipped: what its clock has missed, units
 * @drift_ppm: of its clock
 * @offset_ms: of its clock
 * @lease_ms: no new sessions after this time of its clock
 * @alive_ms: and no packets of those it has after this one
 * @wake_gen: of the wake that counts
 * @wake_at: when that is, units
 * @refresh_at: when it tells of its sessions again, units
 * @state: as set by the administrator
 * @n_rxq: frames that wait
 * @rxq: these
 * @arrived: when they came, by the node's clock, ms
 * @accepting: buckets
 * @accept: buckets it takes new sessions of
 * @digest: the view that was checked last
 * @n_inflight: sessions being made while their bucket was taken away
 * @inflight: these
 * @known: sessions of others that it knows of
 * @known_at: since when, or when it was told again, units
 */
struct sim_node {
	struct sim *sim;
	struct lnlb_core *core;
	struct lnlb_core_params params;
	u64 incarnation;
	bool stale;
	bool paused;
	bool unnoticed;
	u64 paused_at;
	u64 woke_at;
	u64 skipped;
	s32 drift_ppm;
	u64 offset_ms;
	u64 lease_ms;
	u64 alive_ms;
	u32 wake_gen;
	u64 wake_at;
	u64 refresh_at;
	u8 state;
	unsigned int n_rxq;
	struct sim_frame *rxq[SIM_RXQ];
	u64 arrived[SIM_RXQ];
	u32 accepting;
	u8 accept[LNLB_WIRE_CLAIMS];
	u64 digest;
	unsigned int n_inflight;
	u16 inflight[16];
	u8 known[SIM_SESSIONS / 8];
	u64 known_at[SIM_SESSIONS];
};

/**
 * struct sim_result - what a run, or many, came to
 * @hash: of all that was sent and taken: the same for the same seed
 * @steps: ticks and frames taken in, of all nodes
 * @time: that went by, units
 * @accepts: buckets taken
 * @recovery: longest time after the end of the faults that a bucket was
 *	without an owner, or had two, units
 * @recovery_bound: what was allowed in that run, units
 * @overlap: longest time that a node that had stood still unnoticed went on
 *	to accept a bucket that others had taken over, units
 * @sessions: made
 */
struct sim_result {
	u64 hash;
	u64 steps;
	u64 time;
	u64 accepts;
	u64 recovery;
	u64 recovery_bound;
	u64 overlap;
	u64 sessions;
};

/**
 * struct sim - a run
 * @cfg: what it is like
 * @now: units
 * @trace: print what happens
 * @watch: bucket whose changes are traced, -1: none
 * @net: numbers for the network
 * @load: numbers for clients
 * @quiet: the faults are over
 * @slot: the wheel
 * @tail: last event of each slot
 * @free: unused events
 * @n_faults: in @fault
 * @next_fault: the next to happen
 * @fault: what happens
 * @undo: faults whose end is due, see schedule.c
 * @link: link[a][b]: what b hears of a
 * @node: machines
 * @holders: by bucket, nodes that accept it
 * @n_single: buckets that exactly one node accepts
 * @gap_since: by bucket, since when that is not so, units
 * @quiet_at: when the faults were over, units
 * @excluded: a node has shut itself out since
 * @first_session: by bucket, -1: none
 * @session: of clients
 * @next_session: when the next one is made, units
 * @n_overlaps: pairs in @overlap
 * @overlap: pairs of nodes that accept a bucket both
 * @next_look: when to look at these again, units
 * @digests: views seen, and the tables that nodes have made of them
 * @result: of this run
 * @failure: empty while all is well
 */
struct sim {
	struct sim_config cfg;
	u64 now;
	bool trace;
	int watch;
	struct sim_rng net;
	struct sim_rng load;
	bool quiet;
	struct sim_event *slot[SIM_SLOTS];
	struct sim_event *tail[SIM_SLOTS];
	struct sim_event *free;
	unsigned int n_faults;
	unsigned int next_fault;
	struct sim_fault fault[SIM_FAULTS];
	unsigned int n_undo;
	struct sim_fault undo[SIM_FAULTS];
	struct sim_link link[SIM_NODES][SIM_NODES];
	struct sim_node node[SIM_NODES];
	u16 holders[LNLB_BUCKETS];
	u32 n_single;
	u64 gap_since[LNLB_BUCKETS];
	u64 quiet_at;
	bool excluded;
	s32 first_session[LNLB_BUCKETS];
	struct sim_session session[SIM_SESSIONS];
	u64 next_session;
	unsigned int n_overlaps;
	struct {
		u16 a;
		u16 b;
	} overlap[1024];
	u64 next_look;
	struct {
		u64 digest;
		u64 table;
	} digests[SIM_DIGESTS];
	struct sim_result result;
	char failure[256];
};

/* rng.c */
void sim_rng_init(struct sim_rng *rng, u64 seed);
u64 sim_rng_next(struct sim_rng *rng);
u32 sim_rng_below(struct sim_rng *rng, u32 below);

/* net.c */
void sim_net_wake(struct sim *sim, struct sim_node *node, u64 at);
void sim_net_send(struct sim *sim, unsigned int from, int to, const u8 *data,
		  size_t len);
void sim_net_step(struct sim *sim);
void sim_net_free(struct sim *sim);
void sim_net_drop_queue(struct sim_node *node);

/* node.c */
u64 sim_node_clock(const struct sim_node *node);
bool sim_node_serves(const struct sim_node *node);
void sim_node_start(struct sim *sim, unsigned int i, u64 incarnation);
void sim_node_off(struct sim *sim, unsigned int i, bool goodbye);
void sim_node_pause(struct sim *sim, unsigned int i, bool unnoticed);
void sim_node_resume(struct sim *sim, unsigned int i);
void sim_node_wake(struct sim *sim, struct sim_node *node);

/* ops.c */
extern const struct lnlb_core_ops sim_ops;
void sim_ops_land(struct sim_node *node);
void sim_ops_release_all(struct sim_node *node);

/* clients.c */
void sim_clients_make(struct sim *sim, unsigned int owner, u16 bucket);
void sim_clients_kill(struct sim *sim, unsigned int owner);
void sim_clients_drop(struct sim *sim, unsigned int owner);
bool sim_clients_known(const struct sim_node *node, unsigned int session);
void sim_clients_know(struct sim_node *node, unsigned int session, bool know);
void sim_clients_step(struct sim *sim);

/* schedule.c */
void sim_schedule_init(struct sim *sim, unsigned int nodes,
		       unsigned int profile, u64 seed);
void sim_schedule_step(struct sim *sim);
void sim_schedule_end(struct sim *sim);
extern const char *const sim_profile_name[SIM_PROFILES];
extern const char *const sim_fault_name[SIM_FAULTS_KINDS];

/* check.c */
void sim_fail(struct sim *sim, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
bool sim_check_apart(const struct sim *sim, unsigned int a, unsigned int b);
void sim_check_heard(struct sim *sim, unsigned int from, unsigned int to,
		     u64 sent_at);
void sim_check_state(struct sim *sim, unsigned int from, unsigned int to,
		     u64 sent_at, bool lists);
void sim_check_accept(struct sim *sim, unsigned int i, u16 bucket);
void sim_check_answers(struct sim *sim, unsigned int i);
void sim_check_session(struct sim *sim, unsigned int i, unsigned int session);
void sim_check_step(struct sim *sim, struct sim_node *node);
void sim_check_gap(struct sim *sim, u16 bucket);
void sim_check_gaps(struct sim *sim);
void sim_check_end(struct sim *sim);

/* shut.c */
void sim_shut_check(struct sim *sim);

/* run.c */
struct sim *sim_run(unsigned int nodes, unsigned int profile, u64 seed,
		    const bool *off, bool trace, int watch);
u64 sim_run_bound(const struct sim *sim);
void sim_run_free(struct sim *sim);

/* campaign.c */
bool sim_campaign(u64 steps, u64 first, const char *path);

/* million.c */
bool sim_million(void);

/* traffic.c */
bool sim_traffic(void);

/* trace.c */
void sim_say(const struct sim *sim, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void sim_trace_failure(struct sim *sim);
void sim_trace_hash(struct sim *sim, u64 what, const u8 *data, size_t len);

#endif /* _LNLB_SIM_H */
