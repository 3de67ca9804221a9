#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What clients want of the address: ping, UDP, a large download, from the LAN
# and from behind the router, whole and in fragments, whichever node has them.
. "$(dirname "$0")/lib.sh"

size=104857600

# each block of 4 KiB is another one
make_big() {
	/usr/bin/python3 -c "
import sys
for i in range($size // 4096):
	sys.stdout.buffer.write(i.to_bytes(4, 'big') * 1024)" >"$tmp/big"
}

# download CLIENT BYTES: is what arrives what is served?
download() {
	ns cl curl -sf --interface "$1" -m 60 -r "0-$(($2 - 1))" \
		-o "$tmp/got" "http://$VIP/big"
	[ "$(stat -c %s "$tmp/got")" -eq "$2" ] && cmp -n "$2" "$tmp/big" "$tmp/got"
}

lan_setup 3
add_clients 30
make_big
for node in n1 n2 n3; do
	start_web $node
done
clusters_up 3
for node in n1 n2 n3; do
	start_udp_echo $node
done

visits 1 30 3 >"$tmp/who"
check_eq "a client has one session, however many connections" 30 \
	"$(sessions_of n1 n2 n3)"
ns out ip addr add 192.0.2.3/24 dev eth0
for node in n1 n2 n3; do
	client=$(awk -v node=$node '$2 == node { print $1; exit }' "$tmp/who")
	[ -n "$client" ] || die "$node has no client"
	from="of a client of $node"
	check "ping $from" again ns cl ping -qc3 -i0.1 -W2 -I "$client" "$VIP"
	check "ping in fragments $from" \
		again ns cl ping -qc3 -i0.1 -W2 -s 4000 -I "$client" "$VIP"
	check_eq "UDP echo $from" hello \
		"$(ask_udp cl "$VIP:7,bind=$client" hello)"
	check "10 MB by HTTP $from" download "$client" 10485760
done

check "100 MB by HTTP" download "$client" $size

served=$(ns out curl -s -m 15 "http://$VIP/id")
check "HTTP through the router" test -n "$served"
check_eq "the same node again" "$served" \
	"$(ns out curl -s -m 15 "http://$VIP/id")"
check "ping through the router" again ns out ping -qc3 -i0.1 -W2 "$VIP"
check_eq "UDP echo through the router" hello \
	"$(ask_udp out "$VIP:7" hello)"
