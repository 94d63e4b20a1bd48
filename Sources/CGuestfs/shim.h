/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ZLAB_CGUESTFS_SHIM_H
#define ZLAB_CGUESTFS_SHIM_H

#include <guestfs.h>

#endif
