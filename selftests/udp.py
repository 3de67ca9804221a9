#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Datagrams from many clients, and who answers them.

udp.py serve ADDR PORT [NAME] sends each datagram back, NAME in front. Prints
                              "ready", runs until it is killed.
udp.py visit ADDR PORT TIMES [SIZE]
                              one from each of TIMES ports of each client address
                              on standard input, or from the one that is said,
                              CLIENT:PORT; SIZE bytes, in fragments if they are
                              many. Prints "CLIENT NODE" for each, CLIENT as it
                              was said. NODE is - where nobody answered, "n1+n2"
                              where more than one did, or one answered twice

What is not answered within a second is sent again: a machine that stood still
takes nothing new at first.
"""
import select
import socket
import sys
import time

AGAIN_S = 1
TRIES = 5
# for an answer too many
AFTER_S = 0.2


def serve(addr, port, name=""):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind((addr, int(port)))
    front = name.encode() + b" " if name else b""
    print("ready", flush=True)
    while True:
        data, client = sock.recvfrom(65535)
        try:
            sock.sendto(front + data, client)
        except OSError as error:
            print(client, error, flush=True)


class Visit:
    """One port of a client."""

    def __init__(self, client, addr, port, size):
        self.client = client
        self.size = size
        self.answers = {}
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.setblocking(False)
        own_addr, _, own_port = client.partition(":")
        self.sock.bind((own_addr, int(own_port or 0)))
        self.sock.connect((addr, port))

    def ask(self, number):
        try:
            self.sock.send((b"%d" % number).ljust(self.size))
        except OSError as error:
            self.answers[number] = ["-" + error.strerror.replace(" ", "-")]

    def listen(self):
        try:
            node, number = self.sock.recv(64).decode().split()
        except OSError as error:
            node, number = "-" + error.strerror.replace(" ", "-"), -1
        self.answers.setdefault(int(number), []).append(node)

    def who(self):
        """Of several answers to several datagrams those that differ."""
        return "/".join(sorted({"+".join(sorted(nodes))
                                for nodes in self.answers.values()})) or "-"


def listen_all(poll, by_fd, end, enough):
    while not enough() and (left := end - time.monotonic()) > 0:
        for fd, _events in poll.poll(left):
            by_fd[fd].listen()


def visit(addr, port, times, size=0):
    visits = [Visit(line.strip(), addr, int(port), int(size))
              for line in sys.stdin for _ in range(int(times))]
    by_fd = {v.sock.fileno(): v for v in visits}
    poll = select.epoll()
    for fd in by_fd:
        poll.register(fd, select.EPOLLIN)
    for number in range(TRIES):
        for v in visits:
            if not v.answers:
                v.ask(number)
        listen_all(poll, by_fd, time.monotonic() + AGAIN_S,
                   lambda: all(v.answers for v in visits))
    listen_all(poll, by_fd, time.monotonic() + AFTER_S, lambda: False)
    for v in visits:
        print(v.client, v.who())


COMMANDS = {f.__name__: f for f in (serve, visit)}

if __name__ == "__main__":
    if not 4 <= len(sys.argv) <= 6 or sys.argv[1] not in COMMANDS:
        sys.exit(__doc__)
    COMMANDS[sys.argv[1]](*sys.argv[2:])
