/* evidence/form: which causes the form of two files has, and what looking for them costs. The files
 * are gzip's as RFC 1952 has them, and parts that are made by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>
#include <string.h>
#include <zlib.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "evidence/form.h"
#include "formats/gzip.h"

enum { LARGE = 4 << 20, LITTLE = 64 << 10 };

struct found {
  struct arena arena;
  struct content_evidence out;
};

static bool has(const struct found *found, const char *id)
{
  for (size_t i = 0; i < found->out.n; i++)
    if (strcmp(found->out.found[i].id, id) == 0)
      return true;
  return false;
}

static void check(struct found *found, const char *const *wanted, size_t n)
{
  assert_int_equal(found->out.n, n);
  for (size_t i = 0; i < n; i++)
    if (!has(found, wanted[i]))
      fail_msg("%s is not found", wanted[i]);
  arena_release(&found->arena);
}

#define CHECK(found, ...)                                                                          \
  check((found), (const char *const[]) { __VA_ARGS__ },                                            \
        sizeof((const char *const[]) { __VA_ARGS__ }) / sizeof(char *))

/* ---- whole files ---- */

static struct str gzipped(struct str content, int level, uLong time, int xfl)
{
  z_stream stream = { .next_in = (unsigned char *)(uintptr_t)content.ptr,
                      .avail_in = (unsigned)content.len };
  gz_header header = { .time = time, .os = 3 };
  size_t size;
  char *bytes;

  assert_int_equal(deflateInit2(&stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  assert_int_equal(deflateSetHeader(&stream, &header), Z_OK);
  size = deflateBound(&stream, content.len) + 64;
  bytes = xmalloc(size);
  stream.next_out = (unsigned char *)bytes;
  stream.avail_out = (unsigned)size;
  assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
  size = stream.total_out;
  deflateEnd(&stream);
  bytes[8] = (char)xfl; /* RFC 1952, 2.3: behind MTIME */
  return (struct str) { bytes, size };
}

static void look(const struct str files[2], bool recompressed, struct found *found)
{
  struct format_budget budget = { UINT64_C(1) << 30 };
  struct format_parts parts[2];
  struct error err;

  *found = (struct found) { 0 };
  for (int i = 0; i < 2; i++)
    assert_int_equal(format_read(&format_gzip, &parts[i], files[i], STR("x.gz"), &budget, &err), 0);
  form_look(&(struct form_pair) { .format = &format_gzip,
                                  .parts = (struct format_parts *[]) { &parts[0], &parts[1] },
                                  .recompressed = recompressed },
            &found->arena, &found->out);
  for (int i = 0; i < 2; i++)
    format_release(&parts[i]);
}

static void look_at_gzip(struct str content, const int levels[2], const uLong times[2],
                         const int xfls[2], struct found *found)
{
  struct str files[2];

  for (int i = 0; i < 2; i++)
    files[i] = gzipped(content, levels[i], times[i], xfls[i]);
  look(files, levels[0] != levels[1], found);
  free((void *)files[0].ptr);
  free((void *)files[1].ptr);
}

static void headers_of_gzip(void **state)
{
  const struct str text = STR("words, words, words, and some more words to be compressed, words");
  struct found found;

  (void)state;
  look_at_gzip(text, (int[]) { 6, 6 }, (uLong[]) { 1, 2 }, (int[]) { 0, 0 }, &found);
  CHECK(&found, "gzip-time");
  look_at_gzip(text, (int[]) { 6, 6 }, (uLong[]) { 1, 1 }, (int[]) { 0, 4 }, &found);
  CHECK(&found, "gzip-os");
  look_at_gzip(text, (int[]) { 6, 6 }, (uLong[]) { 1, 2 }, (int[]) { 0, 4 }, &found);
  CHECK(&found, "gzip-time", "gzip-os");
  /* What XFL says follows from the level. */
  look_at_gzip(text, (int[]) { 0, 9 }, (uLong[]) { 1, 1 }, (int[]) { 4, 2 }, &found);
  CHECK(&found, "compression-level");
  look_at_gzip(text, (int[]) { 0, 9 }, (uLong[]) { 1, 2 }, (int[]) { 4, 2 }, &found);
  CHECK(&found, "compression-level", "gzip-time");
}

/* What is compared where it lies needs no memory of its size. */
static void large_files_cost_nothing(void **state)
{
  AUTO_FREE char *bytes = xmalloc(LARGE);
  struct found found;
  uint32_t chance = 1;

  (void)state;
  for (size_t i = 0; i < LARGE; i++) {
    chance = chance * 1664525 + 1013904223;
    bytes[i] = (char)(chance >> 24);
  }
  look_at_gzip((struct str) { bytes, LARGE }, (int[]) { 1, 1 }, (uLong[]) { 1, 2 },
               (int[]) { 4, 0 }, &found);
  assert_true(found.arena.total < LITTLE);
  CHECK(&found, "gzip-time", "gzip-os");
}

/* ---- what a rule accounts for ---- */

static const struct format_rule data = { "gzip-6", FORMAT_FORM, "" };
static const struct format_rule os = { "gzip-3", FORMAT_FORM, "" };

/* Data in pieces, a "|" between them, each followed by a byte that is carried; then XFL and OS. */
static struct str pieces(struct format_parts *parts, const char *text, const char *end)
{
  AUTO_BUF bytes = BUF_INIT(1000);
  size_t from = 0;

  for (; *text; text++) {
    if (*text != '|') {
      buf_putc(&bytes, *text);
      continue;
    }
    format_account(parts, from, bytes.len - from, &data);
    format_account(parts, bytes.len, 1, NULL);
    buf_putc(&bytes, '|');
    from = bytes.len;
  }
  format_account(parts, from, bytes.len - from, &data);
  format_account(parts, bytes.len, 2, &os);
  buf_puts(&bytes, end);
  return arena_str(&parts->arena, buf_str(&bytes));
}

/* XFL and OS differ, which is told where the data is the same, however it lies. */
static void same_bytes_in_other_pieces(void **state)
{
  static const struct {
    const char *a, *b;
    bool same;
  } cases[] = {
    { "abcd", "abcd", true },
    { "abcd", "ab|cd", true },
    { "a|bcd", "abc|d", true },
    { "a|b|c|d", "ab|cd", true },
    { "", "", true },
    { "abcd", "ab|ce", false },
    { "abcd", "abcde", false },
    { "abcd|e", "abcd", false },
    { "", "a", false },
    { "abcd", "b|bcd", false },
    { "ab|cd", "cd|ab", false },
    { "aaaa", "aaa", false },
    { "abcd", "abcd|x|y", false },
  };

  (void)state;
  for (size_t i = 0; i < 2 * ARRAY_LEN(cases); i++) {
    const char *const texts[2] = { cases[i / 2].a, cases[i / 2].b };
    struct format_budget budget = { 1 << 20 };
    struct format_parts parts[2] = { { .budget = &budget }, { .budget = &budget } };
    struct found found = { 0 };

    parts[0].bytes = pieces(&parts[0], texts[i % 2], "\2\3");
    parts[1].bytes = pieces(&parts[1], texts[1 - i % 2], "\4\3");
    form_look(&(struct form_pair) { .format = &format_gzip,
                                    .parts = (struct format_parts *[]) { &parts[0], &parts[1] } },
              &found.arena, &found.out);
    if (has(&found, "gzip-os") != cases[i / 2].same)
      fail_msg("%s and %s", texts[i % 2], texts[1 - i % 2]);
    arena_release(&found.arena);
    format_release(&parts[0]);
    format_release(&parts[1]);
  }
}

/* Ranges that are no longer kept, for the budget was used up, make no answer of their own. */
static void without_budget(void **state)
{
  struct format_parts parts[2];
  struct format_budget budget;
  struct error err;

  (void)state;
  for (uint64_t max = 0; max < 4096; max += 16) {
    const struct str file = gzipped(STR("words, words, words"), 6, 1, 0);

    budget = (struct format_budget) { max };
    if (format_read(&format_gzip, &parts[0], file, STR("x.gz"), &budget, &err))
      assert_int_equal(err.code, ERROR_LIMIT);
    else
      assert_false(parts[0].exhausted);
    format_release(&parts[0]);
    free((void *)file.ptr);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(headers_of_gzip),
    cmocka_unit_test(large_files_cost_nothing),
    cmocka_unit_test(same_bytes_in_other_pieces),
    cmocka_unit_test(without_budget),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
