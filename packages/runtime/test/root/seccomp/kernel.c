/*
 * Asks the kernel itself what a filter says: installs it in a child and makes the calls. Every return value of the
 * filter must be an errno (SECCOMP_RET_ERRNO), so that no call is ever made, whichever it is.
 *
 *   standard input:  number of instructions, number of calls (32 bits each), 8 bytes an instruction,
 *                    then for each call its architecture and number (32 bits each) and six arguments (64 bits each)
 *   standard output: the errno each call came back with, 32 bits each
 *
 * Calls of 32-bit x86 go through int 0x80, all others through syscall.
 */
#define _GNU_SOURCE
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct call {
	uint32_t arch, number;
	uint64_t args[6];
};

static void fail(const char *what) {
	perror(what);
	exit(1);
}

static int64_t make(const struct call *call) {
	const uint64_t *a = call->args;
	if (call->arch == AUDIT_ARCH_I386) {
		uint32_t result, registers[] = {call->number, (uint32_t)a[0], (uint32_t)a[1], (uint32_t)a[2], (uint32_t)a[3], (uint32_t)a[4], (uint32_t)a[5]};
		/* rbp and rbx may be the compiler's: kept by hand. The red zone must not be written over by the pushes. */
		__asm__ volatile("lea -128(%%rsp), %%rsp\n push %%rbp\n push %%rbx\n mov %1, %%r8\n mov (%%r8), %%eax\n mov 4(%%r8), %%ebx\n"
		                 "mov 8(%%r8), %%ecx\n mov 12(%%r8), %%edx\n mov 16(%%r8), %%esi\n mov 20(%%r8), %%edi\n"
		                 "mov 24(%%r8), %%ebp\n int $0x80\n pop %%rbx\n pop %%rbp\n lea 128(%%rsp), %%rsp\n"
		                 : "=&a"(result)
		                 : "r"(registers)
		                 : "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "memory");
		return (int32_t)result;
	}
	int64_t result;
	register uint64_t r10 __asm__("r10") = a[3], r8 __asm__("r8") = a[4], r9 __asm__("r9") = a[5];
	__asm__ volatile("syscall"
	                 : "=a"(result)
	                 : "a"((uint64_t)call->number), "D"(a[0]), "S"(a[1]), "d"(a[2]), "r"(r10), "r"(r8), "r"(r9)
	                 : "rcx", "r11", "memory");
	return result;
}

static void *read_many(size_t count, size_t size) {
	void *items = calloc(count + 1, size);
	if (!items || fread(items, size, count, stdin) != count) fail("standard input");
	return items;
}

int main(void) {
	uint32_t *counts = read_many(2, sizeof *counts);
	struct sock_fprog program = {.len = (unsigned short)counts[0], .filter = read_many(counts[0], sizeof(struct sock_filter))};
	struct call *calls = read_many(counts[1], sizeof *calls);
	int32_t *answers = mmap(NULL, (counts[1] + 1) * sizeof *answers, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (answers == MAP_FAILED) fail("mmap");
	pid_t child = fork();
	if (child < 0) fail("fork");
	if (child == 0) {
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) fail("seccomp");
		for (uint32_t i = 0; i < counts[1]; i++) answers[i] = (int32_t)-make(&calls[i]);
		/* Not even exit is a call that gets through now. */
		__builtin_trap();
	}
	int status;
	if (waitpid(child, &status, 0) != child || WIFEXITED(status)) return 1;
	return fwrite(answers, sizeof *answers, counts[1], stdout) == counts[1] ? 0 : 1;
}
