#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Send what a node must not believe, and look at its counters.

Usage: bad_frames.py IFACE VIP NETNS MAC NETNS MAC
       the interface is on the LAN of two nodes, which are named by their
       namespaces and MAC addresses

Output: see reports.sh
"""

import json
import random
import subprocess
import sys
import time

import frames
from frames import STATE, KEEPALIVE, Sender, mac, mac_text
from probe import stood_still

# counters that grow in peace
PEACE = {"frame_tx", "frame_rx", "frame_tx_error"}
# below the length of a node's receive queue
AT_ONCE = 100
FLOOD = 20000
WAIT = 10


def say(good, what, why=""):
    print("%d\t%s\t%s" % (not good, what, why), flush=True)


def until(condition, seconds=WAIT):
    """Poll; the last value, true or not."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value or time.monotonic() > end:
            return value
        time.sleep(0.02)


class Node:
    """One of the two nodes."""

    def __init__(self, netns, node_id, vip):
        self.netns = netns
        self.id = mac(node_id)
        self.vip = vip
        self.stats = {}

    def show(self):
        text = subprocess.run(
            ["ip", "netns", "exec", self.netns, "lnlbctl", "show", "-j"],
            check=True, stdout=subprocess.PIPE).stdout
        return next(c for c in json.loads(text) if c["address"] == self.vip)

    def mark(self):
        self.stats = self.refused(self.show())

    @staticmethod
    def refused(cluster):
        return {name: count for name, count in cluster["stats"].items()
                if name.startswith("frame_") and name not in PEACE}

    def counted(self, cluster):
        """What was refused since the mark, by counter."""
        return {name: count - self.stats[name]
                for name, count in self.refused(cluster).items()
                if count != self.stats[name]}

    @staticmethod
    def beliefs(cluster):
        """What no bad frame may change."""
        return (cluster["state"], cluster["weight"],
                sorted((n["id"], n["state"], n["weight"], n["claims"],
                        n["target"]) for n in cluster["nodes"]))


class Cases:
    """All cases; wire and nodes are shared by them."""

    def __init__(self, wire, vip, nodes):
        self.wire = wire
        self.vip = vip
        self.dest = frames.cluster_mac(vip)
        self.nodes = nodes
        self.stranger = Sender(wire.mac, vip, incarnation=time.time_ns())
        self.peace = [n.beliefs(n.show()) for n in nodes]

    def check(self, what, expected):
        """expected: what each node is to count, a dict for each"""
        for node, expect, peace in zip(self.nodes, expected, self.peace):
            def settled(node=node, expect=expect, peace=peace):
                cluster = node.show()
                return (node.counted(cluster) == expect and
                        node.beliefs(cluster) == peace)
            since = time.time()
            # nodes that stood still have no buckets for a moment
            if until(settled, 3) or (stood_still(since) and
                                     until(settled, 3)):
                continue
            cluster = node.show()
            say(False, what, "%s: counted %s, expected %s; believes %s, "
                "before %s" % (node.netns, node.counted(cluster), expect,
                               node.beliefs(cluster), peace))
            return
        say(True, what)

    def both(self, what, payloads, counter):
        """Both nodes count each of these frames under the same name."""
        for node in self.nodes:
            node.mark()
        sent = 0
        for payload in payloads:
            self.wire.send(payload, self.dest)
            sent += 1
            if sent % AT_ONCE == 0:
                until(lambda: all(sum(n.counted(n.show()).values()) >= sent
                                  for n in self.nodes), 3)
        self.check("%s: %s" % (what, counter), [{counter: sent}] * 2)

    def each(self, what, raw, counters):
        """A frame as it is; each node counts it under a name of its own."""
        for node in self.nodes:
            node.mark()
        self.wire.send_raw(raw)
        self.check("%s: %s" % (what, " and ".join(counters)),
                   [{counter: 1} for counter in counters])

    # ---- cases ----

    def control(self):
        """The same frames, sound, are believed: else all below is idle."""
        name = mac_text(self.wire.mac)
        for node in self.nodes:
            node.mark()
        self.wire.send(self.stranger.keepalive(), self.dest)
        self.check("a keepalive of a stranger makes no node", [{}, {}])
        self.wire.send(self.stranger.state(
            heard=self.ids(), tail=frames.extension(3, b"new")), self.dest)
        seen = until(lambda: [n for n in self.nodes[0].show()["nodes"]
                              if n["id"] == name], 1)
        say(seen and seen[0]["state"] == "joining" and not seen[0]["claims"],
            "a sound state frame of a joining node is believed, what a newer "
            "version has added is skipped", seen)
        self.check("and forgotten when the node falls silent", [{}, {}])

    def ids(self):
        return sorted(node.id for node in self.nodes)

    def header(self):
        s = self.stranger
        whole = s.state(heard=self.ids())
        self.both("a state frame cut short at every length",
                  (whole[:n] for n in range(len(whole))), "frame_truncated")
        whole = s.keepalive()
        self.both("a keepalive cut short at every length",
                  (whole[:n] for n in range(len(whole))), "frame_truncated")
        self.both("wrong magic", [
            s.keepalive(magic=m) for m in (0, frames.MAGIC - 1,
                                           frames.MAGIC ^ 1 << 31)],
            "frame_magic")
        self.both("another version", [
            s.keepalive(version=v) for v in (0, 2, 255)], "frame_version")
        self.both("an unknown type", [
            s.frame(kind, b"\0" * 600) for kind in (0, 6, 7, 255)],
            "frame_type")
        self.both("a signed frame without room for the signature",
                  [s.keepalive(flags=1)], "frame_length")
        self.both("reserved header bits", [
            s.keepalive(flags=1 << bit) for bit in range(1, 16)] + [
            s.keepalive(key_id=1), s.keepalive(key_id=0x8000),
            s.keepalive(reserved_id=b"\0\1"),
            s.keepalive(id=b"\0" * 6), s.keepalive(id=frames.EVERYBODY)],
            "frame_reserved")
        self.both("another cluster's address behind our MAC",
                  [s.keepalive(addr=b"\0" * 10 + b"\xff\xff\x0a\0\0\x0b")],
                  "frame_addr")
        self.both("other cluster parameters", [
            s.state(header=h) for h in (
                {"affinity": 1}, {"affinity": 2, "affinity_len": 24},
                {"affinity_len": 1}, {"mode": 1}, {"buckets": 1024},
                {"buckets": 0}, {"hash_id": b"\0\0\1"})],
            "frame_params")

    def lengths(self):
        s = self.stranger
        self.both("a length beyond the frame", [
            s.keepalive(length=n) for n in (85, 1500, 1501, 65535)],
            "frame_truncated")
        self.both("a length that ends in the header", [
            s.keepalive(length=n) for n in (0, 1, 8, 59)], "frame_length")
        self.both("a length that ends in the body",
                  [s.keepalive(length=n) for n in range(60, 84)] +
                  [s.state(header={"length": n}) for n in (60, 400, 615)],
                  "frame_length")
        self.both("a body that its type does not fit", [
            s.frame(kind, b"\0" * 15) for kind in (KEEPALIVE, STATE, 4, 5)],
            "frame_length")
        self.both("nodes counted that are not listed", [
            s.state(n_heard=n) for n in (1, 2, 63)] + [
            s.state(heard=self.ids(), n_heard=3)], "frame_length")
        self.both("a list of more nodes than allowed", [
            s.state(n_heard=n) for n in (64, 65, 0x1556, 65535)],
            "frame_too_many_nodes")
        self.both("sessions counted that are not there", [
            s.sessions([s.record()], count=n) for n in (2, 100, 65535)] + [
            s.sessions([s.record(length=n)]) for n in (9, 64, 255)],
            "frame_length")
        self.both("extensions whose lengths lie", [
            s.state(tail=tail) for tail in (
                b"\xff", b"\xff\1\0", frames.extension(5, b"1234"),
                frames.extension(65535, b""), b"\0\0\0\0",
                frames.extension(0, b"") + b"\1")], "frame_length")

    def values(self):
        s = self.stranger
        ids = self.ids()
        self.both("a state frame with values out of range", [
            s.state(weight=0), s.state(state=0), s.state(state=6),
            s.state(state=255), s.state(weight_source=5),
            s.state(flags=0x20), s.state(flags=0x80),
            s.state(reserved=b"\0\0\1"), s.state(reserved2=1)],
            "frame_reserved")
        self.both("a list of nodes that is out of order", [
            s.state(heard=ids[::-1]), s.state(heard=[ids[0]] * 2),
            s.state(heard=[b"\0" * 6]), s.state(heard=[frames.EVERYBODY])],
            "frame_reserved")
        self.both("a keepalive with values out of range", [
            s.keepalive(state=0), s.keepalive(state=6),
            s.keepalive(rest=b"\1")], "frame_reserved")
        self.both("sessions with values out of range", [
            s.sessions(reserved=1), s.sessions(chunk=1),
            s.sessions(to=b"\1" * 6), s.sessions(to=b"\0" * 6),
            s.sessions([s.record(bucket=4096)]),
            s.sessions([s.record(bucket=65535)]),
            s.sessions([s.record(flags=4)]),
            s.sessions([s.record(reserved=1)]),
            s.sessions([s.record(owner=b"\1" * 6)]),
            s.sessions([s.record(length=65, data=b"\0" * 65)])],
            "frame_reserved")
        self.both("an acknowledgement with values out of range", [
            s.ack(ids[0], reserved=1), s.ack(ids[0], reserved2=1),
            s.ack(frames.EVERYBODY)], "frame_reserved")

    def impostors(self):
        first, second = self.nodes
        heard = self.wire.hear(first.id, KEEPALIVE)
        self.each("a node's own keepalive, come back", heard,
                  ["frame_echo", "frame_replay"])
        self.each("another node's keepalive, once more",
                  self.wire.hear(second.id, KEEPALIVE),
                  ["frame_replay", "frame_echo"])
        self.each("an older frame once more", heard,
                  ["frame_echo", "frame_replay"])
        spoof = Sender(first.id, self.vip, incarnation=1 << 63)
        head = self.dest + self.wire.mac + heard[12:14]
        for payload in (spoof.keepalive(), spoof.frame(frames.LEAVE),
                        spoof.state(heard=[second.id])):
            self.each("a node's id with another Ethernet source",
                      head + payload,
                      ["frame_duplicate_id", "frame_spoofed"])
        old = Sender(first.id, self.vip, incarnation=1)
        head = self.dest + first.id + heard[12:14]
        for payload in (old.keepalive(), old.frame(frames.LEAVE), old.state()):
            self.each("a node's id in an earlier life", head + payload,
                      ["frame_duplicate_id", "frame_replay"])

    def crowd(self):
        """More nodes than allowed: those that fit in are seen, no others."""
        node = self.nodes[0]
        room = frames.NODES_MAX - len(self.nodes)
        guests = [b"\x52\x54\0\0\x77" + bytes([i]) for i in range(room + 10)]
        for other in self.nodes:
            other.mark()
        for guest in guests:
            sender = Sender(guest, self.vip, time.time_ns())
            self.wire.send(sender.state(heard=self.ids()), self.dest, guest)
        cluster = until(lambda: next(
            (c for c in [node.show()] if node.counted(c)), None), 1)
        cluster = cluster or node.show()
        count = node.counted(cluster).get("frame_too_many_nodes", 0)
        say(count == 10, "of %d new nodes, 10 are too many" % len(guests),
            "counted %s" % node.counted(cluster))
        say(len(cluster["nodes"]) <= frames.NODES_MAX,
            "at most %d are listed" % frames.NODES_MAX, len(cluster["nodes"]))
        say(sum(n["claims"] for n in cluster["nodes"]) == frames.BUCKETS,
            "all buckets have an owner while they are there",
            [n["claims"] for n in cluster["nodes"]])
        self.check("a crowd goes as it came",
                   [{"frame_too_many_nodes": 10}] * 2)

    def garbage(self):
        seed = random.randrange(1 << 32)
        rand = random.Random(seed)
        print("#\tgarbage of seed\t%d" % seed, flush=True)

        def junk():
            length = rand.randrange(1, 1400)
            body = rand.randbytes(length)
            if rand.randrange(2):
                return body
            return self.stranger.frame(
                rand.randrange(1, 6), body,
                length=rand.choice((60 + length, rand.randrange(65536))))

        pieces = [self.dest + self.wire.mac + b"\x88\x70" + junk()
                  for _ in range(1000)]
        for node in self.nodes:
            node.mark()
        slab = slab_kb()
        start = time.monotonic()
        for _ in range(FLOOD // len(pieces)):
            for piece in pieces:
                self.wire.send_raw(piece)
        print("#\t%d frames of garbage in\t%.1f s" %
              (FLOOD, time.monotonic() - start), flush=True)
        for node, peace in zip(self.nodes, self.peace):
            at_once = node.show()
            end = [n["claims"] for n in at_once["nodes"]]
            say(sum(end) == frames.BUCKETS, "%s: all buckets have an owner "
                "right after a flood of garbage" % node.netns[-2:],
                "claims %s" % end)
            same = until(lambda n=node, p=peace: n.beliefs(n.show()) == p, 5)
            say(same, "%s: believes none of it" % node.netns[-2:],
                "%s; before %s" % (node.beliefs(node.show()), peace))
            counted = node.counted(node.show())
            print("#\t%s\t%s" % (node.netns[-2:], counted), flush=True)
            # where the queue was full, frames of the other node got lost, too
            lost = counted.get("frame_overflow", 0)
            say(0.95 * FLOOD < sum(counted.values()) <= FLOOD + lost,
                "%s: all of it is counted" % node.netns[-2:], counted)
        say(until(lambda: slab_kb() < slab + 8192, 5),
            "memory does not grow by it",
            "%d kB, before %d kB" % (slab_kb(), slab))


def slab_kb():
    with open("/proc/meminfo", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file
                    if line.startswith("SUnreclaim:"))


def main():
    iface, vip = sys.argv[1:3]
    nodes = [Node(netns, node_id, vip)
             for netns, node_id in zip(sys.argv[3::2], sys.argv[4::2])]
    cases = Cases(frames.Wire(iface), vip, nodes)
    cases.control()
    cases.header()
    cases.lengths()
    cases.values()
    cases.impostors()
    cases.crowd()
    cases.garbage()
    print("end")


main()
