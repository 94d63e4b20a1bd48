/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Takes a PCI function away from its user, in a process of its own, and brings it back.
 *
 * Not in a thread: when an oops ends one thread of a process, the last one to end decides what its exit code is.
 */
#ifndef ZLAB_REMOVER_H
#define ZLAB_REMOVER_H

#include "actor.h"
#include "pci-function.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* The slot's power, the device's remove or recover file, the host's device_del; or somebody else does it. */
enum remover_way { TAKE_BY_POWER, TAKE_BY_REMOVE, TAKE_BY_RECOVER, TAKE_BY_HOST, TAKE_BY_OTHERS, REMOVER_WAYS };

/* What the process writes down, in memory that it shares. */
struct remover_log {
	uint64_t began, ended; /* of the write, by monotonic_ns(); 0 when it did not */
	int code; /* its errno */
};

struct remover {
	enum remover_way way;
	uint64_t fid;
	bool unplugged; /* by the host, which has not plugged it again */
	char function[PCI_NAME_SIZE];
	struct remover_log *log;
	pid_t pid;
	int pidfd;
	int start; /* a pipe on which the process waits */
};

/* Makes the process, before there is any file that it must not hold open: 0 or an errno. */
int remover_prepare(struct remover *remover);
/* Begins to take the function away; the kernel may make it wait for its user. */
void remover_start(struct remover *remover);
/* Waits for the end of the process; false when it did not get to the end of its write within the time. */
bool remover_wait(struct remover *remover, int milliseconds);
/* Ends a process that was not started; one that was must have been waited for. */
void remover_dismiss(struct remover *remover);

/* Asks for the function until it is there, 10 s at most, and finds its name: whether it is. Refusals are counted. */
bool remover_restore(struct remover *remover, struct errno_count *refusals);

#endif
