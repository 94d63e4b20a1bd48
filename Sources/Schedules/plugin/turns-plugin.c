// SPDX-License-Identifier: MIT
/*
 * A TCG plugin with which the vCPUs of a guest run in turns that a seed decides: -plugin zlab-turns.so,seed=N. With
 * plan=FILE,log=FILE it also carries out the rules of a schedule and writes down what became of them, and with
 * functions=FILE,trace=FILE,reports=N which functions the tasks enter, up to the Nth report of the kernel. With hold=PREFIX
 * the guest stops where its runner has asked the host for something (turn-hold.h).
 *
 * For QEMU's single-threaded TCG with -icount. At the first instruction of each translation block the policy is asked; a
 * vCPU whose turn it is not leaves its loop with nothing run, so that QEMU goes on to the next one, handles timers and
 * interrupts, and can stop or save the guest. A plugin that slept instead would hold up all that.
 *
 * With check=on it says whether it could do so in this QEMU, and ends it: docs/schedules.md.
 */
#define _GNU_SOURCE
#include "qemu-api.h"
#include "turn-hold.h"
#include "turn-policy.h"
#include "turn-trace.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PUBLIC __attribute__((visibility("default")))

/* QEMU reads it when the library is loaded, after constructors have run. */
PUBLIC int qemu_plugin_version = 1;

/*
 * Branches that are never taken, and so do nothing but here: the guest's runner has done what it was told, or has asked
 * the host for something (images/actors/runner-mark.h).
 */
static const unsigned char end_mark[6] = { 0xc0, 0x04, 0x7a, 0x6c, 0x61, 0x62 };
static const unsigned char question_mark[6] = { 0xc0, 0x04, 0x7a, 0x6c, 0x61, 0x68 };

static struct qemu qemu;
static bool copies_instructions; /* qemu_plugin_insn_data() does */
static bool is_over; /* nothing runs any more: what an idle guest printed would depend on when the host ends it */
static struct turns turns;
static struct rules rules;
static struct trace trace;
static struct hold hold;
static struct cpu *cpus[TURNS_MAX_VCPUS];

/* QEMU 9.0 raised the oldest version that it takes to 2, with which this function came. */
__attribute__((constructor)) static void choose_version(void)
{
	if (dlsym(RTLD_DEFAULT, "qemu_plugin_num_vcpus"))
		qemu_plugin_version = 2;
}

static struct cpu *find_cpu(unsigned int index)
{
	if (!cpus[index])
		cpus[index] = qemu.find(index);
	return cpus[index];
}

static bool is_idle(void *context, unsigned int vcpu)
{
	struct cpu *cpu = find_cpu(vcpu);

	(void)context;
	return !cpu || qemu.is_idle(cpu);
}

/* Not by the number that QEMU gives: 10.0 gives that of the vCPU for which the block was translated. */
static unsigned int number_of(const struct cpu *cpu)
{
	unsigned int i = 0;

	while (i < turns.vcpus && find_cpu(i) != cpu)
		i++;
	return i;
}

/* A block in one word, so that nothing need be allocated for it: 16 bits of length, 24 of either address. */
static void *packed(uint64_t start, uint64_t end, uint64_t instructions)
{
	return (void *)(uintptr_t)((instructions & 0xffff) << 48 | (end >> 1 & 0xffffff) << 24 | (start >> 1 & 0xffffff));
}

static struct turn_block unpacked(const void *word)
{
	uint64_t bits = (uintptr_t)word;

	return (struct turn_block){
		.start = bits & 0xffffff,
		.end = bits >> 24 & 0xffffff,
		.instructions = bits >> 48,
	};
}

/* Numbers of registers as gdb has them (gdb-xml/s390x-core64.xml). */
enum { PSW_MASK = 0, GENERAL_15 = 17 };

/* A register's bytes, the highest first; NULL when it cannot be had. */
static const uint8_t *read_register(struct cpu *cpu, int number)
{
	static struct byte_array *bytes;

	if (!bytes)
		bytes = qemu.new_array();
	qemu.resize_array(bytes, 0);
	qemu.read_register(cpu, bytes, number);
	return bytes->length == 8 ? bytes->data : NULL;
}

/* Kernel and user addresses overlap; PSW bit 15 is the problem state (z/Architecture Principles of Operation, ch. 4). */
static bool is_in_kernel(struct cpu *cpu)
{
	const uint8_t *mask = read_register(cpu, PSW_MASK);

	return mask && !(mask[1] & 1);
}

/* The stack pointer is general register 15 (the s390x ELF ABI supplement). */
static uint32_t stack_of(struct cpu *cpu)
{
	const uint8_t *bytes = read_register(cpu, GENERAL_15);

	return bytes ? (uint32_t)bytes[4] << 24 | bytes[5] << 16 | bytes[6] << 8 | bytes[7] : 0;
}

static bool find_task(void *context, unsigned int vcpu, struct running_task *task)
{
	struct cpu *cpu = find_cpu(vcpu);
	unsigned char pointer[8];

	(void)context;
	if (!cpu || !is_in_kernel(cpu) || qemu.read_memory(cpu, rules.task_offset, pointer, sizeof(pointer), false))
		return false;
	for (size_t i = 0; i < sizeof(pointer); i++)
		task->id = task->id << 8 | pointer[i];
	return task->id && !qemu.read_memory(cpu, task->id + rules.comm_offset, task->name, 16, false);
}

/*
 * QEMU ends each block after one instruction in a page that has a breakpoint (check_for_breakpoints() in its
 * accel/tcg/cpu-exec.c). No instruction is at an odd address, so that this one is never met.
 */
static void split_pages(void)
{
	const int for_debugger = 0x10; /* BP_GDB */
	static bool is_done;

	for (unsigned int i = 0; !is_done && i < turns.vcpus; i++)
		for (unsigned int page = 0; find_cpu(i) && page < rules.page_count; page++)
			qemu.break_at(find_cpu(i), rules.pages[page] | 1, for_debugger, NULL);
	is_done = true;
}

/* Here alone guest registers are where QEMU's restoring finds them: no instruction of the block has run. */
static void ask(const struct turn_block *block, uintptr_t host_address)
{
	struct cpu *cpu = qemu_current_cpu();

	if (is_over)
		usleep(1000);
	else if (hold_ends(&hold, number_of(cpu)) && turns_may_run(&turns, number_of(cpu), block))
		return;
	qemu.exit(cpu);
	qemu.leave(cpu, host_address);
}

static void run_block(unsigned int unreliable, void *word)
{
	const struct turn_block block = unpacked(word);

	(void)unreliable;
	ask(&block, (uintptr_t)__builtin_return_address(0));
}

/* Of those that do not fit into a word: rules have to do with them, or a function begins with them that is traced. */
static void run_marked(unsigned int unreliable, void *word)
{
	const struct turn_block *block = word;
	struct running_task task = { 0 };
	struct trace_entry entry;

	(void)unreliable;
	ask(block, (uintptr_t)__builtin_return_address(0));
	if (!trace_knows(&trace, block->address) || !find_task(NULL, turns.holder, &task) ||
	    !strncmp(task.name, "swapper/", 8))
		return;
	entry = (struct trace_entry){
		.total = turns.total, .address = block->address, .task = task.id, .vcpu = turns.holder,
		.others = turns_has_other(&turns, turns.holder), .stack = stack_of(find_cpu(turns.holder))
	};
	memcpy(entry.name, task.name, sizeof(entry.name));
	trace_add(&trace, &entry);
}

/* QEMU translates a block anew after it has forgotten it, and asks for the same one then. */
static struct turn_block *marked(const struct turn_block *block)
{
	static struct known {
		struct turn_block block;
		struct known *next;
	} *table[4096];
	struct known **place = &table[(block->address >> 1 ^ block->end) % 4096];

	for (; *place; place = &(*place)->next)
		if (!memcmp(&(*place)->block, block, sizeof(*block)))
			return &(*place)->block;
	*place = calloc(1, sizeof(**place));
	if (!*place)
		abort();
	(*place)->block = *block;
	return &(*place)->block;
}

static void end_guest(unsigned int unreliable, void *none)
{
	(void)unreliable;
	(void)none;
	is_over = true;
}

static void stop_guest(unsigned int unreliable, void *none)
{
	(void)unreliable;
	(void)none;
	hold_begin(&hold, number_of(qemu_current_cpu()));
}

static bool is_mark(const struct qemu_plugin_insn *instruction, const unsigned char mark[6])
{
	unsigned char copy[sizeof(end_mark)] = { 0 };
	const void *bytes = copy;

	if (qemu_plugin_insn_size(instruction) != sizeof(end_mark))
		return false;
	if (copies_instructions)
		qemu_plugin_insn_data(instruction, copy, sizeof(copy));
	else
		bytes = qemu_plugin_insn_data(instruction, NULL, 0);
	return !memcmp(bytes, mark, sizeof(end_mark));
}

static void translate_block(plugin_id id, struct qemu_plugin_tb *block)
{
	size_t count = qemu_plugin_tb_n_insns(block);
	struct qemu_plugin_insn *last;
	struct turn_block mark;
	uint64_t start, end;
	bool is_marked;
	void *word;

	(void)id;
	if (!count)
		return;
	split_pages();
	last = qemu_plugin_tb_get_insn(block, count - 1);
	end = qemu_plugin_insn_vaddr(last) + qemu_plugin_insn_size(last);
	start = qemu_plugin_tb_vaddr(block);
	word = packed(start, end, count);
	mark = unpacked(word);
	mark.address = start;
	mark.places = rules_begins(&rules, start);
	mark.calls = rules_calls(&rules, end);
	is_marked = mark.places || mark.calls || trace_knows(&trace, start);
	qemu_plugin_register_vcpu_insn_exec_cb(qemu_plugin_tb_get_insn(block, 0), is_marked ? run_marked : run_block,
					       PLUGIN_NO_REGISTERS, is_marked ? marked(&mark) : word);
	for (size_t i = 0; i < count; i++) {
		struct qemu_plugin_insn *instruction = qemu_plugin_tb_get_insn(block, i);

		if (is_mark(instruction, end_mark))
			qemu_plugin_register_vcpu_insn_exec_cb(instruction, end_guest, PLUGIN_NO_REGISTERS, NULL);
		if (is_mark(instruction, question_mark))
			qemu_plugin_register_vcpu_insn_exec_cb(instruction, stop_guest, PLUGIN_NO_REGISTERS, NULL);
	}
}

static const char *value_of(const char *name, int argc, char **argv)
{
	size_t length = strlen(name);

	for (int i = 0; i < argc; i++)
		if (!strncmp(argv[i], name, length) && argv[i][length] == '=')
			return argv[i] + length + 1;
	return NULL;
}

/* Why the plugin cannot work here; NULL when it can. */
static const char *obstacle(const struct plugin_info *info, bool is_check)
{
	static char problem[128];
	const char *missing = qemu_find(&qemu);

	if (missing) {
		snprintf(problem, sizeof(problem), "it does not export %s, as one built with modules does", missing);
		return problem;
	}
	if (strcmp(info->target, "s390x") || !info->is_system)
		return "it is not qemu-system-s390x";
	if (!is_check && (info->vcpus < 1 || info->vcpus > TURNS_MAX_VCPUS))
		return "it has more vCPUs than can take turns";
	return NULL;
}

/* Reason for which the rules cannot be carried out; NULL when they can, or there are none. */
static const char *set_up_rules(const char *plan, const char *log)
{
	static char problem[128];
	FILE *file = plan ? fopen(plan, "r") : NULL;
	const char *wrong;

	rules_init(&rules);
	if (!plan)
		return NULL;
	wrong = file ? rules_read(&rules, file) : "it cannot be opened";
	if (file)
		fclose(file);
	rules.log = log ? fopen(log, "w") : NULL;
	if (!wrong && !rules.log)
		wrong = "its log cannot be written";
	if (wrong)
		snprintf(problem, sizeof(problem), "the plan of the schedule is of no use: %s", wrong);
	rules.who = find_task;
	turns.rules = &rules;
	return wrong ? problem : NULL;
}

/* The same of a trace. */
static const char *set_up_trace(const char *functions, const char *path, const char *reports)
{
	static char problem[128];
	const char *wrong = functions && path ? trace_open(&trace, functions, path, reports ? atoi(reports) : 1) : NULL;

	if (wrong)
		snprintf(problem, sizeof(problem), "functions cannot be traced: %s", wrong);
	return wrong ? problem : NULL;
}

PUBLIC int qemu_plugin_install(plugin_id id, const struct plugin_info *info, int argc, char **argv)
{
	const char *seed = value_of("seed", argc, argv);
	bool is_check = value_of("check", argc, argv) != NULL;
	const char *problem = obstacle(info, is_check);

	if (problem)
		fprintf(stderr, "zlab-turns: %s\n", problem);
	else if (is_check)
		fprintf(stderr, "zlab-turns: able\n");
	if (is_check)
		_exit(problem != NULL);
	if (problem)
		return 1;
	copies_instructions = info->api.current >= 3;
	hold.prefix = value_of("hold", argc, argv) ? strdup(value_of("hold", argc, argv)) : NULL;
	turns_init(&turns, info->vcpus, seed ? strtoull(seed, NULL, 10) : 0, is_idle, NULL);
	problem = set_up_rules(value_of("plan", argc, argv), value_of("log", argc, argv));
	if (!problem)
		problem = set_up_trace(value_of("functions", argc, argv), value_of("trace", argc, argv),
				       value_of("reports", argc, argv));
	if (problem) {
		fprintf(stderr, "zlab-turns: %s\n", problem);
		return 1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, translate_block);
	return 0;
}
