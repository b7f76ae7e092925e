/* A build with -Dsandbox=disabled: the kernel is not asked, and offers nothing. */
#include <errno.h>

#include "base/confine/filter.h"
#include "base/confine/landlock.h"

int landlock_version(void)
{
  errno = ENOSYS;
  return 0;
}

int landlock_enter(int version, const struct confine_wanted *wanted, struct error *err)
{
  (void)version;
  (void)wanted;
  return error_sys(err, ENOSYS, "Landlock");
}

bool filter_is_possible(void)
{
  errno = ENOSYS;
  return false;
}

int filter_enter(const struct confine_wanted *wanted, struct error *err)
{
  (void)wanted;
  return error_sys(err, ENOSYS, "seccomp");
}
