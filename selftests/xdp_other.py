#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Somebody else's XDP program, which passes all, on a device until killed.

xdp_other.py DEV        prints "on" when it is there
"""
import signal
import socket
import sys

import bpf

prog = bpf.load(bpf.XDP_PASS, "other")
link = bpf.link(prog, socket.if_nametoindex(sys.argv[1]))
print("on", flush=True)
signal.pause()
