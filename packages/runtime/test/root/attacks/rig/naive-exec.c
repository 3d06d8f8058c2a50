/*
 * What `exec` is without any care: joins the namespaces of process argv[1], forks, waits for a byte as a runtime waits for
 * cgroups, and becomes the program argv[2]. It runs from its own file, can be traced, and closes nothing. Without
 * arguments it waits for orders on standard input, as the init of a runtime does. The attacks of this folder succeed on it.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int user_namespace(const char *pid, struct stat *namespace) {
	char path[64];
	snprintf(path, sizeof path, "/proc/%s/ns/user", pid);
	return stat(path, namespace);
}

int main(int argc, char **argv) {
	char byte;
	/* Nobody waits longer than this. */
	alarm(60);
	if (argc < 3) return read(0, &byte, 1) < 0;
	struct stat ours, theirs;
	int target = (int)syscall(SYS_pidfd_open, atoi(argv[1]), 0);
	if (target < 0 || user_namespace("self", &ours) || user_namespace(argv[1], &theirs)) return 3;
	int flags = CLONE_NEWNS | CLONE_NEWPID;
	if (ours.st_ino != theirs.st_ino) flags |= CLONE_NEWUSER;
	if (setns(target, flags)) return 4;
	pid_t child = fork();
	if (child == 0) {
		if (read(0, &byte, 1) < 0) return 5;
		execvp(argv[2], argv + 2);
		return 127;
	}
	int status;
	return waitpid(child, &status, 0) < 0 || !WIFEXITED(status) ? 6 : WEXITSTATUS(status);
}
