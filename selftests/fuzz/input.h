/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The core target's input: a byte for what happens, with an argument in its
 * upper half, and what that takes. What is missing at the end reads as zero.
 */
#ifndef _FUZZ_INPUT_H
#define _FUZZ_INPUT_H

#include <stddef.h>
#include <stdint.h>

/**
 * enum input_op - what happens; see play.c for what follows each
 * @INPUT_TICK: time goes by; argument: index of input_ms, 15: u32 follows
 * @INPUT_FRAME: a frame as it is; argument & 1: from another Ethernet source
 * @INPUT_STATE: a peer's STATE; argument: which peer
 * @INPUT_KEEPALIVE: a peer's KEEPALIVE
 * @INPUT_LEAVE: a peer's LEAVE
 * @INPUT_SESSIONS: a peer's SESSIONS
 * @INPUT_ACK: a peer's SESSIONS_ACK
 * @INPUT_WEIGHT: this node's weight
 * @INPUT_SET_STATE: this node's state
 * @INPUT_RESYNC: argument & 1: only a refresh
 * @INPUT_SESSION: a session of this node; argument & 1: it ends
 * @INPUT_RESTART: argument & 1: with a good-bye; & 2: not started again
 * @INPUT_TIMERS: new intervals
 * @INPUT_TROUBLE: argument & 1: no memory; & 2: sessions are refused; & 4: a
 *	byte about keys follows
 * @INPUT_MANGLE: a byte of the next frame is another
 * @INPUT_PEERS: argument 0: a crowd of peers; else a peer starts anew
 */
enum input_op {
	INPUT_TICK,
	INPUT_FRAME,
	INPUT_STATE,
	INPUT_KEEPALIVE,
	INPUT_LEAVE,
	INPUT_SESSIONS,
	INPUT_ACK,
	INPUT_WEIGHT,
	INPUT_SET_STATE,
	INPUT_RESYNC,
	INPUT_SESSION,
	INPUT_RESTART,
	INPUT_TIMERS,
	INPUT_TROUBLE,
	INPUT_MANGLE,
	INPUT_PEERS,
};

/* keys, a byte */
#define INPUT_AUTH_KEYS		0x03	/* so many has the node, at most 2 */
#define INPUT_AUTH_PERMISSIVE	0x04
#define INPUT_AUTH_PEERS	0x30	/* which key peers sign with, 0: none */
#define INPUT_AUTH_FAILS	0x40	/* the node cannot sign */

/* how a STATE is filled in, a byte */
#define INPUT_STATE_STALE	0x01	/* does not have our newest STATE */
#define INPUT_STATE_DEAF	0x02	/* does not hear us */
#define INPUT_STATE_DIGEST	0x04	/* of another view */
#define INPUT_STATE_OLD		0x08	/* version and epoch as before */
#define INPUT_STATE_CLAIMS	0x30	/* see enum input_claims */
#define INPUT_STATE_HEARD	0x40	/* a mask of further peers follows */
#define INPUT_STATE_UNPROVEN	0x80	/* signed, but as if recorded before */

/**
 * enum input_claims - what a STATE claims
 * @INPUT_CLAIMS_NONE: nothing
 * @INPUT_CLAIMS_TARGET: what is to be the peer's in our view
 * @INPUT_CLAIMS_BYTE: a byte follows, all bytes are alike
 * @INPUT_CLAIMS_ALL: everything
 */
enum input_claims {
	INPUT_CLAIMS_NONE,
	INPUT_CLAIMS_TARGET,
	INPUT_CLAIMS_BYTE,
	INPUT_CLAIMS_ALL,
};

/**
 * struct input - what is left of it
 * @pos: next byte
 * @end: behind the last one
 */
struct input {
	const uint8_t *pos;
	const uint8_t *end;
};

static inline uint64_t input_take(struct input *in, unsigned int bytes)
{
	uint64_t value = 0;

	while (bytes--)
		value = value << 8 | (in->pos < in->end ? *in->pos++ : 0);
	return value;
}

#endif /* _FUZZ_INPUT_H */
