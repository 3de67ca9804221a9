# SPDX-License-Identifier: GPL-2.0-only
"""Netlink messages, sound and broken: generic netlink and nf_tables."""

import errno
import socket
import struct

NLMSG_ERROR, NLMSG_DONE = 2, 3
REQUEST, MULTI, ACK, DUMP = 1, 2, 4, 0x300
CREATE, APPEND = 0x400, 0x800
NESTED = 0x8000

NETLINK_NETFILTER, NETLINK_GENERIC = 12, 16
SOL_NETLINK, EXT_ACK = 270, 11

(NEW, DEL, SET, GET, RESYNC, EVENT, BUCKETS, SESSIONS,
 OWNER, XDP_ON, XDP_OFF) = range(1, 12)
(A_PAD, A_NAME, A_ADDR, A_DEV, A_IFINDEX, A_WEIGHT_SOURCE, A_WEIGHT,
 A_AFFINITY, A_AFFINITY_LEN, A_TIMEOUT, A_MODE, A_MAC, A_FLAGS, A_STATE,
 A_DOORS) = range(1, 16)
A_NODES, A_STATS = 21, 32
A_CLIENT, A_CLIENT_PORT = 55, 56
A_XDP_PROG, A_XDP_LINK = 63, 64
A_MAX = 65


def attr(kind, data=b"", length=None):
    """length: what the attribute says of itself, header included"""
    said = 4 + len(data) if length is None else length
    return struct.pack("=HH", said, kind) + data + b"\0" * (-len(data) % 4)


def u8(kind, value):
    return attr(kind, struct.pack("=B", value))


def u16(kind, value):
    return attr(kind, struct.pack("=H", value))


def u32(kind, value):
    return attr(kind, struct.pack("=I", value))


def be32(kind, value):
    return attr(kind, struct.pack("!I", value))


def text(kind, value):
    return attr(kind, value.encode() + b"\0")


def addr(kind, value):
    return attr(kind, socket.inet_aton(value))


def nest(kind, *parts):
    return attr(kind | NESTED, b"".join(parts))


def attrs(data):
    """Top-level attributes as a dict."""
    found = {}
    while len(data) >= 4:
        length, kind = struct.unpack_from("=HH", data)
        found[kind & 0x3FFF] = data[4:length]
        data = data[(length + 3) & ~3:]
    return found


def name_of(code):
    # which has two names, and Python takes the other one
    if code == errno.EOPNOTSUPP:
        return "EOPNOTSUPP"
    return errno.errorcode.get(code, str(code)) if code else "0"


class Socket:
    """A netlink socket."""

    def __init__(self, protocol):
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW,
                                    protocol)
        self.socket.bind((0, 0))
        self.socket.settimeout(10)
        self.seq = 0
        self.why = ""

    def message(self, kind, flags, payload, length=None):
        self.seq += 1
        return struct.pack("=IHHII", length or 16 + len(payload), kind, flags,
                           self.seq, 0) + payload

    def answers(self, seq):
        """Messages of this number, up to the error, the ACK or the end."""
        while True:
            data = self.socket.recv(65536)
            while len(data) >= 16:
                length, kind, _, number, _ = struct.unpack_from("=IHHII", data)
                body = data[16:length]
                data = data[(length + 3) & ~3:]
                if number != seq:
                    continue
                yield kind, body
                if kind in (NLMSG_ERROR, NLMSG_DONE):
                    return

    def ask(self, kind, flags, payload, length=None):
        """(name of the error or "0", bodies of the answers)"""
        self.socket.send(self.message(kind, REQUEST | flags, payload, length))
        bodies = []
        for kind, body in self.answers(self.seq):
            if kind in (NLMSG_ERROR, NLMSG_DONE):
                return name_of(-struct.unpack_from("=i", body)[0]), bodies
            bodies.append(body)
        return "0", bodies


class Genl(Socket):
    """The family lnlb."""

    def __init__(self):
        super().__init__(NETLINK_GENERIC)
        # CTRL_CMD_GETFAMILY by CTRL_ATTR_FAMILY_NAME
        code, bodies = self.ask(16, ACK, struct.pack("=BBH", 3, 1, 0) +
                                text(2, "lnlb"))
        assert code == "0", code
        self.family = struct.unpack("=H", attrs(bodies[0][4:])[1])[0]

    def call(self, command, payload=b"", flags=ACK, length=None, reserved=0):
        return self.ask(self.family, flags,
                        struct.pack("=BBH", command, 1, reserved) + payload,
                        length)

    CONFIG = (A_NAME, A_ADDR, A_DEV, A_IFINDEX, A_WEIGHT_SOURCE, A_WEIGHT,
              A_AFFINITY, A_AFFINITY_LEN, A_TIMEOUT, A_MODE, A_MAC, A_FLAGS,
              A_DOORS)

    def config(self):
        """What doors have set, of all clusters."""
        code, bodies = self.call(GET, flags=DUMP)
        assert code == "0", code
        return [{kind: found[kind] for kind in self.CONFIG if kind in found}
                for found in (attrs(body[4:]) for body in bodies)]


FAMILIES = {"inet": 1, "ip": 2, "arp": 3, "netdev": 5, "bridge": 7, "ip6": 10}
(N_ADDR, N_DEV, N_WEIGHT_SOURCE, N_WEIGHT, N_AFFINITY, N_AFFINITY_LEN,
 N_TIMEOUT, N_MODE, N_MAC, N_KEY, N_HASH, N_KEY_NEXT,
 N_PERMISSIVE) = range(1, 14)


class Nft(Socket):
    """nf_tables."""

    def __init__(self):
        super().__init__(NETLINK_NETFILTER)

    @staticmethod
    def header(family, resource=0):
        return struct.pack("!BBH", family, 0, resource)

    def add_rule(self, family, table, chain, *expressions):
        """A batch with one rule; the name of its error or "0"."""
        family = FAMILIES[family]
        rule = (self.header(family) + text(1, table) + text(2, chain) +
                nest(4, *(e for part in expressions for e in
                          (part if isinstance(part, list) else [part]))))
        batch = self.message(16, REQUEST, self.header(0, 10))
        batch += pad(self.message(10 << 8 | 6,
                                  REQUEST | ACK | CREATE | APPEND, rule))
        seq = self.seq
        batch += self.message(17, REQUEST, self.header(0, 10))
        self.socket.send(batch)
        for kind, body in self.answers(seq):
            if kind == NLMSG_ERROR:
                return name_of(-struct.unpack_from("=i", body)[0])
        return "no answer"

    @staticmethod
    def expression(*parts, name="lnlb"):
        return nest(1, text(1, name), nest(2, *parts))


def pad(data):
    return data + b"\0" * (-len(data) % 4)
