#include "image/media_type.h"

#include <string.h>

#include "base/macros.h"
#include "base/str.h"

static struct str without_parameters(const char *media_type)
{
  struct str type = { media_type, strcspn(media_type, ";") };

  while (type.len && (type.ptr[type.len - 1] == ' ' || type.ptr[type.len - 1] == '\t'))
    type.len--;
  return type;
}

static bool is_layer(struct str type)
{
  static const char *const tars[] = { MEDIA_OCI_LAYER, MEDIA_OCI_LAYER_NONDIST, MEDIA_DOCKER_LAYER,
                                      MEDIA_DOCKER_LAYER_FOREIGN };
  static const char *const suffixes[] = { "", "+gzip", ".gzip", "+zstd", ".zstd" };

  for (size_t i = 0; i < ARRAY_LEN(tars); i++) {
    struct str tar = str_of(tars[i]);

    if (!str_has_prefix(type, tar))
      continue;
    for (size_t j = 0; j < ARRAY_LEN(suffixes); j++) {
      if (str_equal(str_skip(type, tar.len), str_of(suffixes[j])))
        return true;
    }
  }
  return false;
}

enum media_kind media_kind(const char *media_type)
{
  static const struct {
    const char *type;
    enum media_kind kind;
  } kinds[] = {
    { MEDIA_OCI_INDEX, MEDIA_INDEX },       { MEDIA_DOCKER_LIST, MEDIA_INDEX },
    { MEDIA_OCI_MANIFEST, MEDIA_MANIFEST }, { MEDIA_DOCKER_MANIFEST, MEDIA_MANIFEST },
    { MEDIA_OCI_CONFIG, MEDIA_CONFIG },     { MEDIA_DOCKER_CONFIG, MEDIA_CONFIG },
  };
  struct str type = without_parameters(media_type);

  for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
    if (str_equal(type, str_of(kinds[i].type)))
      return kinds[i].kind;
  }
  return is_layer(type) ? MEDIA_LAYER : MEDIA_OTHER;
}

bool media_is_tar(const char *media_type)
{
  static const char *const suffixes[] = { "+gzip", "+zstd", ".gzip", ".zstd" };
  struct str type = without_parameters(media_type);

  for (size_t i = 0; i < ARRAY_LEN(suffixes); i++) {
    if (str_has_suffix(type, str_of(suffixes[i]))) {
      type.len -= strlen(suffixes[i]);
      break;
    }
  }
  return str_has_suffix(type, STR(".tar")) || str_has_suffix(type, STR("/tar")) ||
         str_has_suffix(type, STR("/x-tar"));
}
