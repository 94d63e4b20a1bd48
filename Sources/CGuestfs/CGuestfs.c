/* SPDX-License-Identifier: Apache-2.0 */
/* Each function of libguestfs's that zlab calls, forwarded to the library, which is loaded when it is first needed. */
#include "CGuestfs.h"
#include "forward.h"

static const char *const names[] = { "libguestfs.so.0", NULL };

static struct forward_libraries libraries = { .names = names, .once = PTHREAD_ONCE_INIT };

const char *zlab_guestfs_load(void)
{
	return forward_load(&libraries);
}

FORWARD(int, guestfs_add_drive_opts_argv,
	(guestfs_h *a, const char *b, const struct guestfs_add_drive_opts_argv *c), (a, b, c))
FORWARD(char *, guestfs_checksum, (guestfs_h *a, const char *b, const char *c), (a, b, c))
FORWARD_VOID(guestfs_close, (guestfs_h *a), (a))
FORWARD(int, guestfs_config, (guestfs_h *a, const char *b, const char *c), (a, b, c))
FORWARD(guestfs_h *, guestfs_create, (void), ())
FORWARD(int, guestfs_download_offset,
	(guestfs_h *a, const char *b, const char *c, int64_t d, int64_t e), (a, b, c, d, e))
FORWARD(int, guestfs_find0, (guestfs_h *a, const char *b, const char *c), (a, b, c))
FORWARD_VOID(guestfs_free_statns, (struct guestfs_statns *a), (a))
FORWARD_VOID(guestfs_free_version, (struct guestfs_version *a), (a))
FORWARD(char *, guestfs_inspect_get_arch, (guestfs_h *a, const char *b), (a, b))
FORWARD(char *, guestfs_inspect_get_distro, (guestfs_h *a, const char *b), (a, b))
FORWARD(char *, guestfs_inspect_get_product_name, (guestfs_h *a, const char *b), (a, b))
FORWARD(char **, guestfs_inspect_os, (guestfs_h *a), (a))
FORWARD(int, guestfs_last_errno, (guestfs_h *a), (a))
FORWARD(const char *, guestfs_last_error, (guestfs_h *a), (a))
FORWARD(int, guestfs_launch, (guestfs_h *a), (a))
FORWARD(char **, guestfs_list_filesystems, (guestfs_h *a), (a))
FORWARD(int, guestfs_ln_s, (guestfs_h *a, const char *b, const char *c), (a, b, c))
FORWARD(char **, guestfs_ls, (guestfs_h *a, const char *b), (a, b))
FORWARD(struct guestfs_statns *, guestfs_lstatns, (guestfs_h *a, const char *b), (a, b))
FORWARD(int, guestfs_mkdir_p, (guestfs_h *a, const char *b), (a, b))
FORWARD(int, guestfs_mkfifo, (guestfs_h *a, int b, const char *c), (a, b, c))
FORWARD(int, guestfs_mkfs_opts_argv,
	(guestfs_h *a, const char *b, const char *c, const struct guestfs_mkfs_opts_argv *d), (a, b, c, d))
FORWARD(int, guestfs_mount_options, (guestfs_h *a, const char *b, const char *c, const char *d), (a, b, c, d))
FORWARD(char *, guestfs_pread, (guestfs_h *a, const char *b, int c, int64_t d, size_t *e), (a, b, c, d, e))
FORWARD(char *, guestfs_readlink, (guestfs_h *a, const char *b), (a, b))
FORWARD(char *, guestfs_realpath, (guestfs_h *a, const char *b), (a, b))
FORWARD(int, guestfs_set_backend, (guestfs_h *a, const char *b), (a, b))
FORWARD(int, guestfs_set_backend_setting, (guestfs_h *a, const char *b, const char *c), (a, b, c))
FORWARD_VOID(guestfs_set_error_handler, (guestfs_h *a, guestfs_error_handler_cb b, void *c), (a, b, c))
FORWARD(int, guestfs_set_memsize, (guestfs_h *a, int b), (a, b))
FORWARD(int, guestfs_set_tmpdir, (guestfs_h *a, const char *b), (a, b))
FORWARD(int, guestfs_shutdown, (guestfs_h *a), (a))
FORWARD(int, guestfs_upload, (guestfs_h *a, const char *b, const char *c), (a, b, c))
FORWARD(struct guestfs_version *, guestfs_version, (guestfs_h *a), (a))
FORWARD(int, guestfs_write, (guestfs_h *a, const char *b, const char *c, size_t d), (a, b, c, d))
