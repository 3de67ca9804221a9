#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""First fragments without the rest.

fragments.py ADDR MAC   of one UDP packet to ADDR at MAC from each client address
                        on standard input, which must be on eth0
"""
import ipaddress
import struct
import sys

import probe


def first_fragment(ether, source, dest, number):
    udp = struct.pack("!HHHH", 4000 + number, 7, 1008, 0) + bytes(16)
    frame = bytearray(probe.ipv4(ether, source, dest, 17, udp))
    frame[18:22] = struct.pack("!HH", number, 0x2000)
    frame[24:26] = bytes(2)
    frame[24:26] = struct.pack("!H", probe.checksum(bytes(frame[14:34])))
    return bytes(frame)


def main():
    addr, mac = sys.argv[1:]
    sock = probe.packet_socket(probe.ETH_P_IP)
    ether = probe.parse_mac(mac) + probe.own_mac(sock) + b"\x08\x00"
    for number, client in enumerate(probe.read_clients(), 1):
        sock.send(first_fragment(ether, client, ipaddress.IPv4Address(addr),
                                 number))


main()
