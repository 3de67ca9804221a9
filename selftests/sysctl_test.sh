#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# net.lnlb.*: ranges, what does not go together, and a set for each namespace.
. "$(dirname "$0")/lib.sh"

get() { ns "$1" sysctl -n "net.lnlb.$2"; }
all() {
	ns "$1" sysctl -n net.lnlb.heartbeat_interval \
		net.lnlb.keepalive_interval_ms net.lnlb.dead_interval_ms \
		net.lnlb.orphan_reset |
		paste -sd ' '
}
set_to() { ns "$1" sysctl -qw "net.lnlb.$2=$3"; }

# refused NAME VALUE: and the value stays
refused() {
	local was

	was=$(get n1 "$1")
	check_not "$1 = \"$2\" is refused" set_to n1 "$1" "$2"
	check_eq "$1 keeps its value" "$was" "$(get n1 "$1")"
}

lan_setup 2
modprobe lnlb || die "no module"
check_eq "defaults" "7 100 500 1" "$(all n1)"

for value in 0 -1 3601 4294967297 abc; do
	refused heartbeat_interval "$value"
done
for value in 0 9 10001 -100 abc; do
	refused keepalive_interval_ms "$value"
done
for value in 0 29 60001 -500 abc; do
	refused dead_interval_ms "$value"
done
for value in 2 -1 4294967296 yes; do
	refused orphan_reset "$value"
done
# a node is dead when three keepalives in a row are missed, at the earliest
refused dead_interval_ms 299
refused keepalive_interval_ms 167

for pair in heartbeat_interval=1 heartbeat_interval=3600 \
	dead_interval_ms=300 keepalive_interval_ms=10 dead_interval_ms=30 \
	dead_interval_ms=60000 keepalive_interval_ms=10000 \
	orphan_reset=0 orphan_reset=1 orphan_reset=0; do
	check "$pair is allowed" set_to n1 "${pair%=*}" "${pair#*=}"
	check_eq "$pair is set" "${pair#*=}" "$(get n1 "${pair%=*}")"
done
check_eq "another namespace keeps its values" "7 100 500 1" "$(all n2)"
setup_ns n3
check_eq "a new namespace starts from the defaults" "7 100 500 1" "$(all n3)"
check_not "nobody without privilege may write" ns n1 setpriv --reuid 1 \
	--clear-groups sysctl -qw net.lnlb.heartbeat_interval=5

# the values are in force: frames come at the new pace
for node in n1 n2; do
	set_to $node keepalive_interval_ms 100
	set_to $node dead_interval_ms 500
	cluster_up $node
done
wait_active 2 || die "two nodes do not share the buckets"
tx() { show n1 .stats.frame_tx; }
grown() { (($(tx) >= from + $1)); }
for node in n1 n2; do
	set_to $node keepalive_interval_ms 20
done
from=$(tx)
check "60 frames in 2.5 s at 20 ms" busywait 2500 grown 60
check "nobody died of it" busywait 100 in_order 2 n1
