/* worker: which blobs and URLs the broker takes for those of an image. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "image/descriptor.h"
#include "worker/mentioned.h"

#define ONE "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
#define TWO "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static bool has(struct mentioned *mentioned, const char *text)
{
  struct digest digest;
  struct error err;

  assert_int_equal(digest_parse(&digest, (struct str) { text, strlen(text) }, &err), 0);
  return mentioned_has(mentioned, &digest);
}

static void add(struct mentioned *mentioned, const char *text)
{
  mentioned_add(mentioned, (struct str) { text, strlen(text) });
}

static void test_digests(void **state)
{
  struct mentioned mentioned;

  (void)state;
  mentioned_init(&mentioned);
  assert_false(has(&mentioned, ONE));
  add(&mentioned, "{\"config\":{\"digest\":\"" ONE "\",\"size\":2}}");
  assert_true(has(&mentioned, ONE));
  assert_false(has(&mentioned, TWO));
  /* As some writers escape. */
  add(&mentioned, "{\"layers\":[{\"dig\\u0065st\":\"sha256\\u003a" /* the rest of TWO */
                  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"}]}");
  assert_true(has(&mentioned, TWO));
  mentioned_release(&mentioned);
}

/* A manifest in an index: {"config":{"digest":TWO,"size":0}}. */
static void test_documents_in_data(void **state)
{
  struct mentioned mentioned;

  (void)state;
  mentioned_init(&mentioned);
  add(&mentioned,
      "{\"manifests\":[{\"digest\":\"" ONE "\",\"data\":\""
      "eyJjb25maWciOnsiZGlnZXN0Ijoic2hhMjU2OmUzYjBjNDQyOThmYzFjMTQ5YWZiZjRjODk5NmZiOTI0Mjdh"
      "ZTQxZTQ2NDliOTM0Y2E0OTU5OTFiNzg1MmI4NTUiLCJzaXplIjowfX0=\"}]}");
  assert_true(has(&mentioned, ONE));
  assert_true(has(&mentioned, TWO));
  mentioned_release(&mentioned);
}

static void test_urls(void **state)
{
  struct mentioned mentioned;
  struct descriptor blob;
  struct error err;
  json_t *json =
      json_pack("{s:s, s:s, s:i, s:[s,s,s]}", "mediaType", "x", "digest", ONE, "size", 0, "urls",
                "https://a.example/x?y=1&z=2", "https://b.example/told", "http://c.example/");
  const json_t *urls;

  (void)state;
  mentioned_init(&mentioned);
  assert_int_equal(descriptor_from_json(&blob, json, &err), 0);
  json_decref(json);
  /* Go writes & so, and others / so. */
  add(&mentioned, "{\"urls\":[\"https://a.example/x?y=1\\u0026z=2\",\"http:\\/\\/c.example\\/\"]}");
  mentioned_keep_urls(&mentioned, &blob);
  urls = json_object_get(blob.json, "urls");
  assert_int_equal(json_array_size(urls), 2);
  assert_string_equal(json_string_value(json_array_get(urls, 0)), "https://a.example/x?y=1&z=2");
  assert_string_equal(json_string_value(json_array_get(urls, 1)), "http://c.example/");
  descriptor_release(&blob);
  mentioned_release(&mentioned);
}

/* Nothing of this is a document; all of it ends. */
static void test_garbage(void **state)
{
  static const char *const texts[] = { "",    "\"",        "\"\\",     "\"\\u",       "\"\\u00",
                                       "{\"", "\"\\u0026", "\"\"\"\"", "\"sha256:\"", "\\\"\\" };
  struct mentioned mentioned;

  (void)state;
  mentioned_init(&mentioned);
  for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
    add(&mentioned, texts[i]);
  assert_int_equal(mentioned.strings.n, 0);
  mentioned_release(&mentioned);
}

/* What asks for documents may have been taken over, and an image may have very many. */
static void test_memory_is_bounded(void **state)
{
  enum { LONG = 1 << 16, DOCUMENTS = 64, MOST = 32 * LONG };
  static char document[LONG];
  static const char start[] = "[\"http://example.com/";
  struct mentioned mentioned;

  (void)state;
  mentioned_init(&mentioned);
  mentioned.bytes_max = MOST;
  add(&mentioned, "[\"" ONE "\"]");
  memset(document, 'a', sizeof(document) - 1);
  memcpy(document, start, sizeof(start) - 1);
  memcpy(document + sizeof(document) - 3, "\"]", 2);
  for (int i = 0; i < DOCUMENTS; i++) {
    char number[16];

    snprintf(number, sizeof(number), "%08d", i);
    memcpy(document + sizeof(start) - 1, number, 8);
    add(&mentioned, document);
  }
  assert_true(mentioned.strings.n > DOCUMENTS / 3);
  assert_true(mentioned.arena.total <= MOST + 2 * LONG);
  assert_true(has(&mentioned, ONE));
  mentioned_release(&mentioned);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_digests),
    cmocka_unit_test(test_documents_in_data),
    cmocka_unit_test(test_urls),
    cmocka_unit_test(test_garbage),
    cmocka_unit_test(test_memory_is_bounded),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
