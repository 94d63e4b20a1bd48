// SPDX-License-Identifier: MIT
/*
 * Stops at questions, with a child that does what the host does.
 *
 *   drive-hold PREFIX
 *
 * Prints what hold_ends() says: of a guest that does not stop; of two vCPUs before the host has said anything; how often
 * the other one might go on meanwhile; of the other one afterwards; whether files are left; of a host that is gone.
 */
#include "turn-hold.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *path_of(const char *prefix, const char *word)
{
	static char path[4096];

	snprintf(path, sizeof(path), "%s.1.%s", prefix, word);
	return path;
}

static void make(const char *path)
{
	close(open(path, O_WRONLY | O_CREAT, 0600));
}

static void be_host(const char *prefix)
{
	make(path_of(prefix, "still"));
	while (access(path_of(prefix, "held"), F_OK))
		usleep(100);
	make(path_of(prefix, "go"));
	_exit(0);
}

int main(int argc, char **argv)
{
	struct hold none = { 0 }, hold = { 0 };
	unsigned int others = 0;
	pid_t host;

	if (argc != 2)
		return 64;
	hold_begin(&none, 1);
	printf("%d ", hold_ends(&none, 0));
	hold.prefix = argv[1];
	hold_begin(&hold, 1);
	printf("%d %d ", hold_ends(&hold, 0), hold_ends(&hold, 1));
	fflush(stdout);
	host = fork();
	if (!host)
		be_host(argv[1]);
	while (!hold_ends(&hold, 1))
		others += hold_ends(&hold, 0);
	waitpid(host, NULL, 0);
	printf("%u %d ", others, hold_ends(&hold, 0));
	printf("%d ", !access(path_of(argv[1], "still"), F_OK) || !access(path_of(argv[1], "go"), F_OK));
	hold_begin(&hold, 0);
	hold.since_ms -= HOLD_MOST_MS;
	printf("%d\n", hold_ends(&hold, 0));
	return hold.number == 2 ? 0 : 1;
}
