# SPDX-License-Identifier: GPL-2.0-only
"""Compare Documentation/ with the code: frame formats, counters, sysctls, module
parameters, messages, buckets, source files, and what apt is to install for building.
Usage: docs_check.py TOP; prints TAP."""
import glob
import re
import sys

TOP = sys.argv[1] + '/'
sys.dont_write_bytecode = True
sys.path.insert(0, TOP + 'selftests')
import frames  # noqa: E402

SIZES = {'u8': 1, '__be16': 2, '__be32': 4, '__be64': 8,
         'struct lnlb_node_id': 6, 'struct lnlb_wire_heard': 12,
         'struct lnlb_wire_nonce': 6, 'struct lnlb_wire_echo': 12}
ARRAYS = {'LNLB_WIRE_CLAIMS': 512, 'LNLB_HASH_ID_LEN': 3, 'LNLB_TAG_LEN': 8,
          'LNLB_SIGNATURE_LEN': 16}
# lengths of arrays without one, as the tables have them
OPEN_ARRAYS = {'heard': '12×n', 'echo': '12×n', 'data': 'len'}

number = failed = 0


def read(path):
    with open(TOP + path, encoding='utf-8') as file:
        return file.read()


def equal(what, docs, code):
    global number, failed
    number += 1
    if docs == code:
        print(f'ok {number} - {what}')
        return
    failed += 1
    print(f'not ok {number} - {what}')
    print(f'#  documentation: {docs}')
    print(f'#  code:          {code}')


def layout(wire, name):
    """[(offset, size, field)] of a packed struct, as strings"""
    body = re.search(r'\nstruct %s \{(.*?)\n\}' % name, wire, re.S).group(1)
    fields, offset = [], 0
    for line in body.strip().split('\n'):
        typ, field, array = re.match(
            r'\s*((?:struct )?\w+) (\w+)(?:\[(\w*)\])?;', line).groups()
        if array == '':
            fields.append((str(offset), OPEN_ARRAYS[field], field))
            continue
        size = SIZES[typ]
        if array:
            size *= int(array) if array.isdigit() else ARRAYS[array]
        fields.append((str(offset), str(size), field))
        offset += size
    return fields


def tables(text):
    """The first three columns of the tables of offsets, in their order"""
    found = []
    for table in re.findall(r'^offset size field.*?\n[= ]+\n(.*?)\n=[= ]+\n',
                            text, re.M | re.S):
        rows = [tuple(line.split()[:3]) for line in table.split('\n')
                if re.match(r'\d', line)]
        found.append(rows)
    return found


def check_frames():
    wire = re.sub(r'/\*.*?\*/', '', read('kernel/nf_lnlb/core/wire.h'),
                  flags=re.S)
    text = read('Documentation/protocol.rst')
    structs = ['header', 'keepalive', 'state', 'heard', 'sessions', 'record',
               'ack', 'proof', 'echo', 'report', 'pair', 'trailer']
    found = tables(text)
    equal('number of tables', len(found), len(structs))
    for name, rows in zip(structs, found):
        equal(f'struct lnlb_wire_{name}', rows,
              layout(wire, f'lnlb_wire_{name}'))
    code = {name.lower(): int(value, 16) for name, value in
            re.findall(r'#define LNLB_WIRE_(JOIN|REQUEST|SETTLED)\s+(0x\w+)',
                       wire)}
    docs = {name.lower(): int(value, 16) for value, name in
            re.findall(r'(0x0\d) (JOIN|REQUEST|SETTLED)\b', text)}
    equal('flags of a STATE', docs, code)
    types = re.search(r'enum lnlb_wire_type \{(.*?)\}', wire, re.S).group(1)
    types = re.findall(r'LNLB_WIRE_(\w+)', types)
    equal('types of frames', re.findall(r'(\d) ([A-Z_]+)[,\n]', text)
          [:len(types)], [(str(i), t) for i, t in enumerate(types, 1)])


def check_buckets():
    text = ' '.join(read('Documentation/protocol.rst').split())
    client, vip, bucket, port, by_port = re.search(
        r'Client ([\d.]+) of cluster ([\d.]+) is in bucket (\d+), from port (\d+) '
        r'and by connection in bucket (\d+)', text).groups()
    equal('buckets of a client', [int(bucket), int(by_port)],
          [frames.bucket(vip, client), frames.bucket(vip, client, int(port))])
    equal('the one in the test vectors', re.findall(
        rf'{re.escape(client)} in bucket (\d+)|bucket: (\d+)', text),
        [(bucket, ''), ('', bucket), ('', bucket)])


def check_counters():
    header = read('include/uapi/linux/netfilter/nf_lnlb.h')
    body = re.search(r'enum lnlb_stat \{(.*?)\}', header, re.S).group(1)
    code = {name.lower() for name in
            re.findall(r'LNLB_STAT_(FRAME_\w+)', body)}
    text = read('Documentation/protocol.rst')
    docs = set(re.findall(r'^(frame_\w+) ', text, re.M))
    equal('counters of frames', docs, code - {'frame_tx', 'frame_tx_error'})


def settings(text):
    """{name: (lowest, highest, default)}"""
    found = {}
    for name, body in re.findall(r'^(\w+) - U?INT\w*\n(.*?)(?=^\S|\Z)', text,
                                 re.M | re.S):
        numbers = re.search(r'Range: (\d+) to (\d+)', body)
        default = re.search(r'Default: .*?(\d+)$', body, re.M)
        found.setdefault(name, (numbers and int(numbers.group(1)),
                                numbers and int(numbers.group(2)),
                                int(default.group(1))))
    return found


def constant(text, name):
    found = re.search(r'#define %s\s+\(?(\d+)(?: << (\d+))?' % name, text)
    return int(found.group(1)) << int(found.group(2) or 0)


def check_settings():
    sysctl = read('kernel/nf_lnlb/sysctl.c')
    limits = read('kernel/nf_lnlb/sysctl.h')
    tracker = read('kernel/nf_lnlb/conntrack.c')
    header = read('include/uapi/linux/netfilter/nf_lnlb.h')
    code = {}
    for name, low, high in re.findall(
            r'\{ "(\w+)",\s*offsetof\(.*?\),\s*(\w+), (\w+) \}', sysctl):
        code[name] = [low, high, None]
    for name, value in code.items():
        for i in range(2):
            value[i] = int(value[i]) if value[i].isdigit() else \
                constant(limits, value[i])
    code['heartbeat_interval'][2] = int(
        re.search(r'lnlb_heartbeat_interval = (\d+)',
                  read('kernel/nf_lnlb/main.c')).group(1))
    code['keepalive_interval_ms'][2] = constant(sysctl, 'KEEPALIVE_DEFAULT')
    code['dead_interval_ms'][2] = constant(sysctl, 'DEAD_DEFAULT')
    code['orphan_reset'][2] = constant(sysctl, 'ORPHAN_RESET_DEFAULT')
    code['conntrack_idle_timeout'] = [
        constant(header, 'LNLB_TIMEOUT_MIN'),
        constant(header, 'LNLB_TIMEOUT_MAX'),
        int(re.search(r'conntrack_idle_timeout = (\d+)', tracker).group(1))]
    code['sessions_max'] = [None, None,
                            constant(tracker, 'SESSIONS_MAX_DEFAULT')]
    docs = settings(read('Documentation/sysctl.rst'))
    equal('sysctls and parameters', sorted(docs), sorted(code))
    for name in sorted(code):
        equal(f'range and default of {name}', docs.get(name),
              tuple(code[name]))
        equal(f'lnlb(7) has {name}', True,
              name in read('userspace/nft-lnlb/lnlb.7'))


def libraries(text):
    """What is compiled against, and by what that gcc does not bring along"""
    return sorted(set(re.findall(r'\b(?:lib[\w-]+-dev|clang)\b', text)) -
                  {'libc6-dev'})


def check_libraries():
    control = read('debian/control')
    setup = re.search(r'^build_packages=\((.*?)\)', read('.ci/setup'), re.M | re.S)
    guide = re.search(r'# apt install build-essential(?:.*\\\n)*.*',
                      read('Documentation/admin-guide.rst'))
    wanted = re.search(r'^Build-Depends:(?:.*,\n)*.*', control, re.M)
    equal('apt install of the administrator\'s guide', libraries(guide.group(0)),
          libraries(wanted.group(0)))
    equal('.ci/setup', libraries(setup.group(1)), libraries(wanted.group(0)))
    # what pkg-config calls them
    spec = re.findall(r'^BuildRequires: +(?:pkgconfig\((?:lib)?([\w-]+?)w?\)|(clang))',
                      read('userspace/rpm/nf-lnlb.spec.in'), re.M)
    equal('the RPM spec', sorted(map(''.join, spec)),
          sorted(re.sub('^lib|-dev$', '', name) for name in
                 libraries(wanted.group(0))))


def code_text():
    """Of modules, commands and units, where a message may go on in the next line"""
    paths = [path for part in ('kernel/nf_lnlb/**/*.[ch]', 'userspace/nft-lnlb/*.[ch]',
                               'userspace/nft-lnlb/systemd/*')
             for path in glob.glob(TOP + part, recursive=True)]
    text = ''.join(read(path.removeprefix(TOP)) for path in paths)
    return re.sub(r'"\s+"', '', text).lower()


def check_messages():
    """Messages that troubleshooting explains are those that there are"""
    code, unknown, number_of = code_text(), [], 0
    text = read('Documentation/troubleshooting.rst')
    for title in ('Frames of a node are rejected', 'lnlb.service fails, or a node',
                  'lnlbctl or nft-lnlb refuses'):
        section = re.search(rf'^{title}.*?\n===+\n(.*?)^===+$', text, re.M | re.S)[1]
        for term in re.findall(r'^(\w.*|".*)\n {4}', section, re.M):
            term = re.sub(r'.*"(.*)".*| \(.*', r'\1', term).lower()
            number_of += 1
            if term not in code and term.split(',')[0] not in code:
                unknown.append(term)
    # it says what to do when there is none
    equal('messages in troubleshooting', unknown, ['nothing at all'])
    equal('so many of them', number_of > 20, True)


def check_files():
    """How it works has each source file in its table, and how much the gate lets in"""
    text = read('Documentation/design.rst')
    for table, part in zip(re.findall(r'^=+ =+\n(\w+\.c .*?)^=+ =+$', text,
                                      re.M | re.S), ('core/', '')):
        files = glob.glob(TOP + f'kernel/nf_lnlb/{part}*.c')
        equal(f'files of kernel/nf_lnlb/{part}',
              sorted(re.findall(r'^(\w+\.c) ', table, re.M)),
              sorted(path.split('/')[-1] for path in files
                     if not path.endswith('.mod.c')))
    gate = read('kernel/nf_lnlb/gate.c')
    equal('frames that wait', re.search(
        r'(\d+) frames of each node that is\s+known and (\d+) of all others',
        text).groups(), (str(constant(gate, 'PEER_ROOM')),
                         str(constant(gate, 'OTHERS_ROOM'))))


check_files()
check_frames()
check_buckets()
check_counters()
check_settings()
check_libraries()
check_messages()
print(f'1..{number}')
sys.exit(failed > 0)
