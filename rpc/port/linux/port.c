#include <port.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

#define NS_PER_SECOND INT64_C(1000000000)
#define STACK_BYTES (256 * 1024)

int64_t port_now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * NS_PER_SECOND + now.tv_nsec;
}

void port_random(void *bytes, size_t count)
{
    uint8_t *at = (uint8_t *)bytes;

    while (count) {
        ssize_t got = getrandom(at, count, 0);

        if (got <= 0)
            continue; /* interrupted */
        at += got;
        count -= (size_t)got;
    }
}

void *port_alloc(size_t size_bytes)
{
    return malloc(size_bytes);
}

void port_free(void *memory)
{
    free(memory);
}

bool port_mutex_init(struct port_mutex *mutex)
{
    return pthread_mutex_init(&mutex->mutex, NULL) == 0;
}

void port_mutex_destroy(struct port_mutex *mutex)
{
    pthread_mutex_destroy(&mutex->mutex);
}

void port_mutex_lock(struct port_mutex *mutex)
{
    if (pthread_mutex_lock(&mutex->mutex))
        port_panic("pthread_mutex_lock failed");
}

void port_mutex_unlock(struct port_mutex *mutex)
{
    if (pthread_mutex_unlock(&mutex->mutex))
        port_panic("pthread_mutex_unlock failed");
}

bool port_condition_init(struct port_condition *condition)
{
    return pthread_cond_init(&condition->condition, NULL) == 0;
}

void port_condition_destroy(struct port_condition *condition)
{
    pthread_cond_destroy(&condition->condition);
}

void port_condition_wake_one(struct port_condition *condition)
{
    pthread_cond_signal(&condition->condition);
}

void port_condition_wake_all(struct port_condition *condition)
{
    pthread_cond_broadcast(&condition->condition);
}

bool port_condition_wait(struct port_condition *condition, struct port_mutex *mutex, int64_t deadline_ns)
{
    struct timespec deadline;

    if (deadline_ns == PORT_FOREVER) {
        pthread_cond_wait(&condition->condition, &mutex->mutex);
        return true;
    }
    deadline.tv_sec = deadline_ns / NS_PER_SECOND;
    deadline.tv_nsec = deadline_ns % NS_PER_SECOND;
    return pthread_cond_clockwait(&condition->condition, &mutex->mutex, CLOCK_MONOTONIC, &deadline) == 0;
}

struct start {
    void (*main)(void *argument);
    void *argument;
    const char *name;
};

static void *thread_entry(void *argument)
{
    struct start start = *(struct start *)argument;

    free(argument);
    pthread_setname_np(pthread_self(), start.name);
    start.main(start.argument);
    return NULL;
}

bool port_thread_start(const char *name, void (*main)(void *argument), void *argument)
{
    struct start *start = (struct start *)malloc(sizeof(*start));
    pthread_attr_t attributes;
    pthread_t thread;
    bool started;

    if (!start)
        return false;
    start->main = main;
    start->argument = argument;
    start->name = name;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    started = pthread_create(&thread, &attributes, thread_entry, start) == 0;
    pthread_attr_destroy(&attributes);
    if (!started)
        free(start);
    return started;
}

void *port_thread_slot(void)
{
    static _Thread_local uint64_t slot[PORT_THREAD_SLOT_BYTES / sizeof(uint64_t)];

    return slot;
}

void port_panic(const char *why)
{
    fprintf(stderr, "mmlite: panic: %s\n", why);
    abort();
}
