#include "image/statement.h"

#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "image/json.h"

#define TYPE_PREFIX "https://in-toto.io/Statement/"

static int check_subject(const json_t *subject, struct error *err)
{
  const char *name;
  json_t *digests;

  if (!json_is_object(subject))
    return error_set(err, ERROR_CORRUPT, "expected an object");
  if (json_get_string(subject, "name", &name, err) < 0)
    return -1;
  return json_get_string_map(subject, "digest", &digests, err);
}

static int check_fields(struct statement *statement, struct error *err)
{
  const char *type;
  json_t *subjects;
  json_t *subject;
  size_t i;

  if (!json_is_object(statement->json))
    return error_set(err, ERROR_CORRUPT, "expected an in-toto statement (a JSON object)");
  if (json_get_string(statement->json, "_type", &type, err) < 0 ||
      json_get_string(statement->json, "predicateType", &statement->predicate_type, err) < 0 ||
      json_get_array(statement->json, "subject", &subjects, err) < 0)
    return -1;
  if (strncmp(type, TYPE_PREFIX, strlen(TYPE_PREFIX)) != 0)
    return error_set(err, ERROR_CORRUPT,
                     "field \"_type\": expected " TYPE_PREFIX "VERSION, found \"%.200s\"", type);
  if (!*statement->predicate_type)
    return error_set(err, ERROR_CORRUPT, "field \"predicateType\": missing");
  json_array_foreach(subjects, i, subject)
  {
    if (check_subject(subject, err) < 0)
      return error_wrap(err, "field \"subject\": element %zu", i);
  }
  return 0;
}

int statement_parse(struct statement *out, struct str text, struct error *err)
{
  struct statement statement = { .json = json_decode(text, &document_statement, err) };

  if (!statement.json)
    return -1;
  if (check_fields(&statement, err) < 0) {
    statement_release(&statement);
    return -1;
  }
  *out = statement;
  return 0;
}

void statement_release(struct statement *statement)
{
  json_decref(statement->json);
  *statement = (struct statement) { 0 };
}

enum { TIME_DEPTH = 4 };

/* A copy without the member that a path of keys leads to. Only what is on the way is copied. */
static json_t *without(const json_t *object, const char *const *path)
{
  json_t *copy = json_copy((json_t *)(uintptr_t)object);

  if (!path[1]) {
    json_object_del(copy, path[0]);
  } else if (json_is_object(json_object_get(object, path[0]))) {
    json_object_set_new(copy, path[0], without(json_object_get(object, path[0]), path + 1));
  }
  return copy;
}

json_t *statement_without_times(const struct statement *statement)
{
  static const char *const paths[][TIME_DEPTH + 1] = {
    { "predicate", "metadata", "buildStartedOn" },
    { "predicate", "metadata", "buildFinishedOn" },
    { "predicate", "runDetails", "metadata", "startedOn" },
    { "predicate", "runDetails", "metadata", "finishedOn" },
    { "predicate", "creationInfo", "created" },
    { "predicate", "metadata", "timestamp" },
  };
  json_t *rest = json_incref(statement->json);

  for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
    json_t *next = without(rest, paths[i]);

    json_decref(rest);
    rest = next;
  }
  return rest;
}

bool descriptor_is_statement(const struct descriptor *blob)
{
  return strcspn(blob->media_type, "; \t") == strlen(MEDIA_IN_TOTO) &&
         strncmp(blob->media_type, MEDIA_IN_TOTO, strlen(MEDIA_IN_TOTO)) == 0;
}
