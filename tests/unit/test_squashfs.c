/* formats/squashfs: a file system made by hand after Linux's fs/squashfs/squashfs_fs.h, whatever is
 * in it uncompressed, and what may be wrong with it. Those of real programs:
 * tests/inside/squashfs.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>
#include <inttypes.h>
#include <string.h>

#include "../common/format_dump.h"
#include "base/digest.h"
#include "formats/codec.h"
#include "formats/squashfs.h"

enum {
  BLOCK = 4096,
  TAIL = 904,
  RAW = 1 << 24,   /* of the size of a block: it is not compressed */
  META = 1 << 15,  /* of the size of a block of metadata: the same */
  NONE = -1,       /* no fragment, no attributes */
  IN_FRAGMENT = 3, /* where the file's end begins */
  MORE = 20,       /* of the second fragment, which begins where the first one does */
};

/* Where things are in what was made. */
struct made {
  struct buf bytes;
  size_t data, fragment, inodes, root, file, link, device, other, list, list_end, values, sets;
  size_t fragments, owners, attributes; /* what the first block says of the tables */
};

static void put(struct buf *to, uint64_t value, unsigned size)
{
  for (unsigned i = 0; i < size; i++)
    buf_putc(to, (char)(value >> 8 * i));
}

static void set(struct made *made, size_t at, uint64_t value, unsigned size)
{
  assert_true(at + size <= made->bytes.len);
  for (unsigned i = 0; i < size; i++)
    made->bytes.ptr[at + i] = (char)(value >> 8 * i);
}

/* Ends a block of metadata that begins with its size at `at`. */
static void end_block(struct made *made, size_t at)
{
  set(made, at, META | (made->bytes.len - at - 2), 2);
}

static void put_inode(struct made *made, unsigned kind, unsigned mode, unsigned owner,
                      unsigned number)
{
  put(&made->bytes, kind, 2);
  put(&made->bytes, mode, 2);
  put(&made->bytes, owner, 2);
  put(&made->bytes, 1, 2); /* the group is the second in the table of owners */
  put(&made->bytes, 10 + number, 4);
  put(&made->bytes, number, 4);
}

static void put_numbers(struct made *made, size_t n, const uint32_t *numbers)
{
  for (size_t i = 0; i < n; i++)
    put(&made->bytes, numbers[i], 4);
}

#define NUMBERS(...)                                                                               \
  sizeof((uint32_t[]) { __VA_ARGS__ }) / sizeof(uint32_t), (uint32_t[])                            \
  {                                                                                                \
    __VA_ARGS__                                                                                    \
  }

/* The file has a block and, in a fragment, its end. */
static void put_data(struct made *made)
{
  made->data = made->bytes.len;
  for (unsigned i = 0; i < BLOCK; i++)
    buf_putc(&made->bytes, (char)('a' + i % 7));
  made->fragment = made->bytes.len;
  buf_puts(&made->bytes, "...");
  for (unsigned i = 0; i < TAIL; i++)
    buf_putc(&made->bytes, (char)('A' + i % 7));
  for (unsigned i = 0; i < MORE; i++)
    buf_putc(&made->bytes, (char)('0' + i % 7));
}

static void put_inodes(struct made *made)
{
  made->inodes = made->bytes.len;
  put(&made->bytes, 0, 2);
  made->root = made->bytes.len;
  put_inode(made, 1, 0755, 0, 1);
  put_numbers(made, NUMBERS(0, 3));
  put(&made->bytes, 0, 2); /* the list's size, which made_list sets */
  put(&made->bytes, 0, 2);
  put(&made->bytes, 9, 4);
  made->file = made->bytes.len;
  put_inode(made, 9, 04711, 1, 2);
  put(&made->bytes, made->data, 8);
  put(&made->bytes, BLOCK + TAIL, 8);
  put(&made->bytes, 0, 8);
  put_numbers(made, NUMBERS(2, 0, IN_FRAGMENT, 0, BLOCK | RAW)); /* two names, attributes 0 */
  made->link = made->bytes.len;
  put_inode(made, 10, 0777, 0, 3);
  put_numbers(made, NUMBERS(1, 2));
  buf_puts(&made->bytes, "to");
  put(&made->bytes, 1, 4); /* attributes 1 */
  made->device = made->bytes.len;
  put_inode(made, 5, 0600, 0, 4);
  put_numbers(made, NUMBERS(1, 0x01234567));
  put_inode(made, 7, 0600, 0, 5);
  put_numbers(made, NUMBERS(1));
  put_inode(made, 8, 01777, 0, 6);
  put_numbers(made, NUMBERS(2, 3, 0, 1));
  put(&made->bytes, 0, 2);
  put(&made->bytes, 0, 2);
  put(&made->bytes, (uint32_t)NONE, 4);
  made->other = made->bytes.len; /* a file that is in no list yet: list_other */
  put_inode(made, 2, 0644, 0, 7);
  put_numbers(made, NUMBERS(0, 1, IN_FRAGMENT + TAIL, MORE));
  end_block(made, made->inodes);
}

static void put_entry(struct made *made, size_t inode, int number, unsigned kind, const char *name)
{
  put(&made->bytes, inode - made->root, 2);
  put(&made->bytes, (uint64_t)(number - 1), 2);
  put(&made->bytes, kind, 2);
  put(&made->bytes, strlen(name) - 1, 2);
  buf_puts(&made->bytes, name);
}

static void put_list(struct made *made)
{
  const size_t block = made->bytes.len;
  const size_t socket = made->device + 24;

  put(&made->bytes, 0, 2);
  made->list = made->bytes.len;
  put_numbers(made, NUMBERS(5, 0, 1)); /* six entries, numbers counted from 1 */
  put_entry(made, made->file, 2, 2, "a");
  put_entry(made, made->file, 2, 2, "b");
  put_entry(made, socket + 20, 6, 1, "d");
  put_entry(made, made->link, 3, 3, "l");
  put_entry(made, made->device, 4, 5, "n");
  put_entry(made, socket, 5, 7, "s");
  made->list_end = made->bytes.len;
  set(made, made->root + 24, made->list_end - made->list + 3, 2);
  end_block(made, block);
}

/* A table: a block of metadata, then its place, which is what the first block leads to. */
static void end_table(struct made *made, size_t block, size_t from_super)
{
  end_block(made, block);
  set(made, from_super, made->bytes.len, 8);
  put(&made->bytes, block, 8);
}

static void put_attribute(struct made *made, unsigned kind, const char *name, const char *value)
{
  put(&made->bytes, kind, 2);
  put(&made->bytes, strlen(name), 2);
  buf_puts(&made->bytes, name);
  put(&made->bytes, strlen(value), 4);
  buf_puts(&made->bytes, value);
}

/* The second set has the first one's value, by its place, and one of its own, names not in order.
 */
static void put_attributes(struct made *made)
{
  size_t block = made->bytes.len;
  const size_t values = block;
  uint64_t second;

  put(&made->bytes, 0, 2);
  made->values = made->bytes.len;
  put_attribute(made, 2, "selinux", "label");
  second = made->bytes.len - made->values;
  put_attribute(made, 2, "z", "");
  put(&made->bytes, 0x100, 2);
  put(&made->bytes, 1, 2);
  buf_puts(&made->bytes, "y");
  put(&made->bytes, 8, 4);
  put(&made->bytes, 4 + strlen("selinux"), 8);
  end_block(made, block);
  block = made->bytes.len;
  put(&made->bytes, 0, 2);
  made->sets = made->bytes.len;
  put(&made->bytes, 0, 8);
  put_numbers(made, NUMBERS(1, 0));
  put(&made->bytes, second, 8);
  put_numbers(made, NUMBERS(2, 0));
  end_block(made, block);
  made->attributes = made->bytes.len;
  set(made, 56, made->attributes, 8);
  put(&made->bytes, values, 8);
  put_numbers(made, NUMBERS(2, 0));
  put(&made->bytes, block, 8);
}

static struct made make(void)
{
  struct made made = { .bytes = BUF_INIT(1 << 20) };
  size_t block;

  buf_puts(&made.bytes, "hsqs");
  put_numbers(&made, NUMBERS(6, 1000, BLOCK, 1)); /* inodes, time, size of blocks, fragments */
  put_numbers(&made, NUMBERS(1 | 12 << 16, 0x4b | 2 << 16, 4)); /* gzip; flags; owners; 4.0 */
  for (int i = 0; i < 8; i++)
    put(&made.bytes, UINT64_MAX, 8);
  set(&made, 32, 0, 8);
  put_data(&made);
  set(&made, 64, made.bytes.len, 8);
  put_inodes(&made);
  set(&made, 72, made.bytes.len, 8);
  put_list(&made);
  block = made.bytes.len;
  put(&made.bytes, 0, 2);
  made.fragments = made.bytes.len;
  put(&made.bytes, made.fragment, 8);
  put_numbers(&made, NUMBERS((IN_FRAGMENT + TAIL) | RAW, 0));
  put(&made.bytes, made.fragment, 8); /* one too many: list_other */
  put_numbers(&made, NUMBERS((IN_FRAGMENT + TAIL + MORE) | RAW, 0));
  end_table(&made, block, 80);
  block = made.bytes.len;
  put(&made.bytes, 0, 2);
  made.owners = made.bytes.len;
  put_numbers(&made, NUMBERS(0, 1000));
  end_table(&made, block, 48);
  put_attributes(&made);
  set(&made, 40, made.bytes.len, 8);
  return made;
}

/* In memory of its own size, so that reading past its end is seen. */
static void dump(struct buf *out, const struct made *made)
{
  char *copy = malloc(MAX_OF(made->bytes.len, (size_t)1));

  assert_non_null(copy);
  memcpy(copy, made->bytes.ptr, made->bytes.len);
  format_dump(out, &format_squashfs, (struct str) { copy, made->bytes.len }, STR("srv/x"));
  free(copy);
}

static void what_is_in_it(void **state)
{
  struct made made = make();
  AUTO_BUF found = BUF_INIT(1 << 20);
  AUTO_BUF wanted = BUF_INIT(1 << 20);
  AUTO_BUF content = BUF_INIT(1 << 20);
  struct digest digest;
  char hex[DIGEST_MAX_TEXT];

  (void)state;
  buf_add(&content, made.bytes.ptr + made.data, BLOCK);
  buf_add(&content, made.bytes.ptr + made.fragment + IN_FRAGMENT, TAIL);
  digest = digest_of(DIGEST_SHA256, content.ptr, content.len);
  /* Linux, new_decode_dev: 0x01234567 is 0x345 and 0x01267. */
  buf_printf(&wanted,
             "5 \".\" 755 0:1000 : 0 0:0 11.000000000\n"
             "0 \"a\" 4711 1000:1000 : 5000 0:0 12.000000000 {=squashfs.links=\"2\"}"
             " {SCHILY.xattr.security.selinux=\"label\"} %s\n"
             "1 \"b\" 4711 1000:1000 : 0 0:0 12.000000000 -> \"a\" {=squashfs.links=\"2\"}"
             " {SCHILY.xattr.security.selinux=\"label\"}\n"
             "5 \"d\" 1777 0:1000 : 0 0:0 16.000000000\n"
             "2 \"l\" 777 0:1000 : 0 0:0 13.000000000 -> \"to\" {SCHILY.xattr.security.z=\"\"}"
             " {SCHILY.xattr.user.y=\"label\"}\n"
             "3 \"n\" 600 0:1000 : 0 837:4711 14.000000000\n"
             "s \"s\" 600 0:1000 : 0 0:0 15.000000000\n"
             "compressor=\"gzip\"\nblock size=\"4096\"\nflags=\"0x004b\"\n"
             "compressor options=\"\"\ntime=\"1970-01-01T00:16:40Z\"\n",
             digest_hex(&digest, hex));
  dump(&found, &made);
  assert_string_equal(found.ptr, wanted.ptr);
  assert_false(format_squashfs.may_be_equal);
  buf_release(&made.bytes);
}

/* ---- faults ---- */

struct change {
  size_t at; /* in struct made, the place that it is counted from; SUPER: the beginning */
  unsigned more, size;
  uint64_t value;
  const char *wanted; /* the error, or "" where it is of one file: then its content has it */
};

#define SUPER SIZE_MAX
#define OF(place) offsetof(struct made, place)

static const struct change changes[] = {
  { SUPER, 28, 2, 3, "it is of another version than 4.0" },
  { SUPER, 20, 2, 9, "" },
  { SUPER, 20, 2, 3, "the library does not decompress lzo" },
  { SUPER, 16, 4, UINT32_MAX, "it has more fragments than bytes" },
  { SUPER, 40, 8, 1 << 20, "it ends early" },
  { SUPER, 64, 8, UINT64_MAX - 5, "" },
  { SUPER, 72, 8, UINT64_MAX - 5, "" },
  { SUPER, 80, 8, UINT64_MAX - 5, "" },
  { SUPER, 48, 8, UINT64_MAX - 5, "" },
  { SUPER, 56, 8, UINT64_MAX - 5, "its extended attributes lead out of it" },
  { SUPER, 32, 8, UINT64_C(1) << 48, "its root: its inodes lead out of it" },
  { OF(root), 0, 2, 2, "" },
  { OF(root), 0, 2, 15, "its root: an inode is of an unknown kind (15)" },
  { OF(root), 4, 2, 7, "its root: an owner is not in its table" },
  { OF(file), 24, 8, UINT64_C(1) << 63, "\"a\": a file is larger than files are" },
  /* As many blocks as no budget has room for. */
  { OF(file), 24, 8, UINT64_C(1) << 62, "\"a\": more comes out of it than" },
  { OF(file), 16, 8, UINT64_MAX - 5, "a block lies behind its end" },
  { OF(file), 44, 4, 1, "a fragment is not in its table" },
  { OF(file), 48, 4, UINT32_MAX, "a fragment is shorter than what is in it" },
  { OF(file), 48, 4, 4, "a fragment is shorter than what is in it" },
  { OF(file), 52, 4, 2, "its extended attributes lead out of it" },
  { OF(file), 56, 4, UINT32_MAX, "a block is larger than blocks are" },
  { OF(file), 56, 4, (BLOCK - 1) | RAW, "4095 bytes come out of a block instead of 4096" },
  { OF(file), 56, 4, BLOCK, "a block cannot be decompressed" },
  { OF(fragments), 0, 8, UINT64_MAX - 5, "a block lies behind its end" },
  { OF(fragments), 8, 4, BLOCK + 1, "a block is larger than blocks are" },
  { OF(link), 20, 4, 4097, "\"l\": the target of a link has more than 4096 bytes" },
  { OF(link), 24, 1, 0, "\"l\": the target of a link has a NUL in it" },
  { OF(device), 12, 4, 5, "a directory says other things of \"n\" than its inode" },
  { OF(list), 0, 4, UINT32_MAX, "the list of a directory is too long" },
  { OF(list), 0, 4, 6, "the list of a directory ends early" },
  { OF(list), 4, 4, 1 << 16, "\"a\": its inodes lead out of it" },
  { OF(list), 16, 2, 1, "a directory says other things of \"a\" than its inode" },
  { OF(list), 18, 2, 256, "a name in it has more than 256 bytes" },
  { OF(list), 20, 1, '/', "a name in it is none" },
  { OF(list), 20, 1, 0, "a name in it is none" },
  { OF(list), 20, 1, '.', "a name in it is none" },
  { OF(list), 20, 1, 'c', "names in a directory are not in their order" },
  { OF(list), 20, 1, 'b', "names in a directory are not in their order" },
  { OF(values), 0, 2, 3, "an extended attribute is of an unknown kind (3)" },
  { OF(values), 11, 4, UINT32_MAX, "more comes out of it than" },
  { OF(sets), 0, 8, UINT64_MAX, "its extended attributes lead out of it" },
  { OF(sets), 8, 4, UINT32_MAX, "a file has more than 4096 extended attributes" },
  /* The second set's first one as the second one: "user.y". */
  { OF(values), 20, 5, UINT64_C(0x7900010000), "a file has an extended attribute twice" },
  { OF(attributes), 0, 8, UINT64_MAX - 5, "its extended attributes lead out of it" },
  { OF(attributes), 16, 8, UINT64_MAX - 5, "" },
};

static void faults(void **state)
{
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
    const struct change *change = &changes[i];
    struct made made = make();
    AUTO_BUF found = BUF_INIT(1 << 20);
    const size_t at =
        change->at == SUPER ? 0 : *(const size_t *)(const void *)((const char *)&made + change->at);

    set(&made, at + change->more, change->value, change->size);
    dump(&found, &made);
    if (!strstr(found.ptr, change->wanted) || !strstr(found.ptr, "ERROR: "))
      fail_msg("change %zu: wanted \"%s\", found %s", i, change->wanted, found.ptr);
    buf_release(&made.bytes);
  }
}

/* A directory that is its own child, and one with two names, are no tree. */
static void directories_in_two_places(void **state)
{
  static const struct {
    size_t inode;
    int number;
  } cases[] = { { OF(root), 1 }, { 0, 6 } };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    struct made made = make();
    AUTO_BUF found = BUF_INIT(1 << 20);
    const size_t inode = cases[i].inode ? made.root : made.device + 44;

    /* Of what is named "b": inode, number, kind. */
    set(&made, made.list + 21, inode - made.root, 2);
    set(&made, made.list + 23, (uint64_t)(cases[i].number - 1), 2);
    set(&made, made.list + 25, 1, 2);
    dump(&found, &made);
    assert_string_equal(found.ptr, "ERROR: a directory lies in two places\n");
    buf_release(&made.bytes);
  }
}

/* Linux takes what it has read already for every inode of that number. */
static void two_inodes_of_one_number(void **state)
{
  struct made made = make();
  AUTO_BUF found = BUF_INIT(1 << 20);

  (void)state;
  set(&made, made.device + 12, 3, 4);
  set(&made, made.list + 12 + 4 * 9 + 2, 2, 2); /* the fifth entry's number */
  dump(&found, &made);
  assert_string_equal(found.ptr, "ERROR: two of its inodes have one number\n");
  buf_release(&made.bytes);
}

static void cut_short(void **state)
{
  struct made made = make();
  const size_t len = made.bytes.len;

  (void)state;
  for (made.bytes.len = 0; made.bytes.len < len; made.bytes.len++) {
    AUTO_BUF found = BUF_INIT(1 << 20);

    dump(&found, &made);
    assert_memory_equal(found.ptr, "ERROR: ", 7);
  }
  buf_release(&made.bytes);
}

/* With every budget up to the one that is enough: an error that says so, and nothing else. */
static void little_memory(void **state)
{
  struct made made = make();
  const struct str bytes = buf_str(&made.bytes);
  uint64_t max = 0;
  int status;

  (void)state;
  do {
    struct format_budget budget = { max };
    struct format_parts parts;
    struct error err = { 0 };

    status = format_read(&format_squashfs, &parts, bytes, STR("x"), &budget, &err);
    if (status)
      assert_int_equal(err.code, ERROR_LIMIT);
    for (size_t i = 0; status == 0 && i < parts.n_members; i++) {
      struct format_opened opened;

      if (format_open(&parts.members[i].content, &budget, &opened, &err) == 0)
        format_close(&opened);
      else
        assert_int_equal(err.code, ERROR_LIMIT);
    }
    format_release(&parts);
    max += 16;
    assert_true(max < 1 << 20);
  } while (status);
  buf_release(&made.bytes);
}

/* Two contents are told by their keys: the same where what they come out as is the same. */
static void keys(void **state)
{
  struct made made[2] = { make(), make() };
  struct format_budget budget = { 1 << 20 };
  struct format_parts parts[2];
  struct error err;

  (void)state;
  made[1].bytes.ptr[made[1].root + 8]++; /* a time, which is none of the content's */
  for (int change = 0; change < 3; change++) {
    const struct format_content *a;
    const struct format_content *b;

    for (int i = 0; i < 2; i++)
      assert_int_equal(format_read(&format_squashfs, &parts[i], buf_str(&made[i].bytes), STR("x"),
                                   &budget, &err),
                       0);
    a = &parts[0].members[1].content;
    b = &parts[1].members[1].content;
    assert_int_equal(str_equal(a->stored, b->stored), change == 0);
    format_release(&parts[0]);
    format_release(&parts[1]);
    made[1].bytes.ptr[change ? made[1].fragment + IN_FRAGMENT : made[1].data] ^= 1;
    if (change)
      made[1].bytes.ptr[made[1].data] ^= 1; /* back: the fragment alone is changed */
  }
  buf_release(&made[0].bytes);
  buf_release(&made[1].bytes);
}

/* Calls the file with a piece of the second fragment "n", instead of the device. */
static void list_other(struct made *made)
{
  const size_t entry = made->list + 12 + 4 * 9; /* the fifth, behind the head */

  set(made, 16, 2, 4); /* fragments */
  set(made, entry, made->other - made->root, 2);
  set(made, entry + 2, 6, 2); /* the number: the seventh */
  set(made, entry + 4, 2, 2);
}

/* What comes out of the member. */
static void assert_content(const struct format_parts *parts, size_t i, struct str wanted)
{
  struct format_opened opened;
  struct error err = { 0 };

  if (format_open(&parts->members[i].content, parts->budget, &opened, &err))
    fail_msg("member %zu: %s", i, err.message);
  assert_true(str_equal(opened.bytes, wanted));
  format_close(&opened);
}

/* Two entries of the table may begin at one byte: each has the bytes that its size says. */
static void fragments_at_one_place(void **state)
{
  struct made made[2] = { make(), make() };
  struct format_budget budget = { 1 << 20 };
  struct format_parts parts[2];
  struct error err;

  (void)state;
  for (int i = 0; i < 2; i++) {
    AUTO_BUF a = BUF_INIT(1 << 20);
    const size_t more = made[i].fragment + IN_FRAGMENT + TAIL;

    list_other(&made[i]);
    made[i].bytes.ptr[more] = (char)('x' + i);
    assert_int_equal(
        format_read(&format_squashfs, &parts[i], buf_str(&made[i].bytes), STR("x"), &budget, &err),
        0);
    buf_add(&a, made[i].bytes.ptr + made[i].data, BLOCK);
    buf_add(&a, made[i].bytes.ptr + made[i].fragment + IN_FRAGMENT, TAIL);
    assert_content(&parts[i], 1, buf_str(&a));
    assert_content(&parts[i], 5, (struct str) { made[i].bytes.ptr + more, MORE });
    assert_content(&parts[i], 1, buf_str(&a));
  }
  assert_true(str_equal(parts[0].members[1].content.stored, parts[1].members[1].content.stored));
  assert_false(str_equal(parts[0].members[5].content.stored, parts[1].members[5].content.stored));
  for (int i = 0; i < 2; i++) {
    format_release(&parts[i]);
    buf_release(&made[i].bytes);
  }
}

/* A fragment that cannot be decompressed leaves nothing behind for one that can, nor is the first
 * byte of the file a place of its own. */
static void fragment_of_the_first_byte(void **state)
{
  struct made made = make();
  struct format_budget budget = { 1 << 20 };
  struct format_parts parts;
  struct format_opened opened;
  AUTO_BUF a = BUF_INIT(1 << 20);
  struct error err;

  (void)state;
  list_other(&made);
  set(&made, made.fragments, 0, 8);
  set(&made, made.fragments + 16, 0, 8);
  set(&made, made.fragments + 24, IN_FRAGMENT + TAIL + MORE, 4); /* not RAW */
  assert_int_equal(
      format_read(&format_squashfs, &parts, buf_str(&made.bytes), STR("x"), &budget, &err), 0);
  buf_add(&a, made.bytes.ptr + made.data, BLOCK);
  buf_add(&a, made.bytes.ptr + IN_FRAGMENT, TAIL);
  for (int i = 0; i < 2; i++) {
    assert_content(&parts, 1, buf_str(&a));
    assert_int_equal(format_open(&parts.members[5].content, &budget, &opened, &err), -1);
    assert_non_null(strstr(err.message, "a block cannot be decompressed"));
  }
  format_release(&parts);
  buf_release(&made.bytes);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_is_in_it),
    cmocka_unit_test(faults),
    cmocka_unit_test(directories_in_two_places),
    cmocka_unit_test(two_inodes_of_one_number),
    cmocka_unit_test(cut_short),
    cmocka_unit_test(little_memory),
    cmocka_unit_test(keys),
    cmocka_unit_test(fragments_at_one_place),
    cmocka_unit_test(fragment_of_the_first_byte),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
