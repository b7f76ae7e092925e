#include "base/machine.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/str.h"

enum { FILE_ROOM = 16 * 1024, PATH_ROOM = 4096 };

/* The first FILE_ROOM - 1 bytes of a file, NUL-terminated; false if it cannot be read. */
static bool machine_read_file(const char *path, char text[FILE_ROOM])
{
  AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
  size_t len = 0;
  ssize_t n = -1;

  /* /proc gives a page at a time. */
  while (fd >= 0 && len < FILE_ROOM - 1 && (n = read(fd, text + len, FILE_ROOM - 1 - len)) > 0)
    len += (size_t)n;
  text[len] = '\0';
  return fd >= 0 && n >= 0;
}

/* UINT64_MAX where the file has no such number. */
typedef uint64_t machine_reader(const char *path);

/* Where both kinds of control groups have a number; NULL: one has it not. */
struct machine_files {
  const char *v2, *v1;
  machine_reader *read_number;
};

/* A number at the start of the file; UINT64_MAX where there is none ("max"). */
static uint64_t machine_read_limit(const char *path)
{
  char text[FILE_ROOM];
  uint64_t value;

  if (!machine_read_file(path, text) ||
      !str_to_u64((struct str) { text, strspn(text, "0123456789") }, UINT64_MAX, &value))
    return UINT64_MAX;
  return value;
}

/* The least number of a group and those above it. group: "/a/b"; "/" or one that leads out of what
 * is mounted here ("/../x") is the mount's top. */
static uint64_t machine_least(const char *mount, const char *group, const char *file,
                              machine_reader *read_number)
{
  char path[PATH_ROOM];
  uint64_t least = UINT64_MAX;
  size_t len = strncmp(group, "/..", 3) == 0 ? 0 : strlen(group);

  for (;;) {
    while (len > 0 && group[len - 1] == '/')
      len--;
    if (snprintf(path, sizeof(path), "%s%.*s/%s", mount, (int)len, group, file) <
        (int)sizeof(path)) {
      const uint64_t number = read_number(path);

      least = MIN_OF(least, number);
    }
    if (!len)
      return least;
    while (len > 0 && group[len - 1] != '/')
      len--;
  }
}

/* Whether a comma-separated list of controllers names `memory`. */
static bool machine_has_memory(const char *controllers, size_t len)
{
  static const char name[] = "memory";
  const size_t name_len = sizeof(name) - 1;

  for (size_t at = 0; at + name_len <= len; at++)
    if ((at == 0 || controllers[at - 1] == ',') && memcmp(controllers + at, name, name_len) == 0 &&
        (at + name_len == len || controllers[at + name_len] == ','))
      return true;
  return false;
}

/* One line of /proc/PID/cgroup, "ID:CONTROLLERS:GROUP"; v2 has no controllers. */
static uint64_t machine_line_number(const char *root, char *line, const struct machine_files *files)
{
  char mount[PATH_ROOM];
  char *controllers = strchr(line, ':');
  char *group = controllers ? strchr(controllers + 1, ':') : NULL;
  uint64_t number;
  uint64_t other;

  if (!group)
    return UINT64_MAX;
  controllers++;
  if (controllers == group) {
    snprintf(mount, sizeof(mount), "%s/sys/fs/cgroup", root);
    number = machine_least(mount, group + 1, files->v2, files->read_number);
    snprintf(mount, sizeof(mount), "%s/sys/fs/cgroup/unified", root);
    other = machine_least(mount, group + 1, files->v2, files->read_number);
    return MIN_OF(number, other);
  }
  if (!files->v1 || !machine_has_memory(controllers, (size_t)(group - controllers)))
    return UINT64_MAX;
  snprintf(mount, sizeof(mount), "%s/sys/fs/cgroup/memory", root);
  return machine_least(mount, group + 1, files->v1, files->read_number);
}

static uint64_t machine_of_groups(const char *root, const struct machine_files *files)
{
  char path[PATH_ROOM];
  char text[FILE_ROOM];
  char *rest = NULL;
  uint64_t least = UINT64_MAX;

  snprintf(path, sizeof(path), "%s/proc/self/cgroup", root);
  if (!machine_read_file(path, text))
    return UINT64_MAX;
  for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
    const uint64_t number = machine_line_number(root, line, files);

    least = MIN_OF(least, number);
  }
  return least;
}

/* The number behind a word at the start of a line; UINT64_MAX: there is none. */
static uint64_t machine_number_of(const char *path, const char *word)
{
  char text[FILE_ROOM];
  const char *at = machine_read_file(path, text) ? text : NULL;
  const size_t len = strlen(word);
  uint64_t value;

  while (at && strncmp(at, word, len) != 0) {
    at = strchr(at, '\n');
    at = at ? at + 1 : NULL;
  }
  if (!at)
    return UINT64_MAX;
  at += len;
  at += strspn(at, " ");
  return str_to_u64((struct str) { at, strspn(at, "0123456789") }, UINT64_MAX, &value) ? value
                                                                                       : UINT64_MAX;
}

/* "MemTotal:  16384 kB" */
static uint64_t machine_all_memory(const char *root)
{
  char path[PATH_ROOM];
  uint64_t kib;

  snprintf(path, sizeof(path), "%s/proc/meminfo", root);
  kib = machine_number_of(path, "MemTotal:");
  return kib > UINT64_MAX / 1024 ? UINT64_MAX : kib * 1024;
}

uint64_t machine_memory(const char *root)
{
  static const struct machine_files files = { "memory.max", "memory.limit_in_bytes",
                                              machine_read_limit };
  const uint64_t all = machine_all_memory(root);
  const uint64_t group = machine_of_groups(root, &files);

  return MIN_OF(all, group);
}

static uint64_t machine_read_kills(const char *path)
{
  return machine_number_of(path, "oom_kill ");
}

uint64_t machine_group_kills(const char *root)
{
  static const struct machine_files files = { "memory.events", NULL, machine_read_kills };

  return machine_of_groups(root, &files);
}

uint64_t machine_kills(const char *root)
{
  char path[PATH_ROOM];

  snprintf(path, sizeof(path), "%s/proc/vmstat", root);
  return machine_number_of(path, "oom_kill ");
}
