#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
#
# Nodes that are nothing but a voice: each says once that it is active, and hears
# all the others. Who hears them has a table for so many nodes, until they have
# been silent for the dead interval.
#
# Usage: crowd.py IFACE VIP COUNT NODE...     NODE: MAC address of a real node
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)),
                                ".."))
import frames  # noqa: E402

iface, vip, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
real = [frames.mac(text) for text in sys.argv[4:]]
crowd = [b"\x52\x54\0\0\x77" + bytes([i]) for i in range(count)]
wire = frames.Wire(iface)
for node in crowd:
    heard = sorted(real + [other for other in crowd if other != node])
    state = frames.Sender(node, vip).state(heard=heard, state=frames.ACTIVE)
    wire.send(state, frames.cluster_mac(vip), node)
