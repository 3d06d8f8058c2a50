/*
 * The other end of --console-socket and --pidfd-socket: listens on a Unix socket, takes one descriptor (SCM_RIGHTS, man 7
 * unix) and says what it is. What comes over a terminal it copies to standard output until it hangs up, and after the
 * first line of that it types argv[2]. Of a process it says the pid, and when it has ended.
 * In C because neither Node nor a shell can receive a descriptor.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void fail(const char *what) {
	fprintf(stderr, "receive-console: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int receive_descriptor(int connection) {
	char name[4096], control[CMSG_SPACE(sizeof(int))];
	struct iovec data = {.iov_base = name, .iov_len = sizeof name - 1};
	struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
	ssize_t length = recvmsg(connection, &message, MSG_CMSG_CLOEXEC);
	if (length < 0) fail("recvmsg");
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	if (!header || header->cmsg_type != SCM_RIGHTS) fail("no descriptor came");
	int descriptor;
	memcpy(&descriptor, CMSG_DATA(header), sizeof descriptor);
	return descriptor;
}

/* The pid of a pidfd, as this pid namespace sees it; 0 for another kind of descriptor (man 2 pidfd_open). */
static int pid_behind(int descriptor) {
	char path[64], line[256];
	int pid = 0;
	snprintf(path, sizeof path, "/proc/self/fdinfo/%d", descriptor);
	FILE *information = fopen(path, "re");
	if (!information) fail(path);
	while (fgets(line, sizeof line, information)) sscanf(line, "Pid: %d", &pid);
	fclose(information);
	return pid;
}

int main(int argc, char **argv) {
	if (argc != 3) return 2;
	/* Nobody waits longer than this for a container that never came. */
	alarm(60);
	/* Under its name only once it listens: whoever sees the name connects. */
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	snprintf(address.sun_path, sizeof address.sun_path, "%s.new", argv[1]);
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 1)) fail(argv[1]);
	if (rename(address.sun_path, argv[1])) fail(argv[1]);
	int connection = accept(listener, NULL, NULL);
	if (connection < 0) fail("accept");
	int master = receive_descriptor(connection);
	int pid = pid_behind(master);
	if (pid) {
		printf("process %d\n", pid);
		fflush(stdout);
		struct pollfd end = {.fd = master, .events = POLLIN};
		if (poll(&end, 1, -1) < 0) fail("poll");
		puts("ended");
		return 0;
	}
	struct winsize size;
	if (!isatty(master) || ioctl(master, TIOCGWINSZ, &size)) fail("not a terminal");
	printf("terminal %dx%d\n", size.ws_col, size.ws_row);
	fflush(stdout);
	int typed = 0;
	char buffer[4096];
	ssize_t length;
	/* The last slave closing reads as EIO. */
	while ((length = read(master, buffer, sizeof buffer)) > 0) {
		if (write(1, buffer, length) != length) fail("write");
		/* Not before the program has spoken, and to the end of a line: a Ctrl-C typed earlier would end the shell that is
		   to catch it, and what is typed is echoed where the program's own words stand. */
		if (typed || !memchr(buffer, '\n', length)) continue;
		typed = 1;
		if (write(master, argv[2], strlen(argv[2])) < 0) fail("write");
	}
	return 0;
}
