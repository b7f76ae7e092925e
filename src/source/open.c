#include "source/open.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "source/archive/root.h"
#include "source/engine/engine.h"

/* What reads the same in a directory instead of a file, or the other way round. */
static const char *other_kind(const struct source_kind *kind)
{
  if (kind->is_root)
    return kind->shape == SHAPE_DIRECTORY ? "rootfs-archive:FILE" : "rootfs:DIR";
  return kind->shape == SHAPE_DIRECTORY ? "oci-archive:FILE or docker-archive:FILE" : "oci:DIR";
}

static int check_shape(const struct argument *argument, struct error *err)
{
  struct stat st;

  if (argument->file->shape == SHAPE_ANY || stat(argument->path, &st) < 0)
    return 0;
  if (argument->file->shape == SHAPE_DIRECTORY && !S_ISDIR(st.st_mode))
    return error_set(err, ERROR_USAGE, "not a directory (expected %s; %s reads a file)",
                     argument->file->form, other_kind(argument->file));
  if (argument->file->shape == SHAPE_FILE && S_ISDIR(st.st_mode))
    return error_set(err, ERROR_USAGE, "a directory (expected %s; %s reads a directory)",
                     argument->file->form, other_kind(argument->file));
  return 0;
}

int source_open_place(const struct argument *argument, bool *is_directory, struct error *err)
{
  const int fd =
      check_shape(argument, err) < 0 ? -1 : members_open_path(argument->path, is_directory, err);

  return fd < 0 ? error_wrap(err, "%s", argument->text) : fd;
}

bool source_lists_root(const struct argument *argument)
{
  return argument->kind == ARGUMENT_FILE && argument->file->is_root &&
         argument->file->shape == SHAPE_DIRECTORY;
}

int source_allow_root(const struct argument *argument, struct starter *starter)
{
  return source_lists_root(argument) ? root_list_allow(starter, argument->path) : -1;
}

static struct source *labelled(struct source *source, const struct argument *argument,
                               const struct source_options *options, struct error *err)
{
  if (!source) {
    error_wrap(err, "%s", argument->text);
    return NULL;
  }
  source->label = xstrdup(argument->text);
  source->fetch = options->fetch;
  source->fetch_context = options->fetch_context;
  return source;
}

struct source *source_open_members(const struct argument *argument, struct members *members,
                                   const struct source_options *options, struct error *err)
{
  return labelled(members ? argument->file->open(members, argument->ref, options, err) : NULL,
                  argument, options, err);
}

struct source *source_open(const struct argument *argument, const struct source_options *options,
                           struct error *err)
{
  bool is_directory;
  int fd;

  if (argument->kind == ARGUMENT_ENGINE)
    return labelled(source_engine_open(argument->engine, argument->name, options, err), argument,
                    options, err);
  fd = source_open_place(argument, &is_directory, err);
  if (fd < 0)
    return NULL;
  if (argument->file->is_root && is_directory)
    return labelled(source_of_root_directory(fd, argument->path, argument->ref, options, err),
                    argument, options, err);
  return source_open_members(argument, members_of_fd(fd, is_directory, options->limits, err),
                             options, err);
}
