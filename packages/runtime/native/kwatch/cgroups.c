/*
 * Cgroups that come, go, or have a file written: inotify on every directory of a hierarchy, and on those made in it
 * later. A watch number leads back to its path through a small hash table.
 */
#include "kwatch.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

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

static int inotify_fd;

int open_cgroup_events(void) {
  inotify_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  return inotify_fd;
}

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

void watch_hierarchy(const char *path) {
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

void read_cgroup_events(void) {
  char buffer[64 * 1024] __attribute__((aligned(8)));
  ssize_t length = read(inotify_fd, buffer, sizeof buffer);
  for (char *at = buffer; at < buffer + length;) {
    struct inotify_event *event = (struct inotify_event *)at;
    print_cgroup_event(event);
    at += sizeof *event + event->len;
  }
}
