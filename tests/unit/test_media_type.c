/* image/media_type: the types of the OCI media-types.md and Docker's schema 2. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/macros.h"
#include "image/media_type.h"

static void test_kinds(void **state)
{
  static const struct {
    const char *type;
    enum media_kind kind;
  } cases[] = {
    { "application/vnd.oci.image.index.v1+json", MEDIA_INDEX },
    { "application/vnd.docker.distribution.manifest.list.v2+json", MEDIA_INDEX },
    { "application/vnd.oci.image.manifest.v1+json", MEDIA_MANIFEST },
    { "application/vnd.oci.image.manifest.v1+json; charset=utf-8", MEDIA_MANIFEST },
    { "application/vnd.oci.image.manifest.v1+json ;x=y", MEDIA_MANIFEST },
    { "application/vnd.docker.distribution.manifest.v2+json", MEDIA_MANIFEST },
    { "application/vnd.docker.distribution.manifest.v1+json", MEDIA_OTHER },
    { "application/vnd.oci.image.config.v1+json", MEDIA_CONFIG },
    { "application/vnd.docker.container.image.v1+json", MEDIA_CONFIG },
    { "application/vnd.oci.image.layer.v1.tar", MEDIA_LAYER },
    { "application/vnd.oci.image.layer.v1.tar+gzip", MEDIA_LAYER },
    { "application/vnd.oci.image.layer.v1.tar+zstd", MEDIA_LAYER },
    { "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", MEDIA_LAYER },
    { "application/vnd.oci.image.layer.nondistributable.v1.tar+zstd", MEDIA_LAYER },
    { "application/vnd.docker.image.rootfs.diff.tar", MEDIA_LAYER },
    { "application/vnd.docker.image.rootfs.diff.tar.gzip", MEDIA_LAYER },
    { "application/vnd.docker.image.rootfs.diff.tar.zstd", MEDIA_LAYER },
    { "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", MEDIA_LAYER },
    { "application/vnd.oci.image.layer.v1.tar+gzip+encrypted", MEDIA_OTHER },
    { "application/vnd.oci.image.layer.v1.tarx", MEDIA_OTHER },
    { "application/vnd.oci.image.layer.v1.tar+bzip2", MEDIA_OTHER },
    { "application/vnd.oci.image.layer.v1", MEDIA_OTHER },
    { "application/vnd.oci.image.manifest.v1+jso", MEDIA_OTHER },
    { "application/vnd.oci.empty.v1+json", MEDIA_OTHER },
    { "text/plain", MEDIA_OTHER },
    { "", MEDIA_OTHER },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    if (media_kind(cases[i].type) != cases[i].kind)
      fail_msg("\"%s\": found kind %d", cases[i].type, media_kind(cases[i].type));
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test(test_kinds) };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
