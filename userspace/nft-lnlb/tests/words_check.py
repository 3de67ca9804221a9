# SPDX-License-Identifier: GPL-2.0-only
"""What README.md, CHANGELOG, Documentation/*.rst and the manual pages name is there:
commands and their options, make's targets, sysctls, modules, units, counters, tests,
files, names in the code, sections of other pages. Usage: words_check.py TOP; TAP."""
import glob
import os
import re
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1] + '/selftests/docs')
import blocks  # noqa: E402

os.chdir(sys.argv[1])
TOOLS = 'userspace/nft-lnlb/'
PAGES = ['README.md', 'CHANGELOG', *sorted(glob.glob('Documentation/*.rst')),
         *(TOOLS + page for page in ('lnlbctl.8', 'nft-lnlb.8', 'lnlb.7'))]
FOLDERS = 'kernel include userspace kunit selftests .ci debian Documentation'
# what stands for something
PLACE = re.compile(r'NAME|DIR|[A-Z]{4,}')
# of other projects
OTHERS = {'BPF_PROG_TEST_RUN', 'CONFIG_HIGH_RES_TIMERS', 'GOING_DOWN', 'arp_announce',
          'arp_ignore', 'autoinstall_all_kernels', 'bpf_map_get', 'carrier_changes',
          'clusterip_hash', 'fail_over_mac',
          'init_on_alloc', 'ipt_CLUSTERIP', 'mok_certificate', 'mok_signing_key', 'nft_tables',
          'port_security_enabled', 'rps_cpus', 'rule_management', 'rx_missed',
          'rx_no_buffer', 'test-wrapper.sh', 'virtio_net', 'with_entries'}
# where the packages have Documentation/
SHIPPED = '/usr/share/doc/nft-lnlb/'
# made by those who read of them, or by the kernel
MADE = {'/etc/modprobe.d/lnlb.conf', '/etc/modules-load.d/lnlb.conf',
        '/etc/sysctl.d/lnlb.conf', '/etc/systemd/system/lnlb.service.d',
        '/sys/kernel/tracing/events/lnlb'}


def read(path):
    with open(path, encoding='utf-8', errors='replace') as file:
        return file.read()


FILES = [f'{folder}/{name}' for top in FOLDERS.split()
         for folder, _, names in os.walk(top) for name in names
         if not re.search(r'\.(o|ko|mod|d|cmd|pyc|rst)$', name)
         and not read(f'{folder}/{name}').startswith('\x7fELF')]
NAMES = {os.path.basename(path) for path in FILES + PAGES}
# not what says itself what is in the pages
CODE = '\n'.join(read(path) for path in ['Makefile', *FILES]
                 if not path.startswith(('selftests/docs', 'selftests/fuzz/corpus'))
                 and not path.endswith('words_check.py') and path not in PAGES)
WORDS = set(re.findall(r'\w+', CODE)) | {name.split('.')[0] for name in NAMES} | \
    {f'lnlb_drop_{cause}' for cause in re.findall(r'LNLB_DROP\((\w+)', CODE)}
COUNTERS = set(re.findall(r'\[LNLB_STAT_\w+\] = "(\w+)"', read(TOOLS + 'names.c')))
SYSCTLS = set(re.findall(r'\{ "(\w+)",\s*offsetof',
                         read('kernel/nf_lnlb/sysctl.c')))
MODULES = {'nf_lnlb', 'nf_lnlb_conntrack', 'nft_lnlb',
           *re.findall(r'MODULE_ALIAS\("(\w+)"', CODE)}
PARAMETERS = set(re.findall(r'module_param(?:_cb)?\((\w+)', CODE))
UNITS = {name.removesuffix('.in') for name in os.listdir(TOOLS + 'systemd')}


def lnlbctl(words):
    """What it does not know of these: commands as below."""
    verb = words[0] if words else '-'
    if PLACE.search(verb):
        return []
    if verb.startswith('-'):
        known = {'-', '-b', '--batch', '--help', '--version'}
        return [word for word in words if word[0] == '-' and word not in known]
    done = subprocess.run([TOOLS + 'lnlbctl', verb, '--help'], check=False,
                          stdin=subprocess.DEVNULL, capture_output=True)
    if done.returncode:
        return [verb]
    known = re.findall(r'--?[a-z]+', done.stdout.decode().split('\n\n')[0])
    return [word for word in words if re.match('--?[a-z]', word) and
            word.split('=')[0] not in known + ['--help', '--json']]


def make(words):
    path = 'Makefile'
    if words[:1] == ['-C']:
        path, words = f'{words[1]}/Makefile', words[2:]
    text = read(path).replace('\\\n', ' ')
    targets = re.findall(r'^([\w-]+)[^:=]*:(?!=)', text, re.M) + \
        ' '.join(re.findall(r'^\.PHONY: (.*)', text, re.M)).split()
    return [word for word in words
            if ('=' in word and f'{word.split("=")[0]})' not in text) or
            ('=' not in word and word not in targets)]


def modprobe(words):
    return [word for word in words if word != '-r' and
            word.split('=')[0] not in (PARAMETERS if '=' in word else MODULES)]


def systemctl(words):
    return [word for word in words if word.startswith('lnlb') and not
            any(re.sub('@.*', '@', word) + kind in UNITS
                for kind in ('.service', '.socket', ''))]


def selftests_run(words):
    return [word for word in words if re.fullmatch('[a-z_]+', word) and
            not {f'{word}_test.sh', f'{word}.sh'} & NAMES]


COMMANDS = {'lnlbctl': lnlbctl, 'make': make, 'modprobe': modprobe,
            'systemctl': systemctl, 'selftests/run': selftests_run}


def commands(text):
    """What each command of a line, or several, has that is not known."""
    text = re.sub(r'\s#\s.*', '', text.replace('\\\n', ' '))
    for part in re.split(r'\|\|?|&&|;|\n(?!\s)', text):
        words = re.sub(r"'[^']*'|\"[^\"]*\"", '$', part).split()
        while words and re.match('[A-Z_]+=', words[0]):
            del words[0]
        if words and words[0] in COMMANDS:
            yield [f'{part.strip()}: {word}' for word in COMMANDS[words[0]](
                [word.strip(',') for word in words[1:]
                 if not re.match(r'[<>[{(&.$]', word)])]


def manual(page):
    """Its text, and what is bold or typed in it."""
    page = re.sub(r'\\f.|\\&', '', page.replace('\\-', '-'))
    marked, typed = [], False
    for line in page.split('\n'):
        typed = line == '.nf' or typed and line != '.fi'
        if typed:
            marked.append(line.removeprefix('# '))
        elif line.startswith(('.B ', '.BR ', '.RB ')):
            words = re.findall(r'"([^"]*)"|(\S+)', line[3:])
            marked.append((' ' if line[2] == ' ' else '').join(map(''.join, words)))
    return page, marked


def parts(page):
    text = read(page)
    if page.startswith(TOOLS):
        return manual(text)
    mark = r'``(.+?)``' if page.endswith('.rst') else '`([^`]+)`'
    marked = [' '.join(word.split()) for word in re.findall(mark, text, re.S)]
    # other projects' words in the first column
    text = re.sub('^there  +here.*?^=.*?^=', lambda table: re.sub('^.{26}', '', table[0],
                                                            flags=re.M),
                  text, flags=re.M | re.S)
    typed = [] if page == 'CHANGELOG' else blocks.blocks_of(page)
    return text, marked + [command for block in typed if block.is_typed()
                           for command in block.commands()]


def named(text, marked):
    """(name, whether it is there) of what can be told by its looks"""
    for path in re.findall(rf'(?<![\w/.-])(?:{FOLDERS.replace(" ", "|")})/[\w./*-]*',
                           text):
        yield path, glob.glob(PLACE.sub('*', path.rstrip('.')) + '*')
    for name in re.findall(r'(?<![\w/.*-])[\w-]+\.(?:c|h|py|sh|yaml|rst)\b', text):
        yield name, name in NAMES | OTHERS or PLACE.search(name)
    for path in re.findall(r'(?<![\w.])/(?:etc|usr|run|sys|proc)/[\w./@-]*lnlb[\w.@-]*',
                           text):
        path = PLACE.sub('', path).rstrip('.')
        yield path, path in CODE or path in MADE or path.removeprefix(SHIPPED) in FILES
    for name in re.findall(r'net[./]lnlb[./](\w+)', text):
        yield f'net.lnlb.{name}', name in SYSCTLS
    for unit in re.findall(r'\blnlb[\w-]*@?\w*\.(?:service|socket)\b', text):
        yield unit, re.sub(r'@\w+', '@', unit) in UNITS
    for word in re.findall(r'\b(?:rx|frame|arp)_[a-z_]+\b', text):
        yield f'counter {word}', word in COUNTERS | OTHERS
    for word in re.findall(r'\b(?:LNLB|NFTA_LNLB|lnlb|nf_lnlb|nft_lnlb)_\w+', text) + \
            re.findall(r'(?<![\w.-])[A-Za-z]+_[A-Za-z_]+\b(?!\.\w)', text):
        yield word, word in WORDS | OTHERS or word.startswith('lnlb_C')
    for page, title in re.findall(r':doc:`([\w-]+)`,\s+"([^"]+)"', text) + \
            [pair[::-1] for pair in
             re.findall(r'"([^"]+)"\s+in\s+:doc:`([\w-]+)`', text)]:
        title = ' '.join(title.split())
        yield f'"{title}" in {page}', re.search(
            rf'^{re.escape(title)}\n([=-])\1+$', read(f'Documentation/{page}.rst'),
            re.M)


def main():
    results, total = [], [0, 0]
    for page in PAGES:
        text, marked = parts(page)
        names = list(named(text, marked))
        typed = [found for word in marked for found in commands(word)]
        total = [total[0] + len(names), total[1] + len(typed)]
        results.append((page, {name for name, there in names if not there}.union(
            *typed)))
    # they are looked for
    results.append((f'{total[0]} names, {total[1]} commands',
                    {'most'} if total[0] < 400 or total[1] < 200 else ()))
    for number, (what, missing) in enumerate(results, 1):
        print(f'{"not ok" if missing else "ok"} {number} - {what}')
        for word in sorted(missing):
            print(f'#  not there: {word}')
    print(f'1..{len(results)}')
    sys.exit(any(missing for _, missing in results))


main()
