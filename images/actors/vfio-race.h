/* SPDX-License-Identifier: Apache-2.0 */
/* One race between a user of a passed-through PCI function and its removal. */
#ifndef ZLAB_VFIO_RACE_H
#define ZLAB_VFIO_RACE_H

#include "actor.h"
#include "remover.h"
#include "vfio-user.h"

/* When the function is taken away: from a user that has it, or from one that is still setting it up. */
enum race_phase { PHASE_DETACH, PHASE_INIT };

/* How a race ends. Only in the first case have the user and the removal met. */
enum race_end {
	RACED,
	PASSED_BY, /* set-up and removal did not overlap */
	NOT_BOUND,
	NOT_ENTERED, /* a step of the set-up failed before the removal began */
	NOT_ASKED, /* no request for the device */
	NOT_REMOVED, /* the device did not vanish from sysfs */
	NOT_BACK, /* the function is not there, and does not come back */
	STUCK, /* the removal does not end, or its process died; no other race is possible */
	RACE_ENDS,
};

#define RACE_FIRST_SPAN_US 10000

struct race {
	uint64_t fid;
	enum race_phase phase;
	enum vfio_release release;
	const struct vfio_access *access;
	uint64_t min_delay_us, max_delay_us; /* in PHASE_DETACH */
	uint64_t span_us; /* in PHASE_INIT, the time that the set-up takes: RACE_FIRST_SPAN_US, then it adapts */
	bool single_cpu;
	struct random random;
	struct remover remover;
	struct vfio_user user;
	uint64_t least_delay_us, most_delay_us;
	struct errno_count bind_errors, take_errors, return_errors;
};

/* What the kernel lacks for this race; NULL when nothing. */
const char *race_lacks(struct race *race);

/* Brings the function back, binds it to vfio-pci, takes it away from its user. No wait of its own is without an end. */
enum race_end race_once(struct race *race);

#endif
