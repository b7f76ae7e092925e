/* A place to extract to and what lies outside it, for the tests of extraction; include after
 * cmocka.h. */
#ifndef DIFFOCI_TESTS_EXTRACT_PLACE_H
#define DIFFOCI_TESTS_EXTRACT_PLACE_H

#include <grp.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "file_tree.h"
#include "report/directory/extract.h"
#include "report/directory/remove_tree.h"
#include "report_events.h"

static bool use_plain; /* openat() in the place of openat2() */

static const char outside_before[] = "d 755 dir\n"
                                     "f 644 dir/inner inner\n"
                                     "f 644 secret secret\n";

/* PLACE/outside, which nothing may change, and PLACE/root, below which files are written. */
struct place {
  char *path;
  char *outside;
  char *root;
  int fd;
  struct extract *extract;
};

static inline void place_init(struct place *place)
{
  char *dir;

  place->path = tree_new();
  place->outside = xasprintf("%s/outside", place->path);
  place->root = xasprintf("%s/root", place->path);
  dir = xasprintf("%s/dir", place->outside);
  assert_int_equal(mkdir(place->outside, 0755), 0);
  assert_int_equal(mkdir(place->root, 0755), 0);
  assert_int_equal(mkdir(dir, 0755), 0);
  tree_write(place->outside, "secret", "secret");
  tree_write(dir, "inner", "inner");
  free(dir);
  place->fd = open(place->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  assert_true(place->fd >= 0);
  place->extract = extract_new(place->fd, "DIR/input-0", use_plain);
}

static inline void place_release(struct place *place)
{
  char *outside = tree_list(place->outside);

  assert_string_equal(outside, outside_before);
  free(outside);
  extract_free(place->extract);
  close(place->fd);
  assert_int_equal(remove_tree(AT_FDCWD, place->path), 0);
  assert_int_equal(access(place->path, F_OK), -1);
  free(place->path);
  free(place->outside);
  free(place->root);
}

static char any_block; /* content is no hole: the chunk lies in some block */

struct text_content {
  const char *text;
  bool read;
};

static inline int next_text(void *context, struct tar_chunk *chunk, struct error *err)
{
  struct text_content *content = context;

  (void)err;
  if (content->read || !content->text || !*content->text)
    return 0;
  content->read = true;
  *chunk = (struct tar_chunk) { .bytes = (const unsigned char *)content->text,
                                .len = strlen(content->text),
                                .block = (struct block *)(void *)&any_block };
  return 1;
}

static inline int put(struct place *place, const struct tar_entry *entry, const char *text,
                      struct error *err)
{
  struct text_content content = { text, false };

  return extract_entry(place->extract, entry, &(struct extract_content) { next_text, &content },
                       err);
}

struct made {
  char type; /* f, l, h, d, or the type flag itself */
  const char *name;
  const char *text; /* content or link target */
  int64_t mode;     /* 0: 0644, directories 0755; -1: really 0 */
};

enum { MAX_MADE = 8 };

static inline struct tar_entry entry_of(const struct made *made)
{
  static const char letters[] = "flhd";
  static const char types[] = "0215";
  const char *letter = strchr(letters, made->type);
  struct tar_entry entry = make_entry(made->name);

  entry.type = letter ? types[letter - letters] : made->type;
  entry.mode = made->mode == -1 ? 0 : made->mode ? made->mode : entry.type == TAR_DIR ? 0755 : 0644;
  entry.device_major = 1;
  entry.device_minor = 3;
  if (entry.type == TAR_LINK || entry.type == TAR_SYMLINK)
    entry.link_name = str_of(made->text);
  return entry;
}

static inline char *notes_text(const struct place *place)
{
  const struct notes *notes = extract_notes(place->extract);
  struct buf text = BUF_INIT(TREE_TEXT_MAX);

  for (size_t i = 0; i < notes->n; i++)
    buf_printf(&text, "%s\n", notes->lines[i]);
  return buf_detach(&text);
}

static inline void check(struct place *place, const char *tree, const char *notes)
{
  char *found;

  extract_finish(place->extract);
  found = notes_text(place);
  assert_string_equal(found, notes);
  free(found);
  found = tree_list(place->root);
  assert_string_equal(found, tree);
  free(found);
}

enum { NOBODY = 65534 };

/* All of it once more as a user who may not do everything. */
static inline int as_nobody(int (*run)(void))
{
  int status;
  pid_t child = fork();

  if (child == 0) {
    if (setgroups(0, NULL) != 0 || setgid(NOBODY) != 0 || setuid(NOBODY) != 0)
      _exit(1);
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0); /* the leak checker looks into its own process */
    exit(run() ? 1 : 0);
  }
  if (child < 0 || waitpid(child, &status, 0) != child)
    return 1;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : 1;
}

/* Runs a group of tests as this user and, if that is root, as nobody. */
static inline int run_as_both(int (*run)(void))
{
  umask(022);
  return (geteuid() == 0 ? as_nobody(run) : 0) + run();
}

#endif
