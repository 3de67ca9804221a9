#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Packets that no program sends, and who answers them.

packets.py ADDR MAC     to ADDR at MAC, from the clients on standard input, whose
                        addresses must be on eth0. UDP port 7 there must echo.

Each case is one packet, in pieces or not, followed by a ping: when that is
answered, the kernel has answered what came before it, and a program may need a
while. Prints a line for each case: "ok CASE", or
"bad CASE" and what came instead. A packet is to be answered once, by the node
that answers pings of this client, or its plain UDP packets; or not at all.
"""
import ipaddress
import select
import socket
import struct
import sys
import time

from probe import checksum

ECHO, CLOSED, SOURCE = 7, 9, 4000
ICMP, TCP, UDP, GRE, ESP, SCTP, UNKNOWN = 1, 6, 17, 47, 50, 132, 253
DEADLINE_S = 10
# the ping is sent again
AGAIN_S = 1
# for an answer too many
AFTER_S = 0.05
DATA = bytes(range(64))


class Client:
    """One address; makes the packets from there."""

    def __init__(self, address, vip, number):
        self.source = ipaddress.IPv4Address(address).packed
        self.dest = ipaddress.IPv4Address(vip).packed
        self.number = number

    def ip(self, protocol, payload, offset=0, more=False, options=b"",
           **wrong):
        """offset in bytes; length, ihl and version may be said otherwise"""
        ihl = 5 + len(options) // 4
        header = struct.pack(
            "!BBHHHBBH4s4s",
            wrong.get("version", 4) << 4 | wrong.get("ihl", ihl), 0,
            wrong.get("length", ihl * 4 + len(payload)), self.number,
            offset // 8 | more << 13, 64, protocol, 0, self.source, self.dest)
        header += options
        return (header[:10] + struct.pack("!H", checksum(header)) +
                header[12:] + payload)

    def udp(self, port=ECHO):
        return struct.pack("!HHHH", SOURCE, port, 8 + len(DATA), 0) + DATA

    def pieces(self, *cuts):
        """That UDP packet, cut at these places: (from, to)"""
        whole = self.udp()
        return [self.ip(UDP, whole[a:b], a, b < len(whole)) for a, b in cuts]

    def ping(self, sequence):
        head = struct.pack("!BBHHH", 8, 0, 0, self.number, sequence)
        head = head[:2] + struct.pack("!H", checksum(head)) + head[4:]
        return self.ip(ICMP, head)

    def error(self, inner):
        head = struct.pack("!BBHHH", 3, 4, 0, 0, 1000)
        return self.ip(ICMP, head[:2] + struct.pack(
            "!H", checksum(head + inner)) + head[4:] + inner)


def cases(client):
    """Name, packets, whose answer is expected ("" nobody's), VLAN tag"""
    n = len(client.udp())
    a, b, c = (0, 24), (24, 48), (48, n)
    yield "fragments in order", client.pieces(a, b, c), "udp", None
    yield "fragments backwards", client.pieces(c, b, a), "udp", None
    yield "fragments shuffled", client.pieces(b, c, a), "udp", None
    yield "a fragment missing", client.pieces(a, c), "", None
    yield "fragments that overlap", client.pieces(a, (16, 48), c), "", None
    yield "IP options", [client.ip(UDP, client.udp(),
                                   options=b"\x07\x07\x04" + b"\0" * 4 +
                                   b"\x01")], "udp", None
    yield "UDP, closed port", [client.ip(UDP, client.udp(CLOSED))], "udp", None
    # without ports where there should be some: not for anybody to answer
    for name, protocol in (("GRE", GRE), ("ESP", ESP),
                           ("unknown protocol", UNKNOWN)):
        yield name, [client.ip(protocol, DATA)], "ping", None
    yield "SCTP", [client.ip(SCTP, client.udp())], "udp", None
    yield "priority tag", [client.ping(7)], "ping", 0xe000
    yield "tag of a VLAN that is not there", [client.ping(7)], "", 5
    yield "length too large", [client.ip(UDP, client.udp(), length=999)], "", None
    yield "length too small", [client.ip(UDP, client.udp(), length=12)], "", None
    yield "header longer than the packet", [client.ip(
        UDP, b"\0" * 4, ihl=15)], "", None
    yield "header too short", [client.ip(UDP, client.udp(), ihl=4)], "", None
    yield "cut header", [client.ip(UDP, b"")[:11]], "", None
    yield "cut ports", [client.ip(UDP, b"\0\1")], "", None
    for size in (11, 19):
        yield (f"frame that ends in the header, {size} bytes of it",
               [Bare(client.ip(UDP, b"")[:size])], "", None)
    for size in (0, 1, 3):
        for name, protocol in (("UDP", UDP), ("TCP", TCP), ("ICMP", ICMP)):
            yield (f"frame that ends behind {size} bytes of {name}",
                   [Bare(client.ip(protocol, b"\xff" * size))], "", None)
    yield "frame that ends in the options", [
        Bare(client.ip(UDP, b"\x01" * 7, ihl=15))], "", None
    yield "ICMP error whose frame ends inside", [Bare(client.error(
        client.ip(UDP, client.udp())[:13]))], "", None
    yield "version 6", [client.ip(UDP, client.udp(), version=6)], "", None
    yield "ICMP error about nothing", [client.error(b"")], "", None
    yield "ICMP error, cut inside", [client.error(
        client.ip(UDP, client.udp())[:13])], "", None


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
        self.sequence = 100

    def send(self, packet, vlan=None):
        tag = b"" if vlan is None else struct.pack("!HH", 0x8100, vlan)
        frame = self.dest + self.mac + tag + b"\x08\x00" + packet
        if not isinstance(packet, Bare):
            frame = frame.ljust(60, b"\0")
        self.socket.send(frame)

    def receive(self, until):
        """A frame, None: there is none"""
        left = max(0, until - time.monotonic())
        if not select.select([self.socket], [], [], left)[0]:
            return None
        return self.socket.recv(2048)

    def ask(self, client, packets, vlan=None, wanted=0):
        """Who answered these, and who the ping behind them: MAC addresses.
        Waits for so many answers, and for one too many."""
        self.sequence += 1
        for packet in packets:
            self.send(packet, vlan)
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
            if (frame[23] == ICMP and frame[34] == 0 and
                    frame[40:42] == struct.pack("!H", self.sequence)):
                ping = frame[6:12]
            else:
                answers.append(frame[6:12])
            if ping and len(answers) >= wanted:
                end = min(end, time.monotonic() + AFTER_S)
        return answers, ping


def plain_udp(wire, client):
    """Until the echo has come, however long its program takes to start"""
    for _ in range(20):
        answers, _ = wire.ask(client, [client.ip(UDP, client.udp())], None, 1)
        if len(answers) == 1:
            return answers[0]
    sys.exit(f"bad plain UDP: {len(answers)} answers")


def main():
    vip, mac = sys.argv[1:]
    wire = Wire(vip, mac)
    bad = {}
    for number, line in enumerate(sys.stdin, 1):
        client = Client(line.strip(), vip, number)
        owner = {"udp": [plain_udp(wire, client)], "": []}
        owner["ping"] = [wire.ask(client, [])[1]]
        for name, packets, whose, vlan in cases(client):
            want = owner[whose]
            got, ping = wire.ask(client, packets, vlan, len(want))
            bad.setdefault(name, [])
            if got != want or [ping] != owner["ping"]:
                bad[name].append(f"{line.strip()}: {[m.hex() for m in got]}, "
                                 f"not {[m.hex() for m in want]}")
    for name, what in bad.items():
        print("bad" if what else "ok", name, "; ".join(what))


main()
