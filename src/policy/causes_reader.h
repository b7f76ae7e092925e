/* Reading values of causes.yaml; what is not as expected ends the program with a message that says
 * where. Private to the compiler of causes.yaml. */
#ifndef DIFFOCI_POLICY_CAUSES_READER_H
#define DIFFOCI_POLICY_CAUSES_READER_H

#include "policy/causes_source.h"
#include "policy/yaml_value.h"

struct reader {
  const char *name; /* of the file */
  struct causes_source *out;
};

_Noreturn void reader_die(const struct error *err);
/* Ends the program: "NAME:LINE:COLUMN: …". */
#define FAIL(reader, at, ...)                                                                      \
  do {                                                                                             \
    struct error fail_ = { 0 };                                                                    \
    (void)yaml_error(&fail_, (reader)->name, at, __VA_ARGS__);                                     \
    reader_die(&fail_);                                                                            \
  } while (0)

void reader_expect(const struct reader *reader, const struct yaml_value *value, enum yaml_kind kind,
                   const char *what);
void reader_expect_keys(const struct reader *reader, const struct yaml_value *map,
                        const char *const *keys);
/* Zeroed, for n of the size, at least one; in the arena of the result. */
void *reader_alloc(const struct reader *reader, size_t n, size_t size);
struct str reader_copy(const struct reader *reader, struct str text);
/* Items of a list, members of a map; 0 of NULL. */
size_t reader_count(const struct yaml_value *list);
/* The member, which has to be there. */
const struct yaml_value *reader_member(const struct reader *reader, const struct yaml_value *map,
                                       const char *key);
/* The first item of a list that has to have one. */
const struct yaml_value *reader_items(const struct reader *reader, const struct yaml_value *value,
                                      const char *what);
/* The bytes called key, or, in hexadecimal, KEY-hex; ptr NULL if neither is there. */
struct str reader_bytes(const struct reader *reader, const struct yaml_value *map, const char *key);
/* The tests of contents ("content") of a cause. */
void reader_tests(const struct reader *reader, const struct yaml_value *map, struct cause *cause);

#endif
