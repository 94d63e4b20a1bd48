// SPDX-License-Identifier: Apache-2.0
/* Access by IOMMU group and container (Documentation/driver-api/vfio.rst, "VFIO Usage Example"). */
#include "vfio-user.h"

#include <errno.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define CONTAINER "/dev/vfio/vfio"

static const char *lacks(void)
{
	return access(CONTAINER, F_OK) ? "vfio groups (VFIO_GROUP, VFIO_CONTAINER)" : NULL;
}

static int open_files(struct vfio_user *user)
{
	char number[16], path[40];
	int code = pci_read_link(user->function, "iommu_group", number, sizeof(number));

	if (code)
		return code;
	snprintf(path, sizeof(path), "/dev/vfio/%s", number);
	code = vfio_open(CONTAINER, &user->owner);
	return code ? code : vfio_open(path, &user->group);
}

static int set_container(struct vfio_user *user)
{
	return ioctl(user->group, VFIO_GROUP_SET_CONTAINER, &user->owner) ? errno : 0;
}

static int set_iommu(struct vfio_user *user)
{
	return ioctl(user->owner, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU) ? errno : 0;
}

static int get_device(struct vfio_user *user)
{
	user->device = ioctl(user->group, VFIO_GROUP_GET_DEVICE_FD, user->function);
	return user->device < 0 ? errno : 0;
}

static int unset_container(struct vfio_user *user)
{
	return ioctl(user->group, VFIO_GROUP_UNSET_CONTAINER) ? errno : 0;
}

static int close_group(struct vfio_user *user)
{
	return vfio_close(&user->group);
}

static struct vfio_step enter[] = {
	{ .name = "open", .run = open_files },
	{ .name = "set-container", .run = set_container },
	{ .name = "set-iommu", .run = set_iommu },
	{ .name = "get-device", .run = get_device },
	{ .name = "arm-request", .run = vfio_arm_request },
	{ 0 },
};
static struct vfio_step closing[] = { { .name = "close-device", .run = vfio_close_device }, { 0 } };
static struct vfio_step leave[] = {
	{ .name = "unset-container", .run = unset_container },
	{ .name = "close-group", .run = close_group },
	{ .name = "close-container", .run = vfio_close_owner },
	{ 0 },
};

const struct vfio_access vfio_group_access = {
	.lacks = lacks,
	.enter = enter,
	.close_device = { closing, closing },
	.leave = { leave, leave + 1 },
};
