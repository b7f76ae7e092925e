/* Reads containerd's ReadContentResponse in place, since it is what large blobs come in: parsed by
 * protobuf-c, each byte would be copied once more, into memory allocated for it. */
#ifndef DIFFOCI_STORE_CONTAINERD_CONTAINERD_DATA_H
#define DIFFOCI_STORE_CONTAINERD_CONTAINERD_DATA_H

#include <stdint.h>

#include "base/error.h"
#include "base/str.h"

/* *offset (0 if it is missing) and *data, a view into message (empty if it is missing), of the
 * message { int64 offset = 1; bytes data = 2; } (protobuf.dev, "Encoding"). Fields that are not
 * known are passed over, of several the last counts. ERROR_CORRUPT. */
MUST_CHECK int containerd_data_parse(struct str message, uint64_t *offset, struct str *data,
                                     struct error *err);

#endif
