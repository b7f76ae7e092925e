/* Prints the tree that the overlay says each engine makes of layers, for a test that holds it
 * against the engines:
 *
 *   print_trees <LIST
 *
 * Each line of the list is an image: the paths of its layers, uncompressed, the lowest first, with
 * tabs between them. Answers with lines of fields between tabs: "engine NAME", or "engine NAME
 * refused", before a line for each path: path, type, mode, uid, gid, target or device or SHA-256 of
 * the content, number of the file or "implied" for a directory without an entry, xattrs as
 * NAME=VALUE with commas between them; what may hold any byte is in hexadecimal. "end" ends an
 * image. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "layer/layer.h"
#include "layer/overlay/overlay.h"

static void die(const char *what)
{
  fprintf(stderr, "print_trees: %s\n", what);
  exit(1);
}

static void put_hex(struct str s)
{
  for (size_t i = 0; i < s.len; i++)
    printf("%02x", (unsigned)(unsigned char)s.ptr[i]);
}

static void add_layer(struct overlay *overlay, const char *path)
{
  struct limits limits = limits_scaled(1);
  struct hasher *hasher = hasher_new(DIGEST_SHA256);
  struct layer layer;
  struct tar_entry entry;
  struct error err;
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  off_t size = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
  int got;

  if (size < 0)
    die(path);
  layer_open(&layer, stream_of_file(fd, 1, 0, (uint64_t)size), NULL, &limits);
  overlay_begin_layer(overlay);
  while ((got = tar_next(layer.tar, &entry, &err)) > 0) {
    struct tar_chunk chunk;
    struct digest digest;

    while ((got = tar_read(layer.tar, &chunk, &err)) > 0)
      hasher_add(hasher, chunk.bytes, chunk.len);
    digest = hasher_finish(hasher);
    if (got < 0 || overlay_add(overlay, &entry, &digest, &err))
      die(err.message);
  }
  if (got < 0)
    die(err.message);
  layer_close(&layer);
  hasher_free(hasher);
}

static void print_item(const struct overlay_item *item)
{
  static const struct tar_entry implied = { .type = TAR_DIR, .mode = 0755 };
  const struct tar_entry *entry = item->entry ? item->object : &implied;
  char text[DIGEST_MAX_TEXT];
  struct str xattr;

  put_hex(item->path);
  printf("\t%c\t%" PRIo64 "\t%" PRId64 "\t%" PRId64 "\t", entry->type, entry->mode & 07777,
         entry->uid, entry->gid);
  if (entry->type == TAR_SYMLINK)
    put_hex(entry->link_name);
  else if (entry->type == TAR_CHAR || entry->type == TAR_BLOCK)
    printf("%" PRId64 ":%" PRId64, entry->device_major, entry->device_minor);
  else if (entry->type == TAR_REGULAR)
    fputs(digest_hex(&item->content, text), stdout);
  if (item->entry)
    printf("\t%u.%" PRIu64 "\t", item->object_layer, entry->index);
  else
    printf("\timplied\t");
  for (size_t i = 0; i < entry->n_records; i++)
    if (tar_record_xattr(&entry->records[i], &xattr)) {
      put_hex(xattr);
      putchar('=');
      put_hex(entry->records[i].value);
      putchar(',');
    }
  putchar('\n');
}

static void print_tree(struct overlay *overlay, int engine)
{
  struct overlay_walk *walk = overlay_walk_new(overlay);
  const struct overlay_refusal *const refusals[2] = { overlay_refused(overlay),
                                                      overlay_may_refuse(overlay) };
  struct overlay_item item;

  printf("engine\t%s", overlay_engine_name((enum overlay_engine)engine));
  for (int i = 0; i < 2; i++)
    if (refusals[i])
      printf("\t%s", refusals[i]->why);
  putchar('\n');
  while (overlay_walk_next(walk, &item))
    print_item(&item);
  overlay_walk_free(walk);
}

int main(void)
{
  char *line = NULL;
  size_t cap = 0;
  ssize_t len;

  while ((len = getline(&line, &cap, stdin)) > 0) {
    struct overlay *overlay = overlay_new(NULL);
    char *rest = line;
    char *path;

    line[len - 1] = '\0';
    while ((path = strsep(&rest, "\t")))
      add_layer(overlay, path);
    print_tree(overlay, 0);
    for (int engine = 1; engine < OVERLAY_ENGINES; engine++) {
      struct error err;
      struct overlay *replay = overlay_replay(overlay, (enum overlay_engine)engine, &err);

      print_tree(replay, engine);
      overlay_free(replay);
    }
    printf("end\t%s\n", overlay_in_doubt(overlay) ? "doubt" : "sure");
    fflush(stdout);
    overlay_free(overlay);
  }
  free(line);
  return 0;
}
