#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Does nft-lnlb do what nft does, also with what nobody would write?

Takes commands and files of the corpus, changes them at random, and gives them to
both programs: what they print, their exit codes and the ruleset that is left have
to be the same. What is, or became, an lnlb statement is left out.

Usage: nft_differ.py [SECONDS [SEED]]       not part of make check
"""

import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.realpath(__file__))
CORPUS = os.path.join(HERE, "nft_corpus")
OURS = os.path.join(HERE, "..", "nft-lnlb")
BITS = [" ", "\n", ";", "\\\n", "\t", "#", '"', "{", "}", "{ }", ",", "/", "-",
        "$", "$x", "define x = 1\n", "include \"./x\"\n", "include \"x\"\n", "@", "!= ", "\r", "\0",
        "\x01", "\x7f", "\xff", "cluster", "lnlb", "log prefix \"\x01\"",
        "log prefix \"lnlb cluster 1.2.3.4\"", "prefix", "'", "*", "0", "-1",
        "99999999999999999999", "add", "rule", "table ip t {", "chain c {"]
# what the commands of the corpus want to be there
BASE = "flush ruleset\n" + "".join(f"""table {family} t {{
	set s {{ type ipv4_addr; }}
	set i {{ type ipv4_addr; flags interval; }}
	map m {{ type ipv4_addr : inet_service; }}
	counter k {{ }}
	quota q {{ over 10 mbytes; }}
	chain c {{ }}
	chain d {{ }}
	chain pre {{ type filter hook prerouting priority 0; }}
	chain pn {{ type nat hook prerouting priority dstnat; }}
}}
""" for family in ("ip", "ip6", "inet"))
# what differs from run to run; see steady() in nft_corpus_test.sh
STEADY = [(rb"__chain[0-9]+", b"__chainN"), (rb"handle\"?:? [0-9]+", b"handle N"),
          (rb"by process [0-9]+", b"by process N"), (rb"expires\"?:? [0-9dhms]+", b""),
          (rb'("table": \{[^}]*"flags": ).*', rb"\1?"), (rb".*port ID.*\n", b""),
          (rb"generation [0-9]+", b"generation N")]
# nft says nothing of it, as it takes it for a name that it does not know
STATEMENT = re.compile(r"lnlb[\s\\]*(#[^\n]*)?[\s\\]*cluster", re.S)


def seeds():
    """Texts of the corpus: (text, is it JSON?)"""
    texts = []
    for name in sorted(os.listdir(CORPUS)):
        with open(os.path.join(CORPUS, name), encoding="latin-1") as file:
            text = file.read()
        if name.endswith(".lines"):
            texts += [(line, False) for line in text.splitlines()]
            texts.append((text, False))
        elif name.endswith(".files"):
            texts += [(part, False)
                      for part in re.split(r"^===.*\n", text, flags=re.M)]
        elif name.endswith(".json"):
            texts += [(line, True) for line in text.splitlines()]
    return [(text, json) for text, json in texts if text.strip()]


def change(rng, text, others):
    """One change"""
    words = list(re.finditer(r"\S+", text)) or [re.match("", text)]
    word = rng.choice(words)
    at = rng.choice([word.start(), word.end(), rng.randint(0, len(text))])
    other = rng.choice(others)[0]
    piece = rng.choice(re.findall(r"\S+", other) or [""])
    return rng.choice([
        lambda: text[:word.start()] + text[word.end():],
        lambda: text[:word.start()] + piece + text[word.end():],
        lambda: text[:at] + rng.choice(BITS) + text[at:],
        lambda: text[:at] + " " + piece + " " + text[at:],
        lambda: text[:at] + text[at + 1:],
        lambda: text[:at],
        lambda: text + "\n" + other,
        lambda: text[:at] + other + text[at:],
    ])()


class Program:
    """nft by any other name"""

    def __init__(self, directory, program):
        self.directory = os.path.join(directory, os.path.basename(program))
        os.makedirs(self.directory)
        self.nft = os.path.join(self.directory, "nft")
        # it may be built anew meanwhile
        shutil.copy(program, self.nft)

    def run(self, *args, stdin=None):
        """What it printed, and how it ended"""
        env = dict(os.environ, LC_ALL="C", HOME=self.directory)
        done = subprocess.run(["nft", *args], executable=self.nft, input=stdin,
                              cwd=self.directory, env=env, timeout=60, check=False,
                              capture_output=True)
        out, err = done.stdout, done.stderr
        for pattern, text in STEADY:
            out, err = re.sub(pattern, text, out), re.sub(pattern, text, err)
        return done.returncode, out, err

    def case(self, text, included, json, how):
        """Everything that @text does, with @included in the file x"""
        for name, content in ("input", text), ("x", included):
            with open(os.path.join(self.directory, name), "wb") as file:
                file.write(content.encode("latin-1"))
        self.run("-f", "-", stdin=BASE.encode())
        lead = ["-j"] if json else []
        results = []
        if how == "file":
            results.append(self.run(*lead, "-e", "-f", "input"))
        elif how == "stdin":
            results.append(self.run(*lead, "-f", "-", stdin=text.encode("latin-1")))
        elif how == "lines":
            results.append(self.run(*lead, "-i", stdin=text.encode("latin-1")))
        elif how == "optimize":
            results.append(self.run(*lead, "-c", "-o", "-f", "input"))
        elif how == "argument":
            results.append(self.run(*lead, text.replace("\0", "")))
        results.append(self.run("-s", "list", "ruleset"))
        results.append(self.run("-j", "list", "ruleset"))
        return results


def about_us(results):
    """Is what nft-lnlb says about a statement of its own?"""
    return any(b"lnlb" in err and b"expect" in err for _, _, err in results)


def main():
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else int(time.time())
    if not os.environ.get("NFT_DIFFER"):
        os.environ["NFT_DIFFER"] = "1"
        os.execvp("unshare", ["unshare", "-n", sys.executable, *sys.argv])
    print(f"seed {seed}")
    rng = random.Random(seed)
    texts = seeds()
    stock_path = shutil.which("nft")
    end = time.monotonic() + seconds
    cases = left_out = differ = 0
    with tempfile.TemporaryDirectory() as directory:
        programs = [Program(directory, stock_path), Program(directory, OURS)]
        while time.monotonic() < end:
            text, json = rng.choice(texts)
            for _ in range(rng.choice([0, 1, 1, 1, 2, 2, 3, 5])):
                text = change(rng, text, texts)
            how = rng.choice(["file", "file", "stdin", "lines", "optimize",
                              "argument"])
            included = change(rng, rng.choice(texts)[0], texts)
            both = text + included
            if STATEMENT.search(both) or "monitor" in both or len(both) > 60000:
                continue
            stock, ours = [program.case(text, included, json, how)
                           for program in programs]
            cases += 1
            if stock == ours:
                continue
            if about_us(ours):
                left_out += 1
                continue
            differ += 1
            print(f"not the same ({how}, JSON {json}): {text!r}")
            if "include" in text:
                print(f"\tincluded: {included!r}")
            for theirs, mine in zip(stock, ours):
                if theirs != mine:
                    print(f"\tnft:      {theirs}\n\tnft-lnlb: {mine}")
            sys.stdout.flush()
    print(f"{cases} cases, {differ} differ, {left_out} with a wrong statement")
    sys.exit(differ > 0 or not cases)


main()
