#include "report/directory/place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"

void dir_place_free(struct dir_place *place)
{
  if (!place)
    return;
  free(place->path);
  place->ops->free(place);
}

int dir_place_begin(struct dir_place *place, struct error *err)
{
  return place->ops->begin(place, err);
}

struct outfile *dir_place_file(struct dir_place *place, const char *name, struct error *err)
{
  return place->ops->file(place, name, err);
}

void dir_place_in(struct dir_place *place, int side, const char *directory)
{
  place->ops->in(place, side, directory);
}

int dir_place_entry(struct dir_place *place, int side, const struct tar_entry *entry,
                    const struct extract_content *content, struct error *err)
{
  return place->ops->entry(place, side, entry, content, err);
}

int dir_place_end(struct dir_place *place, int side, struct error *err)
{
  return place->ops->end(place, side, err);
}

/* ---- by this process ---- */

struct place_here {
  struct dir_place base; /* first */
  int directory;         /* borrowed */
  int roots[PLACE_SIDES];
  struct extract *extracts[PLACE_SIDES];
};

static int here_begin(struct dir_place *place, struct error *err)
{
  struct place_here *here = (struct place_here *)place;

  for (int side = 0; side < PLACE_SIDES; side++) {
    AUTO_FREE char *path = xasprintf("%s/input-%d", place->path, side);
    const char *name = path + strlen(place->path) + 1;

    if (mkdirat(here->directory, name, 0755) == 0)
      here->roots[side] =
          openat(here->directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (here->roots[side] < 0)
      return error_sys(err, errno, "%s", path);
    here->extracts[side] = extract_new(here->roots[side], path, false);
  }
  return 0;
}

static struct outfile *here_file(struct dir_place *place, const char *name, struct error *err)
{
  AUTO_FREE char *path = xasprintf("%s/%s", place->path, name);

  return outfile_open_at(((struct place_here *)place)->directory, name, path, err);
}

static void here_in(struct dir_place *place, int side, const char *directory)
{
  extract_in(((struct place_here *)place)->extracts[side], directory);
}

static int here_entry(struct dir_place *place, int side, const struct tar_entry *entry,
                      const struct extract_content *content, struct error *err)
{
  return extract_entry(((struct place_here *)place)->extracts[side], entry, content, err);
}

static int here_end(struct dir_place *place, int side, struct error *err)
{
  struct extract *extract = ((struct place_here *)place)->extracts[side];

  (void)err;
  extract_finish(extract);
  place->sides[side].without_attributes = extract_without_attributes(extract);
  place->sides[side].notes = extract_notes(extract);
  return 0;
}

static void here_free(struct dir_place *place)
{
  struct place_here *here = (struct place_here *)place;

  for (int side = 0; side < PLACE_SIDES; side++) {
    extract_free(here->extracts[side]);
    cleanup_close(&here->roots[side]);
  }
  free(here);
}

struct dir_place *dir_place_here(int directory, const char *path)
{
  static const struct dir_place_ops ops = { here_begin, here_file, here_in,
                                            here_entry, here_end,  here_free };
  struct place_here *here = xcalloc(1, sizeof(*here));

  *here = (struct place_here) {
    .base = { .ops = &ops, .path = xstrdup(path) },
    .directory = directory,
    .roots = { -1, -1 },
  };
  return &here->base;
}
