/* The library reads the database from memory; nothing in it is run: no views, triggers, functions
 * or virtual tables, which an authorizer refuses (sqlite.org/security.html, "Untrusted SQLite
 * Database Files"). What is shown is what tables hold; pages that are free or left over may hold
 * anything. */
#include "formats/sqlite.h"

#include <inttypes.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <strings.h>

#include "base/digest.h"
#include "formats/described.h"
#include "formats/sqlite_header.h"
#include "formats/sqlite_pages.h"

enum {
  VALUE_MAX = 64 << 20,  /* bytes of a value */
  STEPS_AT_ONCE = 10000, /* of the library's machine */
  STEPS_PER_PAGE = 4000, /* a page of 512 bytes has less than 128 cells */
  STEPS_ALWAYS = 4000000,
  TABLES_MAX = 4096,
};

struct database {
  struct format_parts *parts;
  sqlite3 *handle;
  uint64_t steps_left;
  bool too_long;
  bool checking;          /* the library is asked whether the file is sound */
  struct hasher *numbers; /* of the rows, which a program may ask for */
  struct str *tables;     /* of the parts */
  size_t n_tables;
};

static bool sqlite_detect(struct str bytes, struct str name)
{
  (void)name;
  return bytes.len >= SQLITE_HEADER && memcmp(bytes.ptr, "SQLite format 3", 16) == 0;
}

/* ---- the library ---- */

/* Only columns of tables are read; and all pages, where that is what we ask for. */
static int authorize(void *context, int action, const char *a, const char *b, const char *c,
                     const char *d)
{
  const struct database *database = context;

  (void)b, (void)c, (void)d;
  if (action == SQLITE_PRAGMA && database->checking && a && strcmp(a, "integrity_check") == 0)
    return SQLITE_OK;
  return action == SQLITE_SELECT || action == SQLITE_READ ? SQLITE_OK : SQLITE_DENY;
}

static int count_steps(void *context)
{
  struct database *database = context;

  if (database->steps_left < STEPS_AT_ONCE) {
    database->too_long = true;
    return 1;
  }
  database->steps_left -= STEPS_AT_ONCE;
  return 0;
}

static int sqlite_failed(const struct database *database, struct error *err)
{
  if (database->too_long)
    return error_set(err, ERROR_LIMIT, "its tables take too long to read");
  return error_set(err, ERROR_CORRUPT, "%.200s", sqlite3_errmsg(database->handle));
}

/* A copy, since a database with a write-ahead log beside it cannot be read from memory unless its
 * header says that it has none (file format, 1.3.3). */
static int sqlite_open(struct database *database, struct error *err)
{
  struct format_parts *parts = database->parts;
  unsigned char *copy = format_memory(parts, parts->bytes.len, err);
  int status;

  if (!copy)
    return -1;
  memcpy(copy, parts->bytes.ptr, parts->bytes.len);
  copy[18] = copy[19] = 1;
  status = sqlite3_open_v2(":memory:", &database->handle,
                           SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_MEMORY, NULL);
  if (status == SQLITE_OK)
    status = sqlite3_deserialize(database->handle, "main", copy, (sqlite3_int64)parts->bytes.len,
                                 (sqlite3_int64)parts->bytes.len, SQLITE_DESERIALIZE_READONLY);
  if (status != SQLITE_OK)
    return error_set(err, ERROR_LIMIT, "the library cannot open it: %s", sqlite3_errstr(status));
  sqlite3_db_config(database->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)NULL);
  sqlite3_db_config(database->handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, (int *)NULL);
  sqlite3_db_config(database->handle, SQLITE_DBCONFIG_ENABLE_VIEW, 0, (int *)NULL);
  sqlite3_db_config(database->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, (int *)NULL);
  sqlite3_limit(database->handle, SQLITE_LIMIT_LENGTH, VALUE_MAX);
  sqlite3_limit(database->handle, SQLITE_LIMIT_ATTACHED, 0);
  /* A table's name must not lead to one that the library computes (dbstat, json_each). */
  sqlite3_drop_modules(database->handle, NULL);
  sqlite3_set_authorizer(database->handle, authorize, database);
  sqlite3_progress_handler(database->handle, STEPS_AT_ONCE, count_steps, database);
  return 0;
}

static void sqlite_close(struct database *database)
{
  sqlite3_close(database->handle);
}

static int prepare(const struct database *database, const char *sql, sqlite3_stmt **out,
                   struct error *err)
{
  return sqlite3_prepare_v2(database->handle, sql, -1, out, NULL) == SQLITE_OK
             ? 0
             : sqlite_failed(database, err);
}

/* ---- values ---- */

static struct str column_bytes(sqlite3_stmt *statement, int column)
{
  const void *bytes = sqlite3_column_blob(statement, column);

  return (struct str) { bytes ? bytes : "", (size_t)sqlite3_column_bytes(statement, column) };
}

static void add_blob(struct buf *text, struct str bytes)
{
  buf_puts(text, "x'");
  for (size_t i = 0; i < bytes.len && !text->overflow; i++)
    buf_printf(text, "%02x", (unsigned char)bytes.ptr[i]);
  buf_putc(text, '\'');
}

static void add_value(struct buf *text, sqlite3_stmt *statement, int column)
{
  switch (sqlite3_column_type(statement, column)) {
  case SQLITE_INTEGER:
    buf_printf(text, "%" PRId64, (int64_t)sqlite3_column_int64(statement, column));
    break;
  case SQLITE_FLOAT: /* 17 digits tell any two doubles apart; the dot tells them from integers */
    buf_printf(text, "%#.17g", sqlite3_column_double(statement, column));
    break;
  case SQLITE_TEXT:
    described_quote(text, column_bytes(statement, column));
    break;
  case SQLITE_BLOB:
    add_blob(text, column_bytes(statement, column));
    break;
  default:
    buf_puts(text, "NULL");
  }
}

static void add_row(struct buf *text, sqlite3_stmt *statement)
{
  const int n = sqlite3_column_count(statement);

  for (int i = 0; i < n; i++) {
    buf_puts(text, i ? ", " : "");
    add_value(text, statement, i);
  }
  buf_putc(text, '\n');
}

/* What a query gives, a line a row. */
static int add_rows(struct database *database, const char *sql, struct buf *text, struct error *err)
{
  sqlite3_stmt *statement;
  int status;

  if (prepare(database, sql, &statement, err))
    return -1;
  while ((status = sqlite3_step(statement)) == SQLITE_ROW && !text->overflow)
    add_row(text, statement);
  if (status != SQLITE_DONE && status != SQLITE_ROW)
    (void)!sqlite_failed(database, err);
  sqlite3_finalize(statement);
  return status == SQLITE_DONE || status == SQLITE_ROW ? 0 : -1;
}

/* ---- what it holds ---- */

/* How tables, indices, views and triggers are made, as SQL. */
static int add_schema(struct database *database, struct error *err)
{
  AUTO_BUF text = described_begin(database->parts);

  return add_rows(database, "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY 1, 2, 4",
                  &text, err) ||
                 described_add(database->parts, STR("(schema)"), &text, err)
             ? -1
             : 0;
}

static bool is_virtual(struct str sql)
{
  static const char begin[] = "CREATE VIRTUAL";

  return sql.len >= sizeof(begin) - 1 && strncasecmp(sql.ptr, begin, sizeof(begin) - 1) == 0;
}

static int find_tables(struct database *database, struct error *err)
{
  sqlite3_stmt *statement;
  int status;

  database->tables = arena_alloc(&database->parts->arena, TABLES_MAX * sizeof(struct str));
  if (prepare(database, "SELECT name, sql FROM sqlite_master WHERE type = 'table' ORDER BY 1",
              &statement, err))
    return -1;
  while ((status = sqlite3_step(statement)) == SQLITE_ROW && database->n_tables < TABLES_MAX)
    if (!is_virtual(column_bytes(statement, 1)))
      database->tables[database->n_tables++] =
          arena_str(&database->parts->arena, column_bytes(statement, 0));
  if (status == SQLITE_ROW)
    error_set(err, ERROR_LIMIT, "it has more than %d tables", TABLES_MAX);
  else if (status != SQLITE_DONE)
    (void)!sqlite_failed(database, err);
  sqlite3_finalize(statement);
  return status == SQLITE_DONE ? 0 : -1;
}

/* "SELECT WHAT FROM" the table; not by an index, which has another order. */
static void put_query(struct buf *sql, const char *what, struct str table)
{
  buf_clear(sql);
  buf_printf(sql, "SELECT %s FROM main.\"", what);
  for (size_t i = 0; i < table.len; i++) {
    if (table.ptr[i] == '"')
      buf_putc(sql, '"');
    buf_putc(sql, table.ptr[i]);
  }
  buf_puts(sql, "\" NOT INDEXED");
}

/* A name of the row's number (SQLite, "ROWIDs and the INTEGER PRIMARY KEY") that no column has;
 * NULL: all have been taken. */
static const char *number_name(const struct database *database, const char *all_columns,
                               struct error *err)
{
  static const char *const names[] = { "rowid", "_rowid_", "oid" };
  sqlite3_stmt *statement;
  const char *free_name = NULL;

  if (prepare(database, all_columns, &statement, err))
    return NULL;
  for (size_t i = 0; i < ARRAY_LEN(names) && !free_name; i++) {
    bool taken = false;

    for (int column = 0; column < sqlite3_column_count(statement); column++)
      taken = taken || strcasecmp(sqlite3_column_name(statement, column), names[i]) == 0;
    free_name = taken ? NULL : names[i];
  }
  sqlite3_finalize(statement);
  return free_name;
}

/* A table without numbers (WITHOUT ROWID) has none to be asked for. */
static int hash_numbers(struct database *database, struct str table, const char *all_columns,
                        struct error *err)
{
  const char *name = number_name(database, all_columns, err);
  AUTO_BUF sql = BUF_INIT(2 * table.len + 100);
  sqlite3_stmt *statement;
  int status;

  hasher_add(database->numbers, table.ptr, table.len);
  hasher_add(database->numbers, "", 1);
  if (!name)
    return 0;
  put_query(&sql, name, table);
  if (sqlite3_prepare_v2(database->handle, sql.ptr, -1, &statement, NULL) != SQLITE_OK)
    return 0;
  while ((status = sqlite3_step(statement)) == SQLITE_ROW) {
    const int64_t number = sqlite3_column_int64(statement, 0);

    hasher_add(database->numbers, &number, sizeof(number));
  }
  if (status != SQLITE_DONE)
    (void)!sqlite_failed(database, err);
  sqlite3_finalize(statement);
  return status == SQLITE_DONE ? 0 : -1;
}

/* The rows in the order in which the table has them: by their numbers, or by its primary key. */
static int add_table(struct database *database, struct str name, struct error *err)
{
  AUTO_BUF text = described_begin(database->parts);
  AUTO_BUF sql = BUF_INIT(2 * name.len + 100);

  put_query(&sql, "*", name);
  if (memchr(name.ptr, '\0', name.len))
    return error_set(err, ERROR_UNSUPPORTED, "a table's name has a NUL in it");
  if (add_rows(database, sql.ptr, &text, err) || hash_numbers(database, name, sql.ptr, err))
    return error_wrap(err, "table %.*s", (int)MIN_OF(name.len, (size_t)100), name.ptr);
  return described_add(database->parts, name, &text, err);
}

/* Whether the library finds nothing wrong: keys are in order, indexes agree with their tables. */
static bool is_sound(struct database *database)
{
  sqlite3_stmt *statement;
  struct error err;
  bool sound = false;

  database->checking = true;
  if (prepare(database, "PRAGMA integrity_check", &statement, &err) == 0) {
    sound = sqlite3_step(statement) == SQLITE_ROW &&
            str_equal(column_bytes(statement, 0), STR("ok")) &&
            sqlite3_step(statement) == SQLITE_DONE;
    sqlite3_finalize(statement);
  }
  database->checking = false;
  return sound;
}

static int finish(struct database *database, struct error *err)
{
  struct format_parts *parts = database->parts;
  const struct digest numbers = hasher_finish(database->numbers);
  char hex[DIGEST_MAX_TEXT];

  if (is_sound(database))
    parts->untold = sqlite_pages(parts);
  return format_add_field(parts, FORMAT_COUNTS, "row numbers",
                          arena_str(&parts->arena, str_of(digest_hex(&numbers, hex))), err);
}

static int sqlite_read(struct format_parts *parts, struct error *err)
{
  struct database database = {
    .parts = parts,
    .steps_left = STEPS_ALWAYS + (uint64_t)parts->bytes.len / 512 * STEPS_PER_PAGE,
  };
  int status = -1;

  if (sqlite_add_header(parts, err))
    return -1;
  database.numbers = hasher_new(DIGEST_SHA256);
  if (sqlite_open(&database, err) == 0 && add_schema(&database, err) == 0)
    status = find_tables(&database, err);
  for (size_t i = 0; i < database.n_tables && status == 0; i++)
    status = add_table(&database, database.tables[i], err);
  if (status == 0)
    status = finish(&database, err);
  sqlite_close(&database);
  hasher_free(database.numbers);
  return status;
}

const struct format format_sqlite = {
  .name = "sqlite",
  .detect = sqlite_detect,
  .read = sqlite_read,
};
