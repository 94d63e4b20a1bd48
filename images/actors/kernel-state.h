/* SPDX-License-Identifier: Apache-2.0 */
/* Evidence beside the console's findings: the kernel's own counters, and marks that a complete console holds. */
#ifndef ZLAB_KERNEL_STATE_H
#define ZLAB_KERNEL_STATE_H

/* Each a decimal number, or "-" where this kernel has none. */
struct kernel_state {
	char taint[24]; /* /proc/sys/kernel/tainted */
	char warnings[24], oopses[24]; /* /sys/kernel/warn_count and oops_count, Linux 6.2 and later */
};

void kernel_state_read(struct kernel_state *state);

/* Prints the first mark; the host gives the nonce, so that a line of an earlier trial is not taken for one. */
void marks_begin(const char *nonce);

/* Prints the next mark to the kernel's log; nothing before marks_begin(). */
void mark_print(void);

unsigned int marks_printed(void);

#endif
