#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The units are installed with their paths, systemd can read them, and lnlb-rules
# refuses what it does not know. What they do: selftests/units_test.sh.

set -u
cd "$(dirname "$0")" || exit 1

. ./ctl.sh

reset
: >"$dir/code"
root=$dir/root
# the directories may differ from call to call
make -s -C .. install DESTDIR="$dir/other" PREFIX=/opt >"$dir/out" 2>"$dir/err"
make -s -C .. install DESTDIR="$root" PREFIX=/usr >"$dir/out" 2>"$dir/err"
is "make install installs them" \
	"lnlb-health@.service lnlb-metrics.socket lnlb-metrics@.service lnlb.service" \
	"$(cd "$root/usr/lib/systemd/system" && echo *)"
is "with paths in place" "" \
	"$(grep -rhoE '@[A-Z]+@|/opt[^ ]*' "$root/usr/lib/systemd/system")"
for path in $(sed -n 's/^Exec[A-Za-z]*=\([^ ]*\).*/\1/p' \
	"$root"/usr/lib/systemd/system/*.service | sort -u); do
	test -x "$root$path"
	report $? "there is $path"
done
test -f "$root/usr/share/doc/nft-lnlb/examples/lnlb.nft"
report $? "and an example of rules"
# metrics_test.sh has the others
for unit in lnlb.service lnlb-health@a.service; do
	file=$(echo "$unit" | sed 's/@[^.]*/@/')
	sed "s,=/usr/,=$root/usr/," "$root/usr/lib/systemd/system/$file" \
		>"$dir/$unit"
	systemd-analyze verify --man=no "$dir/$unit" >"$dir/out" 2>&1
	grep -F lnlb "$dir/out" >"$dir/err"
	is "systemd-analyze has nothing to say of $unit" "" "$(cat "$dir/err")"
done
for words in "" "bogus" "--help"; do
	# shellcheck disable=SC2086 # words
	../systemd/lnlb-rules $words >"$dir/out" 2>"$dir/err"
	is "lnlb-rules $words: exit code and usage" \
		"2 usage: lnlb-rules start|reload|stop" "$? $(cat "$dir/err")"
done

echo "1..$count"
[ "$failures" -eq 0 ]
