#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The units are installed with their paths, systemd can read them, and what
# lnlb-rules calls, with the made-up kernel. What comes of that:
# selftests/units_test.sh.

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
		"2 usage: lnlb-rules start|reload|stop|remove" "$? $(cat "$dir/err")"
done

# --- what lnlb-rules calls
mkdir "$dir/bin"
cat >"$dir/bin/nft-lnlb" <<-'EOT'
	#!/bin/sh
	case $* in
	"list tables") cat "$LNLB_FAKE_DIR/tables" ;;
	"list table "*) cat "$LNLB_FAKE_DIR/rules-$3" ;;
	*) echo "nft-lnlb $*" >>"$LNLB_FAKE_DIR/calls" ;;
	esac
EOT
cat >"$dir/bin/lnlbctl" <<-EOT
	#!/bin/sh
	case \$1 in
	show) LD_PRELOAD=$PWD/fake_kernel.so $PWD/$ctl "\$@" |
		sed 's/:"-"/:null/'
		[ ! -e "$dir/later" ] || mv "$dir/later" "$dir/clusters"
		exit ;;
	addif) # it has both doors then
		echo "for_\$2"
		sed -i "s/^[^ ]* \(\$2 .* \)2\$/for_\$2 \13/" "$dir/clusters" ;;
	esac
	echo "lnlbctl \$*" >>"$dir/calls"
EOT
chmod +x "$dir"/bin/*

rules() { # rules WORD: what it calls, drains in any order
	: >"$dir/calls"
	PATH=$dir/bin:$PATH LNLB_RULES=file LNLB_RUN=$dir/run \
		LNLB_DRAIN_TIME=7s LNLB_DEVICE_TIME=1 \
		../systemd/lnlb-rules "$1" >"$dir/out" 2>"$dir/err"
	echo $? >"$dir/code"
	sort "$dir/calls" | paste -sd';'
}

printf 'table ip lnlb\ntable inet filter\ntable netdev lnlb\n' >"$dir/tables"
cat >"$dir/rules-ip" <<-'EOT'
	ip saddr 10.0.0.9 lnlb cluster 10.0.0.1 dev "lo" # handle 4
	lnlb cluster 10.0.0.2
	accept comment "lnlb cluster 10.0.0.3"
EOT
echo 'lnlb cluster 10.0.0.4 weight auto' >"$dir/rules-netdev"
# by rules; by the admin, too; by the admin only; by rules
printf '%s lo 4 77 0 %s\n' "web 10.0.0.1" 2 "own 10.0.0.2" 3 "other 10.0.0.3" 1 \
	"mail 10.0.0.4" 2 >"$dir/clusters"
is "start: rules, then the addresses of those that nobody else has" \
	"lnlbctl addif 10.0.0.1 lo;lnlbctl addif 10.0.0.4 lo;nft-lnlb -f file" \
	"$(rules start)"
# as addif calls them, in this test
printf '%s lo 4 77 0 %s\n' "for_10.0.0.1 10.0.0.1" 3 "own 10.0.0.2" 3 \
	"other 10.0.0.3" 1 >"$dir/clusters"
is "reload: one that has no rule any more is taken out" \
	"lnlbctl delif for_10.0.0.4;nft-lnlb -f file" "$(rules reload)"
is "stop: a cluster that somebody else holds is not drained" \
	"lnlbctl delif for_10.0.0.1;lnlbctl drain --wait --timeout 7s for_10.0.0.1;nft-lnlb delete table ip lnlb;nft-lnlb delete table netdev lnlb" \
	"$(rules stop)"
is "and again: there is nothing to take out" "" "$(: >"$dir/tables"; rules stop)"
printf 'table ip lnlb\n' >"$dir/tables"
echo 'own 10.0.0.2 - 4 77 0 2' >"$dir/clusters"
echo 'mail 10.0.0.4 - 4 77 0 2' >"$dir/clusters"
echo 'mail 10.0.0.4 lo 4 77 0 2' >"$dir/later"
is "start: a device that the kernel takes a moment to find is waited for" \
	"lnlbctl addif 10.0.0.4 lo;nft-lnlb -f file" \
	"$(cp "$dir/rules-netdev" "$dir/rules-ip.new"
	mv "$dir/rules-ip" "$dir/rules-ip.old"
	mv "$dir/rules-ip.new" "$dir/rules-ip"; rules start)"
mv "$dir/rules-ip.old" "$dir/rules-ip"
rules stop >/dev/null
printf 'table ip lnlb\n' >"$dir/tables"
echo 'own 10.0.0.2 - 4 77 0 2' >"$dir/clusters"
is "start: nothing is done to a cluster without a device" "nft-lnlb -f file" \
	"$(rules start)"
is "but said, and it fails" \
	'1 lnlb-rules: no device for 10.0.0.2 (say which: dev "NAME")' \
	"$(cat "$dir/code" "$dir/err" | paste -sd' ')"

echo "1..$count"
[ "$failures" -eq 0 ]
