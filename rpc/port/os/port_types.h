/* The kernel: threads and synchronisation are its components, found by name. Sizes for a small board. */
#ifndef PORT_TYPES_H
#define PORT_TYPES_H

#include <os/synchro.idl.h>

struct port_mutex {
    struct synchro_mutex mutex;
};

struct port_condition {
    struct synchro_condition condition;
};

#define PORT_MUTEX_INIT           \
    {                             \
        .mutex = {.owner = NULL } \
    }
#define PORT_CONDITION_INIT                        \
    {                                              \
        .condition = {.waiting = {.first = NULL} } \
    }

#define PORT_WORKERS 3
#define PORT_MAX_RUNNING 8
#define PORT_MAX_DEPTH 4
#define PORT_MAX_JOBS 64
#define PORT_MAX_LINKS 8
#define PORT_MAX_EXPORTS 128
#define PORT_MAX_IMPORTS 128
#define PORT_MAX_CLASSES 16
#define PORT_MAX_CALLS 16
#define PORT_IMPORT_BUCKETS 32
#define PORT_MAX_ACTIVATIONS 2
#define PORT_ACTIVATIONS_PER_SECOND 16
#define PORT_FRAME_BYTES 2048
#define PORT_MAX_MESSAGE_BYTES 34816
#define PORT_WINDOW_BYTES 34816
#define PORT_MAX_SCRATCH_BYTES 8192
#define PORT_INLINE_REQUEST_BYTES 128
#define PORT_LINGER_NS 4000000
#define PORT_UDP_WINDOW 8
#define PORT_UDP_QUEUE 8
#define PORT_UDP_PEERS 16

#endif
