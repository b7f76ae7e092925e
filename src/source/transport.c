#include "source/transport.h"

#include <string.h>

#include "base/macros.h"
#include "base/suggest.h"

/* What stands before the path or name of arguments that are no plain names. */
static const char *const transports[] = {
  "docker://",      "podman://",           "nerdctl://",   "containerd://",
  "docker-daemon:", "containers-storage:", "oci-archive:", "docker-archive:",
  "oci:",           "rootfs-archive:",     "rootfs:",      "dir:",
};

/* Whether both are made of the same three letters. */
static bool is_swapped(struct str word, const char *name)
{
  return word.len == 3 && memchr(word.ptr, name[0], 3) && memchr(word.ptr, name[1], 3) &&
         memchr(word.ptr, name[2], 3);
}

/* The transport that the word is within a typo of: of short ones only with letters swapped, since
 * names of images are as short; of long ones two letters may be wrong. NULL: none. */
static const char *near_transport(struct str word)
{
  enum { SHORT = 3, LONG = 10 };

  for (size_t i = 0; i < ARRAY_LEN(transports); i++) {
    const struct str name = { transports[i], strcspn(transports[i], ":") };
    const unsigned distance = suggestion_distance(word, name);

    if (distance > 0 && distance <= (name.len < LONG ? 1U : 2U) &&
        (name.len > SHORT || is_swapped(word, name.ptr)))
      return transports[i];
  }
  return NULL;
}

/* What other programs call them. */
static const char *transport_elsewhere(struct str word, bool is_name, bool is_file)
{
  static const struct {
    struct str word;
    const char *meant;
    bool is_file; /* what other programs read from a file */
  } others[] = {
    { STR("docker"), "docker://", false },
    { STR("podman"), "podman://", false },
    { STR("nerdctl"), "nerdctl://", false },
    { STR("containerd"), "containerd://", false },
    { STR("registry"), "", false },
    { STR("oci-dir"), "oci:", true },
    { STR("ocidir"), "oci:", true },
    { STR("oci-layout"), "oci:", true },
    { STR("oci-tar"), "oci-archive:", true },
    { STR("tarball"), "./", true },
    { STR("file"), "./", true },
  };

  for (size_t i = 0; i < ARRAY_LEN(others); i++) {
    if (str_equal(word, others[i].word) && (others[i].is_file ? is_file : !is_name))
      return others[i].meant;
  }
  return NULL;
}

const char *transport_meant(struct str word, bool is_name, bool is_file)
{
  const char *near = near_transport(word);

  return near ? near : transport_elsewhere(word, is_name, is_file);
}
