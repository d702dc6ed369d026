/*
 * The simulated port: threads are coroutines of one process, time is virtual and passes only when all of them
 * sleep. The sizes are small, so that tests reach the limits.
 */
#ifndef PORT_TYPES_H
#define PORT_TYPES_H

struct sim_thread;

struct port_mutex {
    struct sim_thread *owner;
    struct sim_thread *waiting;    /* first of a list */
    struct port_mutex *next_owned; /* of the same owner */
};

struct port_condition {
    struct sim_thread *waiting; /* first of a list */
};

#define PORT_MUTEX_INIT  \
    {                    \
        NULL, NULL, NULL \
    }
#define PORT_CONDITION_INIT \
    {                       \
        NULL                \
    }

#define PORT_WORKERS 2
#define PORT_MAX_RUNNING 4
#define PORT_MAX_DEPTH 4
#define PORT_MAX_JOBS 16
#define PORT_MAX_LINKS 8
#define PORT_MAX_EXPORTS 16
#define PORT_MAX_IMPORTS 16
#define PORT_MAX_CLASSES 4
#define PORT_MAX_CALLS 8
#define PORT_IMPORT_BUCKETS 4
#define PORT_MAX_ACTIVATIONS 2
#define PORT_ACTIVATIONS_PER_SECOND 6
#define PORT_FRAME_BYTES 512
#define PORT_MAX_MESSAGE_BYTES 4096
#define PORT_WINDOW_BYTES 4096
#define PORT_MAX_SCRATCH_BYTES 4096
#define PORT_INLINE_REQUEST_BYTES 64
#define PORT_LINGER_NS 1000000
#define PORT_UDP_WINDOW 4
#define PORT_UDP_QUEUE 4
#define PORT_UDP_PEERS 16

#endif
