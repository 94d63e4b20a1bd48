// SPDX-License-Identifier: Apache-2.0
#include "function-child.h"
#include "pci-function.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Whether an entry of a class lies below a device in sysfs; `below` is the device's name between slashes. */
static bool lies_below(const char *folder, const char *entry, const char *below)
{
	char path[352], target[512];
	ssize_t length;

	snprintf(path, sizeof(path), "%s/%s", folder, entry);
	length = readlink(path, target, sizeof(target) - 1);
	if (length < 0)
		return false;
	target[length] = '\0';
	if (!strstr(target, below))
		return false;
	/* Not one of a disk's partitions. */
	snprintf(path, sizeof(path), "%s/%s/partition", folder, entry);
	return access(path, F_OK) != 0;
}

/*
 * Where an NVMe namespace may have several paths, each of them is a hidden disk such as nvme0c1n1, and nvme0n1 is the
 * disk of all (nvme_alloc_ns() in drivers/nvme/host/core.c).
 */
static void drop_nvme_path(char *name, size_t size)
{
	unsigned int subsystem, controller, space;

	if (sscanf(name, "nvme%uc%un%u", &subsystem, &controller, &space) == 3)
		snprintf(name, size, "nvme%un%u", subsystem, space);
}

bool function_child(uint64_t fid, const char *class, char *name, size_t size)
{
	char device[PCI_NAME_SIZE], below[PCI_NAME_SIZE + 2], folder[64];
	struct dirent *entry;
	bool found = false;
	DIR *entries;

	if (!pci_find(&fid, NULL, device))
		return false;
	snprintf(below, sizeof(below), "/%s/", device);
	snprintf(folder, sizeof(folder), "/sys/class/%s", class);
	entries = opendir(folder);
	if (!entries)
		return false;
	while (!found && (entry = readdir(entries)))
		found = entry->d_name[0] != '.' && lies_below(folder, entry->d_name, below) &&
			snprintf(name, size, "%s", entry->d_name) < (int)size;
	closedir(entries);
	drop_nvme_path(name, size);
	return found;
}
