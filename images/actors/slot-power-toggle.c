// SPDX-License-Identifier: Apache-2.0
/* Switches a PCI function's slot off and on, again and again, at moments that the seed decides. */
#include "actor.h"
#include "pci-function.h"

#include <inttypes.h>
#include <stdio.h>

enum { FID, SECONDS, ITERATIONS, SEED, MAX_DELAY };

static void toggle(struct option_spec *options, uint64_t *writes, struct errno_count *errors)
{
	uint64_t limit = options[ITERATIONS].given ? options[ITERATIONS].number : UINT64_MAX;
	uint64_t end = options[SECONDS].given ? monotonic_ns() + options[SECONDS].number * 1000000000u : UINT64_MAX;
	struct random random;

	random_seed(&random, options[SEED].number);
	for (*writes = 0; *writes < limit && monotonic_ns() < end; ++*writes) {
		/* Refusals are part of the game: another may be switching too, or the slot is gone. */
		int code = pci_write_slot_power(options[FID].number, *writes % 2 ? "1" : "0");

		if (code)
			count_errno(errors, code);
		sleep_us(random_up_to(&random, options[MAX_DELAY].number));
	}
}

static int slot_power_toggle_main(int argc, char **argv)
{
	struct option_spec options[] = {
		[FID] = { .name = "--fid", .kind = OPTION_HEX, .max = UINT32_MAX },
		[SECONDS] = { .name = "--seconds", .kind = OPTION_DECIMAL, .max = 86400 },
		[ITERATIONS] = { .name = "--iterations", .kind = OPTION_DECIMAL, .max = UINT32_MAX },
		[SEED] = { .name = "--seed", .kind = OPTION_DECIMAL, .max = UINT64_MAX },
		[MAX_DELAY] = { .name = "--max-delay-us", .kind = OPTION_DECIMAL, .max = 10000000 },
	};
	struct errno_count errors = { 0 };
	uint64_t writes;

	parse_options(argc, argv, options, sizeof(options) / sizeof(*options));
	if (!options[FID].given || !options[SEED].given)
		usage_error("--fid and --seed are needed");
	if (options[SECONDS].given == options[ITERATIONS].given)
		usage_error("either --seconds or --iterations is needed");
	toggle(options, &writes, &errors);
	printf("{\"actor\": \"slot-power-toggle\", \"writes\": %" PRIu64 ", \"errors\": ", writes);
	print_errors(&errors);
	printf("}\n");
	return 0;
}

ACTOR(slot_power_toggle, "slot-power-toggle",
      "--fid HEX --seconds N|--iterations N --seed N [--max-delay-us N]", slot_power_toggle_main);
