#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Frames of a cluster with a key: looked at, recorded, played back, forged.

Usage: auth_frames.py IFACE VIP COMMAND...
    verify SECRET COUNT         so many signed frames are right, by our own sum
    record FILE SECONDS MAC     keep what this node says
    replay FILE SECONDS         say it again, over and over
    forge SECONDS MAC SECRET    good-byes and states of this node, made with
                                no key, with another one, and with another one
                                that says to be SECRET

Output: a line with counts; exit code 1 if verify finds a wrong one.
"""

import pickle
import socket
import sys
import time

import frames
from frames import LEAVE, Sender, mac


def hear(iface, seconds):
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                         socket.htons(frames.ETHERTYPE))
    sock.bind((iface, frames.ETHERTYPE))
    sock.settimeout(0.2)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            yield sock.recv(2048)
        except TimeoutError:
            pass


def header(frame):
    return dict(zip(frames.HEADER_FIELDS,
                    frames.HEADER.unpack_from(frame, 14)))


def verify(iface, secret, count):
    good = 0
    for frame in hear(iface, 10):
        head = header(frame)
        end = 14 + head["length"]
        start = end - frames.TAG_LEN - frames.SIGNATURE_LEN
        if (head["flags"] != frames.SIGNED or
                head["key_id"] != frames.key_id(secret) or
                frame[start:end] != frames.trailer(secret,
                                                   frame[14:start])):
            print("wrong: %s" % frame.hex())
            return 1
        good += 1
        if good == count:
            print("%d frames" % good)
            return 0
    print("only %d frames" % good)
    return 1


def record(iface, path, seconds, node):
    heard = hear(iface, seconds)
    # the socket is there
    next(heard, None)
    print("ready", flush=True)
    kept = [f for f in heard if f[6:12] == node]
    with open(path, "wb") as file:
        pickle.dump(kept, file)
    print("%d frames" % len(kept))


def send_for(iface, seconds, raw):
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    sock.bind((iface, 0))
    sent = 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for frame in raw:
            sock.send(frame)
        sent += len(raw)
    print("%d frames in %s s" % (sent, seconds))


def replay(iface, path, seconds):
    with open(path, "rb") as file:
        send_for(iface, seconds, pickle.load(file))


def forge(iface, vip, seconds, node, secret):
    last = (1 << 64) - 1
    raw = []
    other = b"not the cluster's"
    for key, said in ((None, {}), (other, {}),
                      (other, {"key_id": frames.key_id(secret)})):
        for incarnation in (time.time_ns(), last):
            sender = Sender(node, vip, incarnation, key)
            sender.sequence = last - 1
            raw.append(sender.frame(LEAVE, **said))
            sender.sequence = last - 1
            raw.append(sender.state(header=said))
    head = frames.cluster_mac(vip) + node + b"\x88\x70"
    send_for(iface, seconds, [head + payload for payload in raw])


def main():
    iface, vip, command, *args = sys.argv[1:]
    if command == "verify":
        return verify(iface, args[0].encode(), int(args[1]))
    if command == "record":
        record(iface, args[0], float(args[1]), mac(args[2]))
    elif command == "replay":
        replay(iface, args[0], float(args[1]))
    else:
        forge(iface, vip, float(args[0]), mac(args[1]), args[2].encode())
    return 0


sys.exit(main())
