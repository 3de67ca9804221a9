# SPDX-License-Identifier: GPL-2.0-only
"""Hold Documentation/netlink/specs/lnlb.yaml, the uapi header and the kernel's
netlink code together. Usage: spec_check.py TOP; prints TAP."""
import re
import sys

import yaml

TOP = sys.argv[1] + '/'
KERNEL = TOP + 'kernel/nf_lnlb/'
# attribute types of the spec by the kernel's functions that put them
PUT_TYPES = {'nla_put_u8': 'u8', 'nla_put_u16': 'u16', 'nla_put_u32': 'u32',
             'nla_put_u64_64bit': 'u64', 'nla_put_string': 'string',
             'nla_put_flag': 'flag', 'nla_put': 'binary',
             'nla_put_in_addr': 'binary', 'nla_put_in6_addr': 'binary',
             'nla_put_be16': 'u16', 'nla_nest_start': 'nest'}


def read(path):
    with open(path, encoding='utf-8') as file:
        return file.read()


def without_comments(text):
    return re.sub(r'/\*.*?\*/', '', text, flags=re.S)


def shout(name):
    return name.upper().replace('-', '_')


def numbers(header, enum):
    """Members of an enum of the header: {name: value}, without the limits."""
    body = re.search(r'enum %s \{(.*?)\};' % enum, header, re.S).group(1)
    values, value = {}, 0
    for name, shift, bit in re.findall(r'(\w+)(?:\s*=\s*(\d+) << (\d+))?,?',
                                       body):
        if name.startswith('__'):
            continue
        if shift:
            value = int(shift) << int(bit)
        values[name] = value
        value += 1
    return values


def named(entries, prefix, start, flags=False):
    """The same for a list of the spec."""
    values = {}
    for value, entry in enumerate(entries, start):
        name = entry if isinstance(entry, str) else entry['name']
        values[shout(prefix + name)] = 1 << value if flags else value
    return values


class Checks:
    def __init__(self):
        self.number = 0
        self.failed = 0

    def equal(self, what, spec, code):
        self.number += 1
        if spec == code:
            print(f'ok {self.number} - {what}')
            return
        self.failed += 1
        print(f'not ok {self.number} - {what}')
        if not isinstance(spec, dict):
            spec, code = dict.fromkeys(spec), dict.fromkeys(code)
        for key in sorted(set(spec) | set(code)):
            in_spec, in_code = spec.get(key, '-'), code.get(key, '-')
            if key not in spec or key not in code or in_spec != in_code:
                print(f'#  {key}: spec {in_spec if key in spec else "lacks it"}'
                      f', code {in_code if key in code else "lacks it"}')

    def end(self):
        print(f'1..{self.number}')
        sys.exit(self.failed > 0)


def check_header(checks, spec, header):
    constants = {'LNLB_' + shout(item['name']): item['value']
                 for item in spec['definitions'] if item['type'] == 'const'}
    code = {name: int(value) for name, value in
            re.findall(r'#define (LNLB_\w+)\s+(\d+)\s', header)}
    del code['LNLB_GENL_VERSION']
    checks.equal('constants', constants, code)
    for item in spec['definitions']:
        if item['type'] == 'const':
            continue
        enum = item['enum-name'].replace('-', '_')
        checks.equal(f'enum {enum}',
                     named(item['entries'], item['name-prefix'], 0,
                           item['type'] == 'flags'), numbers(header, enum))
    for space in spec['attribute-sets']:
        if 'subset-of' in space:
            continue
        enum = space['enum-name'].replace('-', '_')
        code = numbers(header, enum)
        code = {name: value for name, value in code.items() if value}
        checks.equal(f'enum {enum}',
                     named(space['attributes'], space['name-prefix'], 1), code)
    code = numbers(header, 'lnlb_cmd')
    del code['LNLB_CMD_UNSPEC']
    checks.equal('enum lnlb_cmd',
                 named(spec['operations']['list'],
                       spec['operations']['name-prefix'], 1), code)
    known = {item.get('enum-name', '').replace('-', '_')
             for item in spec['definitions'] + spec['attribute-sets'] +
             [spec['operations']]} - {''}
    enums = set(re.findall(r'^enum (lnlb_\w+) \{', header, re.M))
    checks.equal('enums of the header', known, enums)
    checks.equal('family and group',
                 {'family': spec['name'],
                  'groups': [g['name'] for g in spec['mcast-groups']['list']]},
                 {'family': re.search(r'LNLB_GENL_NAME\s+"(.*)"',
                                      header).group(1),
                  'groups': re.findall(r'LNLB_GENL_MCGRP_\w+\s+"(.*)"',
                                       header)})


def policy_of(attr):
    """What the kernel's policy for an attribute of the spec has to look like."""
    checks, typ = attr.get('checks', {}), attr['type']
    name = shout(attr['name'])

    if typ == 'string':
        limit = str(checks['max-len'])
        limit = re.sub(r'[a-z-]+[a-z]',
                       lambda m: 'LNLB_' + shout(m.group(0)), limit)
        limit = {'15': 'IFNAMSIZ - 1'}.get(limit, limit)
        return '{ .type = NLA_NUL_STRING, .len = %s }' % limit
    if 'exact-len' in checks:
        return 'NLA_POLICY_EXACT_LEN(ETH_ALEN)'
    if typ == 'binary':
        return 'NLA_POLICY_VALIDATE_FN(NLA_BINARY, addr_valid)'
    if 'flags-mask' in checks:
        return 'NLA_POLICY_MASK(NLA_U32, LNLB_F_ALL)'
    if 'enum' in attr:
        return (f'NLA_POLICY_MAX(NLA_{shout(typ)}, '
                f'LNLB_{shout(attr["enum"])}_MAX)')
    low, high = checks.get('min'), checks.get('max')
    if low is None and high is None:
        return f'{{ .type = NLA_{shout(typ)} }}'
    if high is None:
        return f'NLA_POLICY_MIN(NLA_{shout(typ)}, LNLB_{shout(low)})'
    if low is None:
        return f'NLA_POLICY_MAX(NLA_{shout(typ)}, {high})'
    if isinstance(high, str):
        return f'NLA_POLICY_FULL_RANGE(NLA_{shout(typ)}, &{name.lower()}_range)'
    return f'NLA_POLICY_RANGE(NLA_{shout(typ)}, {low}, {high})'


def requests(spec):
    """{operation: attributes that its requests take}"""
    found = {}
    for op in spec['operations']['list']:
        for kind in ('do', 'dump'):
            if 'request' in op.get(kind, {}):
                found[op['name']] = set(op[kind]['request']['attributes'])
    return found


def check_policy(checks, spec, genl):
    attrs = {a['name']: a for a in spec['attribute-sets'][0]['attributes']}
    taken = set.union(*requests(spec).values())
    body = '\n'.join(re.findall(r'lnlb_\w*policy\[.*?\] = \{(.*?)\n\};', genl,
                                re.S))
    code = {}
    for name, entry in re.findall(r'\[LNLB_A_(\w+)\]\s*=\s*(.*?),\s*(?=\[|$)',
                                  body, re.S):
        code[name] = re.sub(r'\s+', ' ', entry)
    checks.equal('policy of the requests',
                 {shout(name): policy_of(attrs[name]) for name in taken}, code)


def check_operations(checks, spec, genl):
    in_spec = {}
    for op in spec['operations']['list']:
        if 'event' not in op:
            in_spec[shout(op['name'])] = (
                op.get('flags', [''])[0],
                'do' in op, 'dump' in op)
    body = re.search(r'lnlb_ops\[\] = \{(.*?)\n\};', genl, re.S).group(1)
    code = {}
    for entry in re.findall(r'\{(.*?)\}', body, re.S):
        code[re.search(r'LNLB_CMD_(\w+)', entry).group(1)] = (
            'uns-admin-perm' if 'GENL_UNS_ADMIN_PERM' in entry else
            'admin-perm' if 'GENL_ADMIN_PERM' in entry else '',
            '.doit' in entry, '.dumpit' in entry)
    checks.equal('operations: (permission, do, dump)', in_spec, code)

    for name, attributes in requests(spec).items():
        # those take what stands in a policy of their own
        if name.startswith('xdp'):
            continue
        function = re.search(r'\nstatic int %s\(.*?\n\}' %
                             name.replace('-', '_'), genl, re.S).group(0)
        code = set(re.findall(r'BIT_ULL\(LNLB_A_(\w+)\)', function))
        checks.equal(f'{name} takes', {shout(a) for a in attributes}, code)


def puts(text):
    """{attribute: type} of what the kernel puts into messages"""
    found = {}
    for function, attr in re.findall(
            r'\b(nla_put\w*|nla_nest_start)\(\s*msg,\s*LNLB_A_(\w+)', text):
        found[attr] = PUT_TYPES[function]
    return found


def check_messages(checks, spec):
    attrs = {a['name']: a for a in spec['attribute-sets'][0]['attributes']}
    ops = {op['name']: op for op in spec['operations']['list']}
    dump = puts(without_comments(read(KERNEL + 'genl_dump.c')))
    session = puts(without_comments(read(KERNEL + 'genl_session.c')))
    event = puts(without_comments(read(KERNEL + 'event.c')))

    names = set(ops['get-cluster']['do']['reply']['attributes'] +
                ops['get-buckets']['do']['reply']['attributes'])
    for space in spec['attribute-sets']:
        if 'subset-of' in space:
            names |= {a['name'] for a in space['attributes']}
    checks.equal('attributes of get-cluster and get-buckets, and their types',
                 {shout(n): attrs[n]['type'] for n in names}, dump)
    names = set(ops['get-sessions']['dump']['reply']['attributes'] +
                ops['get-owner']['do']['reply']['attributes'])
    checks.equal('attributes of get-sessions and get-owner, and their types',
                 {shout(n): attrs[n]['type'] for n in names}, session)
    checks.equal('attributes of event, and their types',
                 {shout(n): attrs[n]['type']
                  for n in ops['event']['event']['attributes']}, event)


def check_texts(checks, spec):
    """The words of lnlbctl stats and metrics"""
    text = read(TOP + 'userspace/nft-lnlb/stat_text.c')
    code = {name: ''.join(re.findall('"(.*?)"', strings)) for name, strings in
            re.findall(r'\[LNLB_STAT_(\w+)\] =(.*?),\n', text, re.S)}
    stats = [s for s in spec['attribute-sets'] if s['name'] == 'stats'][0]
    checks.equal('what the counters count',
                 {shout(a['name']): a['doc'] for a in stats['attributes']
                  if a['type'] != 'pad'}, code)


def check_tests(checks, header):
    """Requests of the selftests are unknown only beyond the last attribute."""
    known = re.search(r'^A_MAX = (\d+)$', read(TOP + 'selftests/netlink.py'),
                      re.M).group(1)
    checks.equal('the last attribute in selftests/netlink.py', [int(known)],
                 [max(numbers(header, 'lnlb_attr').values())])


def main():
    spec = yaml.safe_load(read(TOP + 'Documentation/netlink/specs/lnlb.yaml'))
    header = without_comments(
        read(TOP + 'include/uapi/linux/netfilter/nf_lnlb.h'))
    genl = without_comments(read(KERNEL + 'genl.c') +
                            read(KERNEL + 'genl_xdp.c'))
    checks = Checks()

    check_header(checks, spec, header)
    check_policy(checks, spec, genl)
    check_operations(checks, spec, genl)
    check_messages(checks, spec)
    check_texts(checks, spec)
    check_tests(checks, header)
    checks.end()


main()
