/* SPDX-License-Identifier: Apache-2.0 */
/* The child device that a driver makes of a PCI function: a disk, a network interface. */
#ifndef ZLAB_FUNCTION_CHILD_H
#define ZLAB_FUNCTION_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The name of what the function with this id is in a class: "block", where it is a whole disk, or "net". */
bool function_child(uint64_t fid, const char *class, char *name, size_t size);

#endif
