#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# lnlbctl nodes, buckets, sessions, owner, stats, and batches; JSON is as
# lnlbctl(8) says.

set -u
cd "$(dirname "$0")" || exit 1

. ./ctl.sh

# schema COMMAND ARG...: its JSON is as documented
schema() {
	lnlbctl "$@"
	python3 schema_check.py ../lnlbctl.8 "$1" <"$dir/out" >"$dir/wrong" 2>&1
	good=$?
	sed 's/^/# /' "$dir/wrong"
	report $good "'$*' is as lnlbctl(8) says"
}

# prints TEXT WANTED ARG...: on stdout; | stands for a line end
prints() {
	text=$1 wanted=$2
	shift 2
	lnlbctl "$@"
	is "$text" "0 $wanted" "$code $(paste -sd'|' "$dir/out")"
}

reset
echo "a 10.0.0.1 lo 4 77 1 1" >"$dir/clusters"

# --- JSON
for args in "show -j" "nodes -j" "stats --json a" "buckets -j" "sessions -j a" \
	"owner -j 10.0.0.1" "owner -j a 10.0.0.4" "owner -j a 10.0.0.6:80" \
	"monitor -j"; do
	# shellcheck disable=SC2086 # words
	schema $args
done
: >"$dir/waiting"
schema buckets -j
rm "$dir/waiting"
prints "buckets -j" \
	'[{"name":"a","buckets":4096,"digest":"0123456789abcdef","nodes":[{"id":"52:54:00:00:00:01","self":true,"state":"active","target":[[0,3071]],"claims":[[0,3071],[4000,4000]]},{"id":"52:54:00:00:00:02","self":false,"state":"active","target":[[3072,4095]],"claims":[[3072,3999],[4001,4071]]}],"several":[[4072,4073]],"nobody":[[4074,4095]]}]' \
	buckets -j
prints "sessions -j" \
	'[{"name":"a","client":"10.0.1.0","port":null,"bucket":3,"node":"52:54:00:00:00:01","self":true,"idle":3,"tracker":"conntrack"},|{"name":"a","client":"10.0.2.0","port":4000,"bucket":4095,"node":"52:54:00:00:00:02","self":false,"idle":4095,"tracker":"conntrack"},|{"name":"a","client":"2001:db8::1","port":80,"bucket":0,"node":"52:54:00:00:00:02","self":false,"idle":0,"tracker":"conntrack"}]' \
	sessions -j
lnlbctl owner -j a 10.0.0.6:80
is "owner -j" \
	'{"name":"a","client":"10.0.0.6","port":80,"bucket":77,"by":"bucket","node":"52:54:00:00:00:02","self":false,"sure":false,"idle":null,"tracker":null}' \
	"$(tr -d ' \n' <"$dir/out")"

# --- text
prints "buckets" "a: 4096 buckets, view 0123456789abcdef|  52:54:00:00:00:01 self active claims 3072, is to own 3072|    claims   0-3071 4000|    to go    4000|  52:54:00:00:00:02 active claims 1000, is to own 1024|    claims   3072-3999 4001-4071|    to come  4000 4072-4095|    several  4072-4073|    nobody   4074-4095" \
	buckets a
: >"$dir/waiting"
prints "buckets of one that waits" "a: 4096 buckets, waiting for its device" \
	buckets
rm "$dir/waiting"
prints "sessions" "CLUSTER  CLIENT                NODE                         IDLE  TRACKER|a        10.0.1.0/24           52:54:00:00:00:01 self         3s  conntrack|a        10.0.2.0/24           52:54:00:00:00:02         1h8m15s  conntrack|a        2001:db8::1/24        52:54:00:00:00:02              0s  conntrack" \
	sessions
for case in "10.0.0.1|52:54:00:00:00:01 self keeps the session of 10.0.0.1, bucket 77 of a, idle 1m1s, tracker conntrack" \
	"10.0.0.2|52:54:00:00:00:01 self takes 10.0.0.2, bucket 77 of a" \
	"10.0.0.3|52:54:00:00:00:01 self is to take 10.0.0.3, bucket 77 of a" \
	"10.0.0.4|nobody takes 10.0.0.4, bucket 77 of a" \
	"[10.0.0.6]:80|52:54:00:00:00:02 takes 10.0.0.6, bucket 77 of a; it knows best: ask there"; do
	prints "owner ${case%%|*}" "${case#*|}" owner "${case%%|*}"
done
for policy in client connection network/24; do
	prints "owner by $policy" \
		"52:54:00:00:00:01 self takes 10.0.0.2, bucket 77 of a" \
		owner --policy $policy a 10.0.0.2:80
done
lnlbctl nodes
grep -q '^a: 2 nodes$' "$dir/out" && [ "$(grep -c 52:54 "$dir/out")" -eq 2 ]
report $? "nodes"
lnlbctl stats
[ "$(head -n 2 "$dir/out" | paste -sd'|')" = \
	"a:|  rx_mine                      4242  Packets taken" ] &&
	! grep -q '(null)' "$dir/out"
report $? "stats"

# --- what goes wrong
for client in "" x 10.0.0.300 10.0.0.1: 10.0.0.1:65536 10.0.0.1:x 10.0.0.1/24 \
	"[10.0.0.1]" "[10.0.0.1" "[::1]80" "::1]:80" "[]:80" ":80"; do
	exits 2 "'$client' is not a client" owner a "$client"
done
for policy in "" x network network/0 network/33 network/ client/24 connection/; do
	exits 2 "'$policy' is not a policy" owner --policy "$policy" a 10.0.0.1
done
exits 2 "too few arguments" owner
exits 2 "too many arguments, from '10.0.0.2' on" owner a 10.0.0.1 10.0.0.2
for verb in nodes buckets sessions stats; do
	exits 2 "too many arguments" $verb a b
	exits 2 "1 to 15 characters" $verb ""
done
for args in "nodes x" "buckets x" "sessions x" "owner x 10.0.0.1" "stats x"; do
	# shellcheck disable=SC2086 # words
	lnlbctl $args
	is "'$args' lists the clusters that there are" \
		"1 lnlbctl: no cluster is named 'x' (there are: a)" \
		"$code $(cat "$dir/err")"
done
: >"$dir/damaged"
for args in "buckets a" "sessions a" "owner a 10.0.0.1"; do
	# shellcheck disable=SC2086 # words
	lnlbctl $args
	[ "$code" -eq 1 ] && grep -q "Bad message" "$dir/err"
	report $? "'$args' with a damaged answer"
done
rm "$dir/damaged"
: >"$dir/cut"
lnlbctl sessions -j
is "a list that is cut short is a failure, and no JSON" \
	"1 lnlbctl: cluster 'a' was taken out meanwhile, this is not all of its sessions" \
	"$code $(cat "$dir/err")"
! python3 -m json.tool "$dir/out" >/dev/null 2>&1
report $? "whoever reads it notices"
rm "$dir/cut"
for verb in sessions owner; do
	echo "$verb 1 no" >"$dir/fail"
	if [ $verb = owner ]; then
		lnlbctl owner a 10.0.0.1
	else
		lnlbctl sessions a
	fi
	[ "$code" -eq 1 ] && grep -q "needs CAP_NET_ADMIN" "$dir/err"
	report $? "$verb without rights names the right"
done
rm "$dir/fail"
echo "b 10.0.0.2 lo 4 77 1 1" >>"$dir/clusters"
lnlbctl owner 10.0.0.1
is "owner without a name, and two clusters" \
	"1 lnlbctl: which cluster? Give its NAME; there are: a, b" \
	"$code $(cat "$dir/err")"
: >"$dir/clusters"
lnlbctl owner 10.0.0.1
is "owner without a cluster" \
	"1 lnlbctl: there is no cluster; create one: lnlbctl addif ADDR DEV" \
	"$code $(cat "$dir/err")"

# --- what to do next
: >"$dir/absent"
lnlbctl show
dep=/lib/modules/$(uname -r)/modules.dep
if [ ! -e "$dep" ] || grep -q /nf_lnlb.ko "$dep"; then
	wanted="(try: modprobe lnlb)"
else
	wanted=", nor is it installed for Linux $(uname -r) (package nf-lnlb-dkms, or make install; then: modprobe lnlb)"
fi
[ "$code" -eq 1 ] && grep -qF "is not loaded" "$dir/err" &&
	grep -qF "$wanted" "$dir/err"
report $? "without the module: where to get it"
rm "$dir/absent"
exits 2 "unknown command 'sessons'; is 'sessions' meant?" sessons
exits 2 "unknown command 'weightmode'; is 'weight_mode' meant?" weightmode
exits 2 "unknown command 'frobnicate'" frobnicate
! grep -q meant "$dir/err"
report $? "no guess where nothing is near"
exits 1 "there is no network device 'nope' here (there are: lo" addif nope
echo "resync 100 the cluster waits for its device" >"$dir/fail"
echo "a 10.0.0.1 lo 4 77 1 1" >"$dir/clusters"
lnlbctl resync a
is "a cluster that waits" "1 lnlbctl: cannot resync 'a': the cluster waits for its device|lnlbctl: look at it: lnlbctl show a; it wants to be up, with a carrier" \
	"$code $(paste -sd'|' "$dir/err")"
echo "set 126 there is no such key" >"$dir/fail"
lnlbctl key a lnlb:web
is "a key that is not there" \
	"lnlbctl: cannot set the keys of 'a': there is no such key (load it: keyctl padd logon DESC @u <FILE)" \
	"$(cat "$dir/err")"
echo "set 1 no" >"$dir/fail"
if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null; then
	cp "$ctl" fake_kernel.so "$dir"
	chmod -R a+rwX "$dir"
	timeout 20 setpriv --reuid=65534 --clear-groups \
		env LD_PRELOAD="$dir/fake_kernel.so" "$dir/lnlbctl" suspend a \
		2>"$dir/err" >"$dir/out"
	is "no rights: try sudo" 1 "$(grep -c '(try sudo)$' "$dir/err")"
else
	report 0 "no rights: try sudo # SKIP not root"
fi
rm "$dir/fail"

# --- options
echo "a 10.0.0.1 lo 4 77 1 1" >"$dir/clusters"
exits 2 "'soon' is not a time" drain --wait --timeout=soon a
exits 2 "'' is not a time" drain --wait --timeout= a
exits 2 "unknown option '--timeouts=5'" drain --wait --timeouts=5 a
exits 2 "unknown option '--wait=yes'" drain --wait=yes a
exits 2 "unknown option '--json=1'" show --json=1

# --- batches
batch() { # batch TEXT: from stdin; | stands for a line end
	rm -f "$dir/log"
	printf '%s' "$1" | tr '|' '\n' >"$dir/in"
	lnlbctl -b
}
asked() { awk '{ print $1, $6 }' "$dir/log" 2>/dev/null | paste -sd'|' -; }

batch "# a comment|weight_mode a manual # another||  set_weight	'a' \"5\"|set_weight a 6"
is "a batch runs line by line" "0 set weight=0|set weight=5|set weight=6" \
	"$code $(asked)"
batch "set_weight a 7|set_weight a 0|set_weight a 8|"
is "and stops at the first error, with its exit code" \
	"2 set weight=7" "$code $(asked)"
grep -qF "stdin, line 2: stopped with exit code 2, nothing behind it was done" \
	"$dir/err" && grep -qF "'0' is not a weight" "$dir/err"
report $? "naming the line and what is wrong"
echo "set 16 not now" >"$dir/fail"
batch "set_weight a 7|set_weight a 8"
is "that of a refusal is 1" "1 set weight=7" "$code $(asked)"
rm "$dir/fail"
for case in "set_weight a 7|frobnicate|2|2|unknown command 'frobnicate'" \
	"set_weight a 7||set_weight a '8|2|3|a quote has no end" \
	"set_weight a 7|set_weight a stdin|2|2|stdin has the commands" \
	"set_weight a 7|-b|2|2|unknown command '-b'"; do
	text=${case%|*|*|*}
	rest=${case#"$text|"}
	batch "$text"
	[ "$code" = "${rest%%|*}" ] && [ "$(asked)" = "set weight=7" ] &&
		grep -qF "line $(echo "$rest" | cut -d'|' -f2): stopped" \
			"$dir/err" && grep -qF "${rest##*|}" "$dir/err"
	report $? "a batch with $(echo "$text" | tr '|' ';')"
done
rm -f "$dir/log"
printf 'set_weight a 7\0\n' >"$dir/in"
lnlbctl -b
[ "$code" -eq 2 ] && [ ! -e "$dir/log" ] && grep -q "zero byte" "$dir/err"
report $? "a batch with a zero byte"
batch "key a 'lnlb:two words'|key a lnlb:two\\ words|key a \"lnlb:it's\"|key a 'lnlb:a\\b'"
is "quotes and backslashes" "0 4" "$code $(grep -c ^set "$dir/log")"
batch "show -j|owner -j a 10.0.0.1"
is "answers come one behind the other" "0 2" "$code $(grep -c '"name":"a"' "$dir/out")"
printf 'set_weight a 9' >"$dir/commands"
rm -f "$dir/log"
for args in "-b $dir/commands" "--batch $dir/commands"; do
	# shellcheck disable=SC2086 # words
	lnlbctl $args
done
is "a batch from a file" "0 set weight=9|set weight=9" "$code $(asked)"
printf 'set_weight a stdin' >"$dir/commands"
printf '11\n12\n' >"$dir/in"
rm -f "$dir/log"
lnlbctl -b "$dir/commands"
is "may read stdin" "0 set weight=11|set weight=12" "$code $(asked)"
printf 'set_weight a 13' >"$dir/in"
rm -f "$dir/log"
lnlbctl --batch -
is "the file - is stdin" "0 set weight=13" "$code $(asked)"
exits 1 "cannot open 'nowhere': No such file" -b nowhere
exits 1 "cannot read /: Is a directory" -b /
exits 2 "too many arguments, from 'b' on" -b a b
batch ""
is "an empty batch" "0 " "$code $(asked)"

echo "1..$count"
[ "$failures" -eq 0 ]
