/* net/toml against the TOML 1.0 specification, net/registries against
 * containers-registries.conf(5). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "file_tree.h"
#include "image/json.h"
#include "net/config/registries.h"
#include "net/config/toml.h"

static void test_toml(void **state)
{
  static const struct {
    const char *toml, *json;
  } samples[] = {
    { "", "{}" },
    { "# nothing\n\n \t\r\n", "{}" },
    { "\xef\xbb\xbf"
      "a = 1",
      "{\"a\":1}" },
    { "a = true # x\nb=false\n-_9 = -12", "{\"a\":true,\"b\":false,\"-_9\":-12}" },
    { "a = \"x\\t\\\"\\\\\\u00e9\\U0001F600\"",
      "{\"a\":\"x\\t\\\"\\\\\xc3\xa9\xf0\x9f\x98\x80\"}" },
    { "a = 'C:\\x'", "{\"a\":\"C:\\\\x\"}" },
    { "\"a b\" = 1\n'c.d' = 2\n\"\" = 3", "{\"a b\":1,\"c.d\":2,\"\":3}" },
    { "a.b.\"c\" = 1\na . d = 2", "{\"a\":{\"b\":{\"c\":1},\"d\":2}}" },
    { "a = []\nb = [1, 2,]\nc = [\n \"x\", # y\n\n \"z\"\n]\r\n",
      "{\"a\":[],\"b\":[1,2],\"c\":[\"x\",\"z\"]}" },
    { "a = { b = 1, \"c\" = [ {} ] }", "{\"a\":{\"b\":1,\"c\":[{}]}}" },
    { "[a]\nb = 1\n[c.d]\ne = 2\n[ f . g ]",
      "{\"a\":{\"b\":1},\"c\":{\"d\":{\"e\":2}},\"f\":{\"g\":{}}}" },
    { "[[a]]\nb = 1\n[[a]]\nb = 2\n[[a.c]]\nd = 3\n[[a.c]]\nd = 4",
      "{\"a\":[{\"b\":1},{\"b\":2,\"c\":[{\"d\":3},{\"d\":4}]}]}" },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
    struct error err;
    AUTO_JSON found = toml_parse(str_of(samples[i].toml), &err);
    AUTO_JSON wanted = json_parse(str_of(samples[i].json), &err);

    assert_non_null(wanted);
    if (!json_equal(found, wanted))
      fail_msg("%s", samples[i].toml);
  }
}

static void test_bad_toml(void **state)
{
  static const struct {
    const char *toml;
    enum error_code code;
    const char *line;
  } samples[] = {
    { "a", ERROR_CORRUPT, "line 1" },
    { "\n\na =", ERROR_CORRUPT, "line 3" },
    { "= 1", ERROR_CORRUPT, "line 1" },
    { "a = 1 b = 2", ERROR_CORRUPT, "line 1" },
    { "a = 1\na = 2", ERROR_CORRUPT, "line 2" },
    { "a = 1\n[a]", ERROR_CORRUPT, "line 2" },
    { "a = 1\n[[a]]", ERROR_CORRUPT, "line 2" },
    { "a.b = 1\na.b.c = 2", ERROR_CORRUPT, "line 2" },
    { "a = []\n[a]", ERROR_CORRUPT, "line 2" },
    { "a = \"x", ERROR_CORRUPT, "line 1" },
    { "a = \"x\ny\"", ERROR_CORRUPT, "line 1" },
    { "a = \"\\q\"", ERROR_CORRUPT, "line 1" },
    { "a = \"\\u12\"", ERROR_CORRUPT, "line 1" },
    { "a = \"\\u0000\"", ERROR_CORRUPT, "line 1" },
    { "a = \"\\ud800\"", ERROR_CORRUPT, "line 1" },
    { "a = \"\\Uffffffff\"", ERROR_CORRUPT, "line 1" },
    { "a = \"\xff\"", ERROR_CORRUPT, "line 1" },
    { "\"\xff\" = 1", ERROR_CORRUPT, "line 1" },
    { "a = [1", ERROR_CORRUPT, "line 1" },
    { "a = [1 2]", ERROR_CORRUPT, "line 1" },
    { "a = {b = 1", ERROR_CORRUPT, "line 1" },
    { "a = {b = 1\n}", ERROR_CORRUPT, "line 1" },
    { "[a", ERROR_CORRUPT, "line 1" },
    { "[[a]", ERROR_CORRUPT, "line 1" },
    { "[]", ERROR_CORRUPT, "line 1" },
    { "a = yes", ERROR_CORRUPT, "line 1" },
    { "a = [[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]", ERROR_CORRUPT, "nested too deep" },
    { "a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a = 1", ERROR_CORRUPT, "too many parts" },
    { "a = \"\"\"x\"\"\"", ERROR_UNSUPPORTED, "over several lines" },
    { "a = '''x'''", ERROR_UNSUPPORTED, "over several lines" },
    { "a = 1.5", ERROR_UNSUPPORTED, "whole decimal" },
    { "a = 0x10", ERROR_UNSUPPORTED, "whole decimal" },
    { "a = 1_000", ERROR_UNSUPPORTED, "whole decimal" },
    { "a = 2026-01-01", ERROR_UNSUPPORTED, "whole decimal" },
    { "a = inf", ERROR_UNSUPPORTED, "whole decimal" },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
    struct error err = { 0 };
    AUTO_JSON found = toml_parse(str_of(samples[i].toml), &err);

    if (found || err.code != samples[i].code || !strstr(err.message, samples[i].line))
      fail_msg("%s: %s", samples[i].toml, err.message);
  }
}

/* The endpoints as one line: "DOMAIN PATH[!];…", ! for insecure. */
static void assert_endpoints(const char *conf, const char *domain, const char *path, bool by_digest,
                             const char *wanted)
{
  struct registries *registries = registries_new();
  struct endpoint_list list = { 0 };
  struct error err = { 0 };
  char text[1024] = "";
  size_t used = 0;

  assert_int_equal(registries_add(registries, str_of(conf), &err), 0);
  if (registries_endpoints(registries, domain, path, by_digest, &list, &err) < 0)
    snprintf(text, sizeof(text), "error %d", err.code);
  for (size_t i = 0; i < list.n; i++)
    used += (size_t)snprintf(text + used, sizeof(text) - used, "%s %s%s;", list.items[i].domain,
                             list.items[i].path, list.items[i].insecure ? "!" : "");
  assert_string_equal(text, wanted);
  endpoint_list_release(&list);
  registries_free(registries);
}

#define REGISTRY "[[registry]]\n"
#define MIRROR "[[registry.mirror]]\n"

static void test_endpoints(void **state)
{
  static const char mirrors[] =
      REGISTRY "location = 'docker.io'\n" MIRROR "location = 'm.io/hub'\n" MIRROR
               "location = 'n.io:5000'\ninsecure = true\n";
  static const char nested[] = REGISTRY "prefix = 'x.io'\nlocation = 'y.io'\n" REGISTRY
                                        "prefix = 'x.io/team'\nlocation = 'z.io/t'\n";

  (void)state;
  assert_endpoints("", "x.io", "a/b", false, "x.io a/b;");
  assert_endpoints(mirrors, "docker.io", "library/a", false,
                   "m.io hub/library/a;n.io:5000 library/a!;docker.io library/a;");
  assert_endpoints(mirrors, "x.io", "a", false, "x.io a;");
  assert_endpoints(nested, "x.io", "a", false, "y.io a;");
  assert_endpoints(nested, "x.io", "team/a", false, "z.io t/a;");
  assert_endpoints(nested, "x.io", "team", false, "z.io t;");
  assert_endpoints(nested, "x.io", "teams/a", false, "y.io teams/a;");
  assert_endpoints(nested, "x.io:5000", "a", false, "x.io:5000 a;");
  assert_endpoints(nested, "ax.io", "a", false, "ax.io a;");
  assert_endpoints(REGISTRY "prefix = '*.x.io'\ninsecure = true\n", "a.b.x.io", "c", false,
                   "a.b.x.io c!;");
  assert_endpoints(REGISTRY "prefix = '*.x.io'\n" MIRROR "location = 'm.io'\n", "x.io", "c", false,
                   "x.io c;");
  assert_endpoints(REGISTRY "prefix = '*.x.io'\nlocation = 'm.io'\n", "a.x.io", "c", false,
                   "m.io c;");
  assert_endpoints(REGISTRY "prefix = 'x.io'\nblocked = true\n", "x.io", "a", false, "error 7");
}

static void test_mirror_kinds(void **state)
{
  static const char kinds[] = REGISTRY
      "location = 'x.io'\n" MIRROR "location = 'd.io'\npull-from-mirror = 'digest-only'\n" MIRROR
      "location = 't.io'\npull-from-mirror = 'tag-only'\n" MIRROR "location = 'a.io'\n";
  static const char only[] =
      REGISTRY "location = 'x.io'\nmirror-by-digest-only = true\n" MIRROR "location = 'm.io'\n";

  (void)state;
  assert_endpoints(kinds, "x.io", "a", false, "t.io a;a.io a;x.io a;");
  assert_endpoints(kinds, "x.io", "a", true, "d.io a;a.io a;x.io a;");
  assert_endpoints(only, "x.io", "a", false, "x.io a;");
  assert_endpoints(only, "x.io", "a", true, "m.io a;x.io a;");
}

static void test_bad_conf(void **state)
{
  static const struct {
    const char *conf, *says;
  } samples[] = {
    { "registry = 7", "[[registry]]" },
    { REGISTRY, "a prefix or a location" },
    { REGISTRY "location = 7", "expected a string" },
    { REGISTRY "location = 'x'\ninsecure = 'yes'", "expected a boolean" },
    { REGISTRY "location = 'https://x'", "found a URL" },
    { REGISTRY "location = 'x?y'", "HOST[:PORT][/PATH]" },
    { REGISTRY "location = 'u:p@x'", "HOST[:PORT][/PATH]" },
    { REGISTRY "location = 'x'\n" MIRROR, "mirror 0: expected a location" },
    { REGISTRY "location = 'x'\n" MIRROR "location = 'y'\npull-from-mirror = 'z'", "digest-only" },
    { "[registries.search]\nregistries = ['docker.io']", "version 1" },
    { "[aliases]\na = 7", "expected a string" },
    { "unqualified-search-registries = 'x'", "expected an array" },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
    struct registries *registries = registries_new();
    struct error err = { 0 };

    if (registries_add(registries, str_of(samples[i].conf), &err) == 0 ||
        !strstr(err.message, samples[i].says))
      fail_msg("%s: %s", samples[i].conf, err.message);
    registries_free(registries);
  }
}

static void test_several_files(void **state)
{
  struct registries *registries = registries_new();
  struct error err;

  (void)state;
  assert_int_equal(
      registries_add(registries, STR("[aliases]\na = 'x/a'\nb = 'x/b'\nc = ''\n"), &err), 0);
  assert_int_equal(registries_add(registries, STR("[aliases]\na = 'y/a'\n"), &err), 0);
  assert_string_equal(registries_alias(registries, STR("a")), "y/a");
  assert_string_equal(registries_alias(registries, STR("b")), "x/b");
  assert_null(registries_alias(registries, STR("c")));
  assert_null(registries_alias(registries, STR("d")));
  registries_free(registries);
}

/* Which place an alias comes from; "-": none has it. */
static void assert_from(const struct registries *registries, const char *name, const char *place)
{
  const char *found = registries_alias(registries, str_of(name));
  AUTO_FREE char *wanted = xasprintf("%s/%s", place, name);

  if (strcmp(place, "-") == 0)
    assert_null(found);
  else
    assert_string_equal(found, wanted);
}

/* containers-registries.conf.d(5): the user's file alone with the user's drop-ins, or else the
 * system's with all. */
static void test_places(void **state)
{
  static const struct {
    int files, drop_ins;   /* bits: 1 user, 2 system, 4 distribution */
    const char *a, *b, *c; /* from a main file; from drop-ins; from a drop-in read last */
  } samples[] = {
    { 7, 0, "user", "-", "-" },      { 6, 0, "system", "-", "-" },    { 4, 0, "dist", "-", "-" },
    { 0, 0, "-", "-", "-" },         { 7, 7, "user", "user", "z" },   { 3, 6, "user", "-", "-" },
    { 6, 7, "system", "user", "z" }, { 4, 6, "dist", "system", "z" }, { 0, 4, "-", "dist", "z" },
  };
  static const char *const names[] = { "user", "system", "dist" };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
    AUTO_FREE char *root = tree_new();
    AUTO_FREE char *command = xasprintf("rm -r '%s'", root);
    char *places[REGISTRIES_PLACES];
    struct registries *registries;
    struct error err;

    for (int k = 0; k < REGISTRIES_PLACES; k++) {
      AUTO_FREE char *text = xasprintf("[aliases]\na = '%s/a'\n", names[k]);
      AUTO_FREE char *more = xasprintf("[aliases]\nb = '%s/b'\nc = 'y/c'\n", names[k]);
      AUTO_FREE char *dir = NULL;

      places[k] = xasprintf("%s/%s", root, names[k]);
      dir = xasprintf("%s/registries.conf.d", places[k]);
      assert_int_equal(mkdir(places[k], 0700), 0);
      if (samples[i].files & 1 << k)
        tree_write(places[k], "registries.conf", text);
      if (!(samples[i].drop_ins & 1 << k))
        continue;
      assert_int_equal(mkdir(dir, 0700), 0);
      tree_write(dir, "20.conf", "[aliases]\nc = 'z/c'\n");
      tree_write(dir, "10.conf", more);
      tree_write(dir, "30.txt", "no TOML");
      tree_write(dir, ".40.conf", "no TOML");
    }
    registries = registries_load_from((const char *const *)places, &err);
    assert_non_null(registries);
    assert_from(registries, "a", samples[i].a);
    assert_from(registries, "b", samples[i].b);
    assert_from(registries, "c", samples[i].c);
    registries_free(registries);
    for (int k = 0; k < REGISTRIES_PLACES; k++)
      free(places[k]);
    assert_int_equal(system(command), 0);
  }
}

static void test_no_user(void **state)
{
  AUTO_FREE char *root = tree_new();
  AUTO_FREE char *command = xasprintf("rm -r '%s'", root);
  const char *const places[REGISTRIES_PLACES] = { NULL, root, "/dev/null/x" };
  struct registries *registries;
  struct error err;

  (void)state;
  tree_write(root, "registries.conf", "[aliases]\na = 'x/a'\n");
  registries = registries_load_from(places, &err);
  assert_non_null(registries);
  assert_from(registries, "a", "x");
  registries_free(registries);
  tree_write(root, "registries.conf", "[aliases]\na = 7\n");
  assert_null(registries_load_from(places, &err));
  assert_non_null(strstr(err.message, "registries.conf"));
  assert_int_equal(system(command), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_toml),      cmocka_unit_test(test_bad_toml),
    cmocka_unit_test(test_endpoints), cmocka_unit_test(test_mirror_kinds),
    cmocka_unit_test(test_bad_conf),  cmocka_unit_test(test_several_files),
    cmocka_unit_test(test_places),    cmocka_unit_test(test_no_user),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
