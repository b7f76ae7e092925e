#include "report/directory/dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/libc.h"
#include "base/thread.h"
#include "report/directory/layer_files.h"
#include "report/directory/place.h"
#include "report/directory/readme.h"
#include "report/directory/remove_tree.h"
#include "report/json/json.h"
#include "report/outfile.h"

struct dir_report {
  struct report report;
  char *path;
  const struct diff_options *options;
  report_dir_visit *visit;
  int (*read_chunk)(void *reader, struct tar_chunk *chunk, struct error *err);
  struct report *json; /* writes report.json */
  struct layer_file_list files;
};

/* The second pass over one side. */
struct pass {
  struct content_visitor visitor; /* the first member */
  const struct dir_report *dir;
  int side;
  struct dir_place *place;
  struct tar_reader *reader; /* of the layer being read */
  const struct layer_files *files;
  size_t next; /* of files: the one that is visited next, or a later one */
  struct hasher *hasher;
  bool has_read;     /* content of the entry that is visited */
  bool cannot_write; /* err is about the files, not about the image */
  int result;
  struct error err;
};

static char *path_below(const struct dir_report *dir, const char *name)
{
  return xasprintf("%s/%s", dir->path, name);
}

static void dir_event(struct report *report, const struct event *event)
{
  struct dir_report *dir = (struct dir_report *)report;

  report_event(dir->json, event);
  layer_file_list_add(&dir->files, event);
}

static int read_entry(void *context, struct tar_chunk *chunk, struct error *err)
{
  struct pass *pass = context;
  int result = pass->dir->read_chunk(pass->reader, chunk, err);

  if (result < 0)
    pass->cannot_write = false;
  pass->has_read = true;
  if (result > 0)
    hasher_add(pass->hasher, chunk->bytes, chunk->len);
  return result;
}

/* What is extracted was read a second time: it has to be what was compared. */
static int check_content(struct pass *pass, const struct tar_entry *entry, struct error *err)
{
  const struct layer_files *files = pass->files;
  struct digest found = hasher_finish(pass->hasher);
  const struct digest *wanted;

  while (pass->next < files->n && files->files[pass->next].position < entry->index)
    pass->next++;
  wanted = pass->next < files->n ? files->files[pass->next].content : NULL;
  if (!wanted || digest_equal(wanted, &found))
    return 0;
  return error_set(err, ERROR_CORRUPT, "%.*s changed while it was read", STR_ARGS(entry->name));
}

static int visit_entry(struct content_visitor *visitor, const struct tar_entry *entry,
                       struct tar_reader *reader, struct error *err)
{
  struct pass *pass = (struct pass *)visitor;
  const struct extract_content content = { read_entry, pass };

  pass->reader = reader;
  pass->has_read = false;
  pass->cannot_write = true;
  if (dir_place_entry(pass->place, pass->side, entry, &content, err) != 0)
    return -1;
  pass->cannot_write = false;
  return pass->has_read ? check_content(pass, entry, err) : 0;
}

static int run_layer(struct pass *pass, const struct layer_files *files)
{
  const struct dir_report *dir = pass->dir;
  struct source *source = dir->options->sources[pass->side];

  pass->files = files;
  pass->next = 0;
  dir_place_in(pass->place, pass->side, files->directory);
  if (dir->visit(source, files->layer, files->positions, files->n, dir->options->limits,
                 &pass->visitor, &pass->err) == 0)
    return 0;
  return pass->cannot_write ? -1
                            : error_wrap(&pass->err, "input %d (%s): /%s", pass->side,
                                         source ? source->label : "", files->directory);
}

static void *run_pass(void *user)
{
  struct pass *pass = user;
  const struct layer_file_list *list = &pass->dir->files;
  struct error err;

  for (size_t i = 0; i < list->n && pass->result == 0; i++)
    if (list->items[i]->side == pass->side)
      pass->result = run_layer(pass, list->items[i]);
  if (dir_place_end(pass->place, pass->side, &err)) {
    pass->result = -1;
    pass->err = err;
  }
  return NULL;
}

/* Each side has a thread, unless there is only one processor to use. */
static void run_passes(const struct dir_report *dir, struct pass passes[2])
{
  pthread_t thread;
  bool started = dir->options->threads != 1 && thread_start(&thread, run_pass, &passes[1]);

  run_pass(&passes[0]);
  if (started)
    pthread_join(thread, NULL);
  else
    run_pass(&passes[1]);
}

/* Makes a directory and those above it. */
static int make_path(const char *path, struct error *err)
{
  AUTO_FREE char *copy = xstrdup(path);

  for (char *at = copy + 1; *copy && (at = strchr(at, '/')); at++) {
    *at = '\0';
    if (mkdir(copy, 0777) != 0 && errno != EEXIST)
      return error_sys(err, errno, "%s", copy);
    *at = '/';
  }
  if (mkdir(path, 0777) != 0 && errno != EEXIST)
    return error_sys(err, errno, "%s", path);
  return 0;
}

/* What tells that a directory is a report's, so that four names in it may be replaced. */
static const char marker[] = ".diffoci-report";

/* 1: there is nothing in the directory; -1 with errno. */
static int is_empty(int fd)
{
  int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *stream = copy < 0 ? NULL : fdopendir(copy);
  const struct dirent *entry;
  int result = 1;

  if (!stream) {
    if (copy >= 0)
      close(copy);
    return -1;
  }
  while (result && (errno = 0, entry = readdir(stream)))
    result = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
  if (errno && result)
    result = -1;
  closedir(stream);
  return result;
}

/* Makes sure that the directory is one to write a report to: an earlier report's, or empty; then it
 * is marked. Removes nothing. */
static int claim(const char *path, int fd, struct error *err)
{
  struct stat status;
  int made;

  if (fstatat(fd, marker, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(status.st_mode))
    return libc_may_change(fd) ? 0 : error_sys(err, errno, "%s", path);
  switch (is_empty(fd)) {
  case 0:
    return error_set(err, ERROR_USAGE,
                     "%s is not empty and not a report's (it has no %s): name another directory, "
                     "or remove it first",
                     path, marker);
  case 1:
    break;
  default:
    return error_sys(err, errno, "%s", path);
  }
  made = openat(fd, marker, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
  if (made < 0)
    return error_sys(err, errno, "%s/%s", path, marker);
  close(made);
  return 0;
}

/* Makes the directory where it is not there. A descriptor, or -1. */
static int open_claimed(const char *path, struct error *err)
{
  AUTO_CLOSE int fd = -1;
  int result;

  if (make_path(path, err))
    return -1;
  fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    return error_sys(err, errno, "%s", path);
  if (claim(path, fd, err))
    return -1;
  result = fd;
  fd = -1;
  return result;
}

int report_dir_check(const char *path, struct error *err)
{
  int fd = open_claimed(path, err);

  if (fd < 0)
    return -1;
  close(fd);
  return 0;
}

static const char *const written[] = { "README.md", "report.json", "input-0", "input-1" };

static int clear(const char *path, int fd, struct error *err)
{
  for (size_t i = 0; i < ARRAY_LEN(written); i++)
    if (remove_tree(fd, written[i]) != 0)
      return error_sys(err, errno, "cannot remove %s/%s", path, written[i]);
  return 0;
}

bool report_dir_is_clear(int directory)
{
  struct stat status;
  bool is_clear = true;

  for (size_t i = 0; i < ARRAY_LEN(written) && is_clear; i++)
    is_clear = fstatat(directory, written[i], &status, AT_SYMLINK_NOFOLLOW) && errno == ENOENT;
  return is_clear;
}

int report_dir_clear(int directory, const char *path, struct error *err)
{
  return claim(path, directory, err) ? -1 : clear(path, directory, err);
}

/* The directory without what an earlier report left in it. What this process may not write is
 * cleared by who keeps its reports, and written by a third one. *fd: to be closed after it. */
static struct dir_place *open_cleared(const struct dir_report *dir, int *fd, struct error *err)
{
  const struct outfile_keeper *keeper = outfile_get_keeper();

  if (keeper && keeper->directory)
    return keeper->clear(keeper->context, dir->path, err)
               ? NULL
               : dir_place_there(keeper->directory, dir->path);
  *fd = open_claimed(dir->path, err);
  return *fd >= 0 && clear(dir->path, *fd, err) == 0 ? dir_place_here(*fd, dir->path) : NULL;
}

static int write_readme(const struct dir_report *dir, struct dir_place *place,
                        const struct pass passes[2], struct error *err)
{
  struct readme_input inputs[2];
  struct outfile *file = dir_place_file(place, "README.md", err);

  if (!file)
    return -1;
  for (int side = 0; side < 2; side++)
    inputs[side] = (struct readme_input) {
      .label = dir->options->sources[side] ? dir->options->sources[side]->label : "",
      .notes = place->sides[side].notes,
      .without_attributes = place->sides[side].without_attributes,
      .failure = passes[side].result ? passes[side].err.message : NULL,
    };
  readme_write(&file->writer, inputs, dir->report.about);
  return outfile_commit(file, err);
}

/* Extracts both sides and says in README.md how that went. */
static int write_files(struct dir_report *dir, struct dir_place *place, struct error *err)
{
  struct pass *passes;
  int result = 0;

  if (layer_file_list_sort(&dir->files, err))
    return -1;
  passes = xcalloc(2, sizeof(*passes));
  for (int side = 0; side < 2; side++) {
    passes[side].visitor.entry = visit_entry;
    passes[side].hasher = hasher_new(DIGEST_SHA256);
    passes[side].dir = dir;
    passes[side].side = side;
    passes[side].place = place;
  }
  run_passes(dir, passes);
  result = write_readme(dir, place, passes, err);
  for (int side = 1; side >= 0; side--) { /* the first side's error is the one told */
    if (passes[side].result) {
      *err = passes[side].err;
      result = -1;
    }
    hasher_free(passes[side].hasher);
  }
  free(passes);
  return result;
}

static int dir_finish(struct report *report, struct error *err)
{
  struct dir_report *dir = (struct dir_report *)report;
  AUTO_CLOSE int fd = -1;
  struct dir_place *place = open_cleared(dir, &fd, err);
  struct outfile *json = NULL;
  int result = -1;

  if (!place)
    return -1;
  report_tell(dir->json, report->about);
  if (dir_place_begin(place, err) == 0)
    json = dir_place_file(place, "report.json", err);
  if (json) {
    report_json_to(dir->json, json);
    result = report_finish(dir->json, err);
  }
  if (result == 0)
    result = write_files(dir, place, err);
  dir_place_free(place);
  return result;
}

static void dir_free(struct report *report)
{
  struct dir_report *dir = (struct dir_report *)report;

  report_free(dir->json);
  layer_file_list_release(&dir->files);
  free(dir->path);
  free(dir);
}

static const struct report_ops dir_ops = {
  .event = dir_event,
  .finish = dir_finish,
  .free = dir_free,
};

struct report *
report_dir_new_with(const char *path, const struct diff_options *options, report_dir_visit *visit,
                    int (*read_chunk)(void *reader, struct tar_chunk *chunk, struct error *err))
{
  struct dir_report *dir = xcalloc(1, sizeof(*dir));
  AUTO_FREE char *json = NULL;

  dir->report.ops = &dir_ops;
  dir->path = xstrdup(path);
  dir->options = options;
  dir->files.memory = options->limits ? options->limits->memory : NULL;
  dir->visit = visit;
  dir->read_chunk = read_chunk;
  json = path_below(dir, "report.json");
  dir->json = report_json_new(json, options->limits ? options->limits->memory : NULL);
  return &dir->report;
}

static int read_reader(void *reader, struct tar_chunk *chunk, struct error *err)
{
  return tar_read(reader, chunk, err);
}

struct report *report_dir_new(const char *path, const struct diff_options *options)
{
  return report_dir_new_with(path, options, diff_visit_layer, read_reader);
}
