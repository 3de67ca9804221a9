#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The statement: what is sent and listed for it, in files, and what is wrong.

cd "$(dirname "$0")" || exit 1
# shellcheck source=userspace/nft-lnlb/tests/nft.sh
. ./nft.sh

# --- the statement -----------------------------------------------------------

sends "lnlb cluster 10.0.0.10" 080001000a00000a
sends "lnlb cluster 10.0.0.10 weight auto" 080001000a00000a0800030000000000
sends "lnlb cluster 10.0.0.10 weight manual" 080001000a00000a0800030000000004
sends "lnlb cluster 10.0.0.10 weight 65535" \
	080001000a00000a0800030000000004080004000000ffff
sends "lnlb cluster fd00::1 dev eth0" \
	14000100fd000000000000000000000000000001090002006574683000000000
round_trip "lnlb cluster 10.0.0.10"
round_trip "lnlb cluster fd00::10"
round_trip "lnlb cluster 10.0.0.10 dev eth0" 'lnlb cluster 10.0.0.10 dev "eth0"'
for weight in auto loadavg5 loadavg15 freemem manual 1 65535; do
	round_trip "lnlb cluster 10.0.0.10 weight $weight"
done
round_trip "lnlb cluster 10.0.0.10 weight loadavg" \
	"lnlb cluster 10.0.0.10 weight auto"
for affinity in client connection "network 24"; do
	round_trip "lnlb cluster 10.0.0.10 affinity $affinity"
	round_trip "lnlb cluster 10.0.0.10 policy $affinity"
done
round_trip "lnlb cluster 10.0.0.10 policy network 24 affinity network 16" \
	"lnlb cluster 10.0.0.10 affinity network 16 policy network 24"
sends "lnlb cluster 10.0.0.10 policy network 24" \
	080001000a00000a08000e000000000208000f0000000018
round_trip "lnlb cluster 10.0.0.10 timeout 5400" \
	"lnlb cluster 10.0.0.10 timeout 1h30m"
for mode in unicast multicast igmp; do
	round_trip "lnlb cluster 10.0.0.10 mode $mode"
done
round_trip "lnlb cluster 10.0.0.10 mac 02:00:c0:a8:00:0a"
round_trip 'lnlb cluster 10.0.0.10 key "lnlb cluster"'
round_trip 'lnlb cluster 10.0.0.10 permissive hash a:c key a:b next a:a log' \
	'lnlb cluster 10.0.0.10 key "a:b" next "a:a" permissive hash "a:c" log'
sends 'lnlb cluster 10.0.0.10 key a:b next a:a permissive' \
	080001000a00000a08000a00613a620008000c00613a610004000d00
round_trip "lnlb cluster 10.0.0.10 mode igmp dev eth0 weight 5" \
	'lnlb cluster 10.0.0.10 dev "eth0" weight 5 mode igmp'
round_trip 'tcp dport { 80, 443 } counter packets 0 bytes 0 lnlb cluster 10.0.0.10 weight 7 ip saddr 1.2.3.4 accept comment "lnlb cluster 1.2.3.4"'

# --- what is no statement ----------------------------------------------------

cat >"$dir/names" <<'END'
table ip lnlb {
	comment "lnlb cluster 10.0.0.10"
	counter lnlb {
		packets 0 bytes 0
	}

	set lnlb {
		type ipv4_addr
		elements = { 10.0.0.10 }
	}

	chain cluster {
		ip saddr @lnlb counter name "lnlb" log prefix "lnlb cluster 10.0.0.10"
		iifname "lnlb" accept comment "lnlb cluster 10.0.0.10"
		jump lnlb
	}

	chain lnlb {
	}
}
END
"$nft" flush ruleset
lnlb -f "$dir/names" >"$dir/got" 2>&1
lnlb list ruleset >>"$dir/got"
cp "$dir/names" "$dir/expected"
same "leaves names, strings and comments alone"

{
	lnlb list chain lnlb cluster >/dev/null
	lnlb add rule ip lnlb cluster accept
	lnlb insert rule lnlb cluster index 0 lnlb cluster 10.0.0.9
	lnlb add lnlb cluster lnlb cluster 10.0.0.10
	lnlb lnlb cluster lnlb cluster 10.0.0.11
	lnlb add element lnlb lnlb '{ 1.2.3.4 }'
	lnlb list chain lnlb cluster |
		grep -e 'lnlb cluster 10.0.0.1*[019]$' -e '^		accept'
} >"$dir/got" 2>&1
cat >"$dir/expected" <<'END'
		lnlb cluster 10.0.0.9
		accept
		lnlb cluster 10.0.0.10
		lnlb cluster 10.0.0.11
END
same "a table lnlb with a chain cluster"

# --- files -------------------------------------------------------------------

cat >"$dir/defines" <<'END'
define vip = 10.0.0.20
END
cat >"$dir/in_chain" <<'END'
lnlb cluster $vip weight 2
tcp dport 80 lnlb cluster 10.0.0.21
END
cat >"$dir/rules" <<'END'
include "./defines"
define eth = "eth0"
table ip t {
	chain c {
		# lnlb cluster 10.0.0.1
		include "./in_chain"
		ip saddr { 1.2.3.4,	# comment
			   1.2.3.5 } lnlb cluster $vip dev $eth \
			weight $weight \
			accept; lnlb cluster 10.0.0.22; jump {
			lnlb cluster 10.0.0.23; return
		}
	}
}
END
cat >"$dir/expected" <<'END'
lnlb cluster 10.0.0.20 weight 2
tcp dport 80 lnlb cluster 10.0.0.21
ip saddr { 1.2.3.4, 1.2.3.5 } lnlb cluster 10.0.0.20 dev "eth0" weight 9 accept
lnlb cluster 10.0.0.22
jump {
	lnlb cluster 10.0.0.23
	return
}
END
fresh
(cd "$dir" && lnlb -D weight=9 -f rules) 2>"$dir/got"
rules >>"$dir/got"
same "includes, variables, continued lines, blocks"

fresh
(cd "$dir" && lnlb -D weight=9 -f - <rules) 2>"$dir/got"
rules >>"$dir/got"
same "the same from standard input"

mkfifo "$dir/fifo"
timeout 10 cp "$dir/rules" "$dir/fifo" &
fresh
(cd "$dir" && lnlb -D weight=9 -f fifo) 2>"$dir/got"
rules >>"$dir/got"
same "the same from a pipe"

(echo flush ruleset && lnlb list ruleset) >"$dir/expected"
cp "$trace" "$dir/sent"
: >"$trace"
lnlb -f "$dir/expected"
(echo flush ruleset && lnlb list ruleset) >"$dir/got"
same "flush and reload of what was listed"
cp "$dir/sent" "$dir/expected"
cp "$trace" "$dir/got"
same "a reload sends the same bytes"

fresh
i=0
while [ $i -lt 300 ]; do
	echo "define v$i = 10.1.$((i / 100)).$((i % 100))"
	echo "add rule ip t c lnlb cluster \$v$i accept"
	echo "lnlb cluster 10.1.$((i / 100)).$((i % 100)) accept" >&3
	i=$((i + 1))
done >"$dir/rules" 3>"$dir/expected"
lnlb -f "$dir/rules" 2>"$dir/got"
rules >>"$dir/got"
same "300 different statements with a variable"

# variables in a file of its own, that is included in front and read later
cat >"$dir/defines" <<'END'
define lan = 10.0.0.20
define vip = $lan
define eth-0 = "eth0"
define mode = igmp
define affinity = network
END
cat >"$dir/rules" <<'END'
include "./def*"
define w = 7
table ip t {
	define w2 = $w
	chain c {
		define key = "a|b"
		lnlb cluster $vip dev $eth-0 weight $w2 affinity $affinity 24 policy $affinity 20 mode $mode key $key
		lnlb cluster $other weight $w accept
	}
}
END
cat >"$dir/expected" <<'END'
lnlb cluster 10.0.0.20 dev "eth0" weight 7 affinity network 24 policy network 20 mode igmp key "a|b"
lnlb cluster 10.0.0.30 weight 7 accept
END
fresh
(cd "$dir" && lnlb -D other=10.0.0.30 -f rules) >"$dir/got" 2>&1
rules >>"$dir/got"
same "variables of variables, words of nft's grammar as values"
mkdir "$dir/include"
mv "$dir/defines" "$dir/include/defines"
sed -i 's,./def\*,defines,' "$dir/rules"
fresh
lnlb -I "$dir/include" -D other=10.0.0.30 -f "$dir/rules" >"$dir/got" 2>&1
rules >>"$dir/got"
same "the same from a directory of -I"

# --- errors ------------------------------------------------------------------

typed_wrong "lnlb cluster 10.0.0.300" "             ^^^^^^^^^^" \
	'lnlb: "10.0.0.300" is no IPv4 or IPv6 address'
typed_wrong "lnlb cluster 10.0.0.1 weight 0" \
	"                             ^" \
	'lnlb: weight "0", expected auto, loadavg, loadavg5, loadavg15, freemem, manual or 1-65535'
typed_wrong "lnlb cluster 10.0.0.1 weight 65536" \
	"                             ^^^^^" \
	'lnlb: weight "65536", expected auto, loadavg, loadavg5, loadavg15, freemem, manual or 1-65535'
typed_wrong "lnlb cluster 10.0.0.1 mode x" "                           ^" \
	'lnlb: mode "x", expected one of unicast, multicast, igmp'
typed_wrong "lnlb cluster 10.0.0.1 mode" "                      ^^^^" \
	'lnlb: mode needs a value'
typed_wrong "lnlb cluster 10.0.0.1 mode igmp mode igmp" \
	"                                     ^^^^" 'lnlb: mode given twice'
typed_wrong "lnlb cluster 10.0.0.1 affinity network 33" \
	"^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^" \
	'lnlb: network length 33, expected 1-32'
typed_wrong "lnlb cluster 10.0.0.1 policy network" \
	"                      ^^^^^^" 'lnlb: policy network needs a length'
typed_wrong "lnlb cluster 10.0.0.1 policy port" \
	"                             ^^^^" \
	'lnlb: policy "port", expected one of client, connection, network'
typed_wrong "lnlb cluster 10.0.0.1 mac 1:2" "                          ^^^" \
	'lnlb: "1:2" is no MAC address as in 02:00:c0:a8:00:0a'
typed_wrong "lnlb cluster 10.0.0.1 timeout 0" \
	"                              ^" \
	'lnlb: timeout "0", expected a time as in 1h30m, or 1-31536000 seconds'
typed_wrong "lnlb cluster 10.0.0.1 next a:b" \
	"^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^" 'lnlb: next goes with key'
typed_wrong "lnlb cluster 10.0.0.1 permissive" \
	"^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^" 'lnlb: permissive goes with key'
typed_wrong "lnlb cluster 10.0.0.1 key a:b permissive permissive" \
	"                                         ^^^^^^^^^^" \
	'lnlb: permissive given twice'
typed_wrong "lnlb cluster 10.0.0.1 weight 5 dev lo weight auto" \
	"                                             ^^^^" \
	'lnlb: weight given twice'
typed_wrong "lnlb cluster 10.0.0.1 dev eth0:1" \
	"                          ^^^^^^" \
	'lnlb: "eth0:1" is no device name (1-15 characters, no / : or space)'
typed_wrong "lnlb cluster 10.0.0.1 key a:b next" \
	"                              ^^^^" 'lnlb: next needs a value'
# nft shows the first line of such a text, whatever it means
fresh
cat >"$dir/expected" <<'END'
Error: lnlb: "banana" is no IPv4 or IPv6 address
add rule ip t c lnlb cluster banana
                             ^^^^^^
END
lnlb 'add rule ip t c counter accept comment "first"
add rule ip t c lnlb cluster banana' >"$dir/got" 2>&1
same "a wrong statement in the second line of a command"
fresh
lnlb 'add rule ip t c lnlb cluster 10.0.0.1
add rule ip t c ip saddr 10.0.0.10 counter accept comment "a" jump nowhere' \
	>"$dir/got" 2>&1
older
cat >"$dir/expected" <<'END'
Error: syntax error, unexpected jump
add rule ip t c lnlb cluster 10.0.0.1
                                                              ^^^^
END
same "and marks beyond the line that nft shows"

typed_wrong "lnlb cluster" "     ^^^^^^^" 'lnlb: cluster needs an address'
typed_wrong "lnlb clutser 10.0.0.1" "^^^^" 'lnlb: expected lnlb cluster ADDRESS'
for more in "" " clustr" " clustr 10.0.0.1" " clutser 10.0.0.1 weight 5" \
	" 10.0.0.1" " fd00::1 weight 5" " x" " accept x" ' "cluster"'; do
	typed_wrong "counter lnlb$more" "        ^^^^" \
		'lnlb: expected lnlb cluster ADDRESS'
	typed_wrong "udp dport 53 lnlb$more" "             ^^^^" \
		'lnlb: expected lnlb cluster ADDRESS'
done
cat >"$dir/rules" <<'END'
table ip t {
	chain c {
		iifname "lnlb" counter lnlb clustr 10.0.0.1 weight 5 accept
		iifname lnlb counter
		tcp dport 80 \
			lnlb; udp dport 80 lnlb clutser
	}
}
END
refused "points at a misspelt one in the middle of a rule" <<'END'
rules:3:26-29: Error: lnlb: expected lnlb cluster ADDRESS
		iifname "lnlb" counter lnlb clustr 10.0.0.1 weight 5 accept
		                       ^^^^
rules:6:4-7: Error: lnlb: expected lnlb cluster ADDRESS
			lnlb; udp dport 80 lnlb clutser
			^^^^
rules:6:23-26: Error: lnlb: expected lnlb cluster ADDRESS
			lnlb; udp dport 80 lnlb clutser
			                   ^^^^
END

cat >"$dir/rules" <<'END'
table ip t {
	chain c {
		lnlb cluster 10.0.0.12
		bogus 5
	}
}
END
refused "leaves the next line alone" <<'END'
rules:4:3-7: Error: No symbol type information
		bogus 5
		^^^^^
END
typed_wrong "lnlb cluster 10.0.0.1 wieght 5" \
	"                      ^^^^^^" \
	'lnlb: unexpected wieght, expected dev, weight, affinity, policy, timeout, mode, mac, key, next, permissive, hash or another statement'
expected="dev, weight, affinity, policy, timeout, mode, mac, key, next, permissive, hash or another statement"
typed_wrong "lnlb cluster 10.0.0.1 wieght 5 affinity network 24" \
	"                      ^^^^^^" "lnlb: unexpected wieght, expected $expected"
typed_wrong "lnlb cluster 10.0.0.1 moed igmp counter" \
	"                      ^^^^" "lnlb: unexpected moed, expected $expected"
for more in "" " 5" " 5 6" ' "a b"' ' "a b" 7' " 5 counter" " 5 6 comment \"a\""; do
	typed_wrong "lnlb cluster 10.0.0.1 bogus$more" \
		"                      ^^^^^" \
		"lnlb: unexpected bogus, expected $expected"
done
round_trip "lnlb cluster 10.0.0.1 jhash ip saddr mod 2 0"
typed_wrong "lnlb cluster 10.0.0.1 group 5" \
	"                      ^^^^^" \
	'lnlb: unexpected group, expected dev, weight, affinity, policy, timeout, mode, mac, key, next, permissive, hash or another statement'

cat >"$dir/in_chain" <<'END'
	tcp dport 80 lnlb cluster 10.0.0.21 weight abc
END
cat >"$dir/rules" <<'END'
table ip t {
	chain c {
		ip saddr 1.2.3.4	lnlb cluster $none weight 5 accept
		lnlb cluster 10.0.0.11 \
			weight 0 \
			accept
		lnlb cluster 10.0.0.12 affinity network 24 tcp dprt 80
		include "./in_chain"
	}
}
END
refused "points at file, line and column" <<'END'
rules:3:33-37: Error: unknown identifier 'none'
		ip saddr 1.2.3.4	lnlb cluster $none weight 5 accept
		                	             ^^^^^
rules:5:11-11: Error: lnlb: weight "0", expected auto, loadavg, loadavg5, loadavg15, freemem, manual or 1-65535
			weight 0 \
			       ^
rules:7:50-53: Error: syntax error, unexpected string
		lnlb cluster 10.0.0.12 affinity network 24 tcp dprt 80
		                                               ^^^^
In file included from rules:8:3-23:
./in_chain:1:45-47: Error: lnlb: weight "abc", expected auto, loadavg, loadavg5, loadavg15, freemem, manual or 1-65535
	tcp dport 80 lnlb cluster 10.0.0.21 weight abc
	                                           ^^^
END

cat >"$dir/rules" <<'END'
define sets = { 10.0.0.1, 10.0.0.2 }
define net = 10.0.0.0/24
define many = $net
define proto = tcp
redefine proto = udp
define two = $sets
table ip x { redefine two = 1.2.3.4; }
add rule ip t c lnlb cluster $sets
add rule ip t c lnlb cluster $net
add rule ip t c lnlb cluster 10.0.0.1 weight $many accept
add rule ip t c lnlb cluster $proto
add rule ip t c lnlb cluster $two
END
refused "a variable that is no value" <<'END'
rules:8:30-34: Error: lnlb: $sets is { 10.0.0.1, 10.0.0.2 }, expected one value
add rule ip t c lnlb cluster $sets
                             ^^^^^
rules:9:30-33: Error: lnlb: $net is 10.0.0.0/24, expected one value
add rule ip t c lnlb cluster $net
                             ^^^^
rules:10:46-50: Error: lnlb: $many is 10.0.0.0/24, expected one value
add rule ip t c lnlb cluster 10.0.0.1 weight $many accept
                                             ^^^^^
rules:11:30-35: Error: lnlb: $proto is several things, expected one value
add rule ip t c lnlb cluster $proto
                             ^^^^^^
rules:12:30-33: Error: lnlb: $two is several things, expected one value
add rule ip t c lnlb cluster $two
                             ^^^^
END

cat >"$dir/rules" <<'END'
define bad = banana
add rule ip t c accept
add rule ip t c lnlb cluster $bad
END
fresh
(cd "$dir" && "$nft" -f rules) >"$dir/got" 2>&1
echo "exit code $?" >>"$dir/got"
rules >>"$dir/got"
cat >"$dir/expected" <<'END'
rules:3:17-33: Error: lnlb: $bad: "banana" is no IPv4 or IPv6 address
add rule ip t c lnlb cluster $bad
                ^^^^^^^^^^^^^^^^^
exit code 1
END
same "a variable that holds no address"
(cd "$dir" && ! lnlb -f rules) >"$dir/out" 2>&1 && grep -q banana "$dir/out"
report $? "is an error even if the kernel took it"

cat >"$dir/rules" <<'END'
add rule ip t c accept
add rule ip t c counter lnlb cluster 10.0.0.10 weight 5 accept
END
export LNLB_FAKE_REFUSE='nft_lnlb: address is in use'
refused "says what the kernel said" <<'END'
rules:2:25-55: Error: Could not process rule: Invalid argument: address is in use
add rule ip t c counter lnlb cluster 10.0.0.10 weight 5 accept
                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
END
unset LNLB_FAKE_REFUSE

if ! modinfo nft_lnlb >/dev/null 2>&1; then
	fresh
	"$nft" add rule ip t c lnlb cluster 10.0.0.10 >"$dir/got" 2>&1
	cat >"$dir/expected" <<'END'
Error: Could not process rule: No such file or directory
add rule ip t c lnlb cluster 10.0.0.10
                ^^^^^^^^^^^^^^^^^^^^^^
The kernel has no lnlb: load its module by "modprobe nft_lnlb"; it is in the package nf-lnlb-dkms.
END
	same "says which module is missing"
fi

echo "1..$count"
[ "$failures" -eq 0 ]
