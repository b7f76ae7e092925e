/* Which version of the program this is; version.c is made when it is built (scripts/version). */
#ifndef DIFFOCI_BASE_VERSION_H
#define DIFFOCI_BASE_VERSION_H

/* "1.0.0-rc+57.g0123456" (57 commits after the tag), "1.0.0-rc" for a release: semver.org. */
extern const char diffoci_version[];
/* The commit in 40 hexadecimal digits; empty where it is not known. */
extern const char diffoci_commit[];
/* "diffoci/VERSION": what servers are told. */
extern const char diffoci_user_agent[];

#endif
