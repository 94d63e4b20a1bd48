// SPDX-License-Identifier: Apache-2.0
#include "function-way.h"
#include "actor.h"
#include "host.h"

#include <errno.h>
#include <stdio.h>

/* A plug waits until the unplug before it is over, and a user may keep the function for long. */
#define HOST_PATIENCE_MS 15000
#define SWAP_PATIENCE_NS (UINT64_C(10) * 1000000000)
#define SWAP_REST_US 2000

static int power_off(struct target *function)
{
	return pci_write_slot_power(function->fid, "0");
}

static int power_on(struct target *function)
{
	return pci_write_slot_power(function->fid, "1");
}

/* Writes a file of the device, if there is one just now. */
static int write_file(struct target *function, const char *attribute, const char *text)
{
	char device[PCI_NAME_SIZE];

	return pci_find(&function->fid, NULL, device) ? pci_write(device, attribute, text) : ENODEV;
}

static int remove_device(struct target *function)
{
	return write_file(function, "remove", "1");
}

static int rescan(struct target *function)
{
	(void)function;
	return write_sysfs("/sys/bus/pci/rescan", "1");
}

static int recover(struct target *function)
{
	return write_file(function, "recover", "1");
}

static int reset(struct target *function)
{
	return write_file(function, "reset", "1");
}

static int unbind(struct target *function)
{
	char device[PCI_NAME_SIZE];

	if (!pci_find(&function->fid, NULL, device))
		return ENODEV;
	if (pci_read_link(device, "driver", function->driver, sizeof(function->driver)))
		return ENODEV;
	return pci_write(device, "driver/unbind", device);
}

static int bind(struct target *function)
{
	char device[PCI_NAME_SIZE], path[128];

	if (!function->driver[0] || !pci_find(&function->fid, NULL, device))
		return ENODEV;
	snprintf(path, sizeof(path), "/sys/bus/pci/drivers/%s/bind", function->driver);
	return write_sysfs(path, device);
}

/* Gives the device to whichever driver its override allows now. */
static int change_driver(struct target *function, const char *override)
{
	char device[PCI_NAME_SIZE], current[64];
	int code;

	if (!pci_find(&function->fid, NULL, device))
		return ENODEV;
	code = pci_write(device, "driver_override", override);
	if (!code && !pci_read_link(device, "driver", current, sizeof(current)))
		code = pci_write(device, "driver/unbind", device);
	return code ? code : write_sysfs("/sys/bus/pci/drivers_probe", device);
}

static int set_override(struct target *function)
{
	return change_driver(function, function->override);
}

static int clear_override(struct target *function)
{
	return change_driver(function, "\n");
}

static int ask_host(const char *what, uint64_t fid)
{
	static bool lost; /* an answer that comes too late would be taken for the next one */
	int code = lost ? ETIMEDOUT : host_ask(what, fid);

	if (!code)
		code = host_answer(HOST_PATIENCE_MS);
	lost |= code == ETIMEDOUT;
	return code;
}

static int unplug(struct target *function)
{
	return ask_host("unplug", function->fid);
}

static int plug(struct target *function)
{
	return ask_host("plug", function->fid);
}

/* Both have the same uid, so the host refuses the one until the other has been let go. */
static int swap(uint64_t out, uint64_t in)
{
	uint64_t end = monotonic_ns() + SWAP_PATIENCE_NS;
	int code = ask_host("unplug", out);

	if (code)
		return code;
	while ((code = ask_host("plug", in)) == EIO && monotonic_ns() < end)
		sleep_us(SWAP_REST_US);
	return code;
}

static int swap_in(struct target *function)
{
	return swap(function->fid, function->spare);
}

static int swap_out(struct target *function)
{
	return swap(function->spare, function->fid);
}

const struct function_way function_ways[] = {
	{ .name = "power", .out = power_off, .back = power_on },
	{ .name = "remove", .out = remove_device, .back = rescan },
	{ .name = "recover", .out = recover },
	{ .name = "reset", .out = reset },
	{ .name = "unbind", .out = unbind, .back = bind },
	{ .name = "override", .out = set_override, .back = clear_override },
	{ .name = "host", .out = unplug, .back = plug, .by_host = true },
	{ .name = "swap", .out = swap_in, .back = swap_out, .by_host = true },
	{ 0 },
};
