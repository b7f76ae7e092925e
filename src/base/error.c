#include "base/error.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/libc.h"

int(error_set)(struct error *err, enum error_code code, const char *fmt, ...)
{
  va_list args;

  err->code = code;
  err->sys = 0;
  va_start(args, fmt);
  vsnprintf(err->message, sizeof(err->message), fmt, args);
  va_end(args);
  return -1;
}

static enum error_code code_of_errno(int errnum)
{
  switch (errnum) {
  case ENOENT:
  case ENOTDIR:
    return ERROR_NOT_FOUND;
  case EACCES:
  case EPERM:
  case EROFS:
    return ERROR_PERMISSION;
  case ETIMEDOUT:
    return ERROR_TIMEOUT;
  default:
    return ERROR_IO;
  }
}

int(error_sys)(struct error *err, int errnum, const char *fmt, ...)
{
  va_list args;
  char text[256];
  size_t used;

  err->code = code_of_errno(errnum);
  err->sys = errnum;
  va_start(args, fmt);
  vsnprintf(err->message, sizeof(err->message), fmt, args);
  va_end(args);
  used = strlen(err->message);
  snprintf(err->message + used, sizeof(err->message) - used, ": %s",
           libc_error_text(errnum, text, sizeof(text)));
  return -1;
}

int(error_wrap)(struct error *err, const char *fmt, ...)
{
  char inner[sizeof(err->message)];
  va_list args;
  size_t used;

  memcpy(inner, err->message, sizeof(inner));
  va_start(args, fmt);
  vsnprintf(err->message, sizeof(err->message), fmt, args);
  va_end(args);
  used = strlen(err->message);
  snprintf(err->message + used, sizeof(err->message) - used, ": %s", inner);
  return -1;
}

int error_is_transient(const struct error *err)
{
  return err->code == ERROR_NETWORK || err->code == ERROR_TIMEOUT;
}
