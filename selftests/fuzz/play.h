/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _FUZZ_PLAY_H
#define _FUZZ_PLAY_H

#include "input.h"
#include "node.h"

#define PLAY_PEERS	16
#define PLAY_MANGLES	4

/**
 * struct play_peer - a node that the input speaks for
 * @params: its
 * @sequence: of its last frame
 * @version: of its last STATE
 * @epoch: as in that
 */
struct play_peer {
	struct lnlb_core_params params;
	u64 sequence;
	u64 version;
	u64 epoch;
};

/**
 * struct play - a node, its peers, and what happens to them
 * @node: what is tested, number 1
 * @in: the input
 * @peer: the others, by number
 * @n_mangles: entries in @mangle
 * @mangle: bytes of the next frame that are to be others
 * @key_id: which key the peers sign with, 0: they do not
 */
struct play {
	struct node node;
	struct input in;
	struct play_peer peer[PLAY_PEERS];
	unsigned int n_mangles;
	struct {
		u16 at;
		u8 mask;
	} mangle[PLAY_MANGLES];
	u16 key_id;
};

void play_peer_init(struct play_peer *peer, unsigned int i);
void play_peer_frame(struct play *play, unsigned int arg, enum input_op op);
void play_crowd(struct play *play, unsigned int n);

#endif /* _FUZZ_PLAY_H */
