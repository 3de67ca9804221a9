#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# lnlbctl without the kernel module: what is typed wrong, and with
# fake_kernel.so in the module's place what is asked of the kernel and shown of
# its answers. Addresses are real, in a network namespace of this test's own.

set -u
cd "$(dirname "$0")" || exit 1

. ./ctl.sh

addrs() {
	ip -4 -o addr show dev "$dev" | awk '{ print $4 }' | paste -sd' ' -
}

# --- what is typed wrong
reset
ip link set "$dev" up
ip addr flush dev "$dev"
: >"$dir/in"
exits 2 "Usage: lnlbctl COMMAND"
exits 2 "unknown command 'frobnicate'" frobnicate
exits 2 "Usage: lnlbctl COMMAND" frobnicate
exits 2 "delif: too few arguments" delif
exits 2 "Usage: lnlbctl delif NAME" delif
exits 2 "too many arguments, from 'b' on" delif a b
exits 2 "unknown option '-x'" show -x
exits 2 "unknown option '-j'" delif -j a
exits 2 "'a-name-that-is-too-long' cannot be the name of a cluster" \
	delif a-name-that-is-too-long
exits 2 "1 to 15 characters" resync ""
for verb in drain leave suspend resume; do
	exits 2 "too few arguments" $verb
	exits 2 "1 to 15 characters" $verb ""
done
exits 2 "'up' is neither 'on' nor 'off'" xdp up nlb0
exits 2 "--generic goes with 'on'" xdp --generic off nlb0
exits 2 "1 to 15 characters" xdp on ""
exits 2 "unknown option '--wait'" suspend --wait nlb0
exits 2 "--timeout goes with --wait" drain --timeout 5 nlb0
exits 2 "'soon' is not a time" drain --wait --timeout soon nlb0
exits 2 "'soon' is not a time" leave --timeout soon nlb0
exits 2 "unknown option '--timeout'" drain --wait nlb0 --timeout
exits 2 "'fast' is not a weight mode; allowed are loadavg, loadavg5, loadavg15, freemem, manual and auto" \
	weight_mode nlb0 fast
for weight in 0 65536 abc -5 "" 1.5 "5 6"; do
	exits 2 "'$weight' is not a weight; allowed are whole numbers from 1 to 65535" \
		set_weight nlb0 "$weight"
done
exits 2 "'10.0.0.300' is not an address" addif 10.0.0.300 "$dev"
exits 2 "'10.0.0.10/24' is not an address" addif 10.0.0.10/24 "$dev"
exits 2 "'www' is not an address" addif www "$dev" nlb0
exits 2 "which device is 10.0.0.10 to be on" addif 10.0.0.10
exits 1 "there is no network device 'nope'" addif 10.0.0.10 nope
exits 1 "there is no network device 'nope'" addif nope nlb0
: >"$dir/absent"
for args in "show" "show -j" "delif nlb0" "addif 10.0.0.10 $dev" "monitor" \
	"set_weight nlb0 5" "weight_mode nlb0 manual" "resync nlb0" \
	"drain nlb0" "suspend nlb0" "resume nlb0" "xdp on nlb0"; do
	# shellcheck disable=SC2086 # words
	exits 1 "kernel module nf_lnlb is not loaded" $args
done
is "without the module no address is added" "" "$(addrs)"

# --- help
for args in "--help" "-h" "addif --help" "show -h" "set_weight nlb0 --help"; do
	# shellcheck disable=SC2086 # words
	lnlbctl $args
	[ "$code" -eq 0 ] && grep -q '^Usage: lnlbctl' "$dir/out" &&
		[ ! -s "$dir/err" ]
	report $? "'$args' explains on stdout"
done
for word in $("$ctl" --help | awk '/^  [a-z]/ { print $1 }'); do
	lnlbctl "$word" --help
	is "$word --help explains $word, and that only" \
		"0 Usage: lnlbctl $word 1" \
		"$code $(head -n 1 "$dir/out" | cut -d ' ' -f 1-3) $(grep -c '^Usage:' "$dir/out")"
	[ "$(sed 1,/^$/d "$dir/out" | wc -l)" -ge 1 ]
	report $? "$word --help says what it does"
	lnlbctl "$word" --no-such-option
	is "$word knows its options: exit code" 2 "$code"
done
lnlbctl --version
[ "$code" -eq 0 ] && grep -qE '^lnlbctl [0-9]+\.' "$dir/out"
report $? "--version prints a version"

# --- addif
reset
lnlbctl addif 10.0.0.10 "$dev"
is "addif prints the name" "0 nlb0" "$code $(cat "$dir/out")"
is "addif puts the address on" "10.0.0.10/32" "$(addrs)"
is "addif creates the cluster before the address is there" \
	"new - 10.0.0.10 $dev source=0 weight=0 flags=1 addr=0" \
	"$(cat "$dir/log")"

reset
ip addr add 10.0.0.10/24 dev "$dev"
lnlbctl addif 10.0.0.10 "$dev" web
is "addif takes an address that is there as it is" "0 web 10.0.0.10/24" \
	"$code $(cat "$dir/out") $(addrs)"
is "and does not say that it put it there" \
	"new web 10.0.0.10 $dev source=0 weight=0 flags=0 addr=1" \
	"$(cat "$dir/log")"

reset
echo "new 17 10.0.0.10 is taken" >"$dir/fail"
lnlbctl addif 10.0.0.10 "$dev"
is "addif that the kernel refuses adds no address" "1 " "$code $(addrs)"
is "and shows the kernel's words" \
	"lnlbctl: cannot create a cluster for 10.0.0.10 on $dev: 10.0.0.10 is taken" \
	"$(cat "$dir/err")"

reset
lnlbctl addif 2001:db8::10 "$dev"
is "addif of an IPv6 address" \
	"0 new - 2001:db8::10 $dev source=0 weight=0 flags=1 addr=0" \
	"$code $(cat "$dir/log")"

reset
echo 1 >"$dir/newaddr"
lnlbctl addif 10.0.0.10 "$dev"
[ "$code" -eq 1 ] && grep -q "^del nlb0" "$dir/log" &&
	[ ! -s "$dir/clusters" ] && [ ! -s "$dir/out" ] &&
	grep -q "cannot put 10.0.0.10 on $dev: needs CAP_NET_ADMIN" "$dir/err"
report $? "addif takes the cluster out when the address cannot be added"

reset
echo 17 >"$dir/newaddr"
lnlbctl addif 10.0.0.10 "$dev"
is "addif leaves an address to whoever was faster" \
	"0 nlb0 nlb0 10.0.0.10 $dev 0 0 0 1" \
	"$code $(cat "$dir/out" "$dir/clusters" | paste -sd' ' -)"

# --- addif without an address
reset
lnlbctl addif "$dev"
[ "$code" -eq 1 ] && grep -q "$dev has no host address (/32)" "$dir/err"
report $? "addif DEV without a host address"
ip addr add 10.0.0.1/24 dev "$dev"
ip addr add 10.0.0.10/32 dev "$dev"
ip addr add 10.0.0.11/32 dev "$dev"
lnlbctl addif "$dev"
[ "$code" -eq 1 ] && ! grep -q "^new" "$dir/log" &&
	grep -qF "several host addresses (10.0.0.10, 10.0.0.11)" "$dir/err"
report $? "addif DEV with two host addresses lists them"
echo "nlb7 10.0.0.10 $dev 0 1 0 1" >"$dir/clusters"
rm -f "$dir/log"
lnlbctl addif "$dev" two
is "addif DEV NAME takes the one without a cluster" \
	"0 two new two 10.0.0.11 $dev source=0 weight=0 flags=0 addr=1" \
	"$code $(cat "$dir/out") $(grep new "$dir/log")"

# --- delif
reset
ip addr add 10.0.0.10/32 dev "$dev"
echo "nlb0 10.0.0.10 $dev 0 1 1 1" >"$dir/clusters"
echo "del 16 not now" >"$dir/fail"
lnlbctl delif nlb0
is "delif takes the address off first" \
	"del nlb0 10.0.0.10 $dev source=0 weight=0 flags=0 addr=0" \
	"$(grep del "$dir/log")"
is "delif puts it back when the kernel refuses" \
	"1 10.0.0.10/32 lnlbctl: cannot take out 'nlb0': not now" \
	"$code $(addrs) $(cat "$dir/err")"
rm "$dir/fail"
lnlbctl delif nlb0
is "delif takes both away" "0  " "$code $(addrs) $(cat "$dir/clusters")"

reset
echo "nlb0 10.0.0.10 $dev 0 1 1 1" >"$dir/clusters"
lnlbctl delif nlb0
is "delif with the address gone already" "0 " "$code $(cat "$dir/clusters")"

reset
ip addr add 10.0.0.10/32 dev "$dev"
echo "nlb0 10.0.0.10 $dev 0 1 0 1" >"$dir/clusters"
lnlbctl delif nlb0
is "delif leaves an address that addif did not add" "0 10.0.0.10/32" \
	"$code $(addrs)"

reset
ip addr add 10.0.0.10/32 dev "$dev"
echo "nlb0 10.0.0.10 $dev 0 1 1 3" >"$dir/clusters"
lnlbctl delif nlb0
[ "$code" -eq 0 ] && [ "$(addrs)" = 10.0.0.10/32 ] &&
	grep -q "stays up, nft rules hold it" "$dir/err"
report $? "delif leaves the address of a cluster that nft rules hold, too"

reset
echo "nlb0 10.0.0.10 gone0 0 1 1 1" >"$dir/clusters"
lnlbctl delif nlb0
is "delif of a cluster whose device is gone" "0 " "$code $(cat "$dir/clusters")"

reset
printf 'a 10.0.0.1 lo 0 1 0 1\nb 10.0.0.2 lo 0 1 0 1\n' >"$dir/clusters"
for args in "delif x" "resync x" "show x" "set_weight x 5" \
	"weight_mode x manual" "xdp on x" "xdp off x" "drain x" "leave x" "suspend x" "resume x"; do
	# shellcheck disable=SC2086 # words
	lnlbctl $args
	is "'$args' lists the clusters that there are" \
		"1 lnlbctl: no cluster is named 'x' (there are: a, b)" \
		"$code $(cat "$dir/err")"
done

# --- weights
reset
echo "nlb0 10.0.0.10 $dev 0 1 0 1" >"$dir/clusters"
lnlbctl set_weight nlb0 5
is "set_weight shows why the kernel refuses" \
	"1 lnlbctl: cannot set the weight of 'nlb0': weight mode is not manual" \
	"$code $(head -n 1 "$dir/err")"
is "and what to do" \
	"lnlbctl: it has to be by hand first: lnlbctl weight_mode nlb0 manual" \
	"$(tail -n 1 "$dir/err")"
source=0
for mode in loadavg loadavg5 loadavg15 freemem manual; do
	lnlbctl weight_mode nlb0 "$mode"
	is "weight_mode $mode" "0 nlb0 10.0.0.10 $dev $source 1 0 1" \
		"$code $(cat "$dir/clusters")"
	source=$((source + 1))
done
for weight in 1 65535; do
	lnlbctl set_weight nlb0 "$weight"
	is "set_weight $weight" "0 nlb0 10.0.0.10 $dev 4 $weight 0 1" \
		"$code $(cat "$dir/clusters")"
done
rm "$dir/log"
printf '7\n8\n9' >"$dir/in"
lnlbctl set_weight nlb0 stdin
is "set_weight stdin sets one after the other" "0 weight=7 weight=8 weight=9" \
	"$code $(grep -o 'weight=[0-9]*' "$dir/log" | paste -sd' ' -)"
rm "$dir/log"
printf '7\nx8\n9\n' >"$dir/in"
lnlbctl set_weight nlb0 stdin
is "set_weight stdin stops at a bad line, the earlier ones stay" \
	"1 weight=7 stdin, line 2: 'x8' is not a weight" \
	"$code $(grep -o 'weight=[0-9]*' "$dir/log" | paste -sd' ' -) $(
		sed 's/lnlbctl: \(.*\);.*/\1/' "$dir/err")"
printf '7\n\n' >"$dir/in"
lnlbctl set_weight nlb0 stdin
[ "$code" -eq 1 ] && grep -qF "line 2: ''" "$dir/err"
report $? "set_weight stdin refuses an empty line"
printf '7\0008\n' >"$dir/in"
lnlbctl set_weight nlb0 stdin
[ "$code" -eq 1 ] && grep -qF "line 1: " "$dir/err"
report $? "set_weight stdin refuses a zero byte"
lnlbctl set_weight nlb0 stdin
is "set_weight stdin with nothing to do" "0" "$code"
lnlbctl weight_mode nlb0 auto
is "weight_mode auto is loadavg" "0 0" \
	"$code $(cut -d' ' -f4 "$dir/clusters")"
printf '7\n8\n' >"$dir/in"
lnlbctl set_weight nlb0 stdin
[ "$code" -eq 1 ] && grep -qF "stopped at line 1 of stdin" "$dir/err"
report $? "set_weight stdin says at which line the kernel refused"
echo "set 1 module says no" >"$dir/fail"
lnlbctl set_weight nlb0 5
is "a refusal for lack of rights names the right" \
	"lnlbctl: cannot set the weight of 'nlb0': needs CAP_NET_ADMIN in the user namespace that owns this network namespace: module says no" \
	"$(cat "$dir/err")"

rm -f "$dir/fail" "$dir/log"
lnlbctl resync nlb0
is "resync" "0 resync" "$code $(cut -d' ' -f1 "$dir/log")"

# --- xdp; the made up device has the program
rm -f "$dir/log"
lnlbctl xdp on nlb0
is "xdp on says where" "0 nlb0: on, in the driver of lo" \
	"$code $(cat "$dir/out")"
lnlbctl xdp off nlb0
is "xdp off says nothing" "0 " "$code $(cat "$dir/out")"
is "each is asked for, and looked at" "xdp_on get xdp_off" \
	"$(cut -d' ' -f1 "$dir/log" | paste -sd' ' -)"
echo "xdp_on 28 no room" >"$dir/fail"
lnlbctl xdp on nlb0
is "xdp on says why not" "1 lnlbctl: cannot put XDP on for 'nlb0': no room" \
	"$code $(cat "$dir/err")"
rm -f "$dir/fail"

# --- states; the made up node is always active
rm -f "$dir/log"
for args in "suspend nlb0" "resume nlb0" "drain nlb0"; do
	# shellcheck disable=SC2086 # words
	lnlbctl $args
	is "$args" 0 "$code"
done
is "each sets its state" "set state=5 set state=2 set state=3" \
	"$(awk '/state=/ { print $1, $NF }' "$dir/log" | paste -sd' ' -)"
lnlbctl drain --wait nlb0
is "drain --wait ends when somebody resumes the node" \
	"1 lnlbctl: somebody has resumed nlb0" "$code $(cat "$dir/err")"
rm -f "$dir/log"
lnlbctl leave nlb0
is "leave drains first" "1 set state=3" \
	"$code $(awk '/state=/ { print $1, $NF }' "$dir/log" | paste -sd' ' -)"
is "and does not take the cluster out before its end" "" \
	"$(grep '^del' "$dir/log")"

# --- show
reset
lnlbctl show
[ "$code" -eq 0 ] && [ ! -s "$dir/out" ] && grep -q "no clusters" "$dir/err"
report $? "show without clusters"
lnlbctl show -j
is "show -j without clusters" "0 []" "$code $(tr -d ' \n' <"$dir/out")"
printf 'a 10.0.0.1 lo 4 77 1 1\nb 10.0.0.2 lo 0 1 0 3\n' >"$dir/clusters"
: >"$dir/intr"
rm "$dir/log"
lnlbctl show -j
is "show -j asks again when a dump was interrupted" "0 2 get" \
	"$code $(wc -l <"$dir/log") $(cut -d' ' -f1 "$dir/log" | uniq)"
cp "$dir/out" "$dir/json"
lnlbctl show b
is "show NAME" "0 b: 10.0.0.2 on lo, unicast 02:00:0a:00:00:0a, active" \
	"$code $(head -n 1 "$dir/out")"
grep -qE '^  52:54:00:00:00:01 self active +100 manual +75\.0 % +3072  00a7$' \
	"$dir/out" &&
	grep -qE '^  52:54:00:00:00:02 +active +300 manual +25\.0 % +1000     -  other 1\.5 s ago$' \
		"$dir/out" && grep -qF 'timeout 30m30s' "$dir/out" &&
	grep -qF 'affinity network 24' "$dir/out" &&
	grep -qF 'held by lnlbctl nft; XDP native' "$dir/out" &&
	grep -qF 'key lnlb:web, id 00a7, expired, permissive' "$dir/out" &&
	grep -qF 'rejected 52:54:00:00:00:03: speaks another version (2), 5 times, 2.5 s ago' "$dir/out"
report $? "show has the nodes with their shares"
lnlbctl show --json b
is "show -j NAME" "1" "$(grep -c '"name"' "$dir/out")"
: >"$dir/bad"
lnlbctl show
is "show of an answer that is damaged" \
	"1 lnlbctl: cannot show the clusters: Bad message" \
	"$code $(cat "$dir/err")"
rm "$dir/bad"
# counters that are zero come and go with the versions
grep -vE '"[a-z_]+":0,?$' "$dir/json" | diff show.json - >"$dir/err"
report $? "show -j is as documented"
timeout 20 env LD_PRELOAD="$PWD/fake_kernel.so" "$ctl" show -j \
	>/dev/full 2>"$dir/err"
[ $? -eq 1 ] && grep -q "cannot write" "$dir/err"
report $? "a full disk is a failure"

# --- monitor
lnlbctl monitor
is "monitor ends well by SIGTERM and says what was lost" \
	"0 nlb0 node_dead node 52:54:00:00:00:02 state active weight 300 claims 1024: silent for 700 ms|- lost: too many events at once, some are missing here|nlb0 bound|- refused" \
	"$code $(cut -d' ' -f3- "$dir/out" | paste -sd'|' -)"
lnlbctl monitor --json
is "monitor -j" \
	'0 {"time":"T","name":"nlb0","event":"node_dead","node":"52:54:00:00:00:02","state":"active","weight":300,"claims":1024,"cause":"silent for 700 ms"}|{"time":"T","event":"lost"}|{"time":"T","name":"nlb0","event":"bound"}|{"time":"T","event":"refused"}' \
	"$code $(sed -E 's/"20[0-9-]{8}T[0-9:]{8}\.[0-9]{3}Z"/"T"/' \
		"$dir/out" | paste -sd'|' -)"

# --- the other documents
for word in $("$ctl" --help | awk '/^  [a-z]/ { print $1 }'); do
	grep -q "^\.B.* $word" ../lnlbctl.8
	report $? "lnlbctl(8) has $word"
done

echo "1..$count"
[ "$failures" -eq 0 ]
