/* The report file: members, order, times, bytes that are not UTF-8, and where it is written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <jansson.h>
#include <pthread.h>

#include "file_tree.h"
#include "report/directory/remove_tree.h"
#include "report/json/gotime.h"
#include "report_events.h"

static char *read_all(const char *path)
{
  struct buf text = BUF_INIT(TREE_TEXT_MAX);
  FILE *file = fopen(path, "r");
  char piece[4096];
  size_t n;

  assert_non_null(file);
  while ((n = fread(piece, 1, sizeof(piece), file)) > 0)
    buf_add(&text, piece, n);
  fclose(file);
  return buf_detach(&text);
}

/* Takes out what the root says of the comparison as a whole, which the tests of outputs hold
 * against the schema: it is the last of the root's members. */
static char *tree_alone(char *text)
{
  char *about = strstr(text, ",\n\"formatVersion\":1,");
  char *end = about ? strstr(about, "}}\n") : NULL;

  assert_non_null(end);
  if (end) /* for who reads this without knowing the assertion */
    memmove(about, end + 1, strlen(end));
  return text;
}

/* Runs a report over events and returns the tree that it wrote; to be freed. */
static char *run(const struct event *events, size_t n)
{
  char *dir = tree_new();
  AUTO_FREE char *path = xasprintf("%s/report.json", dir);
  struct report *report = report_json_new(path, NULL);
  struct error err;
  char *text;

  for (size_t i = 0; i < n; i++)
    report_event(report, &events[i]);
  assert_int_equal(report_finish(report, &err), 0);
  report_free(report);
  text = read_all(path);
  assert_int_equal(remove_tree(AT_FDCWD, dir), 0);
  free(dir);
  return tree_alone(text);
}

static void no_events(void **state)
{
  char *text = run(NULL, 0);

  (void)state;
  assert_string_equal(text, "{\"context\":\"/\",\"event\":{}}\n");
  free(text);
}

/* The header's members stand in Go's order, as docs/behaviour.md says. */
static void one_entry(void **state)
{
  static const struct tar_record records[] = {
    { { "SCHILY.xattr.user.x", 19 }, { "\xff\0", 2 } },
    { { "mtime", 5 }, { "1690889073.5", 12 } },
  };
  struct event_node layers = {
    &report_root, "/layers-0", EVENT_MANIFEST, "field \"Layers[0]\"", { { 0 } }
  };
  struct event_field field = make_field("Mode", "Mode ", "0x1a4", "0x180");
  struct event event =
      make_event("/layers-0/layer/tarentry", EVENT_TARENTRY, "name \"e\\\"\\xff\"", &field, 1);
  struct tar_entry entries[2] = { make_entry("e\"\xff"), make_entry("e\"\xff") };
  struct digest digest = digest_of(DIGEST_SHA256, "abc", 3);
  char *text;

  (void)state;
  entries[0].index = 3;
  entries[0].size = 6;
  entries[0].format = TAR_FORMAT_PAX;
  entries[0].mtime = (struct tar_time) { 1690889073, 500000000, true };
  entries[0].records = records;
  entries[0].n_records = 2;
  entries[1].type = TAR_SYMLINK;
  entries[1].link_name = STR("a\tb\x01\\");
  event.parent = &layers;
  event.inputs[0].entry = &entries[0];
  event.inputs[1].entry = &entries[1];
  event.inputs[0].content = &digest;
  text = run(&event, 1);
  assert_string_equal(
      text,
      "{\"context\":\"/\",\"event\":{},\"children\":[\n"
      "{\"context\":\"/layers-0\",\"event\":{\"type\":\"ManifestBlobMismatch\",\"note\":\"field "
      "\\\"Layers[0]\\\"\"},\"children\":[\n"
      "{\"context\":\"/layers-0/layer/tarentry\",\"event\":{\"type\":\"TarEntryMismatch\","
      "\"inputs\":["
      "{\"tarEntry\":{\"index\":3,\"header\":{\"Typeflag\":48,\"Name\":\"e\\\"\xef\xbf\xbd\","
      "\"Linkname\":\"\",\"Size\":6,\"Mode\":420,\"Uid\":0,\"Gid\":0,\"Uname\":\"root\","
      "\"Gname\":\"root\",\"ModTime\":\"2023-08-01T11:24:33.5Z\","
      "\"AccessTime\":\"0001-01-01T00:00:00Z\",\"ChangeTime\":\"0001-01-01T00:00:00Z\","
      "\"Devmajor\":0,\"Devminor\":0,\"Xattrs\":{\"user.x\":\"\xef\xbf\xbd\\u0000\"},"
      "\"PAXRecords\":{\"SCHILY.xattr.user.x\":\"\xef\xbf\xbd\\u0000\",\"mtime\":\"1690889073.5\"},"
      "\"Format\":4},\"digest\":\"sha256:"
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\"}},"
      "{\"tarEntry\":{\"index\":0,\"header\":{\"Typeflag\":50,\"Name\":\"e\\\"\xef\xbf\xbd\","
      "\"Linkname\":\"a\\tb\\u0001\\\\\",\"Size\":0,\"Mode\":420,\"Uid\":0,\"Gid\":0,"
      "\"Uname\":\"root\",\"Gname\":\"root\",\"ModTime\":\"0001-01-01T00:00:00Z\","
      "\"AccessTime\":\"0001-01-01T00:00:00Z\",\"ChangeTime\":\"0001-01-01T00:00:00Z\","
      "\"Devmajor\":0,\"Devminor\":0,\"Xattrs\":null,\"PAXRecords\":null,\"Format\":2}}}],"
      "\"diff\":\"- Mode: 0x1a4\\n+ Mode: 0x180\\n\",\"note\":\"name \\\"e\\\\\\\"\\\\xff\\\"\"}}"
      "]}]}\n");
  free(text);
}

/* Documents stand as in the image; an entry only where the event is about a pair of entries. */
static void documents(void **state)
{
  json_t *config = json_pack("{s:s, s:[i]}", "z", "1", "a", 2);
  json_t *object = json_pack("{s:s}", "mediaType", "x");
  struct descriptor descriptor = { .json = object };
  struct event events[] = {
    make_event("/a", EVENT_CONFIG, "", NULL, 0),
    make_event("/b", EVENT_LAYER, "name \"x\" only appears in input 1", NULL, 0),
    make_event("/c", EVENT_LAYER, "", NULL, 0),
  };
  struct tar_entry entry = make_entry("x");
  json_t *parsed;
  json_error_t error;
  char *text;

  (void)state;
  events[0].inputs[1].config = config;
  events[0].inputs[0].index = events[0].inputs[0].manifest = object;
  events[1].inputs[0].descriptor = &descriptor;
  events[1].inputs[1].entry = &entry;
  events[2].inputs[1].entry = &entry;
  text = run(events, ARRAY_LEN(events));
  assert_string_equal(text,
                      "{\"context\":\"/\",\"event\":{},\"children\":[\n"
                      "{\"context\":\"/a\",\"event\":{\"type\":\"ConfigBlobMismatch\",\"inputs\":["
                      "{\"index\":{\"mediaType\":\"x\"},\"manifest\":{\"mediaType\":\"x\"}},"
                      "{\"config\":{\"z\":\"1\",\"a\":[2]}}]}},\n"
                      "{\"context\":\"/b\",\"event\":{\"type\":\"LayerBlobMismatch\",\"inputs\":["
                      "{\"descriptor\":{\"mediaType\":\"x\"}},{}],"
                      "\"note\":\"name \\\"x\\\" only appears in input 1\"}},\n"
                      "{\"context\":\"/c\",\"event\":{\"type\":\"LayerBlobMismatch\"}}]}\n");
  parsed = json_loads(text, 0, &error);
  assert_non_null(parsed);
  json_decref(parsed);
  json_decref(config);
  json_decref(object);
  free(text);
}

/* Dates by `date -u -d @SECONDS`; years beyond four digits by python's proleptic arithmetic. */
static void go_times(void **state)
{
  static const struct {
    struct tar_time time;
    const char *text;
  } rows[] = {
    { { 0, 0, true }, "1970-01-01T00:00:00Z" },
    { { 0, 0, false }, "0001-01-01T00:00:00Z" },
    { { 951782399, 0, true }, "2000-02-28T23:59:59Z" },
    { { 951782400, 1, true }, "2000-02-29T00:00:00.000000001Z" },
    { { 951868800, 120000000, true }, "2000-03-01T00:00:00.12Z" },
    { { 1709164800, 0, true }, "2024-02-29T00:00:00Z" },
    { { 4107542400, 0, true }, "2100-03-01T00:00:00Z" },
    { { 4107542399, 0, true }, "2100-02-28T23:59:59Z" },
    { { -1, 999999999, true }, "1969-12-31T23:59:59.999999999Z" },
    { { -62135596800, 0, true }, "0001-01-01T00:00:00Z" },
    { { 253402300799, 0, true }, "9999-12-31T23:59:59Z" },
    { { 253402300800, 0, true }, "10000-01-01T00:00:00Z" },
    { { -62167219200, 0, true }, "0000-01-01T00:00:00Z" },
    { { -62167219201, 0, true }, "-0001-12-31T23:59:59Z" },
    { { INT64_MAX, 0, true }, "292277026596-12-04T15:30:07Z" },
    { { INT64_MIN, 0, true }, "-292277022657-01-27T08:29:52Z" },
  };
  char text[GOTIME_MAX_TEXT];

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(rows); i++)
    assert_string_equal(gotime_rfc3339(&rows[i].time, text), rows[i].text);
}

static int finish_at(const char *path, struct error *err)
{
  struct report *report = report_json_new(path, NULL);
  int result = report_finish(report, err);

  report_free(report);
  return result;
}

static void *read_fifo(void *path)
{
  return read_all(path);
}

/* A file is replaced, through a symlink too; nothing else is left behind; a pipe is written to. */
static void destinations(void **state)
{
  char *dir = tree_new();
  AUTO_FREE char *link = xasprintf("%s/link", dir);
  AUTO_FREE char *fifo = xasprintf("%s/fifo", dir);
  struct error err;
  pthread_t thread;
  void *text;
  char *tree;

  (void)state;
  umask(022);
  tree_write(dir, "report.json", "old");
  assert_int_equal(symlink("report.json", link), 0);
  assert_int_equal(finish_at(link, &err), 0);
  tree = tree_list(dir);
  assert_non_null(strstr(tree, "l link -> report.json\n"
                               "f 644 report.json {\"context\":\"/\",\"event\":{},\\n"));
  free(tree);
  assert_int_equal(mkfifo(fifo, 0600), 0);
  assert_int_equal(pthread_create(&thread, NULL, read_fifo, fifo), 0);
  assert_int_equal(finish_at(fifo, &err), 0);
  pthread_join(thread, &text);
  assert_string_equal(tree_alone(text), "{\"context\":\"/\",\"event\":{}}\n");
  free(text);
  assert_int_equal(remove_tree(AT_FDCWD, dir), 0);
  free(dir);
}

/* What was written to stdout before stays, whatever stdout is. */
static void standard_output(void **state)
{
  char *dir = tree_new();
  AUTO_FREE char *path = xasprintf("%s/out", dir);
  int saved = dup(STDOUT_FILENO);
  int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  struct error err;
  int result;
  char *text;

  (void)state;
  fflush(stdout);
  dup2(fd, STDOUT_FILENO);
  result = write(STDOUT_FILENO, "table\n", 6) == 6 ? finish_at("/dev/stdout", &err) : -1;
  result += write(STDOUT_FILENO, "end\n", 4) == 4 ? 0 : -1;
  dup2(saved, STDOUT_FILENO);
  close(saved);
  close(fd);
  assert_int_equal(result, 0);
  text = read_all(path);
  assert_string_equal(tree_alone(text), "table\n{\"context\":\"/\",\"event\":{}}\nend\n");
  free(text);
  assert_int_equal(remove_tree(AT_FDCWD, dir), 0);
  free(dir);
}

static void failures(void **state)
{
  char *dir = tree_new();
  AUTO_FREE char *missing = xasprintf("%s/missing/report.json", dir);
  AUTO_FREE char *expected = xasprintf("%s: No such file or directory", missing);
  AUTO_FREE char *is_dir = xasprintf("%s: Is a directory", dir);
  struct error err;

  (void)state;
  assert_int_equal(finish_at(missing, &err), -1);
  assert_string_equal(err.message, expected);
  assert_int_equal(finish_at(dir, &err), -1);
  assert_string_equal(err.message, is_dir);
  assert_int_equal(finish_at("/dev/full", &err), -1);
  assert_string_equal(err.message, "/dev/full: No space left on device");
  assert_int_equal(remove_tree(AT_FDCWD, dir), 0);
  free(dir);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(no_events), cmocka_unit_test(one_entry),    cmocka_unit_test(documents),
    cmocka_unit_test(go_times),  cmocka_unit_test(destinations), cmocka_unit_test(standard_output),
    cmocka_unit_test(failures),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
