# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Contestants that have nothing to do with it: a packet that comes by a device
# without a cluster, in the namespace of one and in another. Sourced by measure.
# shellcheck disable=SC2154,SC2034 # of lib.sh, of measure

# bystander NAME WHO: a packet to another address, by a device that has no hook. Who
# has conntrack on there: itself, cluster, nobody.
bystander() {
	local name=$1 who=$2

	ip_ns $node link add by0 type dummy
	ip_ns $node link set by0 address 52:54:00:00:03:01 up
	ip_ns $node addr add 10.1.0.1/16 dev by0
	[ "$who" != itself ] || conntrack_on
	# of its flow nothing is left from the last time, perhaps; or there is none
	old=()
	[ "$who" != nobody ] || old[$node 10.1.0.1 10.1.0.2]=1
	sink_start 10.1.0.1 by0 52:54:00:00:03:01 10.1.0.2
	contest "$name" 1 by0 52:54:00:00:03:01 10.1.0.1 10.1.0.2
	sink_stop
	[ "$who" != itself ] || nft_off
	ip_ns $node link del by0
}

# elsewhere NAME WHO: in a namespace that has no other use
elsewhere() {
	[[ " ${namespaces[*]} " == *" other "* ]] || setup_ns other
	node=other
	bystander "$@"
	node=n1
}

# bystanders NAME: here and there, with conntrack on for reasons of their own
bystanders() {
	bystander "bystander_$1" itself
	elsewhere "other_$1" itself
}

# The first hook of a kind, anybody's, makes the kernel look for one at each device,
# or in each namespace: what ours costs is the difference to that. The guest has such
# hooks itself, which one processor does without.
measure_bystander() {
	local family

	[ -z "${ours:-}" ] || die "bystander is first measured without ours"
	# the kernel's own search for an address is to be the same
	address_add
	for family in ip arp netdev; do
		nft list table $family pin >>"$tmp/pin" || die "it has none"
		nft delete table $family pin
	done
	bystander beside_none nobody
	elsewhere apart_none nobody
	bystanders none
	nft -f "$tmp/pin"
	ns $node modprobe lnlb_bench
	bystanders hook
	conntrack_on
	elsewhere apart_hook nobody
	nft_off
	modprobe -r lnlb_bench
	address_del
}

# The nodes' own work goes on beside it: seldom, for a while. Nobody but the cluster
# has conntrack on at first.
measure_bystander_ours() {
	ours_up
	calm
	bystander beside_ours cluster
	elsewhere apart_ours nobody
	bystanders ours
	lively
}
