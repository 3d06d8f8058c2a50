/*
 * The planner with a small engine: QuickJS, which has been made C of (wasm2c), and an image of its memory in which the
 * TypeScript of src/2-oci is loaded already. What this adds is the way out of that memory: `host_call`, which is what
 * node/system.ts calls. Numbers are handed on as they are, texts and bytes as their address.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <sha256.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "engine.h"
#include "memory.h"
#include "names.h" /* wabt/, of the version that is installed */

struct ENV_INSTANCE {
  char unused;
};
struct WASI_INSTANCE {
  char unused;
};

static struct ENV_INSTANCE env;
static struct WASI_INSTANCE wasi;
static ENGINE_INSTANCE engine;
static u32 context, scratch;
static char **arguments;
static sighandler_t on_closed_pipe;

static void *at(u32 address) { return (char *)MEMORY_START + address; }

/* A call of the host's has arguments in boxes: addresses of values. */
static u32 box_of(u32 boxes, u32 index) { return ((u32 *)at(boxes))[index]; }
static u64 value_of(u32 boxes, u32 index) { return *(u64 *)at(box_of(boxes, index)); }

static u32 new_text(const char *text, u32 size) {
  u32 copy = EXPORT(js_malloc)(&engine, context, size + 1);
  if (!copy) fail("out of memory");
  memcpy(at(copy), text, size);
  u32 box = EXPORT(qjs_new_string)(&engine, copy, size);
  EXPORT(js_free)(&engine, context, copy);
  return box;
}

static u32 nothing(void) { return EXPORT(qjs_get_undefined)(&engine); }

/* What a system call takes for this argument; a text is to be freed afterwards. */
static long raw(u32 boxes, u32 index, u32 *text) {
  u32 box = box_of(boxes, index);
  if (EXPORT(qjs_is_number)(&engine, box)) return (long)EXPORT(qjs_get_float64)(&engine, box);
  if (EXPORT(qjs_is_string)(&engine, box)) {
    *text = EXPORT(JS_ToCStringLen2)(&engine, context, 0, value_of(boxes, index), 0);
    return (long)at(*text);
  }
  u32 bytes = EXPORT(JS_GetUint8Array)(&engine, context, scratch, value_of(boxes, index));
  if (!bytes) fail("an argument of a system call is neither number nor text nor bytes");
  return (long)at(bytes);
}

/* system(number, ...arguments): what the kernel returns, an error as its number below zero */
static u32 system_call(u32 count, u32 boxes) {
  long args[7] = {0};
  u32 texts[7] = {0};
  for (u32 i = 0; i < count && i < 7; i++) args[i] = raw(boxes, i, &texts[i]);
  long result = syscall(args[0], args[1], args[2], args[3], args[4], args[5], args[6]);
  if (result < 0) result = -errno;
  for (u32 i = 0; i < 7; i++)
    if (texts[i]) EXPORT(JS_FreeCString)(&engine, context, texts[i]);
  return EXPORT(qjs_new_number)(&engine, (f64)result);
}

/* text(bytes, start, end): UTF-8 read */
static u32 text_of_bytes(u32 boxes) {
  u32 bytes = EXPORT(JS_GetUint8Array)(&engine, context, scratch, value_of(boxes, 0)), none;
  u32 start = (u32)raw(boxes, 1, &none), end = (u32)raw(boxes, 2, &none);
  return EXPORT(qjs_new_string)(&engine, bytes + start, end - start);
}

/* bytes(text): UTF-8 written */
static u32 bytes_of_text(u32 boxes) {
  u32 text = EXPORT(JS_ToCStringLen2)(&engine, context, scratch, value_of(boxes, 0), 0);
  u32 box = EXPORT(qjs_new_uint8_array)(&engine, text, *(u32 *)at(scratch));
  EXPORT(JS_FreeCString)(&engine, context, text);
  return box;
}

/* store(bytes, start, text): UTF-8 written into bytes that are there */
static u32 store_text(u32 boxes) {
  u32 none, text = EXPORT(JS_ToCStringLen2)(&engine, context, scratch, value_of(boxes, 2), 0);
  u32 size = *(u32 *)at(scratch), start = (u32)raw(boxes, 1, &none);
  u32 bytes = EXPORT(JS_GetUint8Array)(&engine, context, scratch, value_of(boxes, 0));
  if (start + (u64)size > *(u32 *)at(scratch)) fail("a text does not fit");
  memcpy(at(bytes + start), at(text), size);
  EXPORT(JS_FreeCString)(&engine, context, text);
  return EXPORT(qjs_new_number)(&engine, size);
}

/* size(text): bytes of its UTF-8 */
static u32 size_of_text(u32 boxes) {
  u32 text = EXPORT(JS_ToCStringLen2)(&engine, context, scratch, value_of(boxes, 0), 0);
  f64 size = *(u32 *)at(scratch);
  EXPORT(JS_FreeCString)(&engine, context, text);
  return EXPORT(qjs_new_number)(&engine, size);
}

/* sha256(text), in hexadecimal digits */
static u32 digest_of_text(u32 boxes) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  char digits[SHA256_DIGEST_STRING_LENGTH];
  SHA256_CTX state;
  u32 text = EXPORT(JS_ToCStringLen2)(&engine, context, scratch, value_of(boxes, 0), 0);
  SHA256Init(&state);
  SHA256Update(&state, at(text), *(u32 *)at(scratch));
  SHA256Final(digest, &state);
  EXPORT(JS_FreeCString)(&engine, context, text);
  for (int i = 0; i < SHA256_DIGEST_LENGTH; i++) sprintf(digits + 2 * i, "%02x", digest[i]);
  return new_text(digits, SHA256_DIGEST_STRING_LENGTH - 1);
}

static u32 text_or_nothing(const char *found) { return found ? new_text(found, strlen(found)) : nothing(); }

/* argument(index) */
static u32 argument(u32 boxes) {
  u32 none;
  return text_or_nothing(arguments[raw(boxes, 0, &none)]);
}

/* variable(name), of the environment */
static u32 variable(u32 boxes) {
  u32 name = 0;
  const char *found = getenv((const char *)raw(boxes, 0, &name));
  EXPORT(JS_FreeCString)(&engine, context, name);
  return text_or_nothing(found);
}

/* become(path): the same command, by another program */
static u32 become(u32 boxes) {
  u32 text = 0;
  const char *path = (const char *)raw(boxes, 0, &text);
  signal(SIGPIPE, on_closed_pipe);
  execv(path, arguments);
  dprintf(2,
          "glassrun: Cannot start %s, which this command needs: %s. "
          "The folder native and what lies beside it belong together\n",
          path, strerror(errno));
  _exit(1);
}

u32 ENV(host_call)(struct ENV_INSTANCE *self, u32 name, u32 size, u32 this, u32 count, u32 boxes) {
  (void)self, (void)this;
  const char *asked = at(name);
#define ASKED(what) (size == sizeof what - 1 && !memcmp(asked, what, size))
  if (ASKED("system")) return system_call(count, boxes);
  if (ASKED("text")) return text_of_bytes(boxes);
  if (ASKED("bytes")) return bytes_of_text(boxes);
  if (ASKED("store")) return store_text(boxes);
  if (ASKED("size")) return size_of_text(boxes);
  if (ASKED("sha256")) return digest_of_text(boxes);
  if (ASKED("argument")) return argument(boxes);
  if (ASKED("variable")) return variable(boxes);
  if (ASKED("become")) return become(boxes);
  fail("it calls what is not here");
}

/* What else QuickJS imports. It gets modules from nowhere, and has no descriptors of its own. */
u32 ENV(host_get_timezone_offset)(struct ENV_INSTANCE *self, u32 high, u32 low) {
  (void)self, (void)high, (void)low;
  return 0; /* everything is written in UTC */
}
u32 ENV(host_interrupt)(struct ENV_INSTANCE *self) {
  (void)self;
  return 0;
}
u32 ENV(host_module_load)(struct ENV_INSTANCE *self, u32 name, u32 size) {
  (void)self, (void)name, (void)size;
  return 0;
}
u32 ENV(host_module_normalize)(struct ENV_INSTANCE *self, u32 base, u32 name) {
  (void)self, (void)base, (void)name;
  return 0;
}
void ENV(host_promise_rejection)(struct ENV_INSTANCE *self, u32 promise, u32 reason, u32 handled) {
  (void)self, (void)handled;
  EXPORT(qjs_free_value)(&engine, promise);
  EXPORT(qjs_free_value)(&engine, reason);
}
u32 WASI(clock_time_get)(struct WASI_INSTANCE *self, u32 clock, u64 precision, u32 result) {
  (void)self, (void)precision;
  struct timespec now;
  clock_gettime((clockid_t)clock, &now);
  *(u64 *)at(result) = (u64)now.tv_sec * 1000000000u + (u64)now.tv_nsec;
  return 0;
}
enum { WASI_BADF = 8 };
u32 WASI(fd_close)(struct WASI_INSTANCE *self, u32 fd) {
  (void)self, (void)fd;
  return WASI_BADF;
}
u32 WASI(fd_fdstat_get)(struct WASI_INSTANCE *self, u32 fd, u32 result) {
  (void)self, (void)fd, (void)result;
  return WASI_BADF;
}
u32 WASI(fd_seek)(struct WASI_INSTANCE *self, u32 fd, u64 offset, u32 from, u32 result) {
  (void)self, (void)fd, (void)offset, (void)from, (void)result;
  return WASI_BADF;
}
u32 WASI(fd_write)(struct WASI_INSTANCE *self, u32 fd, u32 pieces, u32 count, u32 result) {
  (void)self, (void)fd, (void)pieces, (void)count, (void)result;
  return WASI_BADF;
}
u32 WASI(random_get)(struct WASI_INSTANCE *self, u32 bytes, u32 size) {
  (void)self;
  return getentropy(at(bytes), size) ? WASI_BADF : 0;
}

static __attribute__((noreturn)) void fail_as_thrown(void) {
  u32 text = EXPORT(qjs_get_string)(&engine, EXPORT(qjs_get_exception)(&engine));
  fail(text ? at(text) : "something was thrown");
}

/* A function of the planner's that takes nothing. @returns whether what it returned is the number 1 */
static bool call(const char *name) {
  u32 global = EXPORT(qjs_get_global)(&engine);
  memcpy(at(scratch), name, strlen(name) + 1);
  u32 function = EXPORT(qjs_get_prop_string)(&engine, global, scratch);
  u32 result = EXPORT(qjs_call)(&engine, function, global, 0, 0);
  if (EXPORT(qjs_is_exception)(&engine, result)) fail_as_thrown();
  return EXPORT(qjs_is_number)(&engine, result) && EXPORT(qjs_get_float64)(&engine, result) == 1;
}

int main(int argc, char **argv) {
  (void)argc;
  arguments = argv;
  /* As in Node: writing to where nobody reads is an error, and no end. */
  on_closed_pipe = signal(SIGPIPE, SIG_IGN);
  INSTANTIATE(&engine, &env, &wasi);
  place_image(EXPORT(memory)(&engine));
  *STACK_POINTER(&engine) = image_facts.stack_pointer;
  context = image_facts.context;
  EXPORT(qjs_set_runtime_and_context)(&engine, image_facts.runtime, context);
  scratch = EXPORT(js_malloc)(&engine, context, 64);
  call("begin");
  /* Ends when the planner does: with its exit code. */
  do {
    u32 done;
    while ((done = EXPORT(qjs_execute_pending_job)(&engine)) == 1) continue;
    if (done != 0) fail_as_thrown();
  } while (call("sleepUntilNext"));
  fail("nothing is left to wait for");
}
