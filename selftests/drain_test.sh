#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A node that drains gives its buckets away and keeps its sessions until the
# last one ends; one that is suspended gives both up at once; both come back.
. "$(dirname "$0")/lib.sh"

state_of_n3() { show "$1" ".nodes[] | select(.id == \"$(node_mac 3)\") | .state"; }
no_claims() { show n3 '.nodes[0].claims == 0'; }
is_state() { [ "$(state_of_n3 n1)" = "$1" ]; }
two_claim_all() {
	show n1 '([.nodes[] | select(.state == "active") | .claims] | add) == .buckets'
}

# answered_by FILE: nodes by number of clients
answered_by() { awk '{ print $2 }' "$1" | sort | uniq -c | xargs; }

lan_setup 3
add_clients 350
clusters_up 3
for node in n1 n2 n3; do
	chat_server $node
	start_web $node
done

chat_start chat 200 < <(client_addrs 1 45)
watch_start old 200 < <(client_addrs 101 145)
check "90 clients are served" busywait 30000 sessions_are 90 n1 n2 n3
monitor_start n1
mine=$(show n3 .sessions)
check_le "a good part of them by the node that will drain" 15 "$mine"

# pings end a session soon, not after 30 s
ns n3 sysctl -qw net.netfilter.nf_conntrack_icmp_timeout=3
check "drain" ns n3 lnlbctl drain nlb0
check "its buckets go to the others" busywait 3000 no_claims
check "that have all of them" busywait 3000 two_claim_all
check_eq "it says so" draining "$(state_of_n3 n1)"
check "an event tells" busywait 3000 \
	grep -q "node_state node $(node_mac 3) state draining" "$tmp/events-n1"
visits 201 250 1 >"$tmp/new"
check_eq "50 new clients are served" 50 "$(grep -c ' n[123]$' "$tmp/new")"
check_eq "by the other two" "" "$(grep -E ' (n3|-)( |$)' "$tmp/new")"
probe_stop old >"$tmp/old"
check_eq "no ping of an old client is lost, none changes its node" "" \
	"$(awk '$3 || $4 || $6' "$tmp/old")"
check_not "it is not done while there are connections" \
	ns n3 lnlbctl drain --wait --timeout 2 nlb0
ns n3 lnlbctl drain --wait --timeout 1s nlb0 >"$tmp/wait" 2>&1
check_eq "which has an exit code of its own" 3 $?
check "a message" grep -q 'the time is over, [0-9]* sessions are left' "$tmp/wait"
check "and progress" grep -q '^[0-9]* sessions and 0 buckets are left' "$tmp/wait"

ip netns exec "$(full_ns n3)" lnlbctl drain --wait nlb0 >"$tmp/end" 2>&1 &
drain=$!
probe_stop chat >"$tmp/chat"
check_eq "45 connections lived on" 45 "$(grep -c ' open ' "$tmp/chat")"
check_eq "and every word on them was answered, by the same node" "" \
	"$(awk '$4 != "open" || $2 < 5 || $2 != $3' "$tmp/chat")"
check_le "many of them by the node that drains" 7 \
	"$(grep -c ' n3$' "$tmp/chat")"
ended() { ! kill -0 $drain 2>/dev/null; }
check "when the last session has ended the wait does" busywait 60000 ended
wait $drain
check_eq "well" 0 $?
check_eq "there is no session left" 0 "$(show n3 .sessions)"
visits 101 145 1 >"$tmp/moved"
check_eq "its clients are served by the others now" "" \
	"$(grep -E ' (n3|-)( |$)' "$tmp/moved")"

check "resume" ns n3 lnlbctl resume nlb0
check "it has its share again" wait_active 3
visits 301 350 1 >"$tmp/again"
note "50 new clients: $(answered_by "$tmp/again")"
check_le "and serves new clients" 8 "$(grep -c ' n3$' "$tmp/again")"

check_le "it has sessions" 8 "$(show n3 .sessions)"
check "suspend" ns n3 lnlbctl suspend nlb0
check "its buckets go to the others" busywait 3000 two_claim_all
check_eq "it says so" suspended "$(state_of_n3 n1)"
check_eq "its sessions are gone" 0 "$(show n3 .sessions)"
visits 301 350 1 >"$tmp/suspended"
check_eq "all its clients are served by the others" 50 \
	"$(grep -c ' n[12]$' "$tmp/suspended")"
check_eq "whose own have kept their node" "" \
	"$(join <(sort "$tmp/again") <(sort "$tmp/suspended") |
		awk '$2 != "n3" && $2 != $3')"

ip_ns n3 link set eth0 down
ip_ns n3 link set eth0 up
check "after the link was down it is suspended again" \
	busywait 10000 is_state suspended
check_not "another cluster is not there" ns n3 lnlbctl suspend nlb7
check "resume" ns n3 lnlbctl resume nlb0
check "it has its share again" wait_active 3
