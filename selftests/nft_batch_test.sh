#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Transactions that are only checked, and such that fail: they neither start
# nor stop a cluster, nor change it.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/reports.sh"

nft_lnlb() { ns n1 nft-lnlb "$@"; }

# a rule that only the kernel knows to be wrong
readonly BAD="add rule ip lnlb out lnlb cluster 10.0.0.30"
readonly NEW="add rule ip lnlb pre lnlb cluster 10.0.0.20 dev eth0"

look() {
	config n1
	show n1 .digest
	nft_lnlb list ruleset
}
settled() { [ "$(look)" = "$before" ]; }

# checked WHAT COMMANDS, failed_batch WHAT COMMANDS: the latter with a mistake
checked() {
	check "$1, checked only" nft_lnlb -c "$2"
	check "$1, checked only: nothing has changed" busywait 2000 settled
}
failed_batch() {
	check_not "$1, in a batch that fails" nft_lnlb "$2"
	check "$1, in a batch that fails: nothing has changed" \
		busywait 2000 settled
}

require nft-lnlb
lan_setup 2
for node in n1 n2; do
	patient $node
	ip_ns $node addr add "$VIP/32" dev eth0
	ns $node nft-lnlb -f - <<-EOT || die "no ruleset"
		table ip lnlb {
			chain pre {
				type filter hook prerouting priority -350;
				lnlb cluster $VIP dev eth0 weight 100
			}
			chain out {
				type filter hook output priority -350;
			}
		}
	EOT
	cluster_nodes+=("$node")
done
wait_active 2 || die "two nodes do not share the buckets"
before=$(look)
ns n1 lnlbctl monitor -j >"$tmp/events" 2>/dev/null &
monitor=$!
# any frame of another cluster, and every good-bye
capture_start frames cl eth0 'ether proto 0x8870 and
	(ether[19] = 3 or ether[62:4] = 0x0a000014)'
check "traffic is served" again ns cl ping -qc1 -W2 "$VIP"

checked "a new cluster" "$NEW"
checked "the end of the cluster" "flush chain ip lnlb pre"
checked "the end of everything" "flush ruleset"
checked "another weight" "flush chain ip lnlb pre
	add rule ip lnlb pre lnlb cluster $VIP dev eth0 weight 7"
failed_batch "a new cluster" "$NEW
	$BAD"
failed_batch "a new cluster behind the mistake" "$BAD
	$NEW"
failed_batch "the end of the cluster" "flush chain ip lnlb pre
	$BAD"
failed_batch "a reload" "flush chain ip lnlb pre
	add rule ip lnlb pre lnlb cluster $VIP dev eth0 weight 100
	$BAD"
failed_batch "another weight" "flush chain ip lnlb pre
	add rule ip lnlb pre lnlb cluster $VIP dev eth0 weight 7
	$BAD"
failed_batch "another rule for the same cluster" \
	"add rule ip lnlb pre lnlb cluster $VIP
	$BAD"
failed_batch "one that contradicts" \
	"add rule ip lnlb pre lnlb cluster $VIP weight 7"
failed_batch "a chain with a new cluster" "add chain ip lnlb more {
		type filter hook prerouting priority -340; }
	add rule ip lnlb more lnlb cluster 10.0.0.20 dev eth0
	$BAD"

# who asks all the time sees nothing of them
while [ ! -e "$tmp/enough" ]; do ns n1 lnlbctl show -j; done >"$tmp/shown" 2>&1 &
asking=$!
bad=
for i in {1..20}; do
	nft_lnlb -c "$NEW" || bad+=" $i"
done
touch "$tmp/enough"
wait $asking
check_eq "20 checks in a row" "" "$bad"
check "nothing is left of them" busywait 2000 settled
check_le "who asked all the time had answers" 5 "$(jq -c . "$tmp/shown" | wc -l)"
check_eq "the cluster was shown each time, and no other" '["10.0.0.10"]' \
	"$(jq -c 'map(.address)' "$tmp/shown" | sort -u)"

capture_stop frames
kill $monitor
check_eq "no good-bye and no word of the new cluster on the wire" "" \
	"$(capture_show frames)"
check_eq "nothing was told to have been made or taken out" "" \
	"$(jq -c 'select(.event | IN("cluster_new", "cluster_del",
		"unbound", "bound"))' "$tmp/events")"
check "the address answers" again ns cl ping -qc3 -i0.2 -W2 "$VIP"
check "what was checked can be done" nft_lnlb "$NEW"
check "and makes a cluster" eval "ADDR=10.0.0.20 wait_active 1 n1"
