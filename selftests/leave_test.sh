#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A node that says good-bye: its clients are served again within 100 ms, the
# others notice nothing.
. "$(dirname "$0")/lib.sh"

# clients_of NODE COUNT FILE: the first COUNT of its clients in a watch report
clients_of() {
	awk -v mac="$(node_mac "${1#n}")" -v count="$2" \
		'$7 == mac && n++ < count { print $1 }' "$3"
}

lan_setup 3
add_clients 60
clusters_up 3

watch_start all 300 < <(client_addrs 1 60)
check "60 clients are served" busywait 20000 sessions_are 60 n1 n2 n3
probe_stop all >"$tmp/all"
clients_of n3 8 "$tmp/all" >"$tmp/some"
check_eq "the node that will leave has clients" 8 "$(wc -l <"$tmp/some")"
clients_of n1 1 "$tmp/all" >>"$tmp/some"
clients_of n2 1 "$tmp/all" >>"$tmp/some"

# so few that the guest can keep up: what is measured is not its slowness
watch_start some 20 <"$tmp/some"
since=$(now_ms)
check "the node leaves" ns n3 lnlbctl delif nlb0
check "two nodes go on" wait_active 2
stood_still "$since"
probe_stop some >"$tmp/leave"
note "$(grep '^#' "$tmp/some.probe")"
head -n 8 "$tmp/leave" >"$tmp/moved"
note "without service, longest: $(awk '{ print $5 }' "$tmp/moved" | sort -n |
	tail -n1) ms, pings lost: $(awk '{ n += $3 } END { print n }' \
	"$tmp/moved")"
check_eq "its clients are with another node" "" \
	"$(awk -v mac="$(node_mac 3)" '$6 > 1 || $8 == mac || $8 == "-"' "$tmp/moved")"
check_eq "and served again within 100 ms" "" "$(awk '$5 > 100' "$tmp/moved")"
check_eq "the others' clients notice nothing" "" \
	"$(tail -n 2 "$tmp/leave" | awk '$3 || $6')"
check_eq "nobody is answered twice" "" "$(awk '$4' "$tmp/leave")"

watch_start rest 300 < <(client_addrs 1 60)
check "all 60 clients are served by the two" \
	busywait 20000 sessions_are 60 n1 n2
probe_stop rest >"$tmp/rest"
check_eq "and answered" "" "$(awk '$3 || $4' "$tmp/rest")"
