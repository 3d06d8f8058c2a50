/*
 * A seccomp agent: listens on the Unix socket argv[1], takes one container process state with its descriptor, prints the
 * state on a line, and answers every call it is told of with the errno argv[2]; 0 has the kernel go on with the call.
 * In C because neither Node nor a shell can receive a descriptor.
 */
#include <errno.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void fail(const char *what) {
	fprintf(stderr, "seccomp-agent: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int receive_listener(int connection) {
	char state[65536], control[CMSG_SPACE(sizeof(int))];
	struct iovec data = {.iov_base = state, .iov_len = sizeof state};
	struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
	ssize_t length = recvmsg(connection, &message, MSG_CMSG_CLOEXEC);
	if (length < 0) fail("recvmsg");
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	if (!header || header->cmsg_type != SCM_RIGHTS) fail("no descriptor came");
	printf("%.*s\n", (int)length, state);
	fflush(stdout);
	int listener;
	memcpy(&listener, CMSG_DATA(header), sizeof listener);
	return listener;
}

int main(int argc, char **argv) {
	if (argc != 3) return 2;
	/* Nobody waits longer than this for a container that never came. */
	alarm(60);
	/* Under its name only once it listens: whoever sees the name connects. */
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	snprintf(address.sun_path, sizeof address.sun_path, "%s.new", argv[1]);
	int server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (server < 0 || bind(server, (struct sockaddr *)&address, sizeof address) || listen(server, 1)) fail(argv[1]);
	if (rename(address.sun_path, argv[1])) fail(argv[1]);
	int connection = accept(server, NULL, NULL);
	if (connection < 0) fail("accept");
	int listener = receive_listener(connection), error = atoi(argv[2]);
	for (;;) {
		struct pollfd events[] = {{.fd = listener, .events = POLLIN}, {.fd = connection, .events = POLLIN}};
		if (poll(events, 2, -1) < 0 && errno != EINTR) fail("poll");
		if (events[1].revents) {
			char more;
			puts(read(connection, &more, 1) == 0 ? "closed" : "more");
			fflush(stdout);
			connection = -1;
		}
		/* Nobody is left who could call. */
		if (events[0].revents & POLLHUP) return 0;
		if (!events[0].revents) continue;
		struct seccomp_notif call = {0};
		if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call)) {
			/* ENOENT: the caller died meanwhile. */
			if (errno == EINTR || errno == ENOENT) continue;
			fail("receive");
		}
		printf("call %d\n", call.data.nr);
		fflush(stdout);
		struct seccomp_notif_resp answer = {.id = call.id, .error = -error, .flags = error ? 0 : SECCOMP_USER_NOTIF_FLAG_CONTINUE};
		if (ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer) && errno != ENOENT) fail("answer");
	}
}
