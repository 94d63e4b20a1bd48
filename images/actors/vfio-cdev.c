// SPDX-License-Identifier: Apache-2.0
/*
 * Access by the function's own character device and an iommufd, Linux 6.6 and later
 * (Documentation/driver-api/vfio.rst, "IOMMUFD and VFIO_IOMMU_TYPE1", "VFIO Device cdev").
 *
 * The ABI is written down here because the C library's headers may be older than it:
 * include/uapi/linux/vfio.h and include/uapi/linux/iommufd.h of Linux 6.6.
 */
#include "vfio-user.h"

#include <dirent.h>
#include <errno.h>
#include <linux/ioctl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define IOMMUFD "/dev/iommu"
#define CDEVS "/dev/vfio/devices"

#define CDEV_BIND_IOMMUFD _IO(';', 100 + 18)
#define CDEV_ATTACH _IO(';', 100 + 19)
#define CDEV_DETACH _IO(';', 100 + 20)
#define IOMMUFD_DESTROY _IO(';', 0x80)
#define IOMMUFD_IOAS_ALLOC _IO(';', 0x81)

struct cdev_bind {
	uint32_t size, flags;
	int32_t iommufd;
	uint32_t device_id; /* out */
};

struct cdev_attach {
	uint32_t size, flags;
	uint32_t table_id; /* in: the address space; out: its page table */
};

struct cdev_detach {
	uint32_t size, flags;
};

struct iommufd_ioas {
	uint32_t size, flags;
	uint32_t id; /* out */
};

struct iommufd_destroy {
	uint32_t size, id;
};

static const char *lacks(void)
{
	if (access(IOMMUFD, F_OK))
		return "iommufd (IOMMUFD)";
	return access(CDEVS, F_OK) ? "character devices of vfio devices (VFIO_DEVICE_CDEV)" : NULL;
}

/* The function's folder vfio-dev holds one name: vfio0, vfio1, ... */
static int find_cdev(const char *function, char *path, size_t size)
{
	char folder[64];
	struct dirent *entry;
	DIR *names;
	int code = ENOENT;

	snprintf(folder, sizeof(folder), PCI_DEVICES "/%s/vfio-dev", function);
	names = opendir(folder);
	if (!names)
		return errno;
	while (code && (entry = readdir(names)))
		if (entry->d_name[0] != '.')
			code = snprintf(path, size, CDEVS "/%s", entry->d_name) < (int)size ? 0 : ENAMETOOLONG;
	closedir(names);
	return code;
}

static int open_files(struct vfio_user *user)
{
	char path[64];
	int code = find_cdev(user->function, path, sizeof(path));

	if (code)
		return code;
	code = vfio_open(IOMMUFD, &user->owner);
	return code ? code : vfio_open(path, &user->device);
}

static int bind_iommufd(struct vfio_user *user)
{
	struct cdev_bind bind = { .size = sizeof(bind), .iommufd = user->owner };

	return ioctl(user->device, CDEV_BIND_IOMMUFD, &bind) ? errno : 0;
}

static int alloc_ioas(struct vfio_user *user)
{
	struct iommufd_ioas ioas = { .size = sizeof(ioas) };

	if (ioctl(user->owner, IOMMUFD_IOAS_ALLOC, &ioas))
		return errno;
	user->ioas = ioas.id;
	return 0;
}

static int attach(struct vfio_user *user)
{
	struct cdev_attach attach = { .size = sizeof(attach), .table_id = user->ioas };

	return ioctl(user->device, CDEV_ATTACH, &attach) ? errno : 0;
}

static int detach(struct vfio_user *user)
{
	struct cdev_detach detach = { .size = sizeof(detach) };

	return ioctl(user->device, CDEV_DETACH, &detach) ? errno : 0;
}

static int destroy_ioas(struct vfio_user *user)
{
	struct iommufd_destroy destroy = { .size = sizeof(destroy), .id = user->ioas };

	return user->ioas && ioctl(user->owner, IOMMUFD_DESTROY, &destroy) ? errno : 0;
}

static struct vfio_step enter[] = {
	{ .name = "open", .run = open_files },
	{ .name = "bind-iommufd", .run = bind_iommufd },
	{ .name = "alloc-ioas", .run = alloc_ioas },
	{ .name = "attach", .run = attach },
	{ .name = "arm-request", .run = vfio_arm_request },
	{ 0 },
};
static struct vfio_step closing[] = {
	{ .name = "detach", .run = detach },
	{ .name = "close-device", .run = vfio_close_device },
	{ 0 },
};
static struct vfio_step leave[] = {
	{ .name = "destroy-ioas", .run = destroy_ioas },
	{ .name = "close-iommufd", .run = vfio_close_owner },
	{ 0 },
};

const struct vfio_access vfio_cdev_access = {
	.lacks = lacks,
	.enter = enter,
	.close_device = { closing, closing + 1 },
	.leave = { leave, leave + 1 },
};
