// SPDX-License-Identifier: Apache-2.0
#include "pci-function.h"
#include "actor.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_SIZE 320
#define SOON_MS 1000

/* Whether the device's s390 attribute function_id has this number. */
static bool has_fid(const char *device, uint64_t wanted)
{
	char path[PATH_SIZE], text[32];

	snprintf(path, sizeof(path), PCI_DEVICES "/%s/function_id", device);
	return !read_sysfs(path, text, sizeof(text)) && strtoull(text, NULL, 16) == wanted;
}

/* The PCI domain, with which a device's name begins, is the uid. */
static bool matches(const char *device, const uint64_t *fid, const uint64_t *uid)
{
	if (device[0] == '.' || strlen(device) >= PCI_NAME_SIZE)
		return false;
	if (uid && strtoull(device, NULL, 16) != *uid)
		return false;
	return !fid || has_fid(device, *fid);
}

bool pci_find(const uint64_t *fid, const uint64_t *uid, char name[PCI_NAME_SIZE])
{
	DIR *devices = opendir(PCI_DEVICES);
	struct dirent *entry;
	bool found = false;

	if (!devices)
		return false;
	while (!found && (entry = readdir(devices)))
		found = matches(entry->d_name, fid, uid);
	if (found)
		memcpy(name, entry->d_name, strlen(entry->d_name) + 1);
	closedir(devices);
	return found;
}

static int read_slot(uint64_t fid, const char *file, char *text, size_t size)
{
	char path[96];

	snprintf(path, sizeof(path), "/sys/bus/pci/slots/%08" PRIx64 "/%s", fid, file);
	return read_sysfs(path, text, size);
}

bool pci_slot_exists(uint64_t fid)
{
	char text[16];

	return !read_slot(fid, "power", text, sizeof(text));
}

bool pci_slot_ready(uint64_t fid)
{
	char text[16];

	return !read_slot(fid, "adapter", text, sizeof(text)) && !strcmp(text, "1") &&
	       !read_slot(fid, "power", text, sizeof(text)) && !strcmp(text, "1");
}

int pci_write_slot_power(uint64_t fid, const char *text)
{
	char path[96];

	snprintf(path, sizeof(path), "/sys/bus/pci/slots/%08" PRIx64 "/power", fid);
	return write_sysfs(path, text);
}

int pci_write(const char *device, const char *attribute, const char *text)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), PCI_DEVICES "/%s/%s", device, attribute);
	return write_sysfs(path, text);
}

int pci_read_link(const char *device, const char *link, char *target, size_t size)
{
	char path[PATH_SIZE], whole[PATH_SIZE];
	ssize_t length;
	char *last;

	snprintf(path, sizeof(path), PCI_DEVICES "/%s/%s", device, link);
	length = readlink(path, whole, sizeof(whole) - 1);
	if (length < 0)
		return errno;
	whole[length] = '\0';
	last = strrchr(whole, '/');
	last = last ? last + 1 : whole;
	if (strlen(last) >= size)
		return ENAMETOOLONG;
	memcpy(target, last, strlen(last) + 1);
	return 0;
}

int pci_bind(const char *device, const char *driver)
{
	char current[64];
	int code = pci_write(device, "driver_override", driver);

	if (code)
		return code;
	if (!pci_read_link(device, "driver", current, sizeof(current))) {
		if (!strcmp(current, driver))
			return 0;
		code = pci_write(device, "driver/unbind", device);
		if (code)
			return code;
	}
	code = write_sysfs("/sys/bus/pci/drivers_probe", device);
	if (code)
		return code;
	/* The write succeeds also when the driver's probe does not. */
	code = pci_read_link(device, "driver", current, sizeof(current));
	return code ? code : strcmp(current, driver) ? EBUSY : 0;
}

int pci_bind_soon(const char *device, const char *driver)
{
	uint64_t end = monotonic_ns() + SOON_MS * UINT64_C(1000000);
	int code;

	while ((code = pci_bind(device, driver)) == ENOENT && monotonic_ns() < end)
		sleep_us(1000);
	return code;
}

uint64_t pci_incarnation(const char *device)
{
	char path[PATH_SIZE];
	struct stat status;

	snprintf(path, sizeof(path), PCI_DEVICES "/%s", device);
	return lstat(path, &status) ? 0 : status.st_ino;
}
