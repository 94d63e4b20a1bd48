// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "vfio-race.h"

#include <errno.h>
#include <sched.h>
#include <unistd.h>

#define DRIVER "vfio-pci"
#define PATIENCE_MS 10000
/* Longer than a kernel that is told to report hung tasks after 15 s needs for it: up to twice that. */
#define STUCK_MS 40000
/* A request made before the eventfd is armed comes again only after 10 s: the user then lets go unasked. */
#define INIT_REQUEST_MS 50
/* The time in which a user sets up in PHASE_INIT. */
#define LEAST_SPAN_US 100
#define MOST_SPAN_US 200000

static void note(struct errno_count *errors, int code)
{
	if (code)
		count_errno(errors, code);
}

/*
 * Spins when there are CPUs enough: a sleeper would be late by more than the window is wide. On a single one it must
 * sleep, or the removal would not get on.
 */
static void pass_time(const struct race *race, uint64_t microseconds)
{
	uint64_t end = monotonic_ns() + microseconds * 1000u;

	if (race->single_cpu)
		sleep_us(microseconds);
	while (monotonic_ns() < end)
		;
}

static void delay(struct race *race, uint64_t min, uint64_t max)
{
	uint64_t microseconds = min + random_up_to(&race->random, max - min);

	if (microseconds < race->least_delay_us)
		race->least_delay_us = microseconds;
	if (microseconds > race->most_delay_us)
		race->most_delay_us = microseconds;
	pass_time(race, microseconds);
}

/* On a single CPU each look is followed by a rest of twice its time, so that the removal gets on. */
static bool wait_vanished(const struct race *race, uint64_t incarnation)
{
	uint64_t now = monotonic_ns(), end = now + PATIENCE_MS * UINT64_C(1000000);

	while (pci_incarnation(race->user.function) == incarnation) {
		uint64_t before = now;

		now = monotonic_ns();
		if (now >= end)
			return false;
		if (race->single_cpu) {
			sleep_us((now - before) / 500 + 1);
			now = monotonic_ns();
		}
	}
	return true;
}

/* On a single CPU an urgent user is on time, and never interrupted by the removal; a fair one takes turns with it. */
static void be_urgent(const struct race *race, bool urgent)
{
	struct sched_param priority = { .sched_priority = urgent };

	/* Not the remover, which is a child. */
	if (race->single_cpu)
		sched_setscheduler(0, (urgent ? SCHED_FIFO : SCHED_OTHER) | SCHED_RESET_ON_FORK, &priority);
}

static int enter(struct race *race, struct vfio_step *step)
{
	int code = 0;

	for (; step->name && !code; step++)
		code = vfio_run(step, &race->user);
	return code;
}

static enum race_end race_detach(struct race *race)
{
	uint64_t incarnation = pci_incarnation(race->user.function);
	bool asked, vanished;

	if (enter(race, race->access->enter))
		return NOT_ENTERED;
	remover_start(&race->remover);
	asked = vfio_wait_request(&race->user, PATIENCE_MS);
	vfio_run_all(race->access->close_device[race->release], &race->user);
	vanished = asked && wait_vanished(race, incarnation);
	delay(race, race->min_delay_us, race->max_delay_us);
	/* Either finds what the other misses: one thread held up within a step, or the other let in between two. */
	be_urgent(race, random_up_to(&race->random, 1));
	vfio_run_all(race->access->leave[race->release], &race->user);
	if (!remover_wait(&race->remover, STUCK_MS))
		return STUCK;
	return vanished ? RACED : asked ? NOT_REMOVED : NOT_ASKED;
}

/*
 * How long a removal takes until the device leaves its group differs by a factor of 100 from guest to guest. A user
 * whose first step fails was too late, one that gets the device was early.
 */
static void aim(struct race *race, bool late, bool early)
{
	if (late && race->span_us > LEAST_SPAN_US)
		race->span_us /= 2;
	if (early && race->span_us < MOST_SPAN_US)
		race->span_us *= 2;
}

/*
 * Sets up while the removal goes on, each step at a moment of its own: half of the time at once after the one before,
 * else anywhere in what is left of the span.
 */
static void enter_slowly(struct race *race, struct vfio_step *steps)
{
	uint64_t end = monotonic_ns() + race->span_us * 1000;
	struct vfio_step *step = steps;
	bool at_once = false;
	int code = 0;

	for (; step->name && !code; step++) {
		uint64_t now = monotonic_ns();

		if (!at_once && now < end)
			delay(race, 0, (end - now) / 1000);
		code = vfio_run(step, &race->user);
		at_once = random_up_to(&race->random, 1);
	}
	if (race->access == &vfio_group_access)
		aim(race, step == steps + 1 && code, !code);
}

static enum race_end race_init(struct race *race)
{
	const struct remover_log *log = race->remover.log;
	uint64_t began, ended;

	if (vfio_run(race->access->enter, &race->user))
		return NOT_ENTERED;
	remover_start(&race->remover);
	began = monotonic_ns();
	enter_slowly(race, race->access->enter + 1);
	ended = monotonic_ns();
	if (race->user.request >= 0)
		vfio_wait_request(&race->user, INIT_REQUEST_MS);
	vfio_run_all(race->access->close_device[race->release], &race->user);
	vfio_run_all(race->access->leave[race->release], &race->user);
	if (!remover_wait(&race->remover, STUCK_MS))
		return STUCK;
	return log->began < ended && log->ended > began ? RACED : PASSED_BY;
}

static enum race_end race_with_remover(struct race *race)
{
	enum race_end end = NOT_ENTERED;
	int code = remover_prepare(&race->remover);

	if (!code) {
		end = race->phase == PHASE_INIT ? race_init(race) : race_detach(race);
		if (end == NOT_ENTERED)
			remover_dismiss(&race->remover);
		else if (end != STUCK)
			code = race->remover.log->code;
	}
	note(&race->take_errors, code);
	return end;
}

enum race_end race_once(struct race *race)
{
	enum race_end end;
	int code;

	if (!remover_restore(&race->remover, &race->return_errors))
		return NOT_BACK;
	code = pci_bind_soon(race->remover.function, DRIVER);
	note(&race->bind_errors, code);
	if (code)
		return NOT_BOUND;
	vfio_user_init(&race->user, race->remover.function);
	be_urgent(race, true);
	end = race_with_remover(race);
	vfio_close_all(&race->user);
	return end;
}

const char *race_lacks(struct race *race)
{
	if (access("/sys/bus/pci/drivers/" DRIVER, F_OK))
		return "vfio-pci (VFIO_PCI)";
	/* The rest shows only when vfio has a device. */
	return remover_restore(&race->remover, &race->return_errors) && !pci_bind(race->remover.function, DRIVER) ? race->access->lacks() : NULL;
}
