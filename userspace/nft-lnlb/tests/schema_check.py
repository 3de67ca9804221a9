# SPDX-License-Identifier: GPL-2.0-only
"""Does JSON look as lnlbctl(8) says? Usage: schema_check.py MAN COMMAND <JSON

Each key that is documented is there, unless its line says "absent"; no other
is; types are those that the lines begin with. Exit code 1 and a line for each
difference if not."""
import json
import re
import sys

TYPES = {'string': str, 'number': int, 'boolean': bool, 'array': list,
         'object': dict}


def table(man, command):
    """[(depth, key, text)] of the first table behind ".B COMMAND \\-j" """
    part = re.search(r'^\.SH JSON$(.*?)^\.SH ', man, re.M | re.S).group(1)
    body = re.search(r'^\.B %s \\-j$.*?^\.nf$\n(.*?)^\.fi$' % command, part,
                     re.M | re.S).group(1)
    rows = []
    for line in body.splitlines():
        found = re.match(r'( *)(\w+) +(\S.*)$', line)
        if found and len(found.group(1)) <= 2:
            rows.append([len(found.group(1)) // 2, found.group(2),
                         found.group(3)])
        else:
            rows[-1][2] += ' ' + line.strip()
    return rows


def tree(rows):
    """{key: (text, {key of its entries: text})}"""
    found, last = {}, None
    for depth, key, text in rows:
        if depth:
            found[last][1][key] = text
        else:
            found[key] = (text, {})
            last = key
    return found


def type_of(text):
    word = re.match(r'"|[a-z]+', text).group(0)
    return str if word == '"' else TYPES.get(word)


class Check:
    def __init__(self):
        self.seen = {}
        self.wrong = []

    def value(self, where, text, value):
        if text.startswith('as above'):
            want = self.seen.get(where.split('.')[-1], str)
        else:
            want = self.seen[where.split('.')[-1]] = type_of(text)
        if value is None:
            if 'null' not in text and not where.endswith(
                    ('.taken', '.passed', '.clock_ms')):
                self.wrong.append(f'{where} is null')
        elif want is None:
            self.wrong.append(f'{where}: no type in "{text}"')
        elif type(value) is not want:
            self.wrong.append(f'{where} is {value!r}: "{text}"')

    def object(self, where, texts, value):
        for key in sorted(set(value) | set(texts)):
            if key not in texts:
                self.wrong.append(f'{where}.{key} is not documented')
            elif key in value:
                self.value(f'{where}.{key}', texts[key], value[key])
            elif 'absent' not in texts[key]:
                self.wrong.append(f'{where}.{key} is missing')

    def document(self, where, schema, value):
        self.object(where, {k: text for k, (text, _) in schema.items()}, value)
        for key, (_, entries) in schema.items():
            for entry in value.get(key) or [] if entries else []:
                self.object(f'{where}.{key}', entries, entry)


def main():
    with open(sys.argv[1], encoding='utf-8') as file:
        man = file.read()
    command = sys.argv[2]
    if command in ('nodes', 'stats'):
        schema = tree(table(man, 'show'))
        schema = {key: schema[key] for key in ('name', command)}
    else:
        schema = tree(table(man, command))
    if command == 'monitor':
        document = [json.loads(line) for line in sys.stdin]
    else:
        document = json.load(sys.stdin)
    check = Check()
    for value in document if isinstance(document, list) else [document]:
        check.document(command, schema, value)
    if not document:
        check.wrong.append('there is nothing in it')
    print('\n'.join(check.wrong))
    sys.exit(bool(check.wrong))


main()
