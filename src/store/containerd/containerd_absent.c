/* In place of containerd, where the program is built without. */
#include "base/alloc.h"
#include "store/containerd/containerd.h"

struct store *store_open_containerd(const struct containerd_options *options, enum store_mode mode,
                                    struct error *err)
{
  (void)options;
  (void)mode;
  error_set(err, ERROR_UNSUPPORTED,
            "this program was built without containerd (it needs nghttp2 and protobuf-c)");
  return NULL;
}

const char *store_containerd_version(const struct store *store)
{
  (void)store;
  return "";
}

int store_containerd_namespace(struct store *store, char **others, struct error *err)
{
  (void)store;
  (void)others;
  return error_set(err, ERROR_UNSUPPORTED, "this program was built without containerd");
}

char *containerd_default_address(void)
{
  return xstrdup("");
}
