// SPDX-License-Identifier: Apache-2.0
// The decompressors that logs need. zlib and liblzma fill their streams by macros, which Swift does not see.
// memmem(3) is declared here because Swift does not see GNU's functions either.
#pragma once
#include <bzlib.h>
#include <lz4.h>
#include <lz4frame.h>
#include <lzma.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

static inline int log_inflate_init(z_stream *stream, int window_bits) {
	memset(stream, 0, sizeof(*stream));
	return inflateInit2(stream, window_bits);
}

static inline void log_lzma_clear(lzma_stream *stream) {
	const lzma_stream empty = LZMA_STREAM_INIT;
	*stream = empty;
}

extern void *memmem(const void *haystack, size_t haystack_size, const void *needle, size_t needle_size);

static inline const void *log_find(const void *text, size_t size, const void *needle, size_t needle_size) {
	return memmem(text, size, needle, needle_size);
}
