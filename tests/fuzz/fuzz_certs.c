/* A directory of certificates: the first line of the input is the host, the rest a file in PEM. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/alloc.h"
#include "net/config/certs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_file(const uint8_t *data, size_t size)
{
  struct http_tls tls = { 0 };
  struct error err = { 0 };
  char path[64];
  const int fd = memfd_create("certificates", MFD_CLOEXEC);

  if (fd < 0 || write(fd, data, size) != (ssize_t)size)
    abort();
  snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
  if (certs_add_ca(&tls, path, &err) == 0) {
    if (!tls.ca_pem || !strstr(tls.ca_pem, "-----BEGIN"))
      abort();
    /* What was taken once is taken again, beside itself. */
    if (certs_add_ca(&tls, path, &err))
      abort();
  } else if (tls.ca_pem || !err.message[0]) {
    abort();
  }
  http_tls_release(&tls);
  close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  const uint8_t *end = memchr(data, '\n', size);
  const size_t len = end ? (size_t)(end - data) : size;
  AUTO_FREE char *host = xcalloc(1, len + 1);
  struct http_tls tls = { 0 };
  struct error err;

  memcpy(host, data, len);
  if (certs_load(&tls, host, 443, &err) == 0)
    http_tls_release(&tls);
  if (end)
    check_file(end + 1, size - len - 1);
  return 0;
}
