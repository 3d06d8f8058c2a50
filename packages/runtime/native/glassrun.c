/*
 * glassrun is the command that callers start, and all of it that stays the same process from its start to its end. It
 * knows nothing of containers. It starts two programs side by side, each needed by the other only later:
 *
 *   build/native/planner   the planner: the TypeScript of src/2-oci with a small engine (packages/runtime/engine), which
 *                          becomes build/glassrun, with a large one, for what it has no way to do
 *   build/native/sysrun    performs the plan, once the planner has sent it (sysrun/main.c)
 *
 * and then stands for both: signals go where the planner says, the planner's exit code is ours, and none of the three
 * outlives the others. A planner without a sysrun starts its own, and for verbs that need nothing of us we become it.
 *
 * What the planner has of us is in the environment: GLASSRUN_LAUNCHER=PLAN,CONTROL,PID. PLAN is a socket to sysrun, where
 * the plan goes and records come back, and which ends when sysrun does. To CONTROL it writes `PID`: from then on
 * signals go there. With `PID INODE ROOT/ID` it hands over: it ends, sysrun's exit code becomes ours, and if that directory
 * is still there then, a planner is started with `delete --force` for it. So while a container is in the foreground no
 * engine stands by. The launcher's PID is what callers know (LISTEN_PID).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Ours go high, out of the way of descriptors that a caller passes on to the container. */
enum { OUR_LOWEST_FD = 200 };

static char here[PATH_MAX]; /* build/native */
static sigset_t before, held;

/* What the planner has told us last. */
static struct {
  pid_t signalled;
  ino_t inode;
  char tidied[PATH_MAX]; /* empty until it hands over */
} said;

static __attribute__((noreturn)) void cannot(const char *what) {
  dprintf(2, "glassrun: Cannot %s: %s\n", what, strerror(errno));
  _exit(1);
}

static int raise_fd(int fd) {
  int high = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, OUR_LOWEST_FD);
  if (high < 0) return fd; /* a low RLIMIT_NOFILE: stay where we are */
  close(fd);
  return high;
}

static void connect_pair(int type, int ends[2]) {
  if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends) < 0) cannot("make a socket");
  for (int i = 0; i < 2; i++) ends[i] = raise_fd(ends[i]);
}

static void find_here(void) {
  ssize_t size = readlink("/proc/self/exe", here, sizeof here - 1);
  if (size < 0) cannot("find its own file");
  here[size] = 0;
  *strrchr(here, '/') = 0;
}

/* In a new process: signals as they were, and death with us. */
static void settle(pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
  sigprocmask(SIG_SETMASK, &before, NULL);
}

static pid_t start_sysrun(int plan) {
  pid_t parent = getpid(), child = fork();
  if (child != 0) return child;
  char path[PATH_MAX + 16], fd[16], pid[16];
  snprintf(path, sizeof path, "%s/sysrun", here);
  snprintf(fd, sizeof fd, "%d", plan);
  snprintf(pid, sizeof pid, "%d", parent);
  fcntl(plan, F_SETFD, 0);
  settle(parent);
  execle(path, "sysrun", "--plan", fd, "--report", fd, "--parent", pid, "--sealed", NULL, (char *[]){NULL});
  cannot("start sysrun");
}

static __attribute__((noreturn)) void become_planner(char **argv) {
  char path[PATH_MAX + 16];
  /* For the large one. It runs for milliseconds: compiling to machine code costs more than it ever gives back. */
  setenv("BUN_JSC_useJIT", "0", 1);
  /* Huge pages spare it two thirds of its page faults. */
  setenv("MIMALLOC_ALLOW_THP", "1", 1);
  snprintf(path, sizeof path, "%s/planner", here);
  execv(path, argv);
  snprintf(path, sizeof path, "%s/../glassrun", here);
  execv(path, argv);
  cannot("start the planner");
}

/* Without a control socket it is on its own. */
static pid_t start_planner(char **argv, int plan, int control) {
  pid_t parent = getpid(), child = fork();
  if (child != 0) return child;
  char link[64];
  snprintf(link, sizeof link, "%d,%d,%d", plan, control, parent);
  if (control >= 0) fcntl(control, F_SETFD, 0);
  if (plan >= 0) fcntl(plan, F_SETFD, 0);
  if (control >= 0) setenv("GLASSRUN_LAUNCHER", link, 1);
  /* Out of reach of the terminal's Ctrl-C, or a signal would come to it twice: from there and from us. */
  setpgid(0, 0);
  settle(parent);
  become_planner(argv);
}

static int code_of(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

/* All the planner has to say. False when it will say no more. */
static bool hear(int control) {
  for (;;) {
    char message[PATH_MAX + 64], *at;
    ssize_t size = recv(control, message, sizeof message - 1, MSG_DONTWAIT);
    if (size <= 0) return size < 0;
    message[size] = 0;
    said.signalled = (pid_t)strtol(message, &at, 10);
    said.inode = strtoull(at, &at, 10);
    snprintf(said.tidied, sizeof said.tidied, "%s", *at == ' ' ? at + 1 : at);
  }
}

/* ROOT/ID is still there: sysrun could not take all of the container away, or was ended. */
static void tidy(void) {
  struct stat now;
  /* Another container may have been given the id meanwhile. */
  if (stat(said.tidied, &now) < 0 || now.st_ino != said.inode) return;
  char *id = strrchr(said.tidied, '/');
  *id++ = 0;
  pid_t planner = start_planner((char *[]){"glassrun", "--root", said.tidied, "delete", "--force", id, NULL}, -1, -1);
  if (planner > 0) waitpid(planner, NULL, 0);
}

static bool among(const char *const *verbs, char **argv) {
  for (; *verbs; verbs++)
    for (char **arg = argv + 1; *arg; arg++)
      if (!strcmp(*arg, *verbs)) return true;
  return false;
}

/* Guesses, which cost a little when they are wrong: an argument with the name of a verb that performs a plan, and of one
   that makes a plan or passes signals on, for which it asks us whose limits and whose signals they are. */
static const char *const performing[] = {"run", "create", "exec", NULL};
static const char *const asking[] = {"run", "create", "exec", "restore", "plan", NULL};

int main(int argc, char **argv) {
  (void)argc;
  find_here();
  /* Of a launcher that is not this one. */
  unsetenv("GLASSRUN_LAUNCHER");
  if (!among(asking, argv)) become_planner(argv);
  /* All, and not only those that the C library leaves to programs. */
  memset(&held, 0xff, sizeof held);
  /* Stopping with Ctrl-Z stays what it is. */
  sigdelset(&held, SIGTSTP);
  sigdelset(&held, SIGTTIN);
  sigdelset(&held, SIGTTOU);
  sigprocmask(SIG_SETMASK, &held, &before);

  int control[2], plan[2] = {-1, -1};
  connect_pair(SOCK_SEQPACKET, control);
  pid_t sysrun = -1;
  if (among(performing, argv)) connect_pair(SOCK_STREAM, plan);
  pid_t planner = start_planner(argv, plan[0], control[0]);
  if (planner < 0) cannot("start the planner");
  close(control[0]);
  if (plan[0] >= 0) {
    close(plan[0]);
    sysrun = start_sysrun(plan[1]);
    if (sysrun < 0) cannot("start sysrun");
  }

  said.signalled = planner;
  int exit_code = 0;
  int signals = signalfd(-1, &held, SFD_CLOEXEC | SFD_NONBLOCK);
  if (signals < 0) cannot("hear signals");
  struct pollfd events[] = {{.fd = signals, .events = POLLIN}, {.fd = control[1], .events = POLLIN}};
  for (;;) {
    if (poll(events, 2, -1) < 0 && errno != EINTR) cannot("wait");
    struct signalfd_siginfo news;
    bool children = false;
    while (read(signals, &news, sizeof news) == sizeof news)
      if (news.ssi_signo == SIGCHLD) children = true;
      else kill(said.signalled, (int)news.ssi_signo);

    /* Only these two. The container's process is our child as well until we end, and how it ended is for our caller to
       learn: conmon and containerd's shim are told of it once we are gone, if nobody has asked before. */
    int status;
    if (children && sysrun > 0 && waitpid(sysrun, &status, WNOHANG) == sysrun) {
      /* A process that it made may hold the socket open: this ends it for the planner all the same. */
      shutdown(plan[1], SHUT_RDWR);
      exit_code = code_of(status);
      sysrun = -1;
    }
    bool ended = children && planner > 0 && waitpid(planner, &status, WNOHANG) == planner;
    /* After looking whether it has ended: what it said before is heard now at the latest. */
    if (!hear(control[1])) events[1].fd = -1;
    if (ended) planner = -1;
    if (ended && !said.tidied[0]) {
      if (sysrun > 0 && kill(sysrun, SIGKILL) == 0) waitpid(sysrun, NULL, 0);
      _exit(code_of(status));
    }
    if (planner < 0 && sysrun < 0) {
      tidy();
      _exit(exit_code);
    }
  }
}
