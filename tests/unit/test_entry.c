/* Which fields of two tar entries differ under which flags, and how the table words them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "diff/layers/entry.h"

static const struct tar_entry plain = {
  .index = 1,
  .type = TAR_REGULAR,
  .format = TAR_FORMAT_USTAR,
  .name = { "etc/conf", 8 },
  .user_name = { "root", 4 },
  .group_name = { "root", 4 },
  .size = 4,
  .mode = 0644,
  .mtime = { 1690889073, 0, true },
};

/* The first field that counts, as "LABELVALUE0|LABELVALUE1", or "" where none does; both ways
 * round have to agree that there is one. */
static void check_first(uint32_t ignore, const struct tar_entry *a, const struct tar_entry *b,
                        const char *expected)
{
  struct entry_rules rules = { ignore, false, false };
  const struct digest *const none[2] = { NULL, NULL };
  AUTO_FIELDS fields = FIELDS_INIT;
  char text[512] = "";

  entry_fields(&rules, a, b, none, &fields);
  for (size_t i = 0; i < fields.n && !text[0]; i++)
    if (!fields.items[i].ignored)
      snprintf(text, sizeof(text), "%s%.*s|%s%.*s", fields.items[i].label,
               STR_ARGS(fields.items[i].value[0]), fields.items[i].label,
               STR_ARGS(fields.items[i].value[1]));
  assert_int_equal(entry_headers_differ(&rules, a, b), text[0] != 0);
  assert_int_equal(entry_headers_differ(&rules, b, a), text[0] != 0);
  assert_string_equal(text, expected);
}

static void test_each_field(void **state)
{
  const uint32_t nothing = 0;
  struct tar_entry other;

  (void)state;
  check_first(nothing, &plain, &plain, "");
#define DIFFERS(member, value, expected)                                                           \
  other = plain;                                                                                   \
  other.member = value;                                                                            \
  check_first(nothing, &plain, &other, expected)
  DIFFERS(link_name, STR("x"), "Linkname |Linkname x");
  DIFFERS(mode, 0755, "Mode 0x1a4|Mode 0x1ed");
  DIFFERS(uid, 3000000, "Uid 0|Uid 3000000");
  DIFFERS(gid, -1, "Gid 0|Gid -1");
  DIFFERS(user_name, STR(""), "Uname root|Uname ");
  DIFFERS(group_name, STR("dev"), "Gname root|Gname dev");
  DIFFERS(device_minor, 5, "Dev 0:0|Dev 0:5");
  DIFFERS(mtime.seconds, 1690975694, "2023-08-01 11:24:33 +0000 UTC|2023-08-02 11:28:14 +0000 UTC");
  DIFFERS(mtime.seconds, 1690975690, "2023-08-01 11:24:33 +0000 UTC|2023-08-02 11:28:10 +0000 UTC");
  DIFFERS(mtime.seconds, -1, "2023-08-01 11:24:33 +0000 UTC|1969-12-31 23:59:59 +0000 UTC");
  DIFFERS(mtime.seconds, 253402300800,
          "2023-08-01 11:24:33 +0000 UTC|10000-01-01 00:00:00 +0000 UTC");
  DIFFERS(mtime.seconds, -62167219201,
          "2023-08-01 11:24:33 +0000 UTC|-001-12-31 23:59:59 +0000 UTC");
  DIFFERS(mtime.nanoseconds, 1,
          "2023-08-01 11:24:33 +0000 UTC|2023-08-01 11:24:33.000000001 +0000 UTC");
  DIFFERS(mtime.nanoseconds, 500000000,
          "2023-08-01 11:24:33 +0000 UTC|2023-08-01 11:24:33.5 +0000 UTC");
  DIFFERS(atime.set, true,
          "Atime 0001-01-01 00:00:00 +0000 UTC|Atime 1970-01-01 00:00:00 +0000 UTC");
  DIFFERS(ctime.set, true,
          "Ctime 0001-01-01 00:00:00 +0000 UTC|Ctime 1970-01-01 00:00:00 +0000 UTC");
  DIFFERS(index, 7, "Index 1|Index 7");
  DIFFERS(format, TAR_FORMAT_GNU, "Format USTAR (2)|Format GNU (8)");
  DIFFERS(type, TAR_DIR, "Type regular file (0)|Type directory (5)");
  DIFFERS(size, 5, "Size 4|Size 5");
}

static void test_order(void **state)
{
  const uint32_t nothing = 0;
  struct entry_rules rules = { nothing, false, false };
  struct digest digest[2] = { { DIGEST_SHA256, { 1 } }, { DIGEST_SHA256, { 2 } } };
  const struct digest *const contents[2] = { &digest[0], &digest[1] };
  AUTO_FIELDS fields = FIELDS_INIT;
  struct tar_entry other = plain;

  (void)state;
  other.mtime.seconds++;
  other.index++;
  other.size++;
  entry_fields(&rules, &plain, &other, contents, &fields);
  assert_int_equal(fields.n, 4);
  assert_string_equal(fields.items[0].name, "Digest");
  assert_string_equal(fields.items[0].label, "");
  assert_int_equal(fields.items[0].value[0].len, 64);
  assert_string_equal(fields.items[1].name, "ModTime");
  assert_string_equal(fields.items[2].name, "Index");
  assert_string_equal(fields.items[3].name, "Size");
}

/* The table's first column does not ask for the flags, so what they hide has to be there, marked.
 */
static void test_ignored_fields_are_marked(void **state)
{
  const uint32_t times = ignore_implied(IGNORE_FILE_TIMESTAMPS);
  struct entry_rules rules = { times, false, false };
  const struct digest *const none[2] = { NULL, NULL };
  AUTO_FIELDS fields = FIELDS_INIT;
  struct tar_entry other = plain;

  (void)state;
  other.mtime.nanoseconds = 1;
  other.format = TAR_FORMAT_PAX;
  entry_fields(&rules, &plain, &other, none, &fields);
  assert_int_equal(fields.n, 2);
  assert_string_equal(fields.items[0].name, "ModTime");
  assert_true(fields.items[0].ignored);
  assert_string_equal(fields.items[1].name, "Format");
  assert_false(fields.items[1].ignored);
}

static void test_flags(void **state)
{
  struct tar_entry other;

  (void)state;
#define IGNORED(flag, member, value)                                                               \
  other = plain;                                                                                   \
  other.member = value;                                                                            \
  check_first(ignore_implied(IGNORE_##flag), &plain, &other, "")
  IGNORED(FILE_TIMESTAMPS, mtime.seconds, 1);
  IGNORED(FILE_TIMESTAMPS, atime.set, true);
  IGNORED(FILE_TIMESTAMPS, ctime.set, true);
  IGNORED(FILE_MTIME, mtime.seconds, 1);
  IGNORED(FILE_ATIME, atime.set, true);
  IGNORED(FILE_CTIME, ctime.set, true);
  IGNORED(FILE_ORDER, index, 9);
  IGNORED(FILE_META_FORMAT, index, 9);
  IGNORED(FILE_META_FORMAT, format, TAR_FORMAT_PAX);
  IGNORED(FILE_MODE_REDUNDANT_BITS, mode, 0100644);
  IGNORED(TAR_FORMAT, format, TAR_FORMAT_PAX);
  IGNORED(CANONICAL_PATHS, name, STR("./etc/conf"));
  /* one leading "/", then one leading "./" */
  other = plain;
  other.link_name = STR("/./a");
  struct tar_entry base = plain;
  base.link_name = STR("a");
  check_first(IGNORE_CANONICAL_PATHS, &base, &other, "");
  other.link_name = STR("././a");
  check_first(IGNORE_CANONICAL_PATHS, &base, &other, "Linkname a|Linkname ././a");
  /* the low twelve bits count */
  other = plain;
  other.mode = 04644;
  check_first(IGNORE_FILE_MODE_REDUNDANT_BITS, &plain, &other, "Mode 0x1a4|Mode 0x9a4");
}

static void test_records(void **state)
{
  static const struct tar_record xattr0[] = { { STR("SCHILY.xattr.user.a"), STR("1") } };
  static const struct tar_record xattr1[] = { { STR("SCHILY.xattr.user.a"), STR("2") } };
  static const struct tar_record security[] = { { STR("SCHILY.xattr.security.ima"), STR("2") } };
  static const struct tar_record path[] = { { STR("mtime"), STR("1690889073") },
                                            { STR("path"), STR("etc/conf") } };
  static const struct tar_record comment[] = { { STR("comment"), STR("c") } };
  const uint32_t nothing = 0;
  const uint32_t format = IGNORE_TAR_FORMAT;
  const uint32_t times = ignore_implied(IGNORE_FILE_TIMESTAMPS);
  struct entry_rules unprivileged = { nothing, true, false };
  struct tar_entry a = plain;
  struct tar_entry b = plain;

  (void)state;
  a.records = xattr0;
  a.n_records = 1;
  b.records = xattr1;
  b.n_records = 1;
  check_first(format, &a, &b, "Xattr user.a 1|Xattr user.a 2");
  check_first(nothing, &a, &plain, "Xattr user.a 1|Xattr user.a ");
  a.records = security;
  check_first(nothing, &plain, &a, "Xattr security.ima |Xattr security.ima 2");
  assert_false(entry_headers_differ(&unprivileged, &plain, &a));
  a.records = comment;
  check_first(format, &plain, &a, "PAX comment |PAX comment c");
  a.records = path;
  a.n_records = 2;
  check_first(format, &plain, &a, "");
  check_first(nothing, &plain, &a, "PAX mtime |PAX mtime 1690889073");
  check_first(times, &plain, &a, "PAX path |PAX path etc/conf");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_each_field), cmocka_unit_test(test_order),
    cmocka_unit_test(test_flags),      cmocka_unit_test(test_ignored_fields_are_marked),
    cmocka_unit_test(test_records),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
