/* The table: what stands in which column, in which order, how it is padded and shortened. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "report/changes/shorten.h"
#include "report_events.h"

struct table_test {
  char *text;
  size_t len;
  FILE *out;
  struct report *report;
};

static void start(struct table_test *test)
{
  test->out = open_memstream(&test->text, &test->len);
  assert_non_null(test->out);
  test->report = report_table_new(test->out, NULL, false, NULL);
}

static void finish(struct table_test *test, const char *expected)
{
  struct error err;

  assert_int_equal(report_finish(test->report, &err), 0);
  fclose(test->out);
  assert_string_equal(test->text, expected);
  report_free(test->report);
  free(test->text);
}

static void no_row_no_header(void **state)
{
  struct table_test test = { 0 };

  (void)state;
  start(&test);
  finish(&test, "");
}

/* One event of each kind; the expected lines were written by hand from docs/behaviour.md, "The
 * table". */
static void every_type(void **state)
{
  static const char manifest_type[] = "application/x-manifest";
  struct table_test test = { 0 };
  struct descriptor d0 = make_descriptor(manifest_type, 0x11);
  struct descriptor d1 = make_descriptor(manifest_type, 0xab);
  struct descriptor d2 = make_descriptor("application/x-index", 0x11);
  struct event_field mode = make_field("Mode", "Mode ", "0x1a4", "0x180");
  struct event_field link = make_field("Linkname", "Linkname ", "", "tool");
  struct event_field digest = make_field("Digest", "", "aa", "bb");
  struct event_field env = make_field("config.Env[0]", "", "A=1", NULL);
  struct event_field size = make_field("size", "", "5", "6");
  struct event events[] = {
    make_event("/layers-10/layer", EVENT_LAYER, "length mismatch (5 vs 4)", NULL, 0),
    make_event("/layers-2/layer/tarentry", EVENT_TARENTRY, "name \"usr/x\"", &mode, 1),
    make_event("/layers-2/layer/tarentry", EVENT_TARENTRY, "name \"usr/l\"", &link, 1),
    make_event("/layers-2/layer/tarentry", EVENT_TARENTRY, "name \"etc/a\\xff\"", &digest, 1),
    make_event("/config/config", EVENT_CONFIG, "", &env, 1),
    make_event("/desc", EVENT_DESCRIPTOR, "", &size, 1),
    make_event("/a/desc", EVENT_DESCRIPTOR, "", NULL, 0),
    make_event("/b/desc", EVENT_DESCRIPTOR, "", &size, 1),
    make_event("/b/annotations", EVENT_DESCRIPTOR, "field \"Annotations\"", &size, 1),
    make_event("/annotations", EVENT_INDEX, "field \"Annotations\"", &env, 1),
    make_event("/manifest", EVENT_MANIFEST, "", &size, 1),
  };
  struct tar_entry x = make_entry("usr/x");
  struct tar_entry l = make_entry("usr/l");
  struct tar_entry a = make_entry("etc/a\xff");

  (void)state;
  start(&test);
  events[1].inputs[0].entry = events[1].inputs[1].entry = &x;
  events[2].inputs[0].entry = events[2].inputs[1].entry = &l;
  events[3].inputs[1].entry = &a;
  events[5].inputs[0].descriptor = &d0;
  events[5].inputs[1].descriptor = &d1;
  events[6].inputs[0].descriptor = &d2;
  events[6].inputs[1].descriptor = &d0;
  for (int i = 7; i <= 8; i++)
    events[i].inputs[0].descriptor = events[i].inputs[1].descriptor = &d0;
  for (size_t i = 0; i < ARRAY_LEN(events); i++)
    report_event(test.report, &events[i]);
  finish(
      &test,
      "TYPE     NAME                      INPUT-0                                                "
      "             INPUT-1\n"
      "Desc     application/x-index       application/x-index                                    "
      "             application/x-manifest\n"
      "Idx      ctx:/annotations          field \"Annotations\"\n"
      "Desc     application/x-manifest    field \"Annotations\"\n"
      "Desc     application/x-manifest    size 5                                                 "
      "             size 6\n"
      "Cfg      ctx:/config/config        config.Env[0] A=1                                      "
      "             config.Env[0] (absent)\n"
      "Desc     application/x-manifest    "
      "1111111111111111111111111111111111111111111111111111111111111111    "
      "abababababababababababababababababababababababababababababababab\n"
      "File     etc/a\\xff                 aa                                                    "
      "              bb\n"
      "File     usr/l                     Linkname                                               "
      "             Linkname tool\n"
      "File     usr/x                     Mode 0x1a4                                             "
      "             Mode 0x180\n"
      "Layer    ctx:/layers-10/layer      length mismatch (5 vs 4)\n"
      "Mani     ctx:/manifest             size 5                                                 "
      "             size 6\n");
}

/* What the flags leave out is not shown, but where the Go tool shows a time for what is only order
 * or format; how many other fields count stands in rows that it words as "?". */
static void what_counts(void **state)
{
  struct table_test test = { 0 };
  struct event_field fields[] = {
    make_field("Mode", "Mode ", "0x81a4", "0x1a4"),
    make_field("Xattr user.x", "Xattr user.x ", "1", NULL),
    make_field("ModTime", "", "then", "now"),
    make_field("Format", "Format ", "PAX (4)", "GNU (8)"),
    make_field("Uid", "Uid ", "1", "2"),
  };
  struct event events[] = {
    make_event("/a", EVENT_TARENTRY, "", fields, 5),
    make_event("/b", EVENT_TARENTRY, "", fields, 1),
    make_event("/c", EVENT_TARENTRY, "", &fields[2], 2),
    make_event("/d", EVENT_CONFIG, "", &fields[1], 4),
    make_event("/e", EVENT_TARENTRY, "", &fields[3], 2),
  };
  struct tar_entry entry = make_entry("./x");

  (void)state;
  fields[0].ignored = fields[2].ignored = true;
  events[0].name = STR("x");
  events[0].inputs[0].entry = events[0].inputs[1].entry = &entry;
  events[1].note = "nothing counts";
  start(&test);
  for (size_t i = 0; i < ARRAY_LEN(events); i++)
    report_event(test.report, &events[i]);
  finish(&test, "TYPE    NAME      INPUT-0           INPUT-1\n"
                "File    x         Xattr user.x 1    Xattr user.x (absent) (+2 more)\n"
                "File    ctx:/b    nothing counts\n"
                "File    ctx:/c    then              now\n"
                "Cfg     ctx:/d    Xattr user.x 1    Xattr user.x (absent) (+2 more)\n"
                "File    ctx:/e    Format PAX (4)    Format GNU (8)\n");
}

/* Where digests do not count, a descriptor's row names what does. */
static void what_counts_of_a_descriptor(void **state)
{
  struct table_test test = { 0 };
  struct descriptor descriptors[2] = { make_descriptor("application/x-layer", 0x11),
                                       make_descriptor("application/x-layer", 0xab) };
  struct event_field field = make_field("com.example.g", "com.example.g ", NULL, "1");
  struct event event =
      make_event("/annotations", EVENT_DESCRIPTOR, "field \"Annotations\"", &field, 1);

  (void)state;
  event.inputs[0].descriptor = &descriptors[0];
  event.inputs[1].descriptor = &descriptors[1];
  event.digests_count = false;
  start(&test);
  report_event(test.report, &event);
  finish(&test, "TYPE    NAME                   INPUT-0                   INPUT-1\n"
                "Desc    application/x-layer    com.example.g (absent)    com.example.g 1\n");
}

/* Events come in any order: the bytes are the same. */
static void order_does_not_count(void **state)
{
  enum { N = 40 };
  char *texts[2];

  (void)state;
  for (int round = 0; round < 2; round++) {
    struct table_test test = { 0 };
    struct error err;

    start(&test);
    for (int i = 0; i < N; i++) {
      int number = round ? N - 1 - i : i;
      char context[64];
      char value[16];
      struct event_field field;
      struct event event;

      snprintf(context, sizeof(context), "/layers-%d/layer", number % 12);
      snprintf(value, sizeof(value), "%d", number);
      field = make_field("Uid", "Uid ", value, "7");
      event = make_event(context, EVENT_TARENTRY, "", &field, 1);
      report_event(test.report, &event);
    }
    assert_int_equal(report_finish(test.report, &err), 0);
    fclose(test.out);
    report_free(test.report);
    texts[round] = test.text;
  }
  assert_string_equal(texts[0], texts[1]);
  assert_true(strstr(texts[0], "/layers-2/") < strstr(texts[0], "/layers-10/"));
  free(texts[0]);
  free(texts[1]);
}

/* A name of 4000 bytes has its row to itself; the other rows are not padded to it. */
static void one_long_name(void **state)
{
  struct table_test test = { 0 };
  struct event_field field = make_field("Uid", "Uid ", "1", "2");
  struct event event = make_event("/layer", EVENT_TARENTRY, "", &field, 1);
  char *name = calloc(1, 4001);
  char *expected = calloc(1, 8192);
  struct tar_entry entries[2];

  (void)state;
  start(&test);
  memset(name, 'n', 4000);
  entries[0] = make_entry(name);
  entries[1] = make_entry("a");
  for (int i = 0; i < 2; i++) {
    event.inputs[0].entry = event.inputs[1].entry = &entries[i];
    report_event(test.report, &event);
  }
  snprintf(expected, 8192,
           "TYPE    NAME    INPUT-0    INPUT-1\n"
           "File    a       Uid 1      Uid 2\n"
           "File    %s    Uid 1      Uid 2\n",
           name);
  finish(&test, expected);
  free(name);
  free(expected);
}

static void terminal_stays_safe(void **state)
{
  struct table_test test = { 0 };
  struct event_field field = make_field("Uname", "Uname ", "\x1b[2J", "a\nFile    x");
  struct event event = make_event("/layer", EVENT_TARENTRY, "", &field, 1);
  struct tar_entry entry = make_entry("\x1b]0;x\x07");

  (void)state;
  start(&test);
  event.inputs[0].entry = event.inputs[1].entry = &entry;
  report_event(test.report, &event);
  finish(&test, "TYPE    NAME          INPUT-0          INPUT-1\n"
                "File    \\x1b]0;x\\a    Uname \\x1b[2J    Uname a\\nFile    x\n");
}

static void full_disk(void **state)
{
  FILE *full = fopen("/dev/full", "w");
  struct report *report = report_table_new(full, NULL, false, NULL);
  struct event event = make_event("/layer", EVENT_LAYER, "length mismatch (1 vs 2)", NULL, 0);
  struct error err;

  (void)state;
  assert_non_null(full);
  report_event(report, &event);
  assert_int_equal(report_finish(report, &err), -1);
  assert_string_equal(err.message, "cannot write the table: No space left on device");
  report_free(report);
  fclose(full);
}

static const struct {
  const char *text[2];
  size_t columns;
  const char *expected[2];
} shortened[] = {
  { { "abc", "abd" }, 24, { "abc", "abd" } },
  { { "", "x" }, 24, { "", "x" } },
  /* differ early: the ends go */
  { { "a1234567890123456789012345", "b1234567890123456789012345" },
    24,
    { "a1234567890123456789012…", "b1234567890123456789012…" } },
  /* differ late: the beginning goes, twelve equal characters stay */
  { { "0123456789012345678901234567A", "0123456789012345678901234567B" },
    24,
    { "…678901234567A", "…678901234567B" } },
  /* differ in the middle: both ends go */
  { { "0123456789012345678901234567Axxxxxxxxxxxxxxxxxxxxxxxxxxx",
      "0123456789012345678901234567Byyyyyyyyyyyyyyyyyyyyyyyyyyy" },
    24,
    { "…678901234567Axxxxxxxxx…", "…678901234567Byyyyyyyyy…" } },
  /* one is the beginning of the other */
  { { "012345678901234567890123456789", "0123456789012345678901234567890" },
    24,
    { "…890123456789", "…8901234567890" } },
  /* characters, not bytes; one is never cut */
  { { "ääääääääääääääääääääääääÄ", "ääääääääääääääääääääääääÖ" },
    24,
    { "…ääääääääääääÄ", "…ääääääääääääÖ" } },
  /* in a narrow terminal less of what is the same stays */
  { { "01234567890123456789012345678A", "01234567890123456789012345678B" },
    9,
    { "…678A", "…678B" } },
  { { "éééééééééééééééééééééééé", "x" }, 24, { "éééééééééééééééééééééééé", "x" } },
};

static void shortening(void **state)
{
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(shortened); i++) {
    AUTO_BUF out0 = BUF_INIT(1000);
    AUTO_BUF out1 = BUF_INIT(1000);
    const struct str text[2] = { str_of(shortened[i].text[0]), str_of(shortened[i].text[1]) };

    shorten_pair(text, shortened[i].columns, (struct buf *const[2]) { &out0, &out1 });
    assert_string_equal(out0.ptr ? out0.ptr : "", shortened[i].expected[0]);
    assert_string_equal(out1.ptr ? out1.ptr : "", shortened[i].expected[1]);
    assert_true(text_columns(buf_str(&out0)) <= shortened[i].columns);
  }
}

/* Link names are shown in full, xattrs are not. */
static void what_is_shortened(void **state)
{
  char long0[101];
  char long1[101];
  char expected[1024];
  struct table_test test = { 0 };
  struct event_field link = { 0 };
  struct event_field xattr;
  struct event event = make_event("/layer", EVENT_TARENTRY, "", &link, 1);
  struct tar_entry a = make_entry("a");
  struct tar_entry b = make_entry("b");

  (void)state;
  start(&test);
  memset(long0, 'z', 100);
  memset(long1, 'z', 100);
  long0[99] = '0';
  long1[99] = '1';
  long0[100] = long1[100] = '\0';
  link = make_field("Linkname", "Linkname ", long0, long1);
  xattr = make_field("Xattr user.x", "Xattr user.x ", long0, long1);
  event.inputs[0].entry = event.inputs[1].entry = &a;
  report_event(test.report, &event);
  event.inputs[0].entry = event.inputs[1].entry = &b;
  event.fields = &xattr;
  report_event(test.report, &event);
  snprintf(expected, sizeof(expected),
           "TYPE    NAME    INPUT-0%*sINPUT-1\n"
           "File    a       Linkname %s    Linkname %s\n"
           "File    b       Xattr user.x …zzzzzzzzzzzz0%*sXattr user.x …zzzzzzzzzzzz1\n",
           109 + 4 - 7, "", long0, long1, 109 + 4 - 27, "");
  finish(&test, expected);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(no_row_no_header),     cmocka_unit_test(every_type),
    cmocka_unit_test(what_counts),          cmocka_unit_test(what_counts_of_a_descriptor),
    cmocka_unit_test(order_does_not_count), cmocka_unit_test(one_long_name),
    cmocka_unit_test(terminal_stays_safe),  cmocka_unit_test(full_disk),
    cmocka_unit_test(shortening),           cmocka_unit_test(what_is_shortened),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
