#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The guest and the network that the other tests stand on.
. "$(dirname "$0")/lib.sh"

lan_setup 3
add_clients 300

for node in n1 n2 n3; do
	check "client reaches $node" ns cl ping -qc1 -W3 "$(node_addr "${node#n}")"
	check "outside reaches $node" ns out ping -qc1 -W3 "$(node_addr "${node#n}")"
done
check "nodes reach the last of 300 clients" \
	ns n1 ping -qc1 -W3 "$(client_addr 300)"

start_web n1
check_eq "nginx tells its name" n1 "$(ADDR=10.0.0.1 web_id)"
check_eq "300 clients are served" "300 n1" \
	"$(ADDR=10.0.0.1 who_serves 300 | awk '{ print $2 }' |
		sort | uniq -c | awk '{ print $1, $2 }')"

start_udp_echo n2 10.0.0.2
check_eq "udp echo answers" hello "$(ask_udp cl 10.0.0.2:7 hello)"

capture_start wire cl eth0 arp or icmp
ns cl ping -qc3 -i0.2 10.0.0.3 >/dev/null
capture_stop wire
check_eq "a capture sees every packet" 6 "$(capture_count wire icmp)"

kill_node n3
check_not "a cut cable is noticed" ns cl ping -qc1 -W1 10.0.0.3
revive_node n3
check "and mended" busywait 5000 ns cl ping -qc1 -W1 10.0.0.3
mute_node n3
check_not "a muted port is noticed" ns cl ping -qc1 -W1 10.0.0.3
