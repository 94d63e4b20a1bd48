// SPDX-License-Identifier: MIT
/*
 * What the plugin uses of QEMU's plugin interface (docs/devel/tcg-plugins.rst; API versions 1 of QEMU 7.2 to 4 of
 * QEMU 10.0), and of QEMU beyond that, which is looked up by name when the plugin is loaded.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint64_t plugin_id;

struct qemu_plugin_tb;
struct qemu_plugin_insn;

struct plugin_info {
	const char *target;
	struct {
		int oldest, current;
	} api;
	bool is_system;
	int vcpus, most_vcpus;
};

enum { PLUGIN_NO_REGISTERS = 0 };

void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id, void (*call)(plugin_id id, struct qemu_plugin_tb *block));
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *block);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *block);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *block, size_t index);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *instruction);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *instruction);
/* Up to API version 2 it returns the instruction's bytes; from 3 on it copies as many as there is room for. */
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *instruction, void *copy, size_t room);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *instruction,
					    void (*call)(unsigned int vcpu, void *context), int flags, void *context);

/* QEMU's own, exported where QEMU is built with modules (--enable-modules), as Debian's is. */
struct cpu;

/* GLib's, whose layout is part of its interface. */
struct byte_array {
	uint8_t *data;
	unsigned int length;
};

struct qemu {
	void (*exit)(struct cpu *cpu); /* cpu_exit: it leaves its loop before the next block */
	void (*leave)(struct cpu *cpu, uintptr_t host_address); /* cpu_loop_exit_restore: it leaves at once */
	bool (*is_idle)(struct cpu *cpu); /* cpu_thread_is_idle */
	struct cpu *(*find)(int index); /* qemu_get_cpu */

	/* For the rules of a schedule. */
	int (*read_memory)(struct cpu *cpu, uint64_t address, void *bytes, size_t count, bool is_write); /* cpu_memory_rw_debug */
	int (*read_register)(struct cpu *cpu, struct byte_array *into, int number); /* s390_cpu_gdb_read_register */
	int (*break_at)(struct cpu *cpu, uint64_t address, int flags, void **made); /* cpu_breakpoint_insert */
	struct byte_array *(*new_array)(void); /* g_byte_array_new */
	struct byte_array *(*resize_array)(struct byte_array *array, unsigned int length); /* g_byte_array_set_size */
};

/* Finds all of it. Returns the name of what is missing, or NULL. */
const char *qemu_find(struct qemu *qemu);

/* The vCPU that this thread runs: current_cpu, which each thread has its own of. */
struct cpu *qemu_current_cpu(void);
