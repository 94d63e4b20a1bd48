/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ZLAB_CPROCESS_H
#define ZLAB_CPROCESS_H

/* The words that execve(2) was given, which Swift's CommandLine reads from /proc and finds none where that is missing. */
int zlab_word_count(void);
const char *zlab_word(int index);

#endif
