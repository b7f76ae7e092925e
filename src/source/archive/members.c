#include "source/archive/members.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

int members_open_path(const char *path, bool *is_directory, struct error *err)
{
  AUTO_CLOSE int fd = -1;
  struct stat st;
  int result;

  if (stat(path, &st) < 0)
    return error_sys(err, errno, "cannot be opened");
  *is_directory = S_ISDIR(st.st_mode);
  /* A pipe without a writer must not make the program wait. */
  fd = *is_directory ? open(path, O_PATH | O_DIRECTORY | O_CLOEXEC)
                     : open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  if (fd < 0 || fstat(fd, &st) < 0)
    return error_sys(err, errno, "cannot be opened");
  if (!*is_directory && !S_ISREG(st.st_mode))
    return error_set(
        err, ERROR_UNSUPPORTED,
        "neither a directory nor a regular file (archives are read in place: save what "
        "a pipe or device gives to a file first)");
  result = fd;
  fd = -1;
  return result;
}

struct members *members_of_fd(int fd, bool is_directory, const struct limits *limits,
                              struct error *err)
{
  return is_directory ? members_of_directory(fd) : members_of_archive(fd, limits, err);
}

struct members *members_of_path(const char *path, const struct limits *limits, struct error *err)
{
  bool is_directory;
  const int fd = members_open_path(path, &is_directory, err);

  return fd < 0 ? NULL : members_of_fd(fd, is_directory, limits, err);
}

struct stream *members_open(struct members *members, struct str path, uint64_t *size,
                            struct error *err)
{
  return members->ops->open(members, path, size, err);
}

int members_read(struct members *members, struct str path, uint64_t max, struct buf *out,
                 struct error *err)
{
  uint64_t size;
  AUTO_STREAM stream = members_open(members, path, &size, err);
  void *room;
  ssize_t n;

  if (!stream)
    return -1;
  room = size <= max ? buf_reserve(out, (size_t)size) : NULL;
  if (!room)
    return error_set(err, ERROR_LIMIT,
                     "\"%.*s\": %llu bytes, at most %llu allowed (see --max-scale)", STR_ARGS(path),
                     (unsigned long long)size, (unsigned long long)max);
  n = stream_read_full(stream, room, (size_t)size, err);
  if (n < 0)
    return error_wrap(err, "\"%.*s\"", STR_ARGS(path));
  out->len += (size_t)n;
  out->ptr[out->len] = '\0';
  return 0;
}

int members_has(struct members *members, struct str path, struct error *err)
{
  uint64_t size;
  struct error inner;
  struct stream *stream = members_open(members, path, &size, &inner);

  if (!stream && inner.code == ERROR_NOT_FOUND)
    return 0;
  if (!stream) {
    *err = inner;
    return -1;
  }
  stream_close(stream);
  return 1;
}

bool members_has_directory(struct members *members, struct str name)
{
  return members->ops->has_directory && members->ops->has_directory(members, name);
}

struct stream *members_whole(struct members *members, struct error *err)
{
  if (members->ops->whole)
    return members->ops->whole(members, err);
  error_set(err, ERROR_UNSUPPORTED, "a directory, not an archive");
  return NULL;
}

ssize_t members_peek(struct members *members, struct str path, void *buffer, size_t n,
                     struct error *err)
{
  AUTO_STREAM stream = NULL;
  uint64_t size;

  if (members->ops->peek)
    return members->ops->peek(members, path, buffer, n, err);
  stream = members_open(members, path, &size, err);
  if (!stream)
    return -1;
  return stream_read_full(stream, buffer, n, err);
}

void members_free(struct members *members)
{
  if (members)
    members->ops->free(members);
}

void cleanup_members(struct members **members)
{
  members_free(*members);
}

bool members_blob_digest(const char *path, struct digest *out)
{
  char text[DIGEST_MAX_TEXT];
  struct error ignored;
  const char *slash;

  if (!path || strncmp(path, "blobs/", 6) != 0)
    return false;
  path += 6;
  slash = strchr(path, '/');
  if (!slash || strlen(path) >= sizeof(text))
    return false;
  snprintf(text, sizeof(text), "%.*s:%s", (int)(slash - path), path, slash + 1);
  return digest_parse(out, str_of(text), &ignored) == 0;
}
