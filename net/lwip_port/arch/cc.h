/* What lwIP asks of a compiler and host; on port.h, so that it is the same everywhere. */
#ifndef LWIP_ARCH_CC_H
#define LWIP_ARCH_CC_H

#include <stdint.h>
#include <stddef.h>

#define LWIP_NO_INTTYPES_H 1
#define LWIP_NO_CTYPE_H 1
#define LWIP_NO_UNISTD_H 1
#define LWIP_NO_LIMITS_H 1
typedef __PTRDIFF_TYPE__ ssize_t; /* the same type as in a hosted sys/types.h */
#define INT_MAX __INT_MAX__
#define SSIZE_MAX __INT_MAX__
#define X8_F "02x"
#define U16_F "u"
#define S16_F "d"
#define X16_F "x"
#define U32_F "u"
#define S32_F "d"
#define X32_F "x"
#define SZT_F "u"

void lwip_port_assert(const char *message) __attribute__((noreturn));
uint32_t lwip_port_random(void);

/* TCP's window for every connection; does not change once there are any. */
extern uint16_t lwip_port_window_bytes;

#define LWIP_PLATFORM_DIAG(x)
#define LWIP_PLATFORM_ASSERT(message) lwip_port_assert(message)
#define LWIP_RAND() lwip_port_random()
#define LWIP_CHKSUM_ALGORITHM 3

#endif
