/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel says from a moment on. */
#ifndef ZLAB_KERNEL_LOG_H
#define ZLAB_KERNEL_LOG_H

#include <stdbool.h>

struct kernel_log {
	int fd;
};

/* Begins to listen: 0 or an errno. */
int kernel_log_open(struct kernel_log *log);
/* Waits until a line that was printed since has these words. */
bool kernel_log_wait(struct kernel_log *log, const char *words, int milliseconds);
void kernel_log_close(struct kernel_log *log);

#endif
