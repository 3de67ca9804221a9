# SPDX-License-Identifier: GPL-2.0-only
"""The bpf() calls of the tests: XDP programs of two instructions, links, runs."""
import ctypes
import os
import struct

SYS_BPF = {"x86_64": 321, "aarch64": 280}[os.uname().machine]
PROG_LOAD, TEST_RUN, GET_FD_BY_ID, LINK_CREATE = 5, 10, 13, 28
PROG_TYPE_XDP, ATTACH_XDP = 6, 37
XDP_DROP, XDP_PASS = 1, 2

libc = ctypes.CDLL(None, use_errno=True)


def bpf(command, attr):
    """Returns what the call does, and the attributes as they are then."""
    buf = ctypes.create_string_buffer(attr, len(attr))
    ret = libc.syscall(SYS_BPF, command, buf, len(attr))
    if ret < 0:
        raise OSError(ctypes.get_errno(), f"bpf command {command}")
    return ret, buf.raw


def load(verdict, name):
    """An XDP program that returns the same of each packet: r0 = verdict; exit"""
    code = ctypes.create_string_buffer(
        struct.pack("<BBhi BBhi", 0xb7, 0, 0, verdict, 0x95, 0, 0, 0))
    gpl = ctypes.create_string_buffer(b"GPL")
    return bpf(PROG_LOAD, struct.pack(
        "=IIQQIIQII16s", PROG_TYPE_XDP, 2, ctypes.addressof(code),
        ctypes.addressof(gpl), 0, 0, 0, 0, 0, name.encode()))[0]


def link(prog, ifindex):
    """On the device, for as long as the process lives."""
    return bpf(LINK_CREATE, struct.pack("=IIII", prog, ifindex, ATTACH_XDP,
                                        0))[0]


def by_id(number):
    return bpf(GET_FD_BY_ID, struct.pack("=III", number, 0, 0))[0]


def run(prog, frame, times):
    """Returns the verdict, and the nanoseconds that a run takes."""
    data = ctypes.create_string_buffer(frame, len(frame))
    attr = bpf(TEST_RUN, struct.pack(
        "=IIIIQQIIIIQQ", prog, 0, len(frame), 0, ctypes.addressof(data), 0,
        times, 0, 0, 0, 0, 0))[1]
    fields = struct.unpack("=IIIIQQIIIIQQ", attr)
    return fields[1], fields[7]
