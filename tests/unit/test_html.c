/* HTML reports: text that stands in them as nothing but text, and the values that the script reads.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "report/html/html_data.h"
#include "report/html/html_page.h"

#define REPLACED "\xef\xbf\xbd" /* U+FFFD */

struct page {
  FILE *file;
  char *text;
  size_t len;
  struct writer writer;
};

static void page_open(struct page *page)
{
  page->file = open_memstream(&page->text, &page->len);
  assert_non_null(page->file);
  writer_to_file(&page->writer, page->file);
}

/* What was written; until it is freed. */
static char *page_close(struct page *page)
{
  assert_int_equal(writer_flush(&page->writer), 0);
  assert_int_equal(fclose(page->file), 0);
  return page->text;
}

/* HTML Living Standard, 13.1.2.3 and 13.1.3: what may end an attribute's value, begin a tag or a
 * character reference is none of these; and "Unicode" 3.9, D92: what is no UTF-8. */
static void text_is_text(void **state)
{
  static const struct {
    struct str text;
    const char *wanted;
  } cases[] = {
    { STR("usr/bin/x"), "usr/bin/x" },
    { STR("</script><b a=\"&amp;'\">"), "&lt;/script&gt;&lt;b a=&quot;&amp;amp;'&quot;&gt;" },
    { { "a\0b", 3 }, "a" REPLACED "b" },
    { STR("\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\xb3"), "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\xb3" },
    { STR("\xc3"), REPLACED },
    { STR("\xc3<"), REPLACED "&lt;" },
    { STR("\xc0\xbc"), REPLACED REPLACED },                           /* "<", longer than need be */
    { STR("\xed\xa0\x80"), REPLACED REPLACED REPLACED },              /* half of a pair of UTF-16 */
    { STR("\xf4\x90\x80\x80"), REPLACED REPLACED REPLACED REPLACED }, /* behind U+10FFFF */
    { STR(""), "" },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    struct page page;
    char *text;

    page_open(&page);
    html_text(&page.writer, cases[i].text);
    text = page_close(&page);
    assert_string_equal(text, cases[i].wanted);
    free(text);
  }
}

/* FIPS 180-2, B.1: the SHA-256 of "abc"; in the form of a hash-source, CSP 3. */
static void an_element_is_named_by_its_hash(void **state)
{
  struct page page;
  char *text;

  (void)state;
  page_open(&page);
  html_hash(&page.writer, STR("abc"));
  text = page_close(&page);
  assert_string_equal(text, "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
  free(text);
}

/* The details of one change with one field, as the script reads them. */
static json_t *details_of(const char *value, char **text)
{
  const struct change_field field = { "User", { value, NULL } };
  struct change change = { .context = "/", .fields = &field, .n_fields = 1 };
  struct listing listing = { .changes = { .items = &change, .n = 1 } };
  const struct html_causes causes = { 0 };
  struct page page;
  const char *start, *end;
  json_t *json;

  page_open(&page);
  html_details(&listing, &causes, &page.writer);
  *text = page_close(&page);
  start = strchr(*text, '>');
  end = strstr(*text, "</script>");
  assert_non_null(start);
  assert_non_null(end);
  assert_string_equal(end, "</script>\n"); /* the first is the last */
  json = json_loadb(start + 1, (size_t)(end - start - 1), 0, NULL);
  assert_non_null(json);
  return json;
}

static const char *value_in(const json_t *json)
{
  return json_string_value(
      json_array_get(json_array_get(json_object_get(json_array_get(json, 0), "fields"), 0), 1));
}

static void a_value_does_not_end_its_element(void **state)
{
  static const char hostile[] = "</script><script>alert(1)</script><!--<script>";
  char *text;
  json_t *json = details_of(hostile, &text);

  (void)state;
  assert_string_equal(value_in(json), hostile);
  assert_null(strstr(text, "<!--"));
  assert_int_equal(strncmp(text, "<script type=\"application/json\" id=\"details-0\">", 47), 0);
  assert_true(json_is_null(
      json_array_get(json_array_get(json_object_get(json_array_get(json, 0), "fields"), 0), 2)));
  json_decref(json);
  free(text);
}

/* A long value is cut between two characters, and how much is left out is said. */
static void a_long_value_is_cut(void **state)
{
  char *value = xmalloc(HTML_VALUE_BYTES + 5), *text;
  json_t *json;
  const char *found;

  (void)state;
  memset(value, 'v', HTML_VALUE_BYTES + 4);
  value[HTML_VALUE_BYTES + 4] = '\0';
  value[HTML_VALUE_BYTES] = '\0';
  json = details_of(value, &text);
  assert_string_equal(value_in(json), value); /* not yet */
  json_decref(json);
  free(text);

  value[HTML_VALUE_BYTES] = 'v';
  memcpy(value + HTML_VALUE_BYTES - 2, "\xf0\x9f\x90\xb3", 4);
  json = details_of(value, &text);
  found = value_in(json);
  assert_int_equal(strspn(found, "v"), HTML_VALUE_BYTES - 2);
  assert_string_equal(found + HTML_VALUE_BYTES - 2, "\xe2\x80\xa6 (6 more bytes)");
  json_decref(json);
  free(text);
  free(value);
}

/* Details are in elements of HTML_CHUNK, each read when one of its rows is opened. */
static void details_are_in_pieces(void **state)
{
  struct change *changes = xcalloc(HTML_CHUNK + 1, sizeof(*changes));
  struct listing listing = { .changes = { .items = changes, .n = HTML_CHUNK + 1 } };
  const struct html_causes causes = { 0 };
  struct page page;
  char *text, *second;

  (void)state;
  page_open(&page);
  html_details(&listing, &causes, &page.writer);
  text = page_close(&page);
  second = strstr(text, "id=\"details-1\">");
  assert_non_null(second);
  assert_null(strstr(text, "id=\"details-2\""));
  assert_string_equal(second, "id=\"details-1\">[{}]</script>\n");
  free(text);
  free(changes);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(text_is_text),
    cmocka_unit_test(an_element_is_named_by_its_hash),
    cmocka_unit_test(a_value_does_not_end_its_element),
    cmocka_unit_test(a_long_value_is_cut),
    cmocka_unit_test(details_are_in_pieces),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
