# SPDX-License-Identifier: GPL-2.0-only
"""Frames of EtherType 0x8870, as kernel/nf_lnlb/core/wire.h has them."""

import hashlib
import hmac
import socket
import struct

ETHERTYPE = 0x8870
MAGIC = 0x4C4E4C42
VERSION = 1
KEEPALIVE, STATE, LEAVE, SESSIONS, SESSIONS_ACK = range(1, 6)
WAITING, JOINING, ACTIVE, DRAINING, LEAVING, SUSPENDED = range(6)
BUCKETS = 4096
NODES_MAX = 64
EVERYBODY = b"\xff" * 6
SIGNED = 1
TAG_LEN = 8
SIGNATURE_LEN = 16

HEADER = struct.Struct("!IBBHHH6s2sQQ16sHBBB3s")
HEADER_FIELDS = (
    "magic version type length flags key_id id reserved_id incarnation "
    "sequence addr buckets affinity affinity_len mode hash_id"
).split()
KEEPALIVE_BODY = struct.Struct("!QQB7s")
STATE_BODY = struct.Struct("!QQQHBBB3sIIHH512s")
HEARD = struct.Struct("!6sHI")
SESSIONS_BODY = struct.Struct("!6sHII")
RECORD = struct.Struct("!HBB6sBB")
ACK_BODY = struct.Struct("!6sHIHH")

assert (HEADER.size, KEEPALIVE_BODY.size, STATE_BODY.size) == (60, 24, 556)
assert (HEARD.size, SESSIONS_BODY.size, RECORD.size) == (12, 16, 12)


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def mac_text(raw):
    return ":".join("%02x" % byte for byte in raw)


def cluster_mac(vip):
    return b"\x02\x00" + socket.inet_aton(vip)


def sign(secret, data):
    return hmac.new(secret, data, hashlib.sha256).digest()


def rotate(value, bits):
    return (value << bits | value >> (64 - bits)) & (1 << 64) - 1


def siphash(key, data):
    """SipHash-2-4, key as two numbers."""
    full = (1 << 64) - 1
    v = [key[0] ^ 0x736f6d6570736575, key[1] ^ 0x646f72616e646f6d,
         key[0] ^ 0x6c7967656e657261, key[1] ^ 0x7465646279746573]

    def rounds(times):
        for _ in range(times):
            v[0] = (v[0] + v[1]) & full
            v[1] = rotate(v[1], 13) ^ v[0]
            v[0] = rotate(v[0], 32)
            v[2] = (v[2] + v[3]) & full
            v[3] = rotate(v[3], 16) ^ v[2]
            v[0] = (v[0] + v[3]) & full
            v[3] = rotate(v[3], 21) ^ v[0]
            v[2] = (v[2] + v[1]) & full
            v[1] = rotate(v[1], 17) ^ v[2]
            v[2] = rotate(v[2], 32)

    padded = data + bytes(7 - len(data) % 8) + bytes([len(data) & 0xff])
    for (word,) in struct.iter_unpack("<Q", padded):
        v[3] ^= word
        rounds(2)
        v[0] ^= word
    v[2] ^= 0xff
    rounds(4)
    return v[0] ^ v[1] ^ v[2] ^ v[3]


def bucket(vip, client, port=None):
    """Of a client, as the bucket hash has it without a key of its own."""
    key = struct.unpack("!QQ", bytes(10) + b"\xff\xff" + socket.inet_aton(vip))
    words = [socket.inet_aton(client)[::-1]]
    if port is not None:
        words.append(struct.pack("<I", port))
    return siphash(key, b"".join(words)) % BUCKETS


def tag(secret, header):
    key = struct.unpack("!QQ", sign(secret, b"lnlb tag")[:16])
    return struct.pack("!Q", siphash(key, header))


def trailer(secret, data):
    """What a signed frame of these data ends with."""
    data_tag = tag(secret, data[:HEADER.size])
    return data_tag + sign(secret, data + data_tag)[:SIGNATURE_LEN]


def key_id(secret):
    return int.from_bytes(sign(secret, b"lnlb key id")[:2], "big")


class Sender:
    """One who writes frames about a cluster, as a node with this id."""

    def __init__(self, node_id, vip, incarnation=1, secret=None):
        self.secret = secret
        self.id = node_id
        self.vip = vip
        self.incarnation = incarnation
        self.sequence = 0

    def frame(self, kind, body=b"", **fields):
        """Header and body; any header field may be said otherwise."""
        self.sequence += 1
        header = {
            "magic": MAGIC,
            "version": VERSION,
            "type": kind,
            "length": HEADER.size + len(body),
            "flags": 0,
            "key_id": 0,
            "id": self.id,
            "reserved_id": b"",
            "incarnation": self.incarnation,
            "sequence": self.sequence,
            "addr": b"\0" * 10 + b"\xff\xff" + socket.inet_aton(self.vip),
            "buckets": BUCKETS,
            "affinity": 0,
            "affinity_len": 0,
            "mode": 0,
            "hash_id": b"",
        }
        if self.secret:
            header["flags"] = SIGNED
            header["key_id"] = key_id(self.secret)
            header["length"] += TAG_LEN + SIGNATURE_LEN
        header.update(fields)
        whole = HEADER.pack(*(header[name] for name in HEADER_FIELDS)) + body
        if self.secret:
            whole += trailer(self.secret, whole)
        return whole

    def keepalive(self, state=JOINING, rest=b"", **fields):
        body = KEEPALIVE_BODY.pack(1, 0, state, rest)
        return self.frame(KEEPALIVE, body, **fields)

    def state(self, heard=(), header=None, tail=b"", **fields):
        """heard: ids; n_heard may be said otherwise"""
        value = {
            "version": 1,
            "epoch": 1,
            "digest": 0,
            "weight": 100,
            "state": JOINING,
            "weight_source": 4,
            "flags": 0,
            "reserved": b"",
            "keepalive": 100,
            "dead": 500,
            "n_heard": len(heard),
            "reserved2": 0,
            "claims": b"",
        }
        value.update(fields)
        body = STATE_BODY.pack(*value.values())
        body += b"".join(HEARD.pack(node, 1, 1) for node in heard)
        return self.frame(STATE, body + tail, **(header or {}))

    def sessions(self, records=(), count=None, to=EVERYBODY, chunk=0,
                 reserved=0):
        body = SESSIONS_BODY.pack(
            to, len(records) if count is None else count, chunk, reserved)
        return self.frame(SESSIONS, body + b"".join(records))

    def record(self, bucket=0, flags=0, owner=None, length=8, data=b"\0" * 8,
               reserved=0):
        return RECORD.pack(bucket, 0, flags, owner or self.id, length,
                           reserved) + data

    def ack(self, to, reserved=0, reserved2=0):
        return self.frame(SESSIONS_ACK,
                          ACK_BODY.pack(to, reserved, 1, 0, reserved2))


def extension(length, data):
    return struct.pack("!BBH", 0xFF, 1, length) + data


class Wire:
    """A raw socket on an interface."""

    def __init__(self, iface):
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                                    socket.htons(ETHERTYPE))
        self.socket.bind((iface, ETHERTYPE))
        self.mac = self.socket.getsockname()[4]

    def send(self, payload, dest, source=None):
        self.socket.send(dest + (source or self.mac) +
                         struct.pack("!H", ETHERTYPE) + payload)

    def send_raw(self, frame):
        self.socket.send(frame)

    def hear(self, source, kind, seconds=5):
        """The next whole frame of this type from this node."""
        self.socket.settimeout(seconds)
        while True:
            frame, where = self.socket.recvfrom(2048)
            if (where[2] != socket.PACKET_OUTGOING and
                    frame[6:12] == source and frame[19] == kind):
                return frame
