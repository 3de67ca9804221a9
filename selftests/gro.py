#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Packets that go through the kernel as one, and are many.

gro.py serve ADDR NAME   port 9 by TCP and UDP; prints "ready", runs until it is
                         killed
gro.py send ADDR PORT    the clients on standard input, from PORT: a TCP
                         connection, and datagrams of which the kernel is given
                         ten at a time; prints "CLIENT KIND NAME" lines, "-" and
                         why where not all of it came, once
"""
import hashlib
import socket
import socketserver
import sys
import threading

PORT = 9
TIMEOUT_S = 10
STREAM, SEGMENT, SEGMENTS, TIMES = 150000, 1000, 10, 5
UDP_SEGMENT = 103


def pattern(first, step, size):
    """Bytes that look different at each place of a segment."""
    part = bytes((first + i * step) % 251 for i in range(251))
    return (part * (size // len(part) + 1))[:size]


def summary(name, data):
    return f"{name} {len(data)} {hashlib.sha256(data).hexdigest()}".encode()


class Stream(socketserver.BaseRequestHandler):
    """All of a connection, then what it was."""

    def handle(self):
        data = b""
        while part := self.request.recv(65536):
            data += part
        self.request.sendall(summary(self.server.name, data))


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


def datagrams(addr, name):
    got = {}
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind((addr, PORT))
    while True:
        data, client = sock.recvfrom(65536)
        if data == b"?":
            sock.sendto(summary(name, got.get(client, b"")), client)
        else:
            got[client] = got.get(client, b"") + data


def serve(addr, name):
    server = Server((addr, PORT), Stream)
    server.name = name
    threading.Thread(target=datagrams, args=(addr, name), daemon=True).start()
    print("ready", flush=True)
    server.serve_forever()


def verdict(answer, data):
    name = answer.decode().split()[0] if answer else ""
    return name if answer == summary(name, data) else f"- {answer.decode()}"


def by_tcp(client, server):
    data = pattern(0, 7, STREAM)
    with socket.create_connection(server, TIMEOUT_S, client) as sock:
        sock.sendall(data)
        sock.shutdown(socket.SHUT_WR)
        return verdict(sock.recv(200), data)


def by_udp(client, server):
    data = b""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(TIMEOUT_S)
        sock.bind(client)
        sock.connect(server)
        sock.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, SEGMENT)
        for i in range(TIMES):
            part = pattern(i, 11, SEGMENT * SEGMENTS)
            sock.send(part)
            data += part
        sock.send(b"?")
        return verdict(sock.recv(200), data)


def send(addr, port):
    for client in sys.stdin.read().split():
        for kind in (by_tcp, by_udp):
            try:
                name = kind((client, int(port)), (addr, PORT))
            except OSError as error:
                name = f"- {error}"
            print(client, kind.__name__[3:], name, flush=True)


if __name__ == "__main__":
    {"serve": serve, "send": send}[sys.argv[1]](*sys.argv[2:])
