/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A QEMU inside of the guest, as the user of a PCI function that it passes through.
 *
 * It runs nothing: its machine stands before its first instruction, and whoever manages it (here the actor, through its
 * monitor) answers in its guest's place.
 */
#ifndef ZLAB_INNER_QEMU_H
#define ZLAB_INNER_QEMU_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define INNER_QEMU "qemu-system-s390x"

struct inner_qemu {
	pid_t pid; /* 0 when there is none */
	int monitor;
	int complaint; /* a file with its standard error, and of those before it */
	bool deleted; /* the function that it was given last has left its machine */
	char problem[256]; /* what it said of what it could not do */
	size_t used;
	char line[16384]; /* what came of the monitor's next line */
};

/* Whether the image has such a program. */
bool inner_qemu_exists(void);

/* Starts it and waits for its monitor: 0 or an errno. */
int inner_qemu_start(struct inner_qemu *qemu);

/* Has it take a function that is bound to vfio-pci: 0, or an errno and `problem`. */
int inner_qemu_give(struct inner_qemu *qemu, const char *function);

/*
 * Resets its machine, upon which it carries out the unplug that its guest was asked for and has not answered
 * (s390_pcihost_reset() in hw/s390x/s390-pci-bus.c): whether the function has left the machine, which it does only when
 * there was such a request.
 */
bool inner_qemu_reset(struct inner_qemu *qemu, int milliseconds);

/* Prints what it, and those before it, have said on standard error. */
void inner_qemu_complain(const struct inner_qemu *qemu);

/*
 * Whether it runs. QEMU 10 may abort after such a reset: when the function that goes is its last, vfio takes its handler
 * off the list that the reset is walking through (hw/core/resetcontainer.c).
 */
bool inner_qemu_lives(struct inner_qemu *qemu);

/* Ends it, whatever it has. */
void inner_qemu_quit(struct inner_qemu *qemu);

#endif
