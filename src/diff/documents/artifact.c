#include "diff/documents/artifact.h"

#include "base/inflate.h"
#include "tar/tar.h"

static int read_beginning(struct diff *diff, int side, const struct descriptor *blob, bool *is,
                          struct error *err)
{
  struct source *source = diff->options->sources[side];
  AUTO_STREAM stored = source_blob(source, blob, err);
  AUTO_STREAM stream = NULL;
  char bytes[TAR_BEGINNING];
  ssize_t n;

  if (!stored)
    return -1;
  stream = stream_inflated(steal_pointer(&stored), diff->options->limits->tar_bytes);
  n = stream_read_full(stream, bytes, sizeof(bytes), err);
  if (n < 0)
    return source_wrap(source, blob, err);
  *is = tar_begins_with(bytes, (size_t)n);
  return 0;
}

int artifact_is_tar(struct diff *diff, int side, const struct descriptor *blob, bool *is,
                    struct error *err)
{
  static char yes;
  static char no;
  AUTO_BUF key = BUF_INIT(DIGEST_MAX_TEXT + 64);
  char digest[DIGEST_MAX_TEXT];
  struct map_entry *entry;

  diff = diff->primary ? diff->primary : diff; /* what its shadows need to know too */
  buf_printf(&key, "%d tar? %s", side, digest_format(&blob->digest, digest));
  entry = map_find(&diff->documents, buf_str(&key));
  if (!entry) {
    if (read_beginning(diff, side, blob, is, err) < 0)
      return -1;
    entry = map_put(&diff->documents, buf_str(&key));
    entry->key = arena_str(&diff->document_keys, buf_str(&key));
    entry->value = *is ? &yes : &no;
  }
  *is = entry->value == &yes;
  return 0;
}
