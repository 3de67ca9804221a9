#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A ruleset that is taken down and set up again in one transaction: the node
# stays in the cluster, says no good-bye, and no packet is lost.
. "$(dirname "$0")/lib.sh"

# ruleset WEIGHT: as it is in a file that people reload
ruleset() {
	cat <<-EOT
		table ip lnlb {
			chain prerouting {
				type filter hook prerouting priority -350;
				lnlb cluster $VIP dev eth0 weight $1
			}
		}
	EOT
}

# reload COMMAND WEIGHT: on n1, as one transaction
reload() { { echo "$1"; ruleset "$2"; } | ns n1 nft-lnlb -f -; }

# reloads COMMAND WEIGHT...: one after the other, each several times
reloads() {
	local weight

	for weight in "${@:2}"; do
		reload "$1" "$weight" || return
	done
}

weight_is() { show n2 ".nodes | any(.weight == $1)"; }

require nft-lnlb
lan_setup 2
add_clients 60
for node in n1 n2; do
	ip_ns $node addr add "$VIP/32" dev eth0
	patient $node
	ruleset 100 | ns $node nft-lnlb -f - || die "no ruleset on $node"
	cluster_nodes+=("$node")
done
wait_active 2 || die "two nodes do not share the buckets"
watch_start old 150 < <(client_addrs 1 30)
check "30 clients are served" busywait 20000 sessions_are 30 n1 n2
capture_start leave cl eth0 'ether proto 0x8870 and ether[19] = 3'
digest=$(show n1 .digest)

for first in "flush table ip lnlb" "flush ruleset" "delete table ip lnlb" \
	"flush chain ip lnlb prerouting"; do
	check "\"$first\" and the same again, 10 times" \
		reloads "$first" 100 100 100 100 100 100 100 100 100 100
	check_eq "\"$first\": the cluster has not noticed" "$digest" \
		"$(show n1 .digest)"
done

watch_start new 300 < <(client_addrs 31 60)
check "30 more are served" busywait 20000 sessions_are 60 n1 n2
check "with other weights, 10 times" \
	reloads "flush ruleset" 200 100 300 100 50 100 400 100 200 300
check "the new weight is in force" busywait 3000 weight_is 300
check "two nodes share all buckets" wait_active 2
probe_stop new >"$tmp/new"
probe_stop old >"$tmp/old"
capture_stop leave
check_eq "no LEAVE was sent" "" "$(capture_show leave)"
note "pings: $(awk '{ n += $2 } END { print n }' "$tmp/old" "$tmp/new")"
check_eq "no packet is lost, none is answered twice" "" \
	"$(awk '$3 || $4' "$tmp/old" "$tmp/new")"
check_eq "every client keeps its node" "" "$(awk '$6' "$tmp/old" "$tmp/new")"

capture_start bye cl eth0 'ether proto 0x8870 and ether[19] = 3'
check "without the rule" ns n1 nft delete table ip lnlb
check "the other node has all buckets" wait_active 1 n2
capture_stop bye
check_le "a LEAVE is what says so" 1 "$(capture_count bye)"
