/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ZLAB_CLIBVIRT_SHIM_H
#define ZLAB_CLIBVIRT_SHIM_H

#include <libvirt/libvirt.h>
#include <libvirt/libvirt-qemu.h>
#include <libvirt/virterror.h>

#endif
