/*
 * The slow halves of struct com_lock (com_impl.h). Who finds a lock taken sleeps in the one parking place of
 * the node; so a lock costs 4 bytes and needs no set-up, and a component needs no thread interface to have
 * one.
 */
#include <com_impl.h>
#include <port.h>

enum { PARKING_NONE, PARKING_STARTS, PARKING_READY };

static struct {
    uint32_t state; /* PARKING_*, atomic */
    struct port_mutex mutex;
    struct port_condition given; /* some contended lock was given back */
} parking;

/* On first contention, which several threads may meet at once. */
static void start_parking(void)
{
    uint32_t expected = PARKING_NONE;

    if (__atomic_load_n(&parking.state, __ATOMIC_ACQUIRE) == PARKING_READY)
        return;
    if (__atomic_compare_exchange_n(&parking.state, &expected, PARKING_STARTS, false, __ATOMIC_ACQUIRE,
                                    __ATOMIC_RELAXED)) {
        if (!port_mutex_init(&parking.mutex) || !port_condition_init(&parking.given))
            port_panic("com_lock: no mutex for waiting");
        __atomic_store_n(&parking.state, PARKING_READY, __ATOMIC_RELEASE);
        return;
    }
    while (__atomic_load_n(&parking.state, __ATOMIC_ACQUIRE) != PARKING_READY)
        ; /* once in a node's life, for the few instructions of the other thread */
}

void com_lock_wait(struct com_lock *lock)
{
    start_parking();
    port_mutex_lock(&parking.mutex);
    /*
     * Who takes it here leaves a 2 behind even if nobody else waits: one wake-up too many, never one too few.
     */
    while (__atomic_exchange_n(&lock->state, 2, __ATOMIC_ACQUIRE) != 0)
        (void)port_condition_wait(&parking.given, &parking.mutex, PORT_FOREVER);
    port_mutex_unlock(&parking.mutex);
}

void com_lock_wake(void)
{
    start_parking();
    port_mutex_lock(&parking.mutex);
    port_condition_wake_all(&parking.given);
    port_mutex_unlock(&parking.mutex);
}
