# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The contestants, each set up from nothing and taken away again. Sourced by
# measure. VIP is the address, eth0 of $node the device, OTHER_MAC nobody's.
# shellcheck disable=SC2154 # of lib.sh

# shellcheck disable=SC2034 # of measure
readonly PORT=9 BURST=500 CLIENT=10.0.1.1 OTHER_MAC=02:00:00:00:00:99

own_mac() { node_mac "${node#n}"; }

# What the others do with frames for an address of their own.
address_add() { ip_ns $node addr add "$VIP/32" dev eth0; }
address_del() { ip_ns $node addr del "$VIP/32" dev eth0; }

# The stack, without anybody's help: a frame for another machine.
measure_floor() {
	contest floor 0 eth0 $OTHER_MAC "$VIP" $CLIENT
}

# The cheapest hook there can be.
measure_hook() {
	ns $node modprobe lnlb_bench
	contest hook 0 eth0 "$(own_mac)" "$VIP" $CLIENT
	modprobe -r lnlb_bench
}

# conntrack_on: without a chain that costs something
conntrack_on() {
	modprobe nf_conntrack
	ns $node nft -f - <<-EOT
		table ip unused {
			chain no_hook {
				ct state new
			}
		}
	EOT
}

nft_off() { ns $node nft flush ruleset; }

# A packet that is delivered, with conntrack on and nobody to balance.
measure_delivery() {
	address_add
	conntrack_on
	sink_start "$VIP" eth0 "$(own_mac)" $CLIENT
	contest delivery 1 eth0 "$(own_mac)" "$VIP" $CLIENT
	sink_stop
	nft_off
	address_del
}

# nft_drops NAME FAMILY HOOK...: the rule of the recipes, in that place. Of one
# node all are another's, whatever the hash.
nft_drops() {
	local name=$1 family=$2

	shift 2
	address_add
	[ "$name" != nft_conntrack ] || conntrack_on
	ns $node nft -f - <<-EOT
		table $family bench {
			chain c {
				type filter hook $*
				ip daddr $VIP jhash ip saddr mod 1 seed 0x5eed 0 drop
			}
		}
	EOT
	contest "$name" 0 eth0 "$(own_mac)" "$VIP" $CLIENT
	nft_off
	address_del
}

measure_nft_ingress() {
	nft_drops nft_ingress netdev "ingress device eth0 priority -500;"
}
measure_nft_raw() { nft_drops nft_raw ip "prerouting priority raw;"; }
measure_nft_conntrack() {
	nft_drops nft_conntrack ip "prerouting priority mangle;"
}

measure_xt_cluster() {
	address_add
	ns $node iptables-legacy -t mangle -A PREROUTING -d "$VIP" -m cluster \
		--cluster-total-nodes 1 --cluster-local-node 1 \
		--cluster-hash-seed 0x5eed -j DROP
	contest xt_cluster 0 eth0 "$(own_mac)" "$VIP" $CLIENT
	ns $node iptables-legacy -t mangle -F
	modprobe -rq xt_cluster iptable_mangle
	address_del
}

# It has no hash of an address: two nodes, by its last bit.
measure_tc() {
	address_add
	ns $node tc qdisc add dev eth0 clsact
	ns $node tc filter add dev eth0 ingress protocol ip u32 \
		match ip dst "$VIP/32" match u32 1 1 at 12 action drop
	contest tc 0 eth0 "$(own_mac)" "$VIP" $CLIENT
	ns $node tc qdisc del dev eth0 clsact
	address_del
}

# ---- ours ----

# client_of NODE [PORT]: one that this node takes, as n1 sees it
client_of() {
	local mac address

	mac=$(node_mac "${1#n}")
	for address in $(client_addrs 1 400); do
		ns n1 lnlbctl owner "$address${2:+:$2}" | grep -q "^$mac" ||
			continue
		echo "$address"
		return
	done
	die "no client of $1"
}

# Two nodes; n1 is measured.
ours_up() {
	node=n1
	[ -z "${ours:-}" ] || return 0
	ours=1
	modprobe lnlb
	clusters_up 2
	client_here=$(client_of n1)
	client_there=$(client_of n2)
}

ours_foreign() {
	contest "$1" 0 eth0 "$(cluster_mac)" "$VIP" "$client_there"
}

ours_mine() {
	sink_start "$VIP" eth0 "$(cluster_mac)" "$client_here"
	contest "$1" 1 eth0 "$(cluster_mac)" "$VIP" "$client_here"
	sink_stop
}

measure_foreign() { ours_up; ours_foreign foreign; }
measure_mine() { ours_up; ours_mine mine; }

# calm: what the nodes have to say to each other is said seldom
calm() {
	local name

	for name in n1 n2; do
		ns $name sysctl -qw net.lnlb.dead_interval_ms=60000
		ns $name sysctl -qw net.lnlb.keepalive_interval_ms=10000
	done
}

lively() {
	local name

	for name in n1 n2; do
		ns $name sysctl -qw net.lnlb.keepalive_interval_ms=100
		ns $name sysctl -qw net.lnlb.dead_interval_ms=500
	done
	wait_active 2 || die "the nodes do not agree"
}

# memory: bytes that the kernel has for itself, pages of files aside
memory() {
	awk '/^(SUnreclaim|VmallocUsed|Percpu):/ { sum += $2 }
		END { print sum * 1024 }' /proc/meminfo
}

# xdp_contest NAME PROG_ID: the program alone, on a frame of another node's client
xdp_contest() {
	local frame time i

	# shellcheck disable=SC2046,SC2183 # words
	frame=$(cluster_mac | tr -d :)525400000100$(printf '0800%s%s' \
		4500002e0000000040110000 "$(printf '%02x' \
			$(tr . ' ' <<<"$client_there") $(tr . ' ' <<<"$VIP"))")
	frame+=03e80009001a0000$(printf '00%.0s' {1..18})
	for ((i = 0; i < rounds; i++)); do
		time=$(ns n1 "$here/xdp_cost.py" "$2" "$packets" "$frame") ||
			die "$1: no verdict"
		echo "sample $1 $((time / 1000)) $packets"
	done
}

measure_xdp() {
	ours_up
	ns n1 lnlbctl xdp on nlb0 >/dev/null || die "no XDP"
	xdp_contest xdp_floor none
	xdp_contest xdp_foreign "$(ip_ns n1 -j link show dev eth0 |
		jq '.[0].xdp.prog.id')"
	ns n1 lnlbctl xdp off nlb0 || die "XDP does not go"
}

# With 63 more of them on the device.
measure_clusters() {
	local i before

	ours_up
	calm
	# the first one brings what all have
	ns n1 lnlbctl addif 10.0.200.0 eth0 >/dev/null || die "cluster 0"
	sleep 1
	before=$(memory)
	for ((i = 1; i < 63; i++)); do
		ns n1 lnlbctl addif "10.0.200.$i" eth0 >/dev/null ||
			die "cluster $i"
	done
	sleep 1
	echo "memory cluster $((($(memory) - before) / 62))"
	wait_active 2 || die "the nodes do not agree"
	ours_foreign foreign_64_clusters
	ours_mine mine_64_clusters
	for ((i = 1; i < 64; i++)); do
		ns n1 lnlbctl delif "nlb$i" || die "cluster $i does not go"
	done
	lively
}

knows() { [ "$(show n1 '.nodes | length')" -eq "$1" ]; }

# 62 nodes more, that say so and are silent for the rest of the time. What is ours
# takes the long way for as long as the crowd keeps its sessions to itself.
measure_crowd() {
	ours_up
	calm
	ns cl "$here/crowd.py" eth0 "$VIP" 62 "$(node_mac 1)" "$(node_mac 2)"
	busywait 20000 knows 64 >/dev/null || die "the crowd is not heard"
	ours_foreign foreign_64_nodes
	knows 64 || die "the crowd is gone"
	lively
}

# 30 nodes more, that are ones. One processor for all has no time for 64.
measure_nodes() {
	local i client

	ours_up
	for i in {3..32}; do
		setup_ns "n$i"
		plug "n$i" "$(node_mac "$i")" "$(node_addr "$i")/16"
	done
	for i in {1..32}; do
		ns "n$i" sysctl -qw net.lnlb.dead_interval_ms=10000 \
			net.lnlb.keepalive_interval_ms=1000
		[ "$i" -le 2 ] || ns "n$i" lnlbctl addif "$VIP" eth0 >/dev/null ||
			die "no cluster on n$i"
		set_weight "n$i" 100 || die "cannot set the weight of n$i"
	done
	WAIT_MS=120000 wait_active 32 n1 || die "32 nodes do not agree"
	client=$(client_of n1)
	sink_start "$VIP" eth0 "$(cluster_mac)" "$client"
	contest mine_32_nodes 1 eth0 "$(cluster_mac)" "$VIP" "$client"
	sink_stop
	for i in {3..32}; do
		ns "n$i" lnlbctl delif nlb0
	done
	remove_ns n{3..32}
	lively
}

# ---- two processors ----

measure_processors() {
	ours_up
	calm
	contest_both floor $OTHER_MAC $CLIENT \
		foreign "$(cluster_mac)" "$client_there"
	lively
}

# ---- many clients ----

readonly MANY_FIRST=10.48.0.1 MANY_LAST=10.48.3.232 MANY=1000
# In a row, too; of what recent.c has room for, four times as many: none is
# remembered when it comes again.
readonly MISS_LAST=10.48.32.0 MISS=8192

# many NAME MAC [COUNT LAST]: established flows of a thousand clients, none of
# which comes twice in a row. A router is where the answers go. Whoever is new
# goes on first: that has a price of its own.
many() {
	local burst=1 sink_clients=${3:-$MANY} last=${4:-$MANY_LAST}
	local packets=$((packets < sink_clients ? sink_clients : packets))

	ip_ns n1 route replace 10.48.0.0/12 via 10.0.0.100
	sink_start "$VIP" eth0 "$2" $MANY_FIRST "$last"
	contest "$1" 1 eth0 "$2" "$VIP" $MANY_FIRST "$last"
	sink_stop
	ip_ns n1 route del 10.48.0.0/12
	# so many are in the way of who comes next, in conntrack's table
	ns n1 conntrack -F 2>/dev/null || die "flows are left"
	old=()
}

# delivery_of_many NAME [COUNT LAST]
delivery_of_many() {
	local name=$1

	shift
	address_add
	conntrack_on
	many "$name" "$(own_mac)" "$@"
	nft_off
	address_del
}

measure_many() { delivery_of_many delivery_many; }
measure_strangers() { delivery_of_many delivery_miss $MISS $MISS_LAST; }

# alone, both: n1 takes all there is, and what it takes alone
alone() {
	ns n2 lnlbctl suspend nlb0 || die "n2 is not suspended"
	busywait 20000 in_order 1 n1 >/dev/null || die "n1 is not alone"
	calm
}

both() {
	ns n2 lnlbctl resume nlb0
	lively
}

# From clients beyond those that are remembered.
measure_miss() {
	ours_up
	alone
	many mine_miss "$(cluster_mac)" $MISS $MISS_LAST
	both
}

# A million sessions, without flows of theirs: conntrack has a price of its own
# for so many.
measure_sessions() {
	local burst=1 before known

	ours_up
	alone
	many mine_many "$(cluster_mac)"
	ns n1 nft -f - <<-EOT
		table ip bench {
			chain c {
				type filter hook prerouting priority raw;
				ip saddr 10.64.0.0/12 drop
			}
		}
	EOT
	before=$(memory) known=$(show n1 .sessions)
	frames 1000000 eth0 "$(cluster_mac)" "$VIP" 10.64.0.0 10.79.66.63 \
		>/dev/null
	known=$(($(show n1 .sessions) - known))
	[ "$known" -ge 1000000 ] || die "$known sessions, not a million"
	echo "memory session $((($(memory) - before) / known))"
	nft_off
	many mine_1m_sessions "$(cluster_mac)"
	burst=$BURST ours_mine mine_one_1m_sessions
	known=$(show n1 .sessions)
	[ "$known" -ge 1000000 ] || die "$known sessions are left of a million"
	both
}

# not_ours COUNT: clients in buckets that are n2's, while other sessions of these
# stay with n1
not_ours() {
	local address

	ns n1 lnlbctl sessions -j nlb0 | jq -r '.[].bucket' | sort -u \
		>"$tmp/buckets"
	for address in $(client_addrs 1001 1100); do
		ns n1 lnlbctl owner "$address"
	done | awk -v mac="$(node_mac 2)" -v count="$1" '
		NR == FNR { sessions[$1] = 1; next }
		$1 == mac && $2 == "takes" && $5 in sessions && n++ < count {
			sub(",", "", $3)
			print $3
		}' "$tmp/buckets" -
}

# passed_by COUNT: clients that stay with n1 while their buckets are n2's; n2 says
passed_by() {
	local node=n2 n=0 i before

	for i in {1..100}; do
		before=$(counter n2 rx_passed_by)
		frames 1 eth0 "$(cluster_mac)" "$VIP" "10.48.1.$i" >/dev/null
		(($(counter n2 rx_passed_by) > before)) || continue
		echo "10.48.1.$i"
		((++n < $1)) || return 0
	done
}

# contest_each NAME COUNTER CLIENT...: frames of each as many, the mean of all: in
# a hash table every client has a place of its own
contest_each() {
	local name=$1 counter=$2 time sum before i client

	shift 2
	[ $# -eq 8 ] || die "$name: 8 clients are wanted, not $#"
	for ((i = 0; i <= rounds; i++)); do
		sum=0 before=$(counter $node "$counter")
		for client in "$@"; do
			time=$(frames $((packets / 8)) eth0 "$(cluster_mac)" \
				"$VIP" "$client")
			sum=$((sum + time))
		done
		(($(counter $node "$counter") - before >= packets / 8 * 8)) ||
			die "$name: not all of $packets count as $counter"
		[ $i -eq 0 ] || echo "sample $name $sum $((packets / 8 * 8))"
	done
}

# Not ours, in buckets that have changed hands and whose sessions have not; of a
# client whose session nobody has, and of one whose session stays elsewhere. Wants
# the sessions of measure_miss.
measure_moved() {
	ours_up
	calm
	# shellcheck disable=SC2046 # words
	contest_each foreign_moved rx_foreign $(not_ours 8)
	node=n2
	# shellcheck disable=SC2046
	contest_each foreign_passed_by rx_passed_by $(passed_by 8)
	node=n1
	lively
}

# With a rule in place of a command; by the port as well, which is another cluster.
# These are the last ones. pktgen sends from port 9.
measure_rule() {
	ours_up
	by_rule 2
	client_here=$(client_of n1) client_there=$(client_of n2)
	ours_foreign foreign_rule
	ours_mine mine_rule
	ns n1 nft flush ruleset
	ns n2 nft flush ruleset
}

measure_connection() {
	ours_up
	by_connection 2
	client_here=$(client_of n1 9) client_there=$(client_of n2 9)
	ours_foreign foreign_connection
	ours_mine mine_connection
}
