// SPDX-License-Identifier: Apache-2.0
/*
 * A PCI function is taken away from a user that has it through vfio-pci, as QEMU does when it passes one through.
 *
 * Phase detach: when the kernel asks for the device, the user closes it, and lets go of the rest a moment after the
 * device has vanished from sysfs: the kernel then detaches a device that is being released (iommu_release_device()).
 * Phase init: the function is taken away while the user is still setting it up.
 */
#define _GNU_SOURCE
#include "actor.h"
#include "vfio-race.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

/* So many failed iterations in a row, and the actor gives up. */
#define MAX_FAILURES 3

enum { FID, ITERATIONS, SEED, MIN_DELAY, MAX_DELAY, PHASE, ACCESS, WAY, RELEASE };
enum { ACCESS_GROUP, ACCESS_CDEV };

static const char *const phases[] = { [PHASE_DETACH] = "detach", [PHASE_INIT] = "init", NULL };
static const char *const accesses[] = { [ACCESS_GROUP] = "group", [ACCESS_CDEV] = "cdev", NULL };
static const char *const ways[] = {
	[TAKE_BY_POWER] = "power",
	[TAKE_BY_REMOVE] = "remove",
	[TAKE_BY_RECOVER] = "recover",
	[TAKE_BY_HOST] = "host",
	[TAKE_BY_OTHERS] = "none",
	[REMOVER_WAYS] = NULL,
};
static const char *const releases[] = { [RELEASE_UNSET] = "unset", [RELEASE_CLOSE] = "close", NULL };

static const char *const end_names[RACE_ENDS] = {
	[RACED] = "raced",
	[PASSED_BY] = "passed-by",
	[NOT_BOUND] = "not-bound",
	[NOT_ENTERED] = "not-entered",
	[NOT_ASKED] = "not-asked",
	[NOT_REMOVED] = "not-removed",
	[NOT_BACK] = "not-back",
	[STUCK] = "stuck",
};

/* How often the races ended in which way. */
struct tally {
	uint64_t iterations;
	uint64_t ends[RACE_ENDS];
};

static void repeat(struct race *race, uint64_t iterations, struct tally *tally)
{
	unsigned int failures = 0;

	while (tally->iterations < iterations && failures < MAX_FAILURES) {
		enum race_end end = race_once(race);

		tally->iterations++;
		tally->ends[end]++;
		failures = end == RACED || end == PASSED_BY ? 0 : failures + 1;
		if (end == STUCK || end == NOT_BACK)
			return;
	}
}

static void print_steps(const struct vfio_step *steps, const char **separator)
{
	for (; steps->name; steps++)
		print_step_errors(steps->name, &steps->errors, separator);
}

static void report(const struct race *race, const struct tally *tally)
{
	const char *separator = "";

	printf("{\"actor\": \"vfio-detach-race\", \"iterations\": %" PRIu64 ", \"ends\": {", tally->iterations);
	print_tally(stdout, end_names, tally->ends, RACE_ENDS);
	printf("}, \"errors\": {");
	print_step_errors("bind", &race->bind_errors, &separator);
	print_steps(race->access->enter, &separator);
	print_step_errors("take", &race->take_errors, &separator);
	print_steps(race->access->close_device[RELEASE_UNSET], &separator);
	print_steps(race->access->leave[RELEASE_UNSET], &separator);
	print_step_errors("bring-back", &race->return_errors, &separator);
	printf("}");
	if (race->least_delay_us <= race->most_delay_us)
		printf(", \"delay_us\": {\"least\": %" PRIu64 ", \"most\": %" PRIu64 "}", race->least_delay_us,
		       race->most_delay_us);
	printf("}\n");
}

static void set_up(struct race *race, const struct option_spec *options)
{
	race->fid = options[FID].number;
	race->min_delay_us = options[MIN_DELAY].number;
	race->max_delay_us = options[MAX_DELAY].number;
	race->span_us = RACE_FIRST_SPAN_US;
	race->phase = options[PHASE].number;
	race->release = options[RELEASE].number;
	race->access = options[ACCESS].number == ACCESS_CDEV ? &vfio_cdev_access : &vfio_group_access;
	race->single_cpu = sysconf(_SC_NPROCESSORS_ONLN) == 1;
	race->remover.way = options[WAY].number;
	race->remover.fid = race->fid;
	random_seed(&race->random, options[SEED].number);
	if (race->phase == PHASE_INIT && (race->remover.way == TAKE_BY_HOST || race->remover.way == TAKE_BY_OTHERS))
		usage_error("--phase init is over too soon for others to take the function away");
	if (race->min_delay_us > race->max_delay_us)
		usage_error("--min-delay-us is more than --max-delay-us");
	if (race->phase == PHASE_INIT && options[MAX_DELAY].given)
		usage_error("--phase init spreads its delays over the removal, whatever --max-delay-us says");
}

/* Whether the actor did what it was told; if not, says why. */
static bool did_its_work(const struct tally *tally, uint64_t iterations)
{
	if (tally->ends[RACED] && tally->iterations == iterations)
		return true;
	fprintf(stderr, "vfio-detach-race: user and removal met in %" PRIu64 " of %" PRIu64 " iterations: ",
		tally->ends[RACED], iterations);
	print_tally(stderr, end_names, tally->ends, RACE_ENDS);
	fprintf(stderr, "\n");
	return false;
}

static int vfio_detach_race_main(int argc, char **argv)
{
	struct option_spec options[] = {
		[FID] = { .name = "--fid", .kind = OPTION_HEX, .max = UINT32_MAX },
		[ITERATIONS] = { .name = "--iterations", .kind = OPTION_DECIMAL, .max = UINT32_MAX },
		[SEED] = { .name = "--seed", .kind = OPTION_DECIMAL, .max = UINT64_MAX },
		[MIN_DELAY] = { .name = "--min-delay-us", .kind = OPTION_DECIMAL, .max = 1000000 },
		[MAX_DELAY] = { .name = "--max-delay-us", .kind = OPTION_DECIMAL, .max = 1000000 },
		[PHASE] = { .name = "--phase", .kind = OPTION_CHOICE, .choices = phases },
		[ACCESS] = { .name = "--access", .kind = OPTION_CHOICE, .choices = accesses },
		[WAY] = { .name = "--way", .kind = OPTION_CHOICE, .choices = ways },
		[RELEASE] = { .name = "--release", .kind = OPTION_CHOICE, .choices = releases },
	};
	struct tally tally = { 0 };
	struct race race = { .least_delay_us = UINT64_MAX };
	const char *lacking;

	parse_options(argc, argv, options, sizeof(options) / sizeof(*options));
	if (!options[FID].given || !options[ITERATIONS].given || !options[SEED].given)
		usage_error("--fid, --iterations and --seed are needed");
	set_up(&race, options);
	prctl(PR_SET_TIMERSLACK, 1); /* sleeps end on time */
	lacking = race_lacks(&race);
	if (lacking) {
		fprintf(stderr, "vfio-detach-race: the kernel has no %s\n", lacking);
		return EXIT_UNAVAILABLE;
	}
	repeat(&race, options[ITERATIONS].number, &tally);
	report(&race, &tally);
	return did_its_work(&tally, options[ITERATIONS].number) ? 0 : EXIT_UNDONE;
}

ACTOR(vfio_detach_race, "vfio-detach-race",
      "--fid HEX --iterations N --seed N [--min-delay-us N] [--max-delay-us N] [--phase detach|init] [--access group|cdev]"
      " [--way power|remove|recover|host|none] [--release unset|close]",
      vfio_detach_race_main);
