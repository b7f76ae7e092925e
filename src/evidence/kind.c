#include "evidence/kind.h"

#include "base/macros.h"

static const struct kind {
  size_t at; /* where the mark stands */
  struct str mark;
  const char *id;
} kinds[] = {
  { 0, STR("# v2 git bundle\n"), "git-metadata" }, /* gitformat-bundle(5) */
  { 0, STR("# v3 git bundle\n"), "git-metadata" },
  { 1080, STR("\x53\xef"), "filesystem-image" },                /* ext2 to ext4: s_magic, ext4(5) */
  { 0x8001, STR("CD001"), "filesystem-image" },                 /* ISO 9660, 8.4.2 */
  { 0, STR("-----BEGIN PRIVATE KEY-----\n"), "generated-key" }, /* RFC 7468, and PEM before it */
  { 0, STR("-----BEGIN RSA PRIVATE KEY-----\n"), "generated-key" },
  { 0, STR("-----BEGIN EC PRIVATE KEY-----\n"), "generated-key" },
  { 0, STR("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"), "generated-key" },
  { 0, STR("-----BEGIN OPENSSH PRIVATE KEY-----\n"), "generated-key" },
  { 0, STR("-----BEGIN DH PARAMETERS-----\n"), "generated-key" },
  /* PKCS #12 (RFC 7292): a sequence of up to 64 KiB, that begins with the version 3. */
  { 4, STR("\2\1\3\x30"), "generated-key" },
  { 4, STR("\2\1\0\x30"), "generated-key" }, /* PKCS #8 (RFC 5958): of version 0 */
  { 4, STR("\2\1\0\2\x82"),
    "generated-key" }, /* PKCS #1 (RFC 8017, A.1.2), of more than 255 bytes */
  /* Java's keystore with one entry, which is a private key. */
  { 0, STR("\xfe\xed\xfe\xed\0\0\0\2\0\0\0\1\0\0\0\1"), "generated-key" },
  { 0, STR("oncg"), "coverage-stamp" }, /* gcov: GCOV_NOTE_MAGIC, … */
  { 0, STR("gcno"), "coverage-stamp" }, /* … as machines of either order write it, */
  { 0, STR("adcg"), "coverage-stamp" }, /* … GCOV_DATA_MAGIC */
  { 0, STR("gcda"), "coverage-stamp" },
  { 0, STR("gpch"), "precompiled-header" },          /* gcc/c-family/c-pch.cc */
  { 0, STR("CPCH"), "precompiled-header" },          /* clang: "AST file format" */
  { 0, STR("7z\xbc\xaf\x27\x1c"), "archive-times" }, /* 7zFormat.txt */
  { 0, STR("Rar!\x1a\7"), "archive-times" },         /* RAR 1.5 to 7 */
  { 0, STR("MSCF\0\0\0\0"), "archive-times" },       /* [MS-CAB], CFHEADER */
  { 54, STR("FAT1"), "filesystem-image" },           /* FAT12, FAT16: BS_FilSysType */
  { 82, STR("FAT32"), "filesystem-image" },
  { 0, STR("hsqs"), "squashfs-inside" },                 /* squashfs: s_magic */
  { 0, STR("\x45\x3d\xcd\x28"), "filesystem-image" },    /* cramfs: CRAMFS_MAGIC */
  { 1024, STR("\xe2\xe1\xf5\xe0"), "filesystem-image" }, /* erofs: EROFS_SUPER_MAGIC_V1 */
  { 0, STR("XFSB"), "filesystem-image" },                /* xfs: sb_magicnum */
  { 0x10040, STR("_BHRfS_M"), "filesystem-image" },      /* btrfs: magic */
  { 0, STR("\xed\xab\xee\xdb"), "rpm-package" },         /* rpm: the lead's magic */
  { 12, STR("\x61\x15\x06\0"), "database-file" },        /* Berkeley DB: DB_HASHMAGIC, … */
  { 12, STR("\x62\x31\x05\0"), "database-file" },        /* … DB_BTREEMAGIC, */
  { 12, STR("\x53\x22\x04\0"), "database-file" },        /* … DB_QAMMAGIC */
  { 0, STR("\xcd\x9a\x57\x13"), "database-file" },       /* gdbm: GDBM_MAGIC32, … */
  { 0, STR("\xce\x9a\x57\x13"), "database-file" },       /* … GDBM_OMAGIC, */
  { 0, STR("\xcf\x9a\x57\x13"), "database-file" },       /* … GDBM_MAGIC64, … */
  { 0, STR("\xd0\x9a\x57\x13"), "database-file" },       /* … GDBM_NUMSYNC_MAGIC32, */
  { 0, STR("\xd1\x9a\x57\x13"), "database-file" },       /* … GDBM_NUMSYNC_MAGIC64 */
};

static bool is_of_kind(struct str content, const struct kind *kind)
{
  return content.len >= kind->at + kind->mark.len &&
         memcmp(content.ptr + kind->at, kind->mark.ptr, kind->mark.len) == 0;
}

const char *kind_cause(const struct str content[2])
{
  for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
    if (is_of_kind(content[0], &kinds[i]) && is_of_kind(content[1], &kinds[i]))
      return kinds[i].id;
  return NULL;
}
