#include "formats/pieces.h"

#include "base/buf.h"
#include "formats/record.h"

enum { TEXT_MAX = 2 << 20 }; /* that of all ends of one content takes less (WRAPPER_ENDS_MAX) */

/* Whether bytes lie in a file, and where. */
static bool pieces_lie_in(struct str bytes, struct str file, uint64_t *at)
{
  const uintptr_t from = (uintptr_t)bytes.ptr;
  const uintptr_t start = (uintptr_t)file.ptr;

  if (!bytes.len || from < start || from - start > file.len ||
      bytes.len > file.len - (from - start))
    return false;
  *at = from - start;
  return true;
}

/* How many cuts lie before, or at, a place. */
static size_t cuts_up_to(struct format_cuts cuts, uint64_t place)
{
  size_t low = 0;
  size_t high = cuts.n;

  while (low < high) {
    const size_t middle = low + (high - low) / 2;

    if (cuts.items[middle] - cuts.base <= place)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

struct format_cuts format_cuts_of(const struct format_content *content, struct str around,
                                  struct format_cuts of_around)
{
  struct format_cuts out = { content->cuts, content->n_cuts, 0 };
  size_t first;
  uint64_t at;

  if (out.n || content->codec || !of_around.n || !pieces_lie_in(content->stored, around, &at))
    return out;
  first = cuts_up_to(of_around, at);
  return (struct format_cuts) {
    .items = of_around.items + first,
    .n = cuts_up_to(of_around, at + content->stored.len - 1) - first,
    .base = of_around.base + at,
  };
}

static struct str piece_of(struct format_parts *parts, const struct format_member *member,
                           struct format_cuts cuts)
{
  AUTO_BUF text = BUF_INIT(TEXT_MAX);
  struct format_cuts through = format_cuts_of(&member->content, parts->bytes, cuts);

  buf_printf(&text, "%zu", cuts_up_to(cuts, member->at) + 1);
  for (size_t i = 0; i < through.n; i++)
    buf_printf(&text, "%s%llu", i ? ", " : ", its content cut at byte ",
               (unsigned long long)(through.items[i] - through.base));
  return arena_str(&parts->arena, buf_str(&text));
}

void format_mark_pieces(struct format_parts *parts, struct format_cuts cuts)
{
  for (size_t i = 0; i < parts->n_members && cuts.n; i++)
    format_add_record(parts, &parts->members[i], TAR_RECORD_OF_MEMBER "piece",
                      piece_of(parts, &parts->members[i], cuts));
}
