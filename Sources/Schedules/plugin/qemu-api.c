// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include "qemu-api.h"

#include <dlfcn.h>

const char *qemu_find(struct qemu *qemu)
{
	const struct {
		const char *name;
		void *place;
	} wanted[] = {
		{ "cpu_exit", &qemu->exit },
		{ "cpu_loop_exit_restore", &qemu->leave },
		{ "cpu_thread_is_idle", &qemu->is_idle },
		{ "qemu_get_cpu", &qemu->find },
		{ "cpu_memory_rw_debug", &qemu->read_memory },
		{ "s390_cpu_gdb_read_register", &qemu->read_register },
		{ "cpu_breakpoint_insert", &qemu->break_at },
		{ "g_byte_array_new", &qemu->new_array },
		{ "g_byte_array_set_size", &qemu->resize_array },
	};

	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++) {
		void *found = dlsym(RTLD_DEFAULT, wanted[i].name);

		if (!found)
			return wanted[i].name;
		*(void **)wanted[i].place = found;
	}
	return dlsym(RTLD_DEFAULT, "current_cpu") ? NULL : "current_cpu";
}

struct cpu *qemu_current_cpu(void)
{
	static __thread struct cpu **current;

	/* The lookup takes long, and the answer is the same for the life of the thread. */
	if (!current)
		current = dlsym(RTLD_DEFAULT, "current_cpu");
	return *current;
}
