/*
 * sysrun performs a plan: a list of system calls as data (docs/architecture.md; src/1-kernel/plan). It knows nothing of
 * containers and decides nothing. It exists because a JavaScript process has threads, and a process with threads can
 * neither enter namespaces nor go on after fork; this one has a single thread and no engine. Read perform.c next, then
 * wire.h for what a plan looks like.
 *
 *   sysrun --plan FD [--report FD] [--trace] [--step FD] [--parent PID] [--sealed]
 *
 *   --plan    where the plan is read from: a block, its length in its header; more of them if records go there too
 *   --report  where records go: results, the failure, the end, and with --trace one record a call (may be the plan's too)
 *   --step    a byte is read from here before each call; end of file ends sysrun (may be the plan's descriptor)
 *   --parent  die when the process with this pid, which must be our parent, does
 *   --sealed  run from a sealed copy in memory, so that a container that reaches us through /proc/PID/exe cannot write
 *             to the file on the host (CVE-2019-5736)
 */
#include "sysrun.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <unistd.h>

/* Ours go high, out of the way of descriptors that a plan puts at fixed numbers for the program it executes. */
enum { OUR_LOWEST_FD = 200 };

struct run run = {.plan = -1, .report = -1, .step = -1};

/* A descriptor of ours, closed by whatever is executed later. */
static int raise_fd(int fd) {
  if (fd < 0) return fd;
  int high = fcntl(fd, F_DUPFD_CLOEXEC, OUR_LOWEST_FD);
  if (high >= 0) {
    close(fd);
    return high;
  }
  /* A low RLIMIT_NOFILE: stay where we are. */
  if (fcntl(fd, F_SETFD, FD_CLOEXEC) < 0) unusable("cannot keep a descriptor");
  return fd;
}

static __attribute__((noreturn)) void execute_sealed_copy(char **argv, char **environment) {
  int copy = memfd_create("sysrun", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  if (copy < 0 || self < 0) unusable("cannot copy itself");
  for (;;) {
    ssize_t copied = sendfile(copy, self, NULL, BLOCK_MAX_BYTES);
    if (copied < 0) unusable("cannot copy itself");
    if (copied == 0) break;
  }
  if (fcntl(copy, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) < 0)
    unusable("cannot seal its copy");
  fexecve(copy, argv, environment);
  unusable("cannot execute its copy");
}

static __attribute__((noreturn)) void usage(void) {
  dprintf(2, "usage: sysrun --plan FD [--report FD] [--trace] [--step FD] [--parent PID] [--sealed]\n");
  _exit(EXIT_UNUSABLE);
}

static int number(const char *text) {
  char *end;
  long value = text ? strtol(text, &end, 10) : -1;
  if (!text || *end || value < 0 || value > INT32_MAX) usage();
  return (int)value;
}

int main(int argc, char **argv, char **environment) {
  int plan = -1, parent = 0, kept = 1;
  bool sealed = false;
  for (int i = 1; i < argc; i++) {
    char *option = argv[i];
    if (strcmp(option, "--sealed") == 0) {
      sealed = true;
      continue;
    }
    argv[kept++] = option;
    if (strcmp(option, "--trace") == 0) {
      run.trace = true;
      continue;
    }
    int value = number(argv[++i]);
    argv[kept++] = argv[i];
    if (strcmp(option, "--plan") == 0) plan = value;
    else if (strcmp(option, "--report") == 0) run.report = value;
    else if (strcmp(option, "--step") == 0) run.step = value;
    else if (strcmp(option, "--parent") == 0) parent = value;
    else usage();
  }
  argv[kept] = NULL; /* the copy gets all but --sealed */

  if (sealed) execute_sealed_copy(argv, environment);
  if (parent) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    /* It may have died before we asked. */
    if (getppid() != parent) _exit(EXIT_ABANDONED);
  }
  if (plan < 0) usage();
  read_block(plan);
  if (plan != run.step && plan != run.report) close(plan);
  bool more = plan == run.report;
  run.report = raise_fd(run.report);
  if (more) run.plan = run.report;
  run.step = raise_fd(run.step);
  perform(0);
}
