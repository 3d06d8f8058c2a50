/*
 * kwatch: kernel notifications as lines of text. The agent's observer starts one and reads its standard output; it
 * holds no policy: it does not know what a container or a learner is. Everything it watches needs a descriptor that
 * Node cannot poll, a socket that Node cannot open, or an ioctl or setns that Node cannot call.
 *
 * What comes out, one record a line (a path is always the last field; cgroup names cannot hold a newline):
 *
 *   ready proc=yes|no          first line; "no": no proc connector here, so processes must be found by scanning
 *   fork PARENT CHILD          processes only, threads are left out; host pids
 *   exec PID | exit PID STATUS | id PID | sid PID | comm PID
 *   mounting PID CWD\tWORD\t...  after its exec: PID runs mount in our mount namespace, in directory CWD, with these words
 *   mounts PID|self            the mount table of that process's mount namespace changed
 *   hostname                   some UTS namespace's host name changed; the kernel does not say which
 *   cgroup create DIR | cgroup remove DIR | cgroup write FILE DIR
 *   lost proc | lost cgroup    notifications were dropped: scan
 *   failed WHAT ERRNO ARG      a request or a watch could not be served
 *
 * What goes in, one request a line; the three that ask are answered in order, each answer closed by a line "end":
 *
 *   cgroups DIR                watch this cgroup hierarchy, all of it, and what is made in it later
 *   mounts PID | unmounts PID  watch the mount namespace of PID until unmounts, or until PID ends
 *   ns PATH                    -> "ns TYPE INODE OWNER PARENT UID" for it and all it is owned by or nested in; "-" unknown
 *   uts PATH                   -> "uts HOSTNAME"
 *   mountinfo PATH             -> "mountinfo LINE" for each mount of the mount namespace at PATH
 *
 * It ends when its standard input does, so an agent killed with SIGKILL leaves no kwatch behind.
 */
#include "kwatch.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

static int epoll_fd;

void die(const char *what) {
  fprintf(stderr, "kwatch: %s: %s\n", what, strerror(errno));
  exit(1);
}

void watch_descriptor(int fd, uint32_t events, uint64_t tag) {
  struct epoll_event event = {.events = events, .data.u64 = tag};
  if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0) die("epoll_ctl");
}

/* stdio's buffer is written out once a round, so a burst costs few writes. A blocked reader blocks us; meanwhile the
   kernel's queues fill and overflow into a "lost" record, so nothing here grows. */
static void flush_records(void) {
  if (fflush(stdout) != 0) exit(0);
}

void failed(const char *what, const char *argument) { printf("failed %s %d %s\n", what, errno, argument); }

static void serve(char *line) {
  char *argument = strchr(line, ' ');
  if (!argument) return;
  *argument++ = '\0';
  if (strcmp(line, "cgroups") == 0) watch_hierarchy(argument);
  else if (strcmp(line, "mounts") == 0) watch_mounts(argument);
  else if (strcmp(line, "unmounts") == 0) stop_watching_mounts(atoi(argument));
  else if (strcmp(line, "ns") == 0) answer_ns(argument);
  else if (strcmp(line, "uts") == 0) answer_uts(argument);
  else if (strcmp(line, "mountinfo") == 0) answer_mountinfo(argument);
  else {
    errno = EINVAL;
    failed("request", line);
  }
}

/* Serve every whole line; keep the rest for the next read. A request longer than a path may be is not one. */
static void read_requests(void) {
  static char buffer[2 * PATH_MAX];
  static size_t filled;
  ssize_t length = read(STDIN_FILENO, buffer + filled, sizeof buffer - filled);
  if (length < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (length <= 0) {
    flush_records();
    exit(0);
  }
  filled += length;
  char *start = buffer;
  for (char *end = memchr(start, '\n', filled); end; end = memchr(start, '\n', buffer + filled - start)) {
    *end = '\0';
    serve(start);
    start = end + 1;
  }
  filled -= start - buffer;
  memmove(buffer, start, filled);
  if (filled == sizeof buffer) filled = 0;
}

int main(void) {
  static char output[256 * 1024];
  setvbuf(stdout, output, _IOFBF, sizeof output);
  epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  int cgroup_events = open_cgroup_events();
  int mountinfo = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
  if (epoll_fd < 0 || cgroup_events < 0 || mountinfo < 0) die("start");
  remember_home();

  /* Standard input may be a file or /dev/null, which epoll refuses and which is always ready: then serve it now. */
  struct epoll_event requests = {.events = EPOLLIN, .data.u64 = TAG(STDIN, 0)};
  int pollable = epoll_ctl(epoll_fd, EPOLL_CTL_ADD, STDIN_FILENO, &requests) == 0;
  watch_descriptor(cgroup_events, EPOLLIN, TAG(CGROUPS, 0));
  watch_descriptor(mountinfo, EPOLLPRI, TAG(MOUNTS, 0));
  /* sethostname in any UTS namespace wakes whoever polls this file (utsname_sysctl.c, uts_proc_notify). */
  int hostname = open("/proc/sys/kernel/hostname", O_RDONLY | O_CLOEXEC);
  if (hostname >= 0) watch_descriptor(hostname, EPOLLPRI, TAG(HOSTNAME, 0));
  int proc_fd = open_proc_connector();
  if (proc_fd >= 0) watch_descriptor(proc_fd, EPOLLIN, TAG(PROC, 0));
  printf("ready proc=%s\n", proc_fd >= 0 ? "yes" : "no");
  flush_records();

  for (;;) {
    if (!pollable) read_requests();
    struct epoll_event events[64];
    int count = epoll_wait(epoll_fd, events, 64, -1);
    if (count < 0 && errno != EINTR) die("epoll_wait");
    for (int i = 0; i < count; i++) {
      int pid = (int)(uint32_t)events[i].data.u64;
      switch ((enum source)(events[i].data.u64 >> 32)) {
        case STDIN: read_requests(); break;
        case PROC: read_proc_events(proc_fd); break;
        case CGROUPS: read_cgroup_events(); break;
        case HOSTNAME: printf("hostname\n"); break;
        case MOUNTS:
          if (pid) printf("mounts %d\n", pid);
          else printf("mounts self\n");
          break;
      }
    }
    flush_records();
  }
}
