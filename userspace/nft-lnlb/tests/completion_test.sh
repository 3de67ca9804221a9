#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The completions for bash and zsh, sourced and asked, with the made-up kernel.

set -u
cd "$(dirname "$0")" || exit 1

. ./ctl.sh

reset
printf 'web 10.0.0.1 lo 4 77 1 1\nmail 10.0.0.2 lo 4 77 1 1\n' >"$dir/clusters"
cat >"$dir/lnlbctl" <<-EOT
	#!/bin/sh
	LD_PRELOAD=$PWD/fake_kernel.so exec $PWD/$ctl "\$@"
EOT
chmod +x "$dir/lnlbctl"
PATH=$dir:$PATH
# the program is meant, not the function
unset -f lnlbctl
touch "$dir/code" "$dir/out" "$dir/err"

# shellcheck source=/dev/null
. ../completions/lnlbctl

in_bash() { # LINE up to the cursor
	COMP_LINE=$1
	COMP_POINT=${#COMP_LINE}
	_lnlbctl
	echo "${COMPREPLY[*]}"
}

in_zsh() { zsh -f "$dir/ask" "$1" 2>&1; }

# zsh's own part is to filter by what was typed
cat >"$dir/ask" <<-'EOT'
	emulate zsh
	compadd() {
		shift
		print -- ${(M)@:#$words[CURRENT]*}
	}
	_files() { print -- "files"; }
	words=(${=1})
	[[ $1 == *' ' ]] && words+=('')
	CURRENT=$#words
	source ../completions/_lnlbctl
EOT

commands=$("$ctl" --help | awk '/^  [a-z]/ { print $1 }' | xargs)
devices=$(cd /sys/class/net && echo *)

cases() { # SHELL
	while IFS='|' read -r line wanted; do
		[ -n "$line" ] || continue
		is "$1: '$line'" "$wanted" "$("in_$1" "$line")"
	done <<-EOT
		lnlbctl |$commands
		lnlbctl su|suspend
		lnlbctl -|--help --version --batch -h -V -b
		lnlbctl --b|--batch
		lnlbctl show |web mail
		lnlbctl show w|web
		lnlbctl show -|-j --help
		lnlbctl show -j m|mail
		lnlbctl show web |
		lnlbctl delif |web mail
		lnlbctl weight_mode |web mail
		lnlbctl weight_mode web |auto loadavg loadavg5 loadavg15 freemem manual
		lnlbctl weight_mode web m|manual
		lnlbctl set_weight web |stdin
		lnlbctl key |web mail
		lnlbctl key --|--next --permissive --help
		lnlbctl key --next |
		lnlbctl key --next lnlb:a |web mail
		lnlbctl key --next=lnlb:a w|web
		lnlbctl key --next lnlb:a --permissive web |none
		lnlbctl drain --wait --timeout |
		lnlbctl drain --wait --timeout 5m |web mail
		lnlbctl addif |$devices
		lnlbctl addif 10.0.0.1 l|lo
		lnlbctl addif --key lnlb:a 10.0.0.1 l|lo
		lnlbctl xdp |on off
		lnlbctl xdp --|--generic --help
		lnlbctl xdp on |web mail
		lnlbctl owner w|web
		lnlbctl owner web |
		lnlbctl monitor |
		lnlbctl top w|web
		lnlbctl top --|--interval --help
		lnlbctl health --|--exec --tcp --http --interval --timeout --rise --fall --suspend --help
		lnlbctl health --tcp |
		lnlbctl health --tcp 80 --rise 2 |web mail
		lnlbctl health --tcp 80 web |
		lnlbctl bogus |
		lnlbctl bogus -|--help
	EOT
}

cases bash
is "bash: 'lnlbctl -b ctl'" ctl.sh "$(in_bash "lnlbctl -b ctl")"
mv "$dir/clusters" "$dir/none"
: >"$dir/absent"
is "bash: without the module there are no names" "" "$(in_bash "lnlbctl show ")"
rm "$dir/absent"
mv "$dir/none" "$dir/clusters"
complete -p lnlbctl >/dev/null
report $? "bash completes lnlbctl"
if command -v zsh >/dev/null; then
	cases zsh
	is "zsh: 'lnlbctl -b '" files "$(in_zsh "lnlbctl -b ")"
else
	report 0 "zsh # SKIP not installed"
fi

make -s -C .. install DESTDIR="$dir/root" PREFIX=/usr >"$dir/out" 2>"$dir/err"
is "make install installs both" \
	"bash-completion/completions/lnlbctl zsh/site-functions/_lnlbctl" \
	"$(cd "$dir/root/usr/share" && find . -name '*lnlbctl' -type f \
		-printf '%P\n' | sort | xargs)"

echo "1..$count"
[ "$failures" -eq 0 ]
