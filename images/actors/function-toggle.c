// SPDX-License-Identifier: Apache-2.0
/* Takes a PCI function away and brings it back, again and again, at moments that the seed decides. */
#include "actor.h"
#include "function-way.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define PATIENCE_NS (UINT64_C(10) * 1000000000)
#define DEFAULT_OVERRIDE "vfio-pci"

enum { FID, WAY, SECONDS, ITERATIONS, SEED, MIN_DELAY, MAX_DELAY, ONCE_BOUND, OVERRIDE, SPARE, OPTIONS };

/* One direction: how often it went well, and what the kernel or the host said when it did not. */
struct direction {
	uint64_t done;
	struct errno_count errors;
};

struct toggling {
	const struct function_way *way;
	struct target function;
	const char *once_bound; /* a driver to wait for before the function is taken, or NULL */
	uint64_t min_delay, max_delay; /* before each step, in microseconds */
	uint64_t unbound; /* how often one waited in vain */
	struct random random;
	struct direction out, back;
};

static void note(struct direction *direction, int code)
{
	if (code)
		count_errno(&direction->errors, code);
	else
		direction->done++;
}

static bool is_bound(const struct toggling *toggling)
{
	char device[PCI_NAME_SIZE], driver[64];

	return pci_find(&toggling->function.fid, NULL, device) &&
	       !pci_read_link(device, "driver", driver, sizeof(driver)) && !strcmp(driver, toggling->once_bound);
}

static void wait_bound(struct toggling *toggling, uint64_t end)
{
	uint64_t patience = monotonic_ns() + PATIENCE_NS;

	if (patience < end)
		end = patience;
	while (!is_bound(toggling)) {
		if (monotonic_ns() >= end) {
			toggling->unbound++;
			return;
		}
		sleep_us(200);
	}
}

/*
 * Whether the function is away at the end. Refusals are part of the game: another may be at it too, or the function is
 * gone.
 */
static bool toggle(struct toggling *toggling, uint64_t limit, uint64_t end)
{
	bool away = false;

	for (uint64_t step = 0; step < limit && monotonic_ns() < end; step++) {
		if (!away && toggling->once_bound)
			wait_bound(toggling, end);
		sleep_us(toggling->min_delay +
			 random_up_to(&toggling->random, toggling->max_delay - toggling->min_delay));
		if (away)
			note(&toggling->back, toggling->way->back(&toggling->function));
		else
			note(&toggling->out, toggling->way->out(&toggling->function));
		away = !away && toggling->way->back;
	}
	return away;
}

/* Whoever uses the function wants it back, and others may have had the last word on it. */
static void restore(struct toggling *toggling, bool away)
{
	uint64_t end = monotonic_ns() + PATIENCE_NS;
	const struct target *function = &toggling->function;
	const struct function_way *way = toggling->way;
	char device[PCI_NAME_SIZE];

	while (away || !pci_slot_ready(function->fid) || !pci_find(&function->fid, NULL, device)) {
		if (!way->back || monotonic_ns() >= end)
			return;
		if (away || !way->by_host)
			note(&toggling->back, way->back(&toggling->function));
		away = false;
		sleep_us(5000);
	}
}

static void report(const struct toggling *toggling)
{
	printf("{\"actor\": \"function-toggle\", \"way\": \"%s\", \"out\": %" PRIu64 ", \"back\": %" PRIu64,
	       toggling->way->name, toggling->out.done, toggling->back.done);
	printf(", \"out_errors\": ");
	print_errors(&toggling->out.errors);
	printf(", \"back_errors\": ");
	print_errors(&toggling->back.errors);
	if (toggling->once_bound)
		printf(", \"unbound\": %" PRIu64, toggling->unbound);
	printf("}\n");
}

static void check(const struct option_spec *options)
{
	if (!options[FID].given || !options[WAY].given || !options[SEED].given)
		usage_error("--fid, --way and --seed are needed");
	if (options[SECONDS].given == options[ITERATIONS].given)
		usage_error("either --seconds or --iterations is needed");
	if (options[MIN_DELAY].number > options[MAX_DELAY].number)
		usage_error("--min-delay-us is more than --max-delay-us");
	if (options[SPARE].given != !strcmp(options[WAY].text, "swap"))
		usage_error("--spare goes with --way swap");
	if (options[OVERRIDE].given && strcmp(options[WAY].text, "override"))
		usage_error("--override goes with --way override");
}

static int function_toggle_main(int argc, char **argv)
{
	const char *ways[16] = { 0 };
	struct option_spec options[OPTIONS] = {
		[FID] = { .name = "--fid", .kind = OPTION_HEX, .max = UINT32_MAX },
		[WAY] = { .name = "--way", .kind = OPTION_CHOICE, .choices = ways },
		[SECONDS] = { .name = "--seconds", .kind = OPTION_DECIMAL, .max = 86400 },
		[ITERATIONS] = { .name = "--iterations", .kind = OPTION_DECIMAL, .max = UINT32_MAX },
		[SEED] = { .name = "--seed", .kind = OPTION_DECIMAL, .max = UINT64_MAX },
		[MIN_DELAY] = { .name = "--min-delay-us", .kind = OPTION_DECIMAL, .max = 10000000 },
		[MAX_DELAY] = { .name = "--max-delay-us", .kind = OPTION_DECIMAL, .max = 10000000 },
		[ONCE_BOUND] = { .name = "--once-bound", .kind = OPTION_TEXT },
		[OVERRIDE] = { .name = "--override", .kind = OPTION_TEXT },
		[SPARE] = { .name = "--spare", .kind = OPTION_HEX, .max = UINT32_MAX },
	};
	struct toggling toggling = { 0 };
	bool away;

	for (size_t i = 0; function_ways[i].name && i + 1 < sizeof(ways) / sizeof(*ways); i++)
		ways[i] = function_ways[i].name;
	parse_options(argc, argv, options, OPTIONS);
	check(options);
	toggling.way = &function_ways[options[WAY].number];
	toggling.function.fid = options[FID].number;
	toggling.function.spare = options[SPARE].number;
	toggling.function.override = options[OVERRIDE].given ? options[OVERRIDE].text : DEFAULT_OVERRIDE;
	toggling.min_delay = options[MIN_DELAY].number;
	toggling.max_delay = options[MAX_DELAY].number;
	toggling.once_bound = options[ONCE_BOUND].text;
	random_seed(&toggling.random, options[SEED].number);
	away = toggle(&toggling, options[ITERATIONS].given ? options[ITERATIONS].number : UINT64_MAX,
		      options[SECONDS].given ? monotonic_ns() + options[SECONDS].number * 1000000000u : UINT64_MAX);
	restore(&toggling, away);
	report(&toggling);
	if (toggling.out.done)
		return 0;
	fprintf(stderr, "function-toggle: the function was never taken away by %s\n", toggling.way->name);
	return EXIT_UNDONE;
}

ACTOR(function_toggle, "function-toggle",
      "--fid HEX --way power|remove|recover|reset|unbind|override|host|swap --seconds N|--iterations N --seed N"
      " [--min-delay-us N] [--max-delay-us N] [--once-bound DRIVER] [--override DRIVER] [--spare HEX]",
      function_toggle_main);
