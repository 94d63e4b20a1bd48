// SPDX-License-Identifier: Apache-2.0
/* Runs a program and passes on only so much of what it prints: the guest's agent keeps all of it in memory. */
#include "actor.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define CAP (64 * 1024)

struct stream {
	int from;
	int to;
	size_t passed;
};

/* Passes on what there is, and reads on when the cap is reached so that the program does not block. */
static void pass(struct stream *stream)
{
	char buffer[16384];
	ssize_t count = read(stream->from, buffer, sizeof(buffer));
	size_t room = CAP - stream->passed;

	if (count <= 0) {
		if (count < 0 && errno == EINTR)
			return;
		close(stream->from);
		stream->from = -1;
		return;
	}
	if ((size_t)count < room)
		room = count;
	if (room && write(stream->to, buffer, room) > 0)
		stream->passed += room;
}

static void pass_all(struct stream streams[2])
{
	while (streams[0].from >= 0 || streams[1].from >= 0) {
		struct pollfd ready[2] = {
			{ .fd = streams[0].from, .events = POLLIN },
			{ .fd = streams[1].from, .events = POLLIN },
		};

		if (poll(ready, 2, -1) < 0 && errno != EINTR)
			return;
		for (int i = 0; i < 2; i++)
			if (streams[i].from >= 0 && ready[i].revents)
				pass(&streams[i]);
	}
}

static void become(char **argv, int out, int err)
{
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	execvp(argv[0], argv);
	dprintf(STDERR_FILENO, "cannot run %s: error %d\n", argv[0], errno);
	_exit(127);
}

static int capped_main(int argc, char **argv)
{
	int out[2], err[2], status;
	pid_t child;

	if (argc < 2)
		usage_error("a program is needed");
	if (pipe(out) || pipe(err))
		return 126;
	child = fork();
	if (child < 0)
		return 126;
	if (!child) {
		close(out[0]);
		close(err[0]);
		become(argv + 1, out[1], err[1]);
	}
	close(out[1]);
	close(err[1]);
	pass_all((struct stream[2]){ { out[0], STDOUT_FILENO, 0 }, { err[0], STDERR_FILENO, 0 } });
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

ACTOR(capped, "capped", "PROGRAM [ARGUMENT...]", capped_main);
