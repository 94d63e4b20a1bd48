// SPDX-License-Identifier: Apache-2.0
/*
 * A PCI function is given to a QEMU by vfio-pci and taken away from it, as often as asked: what the field runs, where
 * vfio-detach-race does the same system calls at moments of its own choice.
 *
 * When the kernel asks for the function, QEMU passes the request on to its guest, which is none here; the machine's
 * management then lets the function go, by a reset or by ending QEMU.
 */
#define _GNU_SOURCE
#include "actor.h"
#include "inner-qemu.h"
#include "kernel-log.h"
#include "remover.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DRIVER "vfio-pci"
/* How long the kernel may take to ask, QEMU to let go, and the function to vanish. */
#define PATIENCE_MS 30000
/* Longer than a kernel that is told to report hung tasks after 15 s needs for it: up to twice that. */
#define STUCK_MS 40000
/* vfio_pci_core_request() in drivers/vfio/pci/vfio_pci_core.c, when the user has armed an eventfd for it. */
#define REQUEST "Relaying device request to user"
/* The kernel says so ten times in 5 s and then no more (dev_notice_ratelimited(), include/linux/ratelimit_types.h). */
#define PACE_US 600000

enum { FID, ITERATIONS, WAY, RELEASE, OPTIONS };

static const char *const ways[] = {
	[TAKE_BY_POWER] = "power",
	[TAKE_BY_REMOVE] = "remove",
	[TAKE_BY_RECOVER] = "recover",
	[TAKE_BY_HOST] = "host",
	[REMOVER_WAYS] = NULL,
};

enum release { BY_RESET, BY_QUIT };

static const char *const releases[] = { [BY_RESET] = "reset", [BY_QUIT] = "quit", NULL };

/* How an iteration ends; the first is as it should be, the second no fault of the kernel's. */
enum end {
	LET_GO, /* asked, let go, gone */
	QEMU_DIED, /* asked, and gone with QEMU, which aborted in its reset before it said that it had let go */
	NOT_BOUND,
	NOT_STARTED, /* QEMU's monitor does not answer */
	NOT_GIVEN, /* QEMU does not take the function */
	NOT_TAKEN, /* the actor could not even begin to */
	NOT_ASKED, /* the kernel has not passed a request on */
	NOT_LET_GO, /* QEMU knew of no request when its machine was reset */
	NOT_REMOVED, /* let go, and still there */
	NOT_BACK,
	STUCK, /* the removal does not end */
	ENDS,
};

static const char *const end_names[ENDS] = {
	[LET_GO] = "let-go",
	[QEMU_DIED] = "qemu-died",
	[NOT_BOUND] = "not-bound",
	[NOT_STARTED] = "not-started",
	[NOT_GIVEN] = "not-given",
	[NOT_TAKEN] = "not-taken",
	[NOT_ASKED] = "not-asked",
	[NOT_LET_GO] = "not-let-go",
	[NOT_REMOVED] = "not-removed",
	[NOT_BACK] = "not-back",
	[STUCK] = "stuck",
};

struct passing {
	enum release release;
	struct remover remover;
	struct inner_qemu qemu;
	uint64_t iterations, starts; /* of QEMU */
	uint64_t ends[ENDS];
	struct errno_count bind_errors, take_errors, return_errors;
};

static bool is_good(enum end end)
{
	return end == LET_GO || end == QEMU_DIED;
}

static void note(struct errno_count *errors, int code)
{
	if (code)
		count_errno(errors, code);
}

/* Has QEMU let go of the function; any end but the first leaves no QEMU. */
static enum end let_go(struct passing *passing)
{
	bool lives;

	if (passing->release == BY_RESET && inner_qemu_reset(&passing->qemu, PATIENCE_MS))
		return LET_GO;
	lives = inner_qemu_lives(&passing->qemu);
	inner_qemu_quit(&passing->qemu);
	return passing->release == BY_QUIT ? LET_GO : lives ? NOT_LET_GO : QEMU_DIED;
}

/* Not longer than the function is there: then nobody was asked, and nobody had it. */
static bool wait_asked(struct kernel_log *log, const char *function, uint64_t incarnation)
{
	uint64_t end = monotonic_ns() + PATIENCE_MS * UINT64_C(1000000);

	while (!kernel_log_wait(log, REQUEST, 100))
		if (pci_incarnation(function) != incarnation || monotonic_ns() >= end)
			return kernel_log_wait(log, REQUEST, 0);
	return true;
}

static bool wait_vanished(const char *function, uint64_t incarnation)
{
	uint64_t end = monotonic_ns() + PATIENCE_MS * UINT64_C(1000000);

	while (pci_incarnation(function) == incarnation) {
		if (monotonic_ns() >= end)
			return false;
		sleep_us(1000);
	}
	return true;
}

static enum end take_away(struct passing *passing)
{
	struct remover *remover = &passing->remover;
	uint64_t incarnation = pci_incarnation(remover->function);
	enum end end = NOT_ASKED;
	bool vanished;
	struct kernel_log log;
	int code = kernel_log_open(&log);

	if (!code)
		code = remover_prepare(remover);
	if (code) {
		note(&passing->take_errors, code);
		return NOT_TAKEN;
	}
	remover_start(remover);
	if (wait_asked(&log, remover->function, incarnation))
		end = let_go(passing);
	else
		inner_qemu_quit(&passing->qemu);
	kernel_log_close(&log);
	vanished = wait_vanished(remover->function, incarnation);
	if (!remover_wait(remover, STUCK_MS))
		return STUCK;
	note(&passing->take_errors, remover->log->code);
	return is_good(end) && !vanished ? NOT_REMOVED : end;
}

static enum end pass_once(struct passing *passing)
{
	struct remover *remover = &passing->remover;
	int code;

	if (!remover_restore(remover, &passing->return_errors))
		return NOT_BACK;
	code = pci_bind_soon(remover->function, DRIVER);
	note(&passing->bind_errors, code);
	if (code)
		return NOT_BOUND;
	if (!inner_qemu_lives(&passing->qemu)) {
		passing->starts++;
		if (inner_qemu_start(&passing->qemu))
			return NOT_STARTED;
	}
	if (inner_qemu_give(&passing->qemu, remover->function)) {
		fprintf(stderr, "qemu-user: QEMU does not take %s: %s\n", remover->function, passing->qemu.problem);
		inner_qemu_quit(&passing->qemu);
		return NOT_GIVEN;
	}
	return take_away(passing);
}

static void report(const struct passing *passing)
{
	const char *separator = "";

	printf("{\"actor\": \"qemu-user\", \"iterations\": %" PRIu64 ", \"qemus\": %" PRIu64 ", \"ends\": {",
	       passing->iterations, passing->starts);
	print_tally(stdout, end_names, passing->ends, ENDS);
	printf("}, \"errors\": {");
	print_step_errors("bind", &passing->bind_errors, &separator);
	print_step_errors("take", &passing->take_errors, &separator);
	print_step_errors("bring-back", &passing->return_errors, &separator);
	printf("}}\n");
}

static int qemu_user_main(int argc, char **argv)
{
	struct option_spec options[OPTIONS] = {
		[FID] = { .name = "--fid", .kind = OPTION_HEX, .max = UINT32_MAX },
		[ITERATIONS] = { .name = "--iterations", .kind = OPTION_DECIMAL, .max = UINT32_MAX },
		[WAY] = { .name = "--way", .kind = OPTION_CHOICE, .choices = ways },
		[RELEASE] = { .name = "--release", .kind = OPTION_CHOICE, .choices = releases },
	};
	static struct passing passing;
	enum end end = LET_GO;

	parse_options(argc, argv, options, OPTIONS);
	if (!options[FID].given || !options[ITERATIONS].number)
		usage_error("--fid and --iterations are needed");
	passing.remover.fid = options[FID].number;
	passing.remover.way = options[WAY].number;
	passing.release = options[RELEASE].number;
	if (!inner_qemu_exists()) {
		fprintf(stderr, "qemu-user: the image has no " INNER_QEMU "; debian-qemu has\n");
		return EXIT_UNAVAILABLE;
	}
	if (access("/sys/bus/pci/drivers/" DRIVER, F_OK)) {
		fprintf(stderr, "qemu-user: the kernel has no vfio-pci (VFIO_PCI)\n");
		return EXIT_UNAVAILABLE;
	}
	while (is_good(end) && passing.iterations < options[ITERATIONS].number) {
		uint64_t next = monotonic_ns() + PACE_US * UINT64_C(1000), now;

		end = pass_once(&passing);
		now = monotonic_ns();
		sleep_us(now < next ? (next - now) / 1000 : 0);
		passing.iterations++;
		passing.ends[end]++;
	}
	inner_qemu_quit(&passing.qemu);
	report(&passing);
	if (is_good(end) && passing.ends[LET_GO])
		return 0;
	fprintf(stderr, "qemu-user: iteration %" PRIu64 " of %" PRIu64 " ended with %s\n", passing.iterations,
		options[ITERATIONS].number, end_names[end]);
	inner_qemu_complain(&passing.qemu);
	return EXIT_UNDONE;
}

ACTOR(qemu_user, "qemu-user",
      "--fid HEX --iterations N [--way power|remove|recover|host] [--release reset|quit]", qemu_user_main);
