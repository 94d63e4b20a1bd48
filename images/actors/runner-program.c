// SPDX-License-Identifier: Apache-2.0
/* One program under the runner: what it prints is kept up to a cap, what it asks of the host is passed on. */
#define _GNU_SOURCE
#include "actor.h"
#include "host.h"
#include "runner-mark.h"
#include "runner.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define CAP 65536

/* The kernel's scheduler would place it as it pleases. */
static void pin(int cpu)
{
	cpu_set_t one;

	if (cpu < 0)
		return;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	if (sched_setaffinity(0, sizeof(one), &one))
		dprintf(STDERR_FILENO, "cannot run on CPU %d: %s\n", cpu, strerror(errno));
}

static void exec_child(char *const argv[], int out, int err, int host)
{
	int null = open("/dev/null", O_RDONLY);
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (null >= 0)
		dup2(null, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	if (host == HOST_SOCKET)
		fcntl(host, F_SETFD, 0);
	else
		dup2(host, HOST_SOCKET);
	execvp(argv[0], argv);
	dprintf(STDERR_FILENO, "cannot run %s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

int program_start(struct program *program, char *number, char *const argv[], int cpu)
{
	int out[2], err[2], host[2];

	memset(program, 0, sizeof(*program));
	program->number = number;
	program->output.text = malloc(CAP);
	program->complaint.text = malloc(CAP);
	if (!program->output.text || !program->complaint.text)
		return ENOMEM;
	if (pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC) || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, host))
		return errno;
	program->pid = fork();
	if (program->pid < 0)
		return errno;
	if (!program->pid) {
		pin(cpu);
		exec_child(argv, out[1], err[1], host[1]);
	}
	close(out[1]);
	close(err[1]);
	close(host[1]);
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	fcntl(err[0], F_SETFL, O_NONBLOCK);
	fcntl(host[0], F_SETFL, O_NONBLOCK);
	program->output.fd = out[0];
	program->complaint.fd = err[0];
	program->host = host[0];
	return 0;
}

static void close_once(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void program_read(struct capture *capture)
{
	char beyond[4096];

	while (capture->fd >= 0) {
		size_t room = CAP - capture->length;
		ssize_t count = room ? read(capture->fd, capture->text + capture->length, room) :
				       read(capture->fd, beyond, sizeof(beyond));

		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0 && errno == EAGAIN)
			return;
		if (count <= 0)
			close_once(&capture->fd);
		else if (room)
			capture->length += count;
	}
}

/* Sent to its last byte before the guest stops, where it does. */
static void ask(struct program *program, struct link *link)
{
	program->ask_at = 0;
	link_say(link, "ask %s %s", program->number, program->question);
	tcdrain(link->fd);
	await_host();
}

void program_ask_again(struct program *program, struct link *link)
{
	if (program->ask_at && monotonic_ns() >= program->ask_at)
		ask(program, link);
}

void program_pass_questions(struct program *program, struct link *link)
{
	char *question = program->question;

	while (program->host >= 0) {
		ssize_t length = recv(program->host, question, sizeof(program->question) - 1, 0);

		if (length < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (length <= 0) {
			close_once(&program->host);
			return;
		}
		question[length] = '\0';
		for (ssize_t i = 0; i < length; i++)
			if (!isalnum((unsigned char)question[i]))
				question[i] = ' ';
		ask(program, link);
	}
}

void program_report(struct program *program, struct link *link, int status)
{
	char head[64];
	int length;

	program->code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	length = snprintf(head, sizeof(head), "ended %.16s %d", program->number, program->code);
	program_read(&program->output);
	program_read(&program->complaint);
	program_pass_questions(program, link);
	link_raw(link, head, length);
	link_word(link, program->output.text, program->output.length);
	link_word(link, program->complaint.text, program->complaint.length);
	link_raw(link, "\n", 1);
	free(program->output.text);
	free(program->complaint.text);
	close_once(&program->output.fd);
	close_once(&program->complaint.fd);
	close_once(&program->host);
	program->ask_at = 0;
	program->reported = true;
}
