// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>

#include "lnlbctl.h"
#include "xdp.h"

#define PROGRAM		"lnlb_xdp"
/* For one of ours that is on its way off the device. */
#define GONE_TRIES	100
#define GONE_PAUSE_NS	20000000

extern const char xdp_object[], xdp_object_end[];
__asm__(".pushsection .rodata\n"
	".balign 8\n"
	"xdp_object: .incbin \"xdp_prog.bpf.o\"\n"
	"xdp_object_end:\n"
	".popsection\n");

/* What libbpf has to say stands in the way of what the user can do about it. */
static int quiet(enum libbpf_print_level level, const char *format, va_list ap)
{
	(void)level;
	(void)format;
	(void)ap;
	return 0;
}

static void say_not_loaded(int err)
{
	const char *hint = "";

	if (err == -EPERM)
		hint = "; it takes CAP_BPF and CAP_NET_ADMIN in the first user namespace";
	else if (err == -ENOSYS)
		hint = "; this kernel has no BPF (CONFIG_BPF_SYSCALL)";
	ctl_error("cannot load the XDP program: %s%s", strerror(-err), hint);
}

/* Return: 0 or a negative errno, with @xdp's object and program. */
static int load(struct xdp *xdp)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = PROGRAM);
	struct bpf_object *object;
	int err;

	libbpf_set_print(quiet);
	object = bpf_object__open_mem(xdp_object, xdp_object_end - xdp_object,
				      &opts);
	if (!object)
		return -errno;
	err = bpf_object__load(object);
	if (err) {
		bpf_object__close(object);
		return err;
	}
	xdp->object = object;
	xdp->prog_fd = bpf_program__fd(
		bpf_object__find_program_by_name(object, PROGRAM));
	return 0;
}

/* Return: the number of the program on a device, 0 if there is none. */
static uint32_t there(unsigned int ifindex, char name[BPF_OBJ_NAME_LEN])
{
	struct bpf_prog_info info = { 0 };
	uint32_t id = 0, len = sizeof(info);
	int fd;

	name[0] = '\0';
	if (bpf_xdp_query_id(ifindex, 0, &id))
		return 0;
	fd = id ? bpf_prog_get_fd_by_id(id) : -1;
	if (fd < 0)
		return id;
	if (!bpf_obj_get_info_by_fd(fd, &info, &len))
		snprintf(name, BPF_OBJ_NAME_LEN, "%s", info.name);
	close(fd);
	return id;
}

static void say_not_attached(const char *dev, unsigned int ifindex,
			     bool generic, int err)
{
	char name[BPF_OBJ_NAME_LEN];
	uint32_t id = there(ifindex, name);

	if (id)
		ctl_error("another XDP program is on %s already: %s, id %u", dev,
			  name[0] ? name : "without a name", id);
	else if (generic)
		ctl_error("cannot put the XDP program on %s: %s", dev,
			  strerror(-err));
	else
		ctl_error("the driver of %s does not take the XDP program: %s; --generic puts it before the stack, where it costs more than it saves",
			  dev, strerror(-err));
}

static int attach(struct xdp *xdp, const char *dev, unsigned int ifindex,
		  bool generic)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts,
		    .flags = generic ? XDP_FLAGS_SKB_MODE : XDP_FLAGS_DRV_MODE);
	struct timespec pause = { .tv_nsec = GONE_PAUSE_NS };
	char name[BPF_OBJ_NAME_LEN];
	int tries, err = 0;

	for (tries = 0; tries < GONE_TRIES; tries++) {
		xdp->link_fd = bpf_link_create(xdp->prog_fd, ifindex, BPF_XDP,
					       &opts);
		if (xdp->link_fd >= 0)
			return 0;
		err = -errno;
		if (!there(ifindex, name) || strcmp(name, PROGRAM))
			break;
		nanosleep(&pause, NULL);
	}
	say_not_attached(dev, ifindex, generic, err);
	return err;
}

int xdp_load(struct xdp *xdp, const char *dev, unsigned int ifindex,
	     bool generic)
{
	int err;

	err = load(xdp);
	if (err) {
		say_not_loaded(err);
		return err;
	}
	err = attach(xdp, dev, ifindex, generic);
	if (err)
		bpf_object__close(xdp->object);
	return err;
}

void xdp_close(struct xdp *xdp)
{
	close(xdp->link_fd);
	bpf_object__close(xdp->object);
}
