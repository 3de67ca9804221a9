// SPDX-License-Identifier: GPL-2.0-only
/* Inputs of the core target that lead into its corners. */
#include "seeds.h"

#define TICK_100	8	/* tick_ms in fuzz_core.c */
#define TICK_5		3
#define TICK_7000	14
#define TARGET		(INPUT_CLAIMS_TARGET << 4)

static struct seed play;

static void op(enum input_op op, unsigned int arg)
{
	seed_put(&play, 1, arg << 4 | op);
}

static void ticks(unsigned int index, unsigned int n)
{
	while (n--)
		op(INPUT_TICK, index);
}

static void state(unsigned int peer, u8 how, u16 weight, u8 state, u8 flags)
{
	op(INPUT_STATE, peer);
	seed_put(&play, 1, how);
	seed_put(&play, 2, weight);
	seed_put(&play, 1, state);
	seed_put(&play, 1, flags);
	seed_put(&play, 1, 1);
}

/* a peer that goes along with us */
static void agree(unsigned int peer, u8 how, u16 weight)
{
	state(peer, how, weight, LNLB_NODE_ACTIVE, LNLB_WIRE_SETTLED);
	ticks(TICK_5, 1);
}

static void save(const char *name)
{
	seed_save(SEED_CORE, name, play.data, play.len);
	play.len = 0;
}

/* active, with one peer, and the buckets shared */
static void two(void)
{
	ticks(TICK_100, 6);
	state(2, 0, 100, LNLB_NODE_JOINING, LNLB_WIRE_JOIN);
	ticks(TICK_5, 2);
	agree(2, 0, 100);
	agree(2, 0, 100);
}

static void sessions(unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		op(INPUT_SESSION, 0);
		seed_put(&play, 2, i * 61);
		seed_put(&play, 1, i);
	}
}

/* frames of sessions are acknowledged as they come */
static void acks(unsigned int n)
{
	while (n--) {
		op(INPUT_ACK, 2);
		seed_put(&play, 2, 0);
		ticks(TICK_5, 1);
	}
}

static void hand_over(void)
{
	two();
	sessions(40);
	agree(2, 0, 1);
	agree(2, 0, 1);
	acks(40);
	agree(2, TARGET, 1);
	op(INPUT_RESYNC, 0);
	ticks(TICK_5, 1);
	agree(2, TARGET, 1);
	op(INPUT_RESYNC, 1);
	acks(4);
	op(INPUT_SESSION, 1);
	seed_put(&play, 3, 0);
	save("play-hand-over");
}

/* told of sessions: of the peer, of another, ended ones, too many */
static void told(void)
{
	unsigned int i, round;

	two();
	for (round = 0; round < 3; round++) {
		op(INPUT_SESSIONS, 2);
		seed_put(&play, 3, 0x010706);
		for (i = 0; i < 6; i++) {
			seed_put(&play, 2, i * 700);
			seed_put(&play, 1, i == 5 ? 3 : 0);
			seed_put(&play, 1, i == 4);
			seed_put(&play, 1, 18);
			seed_put(&play, 1, i);
		}
		ticks(TICK_5, 1);
		op(INPUT_TROUBLE, 2);
	}
	save("play-told");
}

static void fences(void)
{
	two();
	agree(2, TARGET, 100);
	agree(2, TARGET | INPUT_STATE_DEAF, 100);
	ticks(TICK_100, 3);
	agree(2, TARGET, 100);
	ticks(TICK_7000, 1);
	agree(2, TARGET, 100);
	ticks(TICK_100, 7);
	save("play-fences");
}

static void claims(void)
{
	two();
	agree(2, INPUT_CLAIMS_ALL << 4, 100);
	agree(2, INPUT_CLAIMS_BYTE << 4, 100);
	seed_put(&play, 1, 0x55);
	agree(2, TARGET | INPUT_STATE_STALE, 100);
	agree(3, TARGET | INPUT_STATE_DIGEST, 100);
	seed_put(&play, 8, 1);
	agree(3, INPUT_STATE_HEARD, 100);
	seed_put(&play, 2, 0xffff);
	agree(3, INPUT_STATE_OLD, 100);
	op(INPUT_KEEPALIVE, 3);
	seed_put(&play, 2, 0x0205);
	op(INPUT_KEEPALIVE, 4);
	seed_put(&play, 2, 0x0205);
	ticks(TICK_100, 7);
	save("play-claims");
}

static void self(void)
{
	static const u8 states[] = { 1, 0, 2, 0 };
	unsigned int i;

	two();
	sessions(3);
	for (i = 0; i < ARRAY_SIZE(states); i++) {
		op(INPUT_SET_STATE, states[i]);
		ticks(TICK_5, 1);
		agree(2, TARGET, 100);
		acks(3);
	}
	op(INPUT_WEIGHT, 1);
	seed_put(&play, 2, 7);
	for (i = 0; i < 4; i++) {
		op(INPUT_RESTART, i);
		ticks(TICK_100, 2);
		agree(2, TARGET, 100);
	}
	op(INPUT_TIMERS, 0);
	seed_put(&play, 8, 0);
	ticks(TICK_5, 2);
	save("play-self");
}

static void strangers(void)
{
	unsigned int i;

	two();
	op(INPUT_PEERS, 0);
	seed_put(&play, 1, 99);
	ticks(TICK_100, 2);
	op(INPUT_LEAVE, 2);
	agree(2, 0, 100);
	op(INPUT_PEERS, 2);
	agree(2, 0, 100);
	agree(1, 0, 100);
	ticks(TICK_100, 7);
	op(INPUT_TROUBLE, 1);
	agree(5, 0, 100);
	op(INPUT_TROUBLE, 0);
	for (i = 0; i < 64; i += 4) {
		op(INPUT_MANGLE, 0);
		seed_put(&play, 2, i);
		seed_put(&play, 1, 1 << i % 8);
		agree(2, 0, 100);
	}
	save("play-strangers");
}

/* unsigned, permissive, signed, by another key, by a key that is gone */
static void keys(void)
{
	static const u8 how[] = { 0x01, 0x05, 0x11, 0x21, 0x22, 0x20, 0x72 };
	unsigned int i;

	two();
	for (i = 0; i < ARRAY_SIZE(how); i++) {
		op(INPUT_TROUBLE, 4);
		seed_put(&play, 1, how[i]);
		agree(2, TARGET, 100);
		op(INPUT_MANGLE, 0);
		seed_put(&play, 2, -1 - i);
		seed_put(&play, 1, 1);
		agree(3, 0, 100);
		ticks(TICK_100, 1);
	}
	op(INPUT_TROUBLE, 4);
	seed_put(&play, 1, 0x11);
	agree(4, INPUT_STATE_UNPROVEN, 100);
	agree(4, 0, 100);
	agree(4, TARGET, 100);
	op(INPUT_LEAVE, 4);
	agree(4, INPUT_STATE_UNPROVEN, 100);
	op(INPUT_PEERS, 4);
	ticks(TICK_100, 25);
	agree(4, INPUT_STATE_UNPROVEN, 100);
	agree(4, 0, 100);
	save("play-keys");
}

/**
 * seed_plays() - write them all
 */
void seed_plays(void)
{
	hand_over();
	told();
	fences();
	claims();
	self();
	strangers();
	keys();
}
