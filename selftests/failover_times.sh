#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# From a node's crash to the first new connection that another node serves in
# its place: the distribution, at default settings and with keepalives of 10 ms.
# RUNS=30: crashes for each. Not in make check: under emulation this many clients
# are too many, and the limits are for a machine that has nothing else to do.
. "$(dirname "$0")/lib.sh"

RUNS=${RUNS:-30}
# so many that a client's session has ended when it comes again: n3 has its
# share of them soon after it came back
VISITS=${VISITS:-1700}
EVERY=${EVERY:-2}

# first_served SINCE: when somebody else first served a client that n3 served
# until then
first_served() {
	tail -n 10000 "$tmp/visits" | awk -v since="$1" '
		$1 < since { node[$3] = $4 }
		$1 >= since && node[$3] == "n3" && $4 != "n3" {
			print $1
			found = 1
			exit
		}
		END { exit !found }'
}

# clients_of_n3 [SINCE]: those that it has served
clients_of_n3() {
	awk -v since="${1:-0}" '$1 >= since && $4 == "n3" && !seen[$3]++ {
		print $3 }' "$tmp/visits"
}

n3_serves() { [ "$(clients_of_n3 "$1" | wc -l)" -ge $((VISITS / 8)) ]; }

# A process that is there already cuts the cable, so that its start is not
# measured.
cut_cable() {
	echo "link set n3 down" >&8
}

# crash: prints the time in ms
crash() {
	local began served

	began=$(now_ms)
	cut_cable
	served=$(busywait 20000 first_served "$began") || return
	echo $((served - began))
}

# crashes TITLE MEDIAN MAX: limits in ms
crashes() {
	local title=$1 run times=$tmp/times-$1 median max

	: >"$times"
	for ((run = 1; run <= RUNS; run++)); do
		crash >>"$times" || { result 1 "$title: crash $run is noticed"; break; }
		wait_active 2 || { result 1 "$title: two nodes go on"; break; }
		revive_node n3
		wait_active 3 || { result 1 "$title: n3 comes back"; break; }
		busywait 30000 n3_serves "$(now_ms)" || {
			result 1 "$title: n3 serves again"; break; }
	done
	sort -n -o "$times" "$times"
	note "$title, ms: $(xargs <"$times")"
	median=$(awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] + 0 }' "$times")
	max=$(tail -n 1 "$times")
	check_eq "$title: $RUNS crashes" "$RUNS" "$(wc -l <"$times")"
	check_le "$title: median, ms" "$median" "$2"
	check_le "$title: longest, ms" "$max" "$3"
}

lan_setup 3
add_clients $((250 + VISITS))
clusters_up 3
for node in n1 n2 n3; do
	ip netns exec "$(full_ns $node)" lnlb-echo "$VIP" 7 $node \
		>"$tmp/echo-$node" 2>&1 &
	busywait 5000 grep -q ready "$tmp/echo-$node" ||
		die "echo on $node: $(cat "$tmp/echo-$node")"
done
echo 1 >/sys/module/nf_lnlb_conntrack/parameters/conntrack_idle_timeout
mkfifo "$tmp/cable"
ip_ns sw -force -batch "$tmp/cable" 2>"$tmp/cable.log" &
exec 8>"$tmp/cable"
ip netns exec "$(full_ns cl)" lnlb-load "$VIP" 7 eth0 held=0 flows=0 \
	"visits=$VISITS" "every=$EVERY" "log=$tmp/visits" \
	< <(exec sleep infinity) >"$tmp/load.out" 2>&1 &
# all of them once
sees_all() { [ "$(wc -l <"$tmp/visits")" -ge $((VISITS * 3 / 2)) ]; }
busywait 30000 sees_all || die "clients are not served"
check "n3 has clients" n3_serves 0

crashes "defaults" 700 1000
for node in n1 n2 n3; do
	ns $node sysctl -qw net.lnlb.keepalive_interval_ms=10 \
		net.lnlb.dead_interval_ms=40
done
wait_active 3 || die "no agreement with short intervals"
crashes "keepalive 10 ms" 60 150
