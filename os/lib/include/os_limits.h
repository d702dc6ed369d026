/* What the kernel's thread component and its users agree on. */
#ifndef OS_LIMITS_H
#define OS_LIMITS_H

/* Storage that belongs to each thread, as in port.h: rpc/port/os/port.c sees both, and does not compile if
 * they differ. */
#define PORT_THREAD_SLOT_BYTES 208

#endif
