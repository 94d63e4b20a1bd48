/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ZLAB_CLINUX_H
#define ZLAB_CLINUX_H

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* prctl() is variadic, which Swift does not import. */
static inline int zlab_become_subreaper(void)
{
	return prctl(PR_SET_CHILD_SUBREAPER, 1UL, 0UL, 0UL, 0UL);
}

/* The W* macros of wait(2) are not imported: the exit code, or 128 plus the signal. */
static inline int zlab_exit_code(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* sockaddr_un holds its path as an array, which Swift sees as a tuple of 108 bytes. */
static inline int zlab_unix_address(struct sockaddr_un *address, const char *path)
{
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	if (strlen(path) >= sizeof(address->sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(address->sun_path, path);
	return 0;
}

/* Connects to the stream socket at path: a descriptor, or -1 with errno. */
static inline int zlab_unix_connect(const char *path)
{
	struct sockaddr_un address;
	int fd, code;

	if (zlab_unix_address(&address, path))
		return -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || !connect(fd, (struct sockaddr *)&address, sizeof(address)))
		return fd;
	code = errno;
	close(fd);
	errno = code;
	return -1;
}

/* Listens on a new stream socket at path: a descriptor, or -1 with errno. */
static inline int zlab_unix_listen(const char *path)
{
	struct sockaddr_un address;
	int fd, code;

	if (zlab_unix_address(&address, path))
		return -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || (!bind(fd, (struct sockaddr *)&address, sizeof(address)) && !listen(fd, 1)))
		return fd;
	code = errno;
	close(fd);
	errno = code;
	return -1;
}

/* accept4() is a GNU extension, which Swift does not import. */
static inline int zlab_accept(int listener)
{
	int fd = accept(listener, NULL, NULL);

	if (fd >= 0)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
	return fd;
}

/* A GNU extension, which Swift does not import: the program that is spawned has no descriptor from `first` on. */
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int first);

static inline int zlab_close_from(posix_spawn_file_actions_t *actions, int first)
{
	return posix_spawn_file_actions_addclosefrom_np(actions, first);
}

/* The words that execve(2) was given, which Swift's CommandLine reads from /proc and finds none where that is missing. */
int zlab_word_count(void);
const char *zlab_word(int index);

#endif
