#include "report/packages/find.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "diff/later.h"
#include "packages/database.h"
#include "packages/go.h"

/* A file that is to be read, of one side. */
struct database {
  struct str path; /* in the arena */
  int side;
  bool is_program; /* no package manager's: it may say itself what it was made of */
};

struct finder {
  struct event_sink sink;                  /* first */
  struct later_taker taker, program_taker; /* get the number of a database */
  struct later *later;
  struct package_list *lists[2];
  struct database *databases; /* owned */
  size_t n, cap;
  struct arena arena;
};

static struct str find_path_of(const struct event *event)
{
  const struct tar_entry *entry =
      event->inputs[0].entry ? event->inputs[0].entry : event->inputs[1].entry;

  return entry ? entry->name : STR("");
}

static bool find_is_file(const struct tar_entry *entry)
{
  return entry->type == TAR_REGULAR || entry->type == TAR_CONTIGUOUS;
}

/* Whether both files of an event, or the only one, may be programs that say what they were made of.
 * Where their beginnings are known those decide. */
static bool is_program_event(const struct event *event)
{
  bool any = false;

  for (int side = 0; side < 2; side++) {
    const struct event_input *input = &event->inputs[side];

    if (!input->entry)
      continue;
    if (!input->layer || !find_is_file(input->entry) ||
        !package_program_may_be(input->entry->mode, input->entry->size))
      return false;
    any = any || !input->head.ptr || package_program_begins(input->head);
  }
  return any;
}

bool packages_hinted_by(const struct event *event)
{
  const struct str path = find_path_of(event);
  const char *slash = path.len ? memrchr(path.ptr, '/', path.len) : NULL;
  const struct str name = slash ? str_skip(path, (size_t)(slash - path.ptr) + 1) : path;

  return package_database_is(path) || str_has_prefix(name, STR(".wh.")) || is_program_event(event);
}

static void find_want(struct finder *finder, int side, const struct event_input *input,
                      bool is_program)
{
  struct later_place places[2] = { { .layer = NULL }, { .layer = NULL } };

  finder->databases = xgrow(finder->databases, finder->n, &finder->cap, sizeof(*finder->databases));
  finder->databases[finder->n] =
      (struct database) { arena_str(&finder->arena, input->entry->name), side, is_program };
  places[side] = later_place_of(input);
  later_want(finder->later, places, is_program ? &finder->program_taker : &finder->taker,
             finder->n++);
}

static void finder_event(struct event_sink *sink, const struct event *event)
{
  struct finder *finder = (struct finder *)sink;
  const bool is_program = is_program_event(event);

  for (int side = 0; side < 2; side++) {
    const struct event_input *input = &event->inputs[side];

    if (!input->entry || !input->layer || !find_is_file(input->entry))
      continue;
    if (package_database_is(input->entry->name))
      find_want(finder, side, input, false);
    else if (is_program)
      find_want(finder, side, input, true);
  }
}

static void finder_take(void *context, size_t number, const struct later_content *contents)
{
  const struct finder *finder = context;
  const struct database *database = &finder->databases[number];

  if (contents && database->is_program)
    package_program_read(finder->lists[database->side], database->path,
                         contents[database->side].bytes);
  else if (contents)
    package_database_read(finder->lists[database->side], database->path,
                          contents[database->side].bytes);
}

bool packages_find(struct package_changes *out, const struct diff_options *options)
{
  struct diff_options effective = *options;
  struct finder finder = {
    .sink = { .event = finder_event, .wants_head_bytes = PACKAGE_PROGRAM_HEAD },
    .taker = { finder_take, &finder, PACKAGE_DATABASE_MAX },
    .program_taker = { finder_take, &finder, PACKAGE_PROGRAM_MAX },
    .lists = { &out->lists[0], &out->lists[1] },
  };
  bool failed = false;
  struct error err;
  struct diff *diff;

  if (options->sources[0]->fetches_again || options->sources[1]->fetches_again)
    return false;
  for (int side = 0; side < 2; side++)
    out->lists[side].memory = options->limits->memory;
  effective.effective = true;
  effective.ignore = IGNORE_ALL_SEMANTIC;
  effective.n_ignored_files = 0;
  effective.verdict = false;
  effective.attestations = false;
  effective.referrers = false;
  effective.policy = NULL; /* what it leaves out may still say which packages there are */
  effective.looker = NULL;
  effective.sink = &finder.sink;
  finder.later = later_new(&effective);
  diff = diff_run(&effective, &failed, &err);
  if (diff && !failed)
    later_read(finder.later);
  later_free(finder.later);
  diff_free(diff);
  free(finder.databases);
  arena_release(&finder.arena);
  if (!diff || failed || out->lists[0].cut || out->lists[1].cut)
    return false; /* what is missing would seem to be removed */
  package_changes_find(out);
  return true;
}
