/* What the confined process asks its broker for: what is taken is written again as the same bytes,
 * or fewer where a URL stood that no descriptor may have. */
#include <stdint.h>
#include <stdlib.h>

#include "worker/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  AUTO_BUF again = BUF_INIT(WIRE_REQUEST_MAX);
  struct wire_request request;
  struct error err;

  if (size > WIRE_REQUEST_MAX ||
      wire_request_read((struct str) { (const char *)data, size }, &request, &err))
    return 0;
  if (request.ask < WIRE_OPEN || request.ask >= WIRE_ASKS || request.side < 0 ||
      request.side >= WIRE_SIDES || request.status < -1 || request.status > UINT8_MAX)
    abort();
  if (request.text && strlen(request.text) > WIRE_TEXT_MAX)
    abort();
  if (wire_request_write(&again, &request, &err) || again.len > size)
    abort();
  wire_request_release(&request);
  return 0;
}
