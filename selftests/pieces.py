#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Packets whose headers are in pieces, or end early: are they decided as others?

pieces.py ADDR MAC AFFINITY NODE...   to ADDR at MAC, from the clients on standard
                                      input; NODE: "ip netns" names
pieces.py arp DEV ADDR MAC SENDER     by DEV: answers of these clients, who have the
                                      MAC SENDER, to ARP requests of ADDR, each cut
                                      at another place
pieces.py frames ADDR NODE...         frames of EtherType 0x8870

How much of a frame is in an skb's linear part, where code that does not look
would read, is for the sender to say: of what comes from a ring of a packet socket
it is as much as the header in front of it says, the rest is a fragment.

Behind the linear part is what was in that memory before. It was a frame of the
same length, of no use to anybody, which would lead to another decision, so that
who reads it is found out: counters differ from those of the same packets in one
piece, after a frame that leads to none. That works for most frames, not for each:
there are many.

Prints a line for each case: "ok CASE", or "bad CASE" and what was counted.
"""
import ctypes
import ipaddress
import mmap
import os
import select
import socket
import struct
import sys
import time

import frames
import netlink
from packets import ICMP, TCP, UDP, UNKNOWN, Client
from probe import stood_still

SOL_PACKET, PACKET_VERSION, TPACKET_V2 = 263, 10, 1
PACKET_TX_RING, PACKET_VNET_HDR = 13, 15
SEND_REQUEST, BLOCK, BLOCKS, SLOT = 1, 4096, 32, 512
# where data begin in a slot of TPACKET_V2
SLOT_DATA = 32
ETH_LEN, IP_LEN = 14, 20
# for local experiments
NOBODYS_TYPE = 0x88b5
LOW, HIGH, STRAY = 9, 50000, 40001
CLONE_NEWNET = 0x40000000
DEADLINE_S, TRIES = 10, 3
WARM_UP = 40
NOTHING = b"\xff" * 100


class Ring:
    """Sends frames by a device with so many bytes in the linear part."""

    def __init__(self, device="eth0"):
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self.socket.setsockopt(SOL_PACKET, PACKET_VERSION, TPACKET_V2)
        self.socket.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
        self.slots = BLOCK * BLOCKS // SLOT
        self.socket.setsockopt(SOL_PACKET, PACKET_TX_RING, struct.pack(
            "=4I", BLOCK, BLOCKS, SLOT, self.slots))
        self.socket.bind((device, 0))
        self.mac = self.socket.getsockname()[4]
        self.memory = mmap.mmap(self.socket.fileno(), BLOCK * BLOCKS)
        self.next = self.waiting = 0

    def send(self, frame, linear=None):
        linear = len(frame) if linear is None else linear
        # struct virtio_net_hdr
        data = struct.pack("=BBHHHH", 0, 0, linear, 0, 0, 0) + frame
        at = self.next * SLOT
        self.memory[at + SLOT_DATA:at + SLOT_DATA + len(data)] = data
        struct.pack_into("=II", self.memory, at, SEND_REQUEST, len(data))
        self.next = (self.next + 1) % self.slots
        self.waiting += 1
        if self.waiting == self.slots:
            self.flush()

    def flush(self):
        if self.waiting:
            self.socket.send(b"")
        self.waiting = 0


class Node:
    """What a node has counted."""

    def __init__(self, name, vip):
        libc = ctypes.CDLL(None, use_errno=True)
        here = os.open("/proc/self/ns/net", os.O_RDONLY)
        there = os.open(f"/run/netns/{name}", os.O_RDONLY)
        assert libc.setns(there, CLONE_NEWNET) == 0
        self.genl = netlink.Genl()
        assert libc.setns(here, CLONE_NEWNET) == 0
        os.close(here)
        os.close(there)
        self.vip = socket.inet_aton(vip)

    def count(self, names):
        code, bodies = self.genl.call(netlink.GET, flags=netlink.DUMP)
        assert code == "0", code
        for body in bodies:
            found = netlink.attrs(body[4:])
            if found.get(netlink.A_ADDR) == self.vip:
                stats = netlink.attrs(found[netlink.A_STATS])
                return {name: struct.unpack("=Q", stats[kind])[0]
                        for kind, name in names.items()}
        sys.exit("bad no such cluster")


RX = {2: "mine", 3: "foreign", 4: "session", 5: "passed_by", 6: "fenced",
      7: "wrong_mac", 8: "malformed", 31: "orphan"}
FRAMES = {16: "truncated", 18: "version", 22: "addr", 25: "spoofed"}


class Lan:
    """The ring, the nodes, and how to know that all have seen what was sent."""

    def __init__(self, vip, mac, nodes, names):
        self.vip = socket.inet_aton(vip)
        self.nodes = [Node(name, vip) for name in nodes]
        self.names = names
        self.dest = frames.mac(mac)
        self.ring = Ring()
        self.arp = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                                 socket.htons(0x0806))
        self.arp.bind(("eth0", 0x0806))

    def send(self, packet, linear=None, kind=0x0800):
        """linear: bytes of the packet, without the Ethernet header"""
        self.ring.send(self.dest + self.ring.mac + struct.pack("!H", kind) +
                       packet, None if linear is None else ETH_LEN + linear)

    def settle(self):
        """Every node answers who has the address, by a MAC of its own"""
        self.ring.flush()
        request = (b"\xff" * 6 + self.ring.mac + struct.pack(
            "!HHHBBH6s4s6s4s", 0x0806, 1, 0x0800, 6, 4, 1, self.ring.mac,
            socket.inet_aton("10.0.0.100"), bytes(6), self.vip))
        end = time.monotonic() + DEADLINE_S
        answered, again = set(), 0
        while len(answered) < len(self.nodes) and time.monotonic() < end:
            if time.monotonic() >= again:
                self.ring.send(request)
                self.ring.flush()
                again = time.monotonic() + 1
            if select.select([self.arp], [], [], 0.1)[0]:
                frame = self.arp.recv(100)
                if frame[20:22] == b"\0\2" and frame[28:32] == self.vip:
                    answered.add(frame[6:12])

    def count(self):
        return [node.count(self.names) for node in self.nodes]

    def counted(self, shots):
        """What these make each node count"""
        before = self.count()
        for shot in shots:
            shot.send(self)
        self.settle()
        end = time.monotonic() + DEADLINE_S
        while True:
            got = [{name: now[name] - then[name] for name in now
                    if now[name] != then[name]}
                   for now, then in zip(self.count(), before)]
            # of some frames it is the core that says what they were
            if (self.names is RX or time.monotonic() >= end or
                    all(sum(node.values()) >= len(shots) for node in got)):
                return got
            time.sleep(0.01)


class Shot:
    """A packet, so many bytes of it linear, after a frame that misleads"""

    def __init__(self, packet, linear, misleading=NOTHING, before=(), after=(),
                 kind=0x0800):
        self.packet, self.linear = packet, linear
        self.misleading, self.kind = misleading, kind
        self.before, self.after = before, after

    def send(self, lan):
        for packet in self.before:
            lan.send(packet)
        lan.send(self.misleading, kind=NOBODYS_TYPE)
        lan.send(self.packet, self.linear, self.kind)
        for packet in self.after:
            lan.send(packet)

    def whole(self):
        return Shot(self.packet, None, NOTHING, self.before, self.after,
                    self.kind)

    def __len__(self):
        return 1 + len(self.before) + len(self.after)


def tcp(port, flags):
    return struct.pack("!HHIIBBHHH", 4000, port, 1, 1, 5 << 4, flags, 1000, 0, 0)


def echo(kind):
    """The checksum is where others have their port: a high one, which is looked at"""
    return struct.pack("!BBHHH", kind, 0, 0xffff, 1, 1)


SYN, ACK = 2, 16
OPTIONS = b"\x07\x07\x04" + b"\0" * 4 + b"\x01"


def whole_packets(client, other):
    """Name, the packets of a client"""
    for name, port in (("", LOW), (", high port", HIGH),
                       (", where nobody listens", STRAY)):
        yield f"UDP{name}", [client.ip(UDP, client.udp(port))]
        yield f"UDP{name}, IP options", [client.ip(
            UDP, client.udp(port), options=OPTIONS)]
    yield "TCP, SYN", [client.ip(TCP, tcp(80, SYN))]
    yield "TCP, SYN with ACK", [client.ip(TCP, tcp(STRAY, SYN | ACK))]
    yield "TCP, ACK", [client.ip(TCP, tcp(80, ACK))]
    yield "TCP, ACK, high port", [client.ip(TCP, tcp(STRAY, ACK))]
    yield "ICMP, echo request", [client.ip(ICMP, echo(8))]
    yield "ICMP, echo reply", [client.ip(ICMP, echo(0))]
    yield "no ports", [client.ip(UNKNOWN, client.udp(HIGH))]
    for name, options in (("", b""), (", IP options", OPTIONS)):
        # what the cluster sent to this client
        inner = Client(other.vip, client.address, 0).ip(
            UDP, struct.pack("!HHHH", LOW, 4000, 8, 0), options=options)
        yield f"ICMP error{name}", [other.error(inner)]
        yield f"ICMP error in a packet with IP options{name}", [
            other.ip(ICMP, other.error(inner)[IP_LEN:], options=OPTIONS)]
    client.ident += 1
    udp = client.udp()
    yield "fragments", [client.ip(UDP, udp[:24], 0, True),
                        client.ip(UDP, udp[24:], 24)]


def broken_packets(client):
    yield "header too short", client.ip(UDP, client.udp(), ihl=4)
    yield "version 6", client.ip(UDP, client.udp(), version=6)


def cuts(packet):
    return range(min(len(packet), 70))


def misleading(client, other, packet, like, cut):
    """Where ports begin all that may lead to another decision"""
    if packet[9] == UDP and packet[0] == 0x45 and IP_LEN <= cut < IP_LEN + 4:
        return [client.ip(UDP, client.udp(port)) for port in
                (LOW, HIGH, STRAY)] + [other.ip(UDP, other.udp(LOW)), NOTHING]
    return [NOTHING if cut % 2 else like]


def in_pieces(client, other):
    """Name, shots, what each node has to say"""
    # that of the client is known when the packet comes, and of one flow, too
    before = [client.ip(UDP, client.udp(HIGH))]
    after = [client.ip(UDP, client.udp(STRAY))]
    for (name, packets), (_, likes) in zip(whole_packets(client, other),
                                           whole_packets(other, client)):
        shots = []
        for cut in cuts(packets[0]):
            shots += [Shot(packet, cut, lie, before, after)
                      for lie in misleading(client, other, packets[0],
                                            likes[0], cut)
                      for packet in packets]
        yield f"{name}, in pieces", shots, "" if packets[1:] else "one"
    for name, packet in broken_packets(client):
        yield (f"{name}, in pieces", [
            Shot(packet, cut, client.ip(UDP, client.udp(LOW)))
            for cut in cuts(packet)], "malformed")


def ending_early(client, other, by_ports):
    """Frames that end before a header does; what was there had all of it"""
    for protocol, name, payload in ((UDP, "UDP", client.udp(STRAY)),
                                    (TCP, "TCP", tcp(STRAY, ACK)),
                                    (ICMP, "ICMP", echo(0))):
        header, ports, all_of_it = [], [], client.ip(protocol, payload)
        for size in range(IP_LEN + 4):
            packet = (all_of_it[:size] if size < IP_LEN else
                      client.ip(protocol, payload[:size - IP_LEN]))
            (header if size < IP_LEN else ports).extend(
                Shot(packet, linear, all_of_it)
                for linear in {None, 0, size // 2})
        if protocol == UDP:
            yield "frame that ends in the header", header, "none"
        yield (f"frame that ends behind 0 to 3 bytes of {name}", ports,
               "malformed" if by_ports and protocol != ICMP else "one")
    inner = Client(other.vip, client.address, 0).ip(
        UDP, struct.pack("!HHHH", LOW, 4000, 8, 0))
    error, shots = other.error(inner), []
    for size in range(8 + IP_LEN):
        packet = other.ip(ICMP, error[IP_LEN:IP_LEN + size])
        shots += [Shot(packet, linear, error)
                  for linear in {None, IP_LEN, IP_LEN + size // 2}]
    yield "ICMP error that ends in the header inside", shots, "one"


def like_others(client, other):
    """Packets that have, in the place of something else, what counts in others"""
    before = [client.ip(UDP, client.udp(HIGH))]
    after = [client.ip(UDP, client.udp(STRAY))]
    yield "options in the place of ports", [
        Shot(client.ip(UDP, client.udp(port), options=client.udp(there)[:4]),
             None, NOTHING, before, after)
        for port, there in ((HIGH, STRAY), (STRAY, HIGH), (STRAY, LOW))
    ], {"mine": 4, "orphan": 5}
    later = [client.ip(UDP, client.udp(STRAY), 64, more) for more in (0, 1)]
    yield "no ports in a fragment that is not the first", [
        Shot(packet, None, NOTHING, before, after) for packet in later
    ], {"mine": 4, "orphan": 2}
    inner = Client(other.vip, client.address, 0).ip(UDP, other.udp())
    yield "no ICMP error in a fragment that is not the first", [Shot(
        other.ip(ICMP, other.error(inner)[IP_LEN:], 64), None)], "other's"


def judge(verdict, shots, got, place):
    """Is it what the nodes should have counted? place: of the client's node"""
    n = sum(len(shot) for shot in shots)
    if verdict == "none":
        return not any(got)
    if verdict == "malformed":
        return all(node == {"malformed": n} for node in got)
    taken = [sum(node.get(name, 0) for name in ("mine", "session", "orphan"))
             for node in got]
    if verdict == "one":
        return sum(taken) == n and all(
            taken[i] + node.get("foreign", 0) == n
            for i, node in enumerate(got))
    if isinstance(verdict, dict):
        return (got[place] == verdict and
                sum(verdict.values()) == got[1 - place].get("foreign"))
    if verdict == "other's":
        return taken[1 - place] == n and got[place] == {"foreign": n}
    return any(got)


def say(good, name, *what):
    print("ok" if good else "bad", name, "" if good else what, flush=True)


def compare(lan, name, shots, verdict, place=0):
    for _ in range(TRIES):
        since = time.time()
        want = lan.counted([shot.whole() for shot in shots])
        got = lan.counted(shots)
        good = judge(verdict, shots, want, place) and got == want
        if good or not stood_still(since):
            break
    say(good, name, f"{len(shots)} packets, in pieces:", got, "in one:", want)


def pick(lan, clients):
    """One of the first node, and one of another"""
    found = {}
    for client in clients:
        for _ in range(TRIES):
            since = time.time()
            got = lan.counted([Shot(client.ip(UDP, client.udp(LOW)), None)] *
                              WARM_UP)
            if (sum("foreign" in node for node in got) == 1 or
                    not stood_still(since)):
                break
        found.setdefault("foreign" in got[0], client)
    if len(found) < 2:
        sys.exit("bad all clients are one node's")
    return found[False], found[True]


def by_affinity(vip, mac, affinity, *nodes):
    lan = Lan(vip, mac, nodes, RX)
    clients = [Client(line.strip(), vip, 0) for line in sys.stdin]
    for client, line in zip(clients, clients):
        client.address = str(ipaddress.IPv4Address(line.source))
        client.vip = vip
    pair = pick(lan, clients)
    for place, whose in enumerate(("this node's", "another node's")):
        client, other = pair[place], pair[1 - place]
        cases = [*in_pieces(client, other),
                 *ending_early(client, other, affinity == "connection")]
        if affinity == "client":
            cases += like_others(client, other)
        elif place:
            # each packet is one of this node's, and another's, somewhere
            break
        for name, shots, verdict in cases:
            compare(lan, f"{name}, {whose}", shots, verdict, place)


def answers(device, vip, mac, sender):
    """Not through a bridge, which makes the whole of it linear"""
    ring = Ring(device)
    for i, line in enumerate(sys.stdin):
        answer = struct.pack(
            "!HHBBH6s4s6s4s", 1, 0x0800, 6, 4, 2, frames.mac(sender),
            socket.inet_aton(line.strip()), frames.mac(mac),
            socket.inet_aton(vip))
        head = frames.mac(mac) + frames.mac(sender)
        ring.send(head + struct.pack("!H", NOBODYS_TYPE) + NOTHING)
        ring.send(head + b"\x08\x06" + answer, ETH_LEN + i % len(answer))
    ring.flush()


def of_nodes(vip, *nodes):
    """To everybody: the address inside is all that tells whose they are"""
    lan = Lan(vip, "ff:ff:ff:ff:ff:ff", nodes, FRAMES)
    sender = frames.Sender(frames.mac("52:54:00:00:99:99"), vip)
    stranger = frames.Sender(lan.ring.mac, "10.9.9.9")
    like = stranger.keepalive()
    for name, frame in (("whose node has another MAC", sender.keepalive()),
                        ("of another version", sender.keepalive(version=9))):
        compare(lan, f"frame {name}, in pieces", [
            Shot(frame, cut, NOTHING if cut % 2 else like,
                 kind=frames.ETHERTYPE) for cut in cuts(frame)], "")


def main():
    # what is sent goes through the queues of one processor, in this order
    os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])
    {"arp": answers, "frames": of_nodes}.get(
        sys.argv[1], lambda *_: by_affinity(*sys.argv[1:]))(*sys.argv[2:])


main()
