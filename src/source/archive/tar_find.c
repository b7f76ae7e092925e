#include "base/limits.h"
#include "source/archive/path.h"
#include "source/archive/tar_index.h"

/* Where path, or the nearest directory above it that is a symbolic link, leads to. */
static const struct tar_member *find_link(const struct tar_index *index, struct str path,
                                          struct str *below)
{
  for (size_t i = 0; i <= path.len; i++) {
    struct map_entry *entry;

    if (i < path.len && path.ptr[i] != '/')
      continue;
    entry = map_find(&index->members, (struct str) { path.ptr, i });
    if (entry &&
        (((struct tar_member *)entry->value)->kind == TAR_MEMBER_SYMLINK ||
         (i == path.len && ((struct tar_member *)entry->value)->kind == TAR_MEMBER_LINK))) {
      *below = str_skip(path, i + 1);
      return entry->value;
    }
  }
  return NULL;
}

/* NULL, and *err, if the name that led to the member stands for several things. */
static const struct tar_member *unambiguous(const struct tar_member *member, struct error *err)
{
  if (!member->ambiguous)
    return member;
  error_set(err, ERROR_CORRUPT,
            "member \"%.300s\" stands in the archive more than once, with other contents: some "
            "programs take the first, some the last",
            member->path);
  return NULL;
}

static int not_found(struct str path, struct error *err)
{
  return error_set(err, ERROR_NOT_FOUND, "no member \"%.*s\"", (int)MIN_OF(path.len, (size_t)300),
                   path.ptr ? path.ptr : "");
}

const struct tar_member *tar_index_find(const struct tar_index *index, struct str path,
                                        struct error *err)
{
  const struct tar_member *followed = NULL;
  struct member_path at;
  struct member_path next;

  if (!member_path_resolve(&at, (struct str) { NULL, 0 }, path)) {
    not_found(path, err);
    return NULL;
  }
  for (int hops = 0; hops <= LIMIT_SYMLINK_HOPS; hops++) {
    struct str below;
    const struct tar_member *link = find_link(index, member_path_str(&at), &below);
    struct map_entry *entry;

    if (link) {
      if (!unambiguous(link, err))
        return NULL;
      if (!link->target || !member_path_resolve(&next, str_of(link->target), below)) {
        error_set(err, ERROR_CORRUPT, "member \"%.300s\": a link to outside the archive", at.text);
        return NULL;
      }
      at = next;
      followed = link;
      continue;
    }
    entry = map_find(&index->members, member_path_str(&at));
    if (!entry) {
      not_found(path, err);
      if (followed)
        error_set(err, ERROR_NOT_FOUND,
                  "no member \"%.300s\", where \"%.*s\", a symbolic link to \"%.300s\", leads",
                  at.text, (int)MIN_OF(path.len, (size_t)300), path.ptr, followed->target);
      return NULL;
    }
    if (((struct tar_member *)entry->value)->kind == TAR_MEMBER_FILE)
      return unambiguous(entry->value, err);
    error_set(err, ERROR_CORRUPT, "member \"%.300s\": not a regular file", at.text);
    return NULL;
  }
  error_set(err, ERROR_CORRUPT, "member \"%.*s\": more than %d links behind each other",
            (int)MIN_OF(path.len, (size_t)300), path.ptr, LIMIT_SYMLINK_HOPS);
  return NULL;
}
