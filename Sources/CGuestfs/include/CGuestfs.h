/* SPDX-License-Identifier: Apache-2.0 */
/* libguestfs' declarations. The library itself is loaded at the first call, so that zlab starts without it. */
#ifndef ZLAB_CGUESTFS_H
#define ZLAB_CGUESTFS_H

#include <guestfs.h>

/*
 * Loads libguestfs.so.0 unless it is loaded. Returns NULL, or the dynamic loader's message, which stays valid. Every
 * other function of libguestfs' ends the process where the library cannot be loaded: call this first.
 */
const char *zlab_guestfs_load(void);

#endif
