// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "kernel-log.h"
#include "actor.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

/* A record and its dictionary; what is longer, the kernel refuses with EINVAL (kernel/printk/printk.c). */
#define RECORD_SIZE 8192

int kernel_log_open(struct kernel_log *log)
{
	log->fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (log->fd < 0)
		return errno;
	lseek(log->fd, 0, SEEK_END);
	return 0;
}

/* Reads the records that there are, one per read. */
static bool find(struct kernel_log *log, const char *words)
{
	char record[RECORD_SIZE + 1];
	ssize_t length;

	/* EPIPE: some were lost, and the next is another. */
	while ((length = read(log->fd, record, RECORD_SIZE)) > 0 || (length < 0 && errno == EPIPE)) {
		if (length < 0)
			continue;
		record[length] = '\0';
		if (strstr(record, words))
			return true;
	}
	return false;
}

bool kernel_log_wait(struct kernel_log *log, const char *words, int milliseconds)
{
	uint64_t now = monotonic_ns(), end = now + milliseconds * UINT64_C(1000000);
	struct pollfd ready = { .fd = log->fd, .events = POLLIN };

	while (!find(log, words)) {
		now = monotonic_ns();
		if (now >= end)
			return false;
		poll(&ready, 1, (end - now) / 1000000 + 1);
	}
	return true;
}

void kernel_log_close(struct kernel_log *log)
{
	close(log->fd);
}
