/* In-toto statements, against the in-toto attestation framework's Statement layer (v0.1, v1) and
 * the schemas of SLSA provenance v0.2 and v1, SPDX 2.3 and CycloneDX 1.4. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "image/json.h"
#include "image/statement.h"

#define V01 "\"_type\":\"https://in-toto.io/Statement/v0.1\""
#define V1 "\"_type\":\"https://in-toto.io/Statement/v1\""
#define P "\"predicateType\":\"p\""

static void test_parse(void **state)
{
  static const struct {
    const char *json, *message; /* message NULL: it is one */
  } rows[] = {
    { "{" V01 "," P "}", NULL },
    { "{" V1 "," P ",\"subject\":[],\"predicate\":{}}", NULL },
    { "{" V1 "," P ",\"subject\":[{\"name\":\"n\",\"digest\":{\"sha256\":\"00\"}},{}]}", NULL },
    { "{" V1 "," P ",\"predicate\":7,\"more\":[]}", NULL },
    { "", "JSON" },
    { "[]", "expected an in-toto statement" },
    { "{" P "}", "field \"_type\"" },
    { "{\"_type\":\"https://in-toto.io/Link/v1\"," P "}", "found \"https://in-toto.io/Link/v1\"" },
    { "{\"_type\":7," P "}", "field \"_type\": expected a string" },
    { "{" V1 "}", "field \"predicateType\": missing" },
    { "{" V1 ",\"predicateType\":[]}", "field \"predicateType\": expected a string" },
    { "{" V1 "," P ",\"subject\":{}}", "field \"subject\": expected an array" },
    { "{" V1 "," P ",\"subject\":[{},7]}", "field \"subject\": element 1: expected an object" },
    { "{" V1 "," P ",\"subject\":[{\"name\":7}]}", "element 0: field \"name\"" },
    { "{" V1 "," P ",\"subject\":[{\"digest\":{\"sha256\":7}}]}", "element 0: field \"digest\"" },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    struct statement statement = { 0 };
    struct error err = { 0 };
    int result = statement_parse(&statement, str_of(rows[i].json), &err);

    if ((result == 0) != (rows[i].message == NULL))
      fail_msg("%s: %d", rows[i].json, result);
    if (result < 0 && !strstr(err.message, rows[i].message))
      fail_msg("%s: found %s", rows[i].json, err.message);
    if (result == 0)
      assert_string_equal(statement.predicate_type, "p");
    statement_release(&statement);
  }
}

static void test_times(void **state)
{
  static const struct {
    const char *predicate, *rest;
  } rows[] = {
    { "{\"metadata\":{\"buildStartedOn\":\"t\",\"buildFinishedOn\":\"t\",\"reproducible\":true}}",
      "{\"metadata\":{\"reproducible\":true}}" },
    { "{\"runDetails\":{\"metadata\":{\"startedOn\":\"t\",\"finishedOn\":\"t\",\"invocationId\":"
      "\"i\"}}}",
      "{\"runDetails\":{\"metadata\":{\"invocationId\":\"i\"}}}" },
    { "{\"creationInfo\":{\"created\":\"t\",\"creators\":[]},\"created\":\"t\"}",
      "{\"creationInfo\":{\"creators\":[]},\"created\":\"t\"}" },
    { "{\"metadata\":{\"timestamp\":\"t\"},\"timestamp\":\"t\"}",
      "{\"metadata\":{},\"timestamp\":\"t\"}" },
    { "{\"metadata\":[\"buildStartedOn\"]}", "{\"metadata\":[\"buildStartedOn\"]}" },
    { "7", "7" },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    struct error err;
    struct statement statement;
    char text[512];
    char wanted_text[512];

    snprintf(text, sizeof(text), "{" V1 "," P ",\"predicate\":%s}", rows[i].predicate);
    snprintf(wanted_text, sizeof(wanted_text), "{" V1 "," P ",\"predicate\":%s}", rows[i].rest);
    assert_int_equal(statement_parse(&statement, str_of(text), &err), 0);
    {
      AUTO_JSON rest = statement_without_times(&statement);
      AUTO_JSON wanted = json_parse(str_of(wanted_text), &err);
      AUTO_JSON whole = json_parse(str_of(text), &err);

      assert_true(json_equal(rest, wanted));
      assert_true(json_equal(statement.json, whole));
    }
    statement_release(&statement);
  }
}

static void test_media_type(void **state)
{
  static const struct {
    const char *type;
    bool is;
  } rows[] = {
    { "application/vnd.in-toto+json", true },
    { "application/vnd.in-toto+json; x=y", true },
    { "application/vnd.in-toto+jsonl", false },
    { "application/vnd.in-toto+dsse", false },
    { "application/json", false },
    { "", false },
  };
  struct digest digest = digest_of(DIGEST_SHA256, "", 0);

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    struct descriptor blob = descriptor_make(rows[i].type, &digest, 0);

    assert_int_equal(descriptor_is_statement(&blob), rows[i].is);
    descriptor_release(&blob);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test(test_parse), cmocka_unit_test(test_times),
                                      cmocka_unit_test(test_media_type) };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
