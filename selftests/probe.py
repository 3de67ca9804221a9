#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Traffic that shell tools cannot make, or not fast enough.

probe.py watch ADDR MAC MS    ping ADDR at MAC from each client every MS
                              milliseconds; says who answered, and the gaps
probe.py spray ADDR MAC N     N packets of many kinds from the clients in turn
probe.py claim ADDR MAC       one gratuitous ARP: ADDR is at MAC

Client addresses, a line each, come from standard input; they must be on eth0, or
the device that IFACE in the environment names.
watch prints "ready", runs until SIGTERM, and then prints

    CLIENT SENT LOST TWICE GAP CHANGES FIRST LAST

LOST and TWICE: pings without an answer, with more than one. GAP: around lost
pings, the longest time in ms between the sending of the last ping before and
the first ping after that were answered. CHANGES: of the node that answers.
FIRST and LAST: its MAC address. A line that begins with "#" says how well it
kept its time.

Where this program cannot run, nor can the nodes beside it: such time is no part of
a GAP. After a long pause they listen for a dead interval before they take anything,
as they should; pings without an answer are not LOST then.
"""
import ctypes
import ipaddress
import os
import select
import signal
import socket
import struct
import sys
import time

ETH_P_IP = 0x0800
ETH_P_ARP = 0x0806
DRAIN_S = 1.0
# a pause; one for which nodes fence themselves; for how long before and after it they
# may leave pings unanswered; see lib.sh
PAUSE_S, STILL_S = 0.1, 0.35
BEFORE_S, LISTEN_S = 0.1, 1.5
SO_RCVBUFFORCE = 33
SO_ATTACH_FILTER = 26
# load the IP protocol; accept all of it if that is ICMP, else nothing
ICMP_ONLY = ((0x30, 0, 0, 23), (0x15, 0, 1, 1), (0x06, 0, 0, 0xffff),
             (0x06, 0, 0, 0))
stopped = False


def stop(_signo, _frame):
    global stopped
    stopped = True


def say(text):
    print(text, flush=True)


def stood_still(since):
    """Did the machine, so that what was sent since then, by time.time(), may be
    lost? Returns when that is over, as in lib.sh"""
    time.sleep(0.15)
    with open(os.environ.get("LNLB_STILL", os.devnull), "rb") as pauses:
        still = any(int(line.split()[1]) / 1000 + LISTEN_S > since
                    for line in pauses)
    if still:
        time.sleep(LISTEN_S)
    return still


def read_clients():
    return [ipaddress.IPv4Address(line.strip()) for line in sys.stdin]


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def packet_socket(protocol):
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                         socket.htons(protocol))
    sock.bind((os.environ.get("IFACE", "eth0"), protocol))
    sock.setblocking(False)
    return sock


def receive_icmp(sock):
    """Lest other traffic fills the queue, and answers are lost there."""
    sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 23)
    code = ctypes.create_string_buffer(
        b"".join(struct.pack("HBBI", *insn) for insn in ICMP_ONLY))
    sock.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER,
                    struct.pack("HL", len(ICMP_ONLY), ctypes.addressof(code)))


def own_mac(sock):
    return sock.getsockname()[4]


def parse_mac(text):
    return bytes.fromhex(text.replace(":", ""))


def ipv4(ether, source, dest, protocol, payload):
    header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 0, 0, 64,
                         protocol, 0, source.packed, dest.packed)
    header = header[:10] + struct.pack("!H", checksum(header)) + header[12:]
    return ether + header + payload


def transmit(sock, frame):
    """Send; False where the device's queue is full."""
    try:
        sock.send(frame)
    except BlockingIOError:
        return False
    return True


# ---- watch ----

class Watch:
    """Pings; who answered which."""

    def __init__(self, addr, mac, interval_ms):
        self.sock = packet_socket(ETH_P_IP)
        receive_icmp(self.sock)
        self.dest = ipaddress.IPv4Address(addr)
        self.ether = parse_mac(mac) + own_mac(self.sock) + b"\x08\x00"
        self.clients = read_clients()
        self.interval = int(interval_ms) / 1000
        count = len(self.clients)
        self.index = {client.packed: i for i, client in enumerate(self.clients)}
        self.heads = [ipv4(self.ether, client, self.dest, 1, bytes(8))[:34]
                      for client in self.clients]
        self.sent = [[] for _ in range(count)]
        self.by = [[] for _ in range(count)]
        self.twice = [0] * count
        self.awake = 0
        self.longest = 0
        self.pauses = []

    def send(self, i):
        seq = len(self.sent[i]) & 0xffff
        total = 0x0800 + i + seq
        total = (total & 0xffff) + (total >> 16)
        total = (total & 0xffff) + (total >> 16)
        icmp = struct.pack("!BBHHH", 8, 0, ~total & 0xffff, i, seq)
        self.sent[i].append(time.monotonic())
        self.by[i].append(None)
        transmit(self.sock, self.heads[i] + icmp)

    def receive(self):
        while True:
            try:
                data = self.sock.recv(128)
            except BlockingIOError:
                return
            if (len(data) < 42 or data[23] != 1 or data[34] != 0 or
                    data[26:30] != self.dest.packed):
                continue
            number, seq = struct.unpack("!HH", data[38:42])
            i = self.index.get(data[30:34])
            if i is None or number != i or seq >= len(self.by[i]):
                continue
            if self.by[i][seq] is not None:
                self.twice[i] += 1
            self.by[i][seq] = data[6:12]

    def clock(self):
        """The time; and notes when it has stood still"""
        now = time.monotonic()
        self.longest = max(self.longest, now - self.awake)
        if now - self.awake > PAUSE_S:
            self.pauses.append((self.awake, now))
        self.awake = now
        return now

    def run(self):
        poll = select.poll()
        poll.register(self.sock, select.POLLIN)
        step = self.interval / len(self.clients)
        due = self.awake = time.monotonic()
        i = 0
        say("ready")
        while not stopped:
            now = self.clock()
            while due <= now:
                self.send(i)
                i = (i + 1) % len(self.clients)
                # late: rather slower than in bursts
                due = max(due + step, now - 10 * step)
            self.receive()
            wait = (due - time.monotonic()) * 1000
            if wait > 0:
                poll.poll(min(wait, PAUSE_S * 500))
        left = DRAIN_S
        while left > 0:
            poll.poll(50)
            self.receive()
            before = self.awake
            left -= min(self.clock() - before, PAUSE_S)

    def slept(self, begin, end):
        """For how long in this time it could not run"""
        return sum(max(0, min(end, b) - max(begin, a)) for a, b in self.pauses)

    def excused(self, sent):
        return any(a - BEFORE_S < sent and
                   sent - b - self.slept(b, sent) < LISTEN_S
                   for a, b in self.pauses if b - a > STILL_S)

    def gap(self, i):
        longest = 0
        last = self.sent[i][0] if self.sent[i] else 0
        lost = False
        for sent, by in zip(self.sent[i], self.by[i]):
            if by is None:
                lost = lost or not self.excused(sent)
                continue
            if lost:
                longest = max(longest, sent - last - self.slept(last, sent))
            last, lost = sent, False
        if lost:
            sent = self.sent[i][-1]
            longest = max(longest, sent - last - self.slept(last, sent))
        return round(longest * 1000)

    def report(self):
        excused = 0
        for i, client in enumerate(self.clients):
            nodes = [by.hex(":") for by in self.by[i] if by is not None]
            changes = sum(a != b for a, b in zip(nodes, nodes[1:]))
            nodes = nodes or ["-"]
            unanswered = [sent for sent, by in zip(self.sent[i], self.by[i])
                          if by is None]
            lost = [sent for sent in unanswered if not self.excused(sent)]
            excused += len(unanswered) - len(lost)
            say(f"{client} {len(self.by[i])} {len(lost)} "
                f"{self.twice[i]} {self.gap(i)} {changes} "
                f"{nodes[0]} {nodes[-1]}")
        spans = [(sent[-1] - sent[0]) / (len(sent) - 1)
                 for sent in self.sent if len(sent) > 1]
        mean = sum(spans) / max(len(spans), 1)
        say(f"# pings of a client every {mean * 1000:.1f} ms, "
            f"prober's longest pause {self.longest * 1000:.0f} ms, "
            f"{excused} pings excused for it")


def watch(addr, mac, interval_ms):
    prober = Watch(addr, mac, interval_ms)
    prober.run()
    prober.report()


# ---- spray, claim ----

def with_checksum(source, dest, protocol, payload, offset):
    pseudo = (source.packed + dest.packed +
              struct.pack("!HH", protocol, len(payload)))
    value = struct.pack("!H", checksum(pseudo + payload))
    return payload[:offset] + value + payload[offset + 2:]


def spray(addr, mac, count):
    """SYN, UDP, ping, ACK without a connection; a new flow each."""
    sock = packet_socket(ETH_P_IP)
    sock.setblocking(True)
    ether = parse_mac(mac) + own_mac(sock) + b"\x08\x00"
    dest = ipaddress.IPv4Address(addr)
    clients = read_clients()
    for n in range(int(count)):
        source = clients[n % len(clients)]
        port = 1024 + n // len(clients)
        kind = n // len(clients) % 4
        if kind == 0 or kind == 3:
            protocol, offset = 6, 16
            payload = struct.pack("!HHIIBBHHH", port, 81, n, 0, 5 << 4,
                                  0x02 if kind == 0 else 0x10, 8192, 0, 0)
        elif kind == 1:
            protocol, offset = 17, 6
            payload = struct.pack("!HHHH", port, 9, 12, 0) + b"abcd"
        else:
            protocol, payload = 1, struct.pack("!BBHHH", 8, 0, 0, port, n % 65536)
            payload = payload[:2] + struct.pack("!H", checksum(payload)) + payload[4:]
        if protocol != 1:
            payload = with_checksum(source, dest, protocol, payload, offset)
        sock.send(ipv4(ether, source, dest, protocol, payload))


def claim(addr, mac):
    sock = packet_socket(ETH_P_ARP)
    address = ipaddress.IPv4Address(addr).packed
    arp = (struct.pack("!HHBBH", 1, ETH_P_IP, 6, 4, 1) + parse_mac(mac) +
           address + bytes(6) + address)
    sock.send(b"\xff" * 6 + own_mac(sock) + b"\x08\x06" + arp)


COMMANDS = {f.__name__: f for f in (watch, spray, claim)}

if __name__ == "__main__":
    if len(sys.argv) < 4 or sys.argv[1] not in COMMANDS:
        sys.exit(__doc__)
    signal.signal(signal.SIGTERM, stop)
    COMMANDS[sys.argv[1]](*sys.argv[2:])
