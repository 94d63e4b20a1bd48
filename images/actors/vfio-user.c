// SPDX-License-Identifier: Apache-2.0
#include "vfio-user.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

void vfio_user_init(struct vfio_user *user, const char *function)
{
	*user = (struct vfio_user){ .owner = -1, .group = -1, .device = -1, .request = -1 };
	memcpy(user->function, function, strnlen(function, PCI_NAME_SIZE - 1));
}

int vfio_run(struct vfio_step *step, struct vfio_user *user)
{
	int code = step->run(user);

	if (code)
		count_errno(&step->errors, code);
	return code;
}

void vfio_run_all(struct vfio_step *steps, struct vfio_user *user)
{
	for (; steps->name; steps++)
		vfio_run(steps, user);
}

void vfio_close_all(struct vfio_user *user)
{
	vfio_close(&user->request);
	vfio_close(&user->device);
	vfio_close(&user->group);
	vfio_close(&user->owner);
}

int vfio_arm_request(struct vfio_user *user)
{
	struct {
		struct vfio_irq_set set;
		int32_t eventfd;
	} irqs = {
		.set = {
			.argsz = sizeof(irqs),
			.flags = VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER,
			.index = VFIO_PCI_REQ_IRQ_INDEX,
			.count = 1,
		},
	};

	user->request = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (user->request < 0)
		return errno;
	irqs.eventfd = user->request;
	return ioctl(user->device, VFIO_DEVICE_SET_IRQS, &irqs) ? errno : 0;
}

int vfio_close_device(struct vfio_user *user)
{
	return vfio_close(&user->device);
}

int vfio_close_owner(struct vfio_user *user)
{
	return vfio_close(&user->owner);
}

bool vfio_wait_request(struct vfio_user *user, int milliseconds)
{
	struct pollfd ready = { .fd = user->request, .events = POLLIN };

	return poll(&ready, 1, milliseconds) > 0;
}

int vfio_open(const char *path, int *fd)
{
	*fd = open(path, O_RDWR | O_CLOEXEC);
	return *fd < 0 ? errno : 0;
}

int vfio_close(int *fd)
{
	int code = *fd >= 0 && close(*fd) ? errno : 0;

	*fd = -1;
	return code;
}
