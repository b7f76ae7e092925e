/* The local store from inside: index.json, blob writers, leases. Digests are those of sha256sum. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "store/local/index_json.h"
#include "store/platforms.h"
#include "store/store.h"

#define HELLO "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
#define EMPTY "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static char directory[] = "/tmp/diffoci-store-XXXXXX";
static char store_dir[sizeof(directory) + 16];

static int make_directory(void **state)
{
  (void)state;
  snprintf(directory, sizeof(directory), "/tmp/diffoci-store-XXXXXX");
  if (!mkdtemp(directory))
    return -1;
  snprintf(store_dir, sizeof(store_dir), "%s/a/store", directory);
  return 0;
}

static int remove_directory(void **state)
{
  char command[sizeof(directory) + 16];

  (void)state;
  snprintf(command, sizeof(command), "rm -rf '%s'", directory);
  return system(command) == 0 ? 0 : -1;
}

static struct store *open_store(void)
{
  struct error err = { .message = "" };
  struct store *store = store_open(store_dir, STORE_WRITE, &err);

  if (!store)
    fail_msg("%s", err.message);
  return store;
}

static struct digest digest(const char *text)
{
  struct digest out;
  struct error err;

  assert_int_equal(digest_parse(&out, str_of(text), &err), 0);
  return out;
}

static struct descriptor hello(int64_t size)
{
  struct digest id = digest(HELLO);

  return descriptor_make("application/octet-stream", &id, size);
}

static bool file_exists(const char *path)
{
  AUTO_FREE char *full = xasprintf("%s/%s", store_dir, path);

  return access(full, F_OK) == 0;
}

#define HELLO_PATH "blobs/sha256/2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"

/* --- index.json --- */

#define DESCRIPTOR(digest, more)                                                                   \
  "{\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"digest\":\"" digest             \
  "\",\"size\":7" more "}"
#define NAMED(name, ref_name)                                                                      \
  ",\"annotations\":{\"io.containerd.image.name\":\"" name                                         \
  "\",\"org.opencontainers.image.ref.name\":\"" ref_name "\"}"
#define REF_NAMED(ref_name)                                                                        \
  ",\"annotations\":{\"org.opencontainers.image.ref.name\":\"" ref_name "\"}"

static void test_index_refused(void **state)
{
  static const struct {
    const char *text;
    enum error_code code;
    const char *says;
  } cases[] = {
    { "", ERROR_CORRUPT, "JSON" },
    { "[]", ERROR_CORRUPT, "expected a JSON object" },
    { "{\"schemaVersion\":3}", ERROR_UNSUPPORTED, "schemaVersion" },
    { "{\"schemaVersion\":2,\"manifests\":{}}", ERROR_CORRUPT, "manifests" },
    { "{\"schemaVersion\":2,\"manifests\":[{}]}", ERROR_CORRUPT, "element 0" },
    { "{\"schemaVersion\":2,\"manifests\":[" DESCRIPTOR(HELLO, "") ",1]}", ERROR_CORRUPT,
      "element 1" },
    { "{\"schemaVersion\":2,\"manifests\":[" DESCRIPTOR("sha256:12", "") "]}", ERROR_CORRUPT,
      "element 0" },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    struct index_json index;
    struct error err = { .message = "" };

    assert_int_equal(index_json_parse(&index, str_of(cases[i].text), &err), -1);
    assert_int_equal(err.code, cases[i].code);
    assert_non_null(strstr(err.message, cases[i].says));
  }
}

static void test_index_names(void **state)
{
  static const char text[] =
      "{\"schemaVersion\":2,\"manifests\":[" DESCRIPTOR(HELLO, NAMED("docker.io/library/a:1", "1")) "," DESCRIPTOR(
          EMPTY,
          REF_NAMED(
              "b")) "," DESCRIPTOR(EMPTY,
                                   "") "," DESCRIPTOR(HELLO,
                                                      REF_NAMED(
                                                          "Not A Name")) "," DESCRIPTOR(EMPTY,
                                                                                        NAMED(
                                                                                            "exampl"
                                                                                            "e.com/"
                                                                                            "c"
                                                                                            "@" EMPTY,
                                                                                            "x")) "]}";
  static const struct {
    const char *name;
    size_t position;
  } cases[] = {
    { "a:1", 0 },
    { "library/a:1", 0 },
    { "docker.io/a:1", 0 },
    { "a", 5 },
    { "1", 5 },
    { "b", 1 },
    { "b:latest", 1 },
    { HELLO, 0 },
    { EMPTY, 1 },
    { "a@" HELLO, 0 },
    { "a@" EMPTY, 5 },
    { "b@" EMPTY, 1 },
    { "example.com/c@" EMPTY, 4 },
    { "example.com/c:2@" EMPTY, 4 },
    { "example.com/d@" EMPTY, 5 },
    { "Not A Name", 3 },
    { "", 5 },
  };
  struct index_json index;
  struct error err;

  (void)state;
  assert_int_equal(index_json_parse(&index, str_of(text), &err), 0);
  assert_int_equal(index.n, 5);
  assert_string_equal(index.entries[0].name, "docker.io/library/a:1");
  assert_string_equal(index.entries[1].name, "docker.io/library/b:latest");
  assert_null(index.entries[2].name);
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    if (index_json_find(&index, cases[i].name, 0) != cases[i].position)
      fail_msg("%s: found at %zu", cases[i].name, index_json_find(&index, cases[i].name, 0));
  }
  assert_int_equal(index_json_find(&index, HELLO, 1), 3);
  index_json_release(&index);
}

/* What this program does not know is kept as it is; what it adds is taken off again. */
static void test_index_changes(void **state)
{
  static const char before[] = "{\"schemaVersion\":2,\"x\":[1],\"manifests\":[" DESCRIPTOR(
      HELLO, ",\"y\":\"z\"") "," DESCRIPTOR(EMPTY,
                                            REF_NAMED("b")) "],\"annotations\":{\"k\":\"v\"}}";
  static const char after[] = "{\"schemaVersion\":2,\"x\":[1],\"manifests\":[" DESCRIPTOR(
      HELLO,
      ",\"y\":\"z\"") "," DESCRIPTOR(HELLO,
                                     ",\"y\":\"z\",\"annotations\":{\"io.containerd.image.name\":"
                                     "\"d/e:1\","
                                     "\"org.opencontainers.image.ref.name\":\"d/"
                                     "e:1\",\"diffoci.cached\":\"true\"}") "],\"annotations\":{"
                                                                           "\"k\":\"v\"}}\n";
  AUTO_BUF out = BUF_INIT(4096);
  struct descriptor target;
  struct index_json index;
  struct error err;

  (void)state;
  assert_int_equal(index_json_parse(&index, str_of(before), &err), 0);
  index_json_remove(&index, 1);
  assert_int_equal(index_json_append(&index, "d/e:1", &index.entries[0].target, true, &err), 0);
  assert_int_equal(index_json_format(&index, &out, &err), 0);
  assert_string_equal(out.ptr, after);
  assert_true(index.entries[1].cached);
  assert_int_equal(index_entry_target(&index.entries[1], &target, &err), 0);
  assert_null(descriptor_annotation(&target, ANNOTATION_CACHED));
  assert_string_equal(descriptor_annotation(&target, ANNOTATION_IMAGE_NAME), "d/e:1");
  descriptor_release(&target);
  index_json_release(&index);
}

/* --- blobs --- */

static void test_write(void **state)
{
  struct store *store = open_store();
  struct descriptor blob = hello(5);
  struct descriptor longer = hello(6);
  struct blob_writer *writer;
  struct stream *stream;
  struct error err;
  struct stat st;
  char bytes[8];

  (void)state;
  assert_int_equal(store_has(store, &blob, &err), 0);
  assert_int_equal(blob_writer_open(&writer, store, &blob, STORE_WAIT, &err), BLOB_TO_WRITE);
  assert_int_equal(blob_writer_add(writer, "hel", 3, &err), 0);
  assert_int_equal(store_has(store, &blob, &err), 0);
  assert_int_equal(blob_writer_add(writer, "lo", 2, &err), 0);
  assert_int_equal(blob_writer_commit(writer, NULL, NULL, &err), 0);
  assert_int_equal(store_has(store, &blob, &err), 1);
  assert_int_equal(store_has(store, &longer, &err), 0);
  assert_int_equal(blob_writer_open(&writer, store, &blob, STORE_WAIT, &err), BLOB_IS_THERE);
  stream = store_open_blob(store, &blob, &err);
  assert_non_null(stream);
  assert_int_equal(stream_read_full(stream, bytes, sizeof(bytes), &err), 5);
  assert_memory_equal(bytes, "hello", 5);
  stream_close(stream);
  assert_null(store_open_blob(store, &longer, &err));
  assert_int_equal(err.code, ERROR_NOT_FOUND);
  assert_int_equal(stat(store_dir, &st), 0);
  assert_int_equal(st.st_mode & 0777, 0700);
  /* It belongs to no image. */
  assert_true(file_exists(HELLO_PATH));
  store_close(store);
  assert_false(file_exists(HELLO_PATH));
  descriptor_release(&blob);
  descriptor_release(&longer);
}

static void test_write_wrong(void **state)
{
  static const struct {
    int64_t size;
    const char *bytes;
    const char *says;
  } cases[] = {
    { 5, "hellO", "digest mismatch: expected " HELLO },
    { 6, "hello", "size mismatch: expected 6 bytes, found 5" },
    { 4, "hello", "size mismatch: expected 4 bytes, found more" },
  };
  struct store *store = open_store();

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    struct descriptor blob = hello(cases[i].size);
    struct blob_writer *writer;
    struct error err = { .message = "" };

    assert_int_equal(blob_writer_open(&writer, store, &blob, STORE_WAIT, &err), BLOB_TO_WRITE);
    if (blob_writer_add(writer, cases[i].bytes, 5, &err) < 0)
      blob_writer_abort(writer);
    else
      assert_int_equal(blob_writer_commit(writer, NULL, NULL, &err), -1);
    assert_int_equal(err.code, ERROR_CORRUPT);
    assert_non_null(strstr(err.message, cases[i].says));
    assert_false(file_exists(HELLO_PATH));
    assert_false(
        file_exists(".diffoci/partial/sha256-2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa742"
                    "5e73043362938b9824"));
    descriptor_release(&blob);
  }
  store_close(store);
}

static void test_write_unknown(void **state)
{
  struct store *store = open_store();
  struct blob_writer *writers[2];
  struct digest found;
  struct error err;
  uint64_t size;

  (void)state;
  for (size_t i = 0; i < 2; i++) {
    writers[i] = blob_writer_open_unknown(store, &err);
    assert_non_null(writers[i]);
    assert_int_equal(blob_writer_add(writers[i], "hello", 5, &err), 0);
  }
  for (size_t i = 0; i < 2; i++) {
    struct digest wanted = digest(HELLO);

    assert_int_equal(blob_writer_commit(writers[i], &found, &size, &err), 0);
    assert_true(digest_equal(&found, &wanted));
    assert_int_equal(size, 5);
  }
  assert_true(file_exists(HELLO_PATH));
  store_close(store);
}

/* While one writes, another that must not wait is told so, in the same process and outside. */
static void test_busy(void **state)
{
  struct store *stores[2] = { open_store(), open_store() };
  struct digest empty_digest = digest(EMPTY);
  struct descriptor empty = descriptor_make("", &empty_digest, 0);
  struct descriptor blob = hello(5);
  struct blob_writer *writer;
  struct blob_writer *other;
  struct error err;

  (void)state;
  assert_int_equal(blob_writer_open(&writer, stores[0], &blob, STORE_WAIT_IF_IDLE, &err),
                   BLOB_TO_WRITE);
  assert_int_equal(blob_writer_open(&other, stores[0], &blob, STORE_WAIT_IF_IDLE, &err),
                   BLOB_IS_BUSY);
  assert_int_equal(blob_writer_open(&other, stores[1], &empty, STORE_WAIT, &err), BLOB_TO_WRITE);
  {
    struct blob_writer *third;

    assert_int_equal(blob_writer_open(&third, stores[1], &blob, STORE_WAIT_IF_IDLE, &err),
                     BLOB_IS_BUSY);
  }
  assert_int_equal(blob_writer_commit(other, NULL, NULL, &err), 0);
  blob_writer_abort(writer);
  assert_int_equal(blob_writer_open(&other, stores[1], &blob, STORE_WAIT_IF_IDLE, &err),
                   BLOB_TO_WRITE);
  blob_writer_abort(other);
  store_close(stores[0]);
  store_close(stores[1]);
  descriptor_release(&blob);
  descriptor_release(&empty);
}

#define HELLO_PARTIAL                                                                              \
  ".diffoci/partial/sha256-2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"

/* Puts these bytes where an interrupted process would have left them. */
static void leave_partial(const char *bytes)
{
  AUTO_FREE char *path = xasprintf("%s/" HELLO_PARTIAL, store_dir);
  FILE *file = fopen(path, "w");

  assert_non_null(file);
  assert_int_equal(fputs(bytes, file) < 0, 0);
  assert_int_equal(fclose(file), 0);
}

/* What a writer left is gone on with; what turns out wrong is thrown away, and longer is never
 * right. */
static void test_go_on(void **state)
{
  static const struct {
    const char *left;
    uint64_t done;
    bool good;
  } cases[] = { { "hel", 3, true },
                { "hello", 5, true },
                { "", 0, true },
                { "hello!", 0, true },
                { "hEl", 3, false } };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    struct descriptor blob = hello(5);
    struct store *store = open_store();
    struct blob_writer *writer;
    struct error err = { .message = "" };
    size_t done = (size_t)cases[i].done;

    leave_partial(cases[i].left);
    assert_int_equal(blob_writer_open(&writer, store, &blob, STORE_WAIT, &err), BLOB_TO_WRITE);
    assert_int_equal(blob_writer_done(writer), done);
    assert_int_equal(blob_writer_add(writer, &"hello"[done], 5 - done, &err), 0);
    assert_int_equal(blob_writer_commit(writer, NULL, NULL, &err), cases[i].good ? 0 : -1);
    assert_int_equal(file_exists(HELLO_PATH), cases[i].good);
    assert_false(file_exists(HELLO_PARTIAL));
    store_close(store);
    descriptor_release(&blob);
  }
}

/* What was there can be read, or done without. */
static void test_done(void **state)
{
  struct store *store = open_store();
  struct descriptor blob = hello(5);
  struct blob_writer *writer;
  struct stream *stream;
  struct error err;
  char bytes[8];

  (void)state;
  leave_partial("hel");
  assert_int_equal(blob_writer_open(&writer, store, &blob, STORE_WAIT, &err), BLOB_TO_WRITE);
  stream = blob_writer_read_done(writer, &err);
  assert_non_null(stream);
  assert_int_equal(stream_read_full(stream, bytes, sizeof(bytes), &err), 3);
  assert_memory_equal(bytes, "hel", 3);
  stream_close(stream);
  assert_int_equal(blob_writer_restart(writer, &err), 0);
  assert_int_equal(blob_writer_add(writer, "hello", 5, &err), 0);
  assert_int_equal(blob_writer_commit(writer, NULL, NULL, &err), 0);
  store_close(store);
  descriptor_release(&blob);
}

/* Another store's closing leaves what a live lease lists; the one that kept it leaves all. */
static void test_keep(void **state)
{
  struct store *first = open_store();
  struct store *second = open_store();
  struct store *other = open_store();
  struct descriptor blob = hello(5);
  struct digest finished = digest_of(DIGEST_SHA256, "x", 1);
  struct descriptor one = descriptor_make("", &finished, 1);
  struct blob_writer *writer;
  struct error err;

  (void)state;
  assert_int_equal(store_put_blob(first, &finished, "x", 1, &err), 0);
  assert_int_equal(blob_writer_open(&writer, first, &blob, STORE_WAIT, &err), BLOB_TO_WRITE);
  assert_int_equal(blob_writer_add(writer, "hel", 3, &err), 0);
  blob_writer_keep(writer);
  store_close(first);
  assert_true(file_exists(HELLO_PARTIAL));
  assert_int_equal(store_has(second, &blob, &err), 0);
  assert_int_equal(store_has(second, &one, &err), 1);
  store_close(other);
  assert_true(file_exists(HELLO_PARTIAL));
  assert_int_equal(store_has(second, &one, &err), 1);
  assert_int_equal(blob_writer_open(&writer, second, &blob, STORE_WAIT, &err), BLOB_TO_WRITE);
  assert_int_equal(blob_writer_done(writer), 3);
  blob_writer_abort(writer);
  store_close(second);
  second = open_store();
  assert_int_equal(store_has(second, &one, &err), 0);
  store_close(second);
  descriptor_release(&blob);
  descriptor_release(&one);
}

static void count_notice(void *context, const char *line)
{
  assert_non_null(strstr(line, HELLO));
  ++*(int *)context;
}

/* Another process has locked the partial file and hangs; later it goes on after all. */
static void test_stalled(void **state)
{
  struct store *store = open_store();
  struct store *stalled = open_store();
  struct descriptor blob = hello(5);
  struct blob_writer *hanging;
  struct blob_writer *writer;
  struct error err;
  int notices = 0;

  (void)state;
  assert_int_equal(blob_writer_open(&hanging, stalled, &blob, STORE_WAIT, &err), BLOB_TO_WRITE);
  assert_int_equal(blob_writer_add(hanging, "hel", 3, &err), 0);
  store_set_patience(store, 60);
  store_set_notice(store, count_notice, &notices);
  for (int i = 0; i < 2; i++) {
    enum store_wait wait = i ? STORE_WAIT : STORE_WAIT_IF_IDLE;

    assert_int_equal(blob_writer_open(&writer, store, &blob, wait, &err), BLOB_TO_WRITE);
    assert_int_equal(blob_writer_add(writer, "hello", 5, &err), 0);
    if (i)
      assert_int_equal(blob_writer_commit(writer, NULL, NULL, &err), 0);
    else
      blob_writer_abort(writer);
    assert_int_equal(notices, i + 1);
  }
  assert_int_equal(store_has(store, &blob, &err), 1);
  assert_int_equal(blob_writer_open(&writer, store, &blob, STORE_WAIT, &err), BLOB_IS_THERE);
  assert_int_equal(blob_writer_add(hanging, "lo", 2, &err), 0);
  assert_int_equal(blob_writer_commit(hanging, NULL, NULL, &err), 0);
  assert_int_equal(store_has(store, &blob, &err), 1);
  store_close(stalled);
  store_close(store);
  assert_false(file_exists(HELLO_PATH));
  descriptor_release(&blob);
}

static void unlock_notice(void *context, const char *line)
{
  assert_non_null(strstr(line, "waiting for another process"));
  assert_int_equal(flock(*(int *)context, LOCK_UN), 0);
}

/* Another process was stopped while it held the lock of the store. */
static void test_locked(void **state)
{
  struct store *store = open_store();
  struct descriptor blob = hello(5);
  AUTO_FREE char *path = xasprintf("%s/.diffoci/lock", store_dir);
  int fd = open(path, O_RDWR | O_CLOEXEC);
  struct error err;

  (void)state;
  store_set_patience(store, 30);
  store_set_notice(store, unlock_notice, &fd);
  assert_int_equal(flock(fd, LOCK_EX), 0);
  assert_int_equal(store_has(store, &blob, &err), 0); /* takes a lease, under the lock */
  close(fd);
  store_close(store);
  descriptor_release(&blob);
}

/* --- images --- */

static struct descriptor put_image(struct store *store, const char *name, const char *json,
                                   const char *media_type)
{
  struct digest id = digest_of(DIGEST_SHA256, json, strlen(json));
  struct descriptor root = descriptor_make(media_type, &id, (int64_t)strlen(json));
  struct error err = { .message = "" };

  assert_int_equal(store_put_blob(store, &id, json, strlen(json), &err), 0);
  if (store_put_image(store, name, &root, false, &err) < 0)
    fail_msg("%s", err.message);
  return root;
}

#define MANIFEST_OF(config)                                                                        \
  "{\"schemaVersion\":2,\"config\":{\"mediaType\":\"application/vnd.oci.image.config.v1+json\","   \
  "\"digest\":\"" config "\",\"size\":5},\"layers\":[]}"

/* What one store has looked for stays while it is open, whatever another removes. */
static void test_lease(void **state)
{
  struct store *writer = open_store();
  struct store *reader = open_store();
  struct digest id = digest(HELLO);
  struct descriptor found;
  struct descriptor blob = hello(5);
  struct descriptor root;
  struct error err;
  AUTO_BUF names = BUF_INIT(4096);

  (void)state;
  assert_int_equal(store_put_blob(writer, &id, "hello", 5, &err), 0);
  root = put_image(writer, "example.com/a:1", MANIFEST_OF(HELLO), MEDIA_OCI_MANIFEST);
  store_close(writer);
  assert_int_equal(store_find(reader, "example.com/a:1", &found, &err), 0);
  assert_true(digest_equal(&found.digest, &root.digest));
  writer = open_store();
  assert_int_equal(store_remove(writer, "example.com/a:1", &names, &err), 0);
  assert_string_equal(names.ptr, "example.com/a:1\n");
  store_close(writer);
  assert_int_equal(store_has(reader, &blob, &err), 1);
  assert_int_equal(store_has(reader, &root, &err), 1);
  assert_int_equal(store_find(reader, "example.com/a:1", &root, &err), -1);
  assert_int_equal(err.code, ERROR_NOT_FOUND);
  store_close(reader);
  assert_false(file_exists(HELLO_PATH));
  descriptor_release(&found);
  descriptor_release(&root);
  descriptor_release(&blob);
}

static void test_replace(void **state)
{
  struct store *store = open_store();
  struct digest id = digest(HELLO);
  struct store_images images;
  struct descriptor first;
  struct descriptor second;
  struct descriptor third;
  struct error err;

  (void)state;
  assert_int_equal(store_put_blob(store, &id, "hello", 5, &err), 0);
  first = put_image(store, "example.com/a:1", MANIFEST_OF(HELLO), MEDIA_OCI_MANIFEST);
  second = put_image(store, "example.com/a:1", MANIFEST_OF(HELLO) " ", MEDIA_OCI_MANIFEST);
  /* Twice without a name is once. */
  third = put_image(store, NULL, MANIFEST_OF(HELLO) "\n", MEDIA_OCI_MANIFEST);
  descriptor_release(&third);
  third = put_image(store, NULL, MANIFEST_OF(HELLO) "\n", MEDIA_OCI_MANIFEST);
  descriptor_release(&third);
  assert_int_equal(store_list(store, &images, &err), 0);
  assert_int_equal(images.n, 2);
  assert_true(digest_equal(&images.items[0].target.digest, &second.digest));
  assert_null(images.items[1].name);
  store_images_release(&images);
  store_close(store);
  store = open_store();
  assert_int_equal(store_has(store, &first, &err), 0);
  assert_int_equal(store_has(store, &second, &err), 1);
  store_close(store);
  descriptor_release(&first);
  descriptor_release(&second);
}

/* What diff fetched in passing is not marked so again once it was pulled. */
static void test_cached_mark(void **state)
{
  struct store *store = open_store();
  struct descriptor root = put_image(store, "example.com/a:1", "{}", MEDIA_OCI_MANIFEST);
  struct store_images images;
  struct error err;

  (void)state;
  for (int kept = 0; kept < 3; kept++) {
    bool cached = kept != 1;

    if (kept == 0)
      assert_int_equal(store_put_image(store, "example.com/b:1", &root, true, &err), 0);
    else
      assert_int_equal(store_put_image(store, "example.com/b:1", &root, cached, &err), 0);
    assert_int_equal(store_list(store, &images, &err), 0);
    assert_int_equal(images.n, 2);
    assert_int_equal(images.items[1].cached, kept == 0);
    store_images_release(&images);
  }
  store_close(store);
  descriptor_release(&root);
}

static void test_not_a_store(void **state)
{
  struct error err;
  char path[sizeof(store_dir) + 16];
  int fd;

  (void)state;
  assert_null(store_open(store_dir, STORE_READ, &err));
  assert_int_equal(err.code, ERROR_NOT_FOUND);
  assert_null(store_open("/proc/none", STORE_WRITE, &err));
  assert_null(store_open("/dev/null", STORE_WRITE, &err));
  assert_null(store_open("/dev/null/x", STORE_WRITE, &err));
  assert_null(store_open("", STORE_WRITE, &err));
  store_close(open_store());
  snprintf(path, sizeof(path), "%s/oci-layout", store_dir);
  fd = open(path, O_WRONLY | O_TRUNC);
  assert_int_equal(write(fd, "{\"imageLayoutVersion\":\"2.0.0\"}", 30), 30);
  close(fd);
  assert_null(store_open(store_dir, STORE_WRITE, &err));
  assert_int_equal(err.code, ERROR_UNSUPPORTED);
  assert_null(store_open(store_dir, STORE_READ, &err));
  assert_int_equal(err.code, ERROR_UNSUPPORTED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_directory, remove_directory)

int main(void)
{
  const struct CMUnitTest tests[] = {
    TEST(test_index_refused), TEST(test_index_names), TEST(test_index_changes),
    TEST(test_write),         TEST(test_write_wrong), TEST(test_write_unknown),
    TEST(test_busy),          TEST(test_lease),       TEST(test_stalled),
    TEST(test_go_on),         TEST(test_done),        TEST(test_keep),
    TEST(test_locked),        TEST(test_replace),     TEST(test_cached_mark),
    TEST(test_not_a_store),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
