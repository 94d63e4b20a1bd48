// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "inner-qemu.h"
#include "actor.h"
#include "host.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* An emulator in an emulator, on a host that may be busy. */
#define START_MS 120000
#define ANSWER_MS 60000
#define QUIT_MS 10000
/* Of one reset: a request that QEMU had not read yet is carried out by the next. */
#define RESET_MS 3000

bool inner_qemu_exists(void)
{
	static const char *const folders[] = { "/usr/local/bin", "/usr/bin", "/bin" };
	char path[64];

	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
		snprintf(path, sizeof(path), "%s/" INNER_QEMU, folders[i]);
		if (!access(path, X_OK))
			return true;
	}
	return false;
}

static void exec_child(const struct inner_qemu *qemu, int monitor)
{
	char *argv[] = { INNER_QEMU, "-machine", "s390-ccw-virtio,accel=tcg", "-cpu", "max", "-m", "64", "-nodefaults",
			 "-nographic", "-S", "-qmp", "stdio", NULL };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(monitor, STDIN_FILENO);
	dup2(monitor, STDOUT_FILENO);
	dup2(qemu->complaint, STDERR_FILENO);
	/* The host's answers are the actor's. */
	close(HOST_SOCKET);
	execvp(argv[0], argv);
	dprintf(STDERR_FILENO, "cannot run %s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

/* Notes what a line of the monitor says beside answering. */
static void note(struct inner_qemu *qemu, const char *line)
{
	const char *words = strstr(line, "\"desc\": \"");

	if (strstr(line, "\"DEVICE_DELETED\"") && strstr(line, "\"device\": \"given\""))
		qemu->deleted = true;
	if (words && strstr(line, "\"error\"")) {
		words += strlen("\"desc\": \"");
		snprintf(qemu->problem, sizeof(qemu->problem), "%.*s", (int)strcspn(words, "\"\n"), words);
	}
}

/* Takes the next whole line off into `line`; false when there is none yet. */
static bool take_line(struct inner_qemu *qemu, char *line, size_t size)
{
	char *end = memchr(qemu->line, '\n', qemu->used);
	size_t length;

	if (!end)
		return false;
	length = end - qemu->line;
	snprintf(line, size, "%.*s", (int)length, qemu->line);
	qemu->used -= length + 1;
	memmove(qemu->line, end + 1, qemu->used);
	return true;
}

/* Reads what the monitor has said, until the deadline at most: 0 or an errno. */
static int receive(struct inner_qemu *qemu, uint64_t deadline)
{
	struct pollfd ready = { .fd = qemu->monitor, .events = POLLIN };
	uint64_t now = monotonic_ns();
	ssize_t count;

	if (now >= deadline || !poll(&ready, 1, (deadline - now) / 1000000 + 1))
		return ETIMEDOUT;
	/* A line that does not fit is none that is waited for. */
	if (qemu->used == sizeof(qemu->line))
		qemu->used = 0;
	count = recv(qemu->monitor, qemu->line + qemu->used, sizeof(qemu->line) - qemu->used, MSG_DONTWAIT);
	if (count > 0)
		qemu->used += count;
	return count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR)) ? 0 : EPIPE;
}

/* Reads on until a line has this word: 0, EIO when QEMU refuses instead, EPIPE when it has ended, or ETIMEDOUT. */
static int hear(struct inner_qemu *qemu, const char *word, int milliseconds)
{
	uint64_t deadline = monotonic_ns() + milliseconds * UINT64_C(1000000);
	char line[sizeof(qemu->line)];
	int code = 0;

	while (!code) {
		while (take_line(qemu, line, sizeof(line))) {
			note(qemu, line);
			if (strstr(line, word))
				return 0;
			if (strstr(line, "\"error\""))
				return EIO;
		}
		code = receive(qemu, deadline);
	}
	return code;
}

static int ask(struct inner_qemu *qemu, const char *command, int milliseconds)
{
	size_t length = strlen(command);

	qemu->problem[0] = '\0';
	if (send(qemu->monitor, command, length, MSG_NOSIGNAL) != (ssize_t)length)
		return EPIPE;
	return hear(qemu, "\"return\"", milliseconds);
}

int inner_qemu_start(struct inner_qemu *qemu)
{
	int ends[2], code;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return errno;
	if (!qemu->complaint)
		qemu->complaint = memfd_create("complaint", MFD_CLOEXEC);
	*qemu = (struct inner_qemu){ .monitor = ends[0], .complaint = qemu->complaint };
	qemu->pid = fork();
	if (!qemu->pid)
		exec_child(qemu, ends[1]);
	close(ends[1]);
	if (qemu->pid < 0) {
		close(ends[0]);
		qemu->pid = 0;
		return EAGAIN;
	}
	code = hear(qemu, "\"QMP\"", START_MS);
	if (!code)
		code = ask(qemu, "{\"execute\": \"qmp_capabilities\"}\n", ANSWER_MS);
	if (code)
		inner_qemu_quit(qemu);
	return code;
}

int inner_qemu_give(struct inner_qemu *qemu, const char *function)
{
	char command[256];

	qemu->deleted = false;
	snprintf(command, sizeof(command),
		 "{\"execute\": \"device_add\", \"arguments\": {\"driver\": \"vfio-pci\", \"id\": \"given\", "
		 "\"host\": \"%s\"}}\n",
		 function);
	return ask(qemu, command, ANSWER_MS);
}

bool inner_qemu_reset(struct inner_qemu *qemu, int milliseconds)
{
	uint64_t end = monotonic_ns() + milliseconds * UINT64_C(1000000);
	int code = 0;

	while (!qemu->deleted && (!code || code == ETIMEDOUT) && monotonic_ns() < end) {
		code = ask(qemu, "{\"execute\": \"system_reset\"}\n", milliseconds);
		if (!code && !qemu->deleted)
			code = hear(qemu, "\"device\": \"given\"", RESET_MS);
	}
	return qemu->deleted;
}

void inner_qemu_complain(const struct inner_qemu *qemu)
{
	char text[4096];
	ssize_t length = qemu->complaint > 0 ? pread(qemu->complaint, text, sizeof(text), 0) : 0;

	if (length > 0)
		(void)!write(STDERR_FILENO, text, length);
}

/* Forgets a process that has ended. */
static bool reap(struct inner_qemu *qemu)
{
	if (!waitpid(qemu->pid, NULL, WNOHANG))
		return false;
	close(qemu->monitor);
	qemu->pid = 0;
	return true;
}

bool inner_qemu_lives(struct inner_qemu *qemu)
{
	return qemu->pid && !reap(qemu);
}

void inner_qemu_quit(struct inner_qemu *qemu)
{
	uint64_t end = monotonic_ns() + QUIT_MS * UINT64_C(1000000);

	if (!qemu->pid)
		return;
	if (ask(qemu, "{\"execute\": \"quit\"}\n", QUIT_MS))
		kill(qemu->pid, SIGKILL);
	while (!reap(qemu)) {
		if (monotonic_ns() > end)
			kill(qemu->pid, SIGKILL);
		sleep_us(10000);
	}
}
