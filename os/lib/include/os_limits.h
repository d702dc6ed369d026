/* What the kernel's thread component and its users agree on. */
#ifndef OS_LIMITS_H
#define OS_LIMITS_H

/* Storage that belongs to each thread; port.h asserts that it is the same there. */
#ifndef PORT_THREAD_SLOT_BYTES
#define PORT_THREAD_SLOT_BYTES 200
#endif

#endif
