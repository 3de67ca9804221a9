#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# lnlbctl resync: the sessions that stay with a node in buckets of another one
# are announced at once, by the node that is asked, and to it. No client
# notices.
. "$(dirname "$0")/lib.sh"

readonly KEPT=20

# numbers of records in the SESSIONS frames that n1 sends to n2, a line each;
# they stand behind header and address
records() {
	capture_show sessions -xx | awk '$1 == "0x0050:" { print $2 }'
}
frames() { records | wc -l; }
grown() { [ "$(frames)" -gt "$1" ]; }

# told FROM: records in the frames behind that one
told() {
	local sum=0 n

	for n in $(records | tail -n +$(($1 + 1))); do
		sum=$((sum + 16#$n))
	done
	echo $sum
}
told_all() { [ "$(told "$1")" -ge $KEPT ]; }

elsewhere() { show n2 .sessions_foreign; }
kept() { [ "$(elsewhere)" -ge $KEPT ]; }

lan_setup 2
add_clients 60
clusters_up 2
for node in n1 n2; do
	chat_server $node
done
chat_start chat 250 < <(client_addrs 1 60)
busywait 20000 sessions_are 60 n1 n2 || die "60 clients are not served"
capture_start sessions n2 eth0 "ether proto 0x8870 and ether[19] = 4 and
	ether src $(node_mac 1) and ether dst $(node_mac 2) and ether[80:2] > 0"
set_weight n1 60000
check "buckets move, sessions stay" busywait 10000 kept

# the tracker announces them twice a minute by itself: take care not to mix that
# up with what is looked for
before=$(frames)
busywait 45000 grown "$before" >/dev/null || die "sessions are not refreshed"
sleep 1
for node in n1 n2; do
	before=$(frames)
	check "$node is asked to resync" ns $node lnlbctl resync nlb0
	check "n1 announces the sessions it keeps" \
		busywait 5000 told_all "$before"
done
before=$(frames)
sleep 2
check_eq "and not again and again" "$before" "$(frames)"

check "the nodes agree" wait_active 2
check "all sessions are known" kept
probe_stop chat >"$tmp/chat"
check_eq "all connections live on" "" \
	"$(awk '$4 != "open" || $2 != $3' "$tmp/chat")"
