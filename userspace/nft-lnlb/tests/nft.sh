# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
#
# nft-lnlb on any kernel with nf_tables, in a network namespace of this test's
# own; sourced. nft_fake.so stands in for the module: see there.

set -u

if [ -z "${NFT_LNLB_TEST_NETNS-}" ]; then
	export NFT_LNLB_TEST_NETNS=1
	unshare -n true 2>/dev/null && exec unshare -n "./$(basename "$0")"
	exec unshare -rn "./$(basename "$0")"
fi

dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
nft="$PWD/../nft-lnlb"
fake="$PWD/nft_fake.so"
trace="$dir/trace"
count=0 failures=0

if ! unshare -n nft list ruleset >/dev/null 2>&1; then
	echo "ok 1 - nft-lnlb # SKIP this kernel has no nf_tables, or no right to"
	echo "1..1"
	exit 0
fi

report() { # GOOD TEXT
	count=$((count + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $count - nft-lnlb: $2"
		return
	fi
	failures=$((failures + 1))
	echo "not ok $count - nft-lnlb: $2"
	[ ! -f "$dir/diff" ] || sed 's/^/# /;40q' "$dir/diff"
	rm -f "$dir/diff"
}

lnlb() { # with the fake module
	LD_PRELOAD="$fake" LNLB_FAKE_TRACE="$trace" timeout 20 "$nft" "$@"
}

same() { # TEXT: expected and got are two files
	diff -u "$dir/expected" "$dir/got" >"$dir/diff"
	report $? "$1"
}

fresh() { # a table and a chain, nothing in it
	: >"$trace"
	"$nft" -f - <<-'END'
		flush ruleset
		table ip t {
			chain c {
			}
		}
	END
}

rules() { # what the chain holds
	lnlb list chain ip t c | sed -n 's/^\t\t//p'
}

# What is typed, what is printed for it, and that is what parses back to it.
round_trip() { # TYPED [PRINTED]
	fresh
	lnlb add rule ip t c "$1" >"$dir/got" 2>&1
	rules >>"$dir/got"
	echo "${2-$1}" >"$dir/expected"
	same "prints $1"
	cp "$trace" "$dir/expected"
	fresh
	lnlb add rule ip t c "${2-$1}"
	cp "$trace" "$dir/got"
	[ -s "$trace" ] || echo "nothing was sent" >>"$dir/expected"
	same "the same bytes for ${2-$1}"
}

sends() { # STATEMENT HEX
	fresh
	lnlb add rule ip t c "$1"
	echo "$2" >"$dir/expected"
	cp "$trace" "$dir/got"
	same "sends $1"
}

older() { # what libnftables itself says in more words in later versions
	sed -i 's/^\(Error: syntax error, unexpected jump\), .*/\1/
		/syntax error, unexpected \(string\|jump\)$/{
			n
			/^expected any of: /d
		}' "$dir/got"
}

# A file, and what is said about it; nothing may have been changed.
refused() { # TEXT, expected messages on stdin; the file is $dir/rules
	cat >"$dir/expected"
	echo "exit code 1" >>"$dir/expected"
	fresh
	(cd "$dir" && lnlb -f rules) >"$dir/got" 2>&1
	echo "exit code $?" >>"$dir/got"
	older
	rules >>"$dir/got"
	same "$1"
}

typed_wrong() { # STATEMENT MARKS MESSAGE
	fresh
	lnlb add rule ip t c "$1" >"$dir/got" 2>&1
	echo "exit code $?" >>"$dir/got"
	rules >>"$dir/got"
	printf 'Error: %s\nadd rule ip t c %s\n                %s\nexit code 1\n' \
		"$3" "$1" "$2" >"$dir/expected"
	same "refuses $1"
}
