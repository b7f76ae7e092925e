#include <stdlib.h>

#include "base/alloc.h"
#include "source/referrers.h"
#include "worker/client.h"

struct noted {
  struct source source; /* first */
  struct source *inner; /* owned */
  struct digest *last;
};

static int noted_resolve(struct source *source, struct descriptor *out, struct error *err)
{
  return source_resolve(((struct noted *)source)->inner, out, err);
}

static struct stream *noted_open(struct source *source, const struct descriptor *blob,
                                 struct error *err)
{
  const struct noted *noted = (const struct noted *)source;

  *noted->last = blob->digest; /* of two threads', one or the other: it is only told */
  return noted->inner->ops->open(noted->inner, blob, err);
}

static struct stream *noted_open_from(struct source *source, const struct descriptor *blob,
                                      uint64_t from, struct error *err)
{
  const struct noted *noted = (const struct noted *)source;
  AUTO_STREAM stream = NULL;

  *noted->last = blob->digest;
  if (noted->inner->ops->open_from)
    return noted->inner->ops->open_from(noted->inner, blob, from, err);
  stream = noted->inner->ops->open(noted->inner, blob, err);
  return stream && stream_pass(stream, from, err) == 0 ? steal_pointer(&stream) : NULL;
}

static bool noted_at_hand(struct source *source, const struct descriptor *blob)
{
  return source_at_hand(((struct noted *)source)->inner, blob);
}

static int noted_referrers(struct source *source, const struct descriptor *subject,
                           struct referrers *out, struct error *err)
{
  return source_referrers(((struct noted *)source)->inner, subject, out, err);
}

static int noted_mend(struct source *source, struct error *err)
{
  return source_mend(((struct noted *)source)->inner, err);
}

static void noted_free(struct source *source)
{
  source_free(((struct noted *)source)->inner);
  free(source);
}

struct source *noted_source(struct source *inner, struct digest *last)
{
  static const struct source_ops ops = { noted_resolve,   noted_open,      noted_free,
                                         noted_referrers, noted_open_from, noted_mend };
  struct noted *noted = xcalloc(1, sizeof(*noted));

  *noted = (struct noted) {
    .source = {
      .ops = &ops,
      .label = xstrdup(inner->label),
      .fetches_again = inner->fetches_again,
      .digests_claimed = inner->digests_claimed,
      .is_root = inner->is_root,
      .unseen = inner->unseen ? xstrdup(inner->unseen) : NULL,
      .at_hand = noted_at_hand,
      .fetch = inner->fetch,
      .fetch_context = inner->fetch_context,
    },
    .inner = inner,
    .last = last,
  };
  return &noted->source;
}
