/*
 * Mount tables that change: a descriptor of mountinfo becomes ready when its mount namespace's table does
 * (man 5 proc_pid_mountinfo). One descriptor a namespace, each opened through a process that lives in it.
 */
#include "kwatch.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

struct mount_watch {
  int pid, fd;
  struct mount_watch *next;
};
static struct mount_watch *mount_watches;

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
    if (take_own_root() == 0) fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
    saved = errno;
    return_home(CLONE_NEWNS);
  } else {
    saved = errno;
  }
  close(namespace_fd);
  errno = saved;
  return fd;
}

void stop_watching_mounts(int pid) {
  for (struct mount_watch **link = &mount_watches; *link; link = &(*link)->next) {
    struct mount_watch *watch = *link;
    if (watch->pid != pid) continue;
    *link = watch->next;
    close(watch->fd); /* leaves the epoll set by itself */
    free(watch);
    return;
  }
}

void watch_mounts(const char *argument) {
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
