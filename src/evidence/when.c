#include "evidence/when.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/macros.h"
#include "evidence/key.h"

enum {
  WORDS_BEFORE = 6,     /* of a value that are looked at */
  TEXT_BEFORE = 64,     /* bytes of it that are */
  LINE_BEFORE = 4096,   /* the same of a line, however long that is, … */
  BRACKETS_BEFORE = 32, /* … and how many brackets are gone out of */
};

static bool holds_any(struct str s, const char *const *words, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    const size_t len = strlen(words[i]);

    for (size_t at = 0; at + len <= s.len; at++)
      if (strncasecmp(s.ptr + at, words[i], len) == 0)
        return true;
  }
  return false;
}

static bool bounds(struct str word)
{
  static const char *const words[] = { "from",  "to",    "min",  "not",   "next",
                                       "newer", "older", "than", "rotate" };

  return key_has_word(word, words, ARRAY_LEN(words));
}

/* Whether the word, the last one of what stands before a value, is what the value is called:
 * "from: 2026-11-28", and not "generated from 2026-11-28". */
static bool is_assigned(struct str word, struct str before)
{
  const char *behind = word.ptr + word.len;
  const struct str rest = { behind, (size_t)(before.ptr + before.len - behind) };

  return rest.len && (memchr(rest.ptr, '=', rest.len) || memchr(rest.ptr, ':', rest.len));
}

/* Of words in one name, those that make a bound of it: "date_from", "not-newer". Words of their own
 * may say anything ("generated from"). */
static bool is_bounding(struct str word)
{
  size_t n = 0;

  while (n < word.len && word.ptr[n] >= 'a' && word.ptr[n] <= 'z')
    n++;
  return n < word.len && bounds(word);
}

static bool when_rules(struct str word)
{
  static const char *const parts[] = {
    "expir",  "valid",   "until",   "deadline",  "not_before", "notbefore", "not_after", "notafter",
    "since",  "timeout", "schedul", "interval",  "cutoff",     "release",   "max",       "limit",
    "start",  "begin",   "birth",   "lifetime",  "retention",  "renew",     "due",       "embargo",
    "sunset", "revok",   "activat", "effective", "freeze",     "trigger",   "refresh",   "calendar",
  };
  static const char *const whole[] = { "before", "after", "end", "ends", "ttl",
                                       "exp",    "nbf",   "eol", "till" };

  return holds_any(word, parts, ARRAY_LEN(parts)) || key_has_word(word, whole, ARRAY_LEN(whole)) ||
         is_bounding(word);
}

/* What a value is that is used, or a number that is none of seconds: only as the name right before
 * it, since "version 1.2 of 2026-11-28" says a date all the same. */
static bool when_picks(struct str word)
{
  static const char *const whole[] = { "version", "tag",    "channel", "image", "snapshot",
                                       "nightly", "serial", "seq",     "uid",   "gid",
                                       "port",    "pin",    "pinned",  "block", "threshold" };

  return key_has_word(word, whole, ARRAY_LEN(whole));
}

/* Words that say no more of a time than that it is one, or whose: of a page, in seconds. */
static bool when_adds_nothing(struct str word)
{
  static const char *const words[] = {
    "date", "dates",    "day",     "time",     "timestamp",      "stamp", "at",      "on",
    "when", "utc",      "gmt",     "iso",      "iso8601",        "epoch", "unix",    "s",
    "sec",  "secs",     "seconds", "ms",       "millis",         "the",   "was",     "last",
    "page", "document", "file",    "html",     "article",        "dc",    "dcterms", "og",
    "pot",  "po",       "org",     "label",    "opencontainers", "image", "schema",  "x",
    "bnd",  "d",        "source",  "revision",
  };

  return key_all_words(word, words, ARRAY_LEN(words));
}

/* Whether the name says that something was made then, and nothing else: a name with any other word
 * in it ("build_window", "update_at", "created_hold") may be that of a time which is asked for. */
static bool when_makes(struct str word)
{
  static const char *const makers[] = { "build",         "built",       "rebuilt",   "buildtime",
                                        "builddate",     "buildstamp",  "compiled",  "compilation",
                                        "created",       "creation",    "generated", "packaged",
                                        "modified",      "updated",     "rendered",  "printed",
                                        "produced",      "made",        "mtime",     "dated",
                                        "lastmodified",  "lastupdated", "lastmod",   "creationdate",
                                        "buildtimestamp" };
  bool makes = false;

  while (word.len) {
    const struct str part = key_take_word(&word);

    if (!part.len || when_adds_nothing(part))
      continue;
    if (!key_has_word(part, makers, ARRAY_LEN(makers)))
      return false;
    makes = true;
  }
  return makes;
}

static bool when_is_time(struct str word)
{
  static const char *const whole[] = { "time",  "t",         "ts",    "when", "ctime",
                                       "utime", "timestamp", "stamp", "date", "epoch" };

  return key_has_word(word, whole, ARRAY_LEN(whole));
}

/* Goes out of the brackets that were opened last: '"expires": {"at": ' is about what expires. */
static bool leave_brackets(struct str *before)
{
  size_t n = before->len;

  while (n && !(isalnum((unsigned char)before->ptr[n - 1]) ||
                (before->ptr[n - 1] && strchr("{[", before->ptr[n - 1]))))
    n--;
  if (!n || isalnum((unsigned char)before->ptr[n - 1]))
    return false;
  before->len = n - 1;
  return true;
}

enum when_said when_said(struct str before)
{
  enum when_said said = WHEN_UNSAID;
  bool beside = false; /* a word was read that may say anything, or brackets were left */
  int brackets = 0;

  if (before.len > LINE_BEFORE)
    before = str_skip(before, before.len - LINE_BEFORE);
  for (int i = 0; i < WORDS_BEFORE; i++) {
    struct str word = key_before(before);

    while (!word.len && leave_brackets(&before)) {
      if (++brackets > BRACKETS_BEFORE)
        return WHEN_OTHER;
      beside = true;
      word = key_before(before);
    }
    if (!word.len)
      break;
    if (when_rules(word))
      return WHEN_OTHER;
    if (!i &&
        ((!when_makes(word) && when_picks(word)) || (is_assigned(word, before) && bounds(word))))
      return WHEN_OTHER;
    if (!beside && when_makes(word))
      said = WHEN_MADE;
    else if (!beside && said == WHEN_UNSAID && when_is_time(word))
      said = WHEN_TIME;
    beside = beside || !when_adds_nothing(word);
    before.len = (size_t)(word.ptr - before.ptr);
  }
  return said;
}

bool when_is_ruled(const char *start, const char *value)
{
  size_t n = 0;

  while (n < TEXT_BEFORE && value - n > start && value[-1 - (ptrdiff_t)n] >= ' ' &&
         value[-1 - (ptrdiff_t)n] != '\x7f')
    n++;
  return when_said((struct str) { value - n, n }) == WHEN_OTHER;
}
