#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# nft-lnlb is nft: the commands in nft_corpus run through both programs, each
# in a network namespace of its own, and what they print, their exit codes and
# the netlink messages are compared byte for byte. Nothing in there is an lnlb
# statement; much of it looks like one.
#
#   NAME.lines  commands, each a case of its own
#   NAME.files  files for nft -f, each below a line "=== what"
#   NAME.json   commands in JSON, one a line
#   NAME.args   what is typed in a shell, after nft -f start
#
# A case is right if both programs do the same, also if that is an error: what
# this kernel or this version of nft cannot do is as good a case.
#
# CORPUS="NAME..."  these only
set -u
cd "$(dirname "$0")" || exit 1

if ! unshare -n nft list ruleset >/dev/null 2>&1; then
	echo "ok 1 - corpus # SKIP this kernel has no nf_tables, or no right to"
	echo "1..1"
	exit 0
fi

corpus=$PWD/nft_corpus
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
count=0 failures=0
mkdir "$tmp"/{stock,ours}
ln -s "$(command -v nft)" "$tmp/stock/nft"
ln -s "$(realpath ../nft-lnlb)" "$tmp/ours/nft"

# What is in a namespace of its own: $1 is how, $2 is a file of the corpus.

# every command by itself, and the messages it takes
how_lines() {
	nft -i -d mnl,netlink <"$1"
	nft list ruleset
}

how_echo() {
	nft -i -e -a <"$1"
	nft -a -s -t list ruleset
}

how_json() {
	nft -i -j -e <"$1"
	nft -j list ruleset
	nft -j -t -s list ruleset
}

how_numeric() {
	nft -i -n -e <"$1"
	nft -nn list ruleset
	nft -y -p -T -S -u list ruleset
}

# in one transaction, up to the tenth error
how_file() {
	nft -f "$1"
	nft -c -f "$1"
	nft -o -c -f "$1"
	nft list ruleset
}

# what is listed can be read again, text and JSON
how_reload() {
	cd "$scratch" || return
	nft -i <"$1" >/dev/null 2>&1
	nft list ruleset >list
	nft -j list ruleset >json
	nft flush ruleset
	nft -f list
	nft -j list ruleset
	nft flush ruleset
	nft -j -f json
	nft list ruleset
}

title() {
	echo "$1"
	echo "$1" >&2
}

# each part of the file by itself, then everything else it does
how_files() {
	cd "$scratch" || return
	awk '/^=== / { name = sprintf("%02d", ++n); next }
		{ print >name }' "$1"
	for part in [0-9]*; do
		title "$(grep '^=== ' "$1" | sed -n "$((10#$part))p")"
		nft -f "$part"
		echo "exit code $?"
		nft -a list ruleset
		nft flush ruleset
		nft -c -o -f "$part"
	done
}

how_commands_in_json() {
	nft -i -j -e <"$1"
	nft -i <"$1"
	nft list ruleset
}

# what comes first, of stdout and stderr in one file?
how_args_merged() {
	how_args "$1" 2>&1 | cat
}

how_args() {
	cd "$scratch" || return
	cp "${1%/*}"/{start,second} .
	nft -f start
	while read -r line; do
		title "\$ $line"
		eval "$line"
		echo "exit code $?"
	done <"$1"
}

# What differs from one run to the next: process numbers, counters of the
# kernel, time, the order of what is hashed, and what is between the end of an
# attribute and the next one, which nobody sets. Nor is what nft 1.0.6 prints
# for the flags of a table in JSON, a string that it has freed, and behind it,
# as what is no UTF-8 ends the output.
steady() {
	LC_ALL=C sed -E 's/by process [0-9]+/by process N/; /port ID/d
		s/__chain[0-9]+/__chainN/g; s/\x1b\[[0-9;]*m//g
		s/(line [0-9]+: +)[0-9]+ (Aborted|Segm)/\1N \2/
		s/("table": \{[^}]*"flags": ).*/\1?/
		s/(expires"?:?) [0-9dhms]+/\1 T/g' "$1" | awk '
		function sorted(    i, least) {
			while (held) {
				least = 1
				for (i = 2; i <= held; i++)
					if (element[i] < element[least])
						least = i
				print element[least]
				element[least] = element[held--]
			}
		}
		/^\telement / { element[++held] = $0; next }
		{ sorted() }
		/\|len \|flags\| type\|$/ {
			left = $1 ~ /\|.*\|N/ ? 0 : substr($1, 2) - 4
		}
		/\|      data      \|/ {
			if (left < 4)
				$0 = substr($0, 1, 2 + 3 * left)
			left -= 4
			if (number-- > 0)
				next
		}
		/^\| 5f 5f 63 68 / { number = 2 }	# __chain
		{ print }
		END { sorted() }'
}

# as PROGRAM HOW FILE: leaves what it printed in $tmp/PROGRAM.out and .err
as() {
	local scratch=$tmp/$1.scratch stream

	rm -rf "$scratch"
	mkdir "$scratch"
	export scratch
	HOME=$scratch PATH=$tmp/$1:$PATH LC_ALL=C unshare -n bash -c "how_$2 \"\$@\"
		echo \"exit code \$?\"" - "$3" >"$tmp/$1.raw.out" \
		2>"$tmp/$1.raw.err"
	for stream in out err; do
		steady "$tmp/$1.raw.$stream" >"$tmp/$1.$stream"
	done
}

# both DESCRIPTION HOW FILE
both() {
	local what=$1 stock

	shift
	as stock "$@" &
	stock=$!
	as ours "$@"
	wait $stock
	count=$((count + 1))
	if cmp -s "$tmp/stock.out" "$tmp/ours.out" &&
	   cmp -s "$tmp/stock.err" "$tmp/ours.err"; then
		echo "ok $count - corpus: $what"
		return
	fi
	failures=$((failures + 1))
	echo "not ok $count - corpus: $what"
	{
		diff -au "$tmp/stock.out" "$tmp/ours.out"
		diff -au "$tmp/stock.err" "$tmp/ours.err"
	} | sed 's/^/# /;40q'
}

export -f how_lines how_echo how_json how_numeric how_file how_reload \
	how_files how_commands_in_json how_args how_args_merged title

# corpus KIND HOW...: all files of a kind
corpus() {
	local kind=$1 file name how

	shift
	for file in "$corpus"/*."$kind"; do
		name=${file##*/}
		[ -z "${CORPUS:-}" ] || [[ " $CORPUS " == *" $name "* ]] ||
			continue
		for how; do
			both "$name: $how" "$how" "$file"
		done
	done
}

# A kernel that loads a module for a transaction begins it again, and the
# handles are other ones then.
for file in "$corpus"/*.lines; do
	unshare -n nft -i <"$file" >/dev/null 2>&1
done
corpus lines lines echo json numeric file reload
corpus files files
corpus json commands_in_json
corpus args args args_merged

echo "1..$count"
[ $failures -eq 0 ]
