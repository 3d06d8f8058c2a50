/*
 * Standing between our own terminal and a container's, for as long as a process lives: the one loop among a plan's words,
 * since a list of calls cannot say "until". What `docker run -it` does in its client and conmon for podman.
 */
#include "sysrun.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

static bool copy_some(int from, int to) {
  char bytes[16384]; /* four times what the kernel's terminal hands out at once */
  ssize_t got = read(from, bytes, sizeof bytes);
  if (got < 0 && (errno == EINTR || errno == EAGAIN)) return true;
  if (got <= 0) return false; /* EIO: nobody has the other side open any more */
  for (char *at = bytes; got > 0;) {
    ssize_t put = write(to, at, (size_t)got);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0 && errno == EAGAIN) {
      poll(&(struct pollfd){.fd = to, .events = POLLOUT}, 1, -1);
      continue;
    }
    if (put <= 0) return false;
    at += put;
    got -= put;
  }
  return true;
}

static void copy_size(int master) {
  struct winsize size;
  if (ioctl(0, TIOCGWINSZ, &size) == 0) ioctl(master, TIOCSWINSZ, &size);
}

static int open_resizes(void) {
  sigset_t resized;
  sigemptyset(&resized);
  sigaddset(&resized, SIGWINCH);
  sigprocmask(SIG_BLOCK, &resized, NULL);
  return signalfd(-1, &resized, SFD_CLOEXEC);
}

static void copy_until_ended(int master, int resizes, int pidfd) {
  struct pollfd events[] = {
      {.fd = 0, .events = POLLIN}, {.fd = master, .events = POLLIN}, {.fd = resizes, .events = POLLIN}, {.fd = pidfd, .events = POLLIN}};
  struct pollfd *input = &events[0], *output = &events[1], *resize = &events[2], *end = &events[3];
  for (;;) {
    if (poll(events, sizeof events / sizeof *events, -1) < 0 && errno != EINTR) return;
    if (output->revents && !copy_some(master, 1)) return;
    /* Its last words first: only when there is nothing left to read does its end count. */
    if (end->revents && !output->revents) return;
    if (input->revents && !copy_some(0, master)) {
      /* End of input: what Ctrl-D is to a program that reads a terminal. */
      if (write(master, "\4", 1) < 0) return;
      input->fd = -1;
    }
    if (resize->revents) {
      struct signalfd_siginfo unused;
      if (read(resizes, &unused, sizeof unused) > 0) copy_size(master);
    }
  }
}

/* Our own terminal, where we have one, passes every key on unread until the process behind `pidfd` has ended. */
i64 relay(int master, int pidfd) {
  int resizes = open_resizes();
  if (resizes < 0) return -errno;
  struct termios before, raw;
  bool terminal = tcgetattr(0, &before) == 0;
  if (terminal) {
    raw = before;
    cfmakeraw(&raw);
    tcsetattr(0, TCSANOW, &raw);
    copy_size(master);
  }
  copy_until_ended(master, resizes, pidfd);
  if (terminal) tcsetattr(0, TCSADRAIN, &before);
  close(resizes);
  return 0;
}
