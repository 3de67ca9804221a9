#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Four nodes, the cable between two switches is cut in the middle: each half
# serves the clients that it sees. When the cable is mended nobody is served
# twice for longer than one exchange takes, and the address is announced anew.
#
#	cl, n1, n2 ── br0 ──── br1 ── n3, n4
. "$(dirname "$0")/lib.sh"

announced() { [ "$(capture_count arp)" -gt 0 ]; }

two_and_two() { wait_active 2 n1 n2 && wait_active 2 n3 n4; }

lan_setup 4
add_clients 150
ip_ns sw -batch - <<-EOT || die "no second bridge"
	link add br1 up type bridge stp_state 0 mcast_snooping 0
	link add up0 type veth peer name up1
	link set up0 master br0 up
	link set up1 master br1 up
	link set n3 master br1
	link set n4 master br1
EOT
clusters_up 4
for node in n1 n2 n3 n4; do
	start_web $node
done
visits 1 50 1 >"$tmp/one"
check_eq "four nodes serve" 4 "$(awk '$2 != "-" { print $2 }' "$tmp/one" | sort -u | wc -l)"

ip_ns sw link set up0 down
check "each half goes on" two_and_two
visits 51 100 1 >"$tmp/half"
check_eq "the clients are served by the half that they see" 50 \
	"$(grep -c ' n[12]$' "$tmp/half")"

watch_start heal 100 < <(client_addrs 101 150)
capture_start arp cl eth0 \
	'arp[6:2] = 1 and arp[14:4] = arp[24:4] and arp[14:4] = 0x0a00000a'
monitor_start n1
monitor_start n3
before=$(now_ms)
ip_ns sw link set up0 up
check "after it is mended all four agree" wait_active 4
for node in n1 n3; do
	took=$(($(event_ms $node ' claims [0-9]') - before))
	note "$node has its share after $took ms"
	check_le "$node: within a second" $took \
		"$(limit_ms 1000 "$before")"
done
check "the address is announced anew" busywait 3000 announced
visits 1 150 1 >"$tmp/all"
check_eq "all clients are served" 150 "$(grep -c ' n[1-4]$' "$tmp/all")"
probe_stop heal >"$tmp/heal"
capture_stop arp
check_eq "by four nodes" 4 "$(awk '{ print $2 }' "$tmp/all" | sort -u | wc -l)"
note "$(capture_count arp) announcements"
check_eq "with the cluster MAC" 0 "$(capture_count arp \
	'arp[8:4] != 0x02000a00 or arp[12:2] != 0x000a')"
note "answered twice: $(awk '{ n += $4 } END { print n + 0 }' "$tmp/heal") of" \
	"$(awk '{ n += $2 } END { print n + 0 }' "$tmp/heal") pings"
