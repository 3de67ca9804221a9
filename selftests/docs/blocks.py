#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""The commands of README.md and Documentation/*.rst.

blocks.py check TOP    every block of text to be typed is run, or stands in the
                       file plan beside this one, with the reason; TAP
blocks.py run TOP [PAGE...]  type them, or those of these pages, page by page, into
                       this machine, which has the packages installed, eth0 and
                       systemd; it is good for nothing else afterwards. KTAP, as
                       subtests of one
blocks.py made TOP PAGE [WHERE]  print those commands of a page that want a network,
                       for a shell where such a machine is made, or those for
                       another place
blocks.py here TOP [PAGE...]  type those for developers, which make check has not,
                       into the sources at TOP. KTAP, as the first

A block of a page is what is indented behind "::", in README.md what is indented
by four. Commands begin with the prompts "# ", "$ " or "node1# "; in README.md
there are none, and all lines are commands. The plan says what else is to know:

    page NAME          of it is what follows
    start COMMAND      before the first block, in a state without clusters
    block TEXT         the next block whose first line begins so, and of that:
    before COMMAND     to be run before
    after COMMAND      to be run behind its own: has it done what it should?
    text               there are no commands in it
    rules FILE         it is a ruleset, to be loaded by what comes later
    replace A B        what stands for something else, or takes longer than is
                       needed to see that it works; in quotes if it has spaces
    endless TEXT: RE   commands that begin so do not end by themselves. They are
                       ended when they have printed what this matches
    meanwhile TEXT: COMMAND    is run beside commands that begin so
    terminal           they want one
    edit               the first one starts an editor, for the lines below it
    skip TEXT: WHY     commands that begin so are not run
    made [WHERE]       "blocks.py made" has them
    ci WHAT            they are run by that instead, in each make check
    here               "blocks.py here" types them, those too that ci has not
    not WHY            nobody runs them
"""
import glob
import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import time

COMMENT = re.compile(r'\s#\s.*')
PROMPT = re.compile(r'(?:node\d)?[#$] ')
LIMIT_S = 120
LIMIT_HERE_S = 3600
# what is to be seen of a command that does not end is not its last word
STAYS_S = 1
# back to a machine without clusters
CLEAN = '''
set +e
systemctl stop lnlb 'lnlb-health@*'
rm -f /etc/lnlb.nft
nft-lnlb flush ruleset
lnlbctl show -j | jq -r '.[].name' | xargs -rn 1 lnlbctl delif
ip -o address show dev eth0 | awk '$4 ~ "/32$" { print $4 }' |
        xargs -rn 1 ip address del dev eth0
for i in $(seq 50); do
        rmmod nft_lnlb nf_lnlb_conntrack nf_lnlb
        grep -q lnlb /proc/modules || exit 0
        sleep 0.2
done
exit 1
'''
EDITED = '/tmp/edited'
# what the last command has printed
TYPED = tempfile.NamedTemporaryFile(prefix='typed-')
# its arguments are the file to write, and others to look at
EDITOR = f"""#!/bin/sh
for file; do
        case $file in
        */.\\#*) cp {EDITED} "$file"; exit ;;
        esac
done
exit 1
"""
RELOAD = 'table ip lnlb\ndelete table ip lnlb\n'


class Block:
    """One, and what the plan says of it."""

    def __init__(self, page, line, lines):
        self.page, self.line, self.lines = page, line, lines
        self.how = {}
        self.before, self.after = [], []
        self.skip, self.replace = [], []
        self.endless, self.meanwhile = [], []
        self.planned = False

    def first(self):
        return self.lines[0]

    def name(self):
        return f'{self.page}:{self.line}: {self.first()}'

    def is_typed(self):
        return self.page.endswith('.md') or any(map(PROMPT.match, self.lines))

    def loose(self):
        """What the plan says of commands that are not there."""
        known = self.commands()
        return [text for text, _ in self.skip + self.endless + self.meanwhile
                if not any(command.startswith(text) for command in known)]

    def replaced(self, text):
        for old, new in self.replace:
            text = text.replace(old, new)
        return text

    def commands(self):
        """A list of them, of one or more lines each."""
        if self.page.endswith('.md'):
            return ['\n'.join(self.lines)]
        found, goes_on = [], False
        for line in self.lines:
            prompt = PROMPT.match(line)
            if goes_on:
                found[-1] += '\n' + line
            elif prompt:
                found.append(line[prompt.end():])
            else:
                continue
            text = COMMENT.sub('', found[-1])
            goes_on = text.endswith('\\') or text.count("'") % 2
        return found


def indent(line):
    return len(line) - len(line.lstrip())


def literal(lines, begin):
    """Lines of a block, which is indented like its first one, and its end."""
    depth, end = indent(lines[begin]), begin
    while end < len(lines) and (not lines[end].strip() or
                                indent(lines[end]) >= depth):
        end += 1
    block = lines[begin:end]
    while not block[-1].strip():
        block.pop()
    return [line[depth:] for line in block], end


def blocks_of(path):
    page, found, i = os.path.basename(path), [], 0
    with open(path, encoding='utf-8') as file:
        lines = file.read().split('\n')
    while i < len(lines):
        line = lines[i]
        if page.endswith('.md'):
            begins = line.startswith('    ')
        else:
            begins = line.rstrip().endswith('::') and \
                not line.lstrip().startswith('.. ') or \
                line.lstrip().startswith('.. code')
        if not begins:
            i += 1
            continue
        begin = i if page.endswith('.md') else i + 1
        while not lines[begin].strip():
            begin += 1
        text, i = literal(lines, begin)
        found.append(Block(page, begin + 1, text))
    return found


def read_pages(top):
    paths = [top + '/README.md'] + sorted(glob.glob(top +
                                                    '/Documentation/*.rst'))
    return {os.path.basename(path): blocks_of(path) for path in paths}


def find(blocks, text):
    for block in blocks:
        if not block.planned and block.first().startswith(text):
            block.planned = True
            return block
    return None


def read_plan(path, pages):
    """Commands that start each page, and what is wrong with the plan."""
    starts, wrong, page, block = {}, [], None, None
    with open(path, encoding='utf-8') as file:
        lines = [line.strip() for line in file]
    for number, line in enumerate(lines, 1):
        word, _, rest = line.partition(' ')
        if not line or line.startswith('#'):
            continue
        if word == 'page':
            page, block = rest, None
            starts.setdefault(page, [])
            if page not in pages:
                wrong.append(f'line {number}: no page {page}')
        elif word == 'start':
            starts[page].append(rest)
        elif word == 'block':
            block = find(pages.get(page, []), rest)
            if not block:
                wrong.append(f'line {number}: no such block in {page}: {rest}')
                block = Block(page, 0, [rest])
        elif word == 'before':
            block.before.append(rest)
        elif word == 'after':
            block.after.append(rest)
        elif word in ('skip', 'endless', 'meanwhile'):
            text, _, more = rest.partition(': ')
            getattr(block, word).append((text, more))
            if not more:
                wrong.append(f'line {number}: {word} what?')
        elif word == 'replace':
            block.replace.append(shlex.split(rest))
        elif word in ('text', 'rules', 'terminal', 'edit', 'made', 'ci',
                      'here', 'not'):
            block.how[word] = rest
            if word in ('rules', 'ci', 'not') and not rest:
                wrong.append(f'line {number}: {word} what?')
        else:
            wrong.append(f'line {number}: {word}?')
    for blocks in pages.values():
        for block in blocks:
            wrong += [f'{block.name()}: no command begins with {text}'
                      for text in block.loose()]
    return starts, wrong


def check(pages, wrong):
    number = failed = 0
    results = [(not wrong, 'the plan is of this documentation', wrong)]
    for page, blocks in pages.items():
        loose = [block.name() for block in blocks
                 if not block.is_typed() and not block.how]
        results.append((not loose, f'{page}: {len(blocks)} blocks', loose))
    total = sum(len(blocks) for blocks in pages.values())
    results.append((total > 50, f'{total} blocks in all', []))
    for good, what, why in results:
        number += 1
        failed += not good
        print(f'{"ok" if good else "not ok"} {number} - {what}')
        for line in why:
            print(f'#  {line}')
    print(f'1..{number}')
    return failed > 0


def words_after(pairs, command):
    """What the plan says of commands that begin as this one."""
    return [more for text, more in pairs if command.startswith(text)]


def read_typed():
    with open(TYPED.name, encoding='utf-8', errors='replace') as file:
        return file.read()


def until_it_says(process, wanted):
    """What is wrong with a process that should say so and go on, and its end."""
    end = time.monotonic() + LIMIT_S
    seen = None
    while not seen and time.monotonic() < end and process.poll() is None:
        time.sleep(0.2)
        seen = re.search(wanted, read_typed(), re.DOTALL)
    if seen:
        time.sleep(STAYS_S)
    ended = process.poll() is not None
    # as somebody at a keyboard would
    process.send_signal(signal.SIGINT)
    process.wait()
    if ended:
        return 'it has ended'
    return '' if seen else f'this is not in it: {wanted}'


def typed(command, how, endless=None, meanwhile=()):
    """Exit code and output of it."""
    limit = LIMIT_HERE_S if 'here' in how else LIMIT_S * (2 if endless else 1)
    args = ['bash', '-e', '-o', 'pipefail', '-c', command]
    if 'terminal' in how or 'edit' in how:
        args = ['script', '-qefc', command, '/dev/null']
    args = ['timeout', '-k', '5', str(limit)] + args
    env = dict(os.environ, TERM='vt100', SYSTEMD_EDITOR=EDITED + '.sh')
    beside = [subprocess.Popen(['timeout', str(LIMIT_S), 'bash', '-c',
                                f'sleep 1; {line}'], stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL)
              for line in meanwhile]
    # a file: what is started in the background keeps a pipe open
    TYPED.seek(0)
    TYPED.truncate()
    process = subprocess.Popen(args, stdin=subprocess.DEVNULL, stdout=TYPED,
                               stderr=TYPED, env=env)
    try:
        wrong = until_it_says(process, endless) if endless else ''
        code = int(wrong != '') if endless else process.wait()
    finally:
        # timeout has a process group of its own, which it ends
        process.terminate()
        process.wait()
    text = read_typed()
    for other in beside:
        if other.wait():
            wrong += f'\nexit code {other.returncode}: {other.args[-1]}'
    return code or int(wrong != ''), text + wrong


def write_rules(block):
    with open(block.how['rules'], 'w', encoding='utf-8') as file:
        file.write(RELOAD + '\n'.join(block.lines) + '\n')


def write_edited(block):
    """What somebody would type into the editor."""
    with open(EDITED, 'w', encoding='utf-8') as file:
        for line in block.lines[1:]:
            file.write(block.replaced(line) + '\n')
    with open(EDITED + '.sh', 'w', encoding='utf-8') as file:
        file.write(EDITOR)
        os.chmod(file.name, 0o755)


class Results:
    """Subtests, printed as they come."""

    def __init__(self, lines=30):
        self.number = self.failed = 0
        self.lines = lines

    def add(self, code, what, text):
        self.number += 1
        good = code == 0
        self.failed += not good
        print(f'    {"ok" if good else "not ok"} {self.number} {what}',
              flush=True)
        if not good:
            for line in text.split('\n')[-self.lines:]:
                print(f'    # {line}')
            print(f'    # exit code {code}', flush=True)


def run_block(block, results):
    for command in block.before:
        code, text = typed(command, {})
        if code:
            results.add(code, f'before {block.name()}: {command}', text)
    if 'rules' in block.how:
        write_rules(block)
        return
    if 'edit' in block.how:
        write_edited(block)
    for command in block.commands() + block.after:
        if words_after(block.skip, command):
            continue
        endless = next(iter(words_after(block.endless, command)), None)
        meanwhile = words_after(block.meanwhile, command)
        command = block.replaced(command)
        code, text = typed(command, block.how, endless, meanwhile)
        results.add(code, f'{block.page}: {command.splitlines()[0]}', text)


def run(pages, starts, only):
    results = Results()
    for page, blocks in pages.items():
        todo = [block for block in blocks
                if not {'text', 'made', 'ci', 'here', 'not'} & set(block.how)]
        if not todo or only and page not in only:
            continue
        code, text = typed(CLEAN, {})
        if code:
            results.add(code, f'before {page}: clean up', text)
        for command in starts.get(page, []):
            code, text = typed(command, {})
            if code:
                results.add(code, f'{page} begins with {command}', text)
        for block in todo:
            run_block(block, results)
    return end(results, 0 if only else 20)


def end(results, least):
    good = results.number > least and not results.failed
    print('ok 1 docs' if good else 'not ok 1 docs')
    return not good


def here(pages, top, only):
    # .ci/check removes build/: there is no other log
    results = Results(1000)
    os.chdir(top)
    for page, blocks in pages.items():
        for block in blocks:
            if 'here' in block.how and not (only and page not in only):
                run_block(block, results)
    return end(results, 0)


def made(blocks, where=''):
    for block in blocks:
        if block.how.get('made') == where:
            for command in block.commands():
                print(block.replaced(command))


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    verb, top = sys.argv[1:3]
    pages = read_pages(top)
    plan = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'plan')
    starts, wrong = read_plan(plan, pages)
    if verb == 'check':
        sys.exit(check(pages, wrong))
    if verb == 'made':
        sys.exit(made(pages[sys.argv[3]], *sys.argv[4:]))
    if verb == 'here':
        sys.exit(here(pages, top, sys.argv[3:]))
    sys.exit(run(pages, starts, sys.argv[3:]))


if __name__ == '__main__':
    main()
