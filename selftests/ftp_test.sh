#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Flows that a conntrack helper relates to another one: both connections of FTP,
# the one that the server opens to the client and the one that the client opens,
# belong to the node of the first, and its firewall knows them, whether the node is
# the server or the client.
. "$(dirname "$0")/lib.sh"
modprobe -q nf_conntrack_ftp || skip "no nf_conntrack_ftp"

# firewall NODE [HELPER]: nothing that is new but the control connection
firewall() {
	ns "$1" nft -f - <<-EOT || die "no rules on $1"
		table ip fw {
			ct helper ftp {
				type "ftp" protocol tcp
			}
			chain pre {
				type filter hook prerouting priority filter
				${2:+tcp dport 21 ct helper set "ftp"}
			}
			chain in {
				type filter hook input priority filter; policy drop
				ct state established accept
				ct state related counter accept
				tcp dport 21 accept
				icmp type echo-request accept
			}
			chain out {
				type filter hook output priority filter
				tcp sport 20 ct state new drop
				${2:+tcp dport 21 ct helper set "ftp"}
			}
		}
	EOT
}

# related NODE: packets that began a flow
related() {
	ns "$1" nft list chain ip fw in |
		sed -n 's/.*related counter packets \([0-9]*\).*/\1/p'
}

# get MODE: lines of that mode
get() { grep " $1 " "$tmp/got"; }

lan_setup 3
add_clients 13
clusters_up 3
for node in n1 n2 n3; do
	probe_start "ftp-$node" $node ftp.py serve "$VIP" $node </dev/null
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
		"$(get passive | grep -c " $node$")" "$(related $node)"
done

# ---- nodes as clients, from the cluster address ----

# no firewall keeps a node from refusing what another one waits for
for node in n1 n2 n3; do
	ns $node nft chain ip fw in '{ policy accept; }'
done
probe_start ftp-cl cl ftp.py serve "$(client_addr 1)" cl </dev/null
for node in n1 n2 n3; do
	probe $node ftp.py get "$(client_addr 1)" active passive <<<"$VIP" >"$tmp/got"
	for mode in active passive; do
		check_eq "$mode: $node gets a file" "$VIP $mode cl cl" "$(get $mode)"
	done
done
probe_stop ftp-cl >/dev/null

# is it really the helper?
for node in n1 n2 n3; do
	ns $node nft delete table ip fw
	firewall $node
done
probe cl ftp.py get "$VIP" active passive < <(client_addrs 13 13) >"$tmp/got" 2>&1
check_eq "without the helper neither is known" "2" "$(grep -c ' - ' "$tmp/got")"

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
