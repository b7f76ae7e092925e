#include "source/open.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "source/engine/engine.h"

static int check_shape(const struct argument *argument, struct error *err)
{
  struct stat st;

  if (argument->file->shape == SHAPE_ANY || stat(argument->path, &st) < 0)
    return 0;
  if (argument->file->shape == SHAPE_DIRECTORY && !S_ISDIR(st.st_mode))
    return error_set(err, ERROR_USAGE, "not a directory (expected %s)", argument->file->form);
  if (argument->file->shape == SHAPE_FILE && S_ISDIR(st.st_mode))
    return error_set(err, ERROR_USAGE, "a directory (expected %s)", argument->file->form);
  return 0;
}

static struct source *open_file(const struct argument *argument,
                                const struct source_options *options, struct error *err)
{
  struct members *members;

  if (check_shape(argument, err) < 0)
    return NULL;
  members = members_of_path(argument->path, options->limits, err);
  if (!members)
    return NULL;
  return argument->file->open(members, argument->ref, options, err);
}

struct source *source_open(const struct argument *argument, const struct source_options *options,
                           struct error *err)
{
  struct source *source = argument->kind == ARGUMENT_ENGINE
                              ? source_engine_open(argument->engine, argument->name, options, err)
                              : open_file(argument, options, err);

  if (!source) {
    error_wrap(err, "%s", argument->text);
    return NULL;
  }
  source->label = xstrdup(argument->text);
  source->net = options->net;
  source->net_context = options->net_context;
  return source;
}
