// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include "turn-hold.h"

#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define LOOK_US 200

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static const char *path_of(const struct hold *hold, const char *word)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s.%" PRIu64 ".%s", hold->prefix, hold->number, word);
	return path;
}

static bool is_there(const struct hold *hold, const char *word)
{
	return !access(path_of(hold, word), F_OK);
}

static bool is_late(const struct hold *hold)
{
	return now_ms() - hold->since_ms >= HOLD_MOST_MS;
}

void hold_begin(struct hold *hold, unsigned int vcpu)
{
	if (!hold->prefix)
		return;
	hold->number++;
	hold->vcpu = vcpu;
	hold->lasts = true;
	hold->since_ms = now_ms();
}

bool hold_ends(struct hold *hold, unsigned int vcpu)
{
	int fd;

	if (!hold->lasts)
		return true;
	if (vcpu != hold->vcpu || (!is_there(hold, "still") && !is_late(hold))) {
		usleep(LOOK_US);
		return false;
	}
	fd = open(path_of(hold, "held"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd >= 0)
		close(fd);
	while (!is_there(hold, "go") && !is_late(hold))
		usleep(LOOK_US);
	hold->lasts = false;
	unlink(path_of(hold, "still"));
	unlink(path_of(hold, "held"));
	unlink(path_of(hold, "go"));
	return true;
}
