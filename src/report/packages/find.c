#include "report/packages/find.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/alloc.h"
#include "diff/inside/inside_files.h"
#include "packages/database.h"

/* A file that is to be read, of one side. */
struct database {
  struct str path; /* in the arena */
  struct inside_content content;
};

struct finder {
  struct event_sink sink; /* first */
  struct inside_wanted *wanted[2];
  struct database **databases[2]; /* one for each that is wanted, in the arena */
  size_t n[2], cap_wanted[2], cap_databases[2];
  struct arena arena;
};

static struct str find_path_of(const struct event *event)
{
  const struct tar_entry *entry =
      event->inputs[0].entry ? event->inputs[0].entry : event->inputs[1].entry;

  return entry ? entry->name : STR("");
}

bool packages_hinted_by(const struct event *event)
{
  const struct str path = find_path_of(event);
  const char *slash = path.len ? memrchr(path.ptr, '/', path.len) : NULL;
  const struct str name = slash ? str_skip(path, (size_t)(slash - path.ptr) + 1) : path;

  return package_database_is(path) || str_has_prefix(name, STR(".wh."));
}

static bool find_is_file(const struct tar_entry *entry)
{
  return entry->type == TAR_REGULAR || entry->type == TAR_CONTIGUOUS;
}

static void find_want(struct finder *finder, int side, const struct event_input *input)
{
  struct database *database = arena_alloc(&finder->arena, sizeof(*database));
  const size_t n = finder->n[side]++;

  *database = (struct database) { .path = arena_str(&finder->arena, input->entry->name),
                                  .content = { .fd = -1 } };
  finder->databases[side] =
      xgrow(finder->databases[side], n, &finder->cap_databases[side], sizeof(struct database *));
  finder->databases[side][n] = database;
  finder->wanted[side] =
      xgrow(finder->wanted[side], n, &finder->cap_wanted[side], sizeof(struct inside_wanted));
  finder->wanted[side][n] = (struct inside_wanted) {
    .layer = input->layer,
    .position = input->entry->index,
    .max = PACKAGE_DATABASE_MAX,
    .content = &database->content,
  };
}

static void finder_event(struct event_sink *sink, const struct event *event)
{
  struct finder *finder = (struct finder *)sink;

  for (int side = 0; side < 2; side++) {
    const struct event_input *input = &event->inputs[side];

    if (input->entry && input->layer && find_is_file(input->entry) &&
        package_database_is(input->entry->name))
      find_want(finder, side, input);
  }
}

static void read_database(struct package_list *list, const struct database *database)
{
  const struct inside_content *content = &database->content;
  void *bytes;

  if (content->fd < 0 || !content->size)
    return;
  bytes = mmap(NULL, content->size, PROT_READ, MAP_PRIVATE, content->fd, (off_t)content->offset);
  if (bytes == MAP_FAILED)
    return;
  package_database_read(list, database->path, (struct str) { bytes, content->size });
  munmap(bytes, content->size);
}

static void read_side(struct finder *finder, const struct diff_options *options, int side,
                      struct package_list *list)
{
  int fd = -1;

  if (!finder->n[side])
    return;
  inside_files_read(options, side, finder->wanted[side], finder->n[side], &fd);
  for (size_t i = 0; i < finder->n[side]; i++)
    read_database(list, finder->databases[side][i]);
  if (fd >= 0)
    close(fd);
}

static void find_release(struct finder *finder)
{
  for (int side = 0; side < 2; side++) {
    free(finder->wanted[side]);
    free(finder->databases[side]);
  }
  arena_release(&finder->arena);
}

bool packages_find(struct package_changes *out, const struct diff_options *options)
{
  struct finder finder = { .sink = { .event = finder_event } };
  struct diff_options effective = *options;
  bool failed = false;
  struct error err;
  struct diff *diff;

  if (options->sources[0]->fetches_again || options->sources[1]->fetches_again)
    return false;
  effective.effective = true;
  effective.ignore = IGNORE_ALL_SEMANTIC;
  effective.n_ignored_files = 0;
  effective.verdict = false;
  effective.attestations = false;
  effective.referrers = false;
  effective.policy = NULL; /* what it leaves out may still say which packages there are */
  effective.looker = NULL;
  effective.sink = &finder.sink;
  diff = diff_run(&effective, &failed, &err);
  for (int side = 0; side < 2 && diff && !failed; side++)
    read_side(&finder, &effective, side, &out->lists[side]);
  diff_free(diff);
  find_release(&finder);
  if (!diff || failed)
    return false;
  package_changes_find(out);
  return true;
}
