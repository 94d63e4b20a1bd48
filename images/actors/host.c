// SPDX-License-Identifier: Apache-2.0
/* Questions to the host go as packets through a socket that the runner gives to each actor. */
#include "host.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

int host_ask(const char *what, uint64_t fid)
{
	char packet[64];
	int length = snprintf(packet, sizeof(packet), "%s %" PRIx64, what, fid);

	if (send(HOST_SOCKET, packet, length, MSG_NOSIGNAL) == length)
		return 0;
	return errno == ENOTSOCK || errno == EBADF || errno == EPIPE ? ENOTCONN : errno;
}

int host_answer(unsigned int limit_ms)
{
	struct pollfd ready = { .fd = HOST_SOCKET, .events = POLLIN };
	char packet[64];
	ssize_t length;

	if (poll(&ready, 1, limit_ms) <= 0)
		return ETIMEDOUT;
	length = recv(HOST_SOCKET, packet, sizeof(packet), 0);
	if (length <= 0)
		return ENOTCONN;
	return length >= 2 && !memcmp(packet, "ok", 2) ? 0 : EIO;
}
