/* SPDX-License-Identifier: Apache-2.0 */
/* What a user of a passed-through PCI function, such as QEMU, asks of the kernel. */
#ifndef ZLAB_VFIO_USER_H
#define ZLAB_VFIO_USER_H

#include "actor.h"
#include "pci-function.h"

#include <stdbool.h>
#include <stdint.h>

/* One user of one function. What is not open is -1. */
struct vfio_user {
	char function[PCI_NAME_SIZE];
	int owner; /* the container, or the iommufd */
	int group; /* -1 with an iommufd */
	int device;
	int request; /* an eventfd: the kernel wants the device back */
	uint32_t ioas; /* with an iommufd: its address space, 0 when there is none */
};

/* One thing that is asked of the kernel, and how that went over all iterations. */
struct vfio_step {
	const char *name;
	int (*run)(struct vfio_user *user); /* 0 or an errno */
	struct errno_count errors;
};

/* Whether what was set up is undone with its own ioctl, or left to closing the file. */
enum vfio_release { RELEASE_UNSET, RELEASE_CLOSE };

/* A way to get at a function. Each list ends with a step that has no name; RELEASE_UNSET's has all of them. */
struct vfio_access {
	/* What the kernel lacks for it, once the function is bound to vfio-pci; NULL when nothing. */
	const char *(*lacks)(void);
	/* From nothing to a device with its request eventfd; the first step opens files only. */
	struct vfio_step *enter;
	/* Lets the device go, but not the user's hold on its group or address space. */
	struct vfio_step *close_device[2];
	/* Lets go of the rest. */
	struct vfio_step *leave[2];
};

extern const struct vfio_access vfio_group_access;
extern const struct vfio_access vfio_cdev_access;

void vfio_user_init(struct vfio_user *user, const char *function);

/* Runs a step and counts its errno, which is returned. */
int vfio_run(struct vfio_step *step, struct vfio_user *user);
/* Runs all of them, whatever they say: letting go must not stop half-way. */
void vfio_run_all(struct vfio_step *steps, struct vfio_user *user);
/* Closes whatever is still open. */
void vfio_close_all(struct vfio_user *user);

/* Whether the kernel has asked for the device within the time. */
bool vfio_wait_request(struct vfio_user *user, int milliseconds);

/*
 * Steps that both kinds of access have: 0 or an errno. Arming has the
 * kernel signal an eventfd when it wants the device back.
 */
int vfio_arm_request(struct vfio_user *user);
int vfio_close_device(struct vfio_user *user);
int vfio_close_owner(struct vfio_user *user);

/* Opens for reading and writing: the descriptor in `fd`, 0 or an errno. */
int vfio_open(const char *path, int *fd);
/* Closes what is open and marks it so: 0 or an errno. */
int vfio_close(int *fd);

#endif
