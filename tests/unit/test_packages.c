/* The files of package managers: what their specifications say, and what is no such file. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#ifdef HAVE_SQLITE
#include <sqlite3.h>
#endif

#include "base/buf.h"
#include "base/limits.h"
#include "packages/changes.h"
#include "packages/database.h"

/* "deb curl 7.88 amd64; " of each package, in order. */
static void check_list(const char *path, const char *text, const char *wanted)
{
  struct package_list list = PACKAGE_LIST_INIT;
  AUTO_BUF found = BUF_INIT(INT_MAX);

  buf_puts(&found, "");
  package_database_read(&list, str_of(path), str_of(text));
  for (size_t i = 0; i < list.n; i++)
    buf_printf(&found, "%s %.*s %.*s %.*s; ", list.items[i].type, STR_ARGS(list.items[i].name),
               STR_ARGS(list.items[i].version), STR_ARGS(list.items[i].architecture));
  assert_string_equal(found.ptr, wanted);
  package_list_release(&list);
}

static void test_lists(void **state)
{
  (void)state;
  check_list("var/lib/dpkg/status",
             "Package: curl\nStatus: install ok installed\nArchitecture: amd64\nVersion: 7.88-1\n"
             "Description: a\n Version: 9\n\n"
             "Package: gone\nStatus: deinstall ok config-files\nVersion: 1\n\n"
             "package: libc6\nVersion: 2.36\nStatus: install ok installed",
             "deb curl 7.88-1 amd64; deb libc6 2.36 ; ");
  check_list("./var/lib/dpkg/status.d/base", "Package: base-files\nVersion: 12\n",
             "deb base-files 12 ; ");
  check_list("/lib/apk/db/installed",
             "C:Q1x=\nP:musl\nV:1.2.4-r2\nA:x86_64\nF:lib\nR:ld-musl.so.1\n\nP:busybox\nV:1.36\n",
             "apk musl 1.2.4-r2 x86_64; apk busybox 1.36 ; ");
  check_list("usr/lib/python3/dist-packages/six-1.16.0.dist-info/METADATA",
             "Metadata-Version: 2.1\r\nName: six\r\nVersion: 1.16.0\r\n\r\nName: other\n",
             "pypi six 1.16.0 ; ");
  /* PEP 503 */
  check_list("x/Foo_-.Bar-1.dist-info/METADATA", "Name: Foo_-.Bar\nVersion: 1.B\n",
             "pypi foo-bar 1.B ; ");
  check_list("app/node_modules/@a/b/package.json", "{\"name\":\"@a/b\",\"version\":\"2.0.1\"}",
             "npm @a/b 2.0.1 ; ");
}

/* No package, and nothing worse. */
static void test_odd(void **state)
{
  (void)state;
  check_list("var/lib/dpkg/status", "", "");
  check_list("var/lib/dpkg/status", "Version: 1\n\nPackage:\nVersion: 1\n\nPackage: a\n", "");
  check_list("var/lib/dpkg/status", "Conffiles:\n /etc/x 1\n\n \n", "");
  check_list("lib/apk/db/installed", "F:\nR:\nR:x\n\nP:\nV:1\n\nP", "");
  check_list("app/package.json", "{\"name\":\"a\",\"version\":\"1\"}", "");
  check_list("app/node_modules/a/lib/package.json", "{\"name\":\"a\",\"version\":\"1\"}", "");
  check_list("app/node_modules/a/package.json", "{\"name\":1,\"version\":\"1\"", "");
  check_list("x/.dist-info/METADATA", "Name: a\n\nVersion: 1\n", "");
}

static void add(struct package_list *list, const char *name, const char *version)
{
  package_list_add(list, &(struct package) { .type = "deb",
                                             .name = str_of(name),
                                             .version = str_of(version),
                                             .architecture = STR("") });
}

static void test_changes(void **state)
{
  struct package_changes changes = PACKAGE_CHANGES_INIT;
  AUTO_BUF found = BUF_INIT(INT_MAX);

  (void)state;
  add(&changes.lists[0], "same", "1");
  add(&changes.lists[1], "same", "1");
  add(&changes.lists[0], "up", "1.9");
  add(&changes.lists[1], "up", "1.10");
  add(&changes.lists[0], "gone", "3");
  add(&changes.lists[1], "new", "4");
  /* Two versions on one side, one of which both have; and twice the same. */
  add(&changes.lists[0], "two", "1");
  add(&changes.lists[1], "two", "2");
  add(&changes.lists[1], "two", "1");
  add(&changes.lists[1], "two", "1");
  package_changes_find(&changes);
  for (size_t i = 0; i < changes.n; i++)
    buf_printf(&found, "%.*s %.*s>%.*s; ", STR_ARGS(changes.items[i].name),
               STR_ARGS(changes.items[i].version[0]), STR_ARGS(changes.items[i].version[1]));
  assert_string_equal(found.ptr, "gone 3>; new >4; two >2; up 1.9>1.10; ");
  assert_int_equal(changes.by_kind[PACKAGE_ADDED], 2);
  assert_int_equal(changes.by_kind[PACKAGE_REMOVED], 1);
  assert_int_equal(changes.by_kind[PACKAGE_CHANGED], 1);
  package_changes_release(&changes);
}

static void read_file(struct package_list *list, const char *path, const char *text)
{
  package_database_read(list, str_of(path), str_of(text));
}

/* A package at several places: which version went where, and which came. */
static void test_places(void **state)
{
  static const struct {
    const char *files[2]; /* "PLACE VERSION; …" of the module m */
    const char *changes;
  } table[] = {
    { { "a 1; b 2", "a 2; b 1" }, "1>2 a, 2>1 b" }, /* the same set of versions */
    { { "a 1; b 1", "a 1; b 2" }, "1>2 b" },
    { { "a 1; b 1", "a 2; b 2" }, "1>2 a*2" },
    { { "a 1; b 1", "a 2; b 3" }, "1>2 a, 1>3 b" },
    { { "a 1", "a 1; b 1" }, ">1 b" }, /* one more copy of what is there */
    { { "a 1; b 1", "a 1" }, "1> b" },
    { { "a 1", "b 1" }, "" }, /* moved */
    { { "a 1", "b 2" }, "1>2 b" },
    { { "a 1; b 1", "c 1; d 2" }, "1>2 d" },
    { { "a 1; a/node_modules/m 2", "a 3; a/node_modules/m 2" }, "1>3 a" },
  };

  (void)state;
  for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
    struct package_changes changes = PACKAGE_CHANGES_INIT;
    AUTO_BUF found = BUF_INIT(INT_MAX);

    for (int side = 0; side < 2; side++) {
      char place[64];
      char version[8];
      const char *at = table[i].files[side];

      for (int n; sscanf(at, " %63s %7[0-9];%n", place, version, &n) == 2;
           at += strcspn(at, ";") + (strchr(at, ';') != NULL)) {
        char path[128];
        char text[64];

        snprintf(path, sizeof(path), "%s/node_modules/m/package.json", place);
        snprintf(text, sizeof(text), "{\"name\":\"m\",\"version\":\"%s\"}", version);
        read_file(&changes.lists[side], path, text);
      }
    }
    package_changes_find(&changes);
    for (size_t j = 0; j < changes.n; j++) {
      const struct package_change *change = &changes.items[j];

      buf_printf(&found, "%s%.*s>%.*s %.*s", j ? ", " : "", STR_ARGS(change->version[0]),
                 STR_ARGS(change->version[1]), (int)(change->place.len - strlen("/node_modules/m")),
                 change->place.ptr);
      if (change->n_places > 1)
        buf_printf(&found, "*%zu", change->n_places);
      assert_int_equal(change->several, changes.n > 1);
    }
    assert_string_equal(found.len ? found.ptr : "", table[i].changes);
    package_changes_release(&changes);
  }
}

/* What lies behind the last package in memory is none. */
static void test_room_is_no_package(void **state)
{
  static const char left[] = "srv";
  const struct package package = {
    .type = "npm", .name = STR("m"), .version = STR("1"), .place = STR("srv")
  };
  struct package_list list = PACKAGE_LIST_INIT;

  (void)state;
  package_list_add(&list, &package);
  assert_true(list.cap > 1);
  list.n = 0;
  package_list_add(&list,
                   &(struct package) { .type = "npm", .name = STR("n"), .version = STR("1") });
  list.items[1].place = str_of(left);
  package_list_add(&list, &package);
  assert_int_equal(list.n, 2);
  assert_ptr_not_equal(list.items[1].place.ptr, left);
  assert_true(str_equal(list.items[1].place, STR("srv")));
  package_list_release(&list);
}

/* What differs in a copy that did not change is not a matter of the copy that did. */
static void test_owners_by_place(void **state)
{
  struct package_changes changes = PACKAGE_CHANGES_INIT;
  const struct package_change *owner;

  (void)state;
  read_file(&changes.lists[0], "a/node_modules/m/package.json",
            "{\"name\":\"m\",\"version\":\"1\"}");
  read_file(&changes.lists[1], "a/node_modules/m/package.json",
            "{\"name\":\"m\",\"version\":\"2\"}");
  read_file(&changes.lists[1], "x/six-1.dist-info/METADATA", "Name: six\nVersion: 1\n");
  read_file(&changes.lists[1], "x/six-1.dist-info/RECORD", "six.py,,\n");
  read_file(&changes.lists[1], "y/six-1.dist-info/RECORD", "six.py,,\n");
  package_changes_find(&changes);
  owner = package_changes_owner(&changes, STR("a/node_modules/m/x.js"));
  assert_true(owner && str_equal(owner->version[0], STR("1")));
  assert_null(package_changes_owner(&changes, STR("b/node_modules/m/x.js")));
  assert_non_null(package_changes_owner(&changes, STR("x/six.py")));
  assert_null(package_changes_owner(&changes, STR("y/six.py")));
  package_changes_release(&changes);
}

static void test_owners(void **state)
{
  static const struct {
    const char *path, *owner;
  } table[] = {
    { "usr/bin/curl", "curl" },
    { "./usr/bin/curl", "curl" },
    { "./usr/bin/curl/", "curl" },
    { "usr/lib/x86/libcurl.so", "curl" }, /* noted as /lib/… */
    { "etc/curlrc", "curl" },
    { "usr/share/doc/curl/copyright", "curl" },
    { "var/lib/dpkg/info/curl.postinst", "curl" },
    { "var/lib/dpkg/info/curl:amd64.list", "curl" },
    { "var/lib/dpkg/info/curlew.list", NULL },
    { "usr/bin/same", NULL },
    { "etc/passwd", NULL },
    { "app/node_modules/a/lib/x.js", "a" },
    { "app/node_modules/b/lib/x.js", NULL },
    { "usr/lib/python3/dist-packages/six.py", "six" },
    { "usr/bin/six", "six" },
    { "usr/lib/python3/dist-packages/foo/bar.py", "foo-bar" },
  };
  struct package_changes changes = PACKAGE_CHANGES_INIT;
  struct package_list *new = &changes.lists[1];

  (void)state;
  read_file(new, "var/lib/dpkg/status",
            "Package: curl\nVersion: 2\nConffiles:\n /etc/curlrc 0123 obsolete\n\n"
            "Package: same\nVersion: 1\n");
  read_file(&changes.lists[0], "var/lib/dpkg/status", "Package: same\nVersion: 1\n");
  read_file(new, "var/lib/dpkg/info/curl:amd64.list",
            "/.\n/usr\n/usr/bin/curl\n/lib/x86/libcurl.so\n");
  read_file(new, "var/lib/dpkg/info/curl.md5sums",
            "00000000000000000000000000000000  usr/share/doc/curl/copyright\n");
  read_file(new, "var/lib/dpkg/info/same.list", "/usr/bin/same\n");
  read_file(new, "app/node_modules/a/package.json", "{\"name\":\"a\",\"version\":\"1\"}");
  read_file(new, "usr/lib/python3/dist-packages/six-1.0.dist-info/METADATA",
            "Name: six\nVersion: 1.0\n");
  read_file(new, "usr/lib/python3/dist-packages/six-1.0.dist-info/RECORD",
            "six.py,sha256=x,1\n../../../bin/six,,\n\"odd\"\"name\",,\n");
  read_file(new, "usr/lib/python3/dist-packages/foo_bar-2.0.dist-info/METADATA",
            "Name: Foo.Bar\nVersion: 2.0\n");
  read_file(new, "usr/lib/python3/dist-packages/foo_bar-2.0.dist-info/RECORD",
            "foo/bar.py,sha256=x,1\n");
  package_changes_find(&changes);
  for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
    const struct package_change *owner = package_changes_owner(&changes, str_of(table[i].path));

    if (table[i].owner && owner)
      assert_true(str_equal(owner->name, str_of(table[i].owner)));
    else if (owner || table[i].owner)
      fail_msg("%s: wanted %s", table[i].path, table[i].owner ? table[i].owner : "nobody");
  }
  assert_true(package_changes_recorded(&changes, STR("var/lib/dpkg/status")));
  assert_false(package_changes_recorded(&changes, STR("lib/apk/db/installed")));
  package_changes_release(&changes);
}

/* ---- RPM's backend ndb ---- */

static void add_le32(char *at, uint32_t n)
{
  for (int i = 0; i < 4; i++)
    at[i] = (char)(n >> (8 * i));
}

/* A database of rpmpkg.c by hand: a page of slots, a blob at block 256. Its header has the tags
 * NAME, VERSION, RELEASE, EPOCH, ARCH, DIRINDEXES, BASENAMES and DIRNAMES. */
static void make_ndb(char file[2 * 4096], uint32_t slot_number)
{
  static const char blob[] = "\0\0\0\x08\0\0\0\x20"
                             "\0\0\3\xe8\0\0\0\6\0\0\0\0\0\0\0\1"
                             "\0\0\3\xe9\0\0\0\6\0\0\0\2\0\0\0\1"
                             "\0\0\3\xea\0\0\0\6\0\0\0\4\0\0\0\1"
                             "\0\0\3\xeb\0\0\0\4\0\0\0\x08\0\0\0\1"
                             "\0\0\3\xfe\0\0\0\6\0\0\0\6\0\0\0\1"
                             "\0\0\4\x5c\0\0\0\4\0\0\0\x0c\0\0\0\1"
                             "\0\0\4\x5d\0\0\0\x08\0\0\0\x10\0\0\0\1"
                             "\0\0\4\x5e\0\0\0\x08\0\0\0\x12\0\0\0\1"
                             "n\0v\0r\0a\0\0\0\0\3\0\0\0\0f\0/opt/d/\0\0\0\0\0\0\0";

  memset(file, 0, (size_t)2 * 4096);
  memcpy(file, "RpmP", 4);
  add_le32(file + 12, 1); /* pages of slots */
  memcpy(file + 32, "Slot", 4);
  add_le32(file + 36, slot_number);
  add_le32(file + 40, 256);
  memcpy(file + 4096, "BlbS", 4);
  add_le32(file + 4100, 7);
  add_le32(file + 4108, sizeof(blob) - 1);
  memcpy(file + 4112, blob, sizeof(blob) - 1);
}

static void test_ndb(void **state)
{
  static const char *const path = "./usr/lib/sysimage/rpm/Packages.db";
  struct package_list list = PACKAGE_LIST_INIT;
  char file[2 * 4096];
  const struct map_entry *owner;

  (void)state;
  make_ndb(file, 7);
  package_database_read(&list, str_of(path), (struct str) { file, sizeof(file) });
  assert_int_equal(list.n, 1);
  assert_string_equal(list.items[0].type, "rpm");
  assert_true(str_equal(list.items[0].name, STR("n")));
  assert_true(str_equal(list.items[0].version, STR("3:v-r")));
  assert_true(str_equal(list.items[0].architecture, STR("a")));
  owner = map_find(&list.owners, STR("opt/d/f"));
  assert_non_null(owner);
  assert_true(str_equal(((const struct package_owner *)owner->value)->name, STR("n")));
  package_list_release(&list);
  /* a slot of another number than the blob's, one behind the end, and a file that is cut */
  make_ndb(file, 8);
  package_database_read(&list, str_of(path), (struct str) { file, sizeof(file) });
  make_ndb(file, 7);
  package_database_read(&list, str_of(path), (struct str) { file, 4096 + 100 });
  add_le32(file + 40, UINT32_MAX);
  package_database_read(&list, str_of(path), (struct str) { file, sizeof(file) });
  assert_int_equal(list.n, 0);
  package_list_release(&list);
}

/* A directory of 60 KB and 100000 files in it took 3.6 GB. */
static void test_memory(void **state)
{
  struct budget memory = BUDGET_INIT((uint64_t)8 << 20);
  struct package_list list = { .memory = &memory };
  AUTO_BUF text = BUF_INIT(INT_MAX);

  (void)state;
  buf_puts(&text, "P:a\nV:1\nF:");
  for (int i = 0; i < 60000; i++)
    buf_putc(&text, 'd');
  for (int i = 0; i < 100000; i++)
    buf_printf(&text, "\nR:%d", i);
  buf_puts(&text, "\n\nP:b\nV:1\nF:usr\nR:b\n\n");
  package_database_read(&list, STR("lib/apk/db/installed"), buf_str(&text));
  assert_int_equal(list.n, 2);
  assert_int_equal(list.owners.n, 1); /* what no system can have is not owned */
  assert_false(list.cut);

  buf_clear(&text);
  buf_puts(&text, "P:c\nV:1\nF:");
  for (int i = 0; i < 1000; i++)
    buf_putc(&text, 'd');
  for (int i = 0; i < 100000; i++)
    buf_printf(&text, "\nR:%d", i);
  package_database_read(&list, STR("lib/apk/db/installed"), buf_str(&text));
  assert_true(list.cut);
  assert_true(list.arena.total < (4 << 20));
  assert_true(memory.used <= memory.limit / 2);
  package_list_release(&list);
  assert_int_equal(memory.used, 0);
}

/* Each of what a list grows by ends where the memory does, and the list says so. */
static void test_no_room(void **state)
{
  static char name[PACKAGE_MAX_TEXT];
  const struct str text = { name, sizeof(name) };
  struct budget memory = BUDGET_INIT((uint64_t)8 << 20);
  struct package_list list = { .memory = &memory };
  const struct package_owner *owner = NULL;

  (void)state;
  memset(name, 'n', sizeof(name));
  for (int i = 0; i < 100000; i++)
    package_list_add(&list, &(struct package) { .type = "deb", .name = text, .version = text });
  assert_true(list.cut);
  assert_true(list.n > 0 && list.arena.total < (8 << 20));
  package_list_release(&list);

  list.memory = &memory;
  for (int i = 0; i < 100000 && (owner || !i); i++)
    owner = package_list_owner(&list, "deb", text, STR("place"));
  assert_null(owner);
  assert_true(list.cut);
  package_list_release(&list);
  assert_int_equal(memory.used, 0);
  package_list_own_by(&list, STR("usr/bin/x"), owner); /* which there was no room for */
  assert_int_equal(list.owners.n, 0);
  package_list_release(&list);
}

/* An RPM database is read with memory in proportion to it, or not at all. */
static void test_sqlite_memory(void **state)
{
  static const char file[4096] = "SQLite format 3";
  struct budget memory = BUDGET_INIT((uint64_t)1 << 20);
  struct package_list list = { .memory = &memory };

  (void)state;
  package_database_read(&list, STR("var/lib/rpm/rpmdb.sqlite"),
                        (struct str) { file, sizeof(file) });
  assert_true(list.cut);
  package_list_release(&list);
  assert_int_equal(memory.used, 0);
  memory.limit = (uint64_t)64 << 20;
  list.memory = &memory;
  package_database_read(&list, STR("var/lib/rpm/rpmdb.sqlite"),
                        (struct str) { file, sizeof(file) });
  assert_false(list.cut); /* it is no database */
  package_list_release(&list);
  assert_int_equal(memory.used, 0);
}

#ifdef HAVE_SQLITE
/* A database of so many rows, of which each is read as 100,000 bytes though the file has them once.
 */
static struct str make_sqlite(int rows, unsigned char **owned)
{
  AUTO_BUF sql = BUF_INIT(INT_MAX);
  sqlite3_int64 size;
  sqlite3 *database;

  buf_printf(&sql,
             "CREATE TABLE Packages(hnum INTEGER PRIMARY KEY, blob BLOB);"
             "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT %d)"
             "INSERT INTO Packages SELECT i, x'00' FROM n;"
             "ALTER TABLE Packages ADD COLUMN more DEFAULT '%0100000d';",
             rows, 0);
  assert_int_equal(sqlite3_open(":memory:", &database), SQLITE_OK);
  assert_int_equal(sqlite3_exec(database, sql.ptr, NULL, NULL, NULL), SQLITE_OK);
  *owned = sqlite3_serialize(database, "main", &size, 0);
  assert_non_null(*owned);
  sqlite3_close(database);
  return (struct str) { (char *)*owned, (size_t)size };
}

/* What takes more memory than its size allows is told as cut, not as a database without packages.
 */
static void test_sqlite_limit(void **state)
{
  static const int rows[] = { 5, 200 };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    struct package_list list = PACKAGE_LIST_INIT;
    unsigned char *owned;

    package_database_read(&list, STR("var/lib/rpm/rpmdb.sqlite"), make_sqlite(rows[i], &owned));
    assert_int_equal(list.cut, i);
    package_list_release(&list);
    sqlite3_free(owned);
  }
}
#endif

/* A path that is longer than any can be is nobody's. */
static void test_long_paths(void **state)
{
  struct package_list list = PACKAGE_LIST_INIT;
  AUTO_BUF text = BUF_INIT(INT_MAX);

  (void)state;
  buf_puts(&text, "/usr/bin/x\n/");
  for (int i = 0; i < LIMIT_PATH_BYTES; i++)
    buf_putc(&text, 'd');
  buf_puts(&text, "\n/");
  for (int i = 0; i <= LIMIT_PATH_BYTES; i++)
    buf_putc(&text, 'e');
  buf_puts(&text, "\n/usr/bin/y\n");
  package_database_read(&list, STR("var/lib/dpkg/info/x.list"), buf_str(&text));
  assert_int_equal(list.owners.n, 4); /* with the list itself */
  package_list_release(&list);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_no_room),
    cmocka_unit_test(test_sqlite_memory),
#ifdef HAVE_SQLITE
    cmocka_unit_test(test_sqlite_limit),
#endif
    cmocka_unit_test(test_long_paths),
    cmocka_unit_test(test_memory),
    cmocka_unit_test(test_lists),
    cmocka_unit_test(test_ndb),
    cmocka_unit_test(test_odd),
    cmocka_unit_test(test_changes),
    cmocka_unit_test(test_places),
    cmocka_unit_test(test_room_is_no_package),
    cmocka_unit_test(test_owners_by_place),
    cmocka_unit_test(test_owners),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
