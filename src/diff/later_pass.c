#include "diff/later_pass.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "base/alloc.h"
#include "base/thread.h"

static bool same_layer(const struct later_place *a, const struct later_place *b)
{
  return a->layer && b->layer && digest_equal(&a->layer->digest, &b->layer->digest);
}

static const struct later_place *place_at(const struct later_pass *pass, size_t i)
{
  return &pass->wants[i]->places[pass->side];
}

/* All the next wants that are for one place get what was read of it. */
static void hand_over(struct later_pass *pass, const struct later_content *content,
                      const struct digest *found)
{
  const uint64_t position = place_at(pass, pass->next)->position;

  for (; pass->next < pass->end && place_at(pass, pass->next)->position == position; pass->next++) {
    const struct digest *wanted = place_at(pass, pass->next)->content;

    if (!wanted || (found && digest_equal(wanted, found)))
      pass->wants[pass->next]->read[pass->side] = *content;
  }
}

static uint64_t largest_wanted(const struct later_pass *pass)
{
  const uint64_t position = place_at(pass, pass->next)->position;
  uint64_t max = 0;

  for (size_t i = pass->next; i < pass->end && place_at(pass, i)->position == position; i++)
    max = MAX_OF(max, pass->wants[i]->taker->max);
  return max;
}

int later_pass_visit(struct content_visitor *visitor, const struct tar_entry *entry,
                     struct tar_reader *reader, struct error *err)
{
  struct later_pass *pass = (struct later_pass *)visitor;
  const uint64_t max = largest_wanted(pass);
  struct later_content content = {
    .fd = pass->file.fd,
    .offset = (pass->used + LATER_ALIGNMENT - 1) / LATER_ALIGNMENT * LATER_ALIGNMENT,
  };
  struct tar_chunk chunk;
  struct digest found;
  int got;

  (void)entry;
  while ((got = tar_read(reader, &chunk, err)) > 0) {
    if (content.size + chunk.len > max)
      break;
    if (tempfile_write(&pass->file, chunk.bytes, chunk.len, content.offset + content.size, err)) {
      (void)hasher_finish(pass->hasher); /* the next content begins anew */
      return -1;
    }
    hasher_add(pass->hasher, chunk.bytes, chunk.len);
    content.size += chunk.len;
  }
  found = hasher_finish(pass->hasher);
  if (got < 0)
    return -1;
  if (got > 0) /* it is longer than its header said */
    content.fd = -1;
  hand_over(pass, &content, &found);
  pass->used = content.offset + content.size;
  return 0;
}

static void later_read_layer(struct later_pass *pass)
{
  const struct descriptor *layer = place_at(pass, pass->next)->layer;
  AUTO_FREE uint64_t *positions = xcalloc(pass->end - pass->next, sizeof(*positions));
  size_t n = 0;
  struct error err;

  for (size_t i = pass->next; i < pass->end; i++)
    if (!n || positions[n - 1] != place_at(pass, i)->position)
      positions[n++] = place_at(pass, i)->position;
  /* What cannot be read is not handed out. */
  (void)!diff_visit_layer(pass->options->sources[pass->side], layer, positions, n,
                          pass->options->limits, &pass->visitor, &err);
}

static void *later_read_side(void *argument)
{
  struct later_pass *pass = argument;

  for (size_t at = 0; at < pass->n; at = pass->end) {
    pass->next = at;
    pass->end = at + 1;
    if (!place_at(pass, at)->layer)
      continue;
    while (pass->end < pass->n && same_layer(place_at(pass, at), place_at(pass, pass->end)))
      pass->end++;
    later_read_layer(pass);
  }
  return NULL;
}

bool later_pass_open(struct later_pass *pass, uint64_t bytes, uint64_t *taken)
{
  struct budget *memory = pass->options->limits ? pass->options->limits->memory : NULL;
  struct error err;

  pass->file = (struct tempfile) { .fd = -1, .directory = "memory" };
  if (budget_take_spare(memory, bytes)) {
    *taken += bytes;
    pass->file.fd = memfd_create("contents", MFD_CLOEXEC);
  }
  return pass->file.fd >= 0 || tempfile_open(&pass->file, &err) == 0;
}

void later_pass_run(struct later_pass passes[2])
{
  pthread_t thread;
  const bool started =
      passes[0].options->threads != 1 && thread_start(&thread, later_read_side, &passes[1]);

  later_read_side(&passes[0]);
  if (started)
    pthread_join(thread, NULL);
  else
    later_read_side(&passes[1]);
}
