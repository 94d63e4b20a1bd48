/* SPDX-License-Identifier: Apache-2.0 */
/* libvirt's declarations. The library itself is loaded at the first call, so that zlab starts without it. */
#ifndef ZLAB_CLIBVIRT_H
#define ZLAB_CLIBVIRT_H

#include <libvirt/libvirt.h>
#include <libvirt/libvirt-qemu.h>
#include <libvirt/virterror.h>

/*
 * Loads libvirt.so.0 and libvirt-qemu.so.0 unless they are loaded. Returns NULL, or the dynamic loader's message, which
 * stays valid. Every other function of libvirt's ends the process where the library cannot be loaded: call this first.
 */
const char *zlab_libvirt_load(void);

#endif
