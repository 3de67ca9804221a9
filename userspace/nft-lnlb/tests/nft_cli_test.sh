#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# nft-lnlb -i on a terminal: what it shows for what is typed, key by key, and
# the history that it leaves, are those of nft. With a statement: what there is
# to see of it.

set -u
cd "$(dirname "$0")" || exit 1

if [ -z "${NFT_LNLB_TEST_NETNS-}" ]; then
	export NFT_LNLB_TEST_NETNS=1
	unshare -n true 2>/dev/null && exec unshare -n "./$(basename "$0")"
	exec unshare -rn "./$(basename "$0")"
fi

dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
nft="$PWD/../nft-lnlb"
pty="$PWD/nft_pty.py"
count=0 failures=0

skip() {
	echo "ok 1 - nft-lnlb -i # SKIP $1"
	echo "1..1"
	exit 0
}

nft list ruleset >/dev/null 2>&1 || skip "this kernel has no nf_tables"
nft -V | grep -q 'cli:.*editline' || skip "nft was not built with editline"
"$nft" -V | grep -q 'cli:.*editline' || skip "built without libedit-dev"

same() { # TEXT: expected and got are two files
	count=$((count + 1))
	if diff -u "$dir/expected" "$dir/got" >"$dir/diff"; then
		echo "ok $count - nft-lnlb -i: $1"
	else
		failures=$((failures + 1))
		echo "not ok $count - nft-lnlb -i: $1"
		cat -v "$dir/diff" | sed 's/^/# /;40q'
	fi
}

# What both programs show for the keys on stdin, one after the other in the
# same state; each has a history of its own, which lasts.
typed() { # TEXT
	cat >"$dir/keys"
	for program in nft "$nft"; do
		home="$dir/home-${program##*/}"
		mkdir -p "$home"
		nft flush ruleset
		(cd "$dir/start" && HOME="$home" "$pty" "$program" -i) \
			<"$dir/keys" >"$dir/shown-${program##*/}" 2>&1
		cat "$home/.nft.history" >>"$dir/shown-${program##*/}"
	done
	cp "$dir/shown-nft" "$dir/expected"
	cp "$dir/shown-nft-lnlb" "$dir/got"
	same "$1"
}

mkdir "$dir/start"
: >"$dir/start/file-to-complete.nft"

typed "commands, errors, lines that go on, blank ones" <<'END'
add table ip x
list \\
ruleset
add bad
list table ip y; list table ip x

   
# comment
list \\

tables \\
ip
quit
END
typed "history of the last run, and of this one" <<'END'
\e[A
\e[A\e[A\e[A
\x10\x10\x0e
list tables
list tables
\x12tab\x05 ip
quit
END
typed "editing keys" <<'END'
lisst\x08\x08\x08st tables
\x01# \x05 comment
add table x\x01\x0b
list tables now\x17\x08
\x14
add table ip a\x15list tables
quit
END
typed "completion" <<'END'
include "fi\t"
li\t
\t\t
quit
END
typed "the end of the input" <<'END'
list tables
\x04
END

nft flush ruleset
"$pty" "$nft" -i >"$dir/got" <<'END'
add table ip t; add chain ip t c
add rule ip t c lnlb cluster 10.0.0.300
add rule ip t c lnlb cluster \\
10.0.0.10 weight 0
add rule ip t c iifname lnlb
list chain ip t c
quit
END
sed 's/$/\r/' >"$dir/expected" <<'END'
nft> add table ip t; add chain ip t c
nft> add rule ip t c lnlb cluster 10.0.0.300
Error: lnlb: "10.0.0.300" is no IPv4 or IPv6 address
add rule ip t c lnlb cluster 10.0.0.300
                             ^^^^^^^^^^
nft> add rule ip t c lnlb cluster \
.... 10.0.0.10 weight 0
Error: lnlb: weight "0", expected auto, loadavg, loadavg5, loadavg15, freemem, manual or 1-65535
add rule ip t c lnlb cluster 10.0.0.10 weight 0
                                              ^
nft> add rule ip t c iifname lnlb
nft> list chain ip t c
table ip t {
	chain c {
		iifname "lnlb"
	}
}
nft> quit
END
echo "exit code 0" >>"$dir/expected"
same "statements"

echo "1..$count"
[ "$failures" -eq 0 ]
