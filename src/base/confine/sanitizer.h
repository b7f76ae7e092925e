/* Whether a sanitizer is built in: their shadow memory takes terabytes of address space, so that
 * it is no measure of memory. */
#ifndef DIFFOCI_BASE_CONFINE_SANITIZER_H
#define DIFFOCI_BASE_CONFINE_SANITIZER_H

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer) ||                         \
    __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

#endif
