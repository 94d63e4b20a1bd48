/* SPDX-License-Identifier: Apache-2.0 */
/* What the driver of a virtio function makes of it: a disk, a network interface. */
#ifndef ZLAB_VIRTIO_CHILD_H
#define ZLAB_VIRTIO_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The name of what the function with this id is in a class: "block" or "net". */
bool virtio_child(uint64_t fid, const char *class, char *name, size_t size);

#endif
