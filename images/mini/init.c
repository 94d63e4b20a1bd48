// SPDX-License-Identifier: Apache-2.0
/*
 * PID 1 of the mini image: mounts, loads modules, starts the runner.
 *
 * Words on the kernel command line:
 *   zlab.run=PROGRAM[,ARG...]  no runner: run it, print its exit status, power off;
 *                              double quotes round the value allow spaces in it
 *   zlab.shell                 a shell on the console too; power off when it ends
 *   zlab.root=DEVICE           the ext4 file system there becomes the root; what the initramfs has for trials is then
 *                              in /run/zlab/bin
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LINK "/dev/hvc0" /* the host is at the other end */
#define RUNNER "/usr/bin/zlab-runner"
#define SHELL "/bin/sh"
#define ROOT "/root"
#define PROGRAMS "/run/zlab/bin"
#define MAX_ARGS 64
#define KLOG_CONSOLE_LEVEL 8 /* syslog(2), SYSLOG_ACTION_CONSOLE_LEVEL */

static char command_line[4096];
static bool on_disk; /* the root is a disk's */

/* One write, so that a line stays whole beside the kernel's own. */
static void say(const char *format, ...)
{
	char line[512];
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (length >= (int)sizeof(line))
		length = sizeof(line) - 1;
	if (length > 0 && write(STDOUT_FILENO, line, length) < 0)
		return; /* no console: nobody to tell */
}

static void power_off(void)
{
	sync();
	reboot(RB_POWER_OFF);
	for (;;)
		pause();
}

static void mount_one(const char *type, const char *where, const char *data)
{
	mkdir(where, 0755);
	if (mount(type, where, type, 0, data) && errno != EBUSY)
		say("zlab-init: cannot mount %s: %s\n", where, strerror(errno));
}

static void use_terminal(int fd)
{
	if (fd < 0)
		return;
	for (int target = 0; target < 3; target++)
		dup2(fd, target);
	if (fd > 2)
		close(fd);
}

static void open_console(void)
{
	use_terminal(open("/dev/console", O_RDWR | O_NOCTTY | O_CLOEXEC));
}

static void mount_all(void)
{
	mount_one("devtmpfs", "/dev", "mode=0755");
	open_console();
	mount_one("proc", "/proc", NULL);
	mount_one("sysfs", "/sys", NULL);
	mount_one("debugfs", "/sys/kernel/debug", NULL);
	mount_one("tmpfs", "/run", "mode=0755");
	mount_one("tmpfs", "/tmp", "mode=1777");
	mount_one("devpts", "/dev/pts", NULL);
}

static void load_module(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || (syscall(SYS_finit_module, fd, "", 0) && errno != EEXIST))
		say("zlab-init: cannot load %s: %s\n", path, strerror(errno));
	if (fd >= 0)
		close(fd);
}

static void load_modules(const char *path)
{
	char line[512];
	FILE *list = fopen(path, "re");

	if (!list)
		return;
	while (fgets(line, sizeof(line), list)) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '/')
			load_module(line);
	}
	fclose(list);
}

/* Folders of the host, which `zlab boot` lists in a second archive: the tag, `ro` or `rw`, and the place. */
static void mount_folders(FILE *list)
{
	char line[4200], tag[16], mode[4], place[4096];

	while (list && fgets(line, sizeof(line), list)) {
		if (sscanf(line, "%15s %3s %4095[^\n]", tag, mode, place) != 3)
			continue;
		for (char *end = place + 1; (end = strchr(end, '/')); *end++ = '/') {
			*end = '\0';
			mkdir(place, 0755);
		}
		mkdir(place, 0755);
		if (mount(tag, place, "9p", mode[1] == 'o' ? MS_RDONLY : 0, "trans=virtio,version=9p2000.L,msize=262144"))
			say("zlab-init: cannot mount %s: %s\n", place, strerror(errno));
	}
}

static ssize_t read_file(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length;

	if (fd < 0)
		return -1;
	length = read(fd, text, size - 1);
	close(fd);
	text[length > 0 ? length : 0] = '\0';
	return length;
}

/* Cuts the next word off; as for the kernel, spaces between double quotes are part of it. */
static char *next_word(char **rest)
{
	char *from = *rest, *to, *word;
	bool quoted = false;

	while (*from == ' ' || *from == '\n')
		from++;
	for (word = to = from; *from && *from != '\n' && (quoted || *from != ' '); from++) {
		if (*from == '"')
			quoted = !quoted;
		else
			*to++ = *from;
	}
	*rest = *from ? from + 1 : from;
	*to = '\0';
	return *word ? word : NULL;
}

/* The value of a word `name=value`, or "" for a bare `name`; NULL if absent. */
static char *find_word(const char *name)
{
	static char copy[sizeof(command_line)];
	size_t length = strlen(name);
	char *rest = copy, *word;

	memcpy(copy, command_line, sizeof(copy));
	while ((word = next_word(&rest)))
		if (!strncmp(word, name, length) && (word[length] == '=' || !word[length]))
			return word + length + (word[length] == '=');
	return NULL;
}

static void exec_child(char *const argv[])
{
	execvp(argv[0], argv);
	say("zlab-init: cannot run %s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

static pid_t start(char *const argv[])
{
	pid_t pid = fork();

	if (!pid) {
		setsid();
		exec_child(argv);
	}
	if (pid < 0)
		say("zlab-init: cannot fork: %s\n", strerror(errno));
	return pid;
}

static void wait_for(pid_t pid, int *status)
{
	pid_t ended;

	do {
		ended = waitpid(-1, status, 0);
	} while (ended != pid && (ended > 0 || errno == EINTR));
}

/* The shell's rule: the exit code, or 128 plus the signal. */
static int shell_code(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void run_and_power_off(char *words)
{
	char *argv[MAX_ARGS + 1];
	int count = 0, status = 127 << 8;
	pid_t pid;

	while (count < MAX_ARGS && (argv[count] = strsep(&words, ",")))
		count++;
	argv[count] = NULL;
	pid = start(argv);
	if (pid > 0)
		wait_for(pid, &status);
	say("zlab-init: %s ended with %d\n", argv[0], shell_code(status));
	power_off();
}

/* The first virtio console comes a moment after its device, in a message from the host. */
static bool wait_for_link(void)
{
	const struct timespec pause = { .tv_nsec = 2 * 1000 * 1000 };
	int fd, tries = access("/sys/bus/virtio/drivers/virtio_console", F_OK) ? 0 : 50;

	while ((fd = open(LINK, O_RDWR | O_NOCTTY | O_CLOEXEC)) < 0) {
		if (tries-- <= 0)
			return false;
		nanosleep(&pause, NULL);
	}
	close(fd);
	return true;
}

static pid_t start_runner(void)
{
	char *argv[] = { on_disk ? PROGRAMS "/zlab-runner" : RUNNER, "--link", LINK, NULL };

	return access(argv[0], X_OK) || !wait_for_link() ? -1 : start(argv);
}

/* The terminal behind /dev/console, which itself cannot control a session. */
static void open_console_terminal(void)
{
	char names[128], path[160], *name;

	if (read_file("/sys/class/tty/console/active", names, sizeof(names)) <= 0)
		return;
	names[strcspn(names, "\n")] = '\0';
	name = strrchr(names, ' ');
	snprintf(path, sizeof(path), "/dev/%s", name ? name + 1 : names);
	use_terminal(open(path, O_RDWR | O_CLOEXEC));
	ioctl(STDIN_FILENO, TIOCSCTTY, 1);
}

static pid_t start_shell(void)
{
	char *argv[] = { SHELL, "-i", NULL }, *login[] = { "/bin/bash", "--login", NULL };
	pid_t pid = fork();

	if (pid)
		return pid;
	setsid();
	open_console_terminal();
	if (!on_disk || access(login[0], X_OK))
		exec_child(argv);
	if (chdir("/root"))
		say("zlab-init: there is no /root\n");
	exec_child(login);
	return -1;
}

static void reap_for_ever(pid_t shell)
{
	for (;;) {
		pid_t ended = wait(NULL);

		if (shell > 0 && ended == shell)
			power_off();
		if (ended < 0 && errno == ECHILD)
			pause();
	}
}

/* A disk's device comes a moment after its driver. */
static bool wait_for_device(const char *device)
{
	const struct timespec pause = { .tv_nsec = 10 * 1000 * 1000 };

	for (int tries = 1000; access(device, F_OK); tries--) {
		if (!tries)
			return false;
		nanosleep(&pause, NULL);
	}
	return true;
}

static void carry_over(const char *from)
{
	char to[64];

	snprintf(to, sizeof(to), ROOT "%s", from);
	mkdir(to, 0755);
	if (mount(from, to, NULL, MS_MOVE, NULL))
		say("zlab-init: cannot move %s: %s\n", from, strerror(errno));
}

/* As switch_root(8) does it, but the initramfs stays: its programs are wanted. */
static void use_root(const char *device)
{
	if (!wait_for_device(device) || mount(device, ROOT, "ext4", MS_NOATIME, NULL)) {
		say("zlab-init: cannot mount %s: %s\n", device, strerror(errno));
		return;
	}
	carry_over("/dev");
	carry_over("/proc");
	carry_over("/sys");
	carry_over("/run");
	carry_over("/tmp");
	mkdir(ROOT "/run/zlab", 0755);
	mkdir(ROOT PROGRAMS, 0755);
	if (mount("/usr/bin", ROOT PROGRAMS, NULL, MS_BIND, NULL))
		say("zlab-init: cannot keep the programs of the initramfs: %s\n", strerror(errno));
	if (chdir(ROOT) || mount(".", "/", NULL, MS_MOVE, NULL) || chroot(".") || chdir("/")) {
		say("zlab-init: cannot change to the root on %s: %s\n", device, strerror(errno));
		return;
	}
	on_disk = true;
	setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:" PROGRAMS, 1);
	setenv("HOME", "/root", 1);
}

/* What Debian's own init would do. */
static void take_host_name(void)
{
	char name[65];
	ssize_t length = read_file("/etc/hostname", name, sizeof(name));

	if (length <= 0)
		return;
	name[strcspn(name, "\n")] = '\0';
	if (sethostname(name, strlen(name)))
		say("zlab-init: cannot be called %s: %s\n", name, strerror(errno));
}

int main(void)
{
	pid_t shell = -1;
	char *run, *root;
	FILE *folders;

	umask(022);
	mount_all();
	klogctl(KLOG_CONSOLE_LEVEL, NULL, 7);
	setenv("PATH", "/bin:/sbin:/usr/bin:/usr/sbin", 1);
	setenv("HOME", "/", 1);
	setenv("TERM", "vt100", 0);
	read_file("/proc/cmdline", command_line, sizeof(command_line));
	load_modules("/etc/modules.order");
	load_modules("/etc/modules.folders");
	folders = fopen("/etc/folders", "re");
	root = find_word("zlab.root");
	if (root && *root)
		use_root(root);
	mount_folders(folders);
	take_host_name();
	if (root && !on_disk && !find_word("zlab.shell"))
		power_off(); /* nothing that is wanted would be there */
	run = find_word("zlab.run");
	if (run && *run) {
		say("zlab-init: ready\n");
		run_and_power_off(run);
	}
	start_runner();
	say("zlab-init: ready\n");
	if (find_word("zlab.shell"))
		shell = start_shell();
	reap_for_ever(shell);
}
