#include "store/containerd/containerd_client.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/civil.h"
#include "base/log.h"
#include "store/containerd/containerd.pb-c.h"

enum {
  ANSWER_MS = 5 * 1000,
  LEASE_SECONDS = 24 * 3600,
  REQUEST_MAX = 16 * 1024 * 1024, /* bytes; containerd takes no longer ones */
  REPLY_MAX = 16 * 1024 * 1024,
};

int containerd_wrap(const struct containerd *containerd, struct error *err)
{
  return error_wrap(err, "containerd (%s)", containerd->address);
}

void containerd_pack(struct buf *out, const struct ProtobufCMessage *message)
{
  size_t len = protobuf_c_message_get_packed_size(message);
  void *room = buf_reserve(out, len);

  if (room)
    out->len += protobuf_c_message_pack(message, room);
}

struct headers {
  struct grpc_header items[2];
};

static struct grpc_request request_of(const struct containerd *containerd,
                                      const struct containerd_method *method, const char *lease,
                                      struct headers *headers)
{
  *headers = (struct headers) { {
      { "containerd-namespace", containerd->name_space },
      { "containerd-lease", lease },
  } };
  return (struct grpc_request) {
    .method = method->path,
    .headers = headers->items,
    .n_headers = lease[0] ? 2 : 1,
    .stall_ms = method->flags & CONTAINERD_SLOW ? CONTAINERD_SLOW_MS : 0,
  };
}

static int containerd_client_unpack(const struct ProtobufCMessageDescriptor *type,
                                    struct str message, void *reply, struct error *err)
{
  ProtobufCMessage *unpacked =
      protobuf_c_message_unpack(type, NULL, message.len, (const uint8_t *)message.ptr);

  if (!unpacked)
    return error_set(err, ERROR_CORRUPT, "an answer that is no %s", type->short_name);
  *(ProtobufCMessage **)reply = unpacked;
  return 0;
}

static int call_with(struct containerd *containerd, const struct containerd_method *method,
                     const struct ProtobufCMessage *message, void *reply, enum grpc_code *code,
                     struct error *err)
{
  AUTO_BUF packed = BUF_INIT(REQUEST_MAX);
  AUTO_BUF answer = BUF_INIT(REPLY_MAX);
  struct headers headers;
  const struct grpc_request request = request_of(containerd, method, "", &headers);

  if (code)
    *code = GRPC_NONE;
  containerd_pack(&packed, message);
  if (packed.overflow)
    return error_set(err, ERROR_LIMIT, "a request over %zu bytes", packed.max);
  if (grpc_unary(containerd->grpc, &request, buf_str(&packed), &answer, code, err) < 0)
    return -1;
  return method->reply ? containerd_client_unpack(method->reply, buf_str(&answer), reply, err) : 0;
}

int containerd_call(struct containerd *containerd, const struct containerd_method *method,
                    const struct ProtobufCMessage *request, void *reply, enum grpc_code *code,
                    struct error *err)
{
  int result = call_with(containerd, method, request, reply, code, err);

  return result < 0 ? containerd_wrap(containerd, err) : result;
}

/* id is set. */
static int create_lease(struct containerd *containerd, char id[sizeof(containerd->lease)],
                        struct error *err)
{
  static const struct containerd_method create = { CONTAINERD_API "leases.v1.Leases/Create", NULL,
                                                   0 };
  Containerd__CreateLeaseRequest request = CONTAINERD__CREATE_LEASE_REQUEST__INIT;
  Containerd__Label label = CONTAINERD__LABEL__INIT;
  Containerd__Label *labels[] = { &label };
  time_t end = time(NULL) + LEASE_SECONDS;
  char until[CIVIL_TEXT_MAX];
  char key[] = "containerd.io/gc.expire";
  uint64_t random;

  if (getrandom(&random, sizeof(random), 0) != sizeof(random))
    random = (uint64_t)end << 32 | (uint64_t)getpid();
  snprintf(id, sizeof(containerd->lease), "diffoci-%ld-%016" PRIx64, (long)getpid(), random);
  civil_rfc3339(end, until);
  label.key = key;
  label.value = until;
  request.id = id;
  request.labels = labels;
  request.n_labels = ARRAY_LEN(labels);
  return containerd_call(containerd, &create, &request.base, NULL, NULL, err);
}

/* Under the mutex. */
static int make_lease(struct containerd *containerd, struct error *err)
{
  char id[sizeof(containerd->lease)];

  if (create_lease(containerd, id, err) < 0)
    return -1;
  memcpy(containerd->lease, id, sizeof(id));
  return 0;
}

static int need_lease(struct containerd *containerd, char id[sizeof(containerd->lease)],
                      struct error *err)
{
  int result = 0;

  pthread_mutex_lock(&containerd->mutex);
  if (!containerd->lease[0])
    result = make_lease(containerd, err);
  memcpy(id, containerd->lease, sizeof(containerd->lease));
  pthread_mutex_unlock(&containerd->mutex);
  return result;
}

struct grpc_call *containerd_open_call(struct containerd *containerd,
                                       const struct containerd_method *method, struct error *err)
{
  char lease[sizeof(containerd->lease)] = "";
  struct headers headers;
  struct grpc_request request;
  struct grpc_call *call;

  if ((method->flags & CONTAINERD_LEASED) && need_lease(containerd, lease, err) < 0)
    return NULL;
  request = request_of(containerd, method, lease, &headers);
  call = grpc_call_open(containerd->grpc, &request, err);
  if (!call)
    containerd_wrap(containerd, err);
  return call;
}

int containerd_lease_blob(struct containerd *containerd, const struct digest *digest,
                          struct error *err)
{
  static const struct containerd_method add = { CONTAINERD_API "leases.v1.Leases/AddResource", NULL,
                                                0 };
  Containerd__AddResourceRequest request = CONTAINERD__ADD_RESOURCE_REQUEST__INIT;
  Containerd__Resource resource = CONTAINERD__RESOURCE__INIT;
  char id[sizeof(containerd->lease)];
  char text[DIGEST_MAX_TEXT];
  char type[] = "content";

  if (need_lease(containerd, id, err) < 0)
    return -1;
  digest_format(digest, text);
  resource.id = text;
  resource.type = type;
  request.id = id;
  request.resource = &resource;
  return containerd_call(containerd, &add, &request.base, NULL, NULL, err);
}

static int delete_lease(struct containerd *containerd, char *id, bool collect, struct error *err)
{
  static const struct containerd_method end = { CONTAINERD_API "leases.v1.Leases/Delete", NULL,
                                                CONTAINERD_SLOW };
  Containerd__DeleteRequest request = CONTAINERD__DELETE_REQUEST__INIT;

  request.name = id;
  request.sync = collect;
  return containerd_call(containerd, &end, &request.base, NULL, NULL, err);
}

int containerd_collect(struct containerd *containerd, struct error *err)
{
  char id[sizeof(containerd->lease)];

  return create_lease(containerd, id, err) < 0 ? -1 : delete_lease(containerd, id, true, err);
}

void containerd_end_lease(struct containerd *containerd, bool collect)
{
  struct error err;

  if (!containerd->lease[0] || __atomic_load_n(&containerd->keeps_lease, __ATOMIC_RELAXED))
    return;
  if (delete_lease(containerd, containerd->lease, collect, &err) < 0)
    log_debug("lease %s: %s; it ends by itself in a day", containerd->lease, err.message);
  containerd->lease[0] = '\0';
}

/* The version is what is asked for first, so that whatever is wrong with the socket shows there. */
static int ask_version(struct containerd *containerd, unsigned answer_ms, struct error *err)
{
  const struct grpc_request request = {
    .method = CONTAINERD_API "version.v1.Version/Version",
    .stall_ms = answer_ms,
    .total_ms = answer_ms,
  };
  AUTO_BUF answer = BUF_INIT(REPLY_MAX);
  Containerd__VersionResponse *version;

  if (grpc_unary(containerd->grpc, &request, (struct str) { 0 }, &answer, NULL, err) < 0 ||
      containerd_client_unpack(&containerd__version_response__descriptor, buf_str(&answer),
                               &version, err) < 0)
    return -1;
  containerd->version = xstrdup(version->version);
  protobuf_c_message_free_unpacked(&version->base, NULL);
  return 0;
}

static int containerd_client_explain(const struct containerd *containerd, struct error *err)
{
  static const struct {
    enum error_code code;
    const char *hint;
  } hints[] = {
    { ERROR_NOT_FOUND, "is containerd running? --containerd-address names another socket" },
    { ERROR_PERMISSION, "root may use it, or who runs a rootless containerd" },
    { ERROR_NETWORK, "is this containerd's socket, and is it running?" },
    { ERROR_TIMEOUT, "is it stopped, or overloaded?" },
  };
  char *socket = containerd->address;
  size_t len = strlen(socket);
  const char *text = err->message;

  /* The socket's path stands before it already. */
  if (strncmp(text, socket, len) == 0 && strncmp(text + len, ": ", 2) == 0)
    memmove(err->message, text + len + 2, strlen(text + len + 2) + 1);
  for (size_t i = 0; i < ARRAY_LEN(hints); i++) {
    size_t used = strlen(err->message);

    if (err->code == hints[i].code)
      snprintf(err->message + used, sizeof(err->message) - used, "; %s", hints[i].hint);
  }
  return containerd_wrap(containerd, err);
}

/* It becomes a header. The rest of what containerd asks of it, containerd checks. */
static int check_namespace(const char *name, struct error *err)
{
  for (const char *c = name; *c; c++) {
    if (*c <= ' ' || *c > '~')
      return error_set(err, ERROR_USAGE, "containerd's namespace \"%s\": not a name", name);
  }
  return *name ? 0 : error_set(err, ERROR_USAGE, "containerd's namespace: expected a name");
}

struct containerd *containerd_connect(const struct containerd_options *options, struct error *err)
{
  static const char scheme[] = "unix://";
  struct containerd *containerd;
  unsigned answer_ms = options->answer_ms ? options->answer_ms : ANSWER_MS;
  struct grpc_options grpc = { .connect_ms = answer_ms, .stall_ms = options->stall_ms };
  bool has_scheme = strncmp(options->address, scheme, sizeof(scheme) - 1) == 0;

  if (check_namespace(options->name_space, err) < 0)
    return NULL;
  containerd = xcalloc(1, sizeof(*containerd));
  pthread_mutex_init(&containerd->mutex, NULL);
  containerd->address = xstrdup(options->address + (has_scheme ? sizeof(scheme) - 1 : 0));
  containerd->name_space = xstrdup(options->name_space);
  grpc.socket = containerd->address;
  containerd->grpc = grpc_new(&grpc);
  if (ask_version(containerd, answer_ms, err) == 0)
    return containerd;
  containerd_client_explain(containerd, err);
  containerd_free(containerd);
  return NULL;
}

void containerd_free(struct containerd *containerd)
{
  if (!containerd)
    return;
  grpc_free(containerd->grpc);
  pthread_mutex_destroy(&containerd->mutex);
  free(containerd->address);
  free(containerd->name_space);
  free(containerd->version);
  free(containerd);
}
