/*
 * The plan comes in: a block, its length in its header, and behind it in the same mapping room for the results. Only its
 * outline is checked, so that nothing but a plan is taken for one.
 */
#include "sysrun.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

static void read_all(int fd, void *into, size_t size) {
  for (char *at = into; size > 0;) {
    ssize_t got = read(fd, at, size);
    if (got < 0 && errno == EINTR) continue;
    if (got == 0) errno = 0;
    if (got <= 0) unusable("cannot read the plan");
    at += got;
    size -= (size_t)got;
  }
}

static bool fits(u32 offset, u32 count, size_t size, u32 end) {
  return offset % 8 == 0 && offset <= end && count <= (end - offset) / size;
}

static bool is_plan(const struct header *head) {
  return head->magic == MAGIC && head->size <= BLOCK_MAX_BYTES && head->size >= sizeof *head && head->program_count > 0 &&
         fits(head->programs, head->program_count, sizeof(struct program), head->size) &&
         fits(head->ops, head->op_count, sizeof(struct op), head->size) &&
         fits(head->patches, head->patch_count, sizeof(struct patch), head->size) && head->slot_count <= head->size;
}

static bool is_here(u32 program) { return program - header()->first_program < header()->program_count; }

bool has_op(u32 program, u32 index) {
  if (!is_here(program)) read_block(run.plan);
  while (index - first_here(program) >= program_at(program)->op_count) {
    bool last = program - header()->first_program == header()->program_count - 1;
    if (!last || !header()->goes_on) return false;
    read_block(run.plan);
  }
  return true;
}

void read_block(int fd) {
  /* Whoever started us may have found that there is nothing to perform. */
  char byte;
  if (recv(fd, &byte, 1, MSG_PEEK) == 0) _exit(EXIT_ABANDONED);
  struct header head;
  read_all(fd, &head, sizeof head);
  errno = 0;
  /* What is wrong with the rest of a plan, whoever made it says itself. */
  if (head.magic == MAGIC && head.size == 0) {
    send_record(&(struct record){.kind = RECORD_UNUSABLE});
    _exit(EXIT_ABANDONED);
  }
  u32 kept = run.block ? header()->slot_count : 0;
  if (!is_plan(&head) || head.slot_count < kept) unusable("cannot read the plan");
  size_t slots_at = (head.size + 7u) & ~7u;
  size_t total = slots_at + head.slot_count * (sizeof(i64) + sizeof(bool));
  unsigned char *block = mmap(NULL, total, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (block == MAP_FAILED) unusable("cannot hold the plan");
  i64 *slots = (i64 *)(block + slots_at);
  bool *known = (bool *)(slots + head.slot_count);
  /* What is known so far stays known; nothing else of a block before this one is needed. */
  if (kept) memcpy(slots, run.slots, kept * sizeof *slots);
  if (kept) memcpy(known, run.known, kept * sizeof *known);
  run.block = block;
  run.slots = slots;
  run.known = known;
  memcpy(run.block, &head, sizeof head);
  read_all(fd, run.block + sizeof head, head.size - sizeof head);
}
