#include "evidence/debugging.h"

#include "base/macros.h"

/* sh_flags, of which none may be set (elf(5)). */
enum { SHF_WRITE = 1, SHF_ALLOC = 2, SHF_EXECINSTR = 4 };

static bool is_named_so(struct str name)
{
  static const char *const names[] = { ".comment", ".strtab", ".stab", ".stabstr", ".line" };

  for (size_t i = 0; i < ARRAY_LEN(names); i++)
    if (str_equal(name, str_of(names[i])))
      return true;
  return str_has_prefix(name, STR(".debug_")) || str_has_prefix(name, STR(".zdebug_"));
}

/* A hexadecimal number behind "0x", as the reader writes it. */
static bool is_loaded(struct str flags)
{
  const char last = (char)(flags.len > 2 ? flags.ptr[flags.len - 1] : 'f');
  const int value = last >= 'a' ? last - 'a' + 10 : last - '0';

  return value & (SHF_WRITE | SHF_ALLOC | SHF_EXECINSTR);
}

/* The name in a row is that of the file, "!/", and its own. */
static struct str section_name(struct str name)
{
  const char *slash = name.ptr && name.len ? memrchr(name.ptr, '/', name.len) : NULL;

  return slash && slash > name.ptr && slash[-1] == '!'
             ? str_skip(name, (size_t)(slash + 1 - name.ptr))
             : name;
}

bool debugging_is(const struct tar_entry *member)
{
  bool is_section = false;

  for (size_t i = 0; i < member->n_records; i++) {
    const struct tar_record *record = &member->records[i];

    if (str_equal(record->key, STR(TAR_RECORD_OF_MEMBER "elf.in-segment")) ||
        str_equal(record->key, STR(TAR_RECORD_OF_MEMBER "elf.used-by")))
      return false;
    if (!str_equal(record->key, STR(TAR_RECORD_OF_MEMBER "elf.flags")))
      continue;
    if (is_loaded(record->value))
      return false;
    is_section = true;
  }
  return is_section && is_named_so(section_name(member->name));
}
