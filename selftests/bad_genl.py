#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Broken generic netlink requests: each is refused and changes nothing.

Usage: bad_genl.py; there is one cluster nlb0 of manual weight on eth0.
Output: see reports.sh
"""

from bad_netlink import Group
from netlink import (
    A_ADDR, A_AFFINITY, A_AFFINITY_LEN, A_CLIENT, A_CLIENT_PORT, A_DEV, A_DOORS,
    A_FLAGS, A_MAC, A_MAX, A_MODE, A_NAME, A_NODES, A_PAD, A_STATE, A_TIMEOUT,
    A_WEIGHT, A_WEIGHT_SOURCE, A_XDP_LINK, A_XDP_PROG, ACK, BUCKETS, DEL, DUMP,
    EVENT, GET, NESTED, NEW, OWNER, RESYNC, SESSIONS, SET, XDP_OFF, XDP_ON, addr,
    attr, nest, text, u8, u16, u32)

# Sound requests; what a message cut short loses first is what it needs most.
SOUND = {
    NEW: text(A_NAME, "mine") + addr(A_ADDR, "10.0.0.77") +
    attr(A_DEV, b"eth0\0"),
    DEL: text(A_NAME, "nlb0"),
    SET: u16(A_WEIGHT, 7777) + text(A_NAME, "nlb0"),
    GET: text(A_NAME, "nlb0"),
    RESYNC: text(A_NAME, "nlb0"),
    BUCKETS: text(A_NAME, "nlb0"),
    OWNER: addr(A_CLIENT, "10.0.0.100") + text(A_NAME, "nlb0"),
    SESSIONS: text(A_NAME, "nlb0"),
    XDP_ON: u32(A_XDP_PROG, 0) + u32(A_XDP_LINK, 0) + text(A_NAME, "nlb0"),
    XDP_OFF: text(A_NAME, "nlb0"),
}
VERBS = {NEW: "NEW_CLUSTER", DEL: "DEL_CLUSTER", SET: "SET_CLUSTER",
         GET: "GET_CLUSTER", RESYNC: "RESYNC", BUCKETS: "GET_BUCKETS",
         OWNER: "GET_OWNER", SESSIONS: "GET_SESSIONS", XDP_ON: "XDP_ON",
         XDP_OFF: "XDP_OFF"}
# the one that is a dump
FLAGS = {SESSIONS: {"flags": DUMP | ACK}}


class Cases(Group):
    """Requests and what became of them, one line for each group."""

    def group(self, what, requests, codes):
        """requests: (what, command, payload, further arguments of call)"""
        self.check(what, [
            (name, self.genl.call(command, payload,
                                  **(rest[0] if rest else {}))[0])
            for name, command, payload, *rest in requests], codes)

    def broken(self):
        """What is wrong with any request, tried on each."""
        tails = {
            "attribute type 0": attr(0, b"\0\0\0\0"),
            "an unknown attribute": u32(A_MAX + 1, 1),
            "an attribute of far away": u32(0x3FFF, 1),
            "padding as an attribute": attr(A_PAD, b"\0" * 8),
            "an attribute of answers": u8(A_DOORS, 1),
            "a nest of answers": nest(A_NODES, u8(A_STATE, 2)),
            "a name in a nest": attr(A_NAME | NESTED, b"nlb0\0"),
            "a nest in a name": nest(A_NAME, text(A_NAME, "nlb0")),
            "a flood of attributes": u32(A_MAX + 1, 1) * 500,
            "one byte too many": b"\0",
            "three bytes too many": b"\1\0\0",
            "an attribute of no length": attr(A_NAME, b"nlb0\0", length=0),
            "one shorter than its header": attr(A_NAME, b"nlb0\0", length=3),
            "one longer than the message": attr(A_NAME, b"nlb0\0", length=99),
            "one of the greatest length": attr(A_NAME, b"x\0", length=65535),
        }
        for command, sound in SOUND.items():
            how = FLAGS.get(command, {})
            self.group("%s with a broken attribute behind" % VERBS[command], [
                (name, command, sound + tail, how)
                for name, tail in tails.items()], ("EINVAL", "ERANGE"))
            self.group("%s cut short anywhere" % VERBS[command], [
                ("%d bytes" % n, command, sound[:n], how)
                for n in range(len(sound) - 3)] + [
                ("header of %d bytes" % n, command, b"",
                 {"length": 16 + n} | how) for n in range(0, 4)], ("EINVAL",))
            self.group("%s with the reserved field set" % VERBS[command],
                       [("reserved", command, sound, {"reserved": 1} | how)],
                       ("EINVAL",))

    def missing(self):
        new = {A_ADDR: addr(A_ADDR, "10.0.0.77"), A_DEV: text(A_DEV, "eth0")}
        self.group("what a request needs is missing", [
            ("NEW without address", NEW, new[A_DEV]),
            ("NEW without device", NEW, new[A_ADDR]),
            ("NEW without anything", NEW, b""),
            ("DEL without name", DEL, b""),
            ("SET without name", SET, u16(A_WEIGHT, 7777)),
            ("GET without name", GET, b""),
            ("RESYNC without name", RESYNC, b""),
            ("BUCKETS without name", BUCKETS, b""),
            ("OWNER without name", OWNER, addr(A_CLIENT, "10.0.0.100")),
            ("OWNER without client", OWNER, text(A_NAME, "nlb0")),
            ("SESSIONS without name", SESSIONS, b"", FLAGS[SESSIONS]),
            ("XDP_ON without name", XDP_ON, b""),
            ("XDP_ON without link", XDP_ON, text(A_NAME, "nlb0") +
             u32(A_XDP_PROG, 0)),
            ("XDP_ON without program", XDP_ON, text(A_NAME, "nlb0") +
             u32(A_XDP_LINK, 0)),
            ("XDP_OFF without name", XDP_OFF, b"")],
            ("EINVAL",))
        self.group("an unknown cluster", [
            (VERBS[c], c, text(A_NAME, "nobody") +
             (addr(A_CLIENT, "10.0.0.100") if c == OWNER else b""),
             FLAGS.get(c, {}))
            for c in (DEL, SET, GET, RESYNC, BUCKETS, OWNER, SESSIONS, XDP_ON,
                      XDP_OFF)],
            ("ENOENT",))
        self.group("an unknown command", [
            (str(c), c, text(A_NAME, "nlb0"))
            for c in (0, EVENT, XDP_OFF + 1, 255)] + [
            ("a list of owners", OWNER, SOUND[OWNER], {"flags": DUMP | ACK}),
            ("one session", SESSIONS, SOUND[SESSIONS])], ("EOPNOTSUPP",))
        for command, kinds in (
                (DEL, (A_ADDR, A_DEV, A_WEIGHT, A_FLAGS)),
                (SET, (A_ADDR, A_DEV, A_AFFINITY, A_MODE, A_MAC)),
                (RESYNC, (A_ADDR, A_WEIGHT)), (GET, (A_ADDR, A_CLIENT)),
                (BUCKETS, (A_ADDR, A_CLIENT)), (OWNER, (A_ADDR, A_DEV)),
                (SESSIONS, (A_CLIENT, A_CLIENT_PORT))):
            sound = {A_ADDR: addr(A_ADDR, "10.0.0.10"),
                     A_DEV: text(A_DEV, "eth0"), A_WEIGHT: u16(A_WEIGHT, 5),
                     A_FLAGS: u32(A_FLAGS, 1), A_AFFINITY: u8(A_AFFINITY, 1),
                     A_MODE: u8(A_MODE, 0), A_MAC: attr(A_MAC, b"\2" * 6),
                     A_CLIENT: addr(A_CLIENT, "10.0.0.1"),
                     A_CLIENT_PORT: u16(A_CLIENT_PORT, 1)}
            self.group("%s with what it does not take" % VERBS[command], [
                ("attribute %d" % kind, command, SOUND[command] + sound[kind],
                 FLAGS.get(command, {})) for kind in kinds], ("EINVAL",))

    def values(self):
        """Sizes and ranges of each attribute, in NEW and in SET."""
        manual = u8(A_WEIGHT_SOURCE, 4)
        bad = {
            "a weight of 1 byte": manual + u8(A_WEIGHT, 5),
            "a weight of 4 bytes": manual + u32(A_WEIGHT, 5),
            "a weight of 0 bytes": manual + attr(A_WEIGHT),
            "a weight of 1000 bytes": manual + attr(A_WEIGHT, b"\5" * 1000),
            "weight 0": manual + u16(A_WEIGHT, 0),
            "a weight for loadavg": u8(A_WEIGHT_SOURCE, 0) + u16(A_WEIGHT, 5),
            "weight source 5": u8(A_WEIGHT_SOURCE, 5),
            "weight source 255": u8(A_WEIGHT_SOURCE, 255),
            "a weight source of 2 bytes": u16(A_WEIGHT_SOURCE, 4),
            "timeout 0": u32(A_TIMEOUT, 0),
            "timeout 31536001": u32(A_TIMEOUT, 31536001),
            "timeout 4294967295": u32(A_TIMEOUT, 0xFFFFFFFF),
            "a timeout of 8 bytes": attr(A_TIMEOUT, b"\1" + b"\0" * 7),
            "state waiting": u8(A_STATE, 0),
            "state joining": u8(A_STATE, 1),
            "state leaving": u8(A_STATE, 4),
            "state 6": u8(A_STATE, 6),
            "a state of 2 bytes": u16(A_STATE, 3),
            "flag 4": u32(A_FLAGS, 4),
            "all flags": u32(A_FLAGS, 0xFFFFFFFF),
            "a name without end": attr(A_NAME, b"nlb0"),
            "a name of 16": attr(A_NAME, b"a" * 16 + b"\0"),
            "a name of 4000": attr(A_NAME, b"a" * 4000 + b"\0"),
            "no name": attr(A_NAME),
        }
        new = {
            "an address of 0 bytes": attr(A_ADDR),
            "an address of 3 bytes": attr(A_ADDR, b"\x0a\0\0"),
            "an address of 5 bytes": attr(A_ADDR, b"\x0a\0\0\7\7"),
            "an address of 17 bytes": attr(A_ADDR, b"\x20" * 17),
            "address 0.0.0.0": addr(A_ADDR, "0.0.0.0"),
            "an IPv6 address": attr(A_ADDR, b"\x20\1" + b"\1" * 14),
            "a device without end": attr(A_DEV, b"eth0"),
            "a device name of 16": attr(A_DEV, b"e" * 16 + b"\0"),
            "a device name of 0": attr(A_DEV, b"\0"),
            "a device with a slash": attr(A_DEV, b"a/b\0"),
            "an unknown device": attr(A_DEV, b"eth9\0"),
            "the loopback device": attr(A_DEV, b"lo\0"),
            "an empty name": attr(A_NAME, b"\0"),
            "a name with a slash": attr(A_NAME, b"a/b\0"),
            "a name with a blank": attr(A_NAME, b"a b\0"),
            "a name in use": attr(A_NAME, b"nlb0\0"),
            "affinity 3": u8(A_AFFINITY, 3),
            "affinity network alone": u8(A_AFFINITY, 2),
            "affinity network 0": u8(A_AFFINITY, 2) + u8(A_AFFINITY_LEN, 0),
            "affinity network 33": u8(A_AFFINITY, 2) + u8(A_AFFINITY_LEN, 33),
            "affinity network 255": u8(A_AFFINITY, 2) +
            u8(A_AFFINITY_LEN, 255),
            "a length with affinity client": u8(A_AFFINITY, 0) +
            u8(A_AFFINITY_LEN, 24),
            "a length alone": u8(A_AFFINITY_LEN, 24),
            "mode 3": u8(A_MODE, 3),
            "a mode of 4 bytes": u32(A_MODE, 0),
            "a MAC of 5 bytes": attr(A_MAC, b"\2" * 5),
            "a MAC of 7 bytes": attr(A_MAC, b"\2" * 7),
            "a MAC of zeros": attr(A_MAC, b"\0" * 6),
            "a multicast MAC": attr(A_MAC, b"\3" * 6),
        }
        codes = ("EINVAL", "ERANGE", "EOPNOTSUPP", "ENODEV", "EEXIST",
                 "ENOENT")
        self.group("NEW_CLUSTER with a bad value", [
            (name, NEW, SOUND[NEW] + value)
            for name, value in (new | bad).items()], codes)
        self.group("SET_CLUSTER with a bad value", [
            (name, SET, SOUND[SET] + value)
            for name, value in bad.items()], codes)
        self.group("GET_OWNER with a bad value", [
            (name, OWNER, text(A_NAME, "nlb0") + value)
            for name, value in {
                "a client of 0 bytes": attr(A_CLIENT),
                "a client of 5 bytes": attr(A_CLIENT, b"\x0a\0\0\7\7"),
                "an IPv6 client": attr(A_CLIENT, b"\x20\1" + b"\1" * 14),
                "a port of 1 byte": SOUND[OWNER] + u8(A_CLIENT_PORT, 1),
                "a port of 4 bytes": SOUND[OWNER] + u32(A_CLIENT_PORT, 1),
            }.items()], ("EINVAL", "ERANGE"))
        self.group("XDP_ON with other descriptors", [
            ("%d and %d" % (prog, link), XDP_ON, u32(A_XDP_PROG, prog) +
             u32(A_XDP_LINK, link) + text(A_NAME, "nlb0"))
            for prog in (0, 999, 0x7fffffff, 0xffffffff)
            for link in (0, 0xffffffff)], ("EINVAL", "EBADF"))
        self.group("an attribute twice, once bad", [
            ("weight, the first", SET, SOUND[SET] + u16(A_WEIGHT, 0)),
            ("weight, the second", SET, u16(A_WEIGHT, 0) + SOUND[SET]),
            ("name, the first", DEL, attr(A_NAME, b"nlb0") + SOUND[DEL]),
            ("address, the first", NEW, attr(A_ADDR, b"\1") + SOUND[NEW]),
            ("address, the second", NEW, SOUND[NEW] + attr(A_ADDR, b"\1"))],
            ("EINVAL", "ERANGE"))
        self.group("a dump with a broken attribute", [
            ("unknown", GET, u32(A_MAX + 1, 1), {"flags": DUMP | ACK}),
            ("no end", GET, attr(A_NAME, b"nlb0"), {"flags": DUMP | ACK}),
            ("too long", GET, attr(A_NAME, b"x", length=99),
             {"flags": DUMP | ACK})], ("EINVAL", "ERANGE"))

    def control(self):
        """The sound requests are taken: else all above is idle."""
        wrong = []
        for command in (GET, BUCKETS, OWNER, SESSIONS, RESYNC, SET, NEW,
                        XDP_OFF):
            code, _ = self.genl.call(command, SOUND[command],
                                     **FLAGS.get(command, {"flags": ACK}))
            if code != "0":
                wrong.append("%s: %s" % (VERBS[command], code))
        now = self.genl.config()
        if len(now) != 2 or [c for c in now if c[A_NAME] == b"nlb0\0"][0][
                A_WEIGHT] != b"\x61\x1e":
            wrong.append("now %s" % now)
        for name in ("mine", "nlb0"):
            code, _ = self.genl.call(DEL, text(A_NAME, name))
            if code != "0":
                wrong.append("DEL_CLUSTER %s: %s" % (name, code))
        if self.genl.config():
            wrong.append("left: %s" % self.genl.config())
        print("%d\tsound requests are taken\t%s" %
              (bool(wrong), "; ".join(wrong)), flush=True)


cases = Cases()
cases.broken()
cases.missing()
cases.values()
cases.control()
print("end")
