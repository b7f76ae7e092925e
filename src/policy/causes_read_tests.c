/* What a cause looks for in contents. */
#include "policy/causes_reader.h"

static int64_t causes_read_tests_number(const struct reader *reader, const struct yaml_value *map,
                                        const char *key)
{
  const struct yaml_value *value = reader_member(reader, map, key);
  int64_t n = 0;

  reader_expect(reader, value, YAML_STRING, key);
  if (!str_to_i64(value->text, &n) || n < -CAUSE_CONTENT_BYTES || n > CAUSE_CONTENT_BYTES)
    FAIL(reader, value, "%s: expected a number within %d, found \"%s\"", key, CAUSE_CONTENT_BYTES,
         value->text.ptr);
  return n;
}

static void read_texts(const struct reader *reader, const struct yaml_value *value,
                       struct cause_test *test)
{
  struct str *texts = reader_alloc(reader, reader_count(value), sizeof(*texts));

  for (const struct yaml_value *item = reader_items(reader, value, value->key->text.ptr); item;
       item = item->next) {
    reader_expect(reader, item, YAML_STRING, value->key->text.ptr);
    if (!item->text.len)
      FAIL(reader, item, "expected text, found nothing");
    texts[test->n_texts++] = reader_copy(reader, item->text);
  }
  test->texts = texts;
}

static void read_window(const struct reader *reader, const struct yaml_value *item,
                        struct cause_window *window)
{
  static const char *const keys[] = { "from", "to", "after", "after-hex", "shape", NULL };

  reader_expect(reader, item, YAML_MAP, "window");
  reader_expect_keys(reader, item, keys);
  window->mark = reader_bytes(reader, item, "shape");
  if (window->mark.ptr) {
    window->kind = WINDOW_SHAPE;
    return;
  }
  window->mark = reader_bytes(reader, item, "after");
  window->kind = window->mark.ptr ? WINDOW_AFTER : WINDOW_BYTES;
  window->from = (int32_t)causes_read_tests_number(reader, item, "from");
  window->to = (int32_t)causes_read_tests_number(reader, item, "to");
  if (window->from >= window->to || window->to - window->from > 256)
    FAIL(reader, item, "expected from < to, and at most 256 bytes between them");
}

static void read_windows(const struct reader *reader, const struct yaml_value *value,
                         struct cause_test *test)
{
  struct cause_window *windows = reader_alloc(reader, reader_count(value), sizeof(*windows));

  for (const struct yaml_value *item = reader_items(reader, value, value->key->text.ptr); item;
       item = item->next)
    read_window(reader, item, &windows[test->n_windows++]);
  test->windows = windows;
}

static void read_columns(const struct reader *reader, const struct yaml_value *value,
                         struct cause_test *test)
{
  static const char *const keys[] = { "separator", "columns", "min", "max", "likely", NULL };
  const struct yaml_value *separator;
  const struct yaml_value *likely = yaml_member(value, "likely");

  reader_expect(reader, value, YAML_MAP, "differing-columns");
  reader_expect_keys(reader, value, keys);
  separator = reader_member(reader, value, "separator");
  reader_expect(reader, separator, YAML_STRING, "separator");
  if (separator->text.len != 1)
    FAIL(reader, separator, "separator: expected one character");
  test->separator = separator->text.ptr[0];
  if (likely) {
    reader_expect(reader, likely, YAML_STRING, "likely");
    if (!str_equal(likely->text, STR("true")))
      FAIL(reader, likely, "likely: expected true, or nothing");
    test->likely = true;
  }
  if (yaml_member(value, "max")) {
    test->min = (uint64_t)MAX_OF(causes_read_tests_number(reader, value, "min"), INT64_C(0));
    test->max = (uint64_t)MAX_OF(causes_read_tests_number(reader, value, "max"), INT64_C(1));
  }
  for (const struct yaml_value *item =
           reader_items(reader, reader_member(reader, value, "columns"), "columns");
       item; item = item->next) {
    uint64_t column = 0;

    reader_expect(reader, item, YAML_STRING, "columns");
    if (!str_to_u64(item->text, 63, &column) || column == 0)
      FAIL(reader, item, "columns: expected a number from 1 to 63");
    test->columns |= UINT64_C(1) << column;
  }
}

static void read_at(const struct reader *reader, const struct yaml_value *map,
                    struct cause_test *test)
{
  static const char *const keys[] = { "at", "bytes", "bytes-hex", NULL };
  struct str *text = reader_alloc(reader, 1, sizeof(*text));
  int64_t at = causes_read_tests_number(reader, map, "at");

  reader_expect_keys(reader, map, keys);
  *text = reader_bytes(reader, map, "bytes");
  if (!text->len || at < 0)
    FAIL(reader, map, "at: expected a position, and bytes or bytes-hex");
  test->at = (uint32_t)at;
  test->texts = text;
  test->n_texts = 1;
}

static void read_test(const struct reader *reader, const struct yaml_value *item,
                      struct cause_test *test)
{
  static const struct {
    const char *key;
    enum cause_test_kind kind;
  } kinds[] = {
    { "at", TEST_AT },
    { "contains", TEST_CONTAINS },
    { "either-contains", TEST_EITHER_CONTAINS },
    { "only-differs-in", TEST_ONLY_DIFFERS_IN },
    { "beginning-only-differs-in", TEST_BEGINNING_DIFFERS_IN },
    { "differing-lines", TEST_DIFFERING_LINES },
    { "differing-columns", TEST_DIFFERING_COLUMNS },
    { "same-lines", TEST_SAME_LINES },
    { "free-lines", TEST_FREE_LINES },
    { "same-paragraphs", TEST_SAME_PARAGRAPHS },
    { "same-size", TEST_SAME_SIZE },
    { "first-difference-within", TEST_FIRST_DIFFERENCE_WITHIN },
    { "first-difference-in", TEST_FIRST_DIFFERENCE_IN },
    { "first-difference-after", TEST_FIRST_DIFFERENCE_AFTER },
  };
  size_t i = 0;

  reader_expect(reader, item, YAML_MAP, "content");
  while (i < ARRAY_LEN(kinds) && !(item->first && yaml_member(item, kinds[i].key)))
    i++;
  if (i == ARRAY_LEN(kinds))
    FAIL(reader, item,
         "content: expected at, contains, either-contains, only-differs-in, "
         "beginning-only-differs-in, differing-lines, differing-columns, same-lines, "
         "free-lines, same-paragraphs, same-size, "
         "first-difference-within, "
         "first-difference-in or "
         "first-difference-after");
  test->kind = kinds[i].kind;
  if (test->kind != TEST_AT && item->first->next)
    FAIL(reader, item->first->next->key, "expected one key");
  if (test->kind == TEST_AT)
    read_at(reader, item, test);
  else if (test->kind == TEST_ONLY_DIFFERS_IN || test->kind == TEST_BEGINNING_DIFFERS_IN ||
           test->kind == TEST_FIRST_DIFFERENCE_WITHIN)
    read_windows(reader, item->first, test);
  else if (test->kind == TEST_DIFFERING_COLUMNS)
    read_columns(reader, item->first, test);
  else if (test->kind != TEST_SAME_LINES && test->kind != TEST_FREE_LINES &&
           test->kind != TEST_SAME_PARAGRAPHS && test->kind != TEST_SAME_SIZE)
    read_texts(reader, item->first, test);
}

void reader_tests(const struct reader *reader, const struct yaml_value *map, struct cause *cause)
{
  const struct yaml_value *value = yaml_member(map, "content");
  struct cause_test *tests = reader_alloc(reader, reader_count(value), sizeof(*tests));

  if (!value)
    return;
  for (const struct yaml_value *item = reader_items(reader, value, "content"); item;
       item = item->next)
    read_test(reader, item, &tests[cause->n_tests++]);
  cause->tests = tests;
}
