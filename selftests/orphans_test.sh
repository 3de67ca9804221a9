#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Connections of a node that crashed are reset at once, or not at all if the
# administrator wants it so. Those of a live node are not reset by another one,
# even if that does not know of them as its table is full.
. "$(dirname "$0")/lib.sh"

readonly MAX=60
modprobe nf_lnlb_conntrack sessions_max=$MAX || die "no tracker"

# capture_resets NAME NET: every reset that reaches these clients
capture_resets() {
	capture_start "$1" cl eth0 \
		"tcp[tcpflags] & tcp-rst != 0 and src host $VIP and dst net $2"
}
resets() { tcpdump -Z root -ttnr "$tmp/$1.pcap" 2>/dev/null; }

set_reset() {
	local node

	for node in n1 n2 n3; do
		ns $node sysctl -qw "net.lnlb.orphan_reset=$1" ||
			die "cannot set orphan_reset on $node"
	done
}

orphans() { [ "$(($(counter n1 rx_orphan) + $(counter n2 rx_orphan)))" -ge "$1" ]; }

# until each of so many connections has carried an answer
answered() {
	[ "$(ns cl ss -Htin state established dst "$VIP" | grep -c bytes_received)" -ge "$1" ]
}
wait_answered() {
	busywait 20000 answered "$1" || die "$1 connections have no answer"
}

lan_setup 3
add_clients 570
clusters_up 3
for node in n1 n2 n3; do
	chat_server $node
done

# reset
capture_resets crash 10.0.1.0/24
chat_start crash 200 < <(client_addrs 1 40)
wait_answered 40
before=$(now_ms)
kill_node n3
check "two nodes go on" wait_active 2
sleep 3
capture_stop crash
probe_stop crash >"$tmp/crash"
took=$(resets crash | awk -v from="$before" \
	'END { printf "%.0f\n", $1 * 1000 - from }')
victims=$(grep -c ' n3$' "$tmp/crash")
note "$victims connections were with the dead node," \
	"the last one is reset $took ms after the crash"
check_le "connections were with the dead node" 5 "$victims"
check_eq "all of these are reset" "" \
	"$(awk '$6 == "n3" && $4 != "Connection-reset-by-peer"' "$tmp/crash")"
check_le "within 1.5 s of the crash" "$took" "$(limit_ms 1500 "$before")"
check_eq "all others live on" "" \
	"$(awk '$6 != "n3" && ($4 != "open" || $2 != $3)' "$tmp/crash")"

# no reset
revive_node n3
check "the node comes back" wait_active 3
set_reset 0
capture_resets silence 10.0.2.0/24
chat_start silence 200 < <(client_addrs 251 290)
wait_answered 40
kill_node n3
check "two nodes go on without resets" wait_active 2
check "orphans are dropped" busywait 10000 orphans 20
# a socket is enough for a flow to be known
ns n1 conntrack -F 2>/dev/null
sleep 1
capture_stop silence
probe_stop silence >"$tmp/silence"
check_eq "nobody is reset" "" "$(resets silence)"
check_le "connections were with the dead node" 5 \
	"$(awk '$6 == "n3" && $4 == "open" && $2 > $3' "$tmp/silence" | wc -l)"
check_eq "all others are answered" "" \
	"$(awk '$6 != "n3" && ($4 != "open" || $2 != $3)' "$tmp/silence")"

# a full table
for node in n1 n2 n3; do
	ns $node lnlbctl delif nlb0
done
revive_node n3
set_reset 1
clusters_up 2
capture_resets full 10.0.3.0/24
# so many that n1 and n2 can remember their own, beside what still says good-bye to
# the dead node, but n3 cannot remember those of both
chat_start full 200 < <(client_addrs 501 570)
wait_answered 70
cluster_up n3
set_weight n3 1
check "a node joins and takes nearly all" wait_active 3
check_le "it is told of more sessions than it can remember" 5 \
	"$(counter n3 session_overflow)"
sleep 2
capture_stop full
probe_stop full >"$tmp/full"
check_le "it gets packets of sessions it does not know" 5 \
	"$(counter n3 rx_orphan)"
check_eq "and resets none of them" "" "$(resets full)"
check_eq "all connections live on" "" \
	"$(awk '$4 != "open" || $2 != $3 || $6 == "n3"' "$tmp/full")"
