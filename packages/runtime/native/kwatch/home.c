/*
 * Where kwatch itself lives. Every stay in another namespace ends here again: being left elsewhere would make every
 * later answer a lie, so that is fatal.
 */
#include "kwatch.h"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

static int own_mnt_fd, own_uts_fd, own_root_fd;

/* To be called once, before the first stay. */
void remember_home(void) {
  own_mnt_fd = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
  own_uts_fd = open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC);
  own_root_fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (own_mnt_fd < 0 || own_uts_fd < 0 || own_root_fd < 0) die("remember own namespaces");
  /* Our working directory must not keep anybody's file system busy. */
  if (chdir("/") < 0) die("chdir /");
}

/* Entering a mount namespace leaves one at its root; this is the way back to our own files while there. 0, or errno. */
int take_own_root(void) { return fchdir(own_root_fd) < 0 || chroot(".") < 0 ? -1 : 0; }

void return_home(int namespace_type) {
  if (setns(namespace_type == CLONE_NEWUTS ? own_uts_fd : own_mnt_fd, namespace_type) < 0)
    die("return to own namespace");
  if (namespace_type == CLONE_NEWNS && take_own_root() < 0) die("return to own root");
}
