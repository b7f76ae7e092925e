/* source: arguments, OCI layouts, Docker archives, dir: directories, checked blobs. Images are made
 * of text below; digests are those of sha256sum. */
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../common/tar_maker.h"
#include "base/alloc.h"
#include "source/engine/engine.h"
#include "source/open.h"

enum { MAX_BYTES = 1 << 22 };

#define HEX_EMPTY "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a" /* {} */
#define HEX_LAYER "4970405cb2a3a461cc00fd755712beded51919d7e69270d7d10d0dcf5e209714" /* layer\n */
#define HEX_ONE                                                                                    \
  "7be83890c9ca7ae3ceb37b755ea4fa7c2c7d01c9fee16a8964001d1eee894305" /* MANIFEST("one") */
#define HEX_TWO                                                                                    \
  "3d9fc379f1e38186c4f9d6d7c5870d4627c2d1de7129e7c453a8a6540aef4fab" /* MANIFEST("two") */
#define HEX_NESTED "34b6108478d17c2ba980d1afd6b16f276aade4c1fdecc6d22e4dd7c038a787d3" /* NESTED */
#define HEX_CONFIG "dc11875199da8243cc5f42a67c82410d3d5cef0b602a7959c712fb12fe6140d4" /* CONFIG */
#define HEX_DOCKER                                                                                 \
  "d796ac0afbcd2f228df80d8a99279332358d30086189e00c6d0c1de3421e76d1" /* DOCKER_MANIFEST */
#define MANIFEST(n)                                                                                \
  "{\"schemaVersion\":2,\"config\":{\"mediaType\":\"application/vnd.oci.image.config.v1+json\","   \
  "\"digest\":\"sha256:" HEX_EMPTY "\",\"size\":2},\"layers\":[],\"annotations\":{\"n\":\"" n      \
  "\"}}"

#define DESC(hex, size, more)                                                                      \
  "{\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"digest\":\"sha256:" hex "\","   \
  "\"size\":" size more "}"
#define NESTED "{\"schemaVersion\":2,\"manifests\":[" DESC(HEX_TWO, "215", "") "]}"
#define INDEX(manifests) "{\"schemaVersion\":2,\"manifests\":[" manifests "]}"
#define NAMED(name, ref)                                                                           \
  ",\"annotations\":{\"io.containerd.image.name\":\"" name "\","                                   \
  "\"org.opencontainers.image.ref.name\":\"" ref "\"}"
#define LAYOUT                                                                                     \
  {                                                                                                \
    "oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}"                                             \
  }
#define BLOB_ONE                                                                                   \
  {                                                                                                \
    "blobs/sha256/" HEX_ONE, MANIFEST("one")                                                       \
  }
#define BLOB_TWO                                                                                   \
  {                                                                                                \
    "blobs/sha256/" HEX_TWO, MANIFEST("two")                                                       \
  }
#define CONFIG                                                                                     \
  "{\"architecture\":\"arm64\",\"os\":\"linux\",\"variant\":\"v8\",\"rootfs\":{\"type\":"          \
  "\"layers\",\"diff_ids\":[\"sha256:" HEX_LAYER "\",\"sha256:" HEX_LAYER "\"]}}"
#define DOCKER_LAYER                                                                               \
  "{\"mediaType\":\"application/vnd.docker.image.rootfs.diff.tar\",\"digest\":\"sha256:" HEX_LAYER \
  "\",\"size\":6}"
#define DOCKER_MANIFEST                                                                            \
  "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.docker.distribution.manifest.v2+json\","   \
  "\"config\":{\"mediaType\":\"application/vnd.docker.container.image.v1+json\",\"digest\":"       \
  "\"sha256:" HEX_CONFIG "\",\"size\":240},\"layers\":[" DOCKER_LAYER "," DOCKER_LAYER "]}"

/* A file to be written below a directory, or into an archive. */
struct file {
  const char *path;
  const char *content;
};

static char *top; /* the directory of all tests, and the current one */

static void write_file(const char *path, const char *content)
{
  AUTO_FREE char *copy = xstrdup(path);
  int fd;

  for (char *slash = strchr(copy + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    (void)mkdir(copy, 0755);
    *slash = '/';
  }
  fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0644);
  assert_true(fd >= 0);
  assert_int_equal(write(fd, content, strlen(content)), strlen(content));
  close(fd);
}

static void write_files(const char *dir, const struct file *files, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    AUTO_FREE char *path = xasprintf("%s/%s", dir, files[i].path);

    write_file(path, files[i].content);
  }
}

static void write_archive(const char *path, const struct file *files, size_t n)
{
  AUTO_BUF tar = BUF_INIT(MAX_BYTES);
  int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0644);

  for (size_t i = 0; i < n; i++)
    tar_make(&tar,
             &(struct tar_item) { .name = files[i].path, .content = str_of(files[i].content) });
  tar_make_end(&tar);
  assert_int_equal(write(fd, tar.ptr, tar.len), tar.len);
  close(fd);
}

/* What an argument leads to: the chosen descriptor's JSON and its blob, or "!CODE MESSAGE"; to be
 * freed. */
static char *describe(const char *argument)
{
  const struct limits limits = limits_scaled(1);
  const struct source_options options = { .limits = &limits };
  struct error err = { 0 };
  struct argument parsed;
  struct source *source =
      argument_parse(&parsed, argument, &err) == 0 ? source_open(&parsed, &options, &err) : NULL;
  struct descriptor chosen = { 0 };
  AUTO_BUF blob = BUF_INIT(MAX_BYTES);
  char *json = NULL;
  char *text = NULL;

  if (source && source_resolve(source, &chosen, &err) == 0 &&
      source_read(source, &chosen, MAX_BYTES, &blob, &err) == 0) {
    json = json_dumps(chosen.json, JSON_COMPACT);
    text = xasprintf("%s\n%s", json, blob.ptr);
  } else {
    text = xasprintf("!%d %s", err.code, err.message);
  }
  free(json);
  descriptor_release(&chosen);
  source_free(source);
  argument_release(&parsed);
  return text;
}

static void assert_leads_to(const char *argument, const char *wanted)
{
  AUTO_FREE char *found = describe(argument);

  if (!strstr(found, wanted))
    fail_msg("%s: expected \"%s\", found \"%s\"", argument, wanted, found);
}

static void test_oci(void **state)
{
  static const struct file one[] = {
    LAYOUT, { "index.json", INDEX(DESC(HEX_ONE, "215", "")) }, BLOB_ONE, { "extra/file", "x" }
  };
  static const struct file several[] = {
    LAYOUT,
    BLOB_ONE,
    BLOB_TWO,
    { "index.json", INDEX(DESC(HEX_ONE, "215", NAMED("example.com/a:1", "1")) "," DESC(
                        HEX_TWO, "215",
                        NAMED("docker.io/library/b:2",
                              "2")) "," DESC(HEX_TWO, "215", NAMED("example.com/b:3", "3"))) },
  };
  static const struct file nested[] = {
    LAYOUT,
    BLOB_TWO,
    { "index.json", "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":"
                    "\"application/vnd.oci.image.index.v1+json\",\"digest\":\"sha256:" HEX_NESTED
                    "\",\"size\":186},{\"mediaType\":"
                    "\"application/vnd.oci.image.index.v1+json\",\"digest\":\"sha256:" HEX_EMPTY
                    "\",\"size\":2}]}" },
    { "blobs/sha256/" HEX_NESTED, NESTED },
  };
  static const struct {
    const char *argument;
    const char *wanted; /* part of it */
  } cases[] = {
    { "oci:one", "\n" MANIFEST("one") },
    { "./one", "\n" MANIFEST("one") },
    { "./one.tar", "\n" MANIFEST("one") },
    { "oci-archive:one.tar", "\n" MANIFEST("one") },
    { "docker-archive:one.tar", "no Docker archive" },
    { "~/one", "\n" MANIFEST("one") },
    { "oci:~/one", "\n" MANIFEST("one") },
    { "oci:one:x", "!2 no image \"x\"; it holds: sha256:" HEX_ONE },
    { "oci:one:sha256:" HEX_ONE, "\n" MANIFEST("one") },
    { "oci:several", "!3 it holds several images; append ':' and one of: "
                     "\"example.com/a:1\", \"docker.io/library/b:2\", \"example.com/b:3\"" },
    { "oci:several:example.com/a:1", "\n" MANIFEST("one") },
    { "oci:several:b:2", "\n" MANIFEST("two") },
    { "oci:several:@1", "\n" MANIFEST("two") },
    { "oci:several:@3", "!2 no image \"@3\": it holds 3" },
    { "oci:several:3", "\"example.com/b:3\"" },
    { "oci:several:@sha256:" HEX_TWO, "\n" MANIFEST("two") },
    { "./several.tar:2", "\n" MANIFEST("two") },
    { "oci:nested:sha256:" HEX_TWO, "\n" MANIFEST("two") },
    { "oci:nested:sha256:" HEX_NESTED, "\n" NESTED },
    { "oci:nested:sha256:" HEX_ONE, "!2" },
    { "./with:colon", "\n" MANIFEST("one") },
    { "oci:with:colon", "\n" MANIFEST("one") },
    { "oci:with:colon:sha256:" HEX_ONE, "\n" MANIFEST("one") },
    { "oci:with:colon:x", "!2 no image \"x\"" },
  };

  (void)state;
  write_files("one", one, ARRAY_LEN(one));
  write_files("with:colon", one, ARRAY_LEN(one));
  write_archive("one.tar", one, ARRAY_LEN(one));
  write_files("several", several, ARRAY_LEN(several));
  write_archive("several.tar", several, ARRAY_LEN(several));
  write_files("nested", nested, ARRAY_LEN(nested));
  for (size_t i = 0; i < ARRAY_LEN(cases); i++)
    assert_leads_to(cases[i].argument, cases[i].wanted);
}

static void test_oci_faults(void **state)
{
  static const struct {
    const char *layout;
    const char *index;
    const char *wanted;
  } cases[] = {
    { "{\"imageLayoutVersion\":\"2.0.0\"}", INDEX(""), "!6 ./bad: \"oci-layout\": expected" },
    { "{}", INDEX(""), "!6 ./bad: \"oci-layout\": expected" },
    { "[]", INDEX(""), "!4 ./bad: \"oci-layout\": expected a JSON object" },
    { "{", INDEX(""), "!4 ./bad: \"oci-layout\": JSON" },
    { "{\"imageLayoutVersion\":\"1.1.0\"}", INDEX(""), "it holds no image" },
    { "{\"imageLayoutVersion\":\"1.0.0\"}", "{\"schemaVersion\":2,\"manifests\":null}",
      "it holds no image" },
    { "{\"imageLayoutVersion\":\"1.0.0\"}", "{", "!4 \"index.json\": JSON" },
    { "{\"imageLayoutVersion\":\"1.0.0\"}", "{\"schemaVersion\":2,\"manifests\":[1]}",
      "!4 \"index.json\": field \"manifests\": element 0" },
    { "{\"imageLayoutVersion\":\"1.0.0\"}", INDEX(DESC(HEX_TWO, "215", "")),
      "!2 not in the image layout" },
    { "{\"imageLayoutVersion\":\"1.0.0\"}", INDEX(DESC(HEX_ONE, "214", "")),
      "!4 size mismatch: expected 214 bytes, found more" },
    { "{\"imageLayoutVersion\":\"1.0.0\"}", INDEX(DESC(HEX_ONE, "216", "")),
      "!4 size mismatch: expected 216 bytes, found 215" },
    { "{\"imageLayoutVersion\":\"1.0.0\"}", INDEX(DESC(HEX_ONE, "5000000", "")),
      "!5 5000000 bytes, at most" },
    { "{\"imageLayoutVersion\":\"1.0.0\"}", INDEX(DESC(HEX_EMPTY, "2", "")),
      "!4 digest mismatch: expected sha256:" HEX_EMPTY },
  };

  (void)state;
  write_file("bad/blobs/sha256/" HEX_ONE, MANIFEST("one"));
  write_file("bad/blobs/sha256/" HEX_EMPTY, "[]");
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    write_file("bad/oci-layout", cases[i].layout);
    write_file("bad/index.json", cases[i].index);
    assert_leads_to("./bad", cases[i].wanted);
  }
  unlink("bad/index.json");
  assert_leads_to("./bad", "!2 \"index.json\"");
  unlink("bad/oci-layout");
  assert_leads_to("./bad", "!6 ./bad: neither an OCI image layout");
  assert_leads_to("oci:bad", "!2 oci:bad: no OCI image layout: it has no file \"oci-layout\"");
}

static void test_docker(void **state)
{
  static const struct file parts[] = {
    { "c.json", CONFIG },
    { "two.json", "{\"os\":\"linux\",\"architecture\":\"amd64\"}" },
    { "l/layer.tar", "layer\n" },
    { "manifest.json", "[{\"Config\":\"c.json\",\"RepoTags\":[\"a:1\",\"example.com/a:2\"],"
                       "\"Layers\":[\"l/layer.tar\",\"./l//layer.tar\"]}]" },
  };
  struct file both[ARRAY_LEN(parts)];

  (void)state;
  memcpy(both, parts, sizeof(parts));
  both[3].content = "[{\"Config\":\"c.json\",\"RepoTags\":[\"a:1\"],\"Layers\":[\"l/layer.tar\","
                    "\"l/layer.tar\"]},{\"Config\":\"two.json\",\"RepoTags\":null,\"Layers\":[]}]";
  write_files("docker", parts, ARRAY_LEN(parts));
  write_archive("docker.tar", parts, ARRAY_LEN(parts));
  write_archive("both.tar", both, ARRAY_LEN(both));
  assert_leads_to(
      "./docker",
      "{\"mediaType\":\"application/vnd.docker.distribution.manifest.v2+json\",\"digest\":"
      "\"sha256:" HEX_DOCKER "\",\"size\":569,\"annotations\":{"
      "\"io.containerd.image.name\":\"docker.io/library/a:1\","
      "\"org.opencontainers.image.ref.name\":\"1\"},\"platform\":{\"architecture\":"
      "\"arm64\",\"os\":\"linux\"}}\n" DOCKER_MANIFEST);
  assert_leads_to("docker-archive:docker.tar", "\n" DOCKER_MANIFEST);
  assert_leads_to("docker-archive:docker.tar:2", "\"example.com/a:2\"");
  assert_leads_to("docker-archive:docker.tar:@0", "\n" DOCKER_MANIFEST);
  assert_leads_to("docker-archive:docker.tar:@1",
                  "!2 docker-archive:docker.tar:@1: no image \"@1\": "
                  "it holds 1, counted from @0");
  assert_leads_to("docker-archive:docker.tar:docker.io/library/a:1", "\n" DOCKER_MANIFEST);
  assert_leads_to("docker-archive:docker.tar:sha256:" HEX_CONFIG, "\n" DOCKER_MANIFEST);
  assert_leads_to("docker-archive:docker.tar:" HEX_CONFIG, "\n" DOCKER_MANIFEST);
  assert_leads_to("docker-archive:docker.tar:b",
                  "!2 docker-archive:docker.tar:b: no image \"b\"; it "
                  "holds: \"a:1\", \"example.com/a:2\"");
  assert_leads_to("./both.tar", "!3 ./both.tar: it holds several images; append ':' and one of: "
                                "\"a:1\", sha256:");
  assert_leads_to("./both.tar:a:1", "\n" DOCKER_MANIFEST);
  assert_leads_to("oci-archive:docker.tar", "!2 oci-archive:docker.tar: no OCI image layout");
}

static void test_docker_faults(void **state)
{
  static const struct {
    const char *manifest;
    const char *wanted;
  } cases[] = {
    { "[]", "!2 ./dbad: it holds no image" },
    { "{}", "!4 ./dbad: \"manifest.json\": expected an array of images" },
    { "[1]", "!4 ./dbad: \"manifest.json\": image 0: expected an object" },
    { "[{}]", "image 0: field \"Config\": missing" },
    { "[{\"Config\":\"none\"}]",
      "!2 ./dbad: \"manifest.json\": image 0: field \"Config\": \"none\"" },
    { "[{\"Config\":\"../x\"}]", "!2" },
    { "[{\"Config\":\"l\"}]", "image 0: config: JSON" },
    { "[{\"Config\":\"c.json\",\"RepoTags\":\"x\"}]", "field \"RepoTags\": expected an array" },
    { "[{\"Config\":\"c.json\",\"Layers\":\"x\"}]", "field \"Layers\": expected an array" },
    { "[{\"Config\":\"c.json\",\"Layers\":[\"l\"]}]",
      "field \"Layers\": expected 2, as the config's diff_ids, found 1" },
    { "[{\"Config\":\"c.json\",\"Layers\":[\"l\",\"none\"]}]", "layer 1: \"none\"" },
  };

  (void)state;
  write_file("dbad/c.json", CONFIG);
  write_file("dbad/l", "layer\n");
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    write_file("dbad/manifest.json", cases[i].manifest);
    assert_leads_to("./dbad", cases[i].wanted);
  }
  unlink("dbad/manifest.json");
  write_file("dbad/repositories", "{}");
  assert_leads_to("./dbad", "!6 ./dbad: written by Docker before 1.10");
  assert_leads_to("./dbad/l", "!6 ./dbad/l: a text file, not an image archive");
}

static void test_dir(void **state)
{
  static const struct {
    const char *version;
    const char *manifest;
    const char *wanted;
  } cases[] = {
    { "Directory Transport Version: 1.1\n", MANIFEST("one"),
      DESC(HEX_ONE, "215", "") "\n" MANIFEST("one") },
    { "Directory Transport Version: 1.2\n", MANIFEST("one"), MANIFEST("one") },
    { "Directory Transport Version: 1.1\n", NESTED, "application/vnd.oci.image.index.v1+json" },
    { "Directory Transport Version: 1.1\n", DOCKER_MANIFEST,
      "{\"mediaType\":\"application/vnd.docker.distribution.manifest.v2+json\"" },
    { "Directory Transport Version: 1.1\n", "{}", "!6 ./dir: \"manifest.json\": neither" },
    { "Directory Transport Version: 1.1\n", "{", "!4 ./dir: \"manifest.json\": JSON" },
    { "Directory Transport Version: 2.0\n", "{}", "!6 ./dir: \"version\": expected" },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    write_file("dir/version", cases[i].version);
    write_file("dir/manifest.json", cases[i].manifest);
    assert_leads_to("./dir", cases[i].wanted);
  }
  write_file("dir/version", cases[0].version);
  write_file("dir/manifest.json", cases[0].manifest);
  assert_leads_to("dir:dir", MANIFEST("one"));
  assert_leads_to("dir:dir:sha256:" HEX_ONE, MANIFEST("one"));
  assert_leads_to("dir:dir:latest", "!2 dir:dir:latest: no image \"latest\"");
}

/* What is meant, without opening it. */
static void test_kinds(void **state)
{
#define HEX12 "0123456789ab"
#define HEX64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
  static const struct {
    const char *argument;
    enum argument_kind kind;
    const char *name; /* or the path */
    const char *more; /* the engine's program, or the ref; NULL: none */
  } cases[] = {
    { "alpine", ARGUMENT_NAME, "alpine", NULL },
    { "registry:5000/app:1", ARGUMENT_NAME, "registry:5000/app:1", NULL },
    { "directory", ARGUMENT_NAME, "directory", NULL }, /* it is there, but no layout */
    { "text", ARGUMENT_NAME, "text", NULL },           /* likewise, and no archive */
    { "none.tar:1", ARGUMENT_NAME, "none.tar:1", NULL },
    { HEX12, ARGUMENT_ID, "sha256:" HEX12, NULL },
    { HEX64, ARGUMENT_ID, "sha256:" HEX64, NULL },
    { "sha256:" HEX12, ARGUMENT_ID, "sha256:" HEX12, NULL },
    { "sha256:" HEX64, ARGUMENT_ID, "sha256:" HEX64, NULL },
    { HEX12 "c", ARGUMENT_NAME, HEX12 "c", NULL },
    { HEX12 ":1", ARGUMENT_NAME, HEX12 ":1", NULL },
    { "a@sha256:" HEX64, ARGUMENT_NAME, "a@sha256:" HEX64, NULL },
    { "containerd://a", ARGUMENT_CONTAINERD, "a", NULL },
    { "docker://" HEX12, ARGUMENT_ENGINE, HEX12, "docker" },
    { "docker-daemon:a:1", ARGUMENT_ENGINE, "a:1", "docker" },
    { "docker-daemon://a:1", ARGUMENT_ENGINE, "a:1", "docker" },
    { "docker-daemon:sha256:" HEX64, ARGUMENT_ENGINE, "sha256:" HEX64, "docker" },
    { "podman://a", ARGUMENT_ENGINE, "a", "podman" },
    { "containers-storage:localhost/a:1", ARGUMENT_ENGINE, "localhost/a:1", "podman" },
    { "containers-storage:a@" HEX64, ARGUMENT_ENGINE, HEX64, "podman" },
    { "containers-storage:a@sha256:" HEX64, ARGUMENT_ENGINE, "a@sha256:" HEX64, "podman" },
    { "nerdctl://a", ARGUMENT_ENGINE, "a", "nerdctl" },
    { "oci:directory:1", ARGUMENT_FILE, "directory", "1" },
    { "oci://directory", ARGUMENT_FILE, "directory", NULL },
    { "oci://directory:a:1", ARGUMENT_FILE, "directory", "a:1" },
    { "oci-archive://text", ARGUMENT_FILE, "text", NULL },
    { "oci-archive:///etc/passwd", ARGUMENT_FILE, "/etc/passwd", NULL },
    { "oci-archive://etc/passwd", ARGUMENT_FILE, "//etc/passwd", NULL }, /* no etc/ here */
    { "oci-archive://nowhere", ARGUMENT_FILE, "nowhere", NULL },
    { "docker-archive://text:a:1", ARGUMENT_FILE, "text", "a:1" },
    { "docker-archive:text:@1", ARGUMENT_FILE, "text", "@1" },
    { "dir://directory", ARGUMENT_FILE, "directory", NULL },
  };

  (void)state;
  write_file("text", "x");
  write_file("directory/x", "x");
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    struct argument argument;
    struct error err;
    const char *name;
    const char *more;

    if (argument_parse(&argument, cases[i].argument, &err) < 0)
      fail_msg("%s", err.message);
    name = argument.kind == ARGUMENT_FILE ? argument.path : argument.name;
    more = argument.engine ? argument.engine->program : argument.ref;
    if (argument.kind != cases[i].kind || strcmp(name, cases[i].name) != 0 ||
        strcmp(more ? more : "", cases[i].more ? cases[i].more : "") != 0)
      fail_msg("%s: found %d \"%s\" \"%s\"", cases[i].argument, argument.kind, name, more);
    assert_string_equal(argument.text, cases[i].argument);
    argument_release(&argument);
  }
}

static void test_arguments(void **state)
{
  static const struct file files[] = { { "x", "x" } };
  static const struct {
    const char *argument;
    const char *wanted;
  } cases[] = {
    { "", "!1 an empty image argument: " },
    { "oci:", "!1 oci:: no path given; expected oci:DIR[:REF]" },
    { "oci-archive:", "!1 oci-archive:: no path given" },
    { "some-file.tar", "!1 some-file.tar: to read this file, write ./some-file.tar" },
    { "an archive", "!1 an archive: to read this file, write ./an archive" },
    { "packed", "!1 packed: to read this file, write ./packed" },
    { "some-layout", "!1 some-layout: to read this file, write ./some-layout" },
    { "none.tar", "!1 none.tar: no such file; if the image of this name is meant, write "
                  "none.tar:latest" },
    { "http://example.com/a", "!1 http://example.com/a: a URL" },
    { "oci:some-file", "!1 oci:some-file: not a directory" },
    { "oci-archive:some-dir", "!1 oci-archive:some-dir: a directory" },
    { "./some-dir", "!6 ./some-dir: neither an OCI image layout" },
    { "./none", "!2 ./none: cannot be opened: No such file" },
    { "oci:none:1", "!2 oci:none:1: cannot be opened: No such file" },
    { "/dev/null", "!6 /dev/null: neither a directory nor a regular file" },
    { "Not A Name", "!1 Not A Name: no such file, and image name" },
    { "docker://", "!1 docker://: no image given" },
    { "containers-storage:[overlay@/x]a",
      "!6 containers-storage:[overlay@/x]a: only podman's own" },
  };

  (void)state;
  write_file("some-file", "x");
  write_file("some-file.tar", "x");
  write_archive("an archive", files, 1);
  write_file("packed", "\x1f\x8b\x08");
  write_file("some-layout/oci-layout", "{}");
  write_file("some-dir/x", "x");
  for (size_t i = 0; i < ARRAY_LEN(cases); i++)
    assert_leads_to(cases[i].argument, cases[i].wanted);
}
/* An index that is written anew while its source is open: what is meant stays what was meant first.
 */
static void test_resolved_once(void **state)
{
  const struct limits limits = limits_scaled(1);
  const struct source_options options = { .limits = &limits };
  const struct file files[2][4] = {
    { LAYOUT, BLOB_ONE, BLOB_TWO, { "index.json", INDEX(DESC(HEX_ONE, "215", "")) } },
    { LAYOUT, BLOB_ONE, BLOB_TWO, { "index.json", INDEX(DESC(HEX_TWO, "215", "")) } },
  };
  struct argument parsed;
  struct source *source;
  struct error err;

  (void)state;
  write_files("moves", files[0], ARRAY_LEN(files[0]));
  assert_int_equal(argument_parse(&parsed, "oci:moves", &err), 0);
  source = source_open(&parsed, &options, &err);
  assert_non_null(source);
  for (int i = 0; i < 2; i++) {
    struct descriptor found;
    char text[DIGEST_MAX_TEXT];

    assert_int_equal(source_resolve(source, &found, &err), 0);
    assert_string_equal(digest_format(&found.digest, text), "sha256:" HEX_ONE);
    descriptor_release(&found);
    write_files("moves", files[1], ARRAY_LEN(files[1]));
  }
  source_free(source);
  argument_release(&parsed);
  assert_leads_to("oci:moves", HEX_TWO);
}

static int set_up(void **state)
{
  char dir[] = "/tmp/diffoci-source-XXXXXX";

  (void)state;
  if (!mkdtemp(dir) || chdir(dir) < 0)
    return -1;
  top = xstrdup(dir);
  return setenv("HOME", dir, 1);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
  (void)st;
  (void)type;
  (void)ftw;
  return remove(path);
}

static int tear_down(void **state)
{
  int result = nftw(top, remove_one, 8, FTW_DEPTH | FTW_PHYS);

  (void)state;
  free(top);
  return result;
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_oci),       cmocka_unit_test(test_oci_faults),
    cmocka_unit_test(test_docker),    cmocka_unit_test(test_docker_faults),
    cmocka_unit_test(test_dir),       cmocka_unit_test(test_kinds),
    cmocka_unit_test(test_arguments), cmocka_unit_test(test_resolved_once),
  };

  return cmocka_run_group_tests(tests, set_up, tear_down);
}
