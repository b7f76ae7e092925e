/* image/descriptor: OCI descriptor.md. Digests and base64 are those of sha256sum and base64(1). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "image/descriptor.h"
#include "image/json.h"

/* Of "{}", base64 "e30=", and of nothing. */
#define HEX_EMPTY_JSON "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
#define HEX_NOTHING "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define D "\"digest\":\"sha256:" HEX_EMPTY_JSON "\""
#define T "\"mediaType\":\"application/vnd.oci.image.layer.v1.tar+gzip\""

static void test_parse(void **state)
{
  static const struct {
    const char *json;
    const char *message; /* NULL: it parses */
  } cases[] = {
    { "{" T "," D ",\"size\":2}", NULL },
    { "{" D "}", NULL },
    { "{" D ",\"size\":null,\"urls\":null,\"annotations\":null,\"platform\":null,\"data\":null}",
      NULL },
    { "{" D ",\"size\":2,\"data\":\"e30=\"}", NULL },
    { "{\"digest\":\"sha256:" HEX_NOTHING "\",\"size\":0,\"data\":\"\"}", NULL },
    { "{" D ",\"urls\":[\"https://x\"],\"artifactType\":\"x/y\",\"annotations\":{\"a\":\"b\"}}",
      NULL },
    { "{" D ",\"platform\":{\"os\":\"linux\",\"architecture\":\"arm\",\"variant\":\"v7\"}}", NULL },
    { "{" D ",\"something\":{\"new\":[1]}}", NULL },
    { "[]", "expected a descriptor" },
    { "1", "expected a descriptor" },
    { "{}", "field \"digest\": missing" },
    { "{\"digest\":\"\"}", "field \"digest\": missing" },
    { "{\"digest\":5}", "field \"digest\": expected a string, found a number" },
    { "{\"digest\":\"sha256:12\"}", "field \"digest\"" },
    { "{\"digest\":\"sha256:" HEX_EMPTY_JSON "0\"}", "field \"digest\"" },
    { "{\"digest\":\"../../etc/passwd\"}", "field \"digest\"" },
    { "{" D ",\"mediaType\":1}", "field \"mediaType\": expected a string" },
    { "{" D ",\"size\":-1}", "field \"size\": expected 0 or more, found -1" },
    { "{" D ",\"size\":1.5}", "field \"size\": expected an integer" },
    { "{" D ",\"size\":\"2\"}", "field \"size\": expected a number, found a string" },
    { "{" D ",\"urls\":\"x\"}", "field \"urls\": expected an array" },
    { "{" D ",\"urls\":[1]}", "field \"urls\": element 0" },
    { "{" D ",\"annotations\":[]}", "field \"annotations\": expected an object" },
    { "{" D ",\"annotations\":{\"a\":1}}", "field \"annotations\": \"a\": expected a string" },
    { "{" D ",\"artifactType\":{}}", "field \"artifactType\"" },
    { "{" D ",\"platform\":\"linux/amd64\"}", "field \"platform\": expected an object" },
    { "{" D ",\"platform\":{\"os\":1}}", "field \"platform\": field \"os\"" },
    { "{" D ",\"size\":2,\"data\":1}", "field \"data\": expected a string" },
    { "{" D ",\"size\":2,\"data\":\"e30\"}", "not base64" },
    { "{" D ",\"size\":2,\"data\":\"e3=0\"}", "not base64" },
    { "{" D ",\"size\":2,\"data\":\"e===\"}", "not base64" },
    { "{" D ",\"size\":2,\"data\":\"e30=e30=\"}", "not base64" },
    { "{" D ",\"size\":2,\"data\":\"e3 =\"}", "not base64" },
    { "{" D ",\"size\":3,\"data\":\"e30=\"}", "expected 3 bytes, found 2" },
    { "{" D ",\"size\":2,\"data\":\"W10=\"}", "expected digest sha256:" HEX_EMPTY_JSON },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    struct descriptor descriptor;
    struct error err = { 0 };
    AUTO_JSON json = json_parse(str_of(cases[i].json), &err);
    int result = descriptor_from_json(&descriptor, json, &err);

    if ((result == 0) != (cases[i].message == NULL))
      fail_msg("%s: result %d (%s)", cases[i].json, result, err.message);
    if (result < 0) {
      assert_int_equal(err.code, ERROR_CORRUPT);
      if (!strstr(err.message, cases[i].message))
        fail_msg("%s: found the message: %s", cases[i].json, err.message);
    } else {
      descriptor_release(&descriptor);
    }
  }
}

static void test_fields(void **state)
{
  static const char text[] =
      "{" T "," D ",\"size\":2,\"annotations\":{\"k\":\"v\"},\"artifactType\":\"x/y\","
      "\"platform\":{\"os\":\"linux\",\"architecture\":\"arm\",\"variant\":\"v7\"}}";
  struct error err;
  struct descriptor d;
  struct descriptor copy;
  json_t *json = json_parse(str_of(text), &err);
  char digest[DIGEST_MAX_TEXT];
  char platform[PLATFORM_MAX_TEXT];

  (void)state;
  assert_int_equal(descriptor_from_json(&d, json, &err), 0);
  json_decref(json); /* it has a reference of its own */
  assert_string_equal(d.media_type, "application/vnd.oci.image.layer.v1.tar+gzip");
  assert_int_equal(d.kind, MEDIA_LAYER);
  assert_string_equal(digest_format(&d.digest, digest), "sha256:" HEX_EMPTY_JSON);
  assert_int_equal(d.size, 2);
  assert_true(d.has_platform);
  assert_string_equal(platform_format(&d.platform, platform), "linux/arm/v7");
  assert_string_equal(d.artifact_type, "x/y");
  copy = descriptor_copy(&d);
  descriptor_release(&d);
  assert_string_equal(descriptor_annotation(&copy, "k"), "v");
  assert_null(descriptor_annotation(&copy, "other"));
  descriptor_release(&copy);
}

static void test_data(void **state)
{
  struct error err;
  struct descriptor d;
  AUTO_JSON json = json_parse(STR("{" T "," D ",\"size\":2,\"data\":\"e30=\"}"), &err);
  AUTO_JSON without = json_parse(STR("{" T "," D ",\"size\":2}"), &err);
  void *data;

  (void)state;
  assert_int_equal(descriptor_from_json(&d, json, &err), 0);
  data = descriptor_data(&d);
  assert_memory_equal(data, "{}", 2);
  free(data);
  descriptor_release(&d);
  assert_int_equal(descriptor_from_json(&d, without, &err), 0);
  assert_null(descriptor_data(&d));
  descriptor_release(&d);
}

static void test_make(void **state)
{
  struct digest digest = digest_of(DIGEST_SHA256, "{}", 2);
  struct descriptor made = descriptor_make(MEDIA_DOCKER_CONFIG, &digest, 2);
  char *text = json_dumps(made.json, JSON_COMPACT);

  (void)state;
  assert_string_equal(text, "{\"mediaType\":\"application/vnd.docker.container.image.v1+json\","
                            "\"digest\":\"sha256:" HEX_EMPTY_JSON "\",\"size\":2}");
  assert_int_equal(made.kind, MEDIA_CONFIG);
  assert_false(made.has_platform);
  assert_string_equal(made.artifact_type, "");
  assert_null(descriptor_annotation(&made, "k"));
  free(text);
  descriptor_release(&made);
}

int main(void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test(test_parse), cmocka_unit_test(test_fields),
                                      cmocka_unit_test(test_data), cmocka_unit_test(test_make) };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
