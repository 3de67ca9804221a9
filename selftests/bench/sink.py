#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
#
# A UDP socket that answers the first packet of each client it is told to
# expect, and from then on has the kernel discard what comes.
#
# Usage: sink.py ADDR PORT [CLIENTS]
import ctypes
import signal
import socket
import struct
import sys

SO_ATTACH_FILTER = 26
SO_RCVBUFFORCE = 33

sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 23)
sock.bind((sys.argv[1], int(sys.argv[2])))
waiting = int(sys.argv[3]) if len(sys.argv) > 3 else 1
seen = set()
while len(seen) < waiting:
    data, client = sock.recvfrom(64)
    sock.sendto(data, client)
    seen.add(client)
# "return 0": nothing is kept of any packet
drop = ctypes.create_string_buffer(struct.pack("HBBI", 6, 0, 0, 0))
sock.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER,
                struct.pack("HL", 1, ctypes.addressof(drop)))
signal.pause()
