// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "remover.h"
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

static int ask_host(const struct remover *remover, const char *what)
{
	int code = host_ask(what, remover->fid);

	return code ? code : host_answer(HOST_PATIENCE_MS);
}

static int take(const struct remover *remover)
{
	switch (remover->way) {
	case TAKE_BY_POWER:
		return pci_write_slot_power(remover->fid, "0");
	case TAKE_BY_REMOVE:
		return pci_write(remover->function, "remove", "1");
	case TAKE_BY_RECOVER:
		return pci_write(remover->function, "recover", "1");
	case TAKE_BY_HOST:
		return ask_host(remover, "unplug");
	case TAKE_BY_OTHERS:
	case REMOVER_WAYS:
		break;
	}
	return 0;
}

/* Where the runner gave the actor a CPU, its remover has the next one: the two are to meet. */
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

static void run(const struct remover *remover, int start)
{
	char byte;

	/* A report of the kernel's then says which of the two it met. */
	prctl(PR_SET_NAME, "remover");
	move_to_next_cpu();
	/* One that is stuck in the kernel must not hold up whoever reads what the actor prints. */
	close(STDOUT_FILENO);
	close(STDERR_FILENO);
	if (read(start, &byte, 1) != 1)
		return;
	remover->log->began = monotonic_ns();
	remover->log->code = take(remover);
	remover->log->ended = monotonic_ns();
}

static int make_log(struct remover *remover)
{
	void *page = mmap(NULL, sizeof(*remover->log), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		return errno;
	remover->log = page;
	return 0;
}

static int make_process(struct remover *remover)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		return errno;
	remover->pid = fork();
	if (!remover->pid) {
		close(ends[1]);
		run(remover, ends[0]);
		_exit(0);
	}
	close(ends[0]);
	remover->start = ends[1];
	return remover->pid < 0 ? EAGAIN : 0;
}

int remover_prepare(struct remover *remover)
{
	int code = remover->log ? 0 : make_log(remover);

	if (code)
		return code;
	*remover->log = (struct remover_log){ 0 };
	code = make_process(remover);
	remover->pidfd = code ? -1 : pidfd_open(remover->pid, 0);
	if (remover->pidfd < 0)
		remover_dismiss(remover);
	return remover->pidfd < 0 ? EAGAIN : 0;
}

void remover_start(struct remover *remover)
{
	remover->unplugged = remover->way == TAKE_BY_HOST;
	/* Without a process to read it there is a SIGPIPE, which is an end like any other. */
	(void)!write(remover->start, "", 1);
}

bool remover_wait(struct remover *remover, int milliseconds)
{
	struct pollfd ended = { .fd = remover->pidfd, .events = POLLIN };

	if (poll(&ended, 1, milliseconds) <= 0)
		return false;
	remover_dismiss(remover);
	return remover->log->ended;
}

void remover_dismiss(struct remover *remover)
{
	close(remover->start);
	if (remover->pid > 0)
		waitpid(remover->pid, NULL, 0);
	if (remover->pidfd >= 0)
		close(remover->pidfd);
}

/* What the host has granted comes true without being asked for again. */
static int plug(struct remover *remover)
{
	int code = remover->unplugged ? ask_host(remover, "plug") : 0;

	remover->unplugged &= code != 0;
	return code;
}

/* Does not mean that the function is there afterwards. */
static int bring_back(struct remover *remover)
{
	switch (remover->way) {
	case TAKE_BY_POWER:
		return pci_write_slot_power(remover->fid, "1");
	case TAKE_BY_REMOVE:
		return write_sysfs("/sys/bus/pci/rescan", "1");
	case TAKE_BY_HOST:
		return plug(remover);
	case TAKE_BY_RECOVER:
	case TAKE_BY_OTHERS:
	case REMOVER_WAYS:
		break;
	}
	return 0;
}

bool remover_restore(struct remover *remover, struct errno_count *refusals)
{
	uint64_t end = monotonic_ns() + PATIENCE_MS * UINT64_C(1000000);
	int code;

	while (!pci_slot_ready(remover->fid) || !pci_find(&remover->fid, NULL, remover->function)) {
		if (monotonic_ns() >= end)
			return false;
		code = bring_back(remover);
		if (code)
			count_errno(refusals, code);
		sleep_us(1000);
	}
	return true;
}
