#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A node that joins takes its share within two seconds. Neither that nor new
# weights break a connection or move a client that is there.
. "$(dirname "$0")/lib.sh"

lan_setup 3
add_clients 600
for node in n1 n2 n3; do
	start_web $node
done
clusters_up 2
for node in n1 n2; do
	chat_server $node
done

chat_start chat 250 < <(client_addrs 1 100)
watch_start old 250 < <(client_addrs 101 200)
probe_start downloads cl tcp.py pull "$VIP" 80 31457280 \
	< <(client_addrs 201 206)

monitor_start n3
cluster_up n3
check "a node joins" busywait 10000 in_order 3 n3
came=$(event_ms n3 ' cluster_new')
took=$(($(event_ms n3 ' claims [0-9]') - came))
note "has buckets after $took ms"
check_le "it has its buckets within 2 s" $took \
	"$(limit_ms 2000 "$came")"
set_weight n3 100
chat_server n3
check "all nodes agree" wait_active 3

watch_start new 500 < <(client_addrs 301 600)
new_seen() { (($(show n3 .sessions) >= 85)); }
check "it gets new clients" busywait 10000 new_seen
probe_stop new >"$tmp/new"
mine=$(awk -v mac="$(node_mac 3)" '$7 == mac' "$tmp/new" | wc -l)
note "of 300 new clients the new node serves $mine"
check "its share, give or take 5 points" \
	test "$mine" -ge 85 -a "$mine" -le 115

set_weight n1 300
set_weight n3 50
check "new weights are agreed on" wait_active 3
check_le "old clients stay, though their buckets are elsewhere" 1 \
	"$(counter n1 rx_session)"
probe_stop old >"$tmp/old"
probe_stop chat >"$tmp/chat"
check_eq "100 connections live on" 100 "$(grep -c ' open ' "$tmp/chat")"
check_eq "and every word on them was answered, by the same node" "" \
	"$(awk '$4 != "open" || $2 < 5 || $2 != $3 || $6 == "n3"' "$tmp/chat")"
note "longest wait for an answer:" \
	"$(awk '{ print $5 }' "$tmp/chat" | sort -n | tail -n1) ms"
check_eq "no ping of an old client is lost, none changes its node" "" \
	"$(awk '$3 || $6' "$tmp/old")"
check_eq "nobody is answered twice" "" "$(awk '$4' "$tmp/new" "$tmp/old")"
probe_stop downloads >"$tmp/downloads"
check_eq "6 downloads live through it all" 6 \
	"$(awk '$2 == 31457280 && $3 < $2' "$tmp/downloads" | wc -l)"
