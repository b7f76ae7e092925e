#include "formats/tar_number.h"

#include "tar/header.h"
#include "tar/tar.h"

const struct format_rule tar_rule_number = { "tar-1", FORMAT_WRITTEN,
                                             "how numbers and the type are written" };
static const struct format_rule rule_number_end = { "tar-1", FORMAT_WRITTEN,
                                                    "what stands behind numbers" };
static const struct format_rule rule_sum = { "tar-4", FORMAT_FORM, "checksums, which are right" };
static const struct format_rule rule_zeros = { "tar-5", FORMAT_WRITTEN,
                                               "zeros that fill up blocks and end the archive" };

enum { CHECKSUM = 148, CHECKSUM_LEN = 8 };

void tar_account_zeros(struct format_parts *parts, uint64_t from, uint64_t to)
{
  const char *bytes = parts->bytes.ptr;
  uint64_t at = from;

  while (at < to && !bytes[at])
    at++;
  format_account(parts, from, at - from, &rule_zeros);
}

static bool is_padding(char c)
{
  return c == ' ' || c == '\0';
}

/* Where its digits lie, without zeros before them, if all programs read them so. */
static bool find_digits(const char *field, size_t len, size_t *from, size_t *to)
{
  *from = 0;
  *to = len;
  while (*to && is_padding(field[*to - 1]))
    --*to;
  while (*from < *to && field[*from] == ' ')
    ++*from;
  for (size_t i = *from; i < *to; i++)
    if (field[i] < '0' || field[i] > '7')
      return false;
  while (*from < *to && field[*from] == '0')
    ++*from;
  return *to || field[0] != ' ';
}

static bool is_base_256(const char *field)
{
  return (unsigned char)field[0] & 0x80;
}

bool tar_number_is_one(struct str field)
{
  size_t from;
  size_t to;

  return is_base_256(field.ptr) || find_digits(field.ptr, field.len, &from, &to);
}

void tar_account_number(struct format_parts *parts, uint64_t at, size_t len,
                        const struct format_rule *rule)
{
  const char *field = parts->bytes.ptr + at;
  size_t from;
  size_t to;

  if (is_base_256(field)) {
    format_account(parts, at, 1, &tar_rule_number);
    format_account(parts, at + 1, len - 1, rule);
  } else if (find_digits(field, len, &from, &to)) {
    format_account(parts, at, from, &tar_rule_number);
    format_account(parts, at + from, to - from, rule);
    format_account(parts, at + to, len - to, &rule_number_end);
  }
}

void tar_account_sum(struct format_parts *parts, uint64_t header)
{
  const unsigned char *block = (const unsigned char *)parts->bytes.ptr + header;
  int64_t sum = CHECKSUM_LEN * ' ';
  int64_t said;

  for (size_t i = 0; i < TAR_UNIT; i++)
    sum += i < CHECKSUM || i >= CHECKSUM + CHECKSUM_LEN ? block[i] : 0;
  if (tar_number(block + CHECKSUM, CHECKSUM_LEN, &said) && said == sum)
    tar_account_number(parts, header + CHECKSUM, CHECKSUM_LEN, &rule_sum);
}
