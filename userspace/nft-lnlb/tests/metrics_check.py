# SPDX-License-Identifier: GPL-2.0-only
"""A strict reader of Prometheus' text format, version 0.0.4. Usage:
metrics_check.py <TEXT; a line for each thing that is wrong, exit code 1 then.

Beyond the format it wants what promtool wants of good metrics: HELP and TYPE
for each, counters that end in _total and nothing else that does, base units, no
name of a type in a name."""
import re
import sys

NAME = r'[a-zA-Z_:][a-zA-Z0-9_:]*'
LABEL = r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"'
SAMPLE = re.compile(r'(%s)(?:\{((?:%s(?:,|(?=\})))*)\})? (\S+)$' %
                    (NAME, LABEL.replace('(', '(?:', 1).replace(
                        '((?:', '(?:(?:', 1)))
NUMBER = re.compile(r'[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$|NaN$|[+-]Inf$')
UNITS = ('milliseconds', 'ms', 'minutes', 'hours', 'kilobytes', 'bits',
         'percent')


class Reader:
    def __init__(self):
        self.wrong = []
        self.help, self.type = {}, {}
        self.samples = set()
        self.done = set()
        self.current = None

    def say(self, number, what):
        self.wrong.append(f'line {number}: {what}')

    def family(self, number, name):
        """All lines of a metric stand together."""
        if name == self.current:
            return
        if self.current:
            self.done.add(self.current)
        if name in self.done:
            self.say(number, f'{name} was done')
        self.current = name

    def comment(self, number, line):
        found = re.match(r'# (HELP|TYPE) (%s) (.+)$' % NAME, line)
        if not found:
            self.say(number, f'no HELP or TYPE: {line}')
            return
        kind, name, text = found.groups()
        self.family(number, name)
        table = self.help if kind == 'HELP' else self.type
        if name in table:
            self.say(number, f'a second {kind} of {name}')
        table[name] = text
        if kind == 'TYPE' and text not in ('counter', 'gauge'):
            self.say(number, f'type {text}')
        if kind == 'HELP' and re.search(r'\\(?![\\n])', text):
            self.say(number, f'a backslash in {text}')

    def sample(self, number, line):
        found = SAMPLE.match(line)
        if not found:
            self.say(number, f'no sample: {line}')
            return
        name, labels, value = found.groups()
        self.family(number, name)
        if name not in self.type or name not in self.help:
            self.say(number, f'{name} has no HELP or TYPE before it')
        keys = [key for key, _ in re.findall(LABEL, labels or '')]
        if len(keys) != len(set(keys)):
            self.say(number, f'a label twice: {labels}')
        if (name, labels) in self.samples:
            self.say(number, f'a sample twice: {line}')
        self.samples.add((name, labels))
        if not NUMBER.match(value):
            self.say(number, f'{value} is no number')
        elif self.type.get(name) == 'counter' and not float(value) >= 0:
            self.say(number, f'a counter below 0: {line}')

    def names(self):
        for name, kind in self.type.items():
            if (kind == 'counter') != name.endswith('_total'):
                self.wrong.append(f'{kind} {name}')
            parts = name.lower().split('_')
            for unit in UNITS + ('counter', 'gauge'):
                if unit in parts:
                    self.wrong.append(f'{unit} in {name}')
        for name in set(self.help) ^ set(self.type):
            self.wrong.append(f'{name}: HELP or TYPE alone')

    def read(self, text):
        if not text.endswith('\n') or '\r' in text:
            self.wrong.append('lines end otherwise')
        for number, line in enumerate(text.split('\n')[:-1], 1):
            if line.startswith('#'):
                self.comment(number, line)
            elif line:
                self.sample(number, line)
        if not self.samples:
            self.wrong.append('there are no samples')
        self.names()


reader = Reader()
reader.read(sys.stdin.buffer.read().decode('utf-8'))
print('\n'.join(reader.wrong))
sys.exit(bool(reader.wrong))
