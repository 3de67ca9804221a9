#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Packets that are another node's leave nothing behind, and what comes with
# another MAC than the cluster's is dropped.
. "$(dirname "$0")/lib.sh"

entries() { ns "$1" cat /proc/sys/net/netfilter/nf_conntrack_count; }
grew_by() { (($(counter n1 "$1") - $2 >= $3)); }

lan_setup 3
add_clients 60
clusters_up 3
mac=$(cluster_mac)

watch_start who 200 < <(client_addrs 1 60)
check "60 clients are served" busywait 10000 sessions_are 60 n1 n2 n3
probe_stop who >"$tmp/who"
awk -v mac="$(node_mac 1)" '$7 == mac { print $1 }' "$tmp/who" >"$tmp/mine"
awk -v mac="$(node_mac 1)" '$7 != mac { print $1 }' "$tmp/who" >"$tmp/foreign"
note "$(wc -l <"$tmp/mine") clients of n1, $(wc -l <"$tmp/foreign") of others"

# ---- another node's packets ----

for node in n1 n2 n3; do
	ns $node conntrack -F >/dev/null 2>&1
done
before=$(entries n1)
foreign=$(counter n1 rx_foreign)
sessions=$(show n1 .sessions)
probe cl probe.py spray "$VIP" "$mac" 10000 <"$tmp/foreign"
check "10,000 packets of other nodes' clients arrive" \
	busywait 20000 grew_by rx_foreign "$foreign" 10000
check_eq "they leave no conntrack entry" "$before" "$(entries n1)"
check_eq "and no session" "$sessions" "$(show n1 .sessions)"
check_le "the other nodes have entries of them" 2500 \
	$(($(entries n2) + $(entries n3)))
probe cl probe.py spray "$VIP" "$mac" 400 <"$tmp/mine"
has_entries() { (($(entries n1) >= 100)); }
check "packets of its own clients leave entries" busywait 10000 has_entries

# ---- another MAC ----

client=$(head -n1 "$tmp/mine")
ns cl ip neigh replace "$VIP" lladdr "$(node_mac 1)" nud permanent dev eth0
ns n1 conntrack -F >/dev/null 2>&1
before=$(entries n1)
wrong=$(counter n1 rx_wrong_mac)
check_not "a packet to the node's own MAC is not answered" \
	ns cl ping -qc5 -i0.1 -W1 -I "$client" "$VIP"
check_eq "it is counted" 5 $(($(counter n1 rx_wrong_mac) - wrong))
check_eq "it leaves no conntrack entry" "$before" "$(entries n1)"
ns cl ip neigh del "$VIP" dev eth0
check "with the cluster MAC it is" \
	again ns cl ping -qc5 -i0.1 -W2 -I "$client" "$VIP"
check_eq "and not counted" 5 $(($(counter n1 rx_wrong_mac) - wrong))
