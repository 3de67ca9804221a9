#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""As much of TFTP as it takes: the server answers from another port.

tftp.py serve ADDR NAME   the server; a file is NAME and zeros in the first packet,
                          NAME in the second. Prints "ready", runs until it is
                          killed.
tftp.py get ADDR          a file for each client address on standard input; prints
                          "CLIENT tftp FIRST SECOND" lines, the names in the two
                          packets, "- -" and why where there is none
"""
import socket
import struct
import sys
import threading

TIMEOUT_S = 1
TRIES = 4
PORT = 69
BLOCK = 512
RRQ, DATA, ACK = 1, 3, 4


def udp_socket(addr, port=0):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.settimeout(TIMEOUT_S)
    sock.bind((addr, port))
    return sock


def send_file(addr, client, name):
    with udp_socket(addr) as sock:
        for number, data in enumerate((name.ljust(BLOCK, b"\0"), name), 1):
            for _ in range(TRIES):
                sock.sendto(struct.pack("!HH", DATA, number) + data, client)
                try:
                    if sock.recv(64) == struct.pack("!HH", ACK, number):
                        break
                # refused: the client has gone
                except OSError:
                    continue
            else:
                return


def serve(addr, name):
    sock = udp_socket(addr, PORT)
    sock.settimeout(None)
    print("ready", flush=True)
    while True:
        data, client = sock.recvfrom(1024)
        if data[:2] == struct.pack("!H", RRQ):
            threading.Thread(target=send_file, daemon=True,
                             args=(addr, client, name.encode())).start()


def fetch(client, addr):
    """The names; the server sends again what it has no answer to."""
    request = struct.pack("!H", RRQ) + b"file\0octet\0"
    names = {}
    with udp_socket(client) as sock:
        for _ in range(TRIES):
            if not names:
                sock.sendto(request, (addr, PORT))
            try:
                while len(names) < 2:
                    data, server = sock.recvfrom(1024)
                    kind, number = struct.unpack("!HH", data[:4])
                    if kind != DATA or server[0] != addr:
                        return "- - what is not asked for"
                    names[number] = data[4:].rstrip(b"\0").decode()
                    sock.sendto(struct.pack("!HH", ACK, number), server)
                return f"{names[1]} {names[2]}"
            except socket.timeout:
                continue
    return "- - no answer"


def get(addr):
    for client in sys.stdin.read().split():
        print(client, "tftp", fetch(client, addr), flush=True)


COMMANDS = {f.__name__: f for f in (serve, get)}

if __name__ == "__main__":
    if len(sys.argv) < 3 or sys.argv[1] not in COMMANDS:
        sys.exit(__doc__)
    COMMANDS[sys.argv[1]](*sys.argv[2:])
