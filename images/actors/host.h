/* SPDX-License-Identifier: Apache-2.0 */
/* What an actor may ask of the host: to plug and unplug functions as an administrator would. */
#ifndef ZLAB_HOST_H
#define ZLAB_HOST_H

#include <stdint.h>

#define HOST_SOCKET 3 /* the descriptor through which an actor asks; the runner gives it */

/*
 * Asks the host to "plug" or "unplug" the scenario's function with this function id, and returns at once: 0, or an
 * errno (ENOTCONN when whoever started this actor passes nothing on).
 *
 * "unplug" is QEMU's device_del: the guest is told at once, and the function is gone when the guest has let it go.
 * "plug" waits, on the host, until an unplug of the same function is over.
 */
int host_ask(const char *what, uint64_t fid);

/*
 * Waits for the answer to the oldest question that has none yet: 0 when the host did as asked, EIO when it could not,
 * ETIMEDOUT. For "unplug" it comes when QEMU has taken the request, not when the function is gone.
 */
int host_answer(unsigned int limit_ms);

#endif
