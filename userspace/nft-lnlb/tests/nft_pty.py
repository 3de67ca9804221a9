#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
Type at a program on a terminal of its own and print what it shows.

Usage: nft_pty.py PROGRAM ARG... <KEYS

KEYS has lines; each is typed when the program shows a prompt and has nothing
more to say. In them \\t, \\e and \\xNN are what they are in C, and so typed.
"""
import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios

PROMPTS = (b"nft> ", b".... ")
DEADLINE_S = 20
QUIET_S = 0.05


def read_some(fd, limit_s):
    if not select.select([fd], [], [], limit_s)[0]:
        return b""
    try:
        return os.read(fd, 65536)
    except OSError:
        return None


def wait_prompt(fd, shown):
    """Return: False if the program has gone."""
    new = b""
    while True:
        more = read_some(fd, QUIET_S if new.endswith(PROMPTS) else DEADLINE_S)
        if more is None:
            return False
        if not more:
            return True
        new += more
        shown += more


def main():
    keys = [line.encode().decode("unicode_escape").encode("latin-1")
            for line in sys.stdin.read().replace("\\e", "\\x1b").splitlines()]
    pid, fd = pty.fork()
    if not pid:
        os.environ["TERM"] = "xterm"
        os.execvp(sys.argv[1], ["nft"] + sys.argv[2:])
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    shown = bytearray()
    for line in keys:
        if not wait_prompt(fd, shown):
            break
        os.write(fd, line if line.endswith(b"\x04") else line + b"\n")
    while (more := read_some(fd, DEADLINE_S)):
        shown += more
    os.kill(pid, signal.SIGHUP)
    status = os.waitpid(pid, 0)[1]
    sys.stdout.buffer.write(bytes(shown))
    print("exit code", os.waitstatus_to_exitcode(status))


main()
