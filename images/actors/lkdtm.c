// SPDX-License-Identifier: Apache-2.0
/*
 * Makes the kernel fail on purpose through LKDTM (drivers/misc/lkdtm), in one way of those that it offers, and tells
 * what became of the task that did it and what LKDTM itself had to say.
 */
#define _GNU_SOURCE
#include "actor.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/wait.h>
#include <unistd.h>

#define DIRECT "/sys/kernel/debug/provoke-crash/DIRECT"
#define KLOG_READ_ALL 3 /* syslog(2), SYSLOG_ACTION_READ_ALL */
#define KLOG_SIZE (256 * 1024)
#define LEAST_STALL_SECONDS "3" /* kernel/rcu/tree_stall.h clamps what is below */
#define HUNG_SECONDS "2"
#define CONSOLE_BUFFER 4096
#define PUSH_SECONDS 11u /* what hangs has been told by then */

enum { LIST, TRIGGER, SECONDS, TIMES };

static void need_lkdtm(int code)
{
	if (!code)
		return;
	fprintf(stderr, "lkdtm: cannot use " DIRECT ": %s%s\n", strerror(code),
		code == ENOENT ? " (the kernel lacks CONFIG_LKDTM)" : "");
	exit(EXIT_UNAVAILABLE);
}

/* The file says "Available crash types:", then a name a line. */
static int list(void)
{
	FILE *file = fopen(DIRECT, "re");
	char line[128];

	need_lkdtm(file ? 0 : errno);
	while (fgets(line, sizeof(line), file))
		if (!strchr(line, ':'))
			fputs(line, stdout);
	fclose(file);
	return 0;
}

/* What hangs is to be told in seconds; a kernel without these knobs tells it later or not at all. */
static void shorten_timeouts(void)
{
	write_sysfs("/sys/module/rcupdate/parameters/rcu_cpu_stall_timeout", LEAST_STALL_SECONDS);
	write_sysfs("/proc/sys/kernel/hung_task_timeout_secs", HUNG_SECONDS);
}

static void stay_on(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	/* Where it may run is a help, not a must. */
	if (sched_setaffinity(0, sizeof(set), &set))
		return;
}

static pid_t start(const char *trigger, uint64_t times)
{
	pid_t child = fork();

	if (child)
		return child;
	/* One that never returns must not hold up whoever waits for the end of a file, nor the actor's CPU. */
	close_range(0, ~0u, 0);
	stay_on(sysconf(_SC_NPROCESSORS_ONLN) - 1);
	for (uint64_t i = 0; i < times; i++) {
		int code = write_sysfs(DIRECT, trigger);

		if (code)
			_exit(code);
	}
	_exit(0);
}

/* The lines of the kernel's log that LKDTM wrote, without their level and time. */
static void print_words(void)
{
	char *log = malloc(KLOG_SIZE), *rest = log, *line;
	int length = log ? klogctl(KLOG_READ_ALL, log, KLOG_SIZE - 1) : -1;

	if (length < 0)
		return;
	log[length] = '\0';
	while ((line = strsep(&rest, "\n"))) {
		char *words = strstr(line, "lkdtm: ");

		if (words)
			puts(words);
	}
}

/*
 * The console is written when its buffer is full or a timer fires (drivers/s390/char/sclp_vt220.c); where the timer is
 * that of a CPU that takes no interrupts any more, the report sits in the buffer until more follows it.
 */
static void push_console(void)
{
	static const char line[] = "<4>zlab: ............................................................\n";

	for (size_t pushed = 0; pushed < 2 * CONSOLE_BUFFER; pushed += sizeof(line))
		if (write_sysfs("/dev/kmsg", line))
			return;
}

/* What became of the child; `status` is filled when it has ended. */
static const char *await(pid_t child, uint64_t seconds, int *status)
{
	uint64_t end = monotonic_ns() + seconds * 1000000000u;
	uint64_t push = monotonic_ns() + PUSH_SECONDS * 1000000000u;

	while (waitpid(child, status, WNOHANG) != child) {
		uint64_t now = monotonic_ns();

		if (now >= end)
			return "running";
		if (now >= push) {
			push_console();
			push = now + PUSH_SECONDS * 1000000000u;
		}
		sleep_us(10000);
	}
	return WIFEXITED(*status) ? "returned" : "died";
}

static int pull(const char *trigger, uint64_t seconds, uint64_t times)
{
	const char *outcome;
	int status = 0;
	pid_t child;

	if (strspn(trigger, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") != strlen(trigger))
		usage_error("--trigger wants a name of A-Z, 0-9 and _, not `%s`", trigger);
	shorten_timeouts();
	stay_on(0);
	child = start(trigger, times);
	if (child < 0) {
		perror("lkdtm: cannot fork");
		return EXIT_UNDONE;
	}
	outcome = await(child, seconds, &status);
	if (!strcmp(outcome, "returned") && WEXITSTATUS(status) == EINVAL) {
		fprintf(stderr, "lkdtm: this kernel does not offer %s\n", trigger);
		return EXIT_UNAVAILABLE;
	}
	printf("{\"actor\": \"lkdtm\", \"trigger\": \"%s\", \"outcome\": \"%s\", \"errno\": %d}\n", trigger, outcome,
	       WIFEXITED(status) ? WEXITSTATUS(status) : 0);
	print_words();
	return 0;
}

static int lkdtm_main(int argc, char **argv)
{
	struct option_spec options[] = {
		[LIST] = { .name = "--list", .kind = OPTION_FLAG },
		[TRIGGER] = { .name = "--trigger", .kind = OPTION_TEXT },
		[SECONDS] = { .name = "--seconds", .kind = OPTION_DECIMAL, .max = 86400, .number = 20 },
		[TIMES] = { .name = "--times", .kind = OPTION_DECIMAL, .max = 1000, .number = 1 },
	};

	parse_options(argc, argv, options, sizeof(options) / sizeof(*options));
	if (options[LIST].given == options[TRIGGER].given)
		usage_error("either --list or --trigger is needed");
	if (options[LIST].given)
		return list();
	need_lkdtm(access(DIRECT, W_OK) ? errno : 0);
	return pull(options[TRIGGER].text, options[SECONDS].number, options[TIMES].number);
}

ACTOR(lkdtm, "lkdtm", "--list | --trigger NAME [--seconds N] [--times N]", lkdtm_main);
