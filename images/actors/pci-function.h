/* SPDX-License-Identifier: Apache-2.0 */
/* A zPCI function as sysfs shows it: its device, its slot, its driver. */
#ifndef ZLAB_PCI_FUNCTION_H
#define ZLAB_PCI_FUNCTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PCI_DEVICES "/sys/bus/pci/devices"
#define PCI_NAME_SIZE 16 /* 0001:00:00.0 */

/* Finds the device with this function id and this PCI domain; NULL stands for any. */
bool pci_find(const uint64_t *fid, const uint64_t *uid, char name[PCI_NAME_SIZE]);

/* Whether the slot of this function id is there at all, and whether it has a function that is switched on. */
bool pci_slot_exists(uint64_t fid);
bool pci_slot_ready(uint64_t fid);

/* Each writes one file: 0 or an errno. */
int pci_write_slot_power(uint64_t fid, const char *text);
int pci_write(const char *device, const char *attribute, const char *text);

/* The last part of where a link among a device's files leads to: 0 or an errno. */
int pci_read_link(const char *device, const char *link, char *target, size_t size);

/* Gives the device to a driver, whichever has it now: 0 or an errno. */
int pci_bind(const char *device, const char *driver);
/* The same for a device that somebody brings back just now: it has files a moment before it may have a driver. */
int pci_bind_soon(const char *device, const char *driver);

/* The inode of the device's link, 0 when there is none: a device that left and came back has another. */
uint64_t pci_incarnation(const char *device);

#endif
