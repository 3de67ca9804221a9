#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Packets that no program sends, and who answers them.

packets.py ADDR MAC     to ADDR at MAC, from the clients on standard input, whose
                        addresses must be on eth0. UDP port 7 there must echo.

Each case is one packet, in pieces or not, followed by a ping: when that is
answered, the kernel has answered what came before it, and a program may need a
while. Prints a line for each case: "ok CASE", or
"bad CASE" and what came instead. A packet is to be answered once, by the node
that answers pings of this client, or its plain UDP packets, with the data that it
has; or not at all.
"""
import ipaddress
import select
import socket
import struct
import sys
import time
from itertools import chain

from probe import checksum, stood_still

ECHO, CLOSED, SOURCE = 7, 9, 4000
ICMP, TCP, UDP, GRE, ESP, SCTP, UNKNOWN = 1, 6, 17, 47, 50, 132, 253
DEADLINE_S = 10
TRIES = 3
# the ping is sent again
AGAIN_S = 1
# for an answer too many
AFTER_S = 0.05
# pings that look whether all is answered are numbered from here
FIRST = 100
DATA = bytes(range(64))
OTHER = bytes(64)
# IEEE 802.1Q and 802.1ad
C_TAG, S_TAG = 0x8100, 0x88a8


class Client:
    """One address; makes the packets from there."""

    def __init__(self, address, vip, number):
        self.source = ipaddress.IPv4Address(address).packed
        self.dest = ipaddress.IPv4Address(vip).packed
        self.number = number
        # what was left of packets a while ago is not to fit to these
        self.ident = int(time.monotonic()) * 64 % 65536

    def ip(self, protocol, payload, offset=0, more=False, options=b"",
           **wrong):
        """offset in bytes; length, ihl and version may be said otherwise"""
        ihl = 5 + len(options) // 4
        header = struct.pack(
            "!BBHHHBBH4s4s",
            wrong.get("version", 4) << 4 | wrong.get("ihl", ihl), 0,
            wrong.get("length", ihl * 4 + len(payload)), self.ident,
            offset // 8 | more << 13, 64, protocol, 0, self.source, self.dest)
        header += options
        return (header[:10] + struct.pack("!H", checksum(header)) +
                header[12:] + payload)

    def udp(self, port=ECHO, data=DATA):
        return struct.pack("!HHHH", SOURCE, port, 8 + len(data), 0) + data

    def pieces(self, *cuts):
        """That UDP packet, cut at these places: (from, to), or (from, to, more)
        of one with other data, whether more are to come"""
        self.ident = (self.ident + 1) % 65536
        whole, other = self.udp(), self.udp(data=OTHER * 2)
        return [self.ip(UDP, other[cut[0]:cut[1]], cut[0], cut[2])
                if cut[2:] else
                self.ip(UDP, whole[cut[0]:cut[1]], cut[0], cut[1] < len(whole))
                for cut in cuts]

    def ping(self, sequence):
        head = struct.pack("!BBHHH", 8, 0, 0, self.number, sequence)
        head = head[:2] + struct.pack("!H", checksum(head)) + head[4:]
        return self.ip(ICMP, head)

    def error(self, inner):
        head = struct.pack("!BBHHH", 3, 4, 0, 0, 1000)
        return self.ip(ICMP, head[:2] + struct.pack(
            "!H", checksum(head + inner)) + head[4:] + inner)


def overlapping(client):
    """Packets that the kernel gives up for one odd piece. Without that they
    would be whole: the last piece comes behind it."""
    n = len(client.udp())
    a, b, c = (0, 24), (24, 48), (48, n)
    yield "the one before", client.pieces(a, c, (16, 48, True), b)
    yield "the one behind", client.pieces(a, c, (24, 56, True), b)
    yield "both", client.pieces(a, c, (16, 56, True), b)
    yield "all of another", client.pieces(b, (16, 56, True), a, c)
    yield "the last one, which ends earlier", client.pieces(
        a, c, (48, 64, False), b)
    yield "an end before one that was there", client.pieces(
        b, (8, 24, False), a, c)
    yield "one behind the end", client.pieces(a, c, (n, n + 8, True), b)


def repeated(client):
    """Packets with a piece too many, of other data: the kernel leaves it out"""
    n = len(client.udp())
    a, b, c = (0, 24), (24, 48), (48, n)
    yield "the first", client.pieces(a, (*a, True), b, c)
    yield "the last", client.pieces(c, (*c, False), b, a)
    yield "a part of one", client.pieces((0, 48), (8, 24, True), c)
    yield "parts of two", client.pieces(a, b, (16, 40, True), c)
    yield "when it is whole", client.pieces(a, b, c, (*c, False))


def seldom(client):
    """Likewise; what is tried with one client of each node"""
    for name, pieces in overlapping(client):
        yield f"fragments that overlap: {name}", pieces, "", ()
    for name, pieces in repeated(client):
        yield f"fragments, with other data again: {name}", pieces, "udp", ()
    priority = 0xe000
    for name, outer, inner in (
            ("of VLANs that are not there", 5, 6),
            ("the inner one a priority tag", 5, priority),
            ("the outer one a priority tag", priority, 6),
            ("which are priority tags", priority, priority)):
        yield (f"two tags, {name}", [client.ping(7)], "",
               ((S_TAG, outer), (C_TAG, inner)))


def cases(client):
    """Name, packets, whose answer is expected ("" nobody's), VLAN tags"""
    n = len(client.udp())
    a, b, c = (0, 24), (24, 48), (48, n)
    yield "fragments in order", client.pieces(a, b, c), "udp", ()
    yield "fragments backwards", client.pieces(c, b, a), "udp", ()
    yield "fragments shuffled", client.pieces(b, c, a), "udp", ()
    yield "a fragment missing", client.pieces(a, c), "", ()
    yield "IP options", [client.ip(UDP, client.udp(),
                                   options=b"\x07\x07\x04" + b"\0" * 4 +
                                   b"\x01")], "udp", ()
    yield "UDP, closed port", [client.ip(UDP, client.udp(CLOSED))], "udp", ()
    # without ports where there should be some: not for anybody to answer
    for name, protocol in (("GRE", GRE), ("ESP", ESP),
                           ("unknown protocol", UNKNOWN)):
        yield name, [client.ip(protocol, DATA)], "ping", ()
    # it has ports, but goes by client
    yield "SCTP", [client.ip(SCTP, client.udp())], "ping", ()
    yield "priority tag", [client.ping(7)], "ping", (
        (C_TAG, 0xe000),)
    yield "tag of a VLAN that is not there", [client.ping(7)], "", (
        (C_TAG, 5),)
    yield "length too large", [client.ip(UDP, client.udp(), length=999)], "", ()
    yield "length too small", [client.ip(UDP, client.udp(), length=12)], "", ()
    yield "header longer than the packet", [client.ip(
        UDP, b"\0" * 4, ihl=15)], "", ()
    yield "header too short", [client.ip(UDP, client.udp(), ihl=4)], "", ()
    yield "cut header", [client.ip(UDP, b"")[:11]], "", ()
    yield "cut ports", [client.ip(UDP, b"\0\1")], "", ()
    for size in (11, 19):
        yield (f"frame that ends in the header, {size} bytes of it",
               [Bare(client.ip(UDP, b"")[:size])], "", ())
    for size in (0, 1, 3):
        for name, protocol in (("UDP", UDP), ("TCP", TCP), ("ICMP", ICMP)):
            yield (f"frame that ends behind {size} bytes of {name}",
                   [Bare(client.ip(protocol, b"\xff" * size))], "", ())
    yield "frame that ends in the options", [
        Bare(client.ip(UDP, b"\x01" * 7, ihl=15))], "", ()
    yield "ICMP error whose frame ends inside", [Bare(client.error(
        client.ip(UDP, client.udp())[:13]))], "", ()
    yield "version 6", [client.ip(UDP, client.udp(), version=6)], "", ()
    yield "ICMP error about nothing", [client.error(b"")], "", ()
    yield "ICMP error, cut inside", [client.error(
        client.ip(UDP, client.udp())[:13])], "", ()


class Bare(bytes):
    """A packet that its frame ends with: without padding to 60 bytes"""


class Wire:
    """eth0, and who answers there."""

    def __init__(self, vip, mac):
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                                    socket.htons(0x0800))
        self.socket.bind(("eth0", 0x0800))
        self.mac = self.socket.getsockname()[4]
        self.dest = bytes.fromhex(mac.replace(":", ""))
        self.vip = ipaddress.IPv4Address(vip).packed
        self.sequence = FIRST

    def send(self, packet, tags=()):
        tags = b"".join(struct.pack("!HH", *tag) for tag in tags)
        frame = self.dest + self.mac + tags + b"\x08\x00" + packet
        if not isinstance(packet, Bare):
            frame = frame.ljust(60, b"\0")
        self.socket.send(frame)

    def receive(self, until):
        """A frame, None: there is none"""
        left = max(0, until - time.monotonic())
        if not select.select([self.socket], [], [], left)[0]:
            return None
        return self.socket.recv(2048)

    def ask(self, client, packets, tags=(), wanted=0):
        """Who answered these, and who the ping behind them: MAC addresses.
        Waits for so many answers, and for one too many."""
        self.sequence += 1
        for packet in packets:
            self.send(packet, tags)
        answers, ping = [], b""
        end = time.monotonic() + DEADLINE_S
        again = 0
        while time.monotonic() < end:
            if not ping and time.monotonic() >= again:
                self.send(client.ping(self.sequence))
                again = time.monotonic() + AGAIN_S
            frame = self.receive(end if ping else min(end, again))
            if not frame:
                continue
            if frame[26:30] != self.vip or frame[30:34] != client.source:
                continue
            sequence = (struct.unpack("!H", frame[40:42])[0]
                        if frame[23] == ICMP and frame[34] == 0 else 0)
            if sequence == self.sequence:
                ping = frame[6:12]
            # of an earlier ping that was sent again: the machine was late
            elif FIRST < sequence < self.sequence:
                continue
            elif frame[23] == UDP and frame[42:] != DATA:
                answers.append(frame[6:12] + frame[42:])
            else:
                answers.append(frame[6:12])
            if ping and len(answers) >= wanted:
                end = min(end, time.monotonic() + AFTER_S)
        return answers, ping


def plain_udp(wire, client):
    """Until the echo has come, however long its program takes to start"""
    for _ in range(20):
        answers, _ = wire.ask(client, [client.ip(UDP, client.udp())], (), 1)
        if len(answers) == 1:
            return answers[0]
    sys.exit(f"bad plain UDP: {len(answers)} answers")


def main():
    vip, mac = sys.argv[1:]
    wire = Wire(vip, mac)
    bad, nodes = {}, []
    for number, line in enumerate(sys.stdin, 1):
        client = Client(line.strip(), vip, number)
        owner = {"udp": [plain_udp(wire, client)], "": []}
        owner["ping"] = [wire.ask(client, [])[1]]
        tried = [cases(client)]
        if owner["udp"] not in nodes:
            nodes.append(owner["udp"])
            tried.append(seldom(client))
        for name, packets, whose, tags in chain(*tried):
            want = owner[whose]
            for _ in range(TRIES):
                since = time.time()
                got, ping = wire.ask(client, packets, tags, len(want))
                good = got == want and [ping] == owner["ping"]
                if good or not stood_still(since):
                    break
            bad.setdefault(name, [])
            if not good:
                bad[name].append(f"{line.strip()}: {[m.hex() for m in got]}, "
                                 f"not {[m.hex() for m in want]}")
    for name, what in bad.items():
        print("bad" if what else "ok", name, "; ".join(what))


if __name__ == "__main__":
    main()
