/* Two layers against each other: random lists of entries, held against a model that pairs the n-th
 * entry of a name with the n-th by brute force. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "../common/memory_source.h"
#include "base/alloc.h"
#include "diff/diff.h"

struct item {
  char name; /* one letter */
  char fill; /* what its content consists of; '\0': empty */
  size_t size;
  unsigned mtime;
};

struct list {
  struct item items[16];
  size_t n;
};

/* size - 1 octal digits and a NUL. */
static void octal(char *field, size_t size, unsigned long long value)
{
  field[--size] = '\0';
  for (; size > 0; value /= 8)
    field[--size] = (char)('0' + value % 8);
}

static void add_item(struct buf *tar, const struct item *item)
{
  char header[512] = { 0 };
  unsigned sum = 0;
  char *body;
  size_t padded = (item->size + 511) / 512 * 512;

  header[0] = item->name;
  octal(header + 100, 8, 0644);
  octal(header + 108, 8, 0);
  octal(header + 116, 8, 0);
  octal(header + 124, 12, item->size);
  octal(header + 136, 12, item->mtime);
  memset(header + 148, ' ', 8);
  header[156] = '0';
  memcpy(header + 257, "ustar\00000", 8);
  for (size_t i = 0; i < sizeof(header); i++)
    sum += (unsigned char)header[i];
  octal(header + 148, 7, sum);
  buf_add(tar, header, sizeof(header));
  body = xcalloc(padded, 1);
  memset(body, item->fill, item->size);
  buf_add(tar, body, padded);
  free(body);
}

static void make_tar(struct buf *tar, const struct list *list)
{
  static const char end[1024];

  for (size_t i = 0; i < list->n; i++)
    add_item(tar, &list->items[i]);
  buf_add(tar, end, sizeof(end));
}

static char *run(const struct list lists[2], uint32_t ignore)
{
  struct limits limits = limits_scaled(1);
  struct memory_sink *sink = memory_sink_new(false);
  struct diff_options options = { .ignore = ignore, .limits = &limits };
  struct error err;
  struct diff *diff;
  bool failed;
  char *text;

  options.threads = 1 + (unsigned)random() % 4;
  options.platforms.all = true;
  options.sink = memory_sink_sink(sink);
  for (int side = 0; side < 2; side++) {
    AUTO_BUF tar = BUF_INIT((size_t)256 << 20);
    struct str layer;

    make_tar(&tar, &lists[side]);
    layer = buf_str(&tar);
    options.sources[side] = memory_source_new(side ? "b" : "a");
    memory_source_image(options.sources[side], &layer, 1, "");
  }
  diff = diff_run(&options, &failed, &err);
  assert_non_null(diff);
  if (failed)
    fail_msg("%s", err.message);
  diff_free(diff);
  source_free(options.sources[0]);
  source_free(options.sources[1]);
  text = memory_sink_text(sink);
  memory_sink_free(sink);
  return text;
}

/* ---- the model ---- */

static const struct item *nth(const struct list *list, char name, size_t n, size_t *index)
{
  for (size_t i = 0; i < list->n; i++)
    if (list->items[i].name == name && n-- == 0) {
      *index = i;
      return &list->items[i];
    }
  return NULL;
}

static size_t count(const struct list *list, char name)
{
  size_t index;
  size_t n = 0;

  while (nth(list, name, n, &index))
    n++;
  return n;
}

static void content_digest(const struct item *item, char text[DIGEST_MAX_TEXT])
{
  char *body = xcalloc(item->size + 1, 1);
  struct digest digest;

  memset(body, item->fill, item->size);
  digest = digest_of(DIGEST_SHA256, body, item->size);
  digest_hex(&digest, text);
  free(body);
}

static void model_pair(const struct item *a, size_t i, const struct item *b, size_t j,
                       uint32_t ignore, struct buf *line)
{
  char hex[2][DIGEST_MAX_TEXT];

  content_digest(a, hex[0]);
  content_digest(b, hex[1]);
  if (strcmp(hex[0], hex[1]) != 0)
    buf_printf(line, " | Digest=%s/%s", hex[0], hex[1]);
  if (a->mtime != b->mtime && !(ignore & IGNORE_FILE_MTIME))
    buf_printf(line, " | ModTime=1970-01-01 00:00:%02u +0000 UTC/1970-01-01 00:00:%02u +0000 UTC",
               a->mtime, b->mtime);
  if (i != j && !(ignore & IGNORE_FILE_ORDER))
    buf_printf(line, " | Index=%zu/%zu", i, j);
  if (a->size != b->size)
    buf_printf(line, " | Size=%zu/%zu", a->size, b->size);
}

static size_t model(const struct list lists[2], uint32_t ignore, char **lines)
{
  size_t n = 0;

  if (lists[0].n != lists[1].n)
    lines[n++] = xasprintf("/layers-0/layer LayerBlobMismatch length mismatch (%zu vs %zu)",
                           lists[0].n, lists[1].n);
  for (char name = 'a'; name <= 'f'; name++) {
    size_t counts[2] = { count(&lists[0], name), count(&lists[1], name) };

    /* Which of them belong together nobody knows where the numbers differ. */
    for (size_t k = 0; k < counts[0] && counts[0] == counts[1]; k++) {
      AUTO_BUF line = BUF_INIT(4096);
      size_t i = 0;
      size_t j = 0;
      const struct item *a = nth(&lists[0], name, k, &i);
      const struct item *b = nth(&lists[1], name, k, &j);

      model_pair(a, i, b, j, ignore, &line);
      if (line.len)
        lines[n++] =
            xasprintf("/layers-0/layer/tarentry TarEntryMismatch name \"%c\"%s", name, line.ptr);
    }
    if (counts[0] != counts[1] && counts[0] && counts[1])
      lines[n++] = xasprintf("/layers-0/layer LayerBlobMismatch name \"%c\" appears %zu times in "
                             "input 0, %zu times in input 1",
                             name, counts[0], counts[1]);
    else if (counts[0] != counts[1])
      lines[n++] = xasprintf("/layers-0/layer LayerBlobMismatch name \"%c\" only appears in "
                             "input %d",
                             name, counts[0] ? 0 : 1);
  }
  return n;
}

static int by_text(const void *a, const void *b)
{
  return strcmp(*(char *const *)a, *(char *const *)b);
}

static void check(const struct list lists[2], uint32_t ignore)
{
  char *lines[64];
  size_t n = model(lists, ignore, lines);
  AUTO_BUF expected = BUF_INIT(1 << 20);
  AUTO_BUF found = BUF_INIT(1 << 20);
  char *text = run(lists, ignore);
  char *rest = text;

  qsort(lines, n, sizeof(*lines), by_text);
  for (size_t i = 0; i < n; i++) {
    buf_printf(&expected, "%s\n", lines[i]);
    free(lines[i]);
  }
  while (*rest) { /* only what is about the layer's entries */
    char *end = strchr(rest, '\n') + 1;

    if (strncmp(rest, "/layers-0/layer", 15) == 0)
      buf_add(&found, rest, (size_t)(end - rest));
    rest = end;
  }
  assert_string_equal(found.ptr ? found.ptr : "", expected.ptr ? expected.ptr : "");
  free(text);
}

static struct item random_item(void)
{
  static const size_t sizes[] = { 0, 1, 511, 512, 513, 70000, 400000 };

  return (struct item) {
    .name = (char)('a' + random() % 6),
    .fill = (char)('0' + random() % 2),
    .size = sizes[random() % (long)ARRAY_LEN(sizes)],
    .mtime = (unsigned)(random() % 3),
  };
}

/* A second list that is a likely rebuild of the first: some entries gone, added, changed, moved. */
static struct list mutated(const struct list *from)
{
  struct list to = *from;

  for (long changes = random() % 4; changes > 0; changes--) {
    size_t at = to.n ? (size_t)random() % to.n : 0;
    size_t other = to.n ? (size_t)random() % to.n : 0;

    switch (random() % 4) {
    case 0:
      if (to.n)
        memmove(&to.items[at], &to.items[at + 1], (--to.n - at) * sizeof(*to.items));
      break;
    case 1:
      if (to.n < ARRAY_LEN(to.items)) {
        memmove(&to.items[at + 1], &to.items[at], (to.n++ - at) * sizeof(*to.items));
        to.items[at] = random_item();
      }
      break;
    case 2:
      if (to.n)
        to.items[at].fill ^= 1;
      break;
    default:
      if (to.n) {
        struct item item = to.items[at];

        to.items[at] = to.items[other];
        to.items[other] = item;
      }
    }
  }
  return to;
}

static void test_random_layers(void **state)
{
  const uint32_t flags[] = { 0, ignore_implied(IGNORE_FILE_ORDER | IGNORE_FILE_TIMESTAMPS) };

  (void)state;
  srandom(20261123);
  for (int round = 0; round < 1500; round++) {
    struct list lists[2] = { { .n = (size_t)random() % 12 }, { .n = (size_t)random() % 12 } };

    for (int side = 0; side < 2; side++)
      for (size_t i = 0; i < lists[side].n; i++)
        lists[side].items[i] = random_item();
    if (round % 3)
      lists[1] = mutated(&lists[0]);
    check(lists, flags[round % 2]);
  }
}

/* Contents that are long enough for one side to go on while the other is in the middle of one. */
static void test_long_out_of_order(void **state)
{
  static const size_t sizes[] = { 0, 100, 400 * 1000, 1000 * 1000 };
  const uint32_t ignore = ignore_implied(IGNORE_FILE_TIMESTAMPS);

  (void)state;
  srandom(20261124);
  for (int round = 0; round < 150; round++) {
    struct list lists[2] = { { .n = 1 + (size_t)random() % 8 }, { .n = (size_t)random() % 8 } };

    for (int side = 0; side < 2; side++)
      for (size_t i = 0; i < lists[side].n; i++) {
        lists[side].items[i] = random_item();
        lists[side].items[i].size = sizes[random() % (long)ARRAY_LEN(sizes)];
      }
    if (round % 2)
      lists[1] = mutated(&lists[0]);
    check(lists, ignore);
  }
}

/* Equal for longer than what is kept of equal content, then different: one running hash has to
 * serve both sides. */
static void test_long_content(void **state)
{
  const uint32_t ignore = IGNORE_FILE_ORDER;
  struct list lists[2] = { { .n = 1 }, { .n = 1 } };

  (void)state;
  lists[0].items[0] = (struct item) { 'a', '0', (size_t)60 << 20, 1 };
  lists[1].items[0] = (struct item) { 'a', '0', ((size_t)60 << 20) + 1, 1 };
  check(lists, ignore);
  lists[1].items[0].size--;
  check(lists, ignore);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_random_layers),
    cmocka_unit_test(test_long_out_of_order),
    cmocka_unit_test(test_long_content),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
