// SPDX-License-Identifier: Apache-2.0
#include "kernel-state.h"
#include "actor.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char mark_nonce[32];
static unsigned int marks;

static void read_number(const char *path, char *number, size_t size)
{
	if (read_sysfs(path, number, size) || !*number || strspn(number, "0123456789") != strlen(number))
		snprintf(number, size, "-");
}

void kernel_state_read(struct kernel_state *state)
{
	read_number("/proc/sys/kernel/tainted", state->taint, sizeof(state->taint));
	read_number("/sys/kernel/warn_count", state->warnings, sizeof(state->warnings));
	read_number("/sys/kernel/oops_count", state->oopses, sizeof(state->oopses));
}

/*
 * At the level of a WARNING (KERN_WARNING, include/linux/kern_levels.h): a console that does not print the mark would
 * not print those either. dprintf() fails here: /dev/kmsg refuses its seek.
 */
void mark_print(void)
{
	char line[96];
	int fd, length;

	if (!*mark_nonce)
		return;
	fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
	length = snprintf(line, sizeof(line), "<4>zlab: mark %u %s\n", ++marks, mark_nonce);
	if (fd < 0)
		return; /* the host will miss the mark */

	ssize_t written = write(fd, line, length);

	(void)written; /* likewise */
	close(fd);
}

void marks_begin(const char *nonce)
{
	snprintf(mark_nonce, sizeof(mark_nonce), "%s", nonce);
	marks = 0;
	mark_print();
}

unsigned int marks_printed(void)
{
	return marks;
}
