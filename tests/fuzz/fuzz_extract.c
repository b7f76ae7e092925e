/* Extraction: whatever the entries are, nothing outside the directory changes, and the directory
 * can be removed again.
 *
 * The first byte's lowest bit: without openat2. Then entries, each: a type (one byte), a mode (one
 * byte), a name, a link target, a content. A text is a length byte and that many bytes, of which
 * each stands for a piece of a path (below 0x10) or for itself. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "report/directory/extract.h"
#include "report/directory/remove_tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* PLACE/in/root is written to; PLACE/out is what a way out would reach. */
static char place[4096];
static const char *const watched[] = { "in", "out", "out/dir", "out/dir/inner", "out/secret" };
enum { WATCHED = ARRAY_LEN(watched) };
static struct stat before[WATCHED];

static int place_fd = -1;

static void require(bool holds, const char *what)
{
  if (holds)
    return;
  perror(what);
  abort();
}

static void remove_place(void)
{
  (void)!remove_tree(AT_FDCWD, place);
}

static void write_text(const char *name, const char *text)
{
  int fd = openat(place_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  ssize_t len = (ssize_t)strlen(text);

  require(fd >= 0 && write(fd, text, strlen(text)) == len && close(fd) == 0, name);
}

/* In memory where that is possible: a disk makes a fuzzer slow. */
static void make_place(void)
{
  const char *const bases[] = { getenv("TMPDIR"), "/dev/shm", "/tmp" };
  bool made = false;

  for (size_t i = 0; i < ARRAY_LEN(bases) && !made; i++) {
    snprintf(place, sizeof(place), "%s/diffoci-fuzz-XXXXXX", bases[i] ? bases[i] : "");
    made = bases[i] && *bases[i] && mkdtemp(place);
  }
  require(made, place);
  place_fd = open(place, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  require(place_fd >= 0, place);
  atexit(remove_place);
  require(mkdirat(place_fd, "in", 0755) == 0 && mkdirat(place_fd, "out", 0755) == 0 &&
              mkdirat(place_fd, "out/dir", 0755) == 0,
          "mkdir");
  write_text("out/secret", "secret");
  write_text("out/dir/inner", "inner");
}

static void look(struct stat found[WATCHED])
{
  for (size_t i = 0; i < WATCHED; i++)
    require(fstatat(place_fd, watched[i], &found[i], AT_SYMLINK_NOFOLLOW) == 0, watched[i]);
}

/* The time of change shows every write, new name, link, mode and owner. */
static void check_outside(void)
{
  struct stat after[WATCHED];

  look(after);
  for (size_t i = 0; i < WATCHED; i++)
    require(before[i].st_ino == after[i].st_ino && before[i].st_mode == after[i].st_mode &&
                before[i].st_nlink == after[i].st_nlink &&
                before[i].st_ctim.tv_sec == after[i].st_ctim.tv_sec &&
                before[i].st_ctim.tv_nsec == after[i].st_ctim.tv_nsec,
            watched[i]);
}

struct input {
  const uint8_t *data;
  size_t size;
};

static uint8_t take(struct input *input)
{
  if (input->size == 0)
    return 0;
  input->size--;
  return *input->data++;
}

static struct str take_text(struct input *input, struct buf *text)
{
  static const char *const pieces[16] = { "a",      "b",   "/",     "..",
                                          "../",    ".",   "//",    "../../out",
                                          "secret", "dir", "inner", "a/b",
                                          "./",     "/a",  "b/a/",  "../../out/dir" };
  size_t len = take(input);

  buf_clear(text);
  for (size_t i = 0; i < len; i++) {
    uint8_t byte = take(input);

    if (byte < ARRAY_LEN(pieces))
      buf_puts(text, pieces[byte]);
    else
      buf_putc(text, (char)byte);
  }
  if (len == 0xff) /* an absolute way out */
    buf_printf(text, "%s/out/dir", place);
  return buf_str(text);
}

static int next(void *context, struct tar_chunk *chunk, struct error *err)
{
  struct str *left = context;
  size_t len = MIN_OF(left->len, (size_t)7);

  (void)err;
  *chunk = (struct tar_chunk) { .bytes = (const unsigned char *)left->ptr,
                                .len = len,
                                .block = len % 2 ? (struct block *)(void *)&before : NULL };
  *left = str_skip(*left, len);
  return len > 0;
}

static void extract_all(struct extract *extract, struct input *input)
{
  static const char types[] = "0215346gS7V0";
  AUTO_BUF name = BUF_INIT(65536);
  AUTO_BUF link = BUF_INIT(65536);
  AUTO_BUF content = BUF_INIT(65536);
  struct error err;

  while (input->size > 0) {
    struct tar_entry entry = { .type = types[take(input) % (sizeof(types) - 1)] };
    uint8_t mode = take(input);
    struct str bytes;

    if (mode & 1)
      extract_in(extract, mode & 2 ? "layers-0" : "manifests-1/layers-0");
    entry.mode = (int64_t)mode << 4 | mode;
    entry.mtime = (struct tar_time) { mode, mode, mode & 4 };
    entry.name = take_text(input, &name);
    entry.link_name = take_text(input, &link);
    bytes = take_text(input, &content);
    if (extract_entry(extract, &entry, &(struct extract_content) { next, &bytes }, &err) != 0) {
      fprintf(stderr, "%s\n", err.message);
      abort();
    }
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct input input = { data, size };
  struct extract *extract;
  int root;

  if (!*place)
    make_place();
  require(mkdirat(place_fd, "in/root", 0755) == 0, "mkdir");
  root = openat(place_fd, "in/root", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  require(root >= 0, "open");
  look(before);
  extract = extract_new(root, "root", take(&input) & 1);
  extract_all(extract, &input);
  extract_finish(extract);
  extract_free(extract);
  check_outside();
  close(root);
  require(remove_tree(place_fd, "in/root") == 0, "remove_tree");
  return 0;
}
