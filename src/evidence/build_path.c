#include "evidence/build_path.h"

#include <string.h>

#include "base/macros.h"
#include "base/path.h"

/* The components that two paths end in alike are no part of what differs. */
static void cut_tails(struct str side[2])
{
  size_t same = 0;
  size_t tail = 0;

  while (same < side[0].len && same < side[1].len &&
         side[0].ptr[side[0].len - 1 - same] == side[1].ptr[side[1].len - 1 - same]) {
    same++;
    if (side[0].ptr[side[0].len - same] == '/')
      tail = same;
  }
  for (int i = 0; i < 2; i++)
    side[i].len -= tail;
}

static bool is_below_any(struct str path, const char *const *directories, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    const size_t len = strlen(directories[i]);

    if (str_has_prefix(path, str_of(directories[i])) && (path.len == len || path.ptr[len] == '/'))
      return true;
  }
  return false;
}

/* Where builds are made. */
static const char *const builds[] = {
  "/build",
  "/builds",
  "/buildroot",
  "/BUILD",
  "/home",
  "/root",
  "/usr/src",
  "/usr/local/src",
  "/workspace",
  "/workspaces",
  "/workdir",
  "/work",
  "/go/src",
  "/github",
  "/__w",
  "/tmp",
  "/var/tmp",
  "/src",
  "/srv",
  "/mnt",
  "/Users",
  "/var/lib/jenkins",
  "/var/jenkins_home",
  "/codebuild",
  "/drone",
  "/buildkite",
  "/opt/build",
  "/data",
  "/var/lib/buildkite-agent",
};

/* Whether two paths, without the tail they have in common, are those of build directories: one of
 * them is where builds are made, and none is where programs look for what they run or load.
 * "/bin/sh" and "/tmp/sh" differ in what they do.
 */
static bool are_build_paths(const struct str whole[2], const struct str side[2])
{
  static const char *const systems[] = {
    "/bin",           "/sbin",           "/lib",           "/lib32",     "/lib64",
    "/usr/bin",       "/usr/sbin",       "/usr/lib",       "/usr/lib64", "/usr/libexec",
    "/usr/local/bin", "/usr/local/sbin", "/usr/local/lib", "/etc",       "/boot",
    "/dev",           "/proc",           "/sys",           "/run",
  };

  for (int i = 0; i < 2; i++)
    if (!side[i].len || is_below_any(whole[i], systems, ARRAY_LEN(systems)))
      return false;
  return is_below_any(side[0], builds, ARRAY_LEN(builds)) ||
         is_below_any(side[1], builds, ARRAY_LEN(builds));
}

bool build_path_begins(struct str path)
{
  return is_below_any(path, builds, ARRAY_LEN(builds)) && memchr(path.ptr + 1, '/', path.len - 1);
}

bool build_path_differs(const struct str whole[2], struct str side[2])
{
  side[0] = whole[0];
  side[1] = whole[1];
  cut_tails(side);
  return are_build_paths(whole, side);
}

bool build_path_is_noted(const struct content_file *file)
{
  /* What make is told of sources, and what debuggers in browsers are. */
  static const char *const suffixes[] = { ".d", ".js.map", ".css.map", ".rmeta", ".gch" };
  const struct str name = path_name(file->path);

  for (size_t i = 0; i < ARRAY_LEN(suffixes); i++)
    if (str_has_suffix(name, str_of(suffixes[i])))
      return true;
  return file->debugging;
}
