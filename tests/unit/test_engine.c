/* source/engine_legacy, engine_layers, engine_inspect, engine_words: what container engines name
 * and say, taken from Docker 20.10, 26.1 and 28.2 and Podman 4.3. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "source/engine/engine.h"
#include "source/engine/engine_inspect.h"
#include "source/engine/engine_layers.h"
#include "source/engine/engine_legacy.h"
#include "source/engine/engine_words.h"

/* An image of two layers in Docker 20.10. */
#define DIFF_0 "sha256:ca630dfa47c10822db7036f65d365904ccab2bdc0f44dded80de7e4280b2fb02"
#define DIFF_1 "sha256:268c4e8d92bea46fd07865266f4c13010c4eef6e415027ecb98d9ec21dd45739"
#define ID_0 "14b7f7e5c854559f34f4e7883fa889d04bd8696c60e79bfc0c288adffb7aaf89"
#define ID_1 "3279f3dd76d0b32b89feb0acaf5ee9ab17a79ec02bdd6d460ce14c1f6e85a208"
#define CONTAINER(cmd)                                                                             \
  "{\"Hostname\":\"\",\"Domainname\":\"\",\"User\":\"\",\"AttachStdin\":false,"                    \
  "\"AttachStdout\":false,\"AttachStderr\":false,\"Tty\":false,\"OpenStdin\":false,"               \
  "\"StdinOnce\":false,\"Env\":null,\"Cmd\":" cmd ",\"Image\":\"\",\"Volumes\":null,"              \
  "\"WorkingDir\":\"\",\"Entrypoint\":null,\"OnBuild\":null,\"Labels\":null}"
#define JSON_0                                                                                     \
  "{\"id\":\"" ID_0 "\",\"created\":\"1970-01-01T00:00:00Z\",\"container_config\":" CONTAINER(     \
      "null") ",\"os\":\"linux\"}"
#define JSON_1                                                                                     \
  "{\"id\":\"" ID_1 "\",\"parent\":\"" ID_0 "\",\"created\":\"2023-08-01T11:24:33Z\","             \
  "\"container_config\":" CONTAINER("null") ",\"config\":" CONTAINER(                              \
      "[\"sh\"]") ",\"architecture\":\"amd64\",\"os\":\"linux\"}"

static struct digest digest(const char *text)
{
  struct digest out;
  struct error err;

  assert_int_equal(digest_parse(&out, str_of(text), &err), 0);
  return out;
}

static void test_chain_id(void **state)
{
  struct digest below = digest(DIFF_0);
  struct digest above = digest(DIFF_1);
  struct digest chain = legacy_chain_id(NULL, &below);
  char text[DIGEST_MAX_TEXT];

  (void)state;
  assert_string_equal(digest_format(&chain, text), DIFF_0);
  chain = legacy_chain_id(&chain, &above);
  /* printf '%s %s' DIFF_0 DIFF_1 | sha256sum */
  assert_string_equal(digest_format(&chain, text),
                      "sha256:7fac462953ab7981cd2f63719fb80d334f88425efac884b3549831fedc68e08d");
}

static void test_legacy_layer(void **state)
{
  static const struct {
    const char *id;
    const char *json;
    bool matches[2]; /* the chain IDs of the two layers */
  } cases[] = {
    { ID_0, JSON_0, { true, false } },
    { ID_1, JSON_1, { false, true } },
    { ID_0, JSON_1, { false, false } },
    { ID_0, " " JSON_0 "\n", { true, false } },
    { ID_0, "", { false, false } },
    { ID_0, "{", { false, false } },
    { ID_0, "{}", { false, false } },
    { ID_0, "[]", { false, false } },
    { ID_0, "{\"id\":", { false, false } },
    { ID_0, "{\"id\":\"", { false, false } },
    { ID_0, "{\"id\":\"\\", { false, false } },
    { ID_0, "{\"id\":[[[\"]\"]]", { false, false } },
    { ID_0, "{\"id\":]}", { false, false } },
    { ID_0, "{\"parent\":1}", { false, false } },
    { ID_0, "{\"parent\":}", { false, false } },
  };
  struct digest diff_ids[] = { digest(DIFF_0), digest(DIFF_1) };
  struct digest chains[] = { legacy_chain_id(NULL, &diff_ids[0]),
                             legacy_chain_id(&diff_ids[0], &diff_ids[1]) };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    AUTO_FREE char *text = xasprintf("sha256:%s", cases[i].id);
    struct digest id = digest(text);

    for (size_t j = 0; j < ARRAY_LEN(chains); j++)
      assert_int_equal(legacy_layer_matches(&id, str_of(cases[i].json), &chains[j]),
                       cases[i].matches[j]);
  }
}

static void test_member_digest(void **state)
{
#define HEX "ca630dfa47c10822db7036f65d365904ccab2bdc0f44dded80de7e4280b2fb02"
  static const struct {
    const char *path;
    const char *json;
    const char *wanted; /* NULL: not known */
  } cases[] = {
    { "blobs/sha256/" HEX, "", "sha256:" HEX },
    { "blobs/sha512/" HEX HEX, "", "sha512:" HEX HEX },
    { HEX ".tar", "", "sha256:" HEX },
    { ID_0 "/layer.tar", JSON_0, DIFF_0 },
    { ID_1 "/layer.tar", JSON_1, DIFF_1 },
    { ID_1 "/layer.tar", JSON_0, NULL },
    { ID_1 "/layer.tar", "", NULL },
    { ID_1 "/layer", JSON_1, NULL },
    { ID_1 "/x/layer.tar", JSON_1, NULL },
    { "blobs/sha256/" HEX "/x", "", NULL },
    { "blobs/sha256/x" HEX, "", NULL },
    { "blobs/sha256", "", NULL },
    { "x/" HEX ".tar", "", NULL },
    { HEX ".tar.gz", "", NULL },
    { HEX, "", NULL },
    { "layer.tar", JSON_1, NULL },
    { "", "", NULL },
  };
  struct digest diff_ids[] = { digest(DIFF_0), digest(DIFF_1) };
  const struct layer_ids image = { diff_ids, ARRAY_LEN(diff_ids) };
  const struct layer_ids unknown = { 0 };
  struct digest found;
  char text[DIGEST_MAX_TEXT];

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    bool known = engine_member_digest(&image, cases[i].path, str_of(cases[i].json), &found);

    assert_int_equal(known, cases[i].wanted != NULL);
    if (known)
      assert_string_equal(digest_format(&found, text), cases[i].wanted);
  }
  assert_false(engine_member_digest(&unknown, ID_0 "/layer.tar", STR(JSON_0), &found));
}

static void test_image(void **state)
{
  static const struct {
    const char *answer;
    const char *name;
    const char *saved; /* NULL: an error */
    size_t layers;
  } cases[] = {
    /* Docker: an ID is given in full, latest is added, for all tags would be saved else. */
    { "[{\"Id\":\"sha256:" ID_0 "\",\"RepoTags\":[\"a:1\",\"b:latest\",\"x.org/c/d:latest\"],"
      "\"RootFS\":{\"Type\":\"layers\",\"Layers\":[\"" DIFF_0 "\",\"" DIFF_1 "\"]}}]",
      "14b7f7e5c854", "sha256:" ID_0, 2 },
    { "[{\"Id\":\"sha256:" ID_0 "\",\"RepoTags\":[\"a:1\",\"b:latest\"]}]", "b", "b:latest", 0 },
    { "[{\"Id\":\"sha256:" ID_0 "\",\"RepoTags\":[\"a:1\",\"b:latest\"]}]", "docker.io/library/b",
      "docker.io/library/b:latest", 0 },
    { "[{\"Id\":\"sha256:" ID_0 "\",\"RepoTags\":[\"x.org:5000/c/d:latest\"]}]", "x.org:5000/c/d",
      "x.org:5000/c/d:latest", 0 },
    { "[{\"Id\":\"sha256:" ID_0 "\",\"RepoTags\":[\"a:1\",\"b:latest\"]}]", "a:1", "a:1", 0 },
    { "[{\"Id\":\"sha256:" ID_0 "\",\"RepoTags\":null}]", "sha256:14b7", "sha256:14b7", 0 },
    { "[{\"Id\":\"sha256:" ID_0 "\"}]", "a@sha256:" ID_1, "a@sha256:" ID_1, 0 },
    /* Podman has IDs without the algorithm, and localhost/ before local names. */
    { "[{\"Id\":\"" ID_0 "\",\"RepoTags\":[\"localhost/a:latest\"]}]", "14b7", ID_0, 0 },
    { "[{\"Id\":\"" ID_0 "\",\"RepoTags\":[\"localhost/a:latest\"]}]", "a", "a", 0 },
    { "[{}]", "a", "a", 0 },
    { "[{}, 1]", "a", "a", 0 },
    { "[]", "a", NULL, 0 },
    { "{}", "a", NULL, 0 },
    { "[1]", "a", NULL, 0 },
    { "", "a", NULL, 0 },
    { "[{\"Id\":1}]", "a", NULL, 0 },
    { "[{\"RepoTags\":[1]}]", "a", NULL, 0 },
    { "[{\"RootFS\":[]}]", "a", NULL, 0 },
    { "[{\"RootFS\":{\"Layers\":[\"x\"]}}]", "a", NULL, 0 },
    { "[{\"RootFS\":{\"Layers\":[1]}}]", "a", NULL, 0 },
  };
  struct limits limits = limits_scaled(1);

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    struct engine_image image;
    struct error err;
    int result = engine_image_parse(&image, str_of(cases[i].answer), cases[i].name, &limits, &err);
    AUTO_FREE char *saved = NULL;

    assert_int_equal(result, cases[i].saved ? 0 : -1);
    if (result < 0)
      continue;
    saved = engine_image_save_name(&image, cases[i].name);
    assert_string_equal(saved, cases[i].saved);
    assert_int_equal(image.layers.n, cases[i].layers);
    engine_image_release(&image);
  }
  limits.layers = 1;
  {
    struct engine_image image;
    struct error err;

    assert_int_equal(engine_image_parse(&image, str_of(cases[0].answer), "a", &limits, &err), -1);
    assert_int_equal(err.code, ERROR_LIMIT);
  }
}

static void test_words(void **state)
{
  static const struct {
    const char *words;
    enum error_code code;
    const char *hint; /* part of it; NULL: none */
  } cases[] = {
    /* Docker 20.10, 26.1 and 28.2 */
    { "Error response from daemon: No such image: none:latest\n", ERROR_NOT_FOUND, "exist there" },
    { "Error: No such image: none\n", ERROR_NOT_FOUND, "exist there" },
    { "Error response from daemon: reference does not exist\n", ERROR_NOT_FOUND, "exist there" },
    { "Error response from daemon: invalid reference format\n", ERROR_IO, NULL },
    { "Cannot connect to the Docker daemon at unix:///x.sock. Is the docker daemon running?\n",
      ERROR_NETWORK, "DOCKER_HOST" },
    { "error during connect: Get \"http://docker.example.com/v1.24/images/x\": command [ssh -l u] "
      "has exited with exit status 255\n",
      ERROR_NETWORK, "DOCKER_HOST" },
    { "permission denied while trying to connect to the Docker daemon socket at "
      "unix:///var/run/docker.sock: Get \"http://x\": dial unix /var/run/docker.sock: connect: "
      "permission denied\n",
      ERROR_PERMISSION, "socket" },
    { "Got permission denied while trying to connect to the Docker daemon socket\n",
      ERROR_PERMISSION, "socket" },
    { "Error response from daemon: write /var/lib/docker/tmp/x: no space left on device\n",
      ERROR_IO, "room" },
    /* Podman 4.3 */
    { "Error: nosuch: image not known\n", ERROR_NOT_FOUND, "of their own" },
    { "Error: unable to connect to Podman socket: Get x: dial unix /x.sock: no such file\n",
      ERROR_NETWORK, "system connection" },
    /* Docker 28 and nerdctl with containerd's content store, whose layer is gone */
    { "Error response from daemon: unable to create manifests file: NotFound: content digest "
      "sha256:71f305fb132f2acf11c3285a59e3db181368472ee1f7112d49c4ffc04a4ef963: not found\n",
      ERROR_NOT_FOUND, "discard_unpacked_layers" },
    { "time=x level=fatal msg=\"failed to get reader: content digest sha256:71f3: not found\"\n",
      ERROR_NOT_FOUND, "pull the image there again" },
    /* nerdctl */
    { "time=x level=fatal msg=\"cannot access containerd socket \\\"/run/c.sock\\\": no such "
      "file\"",
      ERROR_NETWORK, "containerd running" },
    { "something else\n", ERROR_IO, NULL },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    struct error err;

    assert_int_equal(engine_words_error(&err, "it", str_of(cases[i].words), false), -1);
    assert_int_equal(err.code, cases[i].code);
    assert_null(strpbrk(err.message, "\r\n"));
    assert_memory_equal(err.message, "it: ", 4);
    if (cases[i].hint)
      assert_non_null(strstr(err.message, cases[i].hint));
    else
      assert_null(strchr(err.message, '('));
  }
}

static void test_quoting(void **state)
{
  static const struct {
    const char *words;
    bool cut;
    const char *wanted;
  } cases[] = {
    { "", false, "it" },
    { " \r\n\n", false, "it" },
    { "one\n", false, "it: one" },
    { "\n\none\r\n\n two\rthree\n", false, "it: one;  two; three" },
    { "part of a line\nwhole\n", true, "it: … whole" },
    { "only a part", true, "it: … only a part" },
  };
  AUTO_FREE char *much = xmalloc(100000);
  struct error err;

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    engine_words_error(&err, "it", str_of(cases[i].words), cases[i].cut);
    assert_string_equal(err.message, cases[i].wanted);
  }
  memset(much, 'x', 100000);
  memcpy(much + 100000 - 6, "\nlast\n", 6);
  engine_words_error(&err, "it", (struct str) { much, 100000 }, false);
  assert_string_equal(err.message, "it: … last");
  memset(much, '\n', 100000);
  for (size_t i = 0; i < 100000; i += 2)
    much[i] = 'y';
  engine_words_error(&err, "it", (struct str) { much, 100000 }, false);
  assert_in_range(strlen(err.message), 500, 1900);
}

static void test_version(void **state)
{
  static const struct {
    const char *answer;
    bool has_platform;
  } cases[] = {
    { "{\"Client\":{\"Version\":\"28.2.2\",\"ApiVersion\":\"1.50\"}}", true },
    { "{\"Client\":{\"Version\":\"28.2.2\",\"ApiVersion\":\"1.41\"}}", false },
    { "{\"Client\":{\"Version\":\"29.0.0-rc.1\",\"ApiVersion\":\"1.48\"}}", true },
    { "{\"Client\":{\"Version\":\"26.1.5+dfsg1\",\"ApiVersion\":\"1.45\"}}", false },
    { "{\"Client\":{\"Version\":\"20.10.24+dfsg1\",\"ApiVersion\":\"1.41\"},\"Server\":null}",
      false },
    { "{\"Client\":{\"Version\":\"99999999999999999999.1\",\"ApiVersion\":\"1.48\"}}", false },
    { "{\"Client\":{\"Version\":28.1,\"ApiVersion\":\"1.48\"}}", false },
    { "{\"Client\":{\"Version\":\"28.1\",\"ApiVersion\":\"1.48x\"}}", false },
    { "{\"Client\":{\"Version\":\"28.1\"}}", false },
    { "{\"Client\":[]}", false },
    { "[]", false },
    { "", false },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++)
    assert_int_equal(engine_version_has_platform(str_of(cases[i].answer)), cases[i].has_platform);
}

static void test_kinds(void **state)
{
  (void)state;
  assert_string_equal(engine_kind_of("podman")->variable, "PODMAN");
  assert_string_equal(engine_kind_of("nerdctl")->program, "nerdctl");
  assert_null(engine_kind_of("Docker"));
  assert_null(engine_kind_of(""));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_chain_id),      cmocka_unit_test(test_legacy_layer),
    cmocka_unit_test(test_member_digest), cmocka_unit_test(test_image),
    cmocka_unit_test(test_words),         cmocka_unit_test(test_quoting),
    cmocka_unit_test(test_version),       cmocka_unit_test(test_kinds),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
