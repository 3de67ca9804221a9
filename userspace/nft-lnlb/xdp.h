/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The XDP program, on its way to a device: by libbpf, or not at all where lnlbctl
 * was built without.
 */
#ifndef LNLBCTL_XDP_H
#define LNLBCTL_XDP_H

#include <stdbool.h>

/**
 * struct xdp - the program, loaded and on a device
 * @prog_fd: the program
 * @link_fd: what keeps it on the device; without another holder it goes
 * @object: libbpf's
 */
struct xdp {
	int prog_fd;
	int link_fd;
	void *object;
};

/**
 * xdp_load() - load the program and put it on a device; says why not
 * @xdp: filled in
 * @dev: name of the device
 * @ifindex: its number
 * @generic: before the stack, whatever the driver can
 *
 * Return: 0 or a negative errno; then there is nothing to close.
 */
int xdp_load(struct xdp *xdp, const char *dev, unsigned int ifindex,
	     bool generic);

/**
 * xdp_close() - close the descriptors
 * @xdp: from xdp_load()
 */
void xdp_close(struct xdp *xdp);

#endif /* LNLBCTL_XDP_H */
