/* What happens where there is no memory left. */
#ifndef DIFFOCI_CLI_MEMORY_H
#define DIFFOCI_CLI_MEMORY_H

/* Makes libraries that do not always check their allocations end the program as ours do: one line
 * and status 2, never a half-made document or a digest of nothing. To be called before any other
 * function of theirs. (libcurl is told when it is loaded; zstd, zlib, libyaml, nghttp2 and
 * protobuf-c check.) */
void memory_guard_libraries(void);

#endif
