/*
 * The yardstick for our seccomp compiler: reads profiles as lines on standard input, has libseccomp compile each, the
 * way runc asks it to, and writes the filters to standard output, each as its number of instructions (32 bits) and
 * 8 bytes an instruction.
 *
 *   profile ACTION        opens a profile: its default action, as the value a filter returns
 *   arch TOKEN            an architecture beside the native one, as libseccomp numbers them
 *   rule ACTION NAME N    a rule with N conditions, which follow as lines of "INDEX OPERATOR VALUE VALUE_TWO"
 *   end                   closes it
 *
 * A profile in which one call with the same arguments is to have two fates is refused by the library; the number is 0.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { CONDITIONS_MAX = 16 };

static bool refused;

static void must(int result, const char *what) {
	if (result >= 0) return;
	fprintf(stderr, "libseccomp: %s: %s\n", what, strerror(-result));
	exit(1);
}

static struct scmp_arg_cmp read_condition(void) {
	unsigned index, operator;
	uint64_t value, value_two;
	if (scanf(" %u %u %" SCNu64 " %" SCNu64, &index, &operator, &value, &value_two) != 4) must(-EINVAL, "condition");
	return (struct scmp_arg_cmp){.arg = index, .op = (enum scmp_compare)operator, .datum_a = value, .datum_b = value_two};
}

static void add(scmp_filter_ctx filter, uint32_t action, int call, unsigned count, const struct scmp_arg_cmp *conditions) {
	int result = seccomp_rule_add_array(filter, action, call, count, conditions);
	if (result == -EEXIST) refused = true;
	else must(result, "seccomp_rule_add_array");
}

static void read_rule(scmp_filter_ctx filter, uint32_t fallback) {
	uint32_t action;
	char name[64];
	unsigned count;
	if (scanf(" %" SCNu32 " %63s %u", &action, name, &count) != 3 || count > CONDITIONS_MAX) must(-EINVAL, "rule");
	struct scmp_arg_cmp conditions[CONDITIONS_MAX];
	unsigned seen = 0;
	bool twice = false;
	for (unsigned i = 0; i < count; i++) {
		conditions[i] = read_condition();
		twice |= (seen >> conditions[i].arg) & 1;
		seen |= 1u << conditions[i].arg;
	}
	/* runc leaves out what says no more than the default, which libseccomp would refuse, and names it does not know. */
	int call = seccomp_syscall_resolve_name(name);
	if (action == fallback || call == __NR_SCMP_ERROR) return;
	if (!twice) return add(filter, action, call, count, conditions);
	/* libseccomp takes one condition an argument; runc makes a rule of each when there are more. */
	for (unsigned i = 0; i < count; i++) add(filter, action, call, 1, &conditions[i]);
}

static void write_filter(scmp_filter_ctx filter) {
	uint32_t count = 0;
	if (refused) {
		fwrite(&count, sizeof count, 1, stdout);
		return;
	}
	int file = memfd_create("filter", MFD_CLOEXEC);
	must(seccomp_export_bpf(filter, file), "seccomp_export_bpf");
	off_t size = lseek(file, 0, SEEK_END);
	void *bytes = mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, file, 0);
	if (bytes == MAP_FAILED) must(-errno, "mmap");
	count = (uint32_t)size / 8;
	fwrite(&count, sizeof count, 1, stdout);
	fwrite(bytes, (size_t)size, 1, stdout);
	munmap(bytes, (size_t)size);
	close(file);
}

int main(void) {
	char word[16];
	scmp_filter_ctx filter = NULL;
	uint32_t fallback = 0;
	while (scanf(" %15s", word) == 1) {
		if (strcmp(word, "profile") == 0) {
			if (scanf(" %" SCNu32, &fallback) != 1) must(-EINVAL, "profile");
			refused = false;
			filter = seccomp_init(fallback);
			if (!filter) must(-EINVAL, "seccomp_init");
		} else if (strcmp(word, "arch") == 0) {
			uint32_t token;
			if (scanf(" %" SCNu32, &token) != 1) must(-EINVAL, "arch");
			int result = seccomp_arch_add(filter, token);
			if (result != -EEXIST) must(result, "seccomp_arch_add");
		} else if (strcmp(word, "rule") == 0) {
			read_rule(filter, fallback);
		} else if (strcmp(word, "end") == 0) {
			write_filter(filter);
			seccomp_release(filter);
		} else {
			must(-EINVAL, word);
		}
	}
	return 0;
}
