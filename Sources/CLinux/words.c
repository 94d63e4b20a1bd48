/* SPDX-License-Identifier: Apache-2.0 */
#include "CLinux.h"

static int words_given;
static char **words;

/* glibc hands main's arguments to constructors, too (csu/libc-start.c). */
__attribute__((constructor)) static void keep_words(int argc, char **argv)
{
	words_given = argc;
	words = argv;
}

int zlab_word_count(void)
{
	return words_given;
}

const char *zlab_word(int index)
{
	return words[index];
}
