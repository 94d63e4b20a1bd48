/* SPDX-License-Identifier: Apache-2.0 */
/* Each function of libvirt's that zlab calls, forwarded to the library, which is loaded when it is first needed. */
#include "CLibvirt.h"
#include "forward.h"

static const char *const names[] = { "libvirt.so.0", "libvirt-qemu.so.0", NULL };

static struct forward_libraries libraries = { .names = names, .once = PTHREAD_ONCE_INIT };

const char *zlab_libvirt_load(void)
{
	return forward_load(&libraries);
}

FORWARD(int, virConnectClose, (virConnectPtr a), (a))
FORWARD(int, virConnectDomainEventDeregisterAny, (virConnectPtr a, int b), (a, b))
FORWARD(int, virConnectDomainEventRegisterAny,
	(virConnectPtr a, virDomainPtr b, int c, virConnectDomainEventGenericCallback d, void *e, virFreeCallback f),
	(a, b, c, d, e, f))
FORWARD(int, virConnectDomainQemuMonitorEventDeregister, (virConnectPtr a, int b), (a, b))
FORWARD(int, virConnectDomainQemuMonitorEventRegister,
	(virConnectPtr a, virDomainPtr b, const char *c, virConnectDomainQemuMonitorEventCallback d, void *e, virFreeCallback f, unsigned int g),
	(a, b, c, d, e, f, g))
FORWARD(char *, virConnectGetDomainCapabilities,
	(virConnectPtr a, const char *b, const char *c, const char *d, const char *e, unsigned int f),
	(a, b, c, d, e, f))
FORWARD(int, virConnectGetLibVersion, (virConnectPtr a, unsigned long *b), (a, b))
FORWARD(int, virConnectListAllDomains, (virConnectPtr a, virDomainPtr **b, unsigned int c), (a, b, c))
FORWARD(virConnectPtr, virConnectOpen, (const char *a), (a))
FORWARD(int, virDomainAttachDeviceFlags, (virDomainPtr a, const char *b, unsigned int c), (a, b, c))
FORWARD(int, virDomainCoreDumpWithFormat,
	(virDomainPtr a, const char *b, unsigned int c, unsigned int d), (a, b, c, d))
FORWARD(virDomainPtr, virDomainCreateXML, (virConnectPtr a, const char *b, unsigned int c), (a, b, c))
FORWARD(int, virDomainDestroy, (virDomainPtr a), (a))
FORWARD(int, virDomainDetachDeviceAlias, (virDomainPtr a, const char *b, unsigned int c), (a, b, c))
FORWARD(int, virDomainFree, (virDomainPtr a), (a))
FORWARD(const char *, virDomainGetName, (virDomainPtr a), (a))
FORWARD(char *, virDomainGetXMLDesc, (virDomainPtr a, unsigned int b), (a, b))
FORWARD(int, virDomainInjectNMI, (virDomainPtr a, unsigned int b), (a, b))
FORWARD(int, virDomainQemuMonitorCommand, (virDomainPtr a, const char *b, char **c, unsigned int d), (a, b, c, d))
FORWARD(int, virDomainResume, (virDomainPtr a), (a))
FORWARD(int, virDomainSuspend, (virDomainPtr a), (a))
FORWARD(int, virEventAddTimeout, (int a, virEventTimeoutCallback b, void *c, virFreeCallback d), (a, b, c, d))
FORWARD(int, virEventRegisterDefaultImpl, (void), ())
FORWARD(int, virEventRunDefaultImpl, (void), ())
FORWARD(virErrorPtr, virGetLastError, (void), ())
FORWARD_VOID(virSetErrorFunc, (void *a, virErrorFunc b), (a, b))
