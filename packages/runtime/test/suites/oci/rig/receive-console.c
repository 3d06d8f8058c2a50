/*
 * The other end of --console-socket: listens on a Unix socket, takes one descriptor (SCM_RIGHTS, man 7 unix), says what
 * it is and copies what comes over it to standard output until it hangs up. After the first of that it types argv[2].
 * In C because neither Node nor a shell can receive a descriptor.
 */
#include <errno.h>
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

int main(int argc, char **argv) {
	if (argc != 3) return 2;
	/* Nobody waits longer than this for a container that never came. */
	alarm(60);
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	strncpy(address.sun_path, argv[1], sizeof address.sun_path - 1);
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 1)) fail(argv[1]);
	int connection = accept(listener, NULL, NULL);
	if (connection < 0) fail("accept");
	int master = receive_descriptor(connection);
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
		/* Not before the program has spoken: a Ctrl-C typed earlier would end the shell that is to catch it. */
		if (!typed++ && write(master, argv[2], strlen(argv[2])) < 0) fail("write");
	}
	return 0;
}
