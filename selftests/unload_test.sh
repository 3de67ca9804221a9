#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The modules are removed under traffic, with live clusters, 50 times. What nft
# rules use cannot be removed before them.
. "$(dirname "$0")/lib.sh"

gone() {
	[ ! -d /sys/module/nf_lnlb ] && [ ! -d /sys/module/nf_lnlb_conntrack ]
}

# Copies of the modules, because the guest is slow to read the real ones.
load() {
	insmod "$tmp/nf_lnlb.ko" && insmod "$tmp/nf_lnlb_conntrack.ko"
}

# clusters_on NODE...
clusters_on() {
	local node

	for node in "$@"; do
		ns "$node" lnlbctl addif "$VIP" eth0 >/dev/null || return
	done
}

refused() { ! rmmod "$1" 2>"$tmp/rmmod" && grep -q 'in use' "$tmp/rmmod"; }

lan_setup 2
add_clients 20
modprobe -a nf_conntrack nf_tables
for module in nf_lnlb nf_lnlb_conntrack; do
	file=$(modinfo -n $module)
	cp "$file" "$tmp/" || die "no module $module"
	# dkms leaves them so where the distribution's are
	[ "$file" = "${file%.xz}" ] || xz -d "$tmp/${file##*/}"
done
check "the modules" load
check "two clusters" clusters_on n1 n2
wait_active 2 || die "two nodes do not share the buckets"
watch_start traffic 100 < <(client_addrs 1 20)
capture_start leave cl eth0 'ether proto 0x8870 and ether[19] = 3'
took=$(now_ms)
bad=
for i in {1..50}; do
	# most rounds with short grace periods, or they would take too long
	echo $((i % 10 != 1)) >/sys/kernel/rcu_expedited
	((i % 10)) || wait_active 2 || bad+=" not active in round $i;"
	nodes=(n1)
	((i % 5 != 4)) || nodes+=(n2)
	rmmod nf_lnlb_conntrack || bad+=" tracker in round $i;"
	rmmod nf_lnlb || bad+=" module in round $i;"
	gone || bad+=" not gone in round $i;"
	{ load && clusters_on "${nodes[@]}"; } || bad+=" addif in round $i;"
done
echo 0 >/sys/kernel/rcu_expedited
check_eq "50 times unloaded and loaded with live clusters" "" "$bad"
note "50 times in $(($(now_ms) - took)) ms"
clusters_on n2
check "two nodes share all buckets in the end" wait_active 2
capture_stop leave
check_le "each time the nodes said good-bye" 50 "$(capture_count leave)"

# the tracker alone comes and goes while the cluster serves
bad=
for i in {1..10}; do
	rmmod nf_lnlb_conntrack || bad+=" rmmod in round $i;"
	insmod "$tmp/nf_lnlb_conntrack.ko" || bad+=" insmod in round $i;"
done
check_eq "the tracker alone, 10 times" "" "$bad"
check "the cluster has it again" show n1 '.tracker == "conntrack"'
probe_stop traffic >"$tmp/traffic"
check "there was traffic" test \
	"$(awk '{ n += $2 } END { print n + 0 }' "$tmp/traffic")" -gt 1000

ns n1 lnlbctl delif nlb0
ns n2 lnlbctl delif nlb0
bad=
for i in {1..5}; do
	ns n1 nft-lnlb -f - <<-EOT || bad+=" rule in round $i;"
		table ip lnlb {
			chain c {
				type filter hook prerouting priority -350;
				lnlb cluster $VIP dev eth0
			}
		}
	EOT
	refused nft_lnlb || bad+=" nft_lnlb went in round $i;"
	refused nf_lnlb || bad+=" nf_lnlb went in round $i;"
	ns n1 nft delete table ip lnlb
	busywait 5000 rmmod nft_lnlb || bad+=" nft_lnlb stayed in round $i;"
	busywait 5000 rmmod nf_lnlb_conntrack || bad+=" tracker in round $i;"
	busywait 5000 rmmod nf_lnlb || bad+=" nf_lnlb stayed in round $i;"
done
check_eq "rules keep the modules, 5 times" "" "$bad"
