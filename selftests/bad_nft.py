#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Rules with the expression lnlb that the kernel must refuse, byte by byte.

Usage: bad_nft.py values TABLE CHAIN   broken expressions into a chain of ip
       bad_nft.py add                  a rule for each "FAMILY TABLE CHAIN" of
                                       stdin; prints them with the error's name
Output of "values": see reports.sh
"""

import sys

from bad_netlink import Group
from netlink import (
    N_ADDR, N_AFFINITY, N_AFFINITY_LEN, N_DEV, N_KEY, N_KEY_NEXT, N_MAC, N_MODE,
    N_PERMISSIVE, N_TIMEOUT, N_WEIGHT, N_WEIGHT_SOURCE, Nft, addr, attr, be32, nest, text,
    u16)

SOUND = addr(N_ADDR, "10.0.0.88") + text(N_DEV, "eth0")

def values(table, chain):
    nft = Nft()
    group = Group()

    def refused(what, cases, codes):
        group.check(what, [
            (name, nft.add_rule("ip", table, chain,
                                data if isinstance(data, list)
                                else nft.expression(data)))
            for name, data in cases.items()], codes)

    refused("an expression without what it needs", {
        "no address": text(N_DEV, "eth0"),
        "no attribute": b"",
        "an address of 0 bytes": attr(N_ADDR),
        "an address of 3 bytes": attr(N_ADDR, b"\x0a\0\0"),
        "an address of 5 bytes": attr(N_ADDR, b"\x0a\0\0\7\7"),
        "an address of 17 bytes": attr(N_ADDR, b"\x20" * 17),
        "an address of 4000 bytes": attr(N_ADDR, b"\x20" * 4000),
    }, ("EINVAL", "ERANGE"))
    refused("an address that cannot be a cluster's", {
        value: addr(N_ADDR, value) + text(N_DEV, "eth0")
        for value in ("0.0.0.0", "0.1.2.3", "127.0.0.1", "224.0.0.1",
                      "239.255.255.255", "240.0.0.1", "255.255.255.255",
                      "10.0.255.255")} | {
        "IPv6": attr(N_ADDR, b"\x20\1" + b"\1" * 14)},
        ("EINVAL", "EOPNOTSUPP"))
    manual = be32(N_WEIGHT_SOURCE, 4)
    refused("a parameter of the wrong size", {
        "a device without end": SOUND + attr(N_DEV, b"eth0"),
        "a device name of 16": SOUND + attr(N_DEV, b"e" * 16 + b"\0"),
        "a weight of 0 bytes": SOUND + manual + attr(N_WEIGHT),
        "a weight of 2 bytes": SOUND + manual + u16(N_WEIGHT, 5),
        "a source of 1 byte": SOUND + attr(N_WEIGHT_SOURCE, b"\4"),
        "a timeout of 3 bytes": SOUND + attr(N_TIMEOUT, b"\0\0\7"),
        "a MAC of 5 bytes": SOUND + attr(N_MAC, b"\2" * 5),
        "a MAC of 7 bytes": SOUND + attr(N_MAC, b"\2" * 7),
        "a key without end": SOUND + attr(N_KEY, b"k" * 64),
        "a key of 64": SOUND + attr(N_KEY, b"k" * 64 + b"\0"),
        "a second key of 64": SOUND + attr(N_KEY_NEXT, b"k" * 64 + b"\0"),
        "a flag of 4 bytes": SOUND + be32(N_PERMISSIVE, 1),
        "a nest for an address": nest(N_ADDR, addr(N_ADDR, "10.0.0.88")),
    }, ("EINVAL", "ERANGE"))
    refused("a parameter out of range", {
        "weight 0": SOUND + manual + be32(N_WEIGHT, 0),
        "weight 65536": SOUND + manual + be32(N_WEIGHT, 65536),
        "weight 2^32 - 1": SOUND + manual + be32(N_WEIGHT, 0xFFFFFFFF),
        "a weight for loadavg": SOUND + be32(N_WEIGHT_SOURCE, 0) +
        be32(N_WEIGHT, 5),
        "source 5": SOUND + be32(N_WEIGHT_SOURCE, 5),
        "source 260": SOUND + be32(N_WEIGHT_SOURCE, 260),
        "affinity 3": SOUND + be32(N_AFFINITY, 3),
        "affinity 256": SOUND + be32(N_AFFINITY, 256),
        "affinity network": SOUND + be32(N_AFFINITY, 2),
        "affinity network 33": SOUND + be32(N_AFFINITY, 2) +
        be32(N_AFFINITY_LEN, 33),
        "affinity network 280": SOUND + be32(N_AFFINITY, 2) +
        be32(N_AFFINITY_LEN, 280),
        "a length alone": SOUND + be32(N_AFFINITY_LEN, 24),
        "timeout 0": SOUND + be32(N_TIMEOUT, 0),
        "timeout 31536001": SOUND + be32(N_TIMEOUT, 31536001),
        "mode 3": SOUND + be32(N_MODE, 3),
        "mode 256": SOUND + be32(N_MODE, 256),
        "a device with a slash": SOUND + text(N_DEV, "a/b"),
        "a device without name": SOUND + text(N_DEV, ""),
        "a multicast MAC": SOUND + attr(N_MAC, b"\3" * 6),
        "a MAC of zeros": SOUND + attr(N_MAC, b"\0" * 6),
        "a key without name": SOUND + text(N_KEY, ""),
        "a second key without name": SOUND + text(N_KEY_NEXT, ""),
        "a second key alone": SOUND + text(N_KEY_NEXT, "a:b"),
        "permissive without a key": SOUND + attr(N_PERMISSIVE),
    }, ("EINVAL", "ERANGE", "EOPNOTSUPP"))
    refused("a batch with a good expression and a bad one", {
        "the bad one behind": [nft.expression(SOUND),
                               nft.expression(b"")],
        "the bad one in front": [nft.expression(b""),
                                 nft.expression(SOUND)],
        "an unknown expression behind": [
            nft.expression(SOUND), nft.expression(b"", name="nosuch")],
        "two that contradict each other": [
            nft.expression(SOUND + manual + be32(N_WEIGHT, 7)),
            nft.expression(SOUND + manual + be32(N_WEIGHT, 8))],
    }, ("EINVAL", "ENOENT"))
    group.check("the same, sound, is taken", [
        ("sound", nft.add_rule("ip", table, chain, nft.expression(SOUND)))],
        ("0",), same=False)
    print("end")

def add():
    nft = Nft()
    for line in sys.stdin:
        where = line.split()
        print(*where, nft.add_rule(*where, nft.expression(SOUND)))

if sys.argv[1] == "values":
    values(*sys.argv[2:])
else:
    add()
