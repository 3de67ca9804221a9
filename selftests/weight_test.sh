#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Where a weight comes from, and that every node hears of it.
. "$(dirname "$0")/lib.sh"

n1_id=$(node_mac 1)

# seen_by_n2 SOURCE: what n1 says of itself is what n2 shows
seen_by_n2() {
	[ "$(show n2 ".nodes[] | select(.id == \"$n1_id\") |
		\"\(.weight_source) \(.weight)\"")" = "$1 $(show n1 .weight)" ]
}

# near PERCENT A B
near() { ((100 * ($2 > $3 ? $2 - $3 : $3 - $2) <= $1 * $3)); }

# weight_of_load FIELD: of /proc/loadavg; 100, and as much again a process a CPU
weight_of_load() {
	awk -v field="$1" -v cpus="$(nproc)" \
		'{ printf "%.0f\n", 100 + 100 * $field / cpus }' /proc/loadavg
}

weight_of_memory() {
	awk '/^MemAvailable:/ { printf "%.0f\n", 64 * 65535 / ($2 / 1024) }' \
		/proc/meminfo
}

lan_setup 2
cluster_up n1
# a live weight is looked at that often
ns n1 sysctl -qw net.lnlb.heartbeat_interval=1 || die "no sysctl"
cluster_up n2
check "two nodes agree" wait_active 2
check_eq "the default is the load average" loadavg "$(show n1 .weight_source)"

field=1
for mode in loadavg loadavg5 loadavg15; do
	check "mode freemem is accepted" ns n1 lnlbctl weight_mode nlb0 freemem
	check "mode $mode is accepted" ns n1 lnlbctl weight_mode nlb0 $mode
	want=$(weight_of_load $field)
	got=$(show n1 .weight)
	note "$mode: weight $got, by /proc/loadavg $want"
	check_eq "mode $mode is shown" $mode "$(show n1 .weight_source)"
	check "the weight is that of the load" near 15 "$got" "$want"
	check "the other node hears of it" busywait 5000 seen_by_n2 $mode
	field=$((field + 1))
done

ns n1 lnlbctl weight_mode nlb0 freemem
idle=$(show n1 .weight)
want=$(weight_of_memory)
note "freemem: weight $idle, by /proc/meminfo $want"
check "mode freemem: the weight is that of the memory" near 15 "$idle" "$want"
check "the other node hears of it" busywait 5000 seen_by_n2 freemem
# a third of what there is; what a disk has a copy of can be had
mkdir "$tmp/memory"
mount -t tmpfs memory "$tmp/memory" || die "no tmpfs"
head -c "$(awk '/^MemAvailable:/ { print int($2 / 3) }' /proc/meminfo)K" \
	/dev/zero >"$tmp/memory/fill"
follows() { near 15 "$(show n1 .weight)" "$(weight_of_memory)"; }
heavier() { [ "$(show n1 .weight)" -ge $((idle + idle / 5)) ] && follows; }
check "less memory is a higher weight" busywait 20000 heavier
note "with less memory $(show n1 .weight), by /proc/meminfo $(weight_of_memory)"
umount "$tmp/memory"
check "memory that is free again lowers it" busywait 20000 follows

ns n1 lnlbctl weight_mode nlb0 manual
monitor_start n2
weight_is() { [ "$(show n1 .weight)" = "$1" ]; }
check "set_weight" ns n1 lnlbctl set_weight nlb0 300
check "the weight is as set" busywait 2000 weight_is 300
check "the other node hears of it" busywait 5000 seen_by_n2 manual
check "and reports it" busywait 5000 \
	grep -q "weight node $n1_id weight 300" "$tmp/events-n2"
check "set_weight stdin" ns n1 lnlbctl set_weight nlb0 stdin \
	< <(printf '5\n65535\n7\n')
check "the last weight counts" busywait 2000 weight_is 7
check_not "a line that is no weight ends it" ns n1 lnlbctl set_weight nlb0 \
	stdin < <(printf '11\nabc\n13\n')
check "what came before it is in force" busywait 2000 weight_is 11
check "the other node hears of it" busywait 5000 seen_by_n2 manual

# one that stands by: its share is less than half a bucket
claims_are() { [ "$(show "$1" '.nodes[] | select(.self).claims')" = "$2" ]; }
set_weight n1 65535
set_weight n2 1
check "weight 65535 beside 1 has no bucket" busywait 10000 claims_are n1 0
check "the other one has all" busywait 10000 claims_are n2 4096
kill_node n2
check "once that is gone it has all" busywait 10000 claims_are n1 4096
