#include "net/grpc/grpc_status.h"

#include "base/digit.h"

#include <stdint.h>
#include <string.h>

static const struct {
  const char *name;
  enum error_code code;
} codes[GRPC_NONE] = {
  [GRPC_OK] = { "no error", ERROR_NONE },
  [GRPC_CANCELLED] = { "cancelled", ERROR_NETWORK },
  [GRPC_UNKNOWN] = { "unknown error", ERROR_IO },
  [GRPC_INVALID_ARGUMENT] = { "invalid argument", ERROR_IO },
  [GRPC_DEADLINE_EXCEEDED] = { "deadline exceeded", ERROR_TIMEOUT },
  [GRPC_NOT_FOUND] = { "not found", ERROR_NOT_FOUND },
  [GRPC_ALREADY_EXISTS] = { "already exists", ERROR_IO },
  [GRPC_PERMISSION_DENIED] = { "permission denied", ERROR_PERMISSION },
  [GRPC_RESOURCE_EXHAUSTED] = { "resource exhausted", ERROR_LIMIT },
  [GRPC_FAILED_PRECONDITION] = { "failed precondition", ERROR_IO },
  [GRPC_ABORTED] = { "aborted", ERROR_IO },
  [GRPC_OUT_OF_RANGE] = { "out of range", ERROR_IO },
  [GRPC_UNIMPLEMENTED] = { "unimplemented", ERROR_UNSUPPORTED },
  [GRPC_INTERNAL] = { "internal error", ERROR_IO },
  [GRPC_UNAVAILABLE] = { "unavailable", ERROR_NETWORK },
  [GRPC_DATA_LOSS] = { "data loss", ERROR_CORRUPT },
  [GRPC_UNAUTHENTICATED] = { "unauthenticated", ERROR_PERMISSION },
};

void grpc_status_init(struct grpc_status *status)
{
  *status = (struct grpc_status) { .code = GRPC_NONE };
}

void grpc_percent_decode(struct str text, char *out, size_t size)
{
  size_t n = 0;

  for (size_t i = 0; i < text.len && n + 1 < size; i++) {
    int high = text.ptr[i] == '%' && text.len - i > 2 ? digit_hex_value(text.ptr[i + 1]) : -1;
    int low = high >= 0 ? digit_hex_value(text.ptr[i + 2]) : -1;

    if (low < 0) {
      out[n++] = text.ptr[i];
      continue;
    }
    out[n++] = (char)(high << 4 | low);
    i += 2;
  }
  out[n] = '\0';
}

void grpc_status_header(struct grpc_status *status, struct str name, struct str value)
{
  uint64_t number;

  if (str_equal(name, STR(":status"))) {
    status->http = str_to_u64(value, 999, &number) ? (unsigned)number : 0;
  } else if (str_equal(name, STR("content-type"))) {
    status->has_type = true;
    status->is_grpc = str_has_prefix(value, STR("application/grpc"));
  } else if (str_equal(name, STR("grpc-status"))) {
    /* A number that is none of the known ones counts as unknown, says the specification. */
    status->code =
        str_to_u64(value, GRPC_UNAUTHENTICATED, &number) ? (enum grpc_code)number : GRPC_UNKNOWN;
  } else if (str_equal(name, STR("grpc-message"))) {
    grpc_percent_decode(value, status->message, sizeof(status->message));
  }
}

int grpc_status_check(const struct grpc_status *status, struct error *err)
{
  if (status->code == GRPC_OK)
    return 0;
  if (status->code < GRPC_NONE)
    return error_set(err, codes[status->code].code, "%s",
                     status->message[0] ? status->message : codes[status->code].name);
  if (status->http && status->http != 200)
    return error_set(err, ERROR_NETWORK, "expected a gRPC answer, found HTTP status %u",
                     status->http);
  if (status->has_type && !status->is_grpc)
    return error_set(err, ERROR_NETWORK, "expected a gRPC answer, found another content type");
  return error_set(err, ERROR_NETWORK, "the answer broke off");
}
