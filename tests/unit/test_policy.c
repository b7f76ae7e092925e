/* Which rule leaves out what, policy files, and what is wrong with them. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "policy/policy.h"

static void must(int result, const struct error *err)
{
  if (result)
    fail_msg("%s", err->message);
}

static struct policy *policy_of(const char *lines)
{
  struct policy *policy = policy_new();
  struct error err;

  must(policy_read_lines(policy, str_of(lines), "f", &err), &err);
  return policy;
}

static const char *hides(const struct policy *policy, const char *path)
{
  struct str s = str_of(path);
  const struct policy_rule *rule = policy_hides_path(policy, s, str_has_suffix(s, STR("/")));

  return rule ? rule->text : "none";
}

static void test_paths(void **state)
{
  static const struct {
    const char *lines, *path, *rule;
  } rows[] = {
    { "*.log\n", "var/x.log", "*.log" },
    { "*.log\n!x.log\n", "var/x.log", "none" },
    { "*.log\n!x.log\nvar/x.log\n", "var/x.log", "var/x.log" },
    { "!x.log\n*.log\n", "var/x.log", "*.log" },
    /* what lies in a directory that is left out cannot be taken back */
    { "var/\n!var/keep\n", "var/keep", "var/" },
    { "var/*\n!var/keep\n", "var/keep", "none" },
    { "var/*\n!var/keep\n", "var/other", "var/*" },
    { "var/*\n!var/keep/\n", "var/keep/x", "none" },
    { "var/*\n!var/keep/\nvar/keep/*\n!x\n", "var/keep/x", "none" },
    { "/*\n!/foo\n/foo/*\n!/foo/bar\n", "foo/bar/x", "none" },
    { "/*\n!/foo\n/foo/*\n!/foo/bar\n", "foo/baz", "/foo/*" },
    { "/*\n!/foo\n/foo/*\n!/foo/bar\n", "bar/foo", "/*" },
    { "foo/\n", "foo", "none" },
    { "foo/\n", "foo/", "foo/" },
    { "foo/\n", "./foo/x", "foo/" },
    { "*\n", "./", "none" },
    { "*\n", "", "none" },
    { "# *\n\n\\#x\r\n", "#x", "\\#x" },
    { "\xef\xbb\xbfx\n", "x", "x" },
    { "a\nb", "b", "b" },
    { "[\n", "[", "none" },
    { "", "x", "none" },
  };

  (void)state;
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    AUTO_POLICY policy = policy_of(rows[i].lines);

    if (strcmp(hides(policy, rows[i].path), rows[i].rule) != 0)
      fail_msg("row %zu, \"%s\": expected %s, found %s", i, rows[i].path, rows[i].rule,
               hides(policy, rows[i].path));
  }
}

/* More rules than find room on the stack. */
static void test_many_rules(void **state)
{
  AUTO_POLICY policy = policy_new();
  struct error err;
  char text[32];

  (void)state;
  for (int i = 0; i < 1000; i++) {
    snprintf(text, sizeof(text), "/dir/%d", i);
    must(policy_add_path(policy, str_of(text), POLICY_COMMAND_LINE, NULL, &err), &err);
  }
  assert_string_equal(hides(policy, "dir/0"), "/dir/0");
  assert_string_equal(hides(policy, "dir/999/x"), "/dir/999");
  assert_string_equal(hides(policy, "dir/1000"), "none");
}

static void test_no_policy(void **state)
{
  const struct policy_field mtime = { FIELD_MTIME, { NULL, 0 } };
  AUTO_POLICY empty = policy_new();
  size_t n = 1;

  (void)state;
  assert_true(policy_is_empty(NULL));
  assert_true(policy_is_empty(empty));
  assert_null(policy_hides_path(NULL, STR("x"), false));
  assert_null(policy_hides_path(empty, STR("x"), false));
  assert_null(policy_hides_field(NULL, &mtime, STR("x"), false));
  assert_null(policy_hides_field(empty, &mtime, STR("x"), false));
  policy_rules(NULL, &n);
  assert_int_equal(n, 0);
}

static struct policy_field field_called(const char *name)
{
  struct policy_field field;
  struct error err;

  must(field_parse(&field, str_of(name), &err), &err);
  return field;
}

static void test_fields(void **state)
{
  static const struct {
    const char *rules[3], *field, *path;
    bool hidden;
  } rows[] = {
    { { "mtime" }, "mtime", "a/b", true },
    { { "mtime" }, "mode", "a/b", false },
    { { "uid,gid,mode" }, "gid", "a/b", true },
    { { "mtime" }, "pax.mtime", "a/b", true },
    { { "mtime" }, "pax.atime", "a/b", false },
    { { "ctime" }, "pax.LIBARCHIVE.creationtime", "a/b", true },
    { { "pax" }, "pax.mtime", "a/b", true },
    { { "pax.comment" }, "pax.mtime", "a/b", false },
    { { "pax" }, "xattr.user.x", "a/b", false },
    { { "xattr" }, "xattr.user.x", "a/b", true },
    { { "xattr.user.x" }, "xattr.user.x", "a/b", true },
    { { "xattr.user.x" }, "xattr.user.xy", "a/b", false },
    { { "content" }, "size", "a/b", true },
    { { "content" }, "pax.size", "a/b", true },
    { { "size" }, "content", "a/b", false },
    { { "presence" }, "presence", "a/b", true },
    /* with a pattern */
    { { "mtime,mode:/usr/lib/**" }, "mode", "usr/lib/x", true },
    { { "mtime,mode:/usr/lib/**" }, "mode", "usr/lib/", false },
    { { "mtime,mode:/usr/lib/**" }, "mode", "usr/libx", false },
    { { "mtime:*.pyc" }, "mtime", "usr/lib/x.pyc", true },
    { { "mtime:/usr/" }, "mtime", "usr/x", true },
    /* taken back */
    { { "mtime", "mtime:!/etc/**" }, "mtime", "etc/x", false },
    { { "mtime", "mtime:!/etc/**" }, "mtime", "usr/x", true },
    { { "mtime", "mode:!/etc/**" }, "mtime", "etc/x", true },
    { { "mtime:/etc", "mtime:!/etc/x" }, "mtime", "etc/x", true },
    { { "mtime:!/etc/**", "mtime" }, "mtime", "etc/x", true },
    /* documents */
    { { "created" }, "created", "", true },
    { { "config.Labels" }, "config.Labels.x", "", true },
    { { "config.Labels.x" }, "config.Labels.x", "", true },
    { { "config.Labels.x" }, "config.Labels.xy", "", false },
    { { "config" }, "config.Env", "", true },
    { { "config.Env" }, "config.Entrypoint", "", false },
    { { "os" }, "os.version", "", true },
    { { "annotations" }, "annotations.a.b", "", true },
    { { "annotations.a" }, "annotations.a.b", "", false },
    { { "mtime" }, "created", "", false },
    { { "mtime", "mode:*" }, "mtime", "", true }, /* the root directory */
  };

  (void)state;
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    const struct policy_field field = field_called(rows[i].field);
    AUTO_POLICY policy = policy_new();
    struct str path = str_of(rows[i].path);
    struct error err;

    for (size_t j = 0; j < 3 && rows[i].rules[j]; j++)
      must(policy_add_fields(policy, str_of(rows[i].rules[j]), POLICY_COMMAND_LINE, NULL, &err),
           &err);
    if ((policy_hides_field(policy, &field, path, str_has_suffix(path, STR("/"))) != NULL) !=
        rows[i].hidden)
      fail_msg("row %zu: %s, %s of \"%s\"", i, rows[i].rules[0], rows[i].field, rows[i].path);
    assert_null(policy_hides_path(policy, path, false));
  }
}

/* The names that events give to fields, and what a user calls them. */
static void test_field_names(void **state)
{
  static const struct {
    enum field_place place;
    const char *event, *name;
  } rows[] = {
    { PLACE_ENTRY, "ModTime", "mtime" },
    { PLACE_ENTRY, "AccessTime", "atime" },
    { PLACE_ENTRY, "ChangeTime", "ctime" },
    { PLACE_ENTRY, "Digest", "content" },
    { PLACE_ENTRY, "Index", "order" },
    { PLACE_ENTRY, "Typeflag", "type" },
    { PLACE_ENTRY, "Size", "size" },
    { PLACE_ENTRY, "Linkname", "linkname" },
    { PLACE_ENTRY, "Xattr user.a b", "xattr.user.a b" },
    { PLACE_ENTRY, "PAX comment", "pax.comment" },
    { PLACE_ENTRY, "Member elf.flags", "member.elf.flags" },
    { PLACE_CONFIG, "config.Env[1]", "config.Env[1]" },
    { PLACE_ANNOTATIONS, "org.x", "annotations.org.x" },
    { PLACE_DOCUMENT, "mediaType", "mediaType" },
  };
  CLEANUP(arena_release) struct arena arena = ARENA_INIT;
  struct policy_field history = field_called("history");
  struct policy_field env = field_called("config.Env");
  struct policy_field found;

  (void)state;
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    assert_true(field_of_event(&found, rows[i].place, str_of(rows[i].event)));
    assert_string_equal(field_format(&found, &arena), rows[i].name);
  }
  assert_true(field_of_event(&found, PLACE_CONFIG, STR("history[0].created_by")));
  assert_true(field_covers(&history, &found));
  assert_true(field_of_event(&found, PLACE_CONFIG, STR("history (items)")));
  assert_true(field_covers(&history, &found));
  assert_true(field_of_event(&found, PLACE_CONFIG, STR("config.Env[1]")));
  assert_true(field_covers(&env, &found));
  assert_true(field_of_event(&found, PLACE_CONFIG, STR("config.Environment")));
  assert_false(field_covers(&env, &found));
  assert_false(field_of_event(&found, PLACE_ENTRY, STR("Name")));
}

static void test_wrong_fields(void **state)
{
  static const struct {
    const char *text, *says;
  } rows[] = {
    { "mtme", "unknown field \"mtme\"; known are presence, type, content" },
    { "", "unknown field \"\"" },
    { "mtime,", "unknown field \"\"" },
    { ",mtime", "unknown field \"\"" },
    { "mtime.x", "unknown field \"mtime.x\"" },
    { "xattr.", "unknown field \"xattr.\"" },
    { "config.Envv", "unknown field \"config.Envv\"" },
    { "mtime:", "expected a pattern behind ':'" },
    { "created:/etc", "field \"created\" belongs to no file" },
    { "mtime,config.Labels.x:/etc", "field \"config.Labels.x\" belongs to no file" },
  };

  (void)state;
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    AUTO_POLICY policy = policy_new();
    struct error err = { 0 };

    assert_int_equal(policy_add_fields(policy, str_of(rows[i].text), "x", NULL, &err), -1);
    assert_int_equal(err.code, ERROR_USAGE);
    if (!strstr(err.message, rows[i].says))
      fail_msg("\"%s\": %s", rows[i].text, err.message);
    assert_true(policy_is_empty(policy));
  }
}

static const char policy_text[] = "version: 1\n"
                                  "ignore:\n"
                                  "  - /var/log/\n"
                                  "  - path: '*.pyc'\n"
                                  "    reason: compiled on install\n"
                                  "  - '!keep.pyc'\n"
                                  "ignore-fields:\n"
                                  "  - fields: [mtime, xattr.user.x]\n"
                                  "    path: /usr/lib/**\n"
                                  "    reason: built twice\n"
                                  "  - created\n"
                                  "  - {fields: [config.Labels.a b]}\n";

static void test_policy_file(void **state)
{
  static const struct {
    const char *text, *source, *reason;
  } expected[] = {
    { "/var/log/", "p.yaml:3", NULL },
    { "*.pyc", "p.yaml:4", "compiled on install" },
    { "!keep.pyc", "p.yaml:6", NULL },
    { "mtime,xattr.user.x:/usr/lib/**", "p.yaml:8", "built twice" },
    { "created", "p.yaml:11", NULL },
    { "config.Labels.a b", "p.yaml:12", NULL },
  };
  const struct policy_field mtime = field_called("mtime");
  AUTO_POLICY policy = policy_new();
  struct policy_rule *const *rules;
  struct error err;
  size_t n;

  (void)state;
  must(policy_read_yaml(policy, str_of(policy_text), "p.yaml", &err), &err);
  rules = policy_rules(policy, &n);
  assert_int_equal(n, 6);
  for (size_t i = 0; i < n; i++) {
    assert_string_equal(rules[i]->text, expected[i].text);
    assert_string_equal(rules[i]->source, expected[i].source);
    if (expected[i].reason)
      assert_string_equal(rules[i]->reason, expected[i].reason);
    else
      assert_null(rules[i]->reason);
  }
  assert_string_equal(hides(policy, "a/x.pyc"), "*.pyc");
  assert_string_equal(hides(policy, "a/keep.pyc"), "none");
  assert_ptr_equal(policy_hides_field(policy, &mtime, STR("usr/lib/x"), false), rules[3]);
}

static void test_wrong_policies(void **state)
{
  static const struct {
    const char *text, *says;
    enum error_code code;
  } rows[] = {
    { "", "p:1:1: expected \"version: 1\"", ERROR_USAGE },
    { "ignore: []\n", "p:1:1: expected \"version: 1\"", ERROR_USAGE },
    { "version: 2\n", "p:1:10: version: expected 1", ERROR_USAGE },
    { "- a\n", "p:1:1: policy: expected a map, found a list", ERROR_USAGE },
    { "a\n", "p:1:1: policy: expected a map, found a string", ERROR_USAGE },
    { "version: 1\nignored: []\n", "p:2:1: unknown key \"ignored\"; known are version, ignore, ",
      ERROR_USAGE },
    { "version: 1\nignore: x\n", "p:2:9: ignore: expected a list, found a string", ERROR_USAGE },
    { "version: 1\nignore:\n  - [a]\n", "p:3:5: ignore: expected a map, found a list",
      ERROR_USAGE },
    { "version: 1\nignore:\n  - paths: a\n", "p:3:5: unknown key \"paths\"; known are path, reason",
      ERROR_USAGE },
    { "version: 1\nignore:\n  - reason: a\n", "p:3:5: ignore: expected a path, found nothing",
      ERROR_USAGE },
    { "version: 1\nignore:\n  - path: [a]\n", "p:3:11: path: expected a string, found a list",
      ERROR_USAGE },
    { "version: 1\nignore:\n  -\n", "p:3:4: ignore: expected a path, found nothing", ERROR_USAGE },
    { "version: 1\nignore-fields:\n  - mtme\n", "p:3:5: unknown field \"mtme\"", ERROR_USAGE },
    { "version: 1\nignore-fields:\n  - fields: [mtime, mtme]\n", "p:3:21: unknown field \"mtme\"",
      ERROR_USAGE },
    { "version: 1\nignore-fields:\n  - fields: mtime\n",
      "p:3:13: fields: expected a list, found a string", ERROR_USAGE },
    { "version: 1\nignore-fields:\n  - path: a\n", "p:3:5: expected the key \"fields\"",
      ERROR_USAGE },
    { "version: 1\nignore-fields:\n  - fields: []\n",
      "p:3:13: fields: expected a field, found none", ERROR_USAGE },
    { "version: 1\nignore-fields:\n  - fields: [created]\n    path: a\n",
      "p:3:5: field \"created\" belongs to no file", ERROR_USAGE },
    { "version: 1\nversion: 1\n", "p:2:1: key \"version\" stands here twice", ERROR_CORRUPT },
    { "version: &a 1\n", "p:1:10: tags and anchors are not used here", ERROR_CORRUPT },
    { "version: !!int 1\n", "p:1:10: tags and anchors are not used here", ERROR_CORRUPT },
    { "version: *a\n", "aliases", ERROR_CORRUPT },
    { "[a]: b\n", "p:1:1: a key has to be a string", ERROR_CORRUPT },
    { "version: 1\n---\nversion: 1\n", "p:2:1: expected one document only", ERROR_CORRUPT },
    { "version: 1\n  ignore: x\n", "p:2:9: ", ERROR_CORRUPT },
    { "version: \"1\n", "p:", ERROR_CORRUPT },
    { "version: \"\\0\"\n", "p:1:10: a zero byte", ERROR_CORRUPT },
    { "version: \xff\n", "p: at byte 9: ", ERROR_CORRUPT },
    { "a: [[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]\n", "nested too deep", ERROR_LIMIT },
  };

  (void)state;
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    AUTO_POLICY policy = policy_new();
    struct error err = { 0 };

    assert_int_equal(policy_read_yaml(policy, str_of(rows[i].text), "p", &err), -1);
    if (err.code != rows[i].code || !strstr(err.message, rows[i].says))
      fail_msg("row %zu: code %d: %s", i, (int)err.code, err.message);
  }
}

/* ---- files ---- */

static char directory[] = "/tmp/diffoci-policy-XXXXXX";

static int enter_directory(void **state)
{
  (void)state;
  return mkdtemp(directory) && chdir(directory) == 0 ? 0 : -1;
}

static int leave_directory(void **state)
{
  (void)state;
  return chdir("/") == 0 && rmdir(directory) == 0 ? 0 : -1;
}

static void write_file(const char *path, const char *text)
{
  FILE *out = fopen(path, "we");

  assert_non_null(out);
  assert_true(fputs(text, out) >= 0);
  assert_int_equal(fclose(out), 0);
}

static void test_files(void **state)
{
  AUTO_POLICY policy = policy_new();
  struct policy_rule *const *rules;
  struct error err = { 0 };
  size_t n;

  (void)state;
  /* no file is no error, unless it was named */
  assert_int_equal(policy_add_default_file(policy, &err), 1);
  assert_true(policy_is_empty(policy));
  assert_int_equal(policy_add_file(policy, POLICY_FILE_NAME, &err), -1);
  assert_int_equal(err.code, ERROR_NOT_FOUND);
  assert_int_equal(policy_add_ignore_file(policy, "x", &err), -1);
  assert_int_equal(err.code, ERROR_NOT_FOUND);
  assert_int_equal(policy_add_ignore_file(policy, ".", &err), -1);

  write_file(POLICY_FILE_NAME, policy_text);
  write_file("x", "# comment\na\n\nb  \n");
  must(policy_add_default_file(policy, &err), &err);
  must(policy_add_ignore_file(policy, "x", &err), &err);
  rules = policy_rules(policy, &n);
  assert_int_equal(n, 8);
  assert_string_equal(rules[0]->source, ".diffoci.yaml:3");
  assert_string_equal(rules[6]->source, "x:2");
  assert_string_equal(rules[7]->source, "x:4");
  assert_string_equal(rules[7]->text, "b");
  unlink("x");

  write_file(POLICY_FILE_NAME, "version: 3\n");
  assert_int_equal(policy_add_default_file(policy, &err), -1);
  assert_non_null(strstr(err.message, ".diffoci.yaml:1:10: version"));
  unlink(POLICY_FILE_NAME);
}

static void *count_many(void *rule)
{
  for (int i = 0; i < 10000; i++)
    policy_count(rule);
  return NULL;
}

static void test_counting(void **state)
{
  AUTO_POLICY policy = policy_of("a\n");
  struct policy_rule *rule = policy_hides_path(policy, STR("a"), false);
  pthread_t threads[4];

  (void)state;
  assert_int_equal(policy_hidden(rule), 0);
  for (int i = 0; i < 4; i++)
    assert_int_equal(pthread_create(&threads[i], NULL, count_many, rule), 0);
  for (int i = 0; i < 4; i++)
    assert_int_equal(pthread_join(threads[i], NULL), 0);
  assert_int_equal(policy_hidden(rule), 40000);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_paths),
    cmocka_unit_test(test_many_rules),
    cmocka_unit_test(test_no_policy),
    cmocka_unit_test(test_fields),
    cmocka_unit_test(test_field_names),
    cmocka_unit_test(test_wrong_fields),
    cmocka_unit_test(test_policy_file),
    cmocka_unit_test(test_wrong_policies),
    cmocka_unit_test_setup_teardown(test_files, enter_directory, leave_directory),
    cmocka_unit_test(test_counting),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
