# SPDX-License-Identifier: GPL-2.0-only
"""Requests that must change nothing, and a line for each group of them."""

import time

from netlink import Genl


class Group:
    """What clusters there were in the beginning, and that it stays so."""

    def __init__(self):
        self.genl = Genl()
        self.before = self.genl.config()

    def settle(self, seconds=3):
        """What is there in the end; what was refused may take a moment."""
        end = time.monotonic() + seconds
        while True:
            now = self.genl.config()
            if now == self.before or time.monotonic() > end:
                return now
            time.sleep(0.02)

    def check(self, what, answers, codes, same=True):
        """answers: (request, name of its error)"""
        bad = ["%s: %s" % answer for answer in answers
               if answer[1] not in codes]
        if same:
            now = self.settle()
            if now != self.before:
                bad.append("now %s, before %s" % (now, self.before))
        print("%d\t%s\t%s" % (bool(bad), what, "; ".join(bad)), flush=True)
