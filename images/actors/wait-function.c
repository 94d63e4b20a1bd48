// SPDX-License-Identifier: Apache-2.0
/*
 * Waits until the guest sees a PCI function, or no longer does.
 *
 * A function is there when its slot (named by fid) says adapter 1 and power 1,
 * and its device (whose PCI domain is the uid) is registered. sysfs has no
 * inotify events, so it is asked every 2 ms.
 */
#include "actor.h"
#include "pci-function.h"

#define PERIOD_US 2000

enum { FID, UID, GONE, SECONDS };

static bool done(const struct option_spec *options)
{
	const uint64_t *fid = options[FID].given ? &options[FID].number : NULL;
	const uint64_t *uid = options[UID].given ? &options[UID].number : NULL;
	char name[PCI_NAME_SIZE];

	if (options[GONE].given)
		return !pci_find(fid, uid, name) && !(fid && pci_slot_exists(*fid));
	return pci_find(fid, uid, name) && (!fid || pci_slot_ready(*fid));
}

static int wait_function_main(int argc, char **argv)
{
	struct option_spec options[] = {
		[FID] = { .name = "--fid", .kind = OPTION_HEX, .max = UINT32_MAX },
		[UID] = { .name = "--uid", .kind = OPTION_HEX, .max = UINT16_MAX },
		[GONE] = { .name = "--gone", .kind = OPTION_FLAG },
		[SECONDS] = { .name = "--seconds", .kind = OPTION_DECIMAL, .max = 86400 },
	};
	uint64_t end;

	parse_options(argc, argv, options, sizeof(options) / sizeof(*options));
	if (!options[FID].given && !options[UID].given)
		usage_error("--fid or --uid is needed");
	if (!options[SECONDS].given)
		usage_error("--seconds is needed");
	end = monotonic_ns() + options[SECONDS].number * 1000000000u;
	while (!done(options)) {
		if (monotonic_ns() >= end)
			return 1;
		sleep_us(PERIOD_US);
	}
	return 0;
}

ACTOR(wait_function, "wait-function", "--fid HEX|--uid HEX [--gone] --seconds N", wait_function_main);
