#include "base/confine/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The interface as of version 7 (Linux 6.15), since the headers at hand may be older: an attribute
 * is as long as the version that it is for, and a right that the kernel does not know is refused.
 */
struct ruleset {
  uint64_t fs, net, scoped;
};

enum {
  FS_RIGHTS_1 = 13, /* EXECUTE … MAKE_SYM: bits 0 to 12 */
  FS_RIGHTS_2 = 14, /* and REFER */
  FS_RIGHTS_3 = 15, /* and TRUNCATE */
  FS_RIGHTS_5 = 16, /* and IOCTL_DEV */
  NET_RIGHTS_4 = 2, /* BIND_TCP, CONNECT_TCP */
  SCOPES_6 = 2,     /* ABSTRACT_UNIX_SOCKET, SIGNAL */
};

static const uint64_t truncate_right = UINT64_C(1) << 14;
static const uint64_t abstract_sockets = 1; /* of the scopes */

static uint64_t landlock_first_bits(unsigned n)
{
  return (UINT64_C(1) << n) - 1;
}

int landlock_version(void)
{
  const long version =
      syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

  return version > 0 ? (int)version : 0;
}

static struct ruleset landlock_all_rights(int version, size_t *size)
{
  struct ruleset set = { .fs = landlock_first_bits(version >= 5   ? FS_RIGHTS_5
                                                   : version >= 3 ? FS_RIGHTS_3
                                                   : version >= 2 ? FS_RIGHTS_2
                                                                  : FS_RIGHTS_1) };

  *size = sizeof(set.fs);
  if (version >= 4) {
    set.net = landlock_first_bits(NET_RIGHTS_4);
    *size += sizeof(set.net);
  }
  if (version >= 6) {
    set.scoped = landlock_first_bits(SCOPES_6);
    *size += sizeof(set.scoped);
  }
  return set;
}

/* What a report or a store needs: no devices, no sockets, nothing executed. */
static int landlock_allow_below(int ruleset, int version, int directory, bool writes,
                                struct error *err)
{
  struct landlock_path_beneath_attr rule = {
    .allowed_access = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_FILE |
                      LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_REMOVE_DIR |
                      LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR |
                      LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_FIFO |
                      LANDLOCK_ACCESS_FS_MAKE_SYM,
    .parent_fd = directory,
  };

  if (!writes)
    rule.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
  if (writes && version >= 2)
    rule.allowed_access |= LANDLOCK_ACCESS_FS_REFER; /* hard links between its directories */
  if (writes && version >= 3)
    rule.allowed_access |= truncate_right;
  if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0))
    return error_sys(err, errno, "Landlock does not take its rule");
  return 0;
}

/* A file without a name is opened as one in the directory. */
static int landlock_allow_nameless(int ruleset, int version, const char *path, struct error *err)
{
  AUTO_CLOSE int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  const struct landlock_path_beneath_attr rule = {
    .allowed_access = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE |
                      (version >= 3 ? truncate_right : 0),
    .parent_fd = fd,
  };

  if (fd >= 0 && syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0))
    return error_sys(err, errno, "Landlock does not take its rule for %s", path);
  return 0;
}

/* What is not there is left out, and so is what cannot be opened. */
static int landlock_allow(int ruleset, int version, const char *path, bool writes,
                          struct error *err)
{
  AUTO_CLOSE int fd = open(path, O_PATH | O_CLOEXEC);
  struct landlock_path_beneath_attr rule = { .allowed_access = LANDLOCK_ACCESS_FS_READ_FILE,
                                             .parent_fd = fd };
  struct stat status;

  if (fd < 0 || fstat(fd, &status))
    return 0;
  if (S_ISDIR(status.st_mode) && writes)
    return landlock_allow_below(ruleset, version, fd, true, err);
  if (S_ISDIR(status.st_mode))
    rule.allowed_access |= LANDLOCK_ACCESS_FS_READ_DIR;
  if (writes)
    rule.allowed_access |= LANDLOCK_ACCESS_FS_WRITE_FILE;
  if (writes && version >= 3 && S_ISREG(status.st_mode))
    rule.allowed_access |= truncate_right;
  /* EBADFD: a pipe, such as /dev/stderr may be, is in no directory, and may be opened. */
  if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) &&
      errno != EBADFD)
    return error_sys(err, errno, "Landlock does not take its rule for %s", path);
  return 0;
}

static int landlock_allow_all(int ruleset, int version, const struct confine_wanted *wanted,
                              struct error *err)
{
  const bool writes = wanted->role != CONFINE_LOOKER;

  for (size_t i = 0; i < wanted->n_readable; i++)
    if (landlock_allow(ruleset, version, wanted->readable[i], false, err))
      return -1;
  for (size_t i = 0; i < wanted->n_writable; i++)
    if (landlock_allow(ruleset, version, wanted->writable[i], true, err))
      return -1;
  for (size_t i = 0; i < wanted->n_nameless; i++)
    if (landlock_allow_nameless(ruleset, version, wanted->nameless[i], err))
      return -1;
  for (size_t i = 0; i < wanted->n_directories; i++)
    if (landlock_allow_below(ruleset, version, wanted->directories[i], writes, err))
      return -1;
  return 0;
}

int landlock_enter(int version, const struct confine_wanted *wanted, struct error *err)
{
  size_t size;
  struct ruleset set = landlock_all_rights(version, &size);
  AUTO_CLOSE int ruleset = -1;

  /* Ports may be any. Its children are outside of what begins here, and must be signalled: whom it
   * may signal, the filter says. */
  if (wanted->role == CONFINE_FETCHER || wanted->speaks)
    set.net = 0;
  if (wanted->n_children)
    set.scoped &= abstract_sockets;
  ruleset = (int)syscall(SYS_landlock_create_ruleset, &set, size, 0);
  if (ruleset < 0)
    return error_sys(err, errno, "Landlock does not take its rights");
  if (landlock_allow_all(ruleset, version, wanted, err))
    return -1;
  if (syscall(SYS_landlock_restrict_self, ruleset, 0))
    return error_sys(err, errno, "Landlock does not begin");
  return 0;
}
