/* Included by the compiler command line before every source file: functions that cannot be used
 * safely, or whose errors cannot be seen, do not compile. The system headers that declare them come
 * first, so that only our own uses are poisoned. */
#ifndef DIFFOCI_BASE_BANNED_H
#define DIFFOCI_BASE_BANNED_H

#include <alloca.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#undef strcpy
#undef strcat
#undef strncpy
#undef strncat
#undef strtok
#undef sprintf
#undef vsprintf
#undef alloca
#undef strdupa
#undef strndupa
#pragma GCC poison strcpy strcat strncpy strncat strtok sprintf vsprintf gets atoi atol atoll atof
#pragma GCC poison alloca strdupa strndupa

#endif
