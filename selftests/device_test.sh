#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The device of a live cluster goes down, gets another name or MAC address,
# moves to another namespace or is deleted, under traffic: the other node takes
# over, and the cluster resumes when the device is back.
. "$(dirname "$0")/lib.sh"

state_is() { show "$1" ".state == \"$2\""; }
bound_to() { show n1 ".device == \"$1\" and .ifindex != null"; }
unbound() { show n1 '.state == "waiting" and .ifindex == null'; }
knows() { show n2 ".nodes | any(.id == \"$1\" and .state == \"active\")"; }

served() { ! who_serves 30 | grep ' -$'; }

# resumed WHAT: both nodes share the buckets again and all clients are served
resumed() {
	check "$1: two nodes share all buckets" wait_active 2
	check "$1: all clients are served" busywait 5000 served
}

# gone WHAT: the other node serves all
gone() {
	check "$1: the other node has all buckets" busywait 5000 in_order 1 n2
	check "$1: all clients are served" busywait 5000 served
}

# what goes from a device with its namespace, or with itself
addresses() {
	ip_ns n1 addr add 10.0.0.1/16 dev eth0
	ip_ns n1 addr add "$VIP/32" dev eth0
}

# in time: where a reference is held it takes 10 s for the kernel to say so
in_time() { timeout 8 "$@"; }

lan_setup 2
add_clients 60
setup_ns n9
for node in n1 n2; do
	start_web $node
	cluster_up $node
done
wait_active 2 || die "two nodes do not share the buckets"
watch_start traffic 100 < <(client_addrs 31 60)

ip_ns n1 link set eth0 down
check "down: the cluster waits" busywait 3000 state_is n1 waiting
gone "down"
ip_ns n1 link set eth0 up
resumed "up"

ip_ns n1 link set eth0 down
ip_ns n1 link set eth0 name lan0
ip_ns n1 link set lan0 up
resumed "renamed"
check "renamed: the cluster shows the new name" bound_to lan0
ip_ns n1 link set lan0 down
ip_ns n1 link set lan0 name eth0
ip_ns n1 link set eth0 up
resumed "renamed back"
check "renamed back: the cluster shows that name" bound_to eth0

ip_ns n1 link set eth0 address 52:54:00:00:00:77
check "another MAC address: another node" \
	busywait 5000 knows 52:54:00:00:00:77
resumed "another MAC address"
check_eq "another MAC address: the old node is gone" 2 \
	"$(show n2 '.nodes | length')"
ip_ns n1 link set eth0 address "$(node_mac 1)"
check "the first MAC address again" busywait 5000 knows "$(node_mac 1)"
resumed "the first MAC address again"

digest=$(show n1 .digest)
ip_ns n1 link set eth0 mtu 1400
ip_ns n1 link set eth0 mtu 1500
check_eq "another MTU: nothing happens" "$digest" "$(show n1 .digest)"

check "moved to another namespace" \
	in_time ip -n "$(full_ns n1)" link set eth0 netns "$(full_ns n9)"
check "moved: the cluster waits" busywait 3000 unbound
gone "moved"
ip_ns n9 link set eth0 up
check "moved: no cluster where it is now" test \
	"$(ns n9 lnlbctl show -j | jq length)" = 0
check "moved back" \
	in_time ip -n "$(full_ns n9)" link set eth0 netns "$(full_ns n1)"
addresses
ip_ns n1 link set eth0 up
resumed "moved back"

check "deleted" in_time ip -n "$(full_ns n1)" link del eth0
check "deleted: the cluster waits" busywait 3000 unbound
gone "deleted"
plug n1 "$(node_mac 1)" "$(node_addr 1)/16"
ip_ns n1 addr add "$VIP/32" dev eth0
resumed "made anew"

took=$(now_ms)
for i in {1..12}; do
	in_time ip -n "$(full_ns n1)" link del eth0 ||
		result 1 "deletion $i" "not in time"
	plug n1 "$(node_mac 1)"
	((i % 3)) || busywait 3000 bound_to eth0 >/dev/null ||
		result 1 "deletion $i" "not bound again"
done
note "12 times deleted and made anew in $(($(now_ms) - took)) ms"
addresses
resumed "deleted and made anew, 12 times"

probe_stop traffic >"$tmp/traffic"
check_eq "nobody was answered twice" "" "$(awk '$4' "$tmp/traffic")"
check "there was traffic" test "$(awk '{ n += $2 - $3 } END { print n + 0 }' \
	"$tmp/traffic")" -gt 500
ip_ns n1 link set eth0 down
ns n1 lnlbctl delif nlb0
check "the device goes without the cluster" \
	in_time ip -n "$(full_ns n1)" link del eth0
