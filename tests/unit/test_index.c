/* image/index: OCI image-index.md and Docker's manifest list. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "image/index.h"

#define HEX "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
#define M                                                                                          \
  "{\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"digest\":\"sha256:" HEX         \
  "\",\"size\":2}"
#define V "\"schemaVersion\":2"

static void test_parse(void **state)
{
  static const struct {
    const char *json;
    const char *message; /* NULL: it parses */
    enum error_code code;
  } cases[] = {
    { "{" V ",\"manifests\":[]}", NULL, 0 },
    { "{" V ",\"manifests\":null}", NULL, 0 },
    { "{" V ",\"manifests\":[" M "," M "]}", NULL, 0 },
    { "{" V ",\"mediaType\":\"" MEDIA_OCI_INDEX "\",\"manifests\":[]}", NULL, 0 },
    { "{" V ",\"mediaType\":\"" MEDIA_DOCKER_LIST "\",\"manifests\":[]}", NULL, 0 },
    { "{" V ",\"manifests\":[],\"subject\":" M ",\"annotations\":{\"a\":\"b\"}}", NULL, 0 },
    { "[]", "expected an index", ERROR_CORRUPT },
    { "{", "JSON", ERROR_CORRUPT },
    { "{\"manifests\":[]}", "\"schemaVersion\" is missing: expected 2", ERROR_CORRUPT },
    { "{\"schemaVersion\":1}", "\"schemaVersion\": expected 2, found 1", ERROR_CORRUPT },
    { "{\"schemaVersion\":\"2\"}", "\"schemaVersion\"", ERROR_CORRUPT },
    { "{" V ",\"mediaType\":\"" MEDIA_OCI_MANIFEST "\"}", "the type of an index", ERROR_CORRUPT },
    { "{" V ",\"mediaType\":\"text/plain\"}", "the type of an index", ERROR_CORRUPT },
    { "{" V ",\"manifests\":[],\"config\":" M "}", "\"config\": an index has none", ERROR_CORRUPT },
    { "{" V ",\"manifests\":[],\"layers\":[]}", "\"layers\": an index has none", ERROR_CORRUPT },
    { "{" V ",\"manifests\":{}}", "\"manifests\": expected an array", ERROR_CORRUPT },
    { "{" V ",\"manifests\":[" M ",1]}", "\"manifests\": element 1", ERROR_CORRUPT },
    { "{" V ",\"manifests\":[" M "," M "," M "]}", "at most 2 allowed, found 3", ERROR_LIMIT },
    { "{" V ",\"manifests\":[],\"subject\":{}}", "\"subject\": field \"digest\"", ERROR_CORRUPT },
    { "{" V ",\"manifests\":[],\"annotations\":{\"a\":1}}", "\"annotations\"", ERROR_CORRUPT },
    { "{" V ",\"manifests\":[],\"artifactType\":1}", "\"artifactType\"", ERROR_CORRUPT },
    { "{" V ",\"manifests\":[],\"Manifests\":[" M "]}", "duplicate", ERROR_CORRUPT },
  };
  struct limits limits = limits_scaled(1);

  (void)state;
  limits.manifests = 2;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    struct index index;
    struct error err = { 0 };
    int result = index_parse(&index, str_of(cases[i].json), &limits, &err);

    if ((result == 0) != (cases[i].message == NULL))
      fail_msg("%s: result %d (%s)", cases[i].json, result, err.message);
    assert_int_equal(err.code, cases[i].code);
    if (result < 0 && !strstr(err.message, cases[i].message))
      fail_msg("%s: found the message: %s", cases[i].json, err.message);
    if (result == 0)
      index_release(&index);
  }
}

static void test_fields(void **state)
{
  struct limits limits = limits_scaled(1);
  struct index index;
  struct error err;

  (void)state;
  assert_int_equal(index_parse(&index, STR("{" V ",\"manifests\":[" M "," M "],\"subject\":" M "}"),
                               &limits, &err),
                   0);
  assert_int_equal(index.n_manifests, 2);
  assert_int_equal(index.manifests[1].kind, MEDIA_MANIFEST);
  assert_true(index.has_subject);
  assert_int_equal(index.subject.size, 2);
  index_release(&index);
}

static void test_attestation(void **state)
{
  static const struct {
    const char *annotations;
    const char *refers_to; /* NULL: none */
  } cases[] = {
    { "{\"vnd.docker.reference.type\":\"attestation-manifest\","
      "\"vnd.docker.reference.digest\":\"sha256:" HEX "\"}",
      "sha256:" HEX },
    { "{\"vnd.docker.reference.type\":\"attestation-manifest\"}", NULL },
    { "{\"vnd.docker.reference.type\":\"other\",\"vnd.docker.reference.digest\":\"x\"}", NULL },
    { "{\"vnd.docker.reference.digest\":\"x\"}", NULL },
    { "{}", NULL },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    json_t *annotations = json_loads(cases[i].annotations, 0, NULL);
    json_t *json = json_pack("{s:s, s:o}", "digest", "sha256:" HEX, "annotations", annotations);
    struct descriptor descriptor;
    struct error err;
    const char *refers_to = NULL;

    assert_int_equal(descriptor_from_json(&descriptor, json, &err), 0);
    assert_int_equal(descriptor_is_attestation(&descriptor, &refers_to),
                     cases[i].refers_to != NULL);
    if (cases[i].refers_to)
      assert_string_equal(refers_to, cases[i].refers_to);
    descriptor_release(&descriptor);
    json_decref(json);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test(test_parse), cmocka_unit_test(test_fields),
                                      cmocka_unit_test(test_attestation) };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
