# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Machines with a root file system of root.sh; sourced. That sets these:
# shellcheck disable=SC2154 # cache

# accel: a device node proves nothing, virtualisation may still not work. The
# answer is good until the next boot.
accel() {
	local known

	known=$cache/accel-$(cat /proc/sys/kernel/random/boot_id)
	if [ ! -e "$known" ]; then
		echo tcg,thread=multi >"$known"
		# a machine without a disk: its firmware says so, and it ends
		if [ -w /dev/kvm ] && timeout 20 qemu-system-x86_64 -nodefaults \
			-accel kvm -display none -cpu host -no-reboot \
			-serial stdio -append 'console=ttyS0 panic=-1' \
			-kernel "$1" 2>/dev/null </dev/null |
			grep -q 'Linux version'; then
			echo kvm >"$known"
		fi
	fi
	cat "$known"
}

# machine BOOT IMAGE EXCHANGE [QEMU-ARG...]: execs QEMU, for a background job.
# BOOT has vmlinuz and initrd.img; what is written to IMAGE is forgotten. It has
# LIMIT seconds, if that is set; ENTER is a command that leads to its network.
machine() {
	local boot=$1 image=$2 exchange=$3 kind

	shift 3
	kind=$(accel "$boot/vmlinuz")
	set -- "$@" -cpu "$([ "$kind" = kvm ] && echo host || echo max)"
	# shellcheck disable=SC2086 # words
	exec ${ENTER:-} ${LIMIT:+timeout -k 10 $LIMIT} \
		qemu-system-x86_64 -nodefaults -no-user-config -display none \
		-accel "$kind" -smp "${CPUS:-2}" -m "${MEMORY:-2G}" \
		-kernel "$boot/vmlinuz" -initrd "$boot/initrd.img" \
		-append "root=/dev/vda rw console=ttyS0 net.ifnames=0 \
no_timer_check norandmaps mitigations=off quiet systemd.show_status=0 ${APPEND:-}" \
		-drive "file=$image,if=virtio,format=raw,snapshot=on,file.locking=off" \
		-virtfs "local,path=$exchange,mount_tag=exchange,security_model=none,multidevs=remap" \
		-device virtio-rng-pci -serial "file:$exchange/console" "$@" \
		</dev/null >"$exchange/qemu.log" 2>&1
}

# exchange DIR SCRIPT: what a machine finds when it boots
exchange() {
	mkdir -p "$1"
	printf '%s\n' '#!/bin/bash' "$2" >"$1/command"
	chmod 755 "$1/command"
	: >"$1/output"
}
