#include "evidence/public_key.h"

#include <ctype.h>
#include <string.h>

#include "base/macros.h"
#include "base/path.h"

struct public_key {
  struct str kind, key, comment;
};

static bool is_named_as_key(struct str path)
{
  const struct str name = path_name(path);

  return str_has_suffix(name, STR("_key.pub")) ||
         (str_has_prefix(name, STR("id_")) && str_has_suffix(name, STR(".pub")));
}

static bool is_kind(struct str word)
{
  static const char *const kinds[] = { "ssh-rsa",
                                       "ssh-dss",
                                       "ssh-ed25519",
                                       "ecdsa-sha2-nistp256",
                                       "ecdsa-sha2-nistp384",
                                       "ecdsa-sha2-nistp521",
                                       "sk-ssh-ed25519@openssh.com",
                                       "sk-ecdsa-sha2-nistp256@openssh.com" };

  for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
    if (str_equal(word, str_of(kinds[i])))
      return true;
  return false;
}

static bool is_base64(struct str word)
{
  while (word.len && word.ptr[word.len - 1] == '=')
    word.len--;
  for (size_t i = 0; i < word.len; i++)
    if (!isalnum((unsigned char)word.ptr[i]) && word.ptr[i] != '+' && word.ptr[i] != '/')
      return false;
  return str_has_prefix(word, STR("AAAA")); /* the length of the kind's name */
}

/* The text up to a space, which is taken off with it. */
static struct str take_word(struct str *text)
{
  const char *end = text->len ? memchr(text->ptr, ' ', text->len) : NULL;
  const struct str word = { text->ptr, end ? (size_t)(end - text->ptr) : text->len };

  *text = str_skip(*text, word.len + (end ? 1 : 0));
  return word;
}

/* One line, with or without its end. */
static bool take_key(struct str content, struct public_key *out)
{
  if (content.len && content.ptr[content.len - 1] == '\n')
    content.len--;
  if (!content.len || memchr(content.ptr, '\n', content.len))
    return false;
  out->kind = take_word(&content);
  out->key = take_word(&content);
  out->comment = content;
  return is_kind(out->kind) && is_base64(out->key);
}

/* "USER@HOST", as ssh-keygen writes it. */
static bool take_host(struct str comment, struct str *user, struct str *host)
{
  const char *at = comment.len ? memchr(comment.ptr, '@', comment.len) : NULL;

  if (!at || memchr(comment.ptr, ' ', comment.len))
    return false;
  *user = (struct str) { comment.ptr, (size_t)(at - comment.ptr) };
  *host = str_skip(comment, user->len + 1);
  return true;
}

bool public_key_look(const struct str content[2], const struct content_file *file,
                     struct arena *arena, struct content_evidence *out)
{
  struct public_key keys[2];
  struct str users[2];
  struct str hosts[2] = { { NULL, 0 }, { NULL, 0 } };

  if (!is_named_as_key(file->path) || !take_key(content[0], &keys[0]) ||
      !take_key(content[1], &keys[1]) || !str_equal(keys[0].kind, keys[1].kind) ||
      str_equal(keys[0].key, keys[1].key))
    return false;
  if (!str_equal(keys[0].comment, keys[1].comment) &&
      !(take_host(keys[0].comment, &users[0], &hosts[0]) &&
        take_host(keys[1].comment, &users[1], &hosts[1]) && str_equal(users[0], users[1])))
    return false;
  content_assume(out, arena, "generated-key", hosts[0].ptr ? "comment" : "", hosts[0], hosts[1]);
  return true;
}
