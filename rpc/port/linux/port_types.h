/* Linux: threads are pthreads. Sizes for a machine with memory. */
#ifndef PORT_TYPES_H
#define PORT_TYPES_H

#include <pthread.h>

struct port_mutex {
    pthread_mutex_t mutex;
};

struct port_condition {
    pthread_cond_t condition;
};

#define PORT_MUTEX_INIT           \
    {                             \
        PTHREAD_MUTEX_INITIALIZER \
    }
#define PORT_CONDITION_INIT      \
    {                            \
        PTHREAD_COND_INITIALIZER \
    }

#define PORT_WORKERS 4
#define PORT_MAX_RUNNING 64
#define PORT_MAX_DEPTH 8
#define PORT_MAX_JOBS 1024
#define PORT_MAX_LINKS 64
#define PORT_MAX_EXPORTS 1024
#define PORT_MAX_IMPORTS 1024
#define PORT_MAX_CLASSES 32
#define PORT_MAX_CALLS 256
#define PORT_IMPORT_BUCKETS 256
#define PORT_MAX_ACTIVATIONS 8
#define PORT_ACTIVATIONS_PER_SECOND 32
#define PORT_FRAME_BYTES 8192
#define PORT_MAX_MESSAGE_BYTES 66560
#define PORT_WINDOW_BYTES 262144
#define PORT_MAX_SCRATCH_BYTES 65536
#define PORT_INLINE_REQUEST_BYTES 256
#define PORT_LINGER_NS 1000000
#define PORT_UDP_WINDOW 32
#define PORT_UDP_QUEUE 64
#define PORT_UDP_PEERS 256

#endif
