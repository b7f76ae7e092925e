/* image/manifest: OCI manifest.md and Docker's image manifest version 2, schema 2. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "image/manifest.h"

#define HEX "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
#define D "{\"mediaType\":\"application/x\",\"digest\":\"sha256:" HEX "\",\"size\":2}"
#define START "{\"schemaVersion\":2,"
#define C "\"config\":" D

static void test_parse(void **state)
{
  static const struct {
    const char *json;
    const char *message; /* NULL: it parses */
    enum error_code code;
  } cases[] = {
    { START C ",\"layers\":[]}", NULL, 0 },
    { START C "}", NULL, 0 },
    { START C ",\"layers\":[" D "," D "]}", NULL, 0 },
    { START C ",\"mediaType\":\"" MEDIA_DOCKER_MANIFEST "\"}", NULL, 0 },
    { START C ",\"subject\":" D ",\"annotations\":{},\"artifactType\":\"x/y\"}", NULL, 0 },
    { "[]", "expected a manifest", ERROR_CORRUPT },
    { START "\"layers\":[]}", "\"config\": missing", ERROR_CORRUPT },
    { START "\"config\":[]}", "\"config\": expected an object", ERROR_CORRUPT },
    { START "\"config\":{}}", "\"config\": field \"digest\"", ERROR_CORRUPT },
    { START C ",\"manifests\":[]}", "\"manifests\": a manifest has none", ERROR_CORRUPT },
    { START C ",\"layers\":[" D ",{}]}", "\"layers\": element 1", ERROR_CORRUPT },
    { START C ",\"layers\":{}}", "\"layers\": expected an array", ERROR_CORRUPT },
    { START C ",\"layers\":[" D "," D "," D "]}", "at most 2 allowed, found 3", ERROR_LIMIT },
    { START C ",\"mediaType\":\"" MEDIA_OCI_INDEX "\"}", "the type of a manifest", ERROR_CORRUPT },
    { START C ",\"mediaType\":7}", "\"mediaType\": expected a string", ERROR_CORRUPT },
    { START C ",\"artifactType\":7}", "\"artifactType\"", ERROR_CORRUPT },
    { START C ",\"annotations\":{\"a\":null}}", "\"annotations\"", ERROR_CORRUPT },
    { START C ",\"subject\":7}", "\"subject\"", ERROR_CORRUPT },
    { "{\"schemaVersion\":1,\"fsLayers\":[]}", "schema 1", ERROR_UNSUPPORTED },
    { "{\"schemaVersion\":3," C "}", "\"schemaVersion\": expected 2, found 3", ERROR_CORRUPT },
    { "{" C "}", "\"schemaVersion\" is missing: expected 2", ERROR_CORRUPT },
  };
  struct limits limits = limits_scaled(1);

  (void)state;
  limits.layers = 2;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    struct manifest manifest;
    struct error err = { 0 };
    int result = manifest_parse(&manifest, str_of(cases[i].json), &limits, &err);

    if ((result == 0) != (cases[i].message == NULL))
      fail_msg("%s: result %d (%s)", cases[i].json, result, err.message);
    assert_int_equal(err.code, cases[i].code);
    if (result < 0 && !strstr(err.message, cases[i].message))
      fail_msg("%s: found the message: %s", cases[i].json, err.message);
    if (result == 0)
      manifest_release(&manifest);
  }
}

static void test_fields(void **state)
{
  struct limits limits = limits_scaled(1);
  struct manifest manifest;
  struct error err;

  (void)state;
  assert_int_equal(manifest_parse(&manifest,
                                  STR(START C ",\"layers\":[" D "],\"artifactType\":\"x/y\"}"),
                                  &limits, &err),
                   0);
  assert_int_equal(manifest.n_layers, 1);
  assert_string_equal(manifest.layers[0].media_type, "application/x");
  assert_string_equal(manifest.config.media_type, "application/x");
  assert_string_equal(manifest.artifact_type, "x/y");
  assert_false(manifest.has_subject);
  manifest_release(&manifest);
}

int main(void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test(test_parse), cmocka_unit_test(test_fields) };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
