// SPDX-License-Identifier: GPL-2.0-only
/* lnlbctl without libbpf, or built where no compiler for BPF was. */
#include <errno.h>

#include "lnlbctl.h"
#include "xdp.h"

int xdp_load(struct xdp *xdp, const char *dev, unsigned int ifindex,
	     bool generic)
{
	(void)xdp;
	(void)dev;
	(void)ifindex;
	(void)generic;
	ctl_error("this lnlbctl was built without XDP: that takes libbpf and clang");
	return -EOPNOTSUPP;
}

void xdp_close(struct xdp *xdp)
{
	(void)xdp;
}
