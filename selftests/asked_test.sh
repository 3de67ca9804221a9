#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What a node asks from the cluster address, it is answered itself, whoever has
# the bucket of the one that answers; and that node keeps silent.
. "$(dirname "$0")/lib.sh"

readonly SERVER=10.0.0.100 OUT=192.0.2.2

# word N: N letters
word() { head -c "$1" /dev/zero | tr '\0' x; }

# ask NODE: in all ways
ask() {
	check_eq "$1 is answered by TCP" cl "$(ns "$1" curl -s -m 15 \
		--interface "$VIP" http://$SERVER/id)"
	check_eq "$1 gets all of a download" 1000000 "$(ns "$1" curl -s \
		-m 20 --interface "$VIP" -r 0-999999 http://$SERVER/big |
		wc -c)"
	check_eq "$1 is answered by UDP" hello \
		"$(ask_udp "$1" $SERVER:7,bind="$VIP" hello)"
	check_eq "$1 is answered by UDP in fragments" "$(word 3000)" \
		"$(ask_udp "$1" $SERVER:7,bind="$VIP" "$(word 3000)")"
	check "$1 is answered when it pings" \
		again ns "$1" ping -qc2 -i0.1 -W2 -I "$VIP" $SERVER
	check "$1 is answered when it pings with fragments" \
		again ns "$1" ping -qc2 -i0.1 -W2 -s 3000 -I "$VIP" $SERVER
}

# upload NODE: through a router with a smaller MTU, which has to tell
upload() {
	head -c 200000 /dev/zero | ns "$1" timeout 10 socat -t 5 - \
		"TCP4:$OUT:9,bind=$VIP" | tr -d '\n '
}

# translated_upload NODE ADDR: likewise, from its own address, for which it puts the
# cluster's
translated_upload() {
	ns "$1" nft -f - <<-EOT || return
		table ip nat {
			chain postrouting {
				type nat hook postrouting priority srcnat;
				ip saddr $2 ip daddr $OUT snat to $VIP
			}
		}
	EOT
	head -c 200000 /dev/zero | ns "$1" timeout 10 socat -t 5 - \
		"TCP4:$OUT:9,bind=$2" | tr -d '\n '
	ns "$1" nft delete table ip nat
}

silent() {
	capture_stop said
	check_eq "nobody refuses anything" "" "$(refusals said
		capture_show said 'icmp[0] = 3 or icmp[0] = 11')"
}

listen() {
	capture_start said cl eth0 "src host $VIP and (tcp[tcpflags] &
		(tcp-syn | tcp-fin | tcp-rst) != 0 or icmp[0] = 3 or icmp[0] = 11)"
}

# by_all AFFINITY
by_all() {
	local node

	note "affinity $1"
	listen
	for node in n1 n2; do
		ask $node
	done
	silent
	for node in n1 n2; do
		check_eq "$node hears when its packets are too big" 200000 \
			"$(upload $node)"
		ns $node ip route flush cache
		check_eq "$node does when it translates them" 200000 \
			"$(translated_upload $node "$(node_addr ${node#n})")"
		ns $node ip route flush cache
	done
}

# unreachable TTL [PORT]: is a datagram to a closed port of the cluster refused?
unreachable() {
	ns cl python3 - "$VIP" "$1" "${2:-33434}" <<-EOT
		import socket, sys
		s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		s.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, int(sys.argv[2]))
		s.connect((sys.argv[1], int(sys.argv[3])))
		s.settimeout(1)
		s.send(b"probe")
		try:
		    s.recv(1)
		except ConnectionRefusedError:
		    sys.exit(0)
		except TimeoutError:
		    sys.exit(1)
	EOT
}

# unanswered: a datagram to a high port
unanswered() {
	local rc=0

	unreachable 64 45000 || rc=$?
	[ $rc -eq 1 ]
}

# translated: by a rule on each node, and answered
translated() {
	local node

	for node in n1 n2; do
		ns $node nft -f - <<-EOT || return
			table ip nat {
				chain prerouting {
					type nat hook prerouting priority dstnat;
					udp dport 45000 dnat to $VIP:7
				}
			}
		EOT
	done
	[ "$(ask_udp cl "$VIP:45000" hello)" = hello ] || return
	for node in n1 n2; do
		ns $node nft delete table ip nat || return
	done
}

lan_setup 2
clusters_up 2
for node in n1 n2; do
	ns $node sysctl -qw net.ipv4.icmp_ratelimit=0
	start_web $node
	start_udp_echo $node
done
start_web cl
start_udp_echo cl $SERVER
ns rt ip link set eth1 mtu 1280
ip netns exec "$(full_ns out)" socat TCP4-LISTEN:9,fork,reuseaddr \
	SYSTEM:'wc -c' &
owner=$(ns n1 lnlbctl owner $SERVER | cut -d ' ' -f 1)
[ "$owner" = "$(node_mac 1)" ] && node=n1 other=n2 || node=n2 other=n1
note "$node has the bucket of $SERVER, $other has not"

by_all client
check_eq "what answers is no client, to n1" 0 "$(show n1 .sessions)"
check_eq "what answers is no client, to n2" 0 "$(show n2 .sessions)"

# ---- the one that is asked is a client as well ----

probe_start both cl probe.py watch "$VIP" "$(cluster_mac)" 20 <<<$SERVER
check_eq "$SERVER is served" $node "$(web_id --interface $SERVER)"
listen
ask $other
silent
probe_stop both >"$tmp/both"
note "$(cat "$tmp/both")"
check_eq "it stays a client" $node "$(web_id --interface $SERVER)"

# ---- where nobody asks ----

check "a closed port is told to whoever looks for the way" \
	again unreachable 4
check "a closed port that is none of a client's too" test \
	"$(ns cl curl -s -m 15 "http://$VIP:81/" 2>&1; echo $?)" = 7

check "a datagram to such a port that nobody listens at is passed over in silence" \
	unanswered
check "a rule sends it to a service at another port" translated

# ---- by connection ----

by_connection 2
by_all connection
