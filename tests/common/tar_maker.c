#include "tar_maker.h"

#include <stdio.h>
#include <stdlib.h>

static void put_text(unsigned char *field, size_t size, const char *text)
{
  if (text)
    memcpy(field, text, MIN_OF(strlen(text), size));
}

/* size - 1 octal digits and a NUL. */
static void put_octal(unsigned char *field, size_t size, unsigned long long value)
{
  field[--size] = '\0';
  for (; size > 0; value /= 8)
    field[--size] = (unsigned char)('0' + value % 8);
}

void tar_make_checksum(unsigned char block[512])
{
  unsigned sum = 0;

  memset(block + 148, ' ', 8);
  for (int i = 0; i < 512; i++)
    sum += block[i];
  put_octal(block + 148, 7, sum);
}

static void put_later_fields(unsigned char *block, const struct tar_item *item)
{
  memcpy(block + 257, item->magic == MAGIC_GNU ? "ustar  " : "ustar\00000", 8);
  put_text(block + 265, 32, item->user_name);
  put_text(block + 297, 32, item->group_name);
  put_octal(block + 329, 8, item->major);
  put_octal(block + 337, 8, item->minor);
  put_text(block + 345, 155, item->prefix);
  if (item->magic == MAGIC_STAR)
    memcpy(block + 508, "tar", 4);
}

static void pad(struct buf *out, size_t len)
{
  static const char zeros[512];

  buf_add(out, zeros, -len % 512);
}

void tar_make(struct buf *out, const struct tar_item *item)
{
  unsigned char block[512] = { 0 };

  put_text(block, 100, item->name);
  put_octal(block + 100, 8, item->mode ? item->mode : 0644);
  put_octal(block + 108, 8, item->uid);
  put_octal(block + 116, 8, item->gid);
  put_octal(block + 124, 12, item->has_size ? item->size : item->content.len);
  put_octal(block + 136, 12, item->mtime);
  block[156] = (unsigned char)(item->type == TYPE_NUL ? '\0' : item->type ? item->type : '0');
  put_text(block + 157, 100, item->link_name);
  if (item->magic != MAGIC_V7)
    put_later_fields(block, item);
  for (size_t i = 0; i < ARRAY_LEN(item->patches); i++)
    if (item->patches[i].bytes.len)
      memcpy(block + item->patches[i].at, item->patches[i].bytes.ptr, item->patches[i].bytes.len);
  tar_make_checksum(block);
  buf_add(out, block, sizeof(block));
  buf_add_str(out, item->content);
  pad(out, item->content.len);
}

void tar_make_pax_body(struct buf *out, char type, struct str body)
{
  tar_make(out, &(struct tar_item) { .name = "PaxHeaders.0/x", .type = type, .content = body });
}

void tar_make_record(struct buf *body, struct str key, struct str value)
{
  size_t len = key.len + value.len + 3;
  size_t digits = 1;
  char number[32];

  while ((size_t)snprintf(number, sizeof(number), "%zu", len + digits) > digits)
    digits++;
  buf_puts(body, number);
  buf_putc(body, ' ');
  buf_add_str(body, key);
  buf_putc(body, '=');
  buf_add_str(body, value);
  buf_putc(body, '\n');
}

void tar_make_pax(struct buf *out, int type, ...)
{
  AUTO_BUF body = BUF_INIT(2 << 20);
  va_list args;
  const char *key;

  va_start(args, type);
  while ((key = va_arg(args, const char *)) != NULL)
    tar_make_record(&body, str_of(key), str_of(va_arg(args, const char *)));
  va_end(args);
  tar_make_pax_body(out, (char)type, buf_str(&body));
}

void tar_make_end(struct buf *out)
{
  static const char zeros[1024];

  buf_add(out, zeros, sizeof(zeros));
}

static int memory_next(void *context, struct block **out, struct error *err)
{
  struct tar_memory *memory = context;
  size_t n = MIN_OF(MIN_OF(memory->piece, (size_t)BLOCK_SIZE), memory->rest.len);
  struct block *block;

  if (!n && memory->fails)
    return error_set(err, ERROR_NETWORK, "the connection broke");
  *out = NULL;
  if (!n)
    return 0;
  block = block_new();
  memcpy(block->bytes, memory->rest.ptr, n);
  block->len = n;
  memory->rest = str_skip(memory->rest, n);
  *out = block;
  return 0;
}

struct block_source tar_memory_source(struct tar_memory *memory)
{
  return (struct block_source) { .next = memory_next, .context = memory };
}
