#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Flows that a conntrack helper relates to another one: both connections of FTP,
# the one that the server opens to the client and the one that the client opens,
# belong to the node of the first, and its firewall knows them, whether the node is
# the server or the client; and TFTP's packets, whose server answers from another
# port than it was asked at.
. "$(dirname "$0")/lib.sh"
modprobe -q nf_conntrack_ftp || skip "no nf_conntrack_ftp"
modprobe -q nf_conntrack_tftp || skip "no nf_conntrack_tftp"

# firewall NODE [HELPER]: nothing that is new but the control connection, or the
# request
firewall() {
	ns "$1" nft -f - <<-EOT || die "no rules on $1"
		table ip fw {
			ct helper ftp {
				type "ftp" protocol tcp
			}
			ct helper tftp {
				type "tftp" protocol udp
			}
			chain pre {
				type filter hook prerouting priority filter
				${2:+tcp dport 21 ct helper set "ftp"}
				${2:+udp dport 69 ct helper set "tftp"}
			}
			chain in {
				type filter hook input priority filter; policy drop
				ct state established accept
				ct state related counter accept
				tcp dport 21 accept
				udp dport 69 accept
				icmp type echo-request accept
			}
			chain out {
				type filter hook output priority filter
				tcp sport 20 ct state new drop
				udp sport >= 1024 ct state related counter
				udp sport >= 1024 udp dport != 69 ct state new drop
				${2:+tcp dport 21 ct helper set "ftp"}
				${2:+udp dport 69 ct helper set "tftp"}
			}
		}
	EOT
}

# related NODE CHAIN: packets that began a flow
related() {
	ns "$1" nft list chain ip fw "$2" |
		sed -n 's/.*related counter packets \([0-9]*\).*/\1/p'
}

# get MODE: lines of that mode
get() { grep " $1 " "$tmp/got"; }

lan_setup 3
add_clients 13
clusters_up 3
for node in n1 n2 n3; do
	probe_start "ftp-$node" $node ftp.py serve "$VIP" $node </dev/null
	probe_start "tftp-$node" $node tftp.py serve "$VIP" $node </dev/null
	firewall $node helper
done

probe cl ftp.py get "$VIP" active passive < <(client_addrs 1 12) >"$tmp/got"
for mode in active passive; do
	check_eq "$mode: 12 clients get a file" 12 "$(get $mode | grep -c ' n[123]$')"
	check_eq "$mode: all from the node that they talk with" "" \
		"$(get $mode | awk '$3 != $4')"
	check_eq "$mode: by all nodes" 3 \
		"$(get $mode | awk '{ print $4 }' | sort -u | wc -l)"
done
for node in n1 n2 n3; do
	check_eq "$node knew each passive connection by its helper" \
		"$(get passive | grep -c " $node$")" "$(related $node in)"
done

probe cl tftp.py get "$VIP" < <(client_addrs 1 12) >"$tmp/got"
check_eq "TFTP: 12 clients get a file" 12 "$(get tftp | grep -c ' n[123]$')"
check_eq "TFTP: all from one node" "" "$(get tftp | awk '$3 != $4')"
for node in n1 n2 n3; do
	served=$(get tftp | grep -c " $node$")
	check_le "TFTP: $node has clients" 1 "$served"
	check_le "TFTP: $node knew each of them by its helper" "$served" \
		"$(related $node out)"
done

# ---- nodes as clients, from the cluster address ----

# no firewall keeps a node from refusing what another one waits for; and each has
# ports of its own, as nodes that ask often are to
for node in n1 n2 n3; do
	ns $node nft chain ip fw in '{ policy accept; }'
done
ns n1 sysctl -qw net.ipv4.ip_local_reserved_ports=41000-60999
ns n2 sysctl -qw net.ipv4.ip_local_reserved_ports=32768-40999,51000-60999
ns n3 sysctl -qw net.ipv4.ip_local_reserved_ports=32768-50999
probe_start ftp-cl cl ftp.py serve "$(client_addr 1)" cl </dev/null
probe_start tftp-cl cl tftp.py serve "$(client_addr 1)" cl </dev/null
capture_start refused cl eth0 "src host $VIP and (icmp[0] = 3 or
	(tcp[tcpflags] & (tcp-syn | tcp-fin | tcp-rst) != 0))"
for node in n1 n2 n3; do
	probe $node ftp.py get "$(client_addr 1)" active passive <<<"$VIP" >"$tmp/got"
	for mode in active passive; do
		check_eq "$mode: $node gets a file" "$VIP $mode cl cl" "$(get $mode)"
	done
	check_eq "TFTP: $node gets a file" "$VIP tftp cl cl" \
		"$(probe $node tftp.py get "$(client_addr 1)" <<<"$VIP")"
done
capture_stop refused
check_eq "no node refuses what another one has asked for" "" \
	"$(refusals refused; capture_show refused 'icmp[0] = 3')"
probe_stop ftp-cl >/dev/null
probe_stop tftp-cl >/dev/null

# is it really the helper?
for node in n1 n2 n3; do
	ns $node nft delete table ip fw
	firewall $node
done
probe cl ftp.py get "$VIP" active passive < <(client_addrs 13 13) >"$tmp/got" 2>&1
probe cl tftp.py get "$VIP" < <(client_addrs 13 13) >>"$tmp/got" 2>&1
check_eq "without the helper none is known" "3" "$(grep -c ' - ' "$tmp/got")"

# ---- by connection ----

# the connection that the server opens is for another port of the client, and in
# another bucket; the one that the client opens has a node of its own
for node in n1 n2 n3; do
	ns $node nft delete table ip fw
	firewall $node helper
done
by_connection 3
probe cl ftp.py get "$VIP" active < <(client_addrs 1 12) >"$tmp/got"
check_eq "by connection, active: 12 clients get a file" 12 \
	"$(get active | grep -c ' n[123]$')"
check_eq "by connection, active: all from the node that they talk with" "" \
	"$(get active | awk '$3 != $4')"
probe cl tftp.py get "$VIP" < <(client_addrs 1 12) >"$tmp/got"
check_eq "by connection, TFTP: 12 clients get a file" 12 \
	"$(get tftp | grep -c ' n[123]$')"
check_eq "by connection, TFTP: all from one node" "" \
	"$(get tftp | awk '$3 != $4')"
