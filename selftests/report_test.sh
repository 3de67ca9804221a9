#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Each node knows how much the others do.

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"

# said_of NODE OF: what NODE shows of the node with the number OF
said_of() {
	show "n$1" ".nodes[] | select(.id == \"$(node_mac "$2")\") |
		\"\(.sessions) \(.taken) \(.passed)\""
}

# true_of I: the same by that node's own counters
true_of() {
	show "n$1" '"\(.sessions) \(.stats.rx_mine + .stats.rx_session) \(
		.stats.rx_foreign + .stats.rx_passed_by)"'
}

agree() { [ "$(said_of "$1" "$2")" = "$(true_of "$2")" ]; }

lan_setup 3
clusters_up 3
for i in 1 2 3; do
	start_web "n$i"
done
add_clients 60
visits 1 60 1 >"$tmp/visits"
check_eq "60 clients are served" 60 "$(grep -c ' n[123]$' "$tmp/visits")"
for of in 1 2 3; do
	check_not "n$of has something to say" \
		test "$(true_of $of)" = "0 0 0"
	for at in 1 2 3; do
		check "n$at knows how much n$of does" \
			busywait 5000 agree $at $of
	done
done
check "sessions of all nodes add up" test "$(show n1 \
	'[.nodes[].sessions] | add')" -ge 60

# by the clock of the node itself, so that rates do not depend on ours
clock=$(show n1 '.nodes[1].clock_ms')
moves() { [ "$(show n1 '.nodes[1].clock_ms')" -gt "$clock" ]; }
check "what is known is not old" busywait 3000 moves
