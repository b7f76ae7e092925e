#include "base/budget.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"

#define MIB (UINT64_C(1) << 20)

enum { FILE_ROOM = 4096, PATH_ROOM = 4096 };

/* The first FILE_ROOM - 1 bytes of a small file, NUL-terminated; false if it cannot be read. */
static bool budget_read_file(const char *path, char text[FILE_ROOM])
{
  AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t n = fd < 0 ? -1 : read(fd, text, FILE_ROOM - 1);

  if (n < 0)
    return false;
  text[n] = '\0';
  return true;
}

/* A number at the start of the file; UINT64_MAX where there is none ("max"). */
static uint64_t budget_read_limit(const char *path)
{
  char text[FILE_ROOM];
  uint64_t value;

  if (!budget_read_file(path, text) ||
      !str_to_u64((struct str) { text, strspn(text, "0123456789") }, UINT64_MAX, &value))
    return UINT64_MAX;
  return value;
}

/* The least limit of a group and those above it. group: "/a/b"; "/" or one that leads out of what
 * is mounted here ("/../x") is the mount's top. */
static uint64_t budget_group_limit(const char *mount, const char *group, const char *file)
{
  char path[PATH_ROOM];
  uint64_t least = UINT64_MAX;
  size_t len = strncmp(group, "/..", 3) == 0 ? 0 : strlen(group);

  for (;;) {
    while (len > 0 && group[len - 1] == '/')
      len--;
    if (snprintf(path, sizeof(path), "%s%.*s/%s", mount, (int)len, group, file) <
        (int)sizeof(path)) {
      uint64_t limit = budget_read_limit(path);

      least = MIN_OF(least, limit);
    }
    if (!len)
      return least;
    while (len > 0 && group[len - 1] != '/')
      len--;
  }
}

/* Whether a comma-separated list of controllers names `memory`. */
static bool budget_has_memory(const char *controllers, size_t len)
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
static uint64_t budget_line_limit(const char *root, char *line)
{
  char mount[PATH_ROOM];
  char *controllers = strchr(line, ':');
  char *group = controllers ? strchr(controllers + 1, ':') : NULL;
  uint64_t limit;

  if (!group)
    return UINT64_MAX;
  controllers++;
  if (controllers == group) {
    snprintf(mount, sizeof(mount), "%s/sys/fs/cgroup", root);
    limit = budget_group_limit(mount, group + 1, "memory.max");
    snprintf(mount, sizeof(mount), "%s/sys/fs/cgroup/unified", root);
    return MIN_OF(limit, budget_group_limit(mount, group + 1, "memory.max"));
  }
  if (!budget_has_memory(controllers, (size_t)(group - controllers)))
    return UINT64_MAX;
  snprintf(mount, sizeof(mount), "%s/sys/fs/cgroup/memory", root);
  return budget_group_limit(mount, group + 1, "memory.limit_in_bytes");
}

static uint64_t budget_cgroup_limit(const char *root)
{
  char path[PATH_ROOM];
  char text[FILE_ROOM];
  char *rest = NULL;
  uint64_t least = UINT64_MAX;

  snprintf(path, sizeof(path), "%s/proc/self/cgroup", root);
  if (!budget_read_file(path, text))
    return UINT64_MAX;
  for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
    uint64_t limit = budget_line_limit(root, line);

    least = MIN_OF(least, limit);
  }
  return least;
}

/* "MemTotal:  16384 kB" */
static uint64_t budget_machine_memory(const char *root)
{
  char path[PATH_ROOM];
  char text[FILE_ROOM];
  const char *at;
  uint64_t kib;

  snprintf(path, sizeof(path), "%s/proc/meminfo", root);
  at = budget_read_file(path, text) ? strstr(text, "MemTotal:") : NULL;
  if (!at)
    return UINT64_MAX;
  at += strlen("MemTotal:");
  at += strspn(at, " ");
  return str_to_u64((struct str) { at, strspn(at, "0123456789") }, UINT64_MAX / 1024, &kib)
             ? kib * 1024
             : UINT64_MAX;
}

uint64_t budget_default(const char *root)
{
  uint64_t memory = budget_machine_memory(root);
  uint64_t group = budget_cgroup_limit(root);
  uint64_t quarter = MIN_OF(memory, group) / 4;

  quarter = MIN_OF(quarter, 1024 * MIB);
  quarter -= quarter % MIB; /* as it is told */
  return MAX_OF(quarter, 64 * MIB);
}

static bool budget_take_within(struct budget *budget, uint64_t bytes, uint64_t limit)
{
  uint64_t used = __atomic_load_n(&budget->used, __ATOMIC_RELAXED);

  do {
    if (bytes > limit || used > limit - bytes)
      return false;
  } while (!__atomic_compare_exchange_n(&budget->used, &used, used + bytes, true, __ATOMIC_RELAXED,
                                        __ATOMIC_RELAXED));
  return true;
}

bool budget_take(struct budget *budget, uint64_t bytes)
{
  return !budget || budget_take_within(budget, bytes, budget->limit);
}

bool budget_take_spare(struct budget *budget, uint64_t bytes)
{
  return !budget || budget_take_within(budget, bytes, budget->limit / 2);
}

void budget_give(struct budget *budget, uint64_t bytes)
{
  if (budget)
    __atomic_sub_fetch(&budget->used, bytes, __ATOMIC_RELAXED);
}

int budget_error(const struct budget *budget, const char *what, struct error *err)
{
  static const char *const units[] = { "bytes", "KiB", "MiB" };
  uint64_t limit = budget ? budget->limit : UINT64_MAX;
  size_t unit = 0;

  while (unit + 1 < ARRAY_LEN(units) && limit && limit % 1024 == 0) {
    limit /= 1024;
    unit++;
  }
  return error_set(err, ERROR_LIMIT,
                   "%s take more memory than the limit of %llu %s (see --memory-limit)", what,
                   (unsigned long long)limit, limit == 1 && !unit ? "byte" : units[unit]);
}
