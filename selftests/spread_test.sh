#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Clients are spread over the nodes as the weights say, each keeps its node,
# and exactly one node answers each of them.
. "$(dirname "$0")/lib.sh"

# shares_off FILE PERCENT...: largest distance of n1, n2 … from those, in tenths
# of a point, of the clients in "ADDRESS NODE" lines
shares_off() {
	local file=$1

	shift
	sort -u "$file" | awk -v want="$*" '
		{ count[$2]++ }
		END {
			n = split(want, percent)
			for (i = 1; i <= n; i++) {
				d = count["n" i] * 1000 / NR - percent[i] * 10
				if (d < 0)
					d = -d
				if (d > worst)
					worst = d
			}
			printf "%.0f\n", worst
		}'
}

note_shares() {
	note "$1: $(sort -u "$2" | awk '{ print $2 }' | sort | uniq -c |
		awk '{ printf "%s %s  ", $2, $1 }')clients"
}

# clients that were served by more than one node, or by none
restless() {
	sort -u "$1" | awk '{ n[$1]++ } $2 == "-" { n[$1]++ }
		END { for (a in n) if (n[a] > 1) print a }'
}

lan_setup 3
add_clients 600
patient_tcp cl n1 n2 n3
for node in n1 n2 n3; do
	start_web $node
done
clusters_up 3

capture_start answers cl eth0 "src host $VIP and
	tcp[tcpflags] & (tcp-syn | tcp-fin | tcp-rst) != 0"
visits 1 300 6 >"$tmp/equal"
capture_stop answers

note_shares "equal weights" "$tmp/equal"
check_eq "300 clients get answers on 6 connections each" 1800 \
	"$(grep -c ' n[123]$' "$tmp/equal")"
check_le "equal weights: each node is within 5 points of its share" \
	"$(shares_off "$tmp/equal" 33.3 33.3 33.3)" 50
check_eq "each client keeps its node" "" "$(restless "$tmp/equal")"

check_eq "no node sends a RST" "" "$(refusals answers)"
# a port and a node; the same node may say it again
capture_show answers 'tcp[tcpflags] & tcp-syn != 0' |
	awk '{ print $12, $2 }' | sort -u >"$tmp/syn-acks"
check_eq "a SYN-ACK for each connection, by one node" "1800 1800" \
	"$(wc -l <"$tmp/syn-acks") $(cut -d' ' -f1 "$tmp/syn-acks" | sort -u |
		wc -l)"
check_eq "all nodes answer" 3 \
	"$(cut -d' ' -f2 "$tmp/syn-acks" | sort -u | wc -l)"

for node in n1 n2 n3; do
	check_eq "$node reaches the address itself" $node \
		"$(ns $node curl -s -m 15 "http://$VIP/id")"
done

set_weight n1 1
set_weight n2 2
set_weight n3 4
check "the nodes agree on weights 1:2:4" wait_active 3
visits 301 600 1 >"$tmp/weighted"
note_shares "weights 1:2:4" "$tmp/weighted"
check_le "weights 1:2:4: each node is within 5 points of its share" \
	"$(shares_off "$tmp/weighted" 57.1 28.6 14.3)" 50
visits 1 300 1 >>"$tmp/equal"
check_eq "clients that came before the new weights keep their node" "" \
	"$(restless "$tmp/equal")"
claims_are() {
	local claims

	claims=$(show n1 '[.nodes[].claims | tostring] | join(" ")')
	echo "$claims"
	[ "$claims" = "$1" ]
}
check "buckets as the weights say" busywait 5000 claims_are "2341 1170 585"
