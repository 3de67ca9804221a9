#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Packets from many clients to the cluster, by a raw socket, without answers.

clients.py DEV MAC ADDR FROM TO TIMES: UDP to port 9 of ADDR from the clients
number FROM to TO - 1, 11.0.0.0 + N, TIMES from each. Prints how many it sent.
"""
import socket
import struct
import sys


def frames(mac, addr, first, last):
    ether = bytes.fromhex(mac.replace(":", "")) + b"\x52\x54\0\0\1\0\x08\0"
    udp = struct.pack("!HHHH", 4000, 9, 8, 0)
    for number in range(first, last):
        source = struct.pack("!I", (11 << 24) + number)
        header = bytearray(struct.pack("!BBHHHBBH", 0x45, 0, 28, 0, 0, 64, 17,
                                       0) + source + socket.inet_aton(addr))
        total = sum(struct.unpack("!10H", header))
        total = (total & 0xFFFF) + (total >> 16)
        total = (total & 0xFFFF) + (total >> 16)
        header[10:12] = struct.pack("!H", ~total & 0xFFFF)
        yield ether + header + udp


def main():
    dev, mac, addr = sys.argv[1:4]
    first, last, times = map(int, sys.argv[4:])
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    sock.bind((dev, 0))
    sent = 0
    for _ in range(times):
        for frame in frames(mac, addr, first, last):
            sock.send(frame)
            sent += 1
    print(sent)


main()
