// SPDX-License-Identifier: Apache-2.0
/*
 * Does what the host wrote down, by itself, and tells how it went.
 *
 * The host sends a whole script at once, which ends with `go`; after that nothing that the host does reaches the guest
 * unless an actor asks for it. So a guest whose virtual time depends on nothing but its instructions does the same thing
 * each time (docs/decisions/runner.md has the lines of both sides).
 */
#define _GNU_SOURCE
#include "actor.h"
#include "kernel-state.h"
#include "pci-function.h"
#include "runner-mark.h"
#include "runner.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define BEAT_NS 1000000000u
#define AGAIN_NS 10000000u /* between two times that the host is asked the same */
#define PERIOD_US 2000
#define DRAIN_S 3 /* of guest time; a console at work needs some tens of milliseconds */

static struct program programs[MAX_PROGRAMS];
static int started;
static int pinned_cpus; /* each program that is started has one of so many for itself; 0: wherever the kernel likes */
static int children; /* a descriptor that tells of SIGCHLD */
static bool failed; /* a step before `go` did not succeed: nothing after it is done */

static void heartbeat(struct link *link, uint64_t *last)
{
	if (monotonic_ns() - *last < BEAT_NS)
		return;
	*last = monotonic_ns();
	link_say(link, "alive");
}

static void set_clock(const char *seconds)
{
	struct timespec now = { .tv_sec = strtoll(seconds, NULL, 10) };

	clock_settime(CLOCK_REALTIME, &now);
}

/* Guests that come from one saved state would otherwise draw the same random numbers. */
static void mix_entropy(const char *seed)
{
	int fd = open("/dev/urandom", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, seed, strlen(seed)) > 0)
		ioctl(fd, RNDRESEEDCRNG);
	close(fd);
}

static void say_state(struct link *link, const char *verb)
{
	struct kernel_state state;

	kernel_state_read(&state);
	link_say(link, "%s %s %s %s %u", verb, state.taint, state.warnings, state.oopses, marks_printed());
}

/* The scenario begins: what the kernel has said and counted up to here is none of its doing. */
static void begin(struct link *link, const char *nonce)
{
	marks_begin(nonce);
	say_state(link, "begun");
}

static void wait_for_function(struct link *link, const char *fid, const char *seconds)
{
	uint64_t number = strtoull(fid, NULL, 16), last = monotonic_ns();
	uint64_t end = last + strtoull(seconds, NULL, 10) * 1000000000u;
	char name[PCI_NAME_SIZE];

	while (!pci_slot_ready(number) || !pci_find(&number, NULL, name)) {
		heartbeat(link, &last);
		if (monotonic_ns() >= end) {
			failed = true;
			link_say(link, "unseen %s", fid);
			return;
		}
		sleep_us(PERIOD_US);
	}
	link_say(link, "saw %s", fid);
}

static void start_program(struct link *link, char *words[])
{
	struct program *program = &programs[started];
	char *name;
	int code;

	if (started == MAX_PROGRAMS || !words[1] || !words[2])
		return;
	name = strdup(words[1]);
	code = program_start(program, name, words + 2, pinned_cpus > 0 ? started % pinned_cpus : -1);
	if (code) {
		free(name);
		failed = true;
		link_say(link, "unstarted %s %s", words[1], strerrorname_np(code));
		return;
	}
	started++;
	link_say(link, "started %s", words[1]);
}

static void reap(struct link *link)
{
	struct signalfd_siginfo info;
	int status;
	pid_t pid;

	while (read(children, &info, sizeof(info)) > 0)
		;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (int i = 0; i < started; i++) {
			if (programs[i].pid == pid && !programs[i].reported) {
				mark_print();
				program_report(&programs[i], link, status);
			}
		}
}

static int still_running(void)
{
	int count = 0;

	for (int i = 0; i < started; i++)
		count += !programs[i].reported;
	return count;
}

/* The host's answer goes to the program that asked; `later` is none. */
static void answer(char *words[])
{
	for (int i = 0; words[1] && words[2] && i < started; i++) {
		if (strcmp(programs[i].number, words[1]) || programs[i].host < 0)
			continue;
		if (!strcmp(words[2], "later"))
			programs[i].ask_at = monotonic_ns() + AGAIN_NS;
		else
			send(programs[i].host, words[2], strlen(words[2]), MSG_NOSIGNAL | MSG_DONTWAIT);
	}
}

static void read_answers(struct link *link)
{
	char *words[MAX_WORDS];

	if (!link_receive(link))
		return;
	while (next_line(&link->lines, words) >= 0)
		if (!strcmp(words[0], "answer"))
			answer(words);
}

/* Waits until every program has ended. */
static void attend(struct link *link)
{
	uint64_t last = monotonic_ns();

	while (still_running()) {
		struct pollfd ready[2 + 3 * MAX_PROGRAMS] = {
			{ .fd = link->fd, .events = POLLIN },
			{ .fd = children, .events = POLLIN },
		};
		int count = 2, patience_ms = 1000;

		for (int i = 0; i < started; i++) {
			if (programs[i].ask_at)
				patience_ms = AGAIN_NS / 1000000;
			ready[count++] = (struct pollfd){ .fd = programs[i].output.fd, .events = POLLIN };
			ready[count++] = (struct pollfd){ .fd = programs[i].complaint.fd, .events = POLLIN };
			ready[count++] = (struct pollfd){ .fd = programs[i].host, .events = POLLIN };
		}
		poll(ready, count, patience_ms);
		for (int i = 0; i < started; i++) {
			program_read(&programs[i].output);
			program_read(&programs[i].complaint);
			program_pass_questions(&programs[i], link);
			program_ask_again(&programs[i], link);
		}
		if (ready[0].revents & POLLIN)
			read_answers(link);
		reap(link);
		heartbeat(link, &last);
	}
}

static void wake(int signal)
{
	(void)signal;
}

/*
 * The kernel keeps the end of a report back for a moment: a guest that is ended before has not said it. A console that
 * was stopped would never be empty, so the alarm ends the wait, again and again in case it comes before the wait begins.
 */
static void drain_console(void)
{
	const struct sigaction action = { .sa_handler = wake };
	const struct itimerval none = { 0 };
	struct itimerval limit = { .it_value.tv_sec = DRAIN_S, .it_interval.tv_sec = 1 };
	int fd;

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &limit, NULL);
	fd = open("/dev/console", O_WRONLY | O_NOCTTY | O_CLOEXEC);
	if (fd >= 0) {
		tcdrain(fd);
		close(fd);
	}
	setitimer(ITIMER_REAL, &none, NULL);
}

/* Preparations run to their end, and must succeed, before the next line counts. */
static void finish(struct link *link)
{
	attend(link);
	for (int i = 0; i < started; i++)
		failed = failed || programs[i].code;
	started = 0;
}

/* One line of the script; true when it was the last one. */
static bool step(struct link *link, char *words[], int count)
{
	const char *verb = words[0];

	if (!strcmp(verb, "go"))
		return true;
	if (failed || count < 2)
		return false;
	if (!strcmp(verb, "clock")) {
		set_clock(words[1]);
	} else if (!strcmp(verb, "seed")) {
		mix_entropy(words[1]);
	} else if (!strcmp(verb, "pin")) {
		pinned_cpus = atoi(words[1]);
	} else if (!strcmp(verb, "begin")) {
		begin(link, words[1]);
	} else if (!strcmp(verb, "wait") && count > 2) {
		wait_for_function(link, words[1], words[2]);
	} else if (!strcmp(verb, "start")) {
		start_program(link, words);
	} else if (!strcmp(verb, "finish")) {
		finish(link);
	}
	return false;
}

/* A terminal would change and echo what passes. */
static int open_raw(const char *path)
{
	struct termios mode;
	int fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (fd >= 0 && !tcgetattr(fd, &mode)) {
		cfmakeraw(&mode);
		mode.c_cflag |= CLOCAL;
		tcsetattr(fd, TCSANOW, &mode);
	}
	return fd;
}

enum { LINK };

static int runner_main(int argc, char **argv)
{
	struct option_spec options[] = {
		[LINK] = { .name = "--link", .kind = OPTION_TEXT },
	};
	static struct link link;
	struct script script = { 0 };
	char *words[MAX_WORDS];
	sigset_t signals;
	int count;

	parse_options(argc, argv, options, sizeof(options) / sizeof(*options));
	if (!options[LINK].given)
		usage_error("--link is needed");
	sigemptyset(&signals);
	sigaddset(&signals, SIGCHLD);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	children = signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
	link.fd = open_raw(options[LINK].text);
	if (children < 0 || link.fd < 0)
		return EXIT_UNAVAILABLE;
	link_say(&link, "ready 1");
	for (;;) {
		if (!script_read(&script))
			sleep_us(PERIOD_US);
		while ((count = next_line(&script.lines, words)) >= 0) {
			if (!count || !step(&link, words, count))
				continue;
			if (!failed)
				attend(&link);
			mark_print();
			drain_console();
			say_state(&link, "done");
			end_guest();
			started = 0;
		}
	}
}

ACTOR(runner, "zlab-runner", "--link TERMINAL", runner_main);
