/* Extraction: entries of every hostile kind, as root and as nobody, with and without openat2. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <grp.h>
#include <limits.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "file_tree.h"
#include "report/extract.h"
#include "report/remove_tree.h"
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

static void place_init(struct place *place)
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

static void place_release(struct place *place)
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

static int next_text(void *context, struct tar_chunk *chunk, struct error *err)
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

static int put(struct place *place, const struct tar_entry *entry, const char *text,
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

struct scenario {
  const char *what;
  struct made entries[MAX_MADE];
  const char *tree;
  const char *notes; /* one a line */
};

static const struct scenario scenarios[] = {
  { "files and directories",
    { { 'd', "etc/", NULL, 0750 }, { 'f', "etc/x", "hello", 0 }, { 'f', "run/lib/y", "y", 0600 } },
    "d 750 etc\nf 644 etc/x hello\nd 755 run\nd 755 run/lib\nf 600 run/lib/y y\n",
    "" },
  { "leading slashes and dots do not count",
    { { 'f', "/abs", "1", 0 }, { 'f', "./a//b/./c", "2", 0 }, { 'd', "./", NULL, 0700 } },
    "d 755 a\nd 755 a/b\nf 644 a/b/c 2\nf 644 abs 1\n",
    "" },
  { "no way up",
    { { 'f', "../outside/evil", "x", 0 },
      { 'f', "a/../../outside/evil", "x", 0 },
      { 'd', "..", NULL, 0777 },
      { 'l', "../evil", "x", 0 },
      { 'f', "/", "x", 0 } },
    "",
    "/: \"../outside/evil\": the name has a component \"..\"\n"
    "/: \"a/../../outside/evil\": the name has a component \"..\"\n"
    "/: \"..\": the name has a component \"..\"\n"
    "/: \"../evil\": the name has a component \"..\"\n"
    "/: \"/\": not a directory, at the root of the layer\n" },
  { "a symlink is not written through",
    { { 'l', "up", "../outside", 0 }, { 'f', "up/evil", "x", 0 }, { 'f', "up/dir/evil", "y", 0 } },
    "d 755 up\nd 755 up/dir\nf 644 up/dir/evil y\nf 644 up/evil x\n",
    "" },
  { "nor a deeper one",
    { { 'd', "a", NULL, 0 },
      { 'f', "a/b/keep", "k", 0 },
      { 'l', "a/b", "../../outside/dir", 0 },
      { 'f', "a/b/inner", "x", 0 } },
    "d 755 a\nd 755 a/b\nf 644 a/b/inner x\n",
    "" },
  { "a symlink replaced by a directory",
    { { 'l', "lib", "usr/lib", 0 }, { 'd', "lib/", NULL, 0700 }, { 'f', "lib/x", "x", 0 } },
    "d 700 lib\nf 644 lib/x x\n",
    "" },
  { "a directory replaced by a symlink",
    { { 'd', "lib", NULL, 0700 }, { 'f', "lib/x", "x", 0 }, { 'l', "lib", "../outside/dir", 0 } },
    "l lib -> ../outside/dir\n",
    "" },
  { "a symlink replaced by a file",
    { { 'l', "f", "../outside/secret", 0 }, { 'f', "f", "x", 0777 } },
    "f 777 f x\n",
    "" },
  { "hard links stay inside",
    { { 'h', "h1", "../outside/secret", 0 },
      { 'l', "up", "../outside", 0 },
      { 'h', "h2", "up/secret", 0 },
      { 'h', "h3", "/etc/passwd", 0 },
      { 'h', "h4", "h4", 0 },
      { 'd', "d", NULL, 0 },
      { 'h', "h5", "d", 0 } },
    "d 755 d\nl up -> ../outside\n",
    "/: \"h1\": a hard link to \"../outside/secret\", which is not a name in the layer\n"
    "/: \"h2\": a hard link to \"up/secret\", which is not among the files written\n"
    "/: \"h3\": a hard link to \"/etc/passwd\", which is not among the files written\n"
    "/: \"h4\": a hard link to \"h4\", which is itself\n"
    "/: \"h5\": a hard link to \"d\", which is not a file\n" },
  { "a hard link keeps what it was made to",
    { { 'f', "a", "old", 0 },
      { 'h', "sub/b", "./a", 0 },
      { 'f', "a", "new", 0600 },
      { 'h', "a/c", "sub/b", 0 } },
    "d 755 a\nf 644 a/c old\nd 755 sub\nf 644 sub/b old\n",
    "" },
  { "a file in the place of a hard link to a symlink",
    { { 'l', "s", "../outside/secret", 0 }, { 'h', "h", "s", 0 }, { 'f', "h", "x", 0777 } },
    "f 777 h x\nl s -> ../outside/secret\n",
    "" },
  { "a hard link below its target",
    { { 'f', "a", "a", 0 }, { 'h', "a/b", "a", 0 } },
    "d 755 a\n",
    "/: \"a/b\": a hard link to \"a\", to which no hard link can be made here\n" },
  { "what is no file",
    { { '3', "null", NULL, 0 },
      { '4', "disk", NULL, 0 },
      { 'f', "pipe", "x", 0 },
      { '6', "pipe", NULL, 0 },
      { 'g', "pax_global_header", NULL, 0 } },
    "",
    "/: \"null\": a character device 1:3\n"
    "/: \"disk\": a block device 1:3\n"
    "/: \"pipe\": a named pipe\n"
    "/: \"pax_global_header\": a global header, which is no file\n" },
  { "unknown types are files",
    { { 'V', "v", "x", 0 }, { '7', "c", "y", 0 }, { 'S', "s", "z", 0 } },
    "f 644 c y\nf 644 s z\nf 644 v x\n",
    "" },
  { "no setuid",
    { { 'f', "su", "x", 06755 }, { 'd', "tmp", NULL, 01777 }, { 'f', "neg", "x", -2 } },
    "f 776 neg x\nf 755 su x\nd 777 tmp\n",
    "" },
  { "no permissions",
    { { 'd', "ro", NULL, 0555 },
      { 'f', "ro/f", "x", -1 },
      { 'd', "none", NULL, -1 },
      { 'd', "none/none", NULL, -1 },
      { 'f', "none/none/f", "y", 0444 },
      { 'h', "none/h", "ro/f", 0 } },
    "d 000 none\nf 000 none/h x\nd 000 none/none\nf 444 none/none/f y\nd 555 ro\n"
    "f 600 ro/f x\n",
    "" },
  { "the later entry wins",
    { { 'f', "x", "1", 0 },
      { 'f', "x", "22", 0600 },
      { 'f', "y/z/1", "1", 0 },
      { 'f', "y", "file", 0 },
      { 'f', "w", "file", 0 },
      { 'f', "w/v", "below", 0 } },
    "d 755 w\nf 644 w/v below\nf 600 x 22\nf 644 y file\n",
    "" },
  { "directories twice",
    { { 'd', "d", NULL, -1 }, { 'f', "d/x", "1", 0 }, { 'd', "d/", NULL, 0711 } },
    "d 711 d\nf 644 d/x 1\n",
    "" },
  { "whiteouts are files",
    { { 'f', ".wh.x", "", 0 }, { 'f', "d/.wh..wh..opq", "", 0 } },
    "f 644 .wh.x \nd 755 d\nf 644 d/.wh..wh..opq \n",
    "" },
  { "symlinks that cannot be",
    { { 'l', "empty", "", 0 }, { 'l', "abs", "/etc/passwd", 0 } },
    "l abs -> /etc/passwd\n",
    "/: \"empty\": a symbolic link to \"\", which cannot be made here\n" },
  { "notes are escaped",
    { { '6', "\x1b[2J\n`x`", NULL, 0 }, { 'h', "h", "\xff\n", 0 } },
    "",
    "/: \"\\x1b[2J\\n`x`\": a named pipe\n"
    "/: \"h\": a hard link to \"\\xff\\n\", which is not among the files written\n" },
};

static struct tar_entry entry_of(const struct made *made)
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

static char *notes_text(const struct place *place)
{
  const struct notes *notes = extract_notes(place->extract);
  struct buf text = BUF_INIT(TREE_TEXT_MAX);

  for (size_t i = 0; i < notes->n; i++)
    buf_printf(&text, "%s\n", notes->lines[i]);
  return buf_detach(&text);
}

static void check(struct place *place, const char *tree, const char *notes)
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

static void hostile_and_other_layers(void **state)
{
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(scenarios); i++) {
    const struct scenario *scenario = &scenarios[i];
    struct place place;
    struct error err = { 0 };

    print_message("  %s\n", scenario->what);
    place_init(&place);
    for (size_t j = 0; j < MAX_MADE && scenario->entries[j].name; j++) {
      struct tar_entry entry = entry_of(&scenario->entries[j]);

      if (put(&place, &entry, scenario->entries[j].text, &err) != 0)
        fail_msg("%s", err.message);
    }
    check(&place, scenario->tree, scenario->notes);
    place_release(&place);
  }
}

static void two_layers(void **state)
{
  struct place place;
  struct tar_entry file = make_entry("etc/x");
  struct tar_entry link = make_entry("h");
  struct tar_entry root = make_entry("./");
  struct error err = { 0 };

  (void)state;
  link.type = TAR_LINK;
  link.link_name = STR("etc/x");
  root.type = TAR_DIR;
  root.mode = 0711;
  place_init(&place);
  extract_in(place.extract, "manifests-0/layers-1");
  assert_int_equal(put(&place, &file, "a", &err), 0);
  extract_in(place.extract, "manifests-0/layers-2");
  assert_int_equal(put(&place, &link, "", &err), 0); /* the target stands in the other layer */
  assert_int_equal(put(&place, &root, "", &err), 0);
  check(&place,
        "d 755 manifests-0\nd 755 manifests-0/layers-1\nd 755 manifests-0/layers-1/etc\n"
        "f 644 manifests-0/layers-1/etc/x a\nd 711 manifests-0/layers-2\n",
        "/manifests-0/layers-2: \"h\": a hard link to \"etc/x\", which is not among the files "
        "written\n");
  place_release(&place);
}

/* COUNT components of LEN bytes each; to be freed. */
static char *long_name(size_t count, size_t len)
{
  char *name = xmalloc(count * (len + 1));

  memset(name, 'n', count * (len + 1));
  for (size_t i = 1; i <= count; i++)
    name[i * (len + 1) - 1] = i < count ? '/' : '\0';
  return name;
}

/* How many directories one goes down to the file, which must hold "x". */
static size_t depth_of_file(const char *root)
{
  char name[NAME_MAX + 1];
  size_t depth = 0;
  int fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  for (;;) {
    DIR *dir = fdopendir(dup(fd));
    struct dirent *entry;
    int next;

    rewinddir(dir);
    do
      entry = readdir(dir);
    while (entry && entry->d_name[0] == '.');
    assert_non_null(entry);
    snprintf(name, sizeof(name), "%s", entry->d_name);
    closedir(dir);
    next = openat(fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    assert_true(next >= 0);
    close(fd);
    fd = next;
    if (read(fd, name, 1) == 1) {
      assert_int_equal(name[0], 'x');
      close(fd);
      return depth;
    }
    depth++;
  }
}

static void long_names(void **state)
{
  static const struct {
    size_t count, len;
    const char *reason; /* NULL: it is written */
  } names[] = {
    { 1, 255, NULL },  { 1, 256, "255 bytes" },   { 50, 80, NULL }, /* 4050 bytes */
    { 40, 255, NULL }, /* 10,240 bytes: no system call takes it as one path */
    { 1100, 1, NULL }, /* more directories than there may be open files */
    { 4096, 1, NULL }, { 4097, 1, "components" },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(names); i++) {
    char *name = long_name(names[i].count, names[i].len);
    struct tar_entry entry = make_entry(name);
    struct place place;
    struct error err = { 0 };

    place_init(&place);
    for (int again = 0; again < 2; again++) /* the second time over the first */
      if (put(&place, &entry, "x", &err) != 0)
        fail_msg("%s", err.message);
    extract_finish(place.extract);
    if (names[i].reason) {
      assert_int_equal(extract_notes(place.extract)->n, 2);
      assert_non_null(strstr(extract_notes(place.extract)->lines[0], names[i].reason));
    } else {
      assert_int_equal(extract_notes(place.extract)->n, 0);
      assert_int_equal(depth_of_file(place.root), names[i].count - 1);
    }
    place_release(&place);
    free(name);
  }
}

static void a_nul_in_a_name(void **state)
{
  struct place place;
  struct tar_entry entry = make_entry("x");
  struct error err = { 0 };

  (void)state;
  entry.name = (struct str) { "a\0b", 3 };
  place_init(&place);
  assert_int_equal(put(&place, &entry, "x", &err), 0);
  check(&place, "", "/: \"a\\x00b\": the name holds a NUL\n");
  place_release(&place);
}

static void assert_mtime(const struct place *place, const char *name, int64_t seconds, long nanos)
{
  AUTO_FREE char *path = xasprintf("%s/%s", place->root, name);
  struct stat status;

  assert_int_equal(lstat(path, &status), 0);
  assert_int_equal(status.st_mtim.tv_sec, seconds);
  assert_int_equal(status.st_mtim.tv_nsec, nanos);
}

static void times(void **state)
{
  static const struct made made[] = { { 'd', "d", NULL, 0555 },
                                      { 'f', "d/f", "x", 0 },
                                      { 'l', "d/l", "t", 0 },
                                      { 'd', "d/e", NULL, 0 } };
  struct place place;
  struct error err = { 0 };
  struct tar_entry extreme = make_entry("extreme");

  (void)state;
  place_init(&place);
  for (size_t i = 0; i < ARRAY_LEN(made); i++) {
    struct tar_entry entry = entry_of(&made[i]);

    entry.mtime = (struct tar_time) { 1690889073 + (int64_t)i, 123456789, true };
    assert_int_equal(put(&place, &entry, made[i].text, &err), 0);
  }
  extreme.mtime = (struct tar_time) { INT64_MAX, 999999999, true };
  assert_int_equal(put(&place, &extreme, "x", &err), 0);
  extreme.mtime = (struct tar_time) { INT64_MIN, -1, true };
  assert_int_equal(put(&place, &extreme, "x", &err), 0);
  extract_finish(place.extract);
  for (size_t i = 0; i < ARRAY_LEN(made); i++)
    assert_mtime(&place, made[i].name, 1690889073 + (int64_t)i, 123456789);
  place_release(&place);
}

/* A hole of a GiB, two bytes, a hole of a GiB. */
static int next_sparse(void *context, struct tar_chunk *chunk, struct error *err)
{
  int *step = context;

  (void)err;
  *chunk = (struct tar_chunk) { .bytes = NULL, .len = (size_t)1 << 30, .block = NULL };
  if (*step == 1)
    *chunk =
        (struct tar_chunk) { (const unsigned char *)"ab", 2, (struct block *)(void *)&any_block };
  return (*step)++ < 3;
}

static void holes(void **state)
{
  struct place place;
  struct tar_entry entry = make_entry("sparse");
  struct error err = { 0 };
  char *path;
  struct stat status;
  int step = 0;

  (void)state;
  place_init(&place);
  assert_int_equal(
      extract_entry(place.extract, &entry, &(struct extract_content) { next_sparse, &step }, &err),
      0);
  path = xasprintf("%s/sparse", place.root);
  assert_int_equal(stat(path, &status), 0);
  assert_int_equal(status.st_size, ((int64_t)1 << 31) + 2);
  assert_true(status.st_blocks < 1000);
  free(path);
  place_release(&place);
}

static int next_broken(void *context, struct tar_chunk *chunk, struct error *err)
{
  int *step = context;

  if ((*step)++ == 0) {
    *chunk =
        (struct tar_chunk) { (const unsigned char *)"ab", 2, (struct block *)(void *)&any_block };
    return 1;
  }
  return error_set(err, ERROR_CORRUPT, "truncated");
}

/* Half a file is no file. */
static void broken_content(void **state)
{
  struct place place;
  struct tar_entry entry = make_entry("half");
  struct error err = { 0 };
  int step = 0;

  (void)state;
  place_init(&place);
  assert_int_equal(
      extract_entry(place.extract, &entry, &(struct extract_content) { next_broken, &step }, &err),
      -1);
  assert_string_equal(err.message, "truncated");
  check(&place, "", "");
  place_release(&place);
}

/* The limit on a file's size stands for a full disk: pwrite fails in the middle. */
static void no_space(void **state)
{
  struct rlimit old;
  struct rlimit little;
  struct place place;
  struct tar_entry entry = make_entry("usr/big");
  struct error err = { 0 };
  char text[100] = { 0 };

  (void)state;
  memset(text, 'x', sizeof(text) - 1);
  place_init(&place);
  signal(SIGXFSZ, SIG_IGN);
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
  little = old;
  little.rlim_cur = 10;
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &little), 0);
  assert_int_equal(put(&place, &entry, text, &err), -1);
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
  assert_string_equal(err.message, "DIR/input-0/usr/big: File too large");
  check(&place, "d 755 usr\n", "");
  place_release(&place);
}

/* The error is kept even where the path is longer than a message. */
static void long_path_in_error(void **state)
{
  struct place place;
  char *name = long_name(50, 80);
  struct tar_entry entry = make_entry(name);
  struct error err = { 0 };
  struct rlimit old;
  struct rlimit little;

  (void)state;
  place_init(&place);
  signal(SIGXFSZ, SIG_IGN);
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
  little = old;
  little.rlim_cur = 0;
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &little), 0);
  assert_int_equal(put(&place, &entry, "x", &err), -1);
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
  assert_non_null(strstr(err.message, "nnn: File too large"));
  place_release(&place);
  free(name);
}

static void many_notes(void **state)
{
  struct place place;
  struct tar_entry entry = make_entry("p");
  struct error err = { 0 };

  (void)state;
  entry.type = TAR_FIFO;
  place_init(&place);
  for (int i = 0; i < NOTES_MAX + 7; i++)
    assert_int_equal(put(&place, &entry, NULL, &err), 0);
  assert_int_equal(extract_notes(place.extract)->n, NOTES_MAX);
  assert_int_equal(extract_notes(place.extract)->more, 7);
  place_release(&place);
}

/* Old trees: symlinks are not followed, directories without rights are no obstacle. */
static void removal(void **state)
{
  struct place place;
  AUTO_FREE char *a = NULL;
  AUTO_FREE char *link = NULL;
  AUTO_FREE char *number = NULL;
  char *name = long_name(300, 2);
  struct tar_entry deep = make_entry(name);
  struct error err = { 0 };

  (void)state;
  place_init(&place);
  a = xasprintf("%s/a", place.root);
  link = xasprintf("%s/a/link", place.root);
  number = xasprintf("%s/0", place.root);
  assert_int_equal(put(&place, &deep, "x", &err), 0);
  assert_int_equal(mkdir(a, 0700), 0);
  assert_int_equal(symlink("../../outside", link), 0);
  tree_write(place.root, "1", "a file named as the removal would name a directory");
  assert_int_equal(mkdir(number, 0), 0);
  assert_int_equal(chmod(a, 0), 0);
  assert_int_equal(chmod(place.root, 0500), 0);
  free(link);
  link = xasprintf("%s/toplink", place.path);
  assert_int_equal(symlink("outside", link), 0);
  assert_int_equal(remove_tree(AT_FDCWD, link), 0);
  assert_int_equal(remove_tree(AT_FDCWD, place.root), 0);
  assert_int_equal(access(place.root, F_OK), -1);
  assert_int_equal(remove_tree(AT_FDCWD, place.root), 0); /* nothing there */
  place_release(&place);
  free(name);
}

static int run_all(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(hostile_and_other_layers),
    cmocka_unit_test(two_layers),
    cmocka_unit_test(long_names),
    cmocka_unit_test(a_nul_in_a_name),
    cmocka_unit_test(times),
    cmocka_unit_test(holes),
    cmocka_unit_test(broken_content),
    cmocka_unit_test(no_space),
    cmocka_unit_test(long_path_in_error),
    cmocka_unit_test(many_notes),
    cmocka_unit_test(removal),
  };
  int failed;

  use_plain = false;
  failed = cmocka_run_group_tests_name("extract", tests, NULL, NULL);
  use_plain = true;
  return failed + cmocka_run_group_tests_name("extract without openat2", tests, NULL, NULL);
}

enum { NOBODY = 65534 };

/* All of it once more as a user who may not do everything. */
static int run_as_nobody(void)
{
  int status;
  pid_t child = fork();

  if (child == 0) {
    if (setgroups(0, NULL) != 0 || setgid(NOBODY) != 0 || setuid(NOBODY) != 0)
      _exit(1);
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0); /* the leak checker looks into its own process */
    exit(run_all() ? 1 : 0);
  }
  if (child < 0 || waitpid(child, &status, 0) != child)
    return 1;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : 1;
}

int main(void)
{
  umask(022);
  return (geteuid() == 0 ? run_as_nobody() : 0) + run_all();
}
