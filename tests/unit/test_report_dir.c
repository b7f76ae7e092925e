/* The report directory: what stands where, what is replaced, and what is told of what went wrong.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../common/dir_writer.h"
#include "file_tree.h"
#include "report/directory/dir.h"
#include "report/directory/layer_files.h"
#include "report/directory/remove_tree.h"
#include "report/outfile.h"
#include "report_events.h"

struct file {
  const char *name;
  const char *content; /* NULL: it cannot be read */
};

/* A layer's files; the layer's digest has its number in all bytes. */
static const struct file layers[][4] = {
  { { "etc/x", "x in 0" }, { "equal", "" }, { "only-0", "0" }, { "../up", "" } },
  { { "equal", "" }, { "etc/x", "x in 1" }, { "broken", NULL }, { "a", "a" } },
  { { "second", "second in 0" }, { "", NULL }, { "", NULL }, { "", NULL } },
};
enum { LAYERS = ARRAY_LEN(layers) };

static int read_file(void *reader, struct tar_chunk *chunk, struct error *err)
{
  const char **content = reader;

  if (!*content)
    return error_set(err, ERROR_CORRUPT, "truncated");
  *chunk = (struct tar_chunk) { .bytes = (const unsigned char *)*content,
                                .len = strlen(*content),
                                .block = (struct block *)(void *)&layers };
  *content += chunk->len;
  return chunk->len > 0;
}

static int visit(struct source *source, const struct descriptor *layer, const uint64_t *positions,
                 size_t n_positions, const struct limits *limits, struct content_visitor *visitor,
                 struct error *err)
{
  (void)source;
  (void)limits;
  for (size_t i = 0; i < n_positions; i++) {
    const struct file *file = &layers[layer->digest.bytes[0]][positions[i]];
    struct tar_entry entry = make_entry(file->name);
    const char *content = file->content;

    entry.index = positions[i];
    assert_true(i == 0 || positions[i] > positions[i - 1]);
    if (visitor->entry(visitor, &entry, (struct tar_reader *)(void *)&content, err))
      return -1;
  }
  return 0;
}

static bool use_writer; /* written by who only has the directory, and sockets */

struct dir_test {
  char *place, *path;
  struct dir_writer writer;
  struct source sources[2];
  struct diff_options options;
  struct report *report;
  struct descriptor descriptors[LAYERS];
  const char *hashed[2]; /* what the comparison read at the entries sent; NULL: it did not tell */
};

static void start(struct dir_test *test, unsigned threads)
{
  static char labels[2][16] = { "oci:`zero`\x1b", "oci:one" };

  *test = (struct dir_test) { .place = tree_new() };
  test->path = xasprintf("%s/new/report", test->place);
  for (int i = 0; i < 2; i++) {
    test->sources[i].label = labels[i];
    test->options.sources[i] = &test->sources[i];
  }
  test->options.threads = threads;
  for (int i = 0; i < LAYERS; i++)
    test->descriptors[i] = make_descriptor("x", (uint8_t)i);
  if (use_writer)
    dir_writer_start(&test->writer);
  test->report = report_dir_new_with(test->path, &test->options, visit, read_file);
}

static void stop(struct dir_test *test)
{
  report_free(test->report);
  if (use_writer)
    dir_writer_stop(&test->writer);
  assert_int_equal(remove_tree(AT_FDCWD, test->place), 0);
  free(test->place);
  free(test->path);
}

/* Sends an event about an entry of layer `layers[side]` at a position; -1: not on that side. */
static void send_event(struct dir_test *test, const char *context, const int in_layers[2],
                       const int positions[2])
{
  bool pair = positions[0] >= 0 && positions[1] >= 0;
  struct event event =
      make_event(context, pair ? EVENT_TARENTRY : EVENT_LAYER, "name \"…\"", NULL, 0);
  struct tar_entry entries[2];
  struct digest digests[2];

  for (int side = 0; side < 2; side++) {
    if (positions[side] < 0)
      continue;
    entries[side] = make_entry(layers[in_layers[side]][positions[side]].name);
    entries[side].index = (uint64_t)positions[side];
    event.inputs[side].entry = &entries[side];
    event.inputs[side].layer = &test->descriptors[in_layers[side]];
    if (!test->hashed[side])
      continue;
    digests[side] = digest_of(DIGEST_SHA256, test->hashed[side], strlen(test->hashed[side]));
    event.inputs[side].content = &digests[side];
  }
  report_event(test->report, &event);
}

static char *list(const struct dir_test *test, const char *name)
{
  AUTO_FREE char *path = xasprintf("%s/%s", test->path, name);

  return tree_list(path);
}

static char *read_readme(const struct dir_test *test)
{
  AUTO_FREE char *path = xasprintf("%s/README.md", test->path);
  struct buf text = BUF_INIT(TREE_TEXT_MAX);
  FILE *file = fopen(path, "r");
  int c;

  assert_non_null(file);
  while ((c = getc(file)) != EOF)
    buf_putc(&text, (char)c);
  fclose(file);
  return buf_detach(&text);
}

static void send_all(struct dir_test *test)
{
  send_event(test, "/manifests-0/layers-1/layer/tarentry", (const int[]) { 0, 1 },
             (const int[]) { 0, 1 });
  send_event(test, "/manifests-0/layers-1/layer", (const int[]) { 0, 1 }, (const int[]) { 3, -1 });
  send_event(test, "/manifests-0/layers-1/layer", (const int[]) { 0, 1 }, (const int[]) { 2, -1 });
  send_event(test, "/manifests-0/layers-1/layer", (const int[]) { 0, 1 }, (const int[]) { 2, -1 });
  send_event(test, "/layer/tarentry", (const int[]) { 2, 1 }, (const int[]) { 0, 3 });
}

static void check_all(const struct dir_test *test)
{
  char *text = list(test, "input-0");

  assert_string_equal(text, "d 755 manifests-0\n"
                            "d 755 manifests-0/layers-1\n"
                            "d 755 manifests-0/layers-1/etc\n"
                            "f 644 manifests-0/layers-1/etc/x x in 0\n"
                            "f 644 manifests-0/layers-1/only-0 0\n"
                            "f 644 second second in 0\n");
  free(text);
  text = list(test, "input-1");
  assert_string_equal(text, "f 644 a a\n"
                            "d 755 manifests-0\n"
                            "d 755 manifests-0/layers-1\n"
                            "d 755 manifests-0/layers-1/etc\n"
                            "f 644 manifests-0/layers-1/etc/x x in 1\n");
  free(text);
}

static void what_differs(void **state)
{
  (void)state;
  for (unsigned threads = 0; threads < 3; threads++) {
    struct dir_test test;
    struct error err;
    char *text;

    start(&test, threads);
    send_all(&test);
    if (report_finish(test.report, &err) != 0)
      fail_msg("%s", err.message);
    check_all(&test);
    text = read_readme(&test);
    assert_non_null(strstr(text, "\n## input-0\n\n    oci:`zero`\\x1b\n\nLeft out:\n\n    "
                                 "/manifests-0/layers-1: \"../up\": the name has a component "
                                 "\"..\"\n\n## input-1\n\n    oci:one\n\nNothing was left out.\n"));
    free(text);
    stop(&test);
  }
}

/* Four names are replaced, whatever they are, and nothing else is touched. */
static void what_was_there(void **state)
{
  struct dir_test test;
  struct error err;
  AUTO_FREE char *path = NULL;
  AUTO_FREE char *outside = NULL;
  char *text;

  (void)state;
  start(&test, 0);
  send_all(&test);
  path = xasprintf("%s/new", test.place);
  assert_int_equal(mkdir(path, 0755), 0);
  assert_int_equal(mkdir(test.path, 0755), 0);
  outside = xasprintf("%s/outside", test.place);
  assert_int_equal(mkdir(outside, 0755), 0);
  tree_write(outside, "keep", "keep");
  tree_write(test.path, "mine", "mine");
  tree_write(test.path, ".diffoci-report", "");
  free(path);
  path = xasprintf("%s/input-0", test.path); /* a symlink to a directory */
  assert_int_equal(symlink("../../outside", path), 0);
  free(path);
  path = xasprintf("%s/report.json", test.path); /* to a file */
  assert_int_equal(symlink("../../outside/keep", path), 0);
  free(path);
  path = xasprintf("%s/README.md", test.path); /* a directory without rights */
  assert_int_equal(mkdir(path, 0700), 0);
  tree_write(path, "x", "x");
  assert_int_equal(chmod(path, 0), 0);
  tree_write(test.path, "input-1", "a file");
  assert_int_equal(report_finish(test.report, &err), 0);
  check_all(&test);
  text = tree_list(outside);
  assert_string_equal(text, "f 644 keep keep\n");
  free(text);
  text = tree_list(test.path);
  assert_non_null(strstr(text, "f 644 README.md # Differences"));
  assert_non_null(strstr(text, "f 644 mine mine\n"));
  assert_non_null(strstr(text, "f 644 report.json {\"context\":\"/\""));
  assert_null(strstr(text, "tmp"));
  free(text);
  stop(&test);
}

/* A directory that holds something and that no report made is left as it is. */
static void not_a_report(void **state)
{
  struct dir_test test;
  struct error err;
  AUTO_FREE char *parent = NULL;
  char *text;

  (void)state;
  start(&test, 0);
  send_all(&test);
  parent = xasprintf("%s/new", test.place);
  assert_int_equal(mkdir(parent, 0755), 0);
  assert_int_equal(mkdir(test.path, 0755), 0);
  tree_write(test.path, "README.md", "mine");
  assert_int_equal(report_dir_check(test.path, &err), -1);
  assert_int_equal(report_finish(test.report, &err), -1);
  text = tree_list(test.path);
  assert_string_equal(text, "f 644 README.md mine\n");
  free(text);
  stop(&test);
}

static void no_difference(void **state)
{
  struct dir_test test;
  struct error err;
  char *text;

  (void)state;
  start(&test, 0);
  assert_int_equal(report_finish(test.report, &err), 0);
  text = list(&test, "input-0");
  assert_string_equal(text, "");
  free(text);
  text = list(&test, "input-1");
  assert_string_equal(text, "");
  free(text);
  stop(&test);
}

/* What cannot be read is told with the input and the layer, in README.md too. */
static void unreadable_layer(void **state)
{
  struct dir_test test;
  struct error err;
  char *text;

  (void)state;
  start(&test, 0);
  send_event(&test, "/layers-0/layer", (const int[]) { 0, 1 }, (const int[]) { -1, 2 });
  send_event(&test, "/layers-0/layer", (const int[]) { 0, 1 }, (const int[]) { 2, -1 });
  assert_int_equal(report_finish(test.report, &err), -1);
  assert_string_equal(err.message, "input 1 (oci:one): /layers-0: truncated");
  text = read_readme(&test);
  assert_non_null(strstr(text, "Not complete:\n\n    input 1 (oci:one): /layers-0: truncated\n"));
  free(text);
  text = list(&test, "input-0");
  assert_string_equal(text, "d 755 layers-0\nf 644 layers-0/only-0 0\n");
  free(text);
  stop(&test);
}

static void no_directory(void **state)
{
  struct dir_test test;
  struct error err;
  AUTO_FREE char *expected = NULL;

  (void)state;
  start(&test, 0);
  tree_write(test.place, "new", "a file");
  expected = xasprintf("%s: Not a directory", test.path);
  assert_int_equal(report_finish(test.report, &err), -1);
  assert_string_equal(err.message, expected);
  stop(&test);
}

static void layers_and_positions(void **state)
{
  struct layer_file_list list = LAYER_FILE_LIST_INIT;
  /* of one manifest, in its order */
  const struct descriptor both[2] = { make_descriptor("x", 0xbb), make_descriptor("x", 0xaa) };
  struct tar_entry entry = make_entry("x");
  static const struct {
    const char *context;
    uint64_t position;
    int layer;
  } events[] = {
    { "/layers-10/layer", 7, 0 },         { "/layers-2/layer/tarentry", 9, 0 },
    { "/layers-2/layer", 3, 0 },          { "/layers-2/layer/tarentry", 9, 0 },
    { "/layer/tarentry", 1, 1 },          { "/layer", 2, 0 },
    { "/layers-2/layer/tarentry", 4, 0 },
  };
  static const struct {
    const char *directory;
    size_t n;
    uint64_t positions[3];
  } expected[] = {
    { "", 1, { 2 } }, { "", 1, { 1 } }, { "layers-2", 3, { 3, 4, 9 } }, { "layers-10", 1, { 7 } }
  };
  struct error err;

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(events); i++) {
    struct event event = make_event(events[i].context, EVENT_LAYER, "", NULL, 0);

    entry.index = events[i].position;
    event.inputs[1].entry = &entry;
    layer_file_list_add(&list, &event); /* no layer: nothing to read */
    event.inputs[1].layer = &both[events[i].layer];
    layer_file_list_add(&list, &event);
  }
  assert_int_equal(layer_file_list_sort(&list, &err), 0);
  assert_int_equal(list.n, ARRAY_LEN(expected));
  for (size_t i = 0; i < list.n; i++) {
    assert_string_equal(list.items[i]->directory, expected[i].directory);
    assert_int_equal(list.items[i]->side, 1);
    assert_int_equal(list.items[i]->n, expected[i].n);
    assert_memory_equal(list.items[i]->positions, expected[i].positions,
                        expected[i].n * sizeof(uint64_t));
  }
  layer_file_list_release(&list);
}

/* The second pass has to find what the first one compared. */
static void changed_meanwhile(void **state)
{
  (void)state;
  for (int wrong = 0; wrong < 2; wrong++) {
    struct dir_test test;
    struct error err = { 0 };

    start(&test, 1);
    test.hashed[0] = "x in 0";
    test.hashed[1] = wrong ? "x in 2" : "x in 1";
    send_event(&test, "/layer/tarentry", (const int[]) { 0, 1 }, (const int[]) { 0, 1 });
    test.hashed[0] = "0";
    send_event(&test, "/layer", (const int[]) { 0, 1 }, (const int[]) { 2, -1 });
    assert_int_equal(report_finish(test.report, &err), wrong ? -1 : 0);
    if (wrong)
      assert_non_null(strstr(err.message, "input 1 (oci:one): /: etc/x changed while it was read"));
    stop(&test);
  }
}

static int through_the_writer(void **state)
{
  (void)state;
  use_writer = true;
  return 0;
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_differs),     cmocka_unit_test(what_was_there),
    cmocka_unit_test(not_a_report),     cmocka_unit_test(no_difference),
    cmocka_unit_test(unreadable_layer), cmocka_unit_test(changed_meanwhile),
    cmocka_unit_test(no_directory),     cmocka_unit_test(layers_and_positions),
  };

  umask(022);
  return cmocka_run_group_tests_name("here", tests, NULL, NULL) +
         cmocka_run_group_tests_name("through the writer", tests, through_the_writer, NULL);
}
