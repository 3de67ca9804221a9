#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A node that dies without a word: its clients are served again within a
# second and learn that their connections are gone, the others notice nothing.
# When it is back it takes its share within two seconds and breaks no
# connection.
. "$(dirname "$0")/lib.sh"

median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] + 0 }'; }

lan_setup 3
add_clients 600
clusters_up 3
dead=$(node_mac 3)
for node in n1 n2 n3; do
	chat_server $node
done

chat_start orphans 500 < <(client_addrs 201 230)
watch_start crash 150 < <(client_addrs 1 300)
check "300 clients are served" busywait 20000 sessions_are 300 n1 n2 n3
kill_node n3
check "two nodes go on" wait_active 2
# those that were not served at once show here
since=$(now_ms)
sleep 1
stood_still "$since"
probe_stop crash >"$tmp/crash"
note "$(grep '^#' "$tmp/crash.probe")"
awk -v mac="$dead" '$7 == mac' "$tmp/crash" >"$tmp/victims"
awk -v mac="$dead" '$7 != mac' "$tmp/crash" >"$tmp/others"
check_le "many clients were with the dead node" 70 "$(wc -l <"$tmp/victims")"
note "without service: median $(awk '{ print $5 }' "$tmp/victims" | median) ms," \
	"longest $(awk '{ print $5 }' "$tmp/victims" | sort -n | tail -n1) ms"
check_eq "its clients are served again within 1 s" "" \
	"$(awk -v limit="$(limit_ms 1000)" \
		'$5 > limit || $6 != 1' "$tmp/victims")"
check_eq "the others' clients notice nothing" "" \
	"$(awk '$3 || $6' "$tmp/others")"
check_eq "nobody is answered twice" "" "$(awk '$4' "$tmp/crash")"

probe_stop orphans >"$tmp/orphans"
check_le "connections were with the dead node" 5 \
	"$(grep -c ' n3$' "$tmp/orphans")"
check_eq "another node resets them" "" \
	"$(awk '$6 == "n3" && $4 != "Connection-reset-by-peer"' "$tmp/orphans")"
check_eq "all others live on" "" \
	"$(awk '$6 != "n3" && ($4 != "open" || $2 != $3)' "$tmp/orphans")"

chat_start chat 250 < <(client_addrs 1 100)
watch_start return 250 < <(client_addrs 101 200)
monitor_start n3
before=$(now_ms)
revive_node n3
check "the node comes back" busywait 5000 in_order 3 n3
took=$(($(event_ms n3 ' claims [0-9]') - before))
note "has its share after $took ms"
check_le "it takes its share within 2 s" $took \
	"$(limit_ms 2000 "$before")"
check "all nodes agree" wait_active 3
watch_start new 500 < <(client_addrs 301 600)
check "300 new clients are served" busywait 20000 sessions_are 600 n1 n2 n3
probe_stop new >"$tmp/new"
probe_stop return >"$tmp/return"
probe_stop chat >"$tmp/chat"

mine=$(awk -v mac="$dead" '$7 == mac' "$tmp/new" | wc -l)
note "of 300 new clients the node that came back serves $mine"
check "its share of 300 new clients, give or take 5 points" \
	test "$mine" -ge 85 -a "$mine" -le 115
check_eq "100 connections live on" 100 "$(grep -c ' open ' "$tmp/chat")"
check_eq "and every word on them was answered, by the same node" "" \
	"$(awk '$4 != "open" || $2 < 5 || $2 != $3 || $6 == "n3"' "$tmp/chat")"
check_eq "no ping of an old client is lost, none changes its node" "" \
	"$(awk '$3 || $6' "$tmp/return")"
check_eq "nobody is answered twice" "" \
	"$(awk '$4' "$tmp/new" "$tmp/return")"
