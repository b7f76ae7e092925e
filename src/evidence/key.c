#include "evidence/key.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/macros.h"
#include "base/path.h"

enum { KEY_REACH = 1024 }; /* bytes before a value in which its key is looked for */

static bool words_holds(struct str s, const char *word)
{
  const size_t len = strlen(word);

  for (size_t i = 0; i + len <= s.len; i++)
    if (strncasecmp(s.ptr + i, word, len) == 0)
      return true;
  return false;
}

static bool ends_in(struct str s, const char *word)
{
  const size_t len = strlen(word);

  return s.len >= len && strncasecmp(s.ptr + s.len - len, word, len) == 0;
}

static bool is_key_char(char c)
{
  return isalnum((unsigned char)c) || c == '_' || c == '-' || c == '.';
}

struct str key_before(struct str before)
{
  size_t end;
  size_t from;

  if (before.len > KEY_REACH)
    before = str_skip(before, before.len - KEY_REACH);
  end = before.len;
  while (end && !isalpha((unsigned char)before.ptr[end - 1]) &&
         !strchr("{},;[]()", before.ptr[end - 1]))
    end--;
  from = end;
  while (from && is_key_char(before.ptr[from - 1]))
    from--;
  return (struct str) { before.ptr + from, end - from };
}

static bool is_number(struct str s)
{
  for (size_t i = 0; i < s.len; i++)
    if (!isdigit((unsigned char)s.ptr[i]))
      return false;
  return s.len > 0;
}

/* A name as hosts and users have: no spaces, nothing that a program would act on. */
static bool is_name(struct str s)
{
  for (size_t i = 0; i < s.len; i++)
    if (!is_key_char(s.ptr[i]) && s.ptr[i] != '@')
      return false;
  return s.len > 0 && s.len <= 255;
}

static bool is_random(struct str s)
{
  size_t n_digits = 0;

  for (size_t i = 0; i < s.len; i++) {
    if (!isxdigit((unsigned char)s.ptr[i]))
      return false;
    n_digits += isdigit((unsigned char)s.ptr[i]) != 0;
  }
  return s.len >= 8 && n_digits > 0;
}

static bool is_job_count(struct str s)
{
  return s.len >= 2 && s.ptr[0] == 'j' && is_number(str_skip(s, 1));
}

/* Who made something; but not by which program: "Created-By" of a JAR's manifest is the version of
 * the JDK (JAR File Specification, "Main Attributes"). */
static bool names_maker(struct str key, const struct str value[2])
{
  for (int side = 0; side < 2; side++)
    if (!isalpha((unsigned char)value[side].ptr[0]) && value[side].ptr[0] != '_')
      return false;
  if (words_holds(key, "created") || words_holds(key, "generat"))
    return false;
  return words_holds(key, "user") || words_holds(key, "logname") || words_holds(key, "builder") ||
         ends_in(key, "_by") || ends_in(key, "-by") || (key.len == 2 && ends_in(key, "by"));
}

static const char *cause_of_key(struct str key, const struct str value[2])
{
  static const char *const counters[] = { "build_number", "build-number", "buildnumber",
                                          "build_no",     "build_id",     "counter",
                                          "run_id",       "run_number",   "pipeline",
                                          "job_id" };
  const bool numbers = is_number(value[0]) && is_number(value[1]);

  if (words_holds(key, "host") || words_holds(key, "nodename") || words_holds(key, "node_name"))
    return "embedded-host";
  if (numbers &&
      (words_holds(key, "jobs") || words_holds(key, "nproc") || words_holds(key, "ncpu") ||
       words_holds(key, "cpus") || words_holds(key, "parallel")))
    return "embedded-jobs";
  for (size_t i = 0; i < ARRAY_LEN(counters) && numbers; i++)
    if (words_holds(key, counters[i]))
      return "build-number";
  if (numbers && (ends_in(key, "build") || ends_in(key, "number")))
    return "build-number";
  if (names_maker(key, value))
    return "embedded-user";
  if (is_random(value[0]) && is_random(value[1]) && value[0].len == value[1].len &&
      (ends_in(key, "id") || words_holds(key, "salt") || words_holds(key, "nonce") ||
       words_holds(key, "seed")))
    return "random-id";
  return NULL;
}

bool key_names_secret(struct str key)
{
  static const char *const words[] = {
    "secret", "salt", "nonce", "seed", "cookie", "token", "key"
  };

  for (size_t i = 0; i < ARRAY_LEN(words); i++)
    if (words_holds(key, words[i]))
      return true;
  return ends_in(key, "id");
}

/* The word that a name begins with, up to a sign or to a letter that begins another one. */
static size_t word_length(struct str key)
{
  size_t n = 0;

  while (n < key.len && isalnum((unsigned char)key.ptr[n]) &&
         !(n && isupper((unsigned char)key.ptr[n]) && islower((unsigned char)key.ptr[n - 1])))
    n++;
  return n;
}

static bool is_any_of(struct str word, const char *const *words, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if (word.len == strlen(words[i]) && strncasecmp(word.ptr, words[i], word.len) == 0)
      return true;
  return false;
}

struct str key_take_word(struct str *key)
{
  const struct str word = { key->ptr, word_length(*key) };

  *key = str_skip(*key, word.len ? word.len : 1);
  return word;
}

bool key_has_word(struct str key, const char *const *words, size_t n)
{
  while (key.len)
    if (is_any_of(key_take_word(&key), words, n))
      return true;
  return false;
}

bool key_all_words(struct str key, const char *const *words, size_t n)
{
  while (key.len) {
    const struct str word = key_take_word(&key);

    if (word.len && !is_any_of(word, words, n))
      return false;
  }
  return true;
}

const char *key_cause(struct str before, const struct str value[2], struct str path)
{
  const struct str key = key_before(before);

  if (!is_name(value[0]) || !is_name(value[1]))
    return NULL;
  if (is_job_count(value[0]) && is_job_count(value[1]) && str_has_suffix(before, STR("-")))
    return "embedded-jobs";
  return cause_of_key(key.len ? key : path_name(path), value);
}
