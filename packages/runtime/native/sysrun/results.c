/*
 * What calls returned, kept in numbered slots, and how it gets into later calls: wire.h says what each patch does.
 * Nothing is checked here: whoever writes the plan can make any call already.
 */
#include "sysrun.h"

#include <stdio.h>
#include <string.h>

void keep(u32 slot, i64 value) {
  if (slot == NO_SLOT) return;
  run.slots[slot] = value;
  run.known[slot] = true;
}

void patch_before(const struct op *op) {
  const struct patch *patches = patches_of(op);
  char *text = NULL; /* where the text being put together goes on */
  for (u32 i = 0; i < op->patch_count; i++) {
    const struct patch *patch = &patches[i];
    void *at = run.block + patch->at, *from = run.block + patch->from;
    switch (patch->kind) {
      case PATCH_ADDRESS:
        memcpy(at, &from, sizeof from);
        break;
      case PATCH_RESULT:
        memcpy(at, &run.slots[patch->from], patch->size);
        break;
      case PATCH_TEXT:
        if (patch->at) text = at;
        memcpy(text, from, patch->size);
        text += patch->size;
        *text = 0;
        break;
      case PATCH_DECIMAL:
        text += sprintf(text, "%lld", (long long)run.slots[patch->from]);
        break;
      case PATCH_LENGTH: {
        u64 length = strlen(from);
        memcpy(at, &length, sizeof length);
        break;
      }
    }
  }
}

void keep_outs(const struct op *op) {
  const struct patch *patches = patches_of(op);
  for (u32 i = 0; i < op->patch_count; i++) {
    if (patches[i].kind != PATCH_OUT) continue;
    i32 value;
    memcpy(&value, run.block + patches[i].at, sizeof value);
    keep(patches[i].from, value);
  }
}
