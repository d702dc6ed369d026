/*
 * Threads of this process that may stand in code that nobody leads to any more: whoever made the last call
 * may have lost the processor before it returned. Nobody can see where they are, but a thread that has slept
 * since, or run for a while, is elsewhere.
 */
#ifndef HOST_BUSY_THREADS_H
#define HOST_BUSY_THREADS_H

#include <com.h>

struct busy_thread {
    uint64_t run_ns; /* processor time that it had used */
    int32_t id;
};

struct busy_threads {
    struct busy_thread *threads;
    size_t count;
};

/**
 * Notes all threads but the calling one that are neither asleep nor gone.
 * @retval E_OUTOFMEMORY; OS_E_IO /proc is not there: nothing is known
 */
COM_WARN_UNUSED HRESULT busy_threads_note(struct busy_threads *busy);

/** Whether one of those that were noted has neither slept nor run on since. */
bool busy_threads_remain(struct busy_threads *busy);

/** Forgets them. */
void busy_threads_free(struct busy_threads *busy);

#endif
