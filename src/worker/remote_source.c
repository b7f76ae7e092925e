/* The sources of the confined process. */
#include <stdlib.h>

#include "base/alloc.h"
#include "image/json.h"
#include "source/referrers.h"
#include "worker/call.h"

struct remote {
  struct source source; /* first */
  struct client *client;
  int side;
};

static int remote_ask_about(struct remote *remote, enum wire_ask what,
                            const struct descriptor *blob, const char *text, struct call *out,
                            struct error *err)
{
  struct wire_request request = {
    .ask = what,
    .side = remote->side,
    .text = (char *)(uintptr_t)text,
  };

  if (blob)
    request.blob = *blob;
  return client_call(remote->client, &request, out, err);
}

/* Jansson's own form of a value, as json_dumps writes it, so that nothing is lost on the way. */
static json_t *remote_loaded(const struct call *call, struct error *err)
{
  json_t *json =
      json_loadb(call->bytes.ptr ? call->bytes.ptr : "", call->bytes.len, JSON_ALLOW_NUL, NULL);

  if (!json)
    error_set(err, ERROR_CORRUPT, "the broker answers something odd");
  return json;
}

static int remote_resolve(struct source *source, struct descriptor *out, struct error *err)
{
  struct remote *remote = (struct remote *)source;
  AUTO_JSON json = NULL;
  AUTO_CALL call;

  if (remote_ask_about(remote, WIRE_RESOLVE, NULL, NULL, &call, err) ||
      !(json = remote_loaded(&call, err)))
    return -1;
  return descriptor_from_json(out, json, err);
}

static struct stream *remote_open_from(struct source *source, const struct descriptor *blob,
                                       uint64_t from, struct error *err)
{
  const struct remote *remote = (const struct remote *)source;
  const struct wire_request request = {
    .ask = WIRE_BLOB, .side = remote->side, .blob = *blob, .from = from
  };
  AUTO_CALL call;

  return client_call(remote->client, &request, &call, err) ? NULL : call_stream(&call, err);
}

static struct stream *remote_open(struct source *source, const struct descriptor *blob,
                                  struct error *err)
{
  return remote_open_from(source, blob, 0, err);
}

static bool remote_at_hand(struct source *source, const struct descriptor *blob)
{
  struct error ignored;
  AUTO_CALL call;

  return remote_ask_about((struct remote *)source, WIRE_AT_HAND, blob, NULL, &call, &ignored) ==
             0 &&
         call.bytes.len == 1 && call.bytes.ptr[0] == 1;
}

static int remote_referrers(struct source *source, const struct descriptor *subject,
                            struct referrers *out, struct error *err)
{
  AUTO_JSON json = NULL;
  AUTO_CALL call;

  if (remote_ask_about((struct remote *)source, WIRE_REFERRERS, subject, NULL, &call, err) ||
      !(json = remote_loaded(&call, err)))
    return -1;
  for (size_t i = 0; i < json_array_size(json); i++) {
    struct descriptor item;
    int result;

    if (descriptor_from_json(&item, json_array_get(json, i), err))
      return -1;
    result = referrers_add(out, &item, SIZE_MAX, err);
    descriptor_release(&item);
    if (result)
      return -1;
  }
  return 0;
}

/* Of a source that the broker has, which has tried already. */
static struct stream *remote_fetched_in_vain(void *context, const struct descriptor *blob,
                                             struct error *err)
{
  (void)context;
  (void)blob;
  (void)err;
  return NULL;
}

static int remote_mend(struct source *source, struct error *err)
{
  AUTO_CALL call;

  if (remote_ask_about((struct remote *)source, WIRE_MEND, NULL, NULL, &call, err))
    return -1;
  return call.bytes.len == 1 && call.bytes.ptr[0] == 1;
}

static void remote_free(struct source *source)
{
  free(source);
}

static struct source *remote_new(struct client *client, int side, bool fetches_again)
{
  static const struct source_ops ops = { remote_resolve,   remote_open,      remote_free,
                                         remote_referrers, remote_open_from, remote_mend };
  struct remote *remote = xcalloc(1, sizeof(*remote));

  *remote = (struct remote) {
    .source = { .ops = &ops,
                .fetches_again = fetches_again,
                .at_hand = remote_at_hand,
                .fetch = remote_fetched_in_vain },
    .client = client,
    .side = side,
  };
  return &remote->source;
}

/* ---- a directory whose files the broker opens ---- */

struct remote_directory {
  struct members base;
  struct client *client;
  int side;
};

static struct stream *remote_directory_open(struct members *members, struct str path,
                                            uint64_t *size, struct error *err)
{
  struct remote_directory *directory = (struct remote_directory *)members;
  AUTO_FREE char *text = str_dup(path);
  const struct wire_request request = { .ask = WIRE_MEMBER, .side = directory->side, .text = text };
  AUTO_CALL call;

  if (client_call(directory->client, &request, &call, err))
    return NULL;
  *size = call.size;
  return call_stream(&call, err);
}

static void remote_directory_free(struct members *members)
{
  free(members);
}

static struct members *remote_directory_new(struct client *client, int side)
{
  static const struct members_ops ops = { remote_directory_open, NULL, remote_directory_free, NULL,
                                          NULL };
  struct remote_directory *directory = xcalloc(1, sizeof(*directory));

  *directory = (struct remote_directory) { { &ops }, client, side };
  return &directory->base;
}

/* ---- what is fetched from URLs in an image ---- */

/* Of a file, which is read here. */
static struct stream *remote_fetch(void *context, const struct descriptor *blob, struct error *err)
{
  const struct client_side *side = context;
  const struct wire_request request = {
    .ask = WIRE_ELSEWHERE,
    .side = side->side,
    .blob = *blob,
    .text = err->message,
  };
  AUTO_CALL call;

  return client_call(side->client, &request, &call, err) ? NULL : call_stream(&call, err);
}

struct stream *client_fetch(void *context, const struct descriptor *blob, struct error *err)
{
  struct client *client = context;

  return remote_fetch(&client->sides[0], blob, err);
}

/* ---- all of them ---- */

static struct members *remote_members_here(struct client *client, int side, struct call *call,
                                           const struct limits *limits, struct error *err)
{
  int fd = call->fd;

  if (call->kind == WIRE_FILE && fd >= 0) {
    call->fd = -1;
    return members_of_archive(fd, limits, err);
  }
  return remote_directory_new(client, side);
}

static struct source *remote_source_here(struct client *client, int side,
                                         const struct argument *argument,
                                         const struct source_options *options, struct call *call,
                                         struct error *err)
{
  struct source_options here = *options;
  struct members *members;

  if (here.fetch) {
    here.fetch = remote_fetch;
    here.fetch_context = &client->sides[side];
  }
  members = remote_members_here(client, side, call, options->limits, err);
  return source_open_members(argument, members, &here, err);
}

struct source *client_source(struct client *client, int side, const struct argument *argument,
                             const struct source_options *options, struct error *err)
{
  const struct wire_request request = { .ask = WIRE_OPEN, .side = side };
  struct source *source = NULL;
  AUTO_CALL call;
  int place;

  if (client_call(client, &request, &call, err))
    return NULL;
  place = call.bytes.len ? call.bytes.ptr[0] : 0;
  if (place == WIRE_PLACE_SOURCE || place == WIRE_PLACE_SOURCE_FETCHES) {
    source = remote_new(client, side, place == WIRE_PLACE_SOURCE_FETCHES);
    source->label = xstrdup(argument->text);
    source->is_root = argument->kind == ARGUMENT_FILE;
    if (call.bytes.len > 1)
      source->unseen = str_dup(str_skip(buf_str(&call.bytes), 1));
  } else {
    source = remote_source_here(client, side, argument, options, &call, err);
  }
  if (!source)
    return NULL;
  source = noted_source(source, &client->note->last[side]);
  source->progress = client->progress;
  return source;
}
