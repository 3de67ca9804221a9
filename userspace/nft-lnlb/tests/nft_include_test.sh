#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A wrong lnlb statement in files that files include: what nft-lnlb says of it
# names the file, all that include it, line and columns, and points at the word.
# Nothing of the transaction may be left. nft_fake.so stands in for the module.
set -u
cd "$(dirname "$0")" || exit 1

if ! unshare -n nft list ruleset >/dev/null 2>&1; then
	echo "ok 1 - include # SKIP this kernel has no nf_tables, or no right to"
	echo "1..1"
	exit 0
fi

nft=$(realpath ../nft-lnlb)
fake=$PWD/nft_fake.so
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 1
count=0 failures=0
mkdir lib several

# says DESCRIPTION ARG...: exit code 1, and what is on standard input; nothing
# of it is in the kernel
says() {
	local what=$1

	shift
	cat >expected
	echo "exit code 1" >>expected
	# shellcheck disable=SC2016
	unshare -n bash -c '
		"$1" "add table ip t; add chain ip t c"
		LD_PRELOAD=$2 timeout 20 "$1" "${@:3}"
		echo "exit code $?"
		LD_PRELOAD=$2 "$1" list chain ip t c | grep lnlb
	' - "$nft" "$fake" "$@" <rules >got 2>&1
	# later versions of nft have the whole path of what -I finds
	sed -i "s,^$PWD/,," got
	count=$((count + 1))
	if diff -u expected got >differs; then
		echo "ok $count - include: $what"
		return
	fi
	failures=$((failures + 1))
	echo "not ok $count - include: $what"
	sed 's/^/# /;40q' differs
}

cat >rules <<'END'
table ip t {
	chain c {
		lnlb cluster 10.0.0.9
		include "./outer"
	}
}
END
cat >outer <<'END'
# lnlb cluster 10.0.0.10
	include "./inner"
	lnlb cluster 10.0.0.5 weight 0 accept
END
cat >inner <<'END'

	tcp dport 80 lnlb cluster 10.0.0.300 accept
	lnlb cluster $none \
		accept
END
cat >messages <<'END'
In file included from ./outer:2:2-19:
                 from FROM:4:3-20:
./inner:2:28-37: Error: lnlb: "10.0.0.300" is no IPv4 or IPv6 address
	tcp dport 80 lnlb cluster 10.0.0.300 accept
	                          ^^^^^^^^^^
In file included from ./outer:2:2-19:
                 from FROM:4:3-20:
./inner:3:15-19: Error: unknown identifier 'none'
	lnlb cluster $none \
	             ^^^^^
In file included from FROM:4:3-20:
./outer:3:31-31: Error: lnlb: weight "0", expected auto, loadavg, loadavg5, loadavg15, freemem, manual or 1-65535
	lnlb cluster 10.0.0.5 weight 0 accept
	                             ^
END
says "one in the other" -f rules < <(sed 's/FROM/rules/' messages)
says "from standard input" -f - < <(sed 's,FROM,/dev/stdin,' messages)

cat >lib/rules <<'END'
define both = { 10.0.0.1, 10.0.0.2 }
add rule ip t c lnlb cluster $both; add rule ip t c lnlb cluster 10.0.0.1 wieght 5
END
echo 'include "rules"' >rules
says "in a directory of -I, two in a line" -I lib -f rules <<'END'
In file included from rules:1:1-16:
lib/rules:2:30-34: Error: lnlb: $both is { 10.0.0.1, 10.0.0.2 }, expected one value
add rule ip t c lnlb cluster $both; add rule ip t c lnlb cluster 10.0.0.1 wieght 5
                             ^^^^^
In file included from rules:1:1-16:
lib/rules:2:75-80: Error: lnlb: unexpected wieght, expected dev, weight, affinity, policy, timeout, mode, mac, key, next, permissive, hash or another statement
add rule ip t c lnlb cluster $both; add rule ip t c lnlb cluster 10.0.0.1 wieght 5
                                                                          ^^^^^^
END

echo 'add rule ip t c lnlb cluster 10.0.0.1 mode x' >several/1
printf 'add rule ip t c lnlb cluster 10.0.0.2 \\\n\tmode y' >several/2
says "several by a pattern, the last line without an end" \
	'include "./several/*"' <<'END'
In file included from <cmdline>:1:1-22:
./several/1:1:44-44: Error: lnlb: mode "x", expected one of unicast, multicast, igmp
add rule ip t c lnlb cluster 10.0.0.1 mode x
                                           ^
In file included from <cmdline>:1:1-22:
./several/2:2:7-7: Error: lnlb: mode "y", expected one of unicast, multicast, igmp
	mode y
	     ^
END

cat >rules <<'END'
add rule ip t c accept
include "./inner"
END
echo 'add rule ip t c counter lnlb cluster 10.0.0.10 accept' >inner
export LNLB_FAKE_REFUSE='nft_lnlb: address is in use'
says "refused by the kernel" -f rules <<'END'
In file included from rules:2:1-18:
./inner:1:25-46: Error: Could not process rule: Invalid argument: address is in use
add rule ip t c counter lnlb cluster 10.0.0.10 accept
                        ^^^^^^^^^^^^^^^^^^^^^^
END

echo "1..$count"
[ $failures -eq 0 ]
