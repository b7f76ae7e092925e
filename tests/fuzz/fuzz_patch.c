/* Two contents, whatever they are: what is shown of them is lines with marks, and a difference of
 * texts makes the second of the first. The first byte chooses where the second content begins, the
 * next one how many lines are shown. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "evidence/patch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
  if (!holds)
    abort();
}

static struct str take_line(struct str *text)
{
  const char *newline = text->len ? memchr(text->ptr, '\n', text->len) : NULL;
  const struct str line = { text->ptr, newline ? (size_t)(newline - text->ptr) + 1 : text->len };

  *text = str_skip(*text, line.len);
  return line;
}

/* "@@ -3,2 +3 @@": the number of the first line, from 0, and how many there are. */
static void read_range(const char **at, char mark, uint64_t *from, uint64_t *n)
{
  char *end;

  require(**at == mark);
  *from = strtoull(*at + 1, &end, 10);
  *n = 1;
  if (*end == ',')
    *n = strtoull(end + 1, &end, 10);
  *from -= *n > 0;
  require(*end == ' ');
  *at = end + 1;
}

struct patching {
  struct str patch, old; /* what is left of them */
  uint64_t line;         /* of the old text, that comes next */
  struct buf made;
};

static void pass_lines(struct patching *patching, uint64_t to)
{
  for (; patching->line < to; patching->line++) {
    require(patching->old.len > 0);
    buf_add_str(&patching->made, take_line(&patching->old));
  }
}

/* A line of a hunk, without its mark; without its newline, too, where the next one says so. */
static struct str hunk_line(struct patching *patching)
{
  static const struct str no_newline = { "\\ No newline at end of file\n", 28 };
  struct str line = str_skip(take_line(&patching->patch), 1);

  require(line.len > 0);
  if (!str_has_prefix(patching->patch, no_newline))
    return line;
  take_line(&patching->patch);
  line.len--;
  return line;
}

static void apply_hunk(struct patching *patching)
{
  const struct str head = take_line(&patching->patch);
  const char *at = head.ptr + 3;
  uint64_t from[2];
  uint64_t n[2];

  require(str_has_prefix(head, STR("@@ ")));
  read_range(&at, '-', &from[0], &n[0]);
  read_range(&at, '+', &from[1], &n[1]);
  pass_lines(patching, from[0]);
  while (n[0] || n[1]) {
    const char mark = patching->patch.len ? patching->patch.ptr[0] : '\0';
    const struct str line = hunk_line(patching);

    require(mark == ' ' || mark == '-' || mark == '+');
    if (mark != '+') {
      require(n[0]-- > 0 && str_equal(take_line(&patching->old), line));
      patching->line++;
    }
    if (mark != '-') {
      require(n[1]-- > 0);
      buf_add_str(&patching->made, line);
    }
  }
}

static void check_text(const struct str content[2], const struct patch *patch)
{
  struct patching patching = { .patch = patch->text,
                               .old = content[0],
                               .made = BUF_INIT(INT32_MAX) };

  while (patching.patch.len)
    apply_hunk(&patching);
  buf_add_str(&patching.made, patching.old);
  require(str_equal(buf_str(&patching.made), content[1]));
  buf_release(&patching.made);
}

static bool has_long_lines(struct str text)
{
  while (text.len)
    if (take_line(&text).len > PATCH_LINE_MAX)
      return true;
  return false;
}

static void check_marks(struct str text)
{
  while (text.len) {
    const struct str line = take_line(&text);

    require(line.ptr[line.len - 1] == '\n' && strchr("@ -+\\", line.ptr[0]));
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  uint64_t work = 100000;
  struct budget memory = BUDGET_INIT(1 << 20);
  struct patch_limits limits = { .work = &work, .memory = &memory };
  struct buf text = BUF_INIT(INT32_MAX);
  struct str content[2];
  struct patch patch;
  size_t split;

  if (size < 3)
    return 0;
  split = (size - 2) * data[0] / 255;
  limits.lines = data[1] % 8;
  limits.is_program = data[1] & 0x80;
  content[0] = (struct str) { (const char *)data + 2, split };
  content[1] = (struct str) { (const char *)data + 2 + split, size - 2 - split };
  patch_make(content, &limits, &text, &patch);
  require((patch.kind == PATCH_NONE) == str_equal(content[0], content[1]));
  require((patch.kind == PATCH_NONE) == (patch.text.len == 0));
  require(memory.used == 0);
  check_marks(patch.text);
  if (patch.kind == PATCH_TEXT && !patch.more && !has_long_lines(content[0]) &&
      !has_long_lines(content[1]))
    check_text(content, &patch);
  buf_release(&text);
  return 0;
}
