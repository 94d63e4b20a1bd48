// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "taker.h"
#include "host.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE_MS 10000
/* A plug waits until the unplug before it is over. */
#define HOST_PATIENCE_MS 15000

static int ask_host(const struct taker *taker, const char *what)
{
	int code = host_ask(what, taker->fid);

	return code ? code : host_answer(HOST_PATIENCE_MS);
}

static int take(const struct taker *taker)
{
	switch (taker->way) {
	case TAKE_BY_POWER:
		return pci_write_slot_power(taker->fid, "0");
	case TAKE_BY_REMOVE:
		return pci_write(taker->function, "remove", "1");
	case TAKE_BY_RECOVER:
		return pci_write(taker->function, "recover", "1");
	case TAKE_BY_HOST:
		return ask_host(taker, "unplug");
	case TAKE_BY_OTHERS:
	case TAKER_WAYS:
		break;
	}
	return 0;
}

/* Where the runner gave the actor a CPU, its taker has the next one: the two are to meet. */
static void move_to_next_cpu(void)
{
	long online = sysconf(_SC_NPROCESSORS_ONLN);
	cpu_set_t cpus;
	int cpu = 0;

	if (sched_getaffinity(0, sizeof(cpus), &cpus) || CPU_COUNT(&cpus) != 1)
		return;
	while (!CPU_ISSET(cpu, &cpus))
		cpu++;
	CPU_ZERO(&cpus);
	CPU_SET((cpu + 1) % online, &cpus);
	/* Where it cannot, the two share one. */
	sched_setaffinity(0, sizeof(cpus), &cpus);
}

static void run(const struct taker *taker, int start)
{
	char byte;

	/* A report of the kernel's then says which of the two it met. */
	prctl(PR_SET_NAME, "taker");
	move_to_next_cpu();
	/* One that is stuck in the kernel must not hold up whoever reads what the actor prints. */
	close(STDOUT_FILENO);
	close(STDERR_FILENO);
	if (read(start, &byte, 1) != 1)
		return;
	taker->log->began = monotonic_ns();
	taker->log->code = take(taker);
	taker->log->ended = monotonic_ns();
}

static int make_log(struct taker *taker)
{
	void *page = mmap(NULL, sizeof(*taker->log), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		return errno;
	taker->log = page;
	return 0;
}

static int make_process(struct taker *taker)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		return errno;
	taker->pid = fork();
	if (!taker->pid) {
		close(ends[1]);
		run(taker, ends[0]);
		_exit(0);
	}
	close(ends[0]);
	taker->start = ends[1];
	return taker->pid < 0 ? EAGAIN : 0;
}

int taker_prepare(struct taker *taker)
{
	int code = taker->log ? 0 : make_log(taker);

	if (code)
		return code;
	*taker->log = (struct taker_log){ 0 };
	code = make_process(taker);
	taker->pidfd = code ? -1 : pidfd_open(taker->pid, 0);
	if (taker->pidfd < 0)
		taker_dismiss(taker);
	return taker->pidfd < 0 ? EAGAIN : 0;
}

void taker_start(struct taker *taker)
{
	taker->unplugged = taker->way == TAKE_BY_HOST;
	/* Without a process to read it there is a SIGPIPE, which is an end like any other. */
	(void)!write(taker->start, "", 1);
}

bool taker_wait(struct taker *taker, int milliseconds)
{
	struct pollfd ended = { .fd = taker->pidfd, .events = POLLIN };

	if (poll(&ended, 1, milliseconds) <= 0)
		return false;
	taker_dismiss(taker);
	return taker->log->ended;
}

void taker_dismiss(struct taker *taker)
{
	close(taker->start);
	if (taker->pid > 0)
		waitpid(taker->pid, NULL, 0);
	if (taker->pidfd >= 0)
		close(taker->pidfd);
}

/* What the host has granted comes true without being asked for again. */
static int plug(struct taker *taker)
{
	int code = taker->unplugged ? ask_host(taker, "plug") : 0;

	taker->unplugged &= code != 0;
	return code;
}

/* Does not mean that the function is there afterwards. */
static int bring_back(struct taker *taker)
{
	switch (taker->way) {
	case TAKE_BY_POWER:
		return pci_write_slot_power(taker->fid, "1");
	case TAKE_BY_REMOVE:
		return write_sysfs("/sys/bus/pci/rescan", "1");
	case TAKE_BY_HOST:
		return plug(taker);
	case TAKE_BY_RECOVER:
	case TAKE_BY_OTHERS:
	case TAKER_WAYS:
		break;
	}
	return 0;
}

bool taker_restore(struct taker *taker, struct errno_count *refusals)
{
	uint64_t end = monotonic_ns() + PATIENCE_MS * UINT64_C(1000000);
	int code;

	while (!pci_slot_ready(taker->fid) || !pci_find(&taker->fid, NULL, taker->function)) {
		if (monotonic_ns() >= end)
			return false;
		code = bring_back(taker);
		if (code)
			count_errno(refusals, code);
		sleep_us(1000);
	}
	return true;
}
