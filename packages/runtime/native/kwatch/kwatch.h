/*
 * What the parts of kwatch share. One epoll set wakes main.c, which calls the part whose descriptor it was; every part
 * prints its records to standard output, whose buffer main.c writes out once a round.
 */
#define _GNU_SOURCE
#include <stdint.h>

/* What a ready descriptor is, in epoll's 64-bit tag: kind above, pid (for mounts) below. */
enum source { STDIN = 1, PROC, CGROUPS, HOSTNAME, MOUNTS };
#define TAG(source, pid) ((uint64_t)(source) << 32 | (uint32_t)(pid))

/* main.c. Both say why from errno: the first ends kwatch, the second prints a `failed` record. */
void die(const char *what);
void failed(const char *what, const char *argument);
void watch_descriptor(int fd, uint32_t events, uint64_t tag);

/* processes.c: the proc connector. The opened descriptor is -1 where there is none. */
int open_proc_connector(void);
void read_proc_events(int proc_fd);

/* cgroups.c: inotify on cgroup hierarchies. */
int open_cgroup_events(void);
void watch_hierarchy(const char *mount_point);
void read_cgroup_events(void);

/* mounts.c: changes of mount tables. */
void watch_mounts(const char *pid);
void stop_watching_mounts(int pid);

/* namespaces.c: questions, each answer closed by "end". */
void answer_ns(const char *path);
void answer_uts(const char *path);
void answer_mountinfo(const char *path);

/* home.c: short stays in other namespaces. */
void remember_home(void);
int take_own_root(void);
void return_home(int namespace_type);
