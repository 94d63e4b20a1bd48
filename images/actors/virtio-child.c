// SPDX-License-Identifier: Apache-2.0
#include "virtio-child.h"
#include "pci-function.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

/* The first name in a folder that begins so. */
static bool first_entry(const char *folder, const char *prefix, char *name, size_t size)
{
	DIR *entries = opendir(folder);
	struct dirent *entry;
	bool found = false;

	if (!entries)
		return false;
	while (!found && (entry = readdir(entries)))
		found = entry->d_name[0] != '.' && !strncmp(entry->d_name, prefix, strlen(prefix)) &&
			snprintf(name, size, "%s", entry->d_name) < (int)size;
	closedir(entries);
	return found;
}

bool virtio_child(uint64_t fid, const char *class, char *name, size_t size)
{
	char device[PCI_NAME_SIZE], folder[128], virtio[32];

	if (!pci_find(&fid, NULL, device))
		return false;
	snprintf(folder, sizeof(folder), PCI_DEVICES "/%s", device);
	if (!first_entry(folder, "virtio", virtio, sizeof(virtio)))
		return false;
	snprintf(folder, sizeof(folder), PCI_DEVICES "/%s/%s/%s", device, virtio, class);
	return first_entry(folder, "", name, size);
}
