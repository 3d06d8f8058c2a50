/*
 * Processes that fork, exec, exit or change their id: the kernel's proc connector, a netlink socket that only the
 * initial pid namespace hears anything on.
 */
#include "kwatch.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Events queued in the kernel while the agent is busy: about 10,000 at some 800 bytes each. */
#define PROC_QUEUE_BYTES (8 * 1024 * 1024)
/* Messages read from one source before the others get their turn. */
#define MESSAGES_A_ROUND 512

/* Subscribe to the proc connector and wait for the kernel's acknowledgement. In a pid or user namespace of our own the
   kernel ignores the subscription silently, so silence means no (cn_proc.c, cn_proc_mcast_ctl). */
int open_proc_connector(void) {
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

/* At most `size` bytes of a file, or of a link, of /proc/PID; how many, and 0 when the process is gone. */
static size_t read_of_process(int pid, const char *name, int is_link, char *bytes, size_t size) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
  if (is_link) {
    ssize_t length = readlink(path, bytes, size);
    return length > 0 ? (size_t)length : 0;
  }
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  ssize_t length = read(fd, bytes, size);
  close(fd);
  return length > 0 ? (size_t)length : 0;
}

/* What it calls a path is what we call it. */
static int sees_our_files(int pid) {
  char own[64], its[64], root[2];
  ssize_t own_length = readlink("/proc/self/ns/mnt", own, sizeof own);
  size_t its_length = read_of_process(pid, "ns/mnt", 1, its, sizeof its);
  if (own_length <= 0 || (size_t)own_length != its_length || memcmp(own, its, its_length) != 0) return 0;
  return read_of_process(pid, "root", 1, root, sizeof root) == 1;
}

/* mount(8) lives for a millisecond or two, and no table says who made a mount: so what it was told is read here, at once,
   and printed with tabs between its words. One with a word that would break the line is left out. */
static void print_mount_command(int pid) {
  static const char program[] = "mount\n";
  char name[16], words[PATH_MAX + 4096];
  if (read_of_process(pid, "comm", 0, name, sizeof name) != sizeof program - 1) return;
  if (memcmp(name, program, sizeof program - 1) != 0 || !sees_our_files(pid)) return;
  size_t cwd = read_of_process(pid, "cwd", 1, words, PATH_MAX - 1);
  if (cwd == 0) return;
  words[cwd] = 0;
  size_t length = cwd + 1 + read_of_process(pid, "cmdline", 0, words + cwd + 1, sizeof words - cwd - 1);
  for (size_t i = 0; i < length; i++) {
    if (words[i] == '\n' || words[i] == '\t') return;
    if (words[i] == 0) words[i] = '\t';
  }
  printf("mounting %d %.*s\n", pid, (int)length, words);
}

static void print_proc_event(const struct proc_event *event) {
  switch ((unsigned)event->what) {
    case PROC_EVENT_FORK:
      if (event->event_data.fork.child_pid == event->event_data.fork.child_tgid)
        printf("fork %d %d\n", event->event_data.fork.parent_tgid, event->event_data.fork.child_tgid);
      break;
    case PROC_EVENT_EXEC:
      printf("exec %d\n", event->event_data.exec.process_tgid);
      print_mount_command(event->event_data.exec.process_tgid);
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

void read_proc_events(int proc_fd) {
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
