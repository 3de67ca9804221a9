#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""How long clients are without a server after a node died.

Usage: outage.py ADDR DEAD SWITCH <CLIENTS

Sets link DEAD of the network namespace SWITCH down, and from that moment on
has every client (an address a line) ask http://ADDR/id until a node answers
that is not DEAD. Prints a line a client, "ADDRESS NODE MILLISECONDS", counted
from the cut. Exit code 1 if a client has no answer after LIMIT seconds.

A client whose connection is not accepted tries a new one after RETRY seconds:
the kernel's own second attempt comes after a whole second, too coarse for a
measurement.
"""
import selectors
import socket
import subprocess
import sys
import time

RETRY = 0.1
PATIENCE = 2.0      # with a connection that was accepted
LIMIT = 15.0
REQUEST = b"GET /id HTTP/1.0\r\n\r\n"


class Client:
    """One client address and its present attempt."""

    def __init__(self, addr, selector):
        self.addr = addr
        self.selector = selector
        self.sock = None
        self.deadline = 0.0
        self.answer = b""
        self.node = None
        self.when = None

    def give_up(self):
        if self.sock:
            self.selector.unregister(self.sock)
            self.sock.close()
            self.sock = None

    def attempt(self, server):
        self.give_up()
        self.answer = b""
        self.deadline = time.monotonic() + RETRY
        self.sock = socket.socket()
        self.sock.setblocking(False)
        self.sock.bind((self.addr, 0))
        self.selector.register(self.sock, selectors.EVENT_WRITE, self)
        self.sock.connect_ex(server)

    def ready(self, events, dead):
        try:
            if events & selectors.EVENT_WRITE:
                self.sock.send(REQUEST)
                self.deadline = time.monotonic() + PATIENCE
                self.selector.modify(self.sock, selectors.EVENT_READ, self)
                return
            data = self.sock.recv(4096)
        except OSError:
            # refused or reset; the next attempt is due in its time
            self.give_up()
            return
        self.answer += data
        if data:
            return
        self.give_up()
        node = self.answer.rpartition(b"\r\n\r\n")[2].decode().strip()
        if node and node != dead:
            self.node = node
            self.when = time.monotonic()


def cutter(switch, dead):
    """An ip(8) that is up and waits for the command: no start-up time counts."""
    ip = subprocess.Popen(["ip", "-n", switch, "-batch", "-"], bufsize=0,
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    ip.stdin.write(b"link show dev %s\n" % dead.encode())
    ip.stdout.readline()
    return ip


def main():
    addr, dead, switch = sys.argv[1:]
    selector = selectors.DefaultSelector()
    clients = [Client(line.strip(), selector) for line in sys.stdin]
    helper = cutter(switch, dead)
    start = time.monotonic()
    helper.stdin.write(b"link set dev %s down\n" % dead.encode())
    helper.stdin.close()
    waiting = clients
    while waiting and time.monotonic() < start + LIMIT:
        for client in waiting:
            if time.monotonic() >= client.deadline:
                client.attempt((addr, 80))
        due = min(client.deadline for client in waiting)
        for key, events in selector.select(max(due - time.monotonic(), 0)):
            key.data.ready(events, dead)
        waiting = [client for client in waiting if not client.when]
    if helper.wait() != 0:
        sys.exit("the cable was not cut")
    for client in clients:
        if client.when:
            ms = round((client.when - start) * 1000)
            print(client.addr, client.node, ms)
    sys.exit(1 if waiting else 0)


main()
