#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Three clusters on one device: each serves, has weights of its own, and does
# not notice when another one goes.
. "$(dirname "$0")/lib.sh"

# in one chain of the module's hash, all three
addresses=(10.0.0.10 10.0.0.28 10.0.0.147)

# weights NAME N1 N2: manual weights on the two nodes
weights() {
	ns n1 lnlbctl weight_mode "$1" manual
	ns n2 lnlbctl weight_mode "$1" manual
	ns n1 lnlbctl set_weight "$1" "$2"
	ns n2 lnlbctl set_weight "$1" "$3"
}

# claims_are ADDR N1 N2: give or take a bucket
claims_are() {
	show n1 "[.nodes[].claims] | (.[0] - $2 | fabs) <= 1 and
		(.[1] - $3 | fabs) <= 1 and add == 4096" "$1"
}

# served ADDR COUNT: by which nodes COUNT clients are served
served() {
	ADDR=$1 who_serves "$2" | awk '{ print $2 }' | sort -u | paste -sd ' '
}

refused_frames() {
	show "$1" '[.stats | to_entries[] | select(.key | startswith("frame_"))
		| select(.key | IN("frame_tx", "frame_rx", "frame_overflow",
		"frame_tx_error") | not) | .value] | add' "$2"
}

lan_setup 2
add_clients 40
start_web n1
start_web n2
for address in "${addresses[@]}"; do
	for node in n1 n2; do
		cluster_up $node "$address"
	done
done
weights nlb0 100 100
weights nlb1 100 300
weights nlb2 300 100

for address in "${addresses[@]}"; do
	check "$address: two nodes share all buckets" \
		eval "ADDR=$address wait_active 2"
done
check "weights 1:1" busywait 5000 claims_are 10.0.0.10 2048 2048
check "weights 1:3" busywait 5000 claims_are 10.0.0.28 3072 1024
check "weights 3:1" busywait 5000 claims_are 10.0.0.147 1024 3072
check_eq "three names" "nlb0 nlb1 nlb2" \
	"$(ns n1 lnlbctl show -j | jq -r '.[].name' | paste -sd ' ')"
check_eq "three cluster MACs" \
	"02:00:0a:00:00:0a 02:00:0a:00:00:1c 02:00:0a:00:00:93" \
	"$(ns n1 lnlbctl show -j | jq -r '.[].mac' | paste -sd ' ')"
for address in "${addresses[@]}"; do
	check_eq "$address is served by both nodes" "n1 n2" \
		"$(served "$address" 40)"
	check_eq "$address: no frame was refused" "0 0" \
		"$(refused_frames n1 "$address") $(refused_frames n2 "$address")"
done

before=$(show n1 .digest 10.0.0.10)
check "one is taken out on one node" ns n1 lnlbctl delif nlb1
check "the other node has it alone" \
	eval "ADDR=10.0.0.28 wait_active 1 n2"
check_eq "and serves it" n2 "$(served 10.0.0.28 20)"
for address in 10.0.0.10 10.0.0.147; do
	check_eq "$address is still served by both" "n1 n2" \
		"$(served "$address" 40)"
done
check_eq "and has not noticed" "$before" "$(show n1 .digest 10.0.0.10)"
check "taken in again" ns n1 lnlbctl addif 10.0.0.28 eth0
check "two nodes share it" eval "ADDR=10.0.0.28 wait_active 2"
