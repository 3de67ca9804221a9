#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Settings of ARP and of the reverse path, more addresses, the cluster address on
# lo: clients are served by the nodes that have them.
. "$(dirname "$0")/lib.sh"

where=

# served WHAT: by the same nodes as at first, nobody else
served() {
	ns cl ip neigh flush dev eth0
	visits 1 12 1 | sort >"$tmp/who"
	check_eq "clients are served, $1" "$(cat "$tmp/first")" \
		"$(cat "$tmp/who")"
	check_eq "at the cluster MAC" "$(cluster_mac)" \
		"$(ip_ns cl neigh show "$VIP" | awk '{ print $5 }')"
}

# with SETTING=VALUE...: on eth0 and all of both nodes, then put back
with() {
	local node setting set=() back=()

	for setting in "$@"; do
		set+=("net.ipv4.conf."{all,eth0}".$setting")
		back+=("net.ipv4.conf."{all,eth0}".${setting%=*}=0")
	done
	for node in n1 n2; do
		ns $node sysctl -qw "${set[@]}" || die "no $* on $node"
	done
	served "${where}with $*"
	for node in n1 n2; do
		ns $node sysctl -qw "${back[@]}"
	done
}

lan_setup 2
add_clients 12
for node in n1 n2; do
	start_web $node
done
clusters_up 2
visits 1 12 1 | sort >"$tmp/first"
check_eq "both nodes have clients" "n1 n2" \
	"$(awk '{ print $2 }' "$tmp/first" | sort -u | paste -sd' ')"

with rp_filter=1 arp_ignore=1 arp_announce=2
with rp_filter=2 arp_ignore=2 arp_announce=1 arp_filter=1

# ---- more addresses ----

for i in 1 2; do
	ip_ns n$i addr add "10.0.90.$i/16" dev eth0
	ip_ns n$i addr add "10.2.0.$i/24" dev eth0
done
ip_ns cl addr add 10.2.0.100/24 dev eth0
served "with more addresses"
for i in 1 2; do
	check "n$i answers at its other addresses" again ns cl sh -c \
		"ping -qc2 -i0.1 -W2 10.0.90.$i && ping -qc2 -i0.1 -W2 10.2.0.$i"
done
check "the nodes reach each other by them" again ns n1 ping -qc2 -i0.1 -W2 10.2.0.2

# ---- on lo, as with a rule, where the address is the administrator's ----

for i in 1 2; do
	ns n$i lnlbctl delif nlb0
	ns n$i nft-lnlb -f - <<-EOT || die "no rule on n$i"
		table ip lb {
			chain pre {
				type filter hook prerouting priority raw
				lnlb cluster $VIP dev eth0 weight 100
			}
		}
	EOT
	ip_ns n$i addr add "$VIP/32" dev lo
done
wait_active 2 || die "no agreement"
served "with the address on lo"
where="with the address on lo, "
with rp_filter=1 arp_announce=2
ns n1 sysctl -qw net.ipv4.conf.all.arp_ignore=1
ns n2 sysctl -qw net.ipv4.conf.all.arp_ignore=1
check_not "not with arp_ignore=1 then: nobody says where it is" \
	ns cl arping -q -c 2 -w 2 -I eth0 "$VIP"
