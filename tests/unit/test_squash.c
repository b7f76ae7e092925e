/* Images with different numbers of layers are compared as what a container would see. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>

#include "../common/memory_source.h"
#include "../common/tar_maker.h"
#include "diff/diff.h"

enum { MAX_LAYERS = 3, MAX_ITEMS = 5 };

struct file {
  const char *name;
  char type;
  const char *text; /* content, or a link's target */
};

struct image {
  struct file layers[MAX_LAYERS][MAX_ITEMS]; /* lists end with a NULL name */
  size_t n;
};

struct row {
  const char *title;
  struct image images[2];
  const char *expected; /* the lines about the merged files */
};

#define FILE_(name, text)                                                                          \
  {                                                                                                \
    name, TAR_REGULAR, text                                                                        \
  }
#define DIR_(name)                                                                                 \
  {                                                                                                \
    name, TAR_DIR, NULL                                                                            \
  }
/* sha256sum of "1" and "2" */
#define ONE "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b"
#define TWO "d4735e3a265e16eee03f59718b9b5d03019c07d8b6c51f90da3a666eec13ab35"

static const struct row rows[] = {
  { "the same files in one and two layers",
    { { { { FILE_("a", "1"), FILE_("b", "2") } }, 1 },
      { { { FILE_("a", "1") }, { FILE_("b", "2") } }, 2 } },
    "" },
  { "a later entry replaces an earlier one",
    { { { { FILE_("a", "2") } }, 1 }, { { { FILE_("a", "1") }, { FILE_("a", "2") } }, 2 } },
    "" },
  { "…and is what is compared",
    { { { { FILE_("a", "1") } }, 1 }, { { { FILE_("a", "1") }, { FILE_("a", "2") } }, 2 } },
    "/layer/tarentry TarEntryMismatch name \"a\" | Digest=" ONE "/" TWO "\n" },
  { "a whiteout removes a directory and what is in it",
    { { { { FILE_("x", "1") } }, 1 },
      { { { DIR_("d/"), FILE_("d/a", "1"), FILE_("x", "1") }, { FILE_(".wh.d", "") } }, 2 } },
    "" },
  { "an opaque whiteout empties a directory of what is below",
    { { { { DIR_("d/"), FILE_("d/b", "2") } }, 1 },
      { { { DIR_("d/"), FILE_("d/a", "1") }, { FILE_("d/b", "2"), FILE_("d/.wh..wh..opq", "") } },
        2 } },
    "" },
  { "a file replaces a directory and all in it",
    { { { { FILE_("d", "1") } }, 1 },
      { { { DIR_("d/"), FILE_("d/a", "1") }, { FILE_("d", "1") } }, 2 } },
    "" },
  { "a directory replaces a file",
    { { { { DIR_("d/"), FILE_("d/a", "1") } }, 1 },
      { { { FILE_("d", "1") }, { DIR_("d/"), FILE_("d/a", "1") } }, 2 } },
    "" },
  { "a hard link keeps its content when its target is replaced",
    { { { { FILE_("a", "1"), { "l", TAR_LINK, "a" } }, { FILE_("a", "2") } }, 2 },
      { { { FILE_("a", "2"), { "l", TAR_LINK, "a" } } }, 1 } },
    "/layer/tarentry TarEntryMismatch name \"l\" | Digest=" ONE "/" TWO "\n" },
  { "what is only there on one side, and how many there are",
    { { { { FILE_("a", "1"), FILE_("b", "1") } }, 1 }, { { { FILE_("a", "1") }, { { 0 } } }, 2 } },
    "/layer LayerBlobMismatch length mismatch (2 vs 1)\n"
    "/layer LayerBlobMismatch name \"b\" only appears in input 0\n" },
  { "three layers against one, the shared one read once",
    { { { { FILE_("a", "1") }, { FILE_("b", "1") }, { FILE_("b", "2") } }, 3 },
      { { { FILE_("a", "1") } }, 1 } },
    "/layer LayerBlobMismatch length mismatch (2 vs 1)\n"
    "/layer LayerBlobMismatch name \"b\" only appears in input 0\n" },
  { "how a path is written does not count",
    { { { { FILE_("./a", "1") } }, 1 }, { { { FILE_("a", "2") }, { FILE_("/a", "1") } }, 2 } },
    "" },
};

static struct source *make_source(const char *label, const struct image *image)
{
  struct source *source = memory_source_new(label);
  struct buf tars[MAX_LAYERS];
  struct str layers[MAX_LAYERS];

  for (size_t i = 0; i < image->n; i++) {
    tars[i] = BUF_INIT(1 << 20);
    for (const struct file *file = image->layers[i]; file->name; file++) {
      bool has_content = file->type == TAR_REGULAR;

      tar_make(&tars[i], &(struct tar_item) {
                             .name = file->name,
                             .type = file->type,
                             .link_name = has_content ? NULL : file->text,
                             .content = has_content ? str_of(file->text) : STR(""),
                         });
    }
    tar_make_end(&tars[i]);
    layers[i] = buf_str(&tars[i]);
  }
  memory_source_image(source, layers, image->n, "");
  for (size_t i = 0; i < image->n; i++)
    buf_release(&tars[i]);
  return source;
}

static char *compare(const struct image *a, const struct image *b)
{
  struct limits limits = limits_scaled(1);
  struct memory_sink *sink = memory_sink_new(false);
  struct diff_options options = {
    /* order and names are as they come; the rest is the strict comparison of entries */
    .ignore = IGNORE_IMAGE_NAME,
    .sources = { make_source("a", a), make_source("b", b) },
    .sink = memory_sink_sink(sink),
    .limits = &limits,
  };
  struct error err;
  struct diff *diff;
  bool failed;
  char *text;

  options.platforms.all = true;
  diff = diff_run(&options, &failed, &err);
  assert_non_null(diff);
  if (failed)
    fail_msg("%s", err.message);
  diff_free(diff);
  source_free(options.sources[0]);
  source_free(options.sources[1]);
  text = memory_sink_text(sink);
  memory_sink_free(sink);
  return text;
}

static void test_rows(void **state)
{
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    char *text = compare(&rows[i].images[0], &rows[i].images[1]);

    if (strcmp(text, rows[i].expected) != 0)
      fail_msg("%s:\n%swanted:\n%s", rows[i].title, text, rows[i].expected);
    free(text);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test(test_rows) };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
