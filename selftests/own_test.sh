#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The nodes as clients: of their own cluster address, and of another cluster's.
. "$(dirname "$0")/lib.sh"

other=10.0.0.20

lan_setup 4
for node in n1 n2 n3 n4; do
	start_web $node
done
cluster_up n1
cluster_up n2
wait_active 2 n1 n2 || die "n1 and n2 do not agree"
cluster_up n3 $other
cluster_up n4 $other
ADDR=$other wait_active 2 n3 n4 || die "n3 and n4 do not agree"

for node in n1 n2; do
	check_eq "$node serves itself at its own cluster's address" $node \
		"$(ns $node curl -s -m 15 "http://$VIP/id")"
	check "$node pings it" again ns $node ping -qc2 -i0.1 -W2 "$VIP"
	served=$(ns $node curl -s -m 15 "http://$other/id")
	check "$node is served by the other cluster, by $served" \
		test "$served" = n3 -o "$served" = n4
	check "$node pings the other cluster" \
		again ns $node ping -qc2 -i0.1 -W2 $other
done
served=$(ns n3 curl -s -m 15 "http://$VIP/id")
check "n3 is served by the first cluster, by $served" \
	test "$served" = n1 -o "$served" = n2

# ---- from the cluster address ----

for node in n1 n2; do
	# it has to ask for the MAC address anew, and the answer comes to the
	# cluster MAC
	ip_ns $node neigh flush to $other
	check_eq "$node has to ask where that is" "" \
		"$(ip_ns $node neigh show to $other nud reachable)"
	served=$(ns $node curl -s -m 15 --interface "$VIP" "http://$other/id")
	check "$node, from its cluster's address, is served by $served" \
		test "$served" = n3 -o "$served" = n4
	check "$node pings the other cluster from there" \
		again ns $node ping -qc2 -i0.1 -W2 -I "$VIP" $other
done
