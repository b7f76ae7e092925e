#include "source/names.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image/json.h"
#include "source/archive/members.h"
#include "store/store.h"
#include "tar/tar.h"

struct names {
  void (*each)(void *context, const char *name);
  void *context;
};

static void of_index(const struct names *names, const json_t *index)
{
  size_t i;
  json_t *manifest;

  json_array_foreach(json_object_get(index, "manifests"), i, manifest)
  {
    const json_t *annotations = json_object_get(manifest, "annotations");
    const char *name = json_string_value(json_object_get(annotations, ANNOTATION_IMAGE_NAME));

    if (!name)
      name = json_string_value(json_object_get(annotations, ANNOTATION_REF_NAME));
    if (name)
      names->each(names->context, name);
  }
}

static void of_manifest(const struct names *names, const json_t *images)
{
  size_t i;
  json_t *image;

  json_array_foreach((json_t *)images, i, image)
  {
    size_t k;
    json_t *tag;

    json_array_foreach(json_object_get(image, "RepoTags"), k, tag)
    {
      if (json_is_string(tag))
        names->each(names->context, json_string_value(tag));
    }
  }
}

static json_t *read_json(struct members *members, struct str path, const struct limits *limits,
                         struct error *err)
{
  AUTO_BUF text = BUF_INIT(limits->json_bytes);

  return members_read(members, path, limits->json_bytes, &text, err)
             ? NULL
             : json_parse(buf_str(&text), err);
}

/* A directory, or what begins as a tar archive does. */
static bool is_quick(const char *path)
{
  char head[TAR_BEGINNING];
  struct stat st;
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  bool quick = false;

  if (fd < 0)
    return false;
  if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
    quick = true;
  else if (S_ISREG(st.st_mode) && read(fd, head, sizeof(head)) == (ssize_t)sizeof(head))
    quick = tar_begins_with(head, sizeof(head));
  close(fd);
  return quick;
}

int source_names(const char *path, const struct limits *limits,
                 void (*each)(void *context, const char *name), void *context, struct error *err)
{
  const struct names names = { each, context };
  AUTO_MEMBERS members = is_quick(path) ? members_of_path(path, limits, err) : NULL;
  AUTO_JSON json = NULL;
  struct error ignored;

  if (!is_quick(path))
    return 0;
  if (!members)
    return -1;
  json = read_json(members, STR("index.json"), limits, &ignored);
  if (json) {
    of_index(&names, json);
    return 0;
  }
  json = read_json(members, STR("manifest.json"), limits, err);
  if (!json)
    return -1;
  of_manifest(&names, json);
  return 0;
}
