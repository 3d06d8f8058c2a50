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
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/netlink.h>
#include <linux/nsfs.h>
#include <poll.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* Events queued in the kernel while the agent is busy: about 10,000 at some 800 bytes each. */
#define PROC_QUEUE_BYTES (8 * 1024 * 1024)
/* Messages read from one source before the others get their turn. */
#define MESSAGES_A_ROUND 512
/* The kernel nests pid and user namespaces at most 32 deep (man 7 pid_namespaces). */
#define NEST_MAX 33

/* What a ready descriptor is, in epoll's 64-bit tag: kind above, pid (for mounts) below. */
enum source { STDIN = 1, PROC, INOTIFY, HOSTNAME, MOUNTS };
#define TAG(source, pid) ((uint64_t)(source) << 32 | (uint32_t)(pid))

static int epoll_fd, inotify_fd, proc_fd = -1;
/* Where kwatch itself lives; every excursion into another namespace ends with these. */
static int own_mnt_fd, own_uts_fd, own_root_fd;

static void die(const char *what) {
  fprintf(stderr, "kwatch: %s: %s\n", what, strerror(errno));
  exit(1);
}

static void watch_descriptor(int fd, uint32_t events, uint64_t tag) {
  struct epoll_event event = {.events = events, .data.u64 = tag};
  if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0) die("epoll_ctl");
}

/* stdio's buffer is written out once a round, so a burst costs few writes. A blocked reader blocks us; meanwhile the
   kernel's queues fill and overflow into a "lost" record, so nothing here grows. */
static void flush_records(void) {
  if (fflush(stdout) != 0) exit(0);
}

static void failed(const char *what, const char *argument) { printf("failed %s %d %s\n", what, errno, argument); }

/* ---- processes ---- */

/* Subscribe to the proc connector and wait for the kernel's acknowledgement. In a pid or user namespace of our own the
   kernel ignores the subscription silently, so silence means no (cn_proc.c, cn_proc_mcast_ctl). */
static int open_proc_connector(void) {
  int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_CONNECTOR);
  if (fd < 0) return -1;
  int bytes = PROC_QUEUE_BYTES;
  if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) < 0)
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = CN_IDX_PROC};
  struct {
    struct nlmsghdr header;
    struct cn_msg message;
    enum proc_cn_mcast_op op;
  } __attribute__((packed)) request = {
      .header = {.nlmsg_len = sizeof request, .nlmsg_type = NLMSG_DONE},
      .message = {.id = {.idx = CN_IDX_PROC, .val = CN_VAL_PROC}, .len = sizeof(enum proc_cn_mcast_op)},
      .op = PROC_CN_MCAST_LISTEN,
  };
  if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || send(fd, &request, sizeof request, 0) < 0) {
    close(fd);
    return -1;
  }
  struct pollfd wait = {.fd = fd, .events = POLLIN};
  if (poll(&wait, 1, 500) != 1) {
    close(fd);
    return -1;
  }
  return fd;
}

static void stop_watching_mounts(int pid);

static void print_proc_event(const struct proc_event *event) {
  switch ((unsigned)event->what) {
    case PROC_EVENT_FORK:
      if (event->event_data.fork.child_pid == event->event_data.fork.child_tgid)
        printf("fork %d %d\n", event->event_data.fork.parent_tgid, event->event_data.fork.child_tgid);
      break;
    case PROC_EVENT_EXEC:
      printf("exec %d\n", event->event_data.exec.process_tgid);
      break;
    case PROC_EVENT_EXIT:
      if (event->event_data.exit.process_pid == event->event_data.exit.process_tgid) {
        stop_watching_mounts(event->event_data.exit.process_tgid);
        printf("exit %d %u\n", event->event_data.exit.process_tgid, event->event_data.exit.exit_code);
      }
      break;
    case PROC_EVENT_UID:
    case PROC_EVENT_GID:
      printf("id %d\n", event->event_data.id.process_tgid);
      break;
    case PROC_EVENT_SID:
      printf("sid %d\n", event->event_data.sid.process_tgid);
      break;
    case PROC_EVENT_COMM:
      if (event->event_data.comm.process_pid == event->event_data.comm.process_tgid)
        printf("comm %d\n", event->event_data.comm.process_tgid);
      break;
    default:
      break; /* the acknowledgement of our subscription, ptrace, core dumps */
  }
}

static void read_proc_events(void) {
  char buffer[4096] __attribute__((aligned(NLMSG_ALIGNTO)));
  for (int i = 0; i < MESSAGES_A_ROUND; i++) {
    struct sockaddr_nl from;
    socklen_t from_length = sizeof from;
    ssize_t length = recvfrom(proc_fd, buffer, sizeof buffer, MSG_DONTWAIT, (struct sockaddr *)&from, &from_length);
    if (length < 0 && errno == ENOBUFS) {
      printf("lost proc\n");
      continue;
    }
    if (length <= 0) return;
    if (from.nl_pid != 0) continue; /* not from the kernel */
    struct nlmsghdr *header = (struct nlmsghdr *)buffer;
    for (; NLMSG_OK(header, (size_t)length); header = NLMSG_NEXT(header, length)) {
      struct cn_msg *message = NLMSG_DATA(header);
      if (message->id.idx == CN_IDX_PROC && message->id.val == CN_VAL_PROC) {
        /* The payload is only 4-byte aligned on the wire. */
        struct proc_event event = {0};
        memcpy(&event, message->data, message->len < sizeof event ? message->len : sizeof event);
        print_proc_event(&event);
      }
    }
  }
}

/* ---- mount namespaces ---- */

struct mount_watch {
  int pid, fd;
  struct mount_watch *next;
};
static struct mount_watch *mount_watches;

/* Come home after a setns. Being left elsewhere would make every later answer a lie, so that is fatal. */
static void return_home(int type) {
  if (setns(type == CLONE_NEWUTS ? own_uts_fd : own_mnt_fd, type) < 0) die("return to own namespace");
  if (type == CLONE_NEWNS && (fchdir(own_root_fd) < 0 || chroot(".") < 0)) die("return to own root");
}

/*
 * Open a mountinfo that can be polled for changes of PID's mount namespace. Opening /proc/PID/mountinfo would do that
 * too, but the open file pins the root directory PID has now: after a pivot_root the learner's `umount /oldroot` would
 * fail with EBUSY because of us. So enter the namespace, take back our own root, and open our own mountinfo: what is
 * pinned then is the namespace, which PID itself keeps alive, and our root.
 */
static int open_mounts_of(int pid) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/ns/mnt", pid);
  int namespace_fd = open(path, O_RDONLY | O_CLOEXEC);
  if (namespace_fd < 0) return -1;
  int fd = -1, saved;
  if (setns(namespace_fd, CLONE_NEWNS) == 0) {
    if (fchdir(own_root_fd) == 0 && chroot(".") == 0) fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
    saved = errno;
    return_home(CLONE_NEWNS);
  } else {
    saved = errno;
  }
  close(namespace_fd);
  errno = saved;
  return fd;
}

static void stop_watching_mounts(int pid) {
  for (struct mount_watch **link = &mount_watches; *link; link = &(*link)->next) {
    struct mount_watch *watch = *link;
    if (watch->pid != pid) continue;
    *link = watch->next;
    close(watch->fd); /* leaves the epoll set by itself */
    free(watch);
    return;
  }
}

static void watch_mounts(const char *argument) {
  int pid = atoi(argument);
  stop_watching_mounts(pid);
  int fd = open_mounts_of(pid);
  struct mount_watch *watch = fd < 0 ? NULL : malloc(sizeof *watch);
  if (!watch) {
    failed("mounts", argument);
    return;
  }
  *watch = (struct mount_watch){.pid = pid, .fd = fd, .next = mount_watches};
  mount_watches = watch;
  watch_descriptor(fd, EPOLLPRI, TAG(MOUNTS, pid));
}

static void answer_mountinfo(const char *path) {
  int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int namespace_fd = open(path, O_RDONLY | O_CLOEXEC);
  FILE *mountinfo = NULL;
  if (proc < 0 || namespace_fd < 0 || setns(namespace_fd, CLONE_NEWNS) < 0) {
    failed("mountinfo", path);
  } else {
    int fd = openat(proc, "self/mountinfo", O_RDONLY | O_CLOEXEC);
    return_home(CLONE_NEWNS);
    mountinfo = fd < 0 ? NULL : fdopen(fd, "r");
    char *line = NULL;
    size_t size = 0;
    while (mountinfo && getline(&line, &size, mountinfo) > 0) printf("mountinfo %s", line);
    free(line);
  }
  if (mountinfo) fclose(mountinfo);
  if (namespace_fd >= 0) close(namespace_fd);
  if (proc >= 0) close(proc);
  printf("end\n");
}

/* ---- questions about namespaces ---- */

static const char *type_name(int type) {
  switch (type) {
    case CLONE_NEWNS: return "mnt";
    case CLONE_NEWUTS: return "uts";
    case CLONE_NEWIPC: return "ipc";
    case CLONE_NEWPID: return "pid";
    case CLONE_NEWNET: return "net";
    case CLONE_NEWUSER: return "user";
    case CLONE_NEWCGROUP: return "cgroup";
    case 0x00000080: return "time"; /* CLONE_NEWTIME, newer than some libc headers */
    default: return NULL;
  }
}

static void print_inode_of(int fd) {
  struct stat status;
  if (fd >= 0 && fstat(fd, &status) == 0) printf(" %lu", (unsigned long)status.st_ino);
  else printf(" -");
}

/* man 2 ioctl_ns. The kernel answers EPERM for what lies above our own user or pid namespace: printed as "-". */
static void describe_namespace(int fd, int depth) {
  int type = ioctl(fd, NS_GET_NSTYPE);
  if (type < 0 || !type_name(type) || depth > NEST_MAX) return;
  int owner = ioctl(fd, NS_GET_USERNS);
  int parent = type == CLONE_NEWPID || type == CLONE_NEWUSER ? ioctl(fd, NS_GET_PARENT) : -1;
  unsigned uid;
  printf("ns %s", type_name(type));
  print_inode_of(fd);
  print_inode_of(owner);
  print_inode_of(parent);
  if (type == CLONE_NEWUSER && ioctl(fd, NS_GET_OWNER_UID, &uid) == 0) printf(" %u\n", uid);
  else printf(" -\n");
  /* A user namespace's owner is its parent: follow that chain once. */
  if (owner >= 0 && type != CLONE_NEWUSER) describe_namespace(owner, depth + 1);
  if (parent >= 0) describe_namespace(parent, depth + 1);
  if (owner >= 0) close(owner);
  if (parent >= 0) close(parent);
}

static void answer_ns(const char *path) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    failed("ns", path);
  } else {
    describe_namespace(fd, 0);
    close(fd);
  }
  printf("end\n");
}

static void answer_uts(const char *path) {
  char name[HOST_NAME_MAX + 1] = "";
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0 || setns(fd, CLONE_NEWUTS) < 0) {
    failed("uts", path);
  } else {
    gethostname(name, sizeof name);
    return_home(CLONE_NEWUTS);
    printf("uts %s\n", name);
  }
  if (fd >= 0) close(fd);
  printf("end\n");
}

/* ---- cgroup hierarchies ---- */

struct cgroup_watch {
  int wd;
  char *path;
  struct cgroup_watch *next;
};
#define BUCKETS 1024
static struct cgroup_watch *cgroup_watches[BUCKETS];

struct cgroup_root {
  char *path;
  struct cgroup_root *next;
};
static struct cgroup_root *cgroup_roots;

static struct cgroup_watch *find_cgroup(int wd) {
  struct cgroup_watch *watch = cgroup_watches[wd % BUCKETS];
  while (watch && watch->wd != wd) watch = watch->next;
  return watch;
}

static void forget_cgroup(int wd) {
  for (struct cgroup_watch **link = &cgroup_watches[wd % BUCKETS]; *link; link = &(*link)->next) {
    struct cgroup_watch *watch = *link;
    if (watch->wd != wd) continue;
    *link = watch->next;
    free(watch->path);
    free(watch);
    return;
  }
}

/*
 * Watch one cgroup directory. IN_MODIFY on the directory tells of every write to a file in it: a limit set, a process
 * moved, and the kernel's own changes of cgroup.events. A watch made twice is the same watch, perhaps renamed.
 */
static int watch_cgroup(const char *path) {
  uint32_t mask = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_MODIFY | IN_ONLYDIR;
  int wd = inotify_add_watch(inotify_fd, path, mask);
  if (wd < 0) {
    if (errno != ENOENT) failed("cgroup", path);
    return -1;
  }
  char *copy = strdup(path);
  struct cgroup_watch *watch = find_cgroup(wd);
  if (watch) {
    free(watch->path);
    watch->path = copy;
    return 0;
  }
  watch = malloc(sizeof *watch);
  if (!watch || !copy) die("watch a cgroup");
  *watch = (struct cgroup_watch){.wd = wd, .path = copy, .next = cgroup_watches[wd % BUCKETS]};
  cgroup_watches[wd % BUCKETS] = watch;
  return 0;
}

/* Watch first, list second: what is made in between is then seen twice rather than never. */
static void watch_cgroup_tree(const char *path, int announce) {
  if (watch_cgroup(path) < 0) return;
  if (announce) printf("cgroup create %s\n", path);
  DIR *directory = opendir(path);
  if (!directory) return;
  for (struct dirent *entry = readdir(directory); entry; entry = readdir(directory)) {
    char child[PATH_MAX];
    if (entry->d_type != DT_DIR || strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    if (snprintf(child, sizeof child, "%s/%s", path, entry->d_name) < (int)sizeof child)
      watch_cgroup_tree(child, announce);
  }
  closedir(directory);
}

static void watch_hierarchy(const char *path) {
  struct cgroup_root *root = malloc(sizeof *root);
  char *copy = strdup(path);
  if (!root || !copy) die("watch a hierarchy");
  *root = (struct cgroup_root){.path = copy, .next = cgroup_roots};
  cgroup_roots = root;
  watch_cgroup_tree(path, 0);
}

static void print_cgroup_event(const struct inotify_event *event) {
  if (event->mask & IN_Q_OVERFLOW) {
    /* Directories made while the queue was full have no watch yet. */
    for (struct cgroup_root *root = cgroup_roots; root; root = root->next) watch_cgroup_tree(root->path, 0);
    printf("lost cgroup\n");
    return;
  }
  struct cgroup_watch *watch = find_cgroup(event->wd);
  if (!watch) return;
  if (event->mask & IN_IGNORED) {
    forget_cgroup(event->wd);
    return;
  }
  char path[PATH_MAX];
  if (event->len == 0 || snprintf(path, sizeof path, "%s/%s", watch->path, event->name) >= (int)sizeof path) return;
  if (event->mask & IN_ISDIR) {
    if (event->mask & (IN_CREATE | IN_MOVED_TO)) watch_cgroup_tree(path, 1);
    else if (event->mask & (IN_DELETE | IN_MOVED_FROM)) printf("cgroup remove %s\n", path);
  } else if (event->mask & IN_MODIFY) {
    printf("cgroup write %s %s\n", event->name, watch->path);
  }
}

static void read_cgroup_events(void) {
  char buffer[64 * 1024] __attribute__((aligned(8)));
  ssize_t length = read(inotify_fd, buffer, sizeof buffer);
  for (char *at = buffer; at < buffer + length;) {
    struct inotify_event *event = (struct inotify_event *)at;
    print_cgroup_event(event);
    at += sizeof *event + event->len;
  }
}

/* ---- requests ---- */

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
  inotify_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  own_mnt_fd = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
  own_uts_fd = open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC);
  own_root_fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int mountinfo = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
  if (epoll_fd < 0 || inotify_fd < 0 || own_mnt_fd < 0 || own_uts_fd < 0 || own_root_fd < 0 || mountinfo < 0)
    die("start");
  /* Our working directory must not keep anybody's file system busy. */
  if (chdir("/") < 0) die("chdir /");

  /* Standard input may be a file or /dev/null, which epoll refuses and which is always ready: then serve it now. */
  struct epoll_event requests = {.events = EPOLLIN, .data.u64 = TAG(STDIN, 0)};
  int pollable = epoll_ctl(epoll_fd, EPOLL_CTL_ADD, STDIN_FILENO, &requests) == 0;
  watch_descriptor(inotify_fd, EPOLLIN, TAG(INOTIFY, 0));
  watch_descriptor(mountinfo, EPOLLPRI, TAG(MOUNTS, 0));
  /* sethostname in any UTS namespace wakes whoever polls this file (utsname_sysctl.c, uts_proc_notify). */
  int hostname = open("/proc/sys/kernel/hostname", O_RDONLY | O_CLOEXEC);
  if (hostname >= 0) watch_descriptor(hostname, EPOLLPRI, TAG(HOSTNAME, 0));
  proc_fd = open_proc_connector();
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
        case PROC: read_proc_events(); break;
        case INOTIFY: read_cgroup_events(); break;
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
