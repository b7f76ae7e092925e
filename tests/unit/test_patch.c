/* What is shown of two contents. The differences of texts are what GNU diff -u prints for them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "evidence/patch.h"
#include "evidence/pretty.h"

struct shown {
  struct buf text;
  struct patch patch;
};

static struct shown show(struct str a, struct str b, uint64_t lines, uint64_t memory_bytes)
{
  struct shown shown = { .text = BUF_INIT(INT32_MAX) };
  uint64_t work = UINT64_MAX;
  struct budget memory = BUDGET_INIT(memory_bytes);
  const struct patch_limits limits = { .lines = lines, .work = &work, .memory = &memory };

  patch_make((const struct str[]) { a, b }, &limits, &shown.text, &shown.patch);
  assert_int_equal(memory.used, 0);
  return shown;
}

#define PLENTY (UINT64_C(1) << 30)

static void kinds(void **state)
{
  static const struct {
    struct str content[2];
    enum patch_kind kind;
    const char *text;
  } rows[] = {
    { { STR("a\nb\nc\n"), STR("a\nx\nc\n") }, PATCH_TEXT, "@@ -1,3 +1,3 @@\n a\n-b\n+x\n c\n" },
    { { STR("a\n"), STR("") }, PATCH_TEXT, "@@ -1 +0,0 @@\n-a\n" },
    { { STR(""), STR("a\nb\n") }, PATCH_TEXT, "@@ -0,0 +1,2 @@\n+a\n+b\n" },
    { { STR("a\nb"), STR("a\nb\n") },
      PATCH_TEXT,
      "@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b\n" },
    { { STR("1\n2\n3\n4\n5\n6\n7\n8\n9\n"), STR("1\n2\n3\n4\n5\n6\n7\n8\nx\n") },
      PATCH_TEXT,
      "@@ -6,4 +6,4 @@\n 6\n 7\n 8\n-9\n+x\n" },
    { { STR("x\n1\n2\n3\n4\n5\n6\ny\n"), STR("1\n2\n3\n4\n5\n6\n") },
      PATCH_TEXT,
      "@@ -1,8 +1,6 @@\n-x\n 1\n 2\n 3\n 4\n 5\n 6\n-y\n" },
    { { STR("x\n1\n2\n3\n4\n5\n6\n7\ny\n"), STR("1\n2\n3\n4\n5\n6\n7\n") },
      PATCH_TEXT,
      "@@ -1,4 +1,3 @@\n-x\n 1\n 2\n 3\n@@ -6,4 +5,3 @@\n 5\n 6\n 7\n-y\n" },
    { { STR("a\r\n"), STR("a\n") }, PATCH_TEXT, "@@ -1 +1 @@\n-a\r\n+a\n" },
    { { STR("caf\xe9\n"), STR("caf\xe8\n") }, PATCH_TEXT, "@@ -1 +1 @@\n-caf\xe9\n+caf\xe8\n" },
    { { STR("\x01\n"), STR("\x02\n") }, PATCH_TEXT, "@@ -1 +1 @@\n-\x01\n+\x02\n" },
    { { STR("\x01\xe9\n"), STR("\x02\xe9\n") },
      PATCH_BYTES,
      "@@ byte 0 @@\n"
      "-00000000  01 e9 0a                                          |...|\n"
      "+00000000  02 e9 0a                                          |...|\n" },
    { { STR("a\0b"), STR("a\0b\0") },
      PATCH_BYTES,
      "@@ byte 3 @@\n"
      "-00000000  61 00 62                                          |a.b|\n"
      "+00000000  61 00 62 00                                       |a.b.|\n" },
    { { STR("0123456789abcdef0123456789abcdef\0"), STR("0123456789abcdef0123456789abcdeX\0") },
      PATCH_BYTES,
      "@@ byte 31 @@\n"
      "-00000010  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  |0123456789abcdef|\n"
      "+00000010  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 58  |0123456789abcdeX|\n"
      " 00000020  00                                                |.|\n" },
    { { STR("{\"a\":1,\"b\":2}"), STR("{\"a\":1,\"b\":3}") },
      PATCH_JSON,
      "@@ -1,4 +1,4 @@\n {\n   \"a\": 1,\n-  \"b\": 2\n+  \"b\": 3\n }\n" },
    /* A member a line already: what is shown fits the files. */
    { { STR("{\n\"a\":1\n}\n"), STR("{\n\"a\":2\n}\n") },
      PATCH_TEXT,
      "@@ -1,3 +1,3 @@\n {\n-\"a\":1\n+\"a\":2\n }\n" },
    /* Nothing but layout differs. */
    { { STR("{\"a\":1}"), STR("{\"a\": 1}") },
      PATCH_TEXT,
      "@@ -1 +1 @@\n-{\"a\":1}\n\\ No newline at end of file\n"
      "+{\"a\": 1}\n\\ No newline at end of file\n" },
    { { STR("<a><b>1</b><c/></a>"), STR("<a><b>2</b><c/></a>") },
      PATCH_XML,
      "@@ -1,4 +1,4 @@\n <a>\n-  <b>1</b>\n+  <b>2</b>\n   <c/>\n </a>\n" },
    { { STR("\x7f"
            "ELF\0one string\0"),
        STR("\x7f"
            "ELF\0two strings\0") },
      PATCH_STRINGS,
      "@@ -1 +1 @@\n-one string\n+two strings\n" },
    { { STR("\x7f"
            "ELF\0same\0\1"),
        STR("\x7f"
            "ELF\0same\0\2") },
      PATCH_BYTES,
      "@@ byte 10 @@\n"
      "-00000000  7f 45 4c 46 00 73 61 6d  65 00 01                 |.ELF.same..|\n"
      "+00000000  7f 45 4c 46 00 73 61 6d  65 00 02                 |.ELF.same..|\n" },
    { { STR("same"), STR("same") }, PATCH_NONE, "" },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    struct shown shown = show(rows[i].content[0], rows[i].content[1], 0, PLENTY);

    if (shown.patch.kind != rows[i].kind || !str_equal(shown.patch.text, str_of(rows[i].text)))
      fail_msg("row %zu: %s:\n%.*s", i, patch_kind_name(shown.patch.kind),
               STR_ARGS(shown.patch.text));
    assert_int_equal(shown.patch.more, 0);
    buf_release(&shown.text);
  }
}

/* What is not shown is counted, and the ranges are of what is. */
static void cut(void **state)
{
  const struct str a = STR("1\n2\n3\n4\n5\n6\n7\n");
  const struct str b = STR("1\n2\n3\nx\ny\n6\n7\n");
  struct shown shown = show(a, b, 5, PLENTY);

  (void)state;
  assert_string_equal(shown.patch.text.ptr, "@@ -1,5 +1,3 @@\n 1\n 2\n 3\n-4\n-5\n");
  assert_int_equal(shown.patch.more, 2);
  buf_release(&shown.text);
  shown = show(a, b, 1, PLENTY);
  assert_string_equal(shown.patch.text.ptr, "@@ -4 +3,0 @@\n-4\n");
  assert_int_equal(shown.patch.more, 3);
  buf_release(&shown.text);
}

/* Of a long line what differs in it is shown, whole characters of it. */
static void long_lines(void **state)
{
  struct buf line[2] = { BUF_INIT(100000), BUF_INIT(100000) };
  struct shown shown;

  (void)state;
  for (int side = 0; side < 2; side++) {
    for (int i = 0; i < 3001; i++)
      buf_puts(&line[side], "\xc3\xa9");
    buf_puts(&line[side], side ? "two" : "one");
    for (int i = 0; i < 3000; i++)
      buf_puts(&line[side], "\xc3\xa9");
    buf_putc(&line[side], '\n');
  }
  shown = show(buf_str(&line[0]), buf_str(&line[1]), 0, PLENTY);
  assert_int_equal(shown.patch.kind, PATCH_TEXT);
  assert_non_null(strstr(shown.patch.text.ptr, "\n-(5802 bytes)\xe2\x80\xa6\xc3\xa9"));
  assert_non_null(strstr(shown.patch.text.ptr, "\xc3\xa9one\xc3\xa9"));
  assert_non_null(strstr(shown.patch.text.ptr, "\xc3\xa9two\xc3\xa9"));
  assert_true(shown.patch.text.len < 2 * (PATCH_LINE_MAX + 100));
  buf_release(&shown.text);
  buf_release(&line[0]);
  buf_release(&line[1]);
}

/* Without memory for the lines there are bytes. */
static void no_memory(void **state)
{
  struct shown shown = show(STR("a\nb\n"), STR("a\nc\n"), 0, 100);

  (void)state;
  assert_int_equal(shown.patch.kind, PATCH_LARGE);
  assert_string_equal(shown.patch.text.ptr,
                      "@@ byte 2 @@\n"
                      "-00000000  61 0a 62 0a                                       |a.b.|\n"
                      "+00000000  61 0a 63 0a                                       |a.c.|\n");
  buf_release(&shown.text);
}

static void layout(void **state)
{
  static const struct {
    bool (*pretty)(struct str text, struct buf *out);
    const char *text, *wanted; /* NULL: it is not laid out */
  } rows[] = {
    { pretty_json, " [ ] ", "[]\n" },
    { pretty_json, "[1,-2.5E+3,true,null,\"a\\\"b\"]",
      "[\n  1,\n  -2.5E+3,\n  true,\n  null,\n  \"a\\\"b\"\n]\n" },
    { pretty_json, "{\"a\" : {\"b\":[{}]}}",
      "{\n  \"a\": {\n    \"b\": [\n      {}\n    ]\n  }\n}\n" },
    { pretty_json, "{\"a\":1}{\"a\":2}", NULL },
    { pretty_json, "{\"a\"}", NULL },
    { pretty_json, "{\"a\":1,}", NULL },
    { pretty_json, "[1", NULL },
    { pretty_json, "[1]]", NULL },
    { pretty_json, "[\"a\nb\"]", NULL },
    { pretty_json, "1", NULL },
    { pretty_xml, "<a/>", "<a/>\n" },
    { pretty_xml,
      "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b '>'>]><a x='>'><!-- <b> --> t <b/></a>",
      "<?xml version='1.0'?>\n<!DOCTYPE a [<!ENTITY b '>'>]>\n<a x='>'>\n  <!-- <b> -->\n   t "
      "\n  <b/>\n</a>\n" },
    { pretty_xml, "<a> t <b></b>u</a>", "<a> t \n  <b></b>\n  u\n</a>\n" },
    /* spaces that may be text stay; those of a layout do not */
    { pretty_xml, "<a><b>t</b> <i>u </i></a>", "<a>\n  <b>t</b>\n   \n  <i>u </i>\n</a>\n" },
    { pretty_xml, "<a>\n\t<b>t</b>\n\t<i> u\n</i>\n</a>",
      "<a>\n  <b>t</b>\n  <i> u\n</i>\n</a>\n" },
    { pretty_xml, "<a><b></a></b>", NULL },
    { pretty_xml, "<a>", NULL },
    { pretty_xml, "<a/><b/>", NULL },
    { pretty_xml, "<a", NULL },
    { pretty_xml, "text", NULL },
    { pretty_xml, "<a/>text", NULL },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    AUTO_BUF out = BUF_INIT(10000);
    const bool done = rows[i].pretty(str_of(rows[i].text), &out);

    if (done != (rows[i].wanted != NULL) || (done && strcmp(out.ptr, rows[i].wanted) != 0))
      fail_msg("%s: %s", rows[i].text, done ? out.ptr : "(not laid out)");
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(kinds),     cmocka_unit_test(cut),    cmocka_unit_test(long_lines),
    cmocka_unit_test(no_memory), cmocka_unit_test(layout),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
