// SPDX-License-Identifier: Apache-2.0
/* Lines between the runner and the host: words with a space between them, bytes that would confuse as %XX. */
#include "actor.h"
#include "runner.h"

#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PORTS "/sys/class/virtio-ports"
#define MAX_DEVICES 4 /* one is virtio serial; the kernel numbers it among all virtio devices, of which a disk is one */
#define MARK "zlab:"

/* What does not fit was not written by the host that we know; all of it goes. */
static void add(struct lines *lines, const char *bytes, size_t length)
{
	if (length > sizeof(lines->bytes) - lines->used)
		lines->used = 0;
	if (length > sizeof(lines->bytes))
		return;
	memcpy(lines->bytes + lines->used, bytes, length);
	lines->used += length;
}

bool script_read(struct script *script)
{
	char path[64], name[4097];

	/* Port 0 is the link's. The name comes in a message of its own, a moment after the port. */
	for (unsigned int device = 0; device < MAX_DEVICES; device++) {
		snprintf(path, sizeof(path), PORTS "/vport%up%u/name", device, script->ports + 1);
		if (read_sysfs(path, name, sizeof(name)) || strncmp(name, MARK, strlen(MARK)))
			continue;
		add(&script->lines, name + strlen(MARK), strlen(name) - strlen(MARK));
		script->ports++;
		return true;
	}
	return false;
}

int link_receive(struct link *link)
{
	char bytes[4096];
	ssize_t count = read(link->fd, bytes, sizeof(bytes));

	if (count > 0)
		add(&link->lines, bytes, count);
	return count > 0 || (count < 0 && (errno == EINTR || errno == EAGAIN));
}

static void decode(char *word)
{
	char *to = word;

	for (const char *from = word; *from; from++) {
		char pair[3] = { 0 };

		if (*from == '%' && isxdigit((unsigned char)from[1]) && isxdigit((unsigned char)from[2])) {
			memcpy(pair, from + 1, 2);
			*to++ = (char)strtoul(pair, NULL, 16);
			from += 2;
		} else {
			*to++ = *from;
		}
	}
	*to = '\0';
}

static const char *line_end(const struct lines *lines)
{
	for (size_t i = 0; i < lines->used; i++)
		if (lines->bytes[i] == ';' || lines->bytes[i] == '\n')
			return lines->bytes + i;
	return NULL;
}

int next_line(struct lines *lines, char *words[MAX_WORDS])
{
	static char line[sizeof(lines->bytes) + 1];
	const char *end = line_end(lines);
	char *rest = line, *word;
	size_t length;
	int count = 0;

	if (!end)
		return -1;
	length = end - lines->bytes;
	memcpy(line, lines->bytes, length);
	line[length] = '\0';
	lines->used -= length + 1;
	memmove(lines->bytes, end + 1, lines->used);
	while (count < MAX_WORDS - 1 && (word = strsep(&rest, " "))) {
		decode(word);
		words[count++] = word;
	}
	words[count] = NULL;
	return count;
}

void link_raw(struct link *link, const char *text, size_t length)
{
	while (length) {
		ssize_t count = write(link->fd, text, length);

		if (count < 0 && errno == EAGAIN) {
			struct pollfd ready = { .fd = link->fd, .events = POLLOUT };

			poll(&ready, 1, 1000);
		} else if (count < 0 && errno != EINTR) {
			return; /* nobody listens */
		}
		if (count > 0) {
			text += count;
			length -= count;
		}
	}
}

void link_say(struct link *link, const char *format, ...)
{
	char line[512];
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(line, sizeof(line) - 1, format, args);
	va_end(args);
	if (length < 0)
		return;
	if (length > (int)sizeof(line) - 2)
		length = sizeof(line) - 2;
	line[length++] = '\n';
	link_raw(link, line, length);
}

void link_word(struct link *link, const char *bytes, size_t length)
{
	static char text[3 * 65536 + 1];
	size_t used = 0;

	text[used++] = ' ';
	for (size_t i = 0; i < length && used + 3 < sizeof(text); i++) {
		unsigned char byte = bytes[i];

		if (byte > ' ' && byte < 0x7f && byte != '%')
			text[used++] = byte;
		else
			used += snprintf(text + used, 4, "%%%02X", byte);
	}
	link_raw(link, text, used);
}
