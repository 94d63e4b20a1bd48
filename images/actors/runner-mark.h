// SPDX-License-Identifier: Apache-2.0
#pragma once

/*
 * Tells whoever runs the guest that nothing counts from here on. A branch that is never taken, with a number of ours
 * for its target: on its own it does nothing. Under `--schedule turns` QEMU's plugin (Sources/Schedules/plugin) stops the
 * guest there, at the same instruction each time.
 */
static inline void end_guest(void)
{
	asm volatile(".byte 0xc0, 0x04, 0x7a, 0x6c, 0x61, 0x62" : : : "memory");
}

/*
 * The same for a question that has been sent to the host: the guest stands still until the host has done what it was
 * asked for, and all of that reaches the guest at the same instruction each time.
 */
static inline void await_host(void)
{
	asm volatile(".byte 0xc0, 0x04, 0x7a, 0x6c, 0x61, 0x68" : : : "memory");
}
