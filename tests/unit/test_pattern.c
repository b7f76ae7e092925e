/* Patterns on paths. What is expected was taken from gitignore(5) and confirmed with git
 * check-ignore, but for the rows that say they depart from it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "policy/pattern.h"

struct row {
  const char *pattern;
  const char *matches[6]; /* "/" at the end: a directory */
  const char *others[6];
};

static const struct row rows[] = {
  /* no slash: at any depth, and all that lies in it */
  { "foo", { "foo", "foo/", "a/foo", "a/b/foo", "foo/x", "a/foo/b/c" }, { "food", "afoo", "fo" } },
  { "foo/", { "foo/", "a/foo/", "foo/x", "a/foo/x" }, { "foo", "a/foo" } },
  /* a slash at the beginning or in the middle: from the root */
  { "/foo", { "foo", "foo/x", "/foo", "./foo" }, { "a/foo", "a/b/foo" } },
  { "a/foo", { "a/foo", "a/foo/x" }, { "foo", "b/a/foo", "a/b/foo" } },
  { "/a/foo", { "a/foo" }, { "b/a/foo" } },
  { "a/foo/", { "a/foo/", "a/foo/x" }, { "a/foo" } },
  /* wildcards never match a slash */
  { "*.o", { "a.o", "x/a.o", ".o", "a.o.o" }, { "a.oo", "ao" } },
  { "/*.o", { "a.o" }, { "x/a.o" } },
  { "a/*", { "a/b", "a/b/c" }, { "a", "a/", "b/a/c" } },
  { "a/*/c", { "a/b/c", "a/b/c/d" }, { "a/c", "a/b/b/c" } },
  { "?", { "a", "x/b", "\xff" }, { "ab", "", "." } },
  { "/a?c", { "abc", "a\nc" }, { "a/c", "ac", "abbc" } },
  { "*", { "a", ".a", "a/b", "a/" }, { "" } },
  { "a*b*c", { "abc", "axbxc", "abbbcc", "aXXbXXbXc" }, { "acb", "abcd", "ab" } },
  { "*a*a*b", { "aab", "xaxaxb", "aaaab" }, { "ab", "aaaa", "aaba" } },
  /* sets */
  { "[abc]", { "a", "c", "x/b" }, { "d", "ab", "[abc]" } },
  { "[a-c]x", { "ax", "cx" }, { "dx", "-x" } },
  { "[!a]", { "b", "!", "\xff" }, { "a", "bb" } },
  { "[^a]", { "b", "^" }, { "a" } },
  { "[]a]", { "]", "a" }, { "b" } },
  { "[]-a]", { "]", "^", "a" }, { "b", "-" } },
  { "[!]a-]", { "b" }, { "]", "a", "-" } },
  { "[a-]", { "a", "-" }, { "b" } },
  { "[-a]", { "a", "-" }, { "b" } },
  { "[--0]", { "-", "0" }, { "1", "," } },
  { "[c-a]", { "c" }, { "a", "b" } },
  { "[a-c-e]", { "a", "c", "-", "e" }, { "d" } },
  { "[\\]]", { "]" }, { "\\" } },
  { "[a-\\]]", { "a" }, { "]", "b" } },
  { "[\\a-c]", { "a", "b", "c" }, { "\\" } },
  { "[*?[]", { "*", "?", "[" }, { "a" } },
  { "[[:digit:]]x", { "0x", "9x" }, { "ax" } },
  { "[[:upper:][:digit:]_]", { "A", "5", "_" }, { "a" } },
  { "[![:alpha:]]", { "1", "\xc3" }, { "a", "Z" } },
  { "[[:space:]]", { " ", "\t", "\v" }, { "a" } }, /* \v: POSIX; git has four only */
  { "[[:alpha:]-z]", { "a", "-", "z" }, { "1" } },
  { "[[:a]", { "[", ":", "a" }, { "b" } },
  { "[[:]", { "[", ":" }, { "b" } },
  { "[a/]", { "a" }, { "x/a", "/" } }, /* it has a slash, so it is about the root */
  { "[\x80-\xff]", { "\x80", "\xff" }, { "a", "\xc3\xa9" } },
  /* bytes, not characters */
  { "/\xc3?", { "\xc3\xa9" }, { "\xc3" } },
  { "/??", { "\xc3\xa9", "ab" }, { "\xc3\xa9x" } },
  /* two asterisks between slashes */
  { "**/foo", { "foo", "a/foo", "a/b/foo", "foo/x" }, { "afoo" } },
  { "**/a/b", { "a/b", "x/a/b", "x/y/a/b" }, { "a/x/b", "xa/b" } },
  { "abc/**", { "abc/x", "abc/x/y", "abc/x/" }, { "abc", "abc/", "x/abc/y" } },
  { "a/**/b", { "a/b", "a/x/b", "a/x/y/b", "a/b/c" }, { "ab", "x/a/b", "a/xb" } },
  { "a/**/**/b", { "a/b", "a/x/b", "a/x/y/z/b" }, { "b" } },
  { "/**", { "a", "a/b" }, { "" } },
  { "**", { "a", "a/b" }, { "" } },
  { "**/", { "a/", "a/b" }, { "a" } },
  { "/**/x", { "x", "a/x" }, { "ax" } },
  { "a/***/b", { "a/b", "a/x/y/b" }, { "ab" } },
  { "**/**", { "a", "a/b" }, { "" } },
  { "a/**\\/b", { "a/x/b", "a/x/y/b" }, { "a/b" } },
  { "a/**/b/**/c", { "a/b/c", "a/1/b/2/3/c", "a/b/b/c/c" }, { "a/c/b", "b/c" } },
  /* and elsewhere they are one */
  { "a**b", { "ab", "axb", "x/ab" }, { "a/b" } },
  { "/x/a**", { "x/a", "x/ab" }, { "x/b" } },
  { "/a**/b", { "a/b", "ax/b" }, { "a/x/b", "ab" } }, /* git takes this one for "a" + "**" */
  { "/?**/b", { "a/b", "ax/b" }, { "a/x/b" } },
  /* quoting */
  { "\\!x", { "!x" }, { "x", "\\!x" } },
  { "\\#x", { "#x" }, { "x" } },
  { "#x", { "#x" }, { "x" } }, /* comments are a matter of lines */
  { "a\\*", { "a*" }, { "ab", "a\\*" } },
  { "\\a", { "a" }, { "\\a" } },
  { "a\\ ", { "a " }, { "a" } },
  { "a ", { "a " }, { "a" } },
  { "\\/a", { NULL }, { "a", "x/a" } },
  { "a\\/b", { "a/b" }, { "x/a/b" } },
  /* taken back or not: the pattern itself matches all the same */
  { "!foo", { "foo", "a/foo" }, { "!foo" } },
  { "!!foo", { "!foo" }, { "foo" } },
  /* what can match nothing */
  { "", { NULL }, { "a", "" } },
  { "!", { NULL }, { "a", "!" } },
  { "/", { NULL }, { "a", "" } },
  { "//a", { NULL }, { "a", "x/a" } },
  { "a//b", { NULL }, { "a/b" } },
  { "a//", { NULL }, { "a/" } },
  { "./a", { NULL }, { "a" } },
  { "[a", { NULL }, { "a", "[a" } },
  { "a[]", { NULL }, { "a", "a[]" } },
  { "[[:foo:]]", { NULL }, { "f", ":" } },
  { "[[::]]", { NULL }, { ":" } },
  { "[[:alpha:", { NULL }, { "a" } },
  { "a\\", { NULL }, { "a", "a\\" } },
  { "a\\/", { NULL }, { "a/", "a\\/" } },
  /* paths of all kinds */
  { "etc/x", { "/etc/x", "./etc/x", ".//etc/./x", "etc//x/", "//etc/x" }, { "../etc/x", "etc" } },
  { "..", { "../x", "a/../b" }, { "a/...", "." } },
};

static bool matches(const char *text, const char *path)
{
  CLEANUP(arena_release) struct arena arena = ARENA_INIT;
  struct pattern pattern;
  struct error err;
  struct str s = str_of(path);

  if (pattern_compile(&pattern, str_of(text), &arena, &err))
    fail_msg("%s", err.message);
  return pattern_matches(&pattern, s, str_has_suffix(s, STR("/")));
}

static void test_rows(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    for (size_t j = 0; j < 6 && rows[i].matches[j]; j++)
      if (!matches(rows[i].pattern, rows[i].matches[j]))
        fail_msg("\"%s\" does not match \"%s\"", rows[i].pattern, rows[i].matches[j]);
    for (size_t j = 0; j < 6 && rows[i].others[j]; j++)
      if (matches(rows[i].pattern, rows[i].others[j]))
        fail_msg("\"%s\" matches \"%s\"", rows[i].pattern, rows[i].others[j]);
  }
}

static void test_properties(void **state)
{
  static const struct {
    const char *text;
    bool negated, directories, literal, never;
  } expected[] = {
    { "/etc/x", false, false, true, false }, { "/etc/x/", false, true, true, false },
    { "etc/x", false, false, true, false },  { "x", false, false, false, false },
    { "!/x", true, false, true, false },     { "\\!/x", false, false, true, false },
    { "/x*", false, false, false, false },   { "[a", false, false, false, true },
    { "/x\\", false, false, true, true },    { "", false, false, true, true },
    { "a//b", false, false, true, true },
  };
  CLEANUP(arena_release) struct arena arena = ARENA_INIT;

  (void)state;
  for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
    struct pattern pattern;
    struct error err;

    assert_int_equal(pattern_compile(&pattern, str_of(expected[i].text), &arena, &err), 0);
    assert_int_equal(pattern.negated, expected[i].negated);
    assert_int_equal(pattern.directories, expected[i].directories);
    if (!expected[i].never)
      assert_int_equal(pattern.literal, expected[i].literal);
    if ((pattern.never != NULL) != expected[i].never)
      fail_msg("\"%s\": never is %s", expected[i].text, pattern.never ? pattern.never : "not set");
  }
}

/* What trim_trailing_spaces of git leaves. */
static void test_lines(void **state)
{
  static const struct {
    const char *line, *pattern; /* NULL: none */
  } expected[] = {
    { "a", "a" },          { "a  ", "a" },   { "a\\ ", "a\\ " }, { "a\\  ", "a\\ " },
    { "a\\\\ ", "a\\\\" }, { "a b", "a b" }, { "a\t", "a\t" },   { " a", " a" },
    { "a\\", "a\\" },      { "#a", NULL },   { "\\#a", "\\#a" }, { " #a", " #a" },
    { "", NULL },          { "   ", NULL },  { "a\r", "a" },     { "a \r", "a" },
    { "\r", NULL },        { "!a ", "!a" },
  };

  (void)state;
  for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
    struct str pattern = STR("untouched");
    bool any = pattern_line(str_of(expected[i].line), &pattern);

    assert_int_equal(any, expected[i].pattern != NULL);
    if (any && !str_equal(pattern, str_of(expected[i].pattern)))
      fail_msg("\"%s\": found \"%.*s\"", expected[i].line, STR_ARGS(pattern));
  }
}

static void test_errors(void **state)
{
  CLEANUP(arena_release) struct arena arena = ARENA_INIT;
  char text[PATTERN_MAX_BYTES + 2];
  struct pattern pattern;
  struct error err = { 0 };

  (void)state;
  memset(text, 'a', sizeof(text));
  assert_int_equal(
      pattern_compile(&pattern, (struct str) { text, PATTERN_MAX_BYTES }, &arena, &err), 0);
  assert_int_equal(
      pattern_compile(&pattern, (struct str) { text, PATTERN_MAX_BYTES + 1 }, &arena, &err), -1);
  assert_int_equal(err.code, ERROR_USAGE);
  assert_int_equal(pattern_compile(&pattern, (struct str) { "a\0b", 3 }, &arena, &err), -1);
  assert_int_equal(err.code, ERROR_USAGE);
  for (size_t i = 1; i < 2 * PATTERN_MAX_PARTS; i += 2)
    text[i] = '/';
  assert_int_equal(
      pattern_compile(&pattern, (struct str) { text, 2 * PATTERN_MAX_PARTS - 1 }, &arena, &err), 0);
  assert_int_equal(pattern.n_parts, PATTERN_MAX_PARTS);
  assert_int_equal(
      pattern_compile(&pattern, (struct str) { text, 2 * PATTERN_MAX_PARTS + 1 }, &arena, &err),
      -1);
  assert_int_equal(err.code, ERROR_USAGE);
  /* brackets need the most room */
  for (size_t i = 0; i + 3 <= PATTERN_MAX_BYTES; i += 3)
    memcpy(text + i, "[a]", 3);
  text[PATTERN_MAX_BYTES - 1] = '[';
  assert_int_equal(
      pattern_compile(&pattern, (struct str) { text, PATTERN_MAX_BYTES }, &arena, &err), 0);
  assert_non_null(pattern.never);
}

/* More components than are split off beforehand. */
static void test_long_paths(void **state)
{
  char path[402];
  size_t len = 0;

  (void)state;
  for (int i = 0; i < 200; i++) {
    path[len++] = i == 120 ? 'm' : 'a';
    path[len++] = '/';
  }
  path[len] = '\0';
  assert_true(matches("m", path));
  assert_true(matches("m/", path));
  assert_true(matches("a/**/m/a", path));
  assert_false(matches("a/**/m/m", path));
  assert_false(matches("a/m", path));
  path[len - 1] = '\0'; /* a file, but in a directory m */
  assert_true(matches("m/", path));
  path[2 * 121 - 1] = '\0'; /* …/m, a file */
  assert_true(matches("m", path));
  assert_false(matches("m/", path));
  path[2 * 47] = 'm'; /* the last that is split off */
  path[2 * 100 - 1] = '\0';
  assert_true(matches("m/", path));
  path[2 * 48 - 1] = '\0';
  assert_true(matches("m", path));
  assert_false(matches("m/", path));
}

static double seconds(void)
{
  struct timespec now;

  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* A matcher that tries every way would need ages for each of these. */
static void test_no_blow_up(void **state)
{
  static const char *const patterns[] = {
    "*a*a*a*a*a*a*a*a*a*a*a*a*b",
    "**/a/**/a/**/a/**/a/**/a/**/a/**/b",
    "**/*a*a*a*b/**/*a*a*a*b/**/c",
  };
  size_t len = (size_t)256 * 1024;
  AUTO_FREE char *text = malloc(len);
  double start = seconds();

  (void)state;
  assert_non_null(text);
  for (size_t i = 0; i < ARRAY_LEN(patterns); i++) {
    CLEANUP(arena_release) struct arena arena = ARENA_INIT;
    struct pattern pattern;
    struct error err;

    assert_int_equal(pattern_compile(&pattern, str_of(patterns[i]), &arena, &err), 0);
    memset(text, 'a', len);
    assert_false(pattern_matches(&pattern, (struct str) { text, len }, false));
    for (size_t j = 1; j < len; j += 2)
      text[j] = '/';
    assert_false(pattern_matches(&pattern, (struct str) { text, len }, true));
  }
  assert_true(seconds() - start < 60);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_rows),       cmocka_unit_test(test_properties),
    cmocka_unit_test(test_lines),      cmocka_unit_test(test_errors),
    cmocka_unit_test(test_long_paths), cmocka_unit_test(test_no_blow_up),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
