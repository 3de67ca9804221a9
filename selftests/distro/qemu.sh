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

# machine_args BOOT IMAGE EXCHANGE: sets args and words, to start QEMU with and what
# its kernel is told. What is written to IMAGE is forgotten.
machine_args() {
	local kind

	kind=$(accel "$1/vmlinuz")
	words="root=/dev/vda rw console=ttyS0 net.ifnames=0 no_timer_check \
norandmaps mitigations=off quiet systemd.show_status=0 ${APPEND:-}"
	args=(qemu-system-x86_64 -nodefaults -no-user-config -display none
		-accel "$kind" -smp "${CPUS:-2}" -m "${MEMORY:-2G}"
		-cpu "$([ "$kind" = kvm ] && echo host || echo max)"
		-drive "file=$2,if=virtio,format=raw,snapshot=on,file.locking=off"
		-virtfs "local,path=$3,mount_tag=exchange,security_model=none,multidevs=remap"
		-device virtio-rng-pci)
}

# machine BOOT IMAGE EXCHANGE [QEMU-ARG...]: execs QEMU, for a background job.
# BOOT has vmlinuz and initrd.img. It has LIMIT seconds, if that is set; ENTER is a
# command that leads to its network.
machine() {
	local args words

	machine_args "$@"
	# shellcheck disable=SC2086 # words
	exec ${ENTER:-} ${LIMIT:+timeout -k 10 $LIMIT} "${args[@]}" \
		-kernel "$1/vmlinuz" -initrd "$1/initrd.img" -append "$words" \
		-serial "file:$3/console" "${@:4}" \
		</dev/null >"$3/qemu.log" 2>&1
}

# secure_machine BOOT IMAGE EXCHANGE [QEMU-ARG...]: the same with firmware that does
# Secure Boot and trusts Microsoft's keys, as machines do that are bought. BOOT has
# efi/ as well, the shim and GRUB of the distribution. "owner" is at its console.
secure_machine() {
	local args words firmware=/usr/share/OVMF disk=$3/efi

	machine_args "$@"
	mkdir -p "$disk"/EFI/{BOOT,debian}
	cp "$1"/efi/* "$disk/EFI/BOOT/"
	cp "$1"/{vmlinuz,initrd.img} "$disk/"
	printf '%s\n' "linux /vmlinuz $words" "initrd /initrd.img" boot \
		>"$disk/EFI/debian/grub.cfg"
	cp "$firmware/OVMF_VARS_4M.ms.fd" "$3/variables"
	exec ${LIMIT:+timeout -k 10 "$LIMIT"} "$top/selftests/distro/owner" \
		"$3/console" "${args[@]}" -machine q35,smm=on \
		-global driver=cfi.pflash01,property=secure,value=on \
		-global ICH9-LPC.disable_s3=1 -drive \
		"if=pflash,format=raw,unit=0,readonly=on,file=$firmware/OVMF_CODE_4M.secboot.fd" \
		-drive "if=pflash,format=raw,unit=1,file=$3/variables" \
		-drive "file=fat:$disk,if=virtio,format=raw,readonly=on" \
		-serial stdio "${@:4}" </dev/null >"$3/qemu.log" 2>&1
}

# exchange DIR SCRIPT: what a machine finds when it boots
exchange() {
	mkdir -p "$1"
	printf '%s\n' '#!/bin/bash' "$2" >"$1/command"
	chmod 755 "$1/command"
	: >"$1/output"
}
