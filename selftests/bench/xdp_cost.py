#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
#
# What an XDP program takes for a frame that it drops, without driver and frame:
# the kernel runs it so many times in a row.
#
# Usage: xdp_cost.py PROG_ID COUNT FRAME    a program of that number
#        xdp_cost.py none COUNT FRAME       one that drops all
# FRAME is in hexadecimal digits. Prints nanoseconds, of all together.
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)),
                                ".."))
import bpf  # noqa: E402

prog = (bpf.load(bpf.XDP_DROP, "none") if sys.argv[1] == "none" else
        bpf.by_id(int(sys.argv[1])))
count = int(sys.argv[2])
verdict, time = bpf.run(prog, bytes.fromhex(sys.argv[3]), count)
if verdict != bpf.XDP_DROP:
    sys.exit(f"the verdict is {verdict}, not to drop")
print(time * count)
