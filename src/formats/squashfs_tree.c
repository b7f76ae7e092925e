/* Linux, fs/squashfs/squashfs_fs.h: struct squashfs_dir_header and squashfs_dir_entry. */
#include "formats/squashfs_tree.h"

#include "base/map.h"
#include "formats/squashfs_inode.h"

#define PART "directories"

enum {
  HEAD = 12,
  ENTRY = 8,
  ENTRIES_MAX = 256, /* behind one head */
  NAME_MAX_BYTES = 256,
  MORE_THAN_LISTED = 3, /* a directory's size is larger than its list: "." and ".." */
};

struct squashfs_directory {
  struct squashfs_directory *next;
  struct str path; /* with "/" behind it; "" of the root */
  struct squashfs_inode inode;
};

/* An inode that was seen. Linux knows files by their numbers. */
struct seen {
  uint32_t number;
  uint64_t ref;
  size_t member; /* whose content it is */
};

struct tree {
  struct squashfs *image;
  struct map by_number;                    /* struct seen, by the bytes of its number */
  struct squashfs_directory *first, *last; /* in the order found */
};

/* What stands before the entries of a list, and the entry. */
struct listing {
  uint64_t left; /* bytes */
  uint32_t start, number, n;
  struct str before; /* the name before */
};

static int remember(struct tree *tree, const struct squashfs_inode *inode, uint64_t ref,
                    struct seen **out, bool *is_new, struct error *err)
{
  struct seen *seen = format_memory(tree->image->parts, sizeof(*seen), err);
  struct map_entry *entry;

  if (!seen)
    return -1;
  *seen = (struct seen) { inode->number, ref, tree->image->parts->n_members };
  entry =
      map_put(&tree->by_number, (struct str) { (const char *)&seen->number, sizeof(seen->number) });
  *is_new = !entry->value;
  if (*is_new)
    entry->value = seen;
  *out = entry->value;
  if ((*out)->ref != ref)
    return error_set(err, ERROR_CORRUPT, "two of its inodes have one number");
  if (!*is_new && inode->type == TAR_DIR)
    return error_set(err, ERROR_CORRUPT, "a directory lies in two places");
  return 0;
}

static int add_directory(struct tree *tree, struct str path, const struct squashfs_inode *inode,
                         struct error *err)
{
  struct squashfs_directory *directory = format_memory(tree->image->parts, sizeof(*directory), err);

  if (!directory)
    return -1;
  *directory = (struct squashfs_directory) { .path = path, .inode = *inode };
  if (tree->last)
    tree->last->next = directory;
  else
    tree->first = directory;
  tree->last = directory;
  return 0;
}

/* Linux, new_decode_dev. */
static void set_device(struct tar_entry *entry, uint32_t device)
{
  entry->device_major = (device & 0xfff00) >> 8;
  entry->device_minor = (device & 0xff) | ((device >> 12) & 0xfff00);
}

/* How many names a file has, as it says; those of directories follow from what is in them. */
static void add_links(struct squashfs *image, const struct squashfs_inode *inode,
                      struct tar_record *records, size_t *n)
{
  /* '=' sorts before the 'S' of "SCHILY". */
  if (inode->type == TAR_DIR || inode->links == 1)
    return;
  memmove(records + 1, records, *n * sizeof(*records));
  records[0].key = STR(TAR_RECORD_OF_MEMBER "squashfs.links");
  records[0].value = str_of(arena_printf(&image->parts->arena, "%u", inode->links));
  ++*n;
}

static int tree_add_member(struct tree *tree, struct str path, const struct squashfs_inode *inode,
                           const struct seen *seen, bool is_new, struct error *err)
{
  struct squashfs *image = tree->image;
  struct tar_entry entry = {
    .type = inode->type,
    .name = path,
    .mode = inode->mode,
    .uid = inode->uid,
    .gid = inode->gid,
    .mtime = { inode->mtime, 0, true },
    .link_name = inode->target,
  };
  struct tar_record *records;
  struct format_member *member;

  if (squashfs_attributes(image, inode->attributes, &records, &entry.n_records, err))
    return -1;
  add_links(image, inode, records, &entry.n_records);
  entry.records = records;
  if (inode->type == TAR_BLOCK || inode->type == TAR_CHAR)
    set_device(&entry, inode->device);
  if (!is_new) {
    entry.type = TAR_LINK;
    entry.link_name = image->parts->members[seen->member].entry.name;
  }
  member = format_add_member(image->parts, &entry, err);
  if (!member)
    return -1;
  member->entry.index = 0; /* a directory has no order but that of names */
  if (entry.type != TAR_REGULAR)
    return 0;
  member->entry.size = (int64_t)inode->place.size;
  return squashfs_content(image, &inode->place, &member->content, err);
}

static int add_file(struct tree *tree, struct str path, struct str path_below, uint64_t ref,
                    const struct squashfs_inode *inode, struct error *err)
{
  struct seen *seen;
  bool is_new;

  if (remember(tree, inode, ref, &seen, &is_new, err) ||
      tree_add_member(tree, path, inode, seen, is_new, err))
    return -1;
  return inode->type == TAR_DIR ? add_directory(tree, path_below, inode, err) : 0;
}

/* ---- lists ---- */

static int take_list(struct squashfs *image, struct listing *list, void *to, size_t size,
                     struct error *err)
{
  if (size > list->left)
    return error_set(err, ERROR_CORRUPT, "the list of a directory ends early");
  list->left -= size;
  return squashfs_take(image, image->directories, to, size, PART, err);
}

static int read_head(struct squashfs *image, struct listing *list, struct error *err)
{
  unsigned char head[HEAD];

  if (take_list(image, list, head, sizeof(head), err))
    return -1;
  list->n = format_le32(head);
  list->start = format_le32(head + 4);
  list->number = format_le32(head + 8);
  if (list->n >= ENTRIES_MAX)
    return error_set(err, ERROR_CORRUPT, "the list of a directory is too long");
  list->n++;
  return 0;
}

/* Names stand in their order, none twice: Linux stops looking where that of a name was. */
static int check_name(struct listing *list, struct str name, struct error *err)
{
  if (memchr(name.ptr, '/', name.len) || memchr(name.ptr, '\0', name.len) ||
      str_equal(name, STR(".")) || str_equal(name, STR("..")))
    return error_set(err, ERROR_CORRUPT, "a name in it is none");
  if (list->before.ptr && str_compare(list->before, name) >= 0)
    return error_set(err, ERROR_CORRUPT, "names in a directory are not in their order");
  list->before = name;
  return 0;
}

/* The name and, behind it, a "/", which only directories need. */
static int read_path(struct squashfs *image, const struct squashfs_directory *directory,
                     struct listing *list, size_t len, struct str *out, struct error *err)
{
  const struct str around = directory->path;
  char *path;

  if (around.len + len + 1 > FORMAT_NAME_MAX)
    return error_set(err, ERROR_LIMIT, "a path in it is longer than %d bytes", FORMAT_NAME_MAX);
  path = format_memory(image->parts, around.len + len + 1, err);
  if (!path)
    return -1;
  if (around.len)
    memcpy(path, around.ptr, around.len);
  if (take_list(image, list, path + around.len, len, err) ||
      check_name(list, (struct str) { path + around.len, len }, err))
    return -1;
  path[around.len + len] = '/';
  *out = (struct str) { path, around.len + len + 1 };
  return 0;
}

static int read_listed(struct tree *tree, const struct squashfs_directory *directory,
                       struct listing *list, struct error *err)
{
  struct squashfs *image = tree->image;
  unsigned char entry[ENTRY];
  struct squashfs_inode inode;
  struct str path;
  uint64_t ref;
  size_t len;

  if (take_list(image, list, entry, sizeof(entry), err))
    return -1;
  len = (size_t)format_le16(entry + 6) + 1;
  if (len > NAME_MAX_BYTES)
    return error_set(err, ERROR_CORRUPT, "a name in it has more than %d bytes", NAME_MAX_BYTES);
  if (read_path(image, directory, list, len, &path, err))
    return -1;
  ref = (uint64_t)list->start << 16 | format_le16(entry);
  if (squashfs_read_inode(image, ref, &inode, err))
    return error_wrap(err, "\"%.*s\"", (int)(path.len - 1), path.ptr);
  if (inode.number != list->number + (uint32_t)(int32_t)(int16_t)format_le16(entry + 2) ||
      format_le16(entry + 4) != (inode.kind - 1) % 7 + 1)
    return error_set(err, ERROR_CORRUPT, "a directory says other things of \"%.*s\" than its inode",
                     (int)(path.len - 1), path.ptr);
  return add_file(tree, (struct str) { path.ptr, path.len - 1 }, path, ref, &inode, err);
}

static int read_list(struct tree *tree, const struct squashfs_directory *directory,
                     struct error *err)
{
  struct squashfs *image = tree->image;
  const struct squashfs_inode *inode = &directory->inode;
  struct listing list = { 0 };

  if (inode->list_size <= MORE_THAN_LISTED)
    return 0;
  list.left = inode->list_size - MORE_THAN_LISTED;
  if (squashfs_seek(image, image->directories,
                    image->super.directory_table_start + inode->list_start, inode->list_offset,
                    PART, err))
    return -1;
  /* Linux goes on to the end of what a head announces, whatever the size. */
  while (list.left || list.n) {
    if (!list.n && read_head(image, &list, err))
      return -1;
    if (read_listed(tree, directory, &list, err))
      return -1;
    list.n--;
  }
  return 0;
}

static int tree_read(struct tree *tree, struct error *err)
{
  struct squashfs_inode root;

  if (squashfs_read_inode(tree->image, tree->image->super.root_inode_ref, &root, err))
    return error_wrap(err, "its root");
  if (root.type != TAR_DIR)
    return error_set(err, ERROR_CORRUPT, "its root is no directory");
  if (add_file(tree, STR("."), STR(""), tree->image->super.root_inode_ref, &root, err))
    return -1;
  for (const struct squashfs_directory *at = tree->first; at; at = at->next)
    if (read_list(tree, at, err))
      return -1;
  return 0;
}

int squashfs_add_tree(struct squashfs *image, struct error *err)
{
  struct tree tree = { .image = image };
  const int status = tree_read(&tree, err);

  map_release(&tree.by_number);
  return status;
}
