#include "tree_maker.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <zstd.h>

#include "../common/sections.h"
#include "../common/tar_maker.h"
#include "base/alloc.h"
#include "base/digest.h"
#include "layer_maker.h"
#include "report/directory/remove_tree.h"

enum { FILES_MAX = 64, PARTS_MAX = 256 };

struct made {
  char *name; /* of the part */
  char *path;
  char *bytes;
  size_t len;
};

struct tree {
  int dir;
  struct made files[FILES_MAX];
  size_t n;
};

/* ---- references ---- */

static const struct made *find(const struct tree *tree, struct str name)
{
  for (size_t i = 0; i < tree->n; i++)
    if (str_equal(str_of(tree->files[i].name), name))
      return &tree->files[i];
  return NULL;
}

static void put_reference(const struct tree *tree, struct str inner, struct buf *out)
{
  const char last = *(inner.len ? &inner.ptr[inner.len - 1] : "");
  const bool is_marked = last == '.' || last == '#';
  const struct made *file = find(tree, (struct str) { inner.ptr, inner.len - is_marked });
  char text[DIGEST_MAX_TEXT];
  struct digest digest;

  if (!file) {
    buf_printf(out, "{%.*s}", STR_ARGS(inner));
    return;
  }
  digest = digest_of(DIGEST_SHA256, file->len ? file->bytes : "", file->len);
  digest_format(&digest, text);
  if (last == '#')
    buf_printf(out, "%zu", file->len);
  else
    buf_puts(out, last == '.' ? strchr(text, ':') + 1 : text);
}

static bool is_word(struct str s)
{
  for (size_t i = 0; i < s.len; i++)
    if (!((s.ptr[i] >= 'a' && s.ptr[i] <= 'z') || strchr("0123456789.#-/_", s.ptr[i])))
      return false;
  return s.len > 0;
}

static void expand(const struct tree *tree, struct str bytes, struct buf *out)
{
  while (bytes.len) {
    const char *open = memchr(bytes.ptr, '{', bytes.len);
    const size_t before = open ? (size_t)(open - bytes.ptr) : bytes.len;
    const char *close;
    struct str inner;

    buf_add(out, bytes.ptr, before);
    bytes = str_skip(bytes, before);
    close = bytes.len ? memchr(bytes.ptr, '}', MIN_OF(bytes.len, (size_t)64)) : NULL;
    if (!bytes.len)
      return;
    inner = (struct str) { bytes.ptr + 1, close ? (size_t)(close - bytes.ptr) - 1 : 0 };
    if (is_word(inner)) {
      put_reference(tree, inner, out);
      bytes = str_skip(bytes, inner.len + 2);
    } else {
      buf_putc(out, '{');
      bytes = str_skip(bytes, 1);
    }
  }
}

/* ---- files ---- */

static int open_below(int dir, const char *path, int flags)
{
  const struct open_how how = { .flags = (unsigned)flags | O_CLOEXEC,
                                .mode = flags & O_CREAT ? 0644 : 0,
                                .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS };

  return (int)syscall(SYS_openat2, dir, path, &how, sizeof(how));
}

/* The directory that path is in, made if it is not there; *name is what is behind it. -1: none. */
static int open_parent(int dir, const char *path, const char **name)
{
  int fd = open_below(dir, ".", O_RDONLY | O_DIRECTORY);

  for (const char *slash; fd >= 0 && (slash = strchr(path, '/')); path = slash + 1) {
    AUTO_FREE char *one = xstrndup(path, (size_t)(slash - path));
    int next;

    if (!*one)
      continue;
    (void)!mkdirat(fd, one, 0755);
    next = open_below(fd, one, O_RDONLY | O_DIRECTORY);
    close(fd);
    fd = next;
  }
  *name = path;
  if (fd >= 0 && (!*path || strcmp(path, ".") == 0 || strcmp(path, "..") == 0)) {
    close(fd);
    return -1;
  }
  return fd;
}

static void write_file(const struct tree *tree, const char *path, struct str bytes)
{
  const char *name;
  AUTO_CLOSE int parent = open_parent(tree->dir, path, &name);
  AUTO_CLOSE int fd = parent < 0 ? -1 : open_below(parent, name, O_WRONLY | O_CREAT | O_TRUNC);

  if (fd >= 0)
    (void)!write(fd, bytes.ptr, bytes.len);
}

static void remember(struct tree *tree, struct str name, const char *path, struct str bytes)
{
  if (tree->n < FILES_MAX)
    tree->files[tree->n++] =
        (struct made) { str_dup(name), xstrdup(path), str_dup(bytes), bytes.len };
}

static void make_file(struct tree *tree, struct str name, const char *path, struct str bytes)
{
  write_file(tree, path, bytes);
  remember(tree, name, path, bytes);
}

static void make_blob(struct tree *tree, struct str name, struct str bytes)
{
  const struct digest digest = digest_of(DIGEST_SHA256, bytes.len ? bytes.ptr : "", bytes.len);
  char text[DIGEST_MAX_TEXT];
  AUTO_FREE char *path =
      xasprintf("blobs/sha256/%s", strchr(digest_format(&digest, text), ':') + 1);

  make_file(tree, name, path, bytes);
}

static void make_layer(struct tree *tree, struct str name, struct str lines)
{
  AUTO_BUF tar = BUF_INIT((size_t)4 * TREE_BYTES_MAX);

  layer_make(lines, &tar);
  if (!tar.overflow)
    make_blob(tree, name, buf_str(&tar));
}

static void make_packed(struct tree *tree, struct str name, struct str of)
{
  const struct made *file = find(tree, of);
  const size_t room = file ? ZSTD_compressBound(file->len) : 0;
  AUTO_FREE char *bytes = xmalloc(room + 1);
  const size_t len = file ? ZSTD_compress(bytes, room, file->bytes, file->len, 1) : 0;

  if (file && !ZSTD_isError(len))
    make_blob(tree, name, (struct str) { bytes, len });
}

static void make_archive(struct tree *tree, struct str name, const char *path)
{
  AUTO_BUF tar = BUF_INIT((size_t)FILES_MAX * TREE_BYTES_MAX);

  for (size_t i = 0; i < tree->n; i++)
    if (strlen(tree->files[i].path) <= 100)
      tar_make(&tar,
               &(struct tar_item) { .name = tree->files[i].path,
                                    .content = { tree->files[i].bytes, tree->files[i].len } });
  tar_make_end(&tar);
  make_file(tree, name, path, buf_str(&tar));
}

static void make_socket(int parent, const char *name)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  AUTO_CLOSE int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int n =
      snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/%s", parent, name);

  if (fd >= 0 && n > 0 && (size_t)n < sizeof(address.sun_path))
    (void)!bind(fd, (const struct sockaddr *)&address, sizeof(address));
}

static void set_time(int parent, const char *name, const char *text)
{
  char *end;
  const time_t seconds = strtoll(text, &end, 10);
  const long nanoseconds = *end == '.' ? strtol(end + 1, NULL, 10) : 0;
  const struct timespec times[2] = { { 0, UTIME_OMIT }, { seconds, nanoseconds % 1000000000 } };

  (void)!utimensat(parent, name, times, AT_SYMLINK_NOFOLLOW);
}

static void set_xattr(int parent, const char *name, struct str bytes)
{
  AUTO_FREE char *path = xasprintf("/proc/self/fd/%d/%s", parent, name);
  AUTO_FREE char *text = str_dup(bytes);
  const size_t len = strcspn(text, "=");
  AUTO_FREE char *key = xstrndup(text, len);

  if (strncmp(key, "user.", 5) == 0 || strncmp(key, "trusted.", 8) == 0)
    (void)!lsetxattr(path, key, text + MIN_OF(len + 1, bytes.len),
                     bytes.len - MIN_OF(len + 1, bytes.len), 0);
}

/* Whatever is no file. */
static void make_other(struct tree *tree, struct str kind, const char *path, struct str bytes)
{
  const char *name;
  AUTO_CLOSE int parent = open_parent(tree->dir, path, &name);
  AUTO_FREE char *text = str_dup(bytes);

  if (parent < 0)
    return;
  if (str_equal(kind, STR("dir"))) {
    (void)!mkdirat(parent, name, 0755);
  } else if (str_equal(kind, STR("fifo"))) {
    (void)!mkfifoat(parent, name, 0644);
  } else if (str_equal(kind, STR("socket"))) {
    make_socket(parent, name);
  } else if (str_equal(kind, STR("link"))) {
    (void)!symlinkat(text, parent, name);
  } else if (str_equal(kind, STR("hard"))) {
    const char *to;
    AUTO_CLOSE int other = open_parent(tree->dir, text, &to);

    (void)!linkat(other, to, parent, name, 0);
  } else if (str_equal(kind, STR("mode"))) {
    AUTO_CLOSE int fd = open_below(parent, name, O_RDONLY | O_NONBLOCK);

    if (fd >= 0)
      (void)!fchmod(fd, (mode_t)strtoul(text, NULL, 8) & 07777);
  } else if (str_equal(kind, STR("time"))) {
    set_time(parent, name, text);
  } else if (str_equal(kind, STR("xattr"))) {
    set_xattr(parent, name, bytes);
  }
}

static void make_part(struct tree *tree, struct str kind, struct str name, struct str bytes)
{
  AUTO_BUF path = BUF_INIT(4096);
  AUTO_BUF expanded = BUF_INIT(TREE_BYTES_MAX);

  buf_puts(&path, "");
  buf_puts(&expanded, "");
  expand(tree, name, &path);
  expand(tree, bytes, &expanded);
  if (!path.len || path.overflow || expanded.overflow || memchr(path.ptr, '\0', path.len))
    return;
  if (str_equal(kind, STR("file")))
    make_file(tree, name, path.ptr, buf_str(&expanded));
  else if (str_equal(kind, STR("blob")))
    make_blob(tree, name, buf_str(&expanded));
  else if (str_equal(kind, STR("layer")))
    make_layer(tree, name, buf_str(&expanded));
  else if (str_equal(kind, STR("packed")))
    make_packed(tree, name, buf_str(&expanded));
  else if (str_equal(kind, STR("archive")))
    make_archive(tree, name, path.ptr);
  else
    make_other(tree, kind, path.ptr, buf_str(&expanded));
}

void tree_make(struct str input, const char *dir)
{
  struct tree tree = { .dir = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC) };
  struct str head;
  struct str bytes;

  if (tree.dir < 0)
    abort();
  for (int i = 0; i < PARTS_MAX && section_next(&input, &head, &bytes); i++) {
    const char *space = head.len ? memchr(head.ptr, ' ', head.len) : NULL;
    const struct str kind = { head.ptr, space ? (size_t)(space - head.ptr) : head.len };

    make_part(&tree, kind, str_skip(head, kind.len + 1), bytes);
  }
  close(tree.dir);
  for (size_t i = 0; i < tree.n; i++) {
    free(tree.files[i].name);
    free(tree.files[i].path);
    free(tree.files[i].bytes);
  }
}

void tree_remove(const char *dir)
{
  DIR *open = opendir(dir);
  struct dirent *entry;

  while (open && (entry = readdir(open)))
    if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
        remove_tree(dirfd(open), entry->d_name))
      abort();
  if (open)
    closedir(open);
}
