#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Has happened what the demo's output shows? The numbers in it are held against each
other, and what README.md has of it against that. Usage: judge.py LOG EXITCODE; prints
KTAP."""
import os
import re
import sys

CLIENTS, STEPS, TOLERANCE = 300, 6, 5
# what demo/show waits for; where the processor is a real one it wants less
OUTAGE_MAX_S, JOIN_MAX_S = 15, 30
TOP = os.path.dirname(os.path.abspath(__file__)) + '/../..'
number = failed = 0


def check(what, good, why=''):
    global number, failed
    number += 1
    failed += not good
    print(f'{"ok" if good else "not ok"} {number} - {what}')
    if not good:
        print(f'# {why}')


def equal(what, wanted, seen):
    check(what, wanted == seen, f'wanted {wanted}, it is {seen}')


def find(step, pattern):
    """Numbers in the one place of a step that looks so, else zeros."""
    found = re.findall(pattern, step)
    if len(found) != 1:
        return [0.0] * re.compile(pattern).groups
    return [float(n) for n in (found[0] if isinstance(found[0], tuple) else found)]


def shares(what, step, weights):
    """Of each node: its clients, if that is what its weight says."""
    rows = re.findall(r'^ +(n\d) +(\d+) +(\d+) +([\d.]+) % +([\d.]+) %', step, re.M)
    equal(f'{what}: nodes and weights', [(f'n{i}', w) for i, w in
                                         enumerate(weights, 1)],
          [(row[0], int(row[1])) for row in rows])
    clients = {row[0]: int(row[2]) for row in rows}
    equal(f'{what}: all clients are served', CLIENTS, sum(clients.values()))
    total = sum(1 / w for w in weights)
    for row, weight in zip(rows, weights):
        wanted, seen = 100 / weight / total, 100 * clients[row[0]] / CLIENTS
        check(f'{what}: the share of {row[0]}', abs(wanted - seen) <= TOLERANCE,
              f'wanted {wanted}, it is {seen}')
        equal(f'{what}: percentages of {row[0]}', (f'{seen:.1f}', f'{wanted:.1f}'),
              row[3:])
    return clients


def looks(line):
    """A line without what differs from run to run."""
    line = re.sub(r'\|?[#| ]*$', '', line.strip())
    return re.sub(r'[\d.]+', '0', ' '.join(line.split()))


def readme():
    """What README.md has of the output."""
    with open(TOP + '/README.md', encoding='utf-8') as file:
        return re.search(r'^    \[ *\d+ s\].*?(?=^\S)', file.read(), re.M | re.S)[0]


def main():
    with open(sys.argv[1], encoding='utf-8') as file:
        log = file.read()
    equal('exit code', '0', sys.argv[2])
    steps = re.split(r'^\[ *\d+ s\]  ', log, flags=re.M)
    equal('its steps', [f'{i}/{STEPS}' for i in range(1, STEPS + 1)],
          [step[:3] for step in steps[1:]])
    steps += [''] * STEPS
    took = find(steps[1], r'ok all 4096 hash buckets .* after ([\d.]+) s')
    check('three nodes share the buckets', took[0] > 0, steps[1])
    served = shares('three nodes', steps[2], (1, 1, 1)).get('n2')
    equal('the clients of the dead node', [served],
          find(steps[3], r'its (\d+) clients have no server'))
    first, = find(steps[3], r'([\d.]+) s  the first of them is served')
    last, = find(steps[3], r'([\d.]+) s  all of them are')
    check('are served again', 0 < first <= last <= OUTAGE_MAX_S, steps[3])
    equal('the clients of the others keep their nodes', [CLIENTS - (served or 0)],
          find(steps[3], r'ok the (\d+) clients of the other nodes'))
    took, = find(steps[4], r'ok n2 has its buckets back after ([\d.]+) s')
    check('the dead node comes back', 0 < took <= JOIN_MAX_S, steps[4])
    shares('it is back', steps[4], (1, 1, 1))
    shares('other weights', steps[5], (1, 2, 4))
    equal('the first clients keep their nodes', [CLIENTS],
          find(steps[5], r'ok the first (\d+) clients, asked again, have all'))
    sizes = [int(size) for size in
             re.findall(r'the download goes on: (\d+) of 100 MB', log)]
    check('the download goes on all the time', len(sizes) >= 3 and
          sizes == sorted(sizes) and 0 < sizes[-1] < 100, sizes)
    equal('and comes to its end', [100 << 20], find(steps[6], r'ok (\d+) bytes'))
    check('the demo is over', 'The demo is over' in steps[6], steps[6])
    check('nothing has failed', 'FAILED' not in log, 'FAILED')
    equal('README.md shows what it prints', [], [
        line for line in readme().split('\n')
        if looks(line) not in {looks(other) for other in log.split('\n')}])
    print(f'1..{number}')
    sys.exit(failed > 0)


main()
