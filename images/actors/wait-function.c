// SPDX-License-Identifier: Apache-2.0
/*
 * Waits until the guest sees a PCI function, or no longer does.
 *
 * A function is there when its slot (named by fid) says adapter 1 and power 1,
 * and its device (whose PCI domain is the uid) is registered. sysfs has no
 * inotify events, so it is asked every 2 ms.
 */
#define _GNU_SOURCE
#include "actor.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PERIOD_US 2000
#define DEVICES "/sys/bus/pci/devices"

enum { FID, UID, GONE, SECONDS };

static bool says_one(const char *slot, const char *file)
{
	char path[96], text[16];

	snprintf(path, sizeof(path), "%s/%s", slot, file);
	return !read_sysfs(path, text, sizeof(text)) && !strcmp(text, "1");
}

/* Whether a device has this number in its s390 attribute function_id or uid. */
static bool device_has(const char *device, const char *attribute, uint64_t wanted)
{
	char path[320], text[32];

	snprintf(path, sizeof(path), DEVICES "/%s/%s", device, attribute);
	return !read_sysfs(path, text, sizeof(text)) && strtoull(text, NULL, 16) == wanted;
}

static bool matches(const char *device, const struct option_spec *options)
{
	if (options[UID].given && strtoull(device, NULL, 16) != options[UID].number)
		return false;
	return !options[FID].given || device_has(device, "function_id", options[FID].number);
}

static bool device_there(const struct option_spec *options)
{
	DIR *devices = opendir(DEVICES);
	struct dirent *entry;
	bool found = false;

	if (!devices)
		return false;
	while (!found && (entry = readdir(devices)))
		found = entry->d_name[0] != '.' && matches(entry->d_name, options);
	closedir(devices);
	return found;
}

static bool slot_there(uint64_t fid)
{
	char slot[64];

	snprintf(slot, sizeof(slot), "/sys/bus/pci/slots/%08" PRIx64, fid);
	return says_one(slot, "adapter") && says_one(slot, "power");
}

static bool slot_exists(uint64_t fid)
{
	char path[80], text[16];

	snprintf(path, sizeof(path), "/sys/bus/pci/slots/%08" PRIx64 "/power", fid);
	return !read_sysfs(path, text, sizeof(text));
}

static bool done(const struct option_spec *options)
{
	bool fid = options[FID].given;

	if (options[GONE].given)
		return !device_there(options) && !(fid && slot_exists(options[FID].number));
	return device_there(options) && (!fid || slot_there(options[FID].number));
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
