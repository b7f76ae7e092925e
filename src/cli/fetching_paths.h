/* The files that speaking to hosts takes. */
#ifndef DIFFOCI_CLI_FETCHING_PATHS_H
#define DIFFOCI_CLI_FETCHING_PATHS_H

#include <stddef.h>

/* Files, and directories with all below them, which need not be there. Begins as zeroes. */
struct fetching_paths {
  char **items; /* owned, and so is each */
  size_t n, room;
};

/* Adds a copy; NULL and "" are left out. */
void fetching_paths_add(struct fetching_paths *paths, const char *path);
/* Adds where libraries, settings and certificates are, of the system and as the environment says,
 * and ca_file (NULL: none). Where certificates and settings are found by the directory, also what
 * symbolic links in it lead to. */
void fetching_paths_find(struct fetching_paths *paths, const char *ca_file);
void fetching_paths_release(struct fetching_paths *paths);

#endif
