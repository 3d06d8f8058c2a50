/*
 * Questions about namespaces that files in /proc do not answer: owner and parent by ioctl, host name and mount table by
 * going there. Anything a namespace file can be opened by will do: /proc/PID/ns/TYPE, a descriptor, a bind mount.
 */
#include "kwatch.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

/* The kernel nests pid and user namespaces at most 32 deep (man 7 pid_namespaces). */
#define NEST_MAX 33

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

void answer_ns(const char *path) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    failed("ns", path);
  } else {
    describe_namespace(fd, 0);
    close(fd);
  }
  printf("end\n");
}

void answer_uts(const char *path) {
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

void answer_mountinfo(const char *path) {
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
