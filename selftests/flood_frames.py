#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Write what lnlb-flood sends: frames that a node has to refuse.

Usage: flood_frames.py IFACE VIP DIR COUNT SECRET SELF PEER OPEN

The interface is on the LAN of a cluster with the key SECRET. COUNT frames and
more of each of the nodes SELF and PEER, MAC addresses, are recorded, a STATE of
PEER among them. What is made of them, and without them, is meant for SELF. DIR
gets a file for each kind, with COUNT different frames where that matters, and
one of all kinds together, mix. And crowd: nodes that there are not in the
cluster with the address OPEN, which has no key.
"""

import random
import socket
import struct
import sys
import time

import frames
from frames import KEEPALIVE, STATE, Sender, mac

LONG = 1400
# beyond any sequence number of a real frame
FRESH = 0x70000000 << 32
PATIENCE = 30


def record(iface, nodes, count):
    """So many frames of each of these nodes, a STATE of the last among them."""
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                         socket.htons(frames.ETHERTYPE))
    sock.bind((iface, frames.ETHERTYPE))
    sock.settimeout(0.2)
    print("recording", flush=True)
    end = time.monotonic() + PATIENCE
    kept = {node: [] for node in nodes}
    while (min(map(len, kept.values())) < count or
           not any(field(f, "type") == STATE for f in kept[nodes[-1]])):
        if time.monotonic() > end:
            sys.exit("too few frames: %s" % list(map(len, kept.values())))
        try:
            frame = sock.recv(2048)
        except TimeoutError:
            continue
        if frame[6:12] in kept:
            kept[frame[6:12]].append(frame)
    return [kept[node] for node in nodes]


def field(frame, name):
    return dict(zip(frames.HEADER_FIELDS,
                    frames.HEADER.unpack_from(frame, 14)))[name]


class Forger:
    """One who has no key, and writes frames as a node would."""

    def __init__(self, vip, secret, like):
        self.head = frames.cluster_mac(vip)
        self.vip = vip
        self.key = frames.key_id(secret)
        self.id = field(like, "id")
        self.incarnation = field(like, "incarnation")

    def frame(self, kind, length, source=None, node_id=None, **fields):
        sender = Sender(node_id or self.id, self.vip, self.incarnation)
        sender.sequence = FRESH
        said = {"flags": frames.SIGNED, "key_id": self.key}
        said.update(fields)
        body = random.randbytes(length - frames.HEADER.size)
        if "length" not in said:
            said["length"] = length
        return (self.head + (source or self.id) +
                struct.pack("!H", frames.ETHERTYPE) +
                sender.frame(kind, body, **said))


def cut(recorded):
    """Recorded frames, cut short anywhere."""
    return [frame[:14 + random.randrange(1, len(frame) - 14)]
            for frame in recorded]


def altered(recorded):
    """Headers that were heard, tags as well, around something else."""
    return [frame[:14 + frames.HEADER.size] +
            random.randbytes(field(frame, "length") - frames.HEADER.size -
                             frames.TAG_LEN - frames.SIGNATURE_LEN) +
            frame[14 + field(frame, "length") - frames.TAG_LEN -
                  frames.SIGNATURE_LEN:] for frame in recorded]


def kinds(vip, secret, own, peers, count):
    forger = Forger(vip, secret, peers[-1])
    guest = b"\x52\x54\0\0\x66\x01"
    keepalive = frames.HEADER.size + 24 + 24
    state = next(f for f in peers if field(f, "type") == STATE)
    shuffled = peers[:]
    random.shuffle(shuffled)
    return {
        "magic": ("same", [forger.frame(KEEPALIVE, keepalive, magic=1)]),
        "version": ("same", [forger.frame(KEEPALIVE, keepalive, version=9)]),
        "address": ("same", [forger.frame(
            KEEPALIVE, keepalive, addr=b"\0" * 10 + b"\xff\xff\x0a\1\1\1")]),
        "truncated": ("same", cut(shuffled)),
        "spoofed": ("fresh", [forger.frame(KEEPALIVE, keepalive,
                                           source=guest)]),
        "unsigned": ("fresh", [forger.frame(KEEPALIVE, keepalive, flags=0,
                                            key_id=0)]),
        "key": ("fresh", [forger.frame(KEEPALIVE, keepalive,
                                       key_id=forger.key ^ 1)]),
        "keepalive": ("fresh", [forger.frame(KEEPALIVE, keepalive)]),
        "state": ("fresh", [forger.frame(STATE, LONG)]),
        "stranger": ("fresh", [forger.frame(STATE, LONG, source=guest,
                                            node_id=guest)]),
        "echo": ("same", own + [frame[:6] + forger.id + frame[12:]
                                for frame in own]),
        "replayed": ("same", peers),
        "reordered": ("same", shuffled),
        "replayed-state": ("same", [state]),
        "altered": ("same", altered(shuffled)),
        "missed": ("same", altered(gone(vip, secret, 2, count))),
        "gone": ("same", gone(vip, secret, 3, count)),
        "recorded": ("same", gone(vip, secret, 4, 1000)),
    }


def gone(vip, secret, number, count):
    """Frames of a node that was there once, signatures and all."""
    ghost = Sender(b"\x52\x54\0\0\x66" + bytes([number]), vip,
                   time.time_ns(), secret)
    head = frames.cluster_mac(vip) + ghost.id + b"\x88\x70"
    return [head + ghost.state() for _ in range(count)]


def crowd(vip, count):
    """Unsigned frames of many who never say what they are."""
    for number in range(count):
        one = Sender(b"\x52\x54\0\0\x67" + bytes([number]), vip)
        yield (frames.cluster_mac(vip) + one.id +
               struct.pack("!H", frames.ETHERTYPE) + one.keepalive())


def write(path, lines):
    with open(path, "w", encoding="ascii") as file:
        file.writelines("%s %s\n" % (word, frame.hex())
                        for word, frame in lines)


def main():
    iface, vip, path, count, secret, me, peer, open_vip = sys.argv[1:]
    count = int(count)
    own, peers = record(iface, [mac(me), mac(peer)], count // 2)
    mix = []
    for name, (word, some) in kinds(vip, secret.encode(), own, peers,
                                    count).items():
        lines = [(word, frame) for frame in some]
        write("%s/%s" % (path, name), lines)
        mix += (lines * count)[:count]
    random.shuffle(mix)
    write("%s/mix" % path, mix)
    write("%s/crowd" % path,
          [("fresh", f) for f in crowd(open_vip, count)])


main()
