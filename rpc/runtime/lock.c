/*
 * The slow halves of struct com_lock (com_impl.h). Who finds a lock taken sleeps in the one parking place of
 * the node; so a lock costs 4 bytes and needs no set-up, and a component needs no thread interface to have
 * one.
 */
#include <com_impl.h>
#include <port.h>

static struct port_mutex parking = PORT_MUTEX_INIT;
static struct port_condition given = PORT_CONDITION_INIT; /* some contended lock was given back */

void com_lock_wait(struct com_lock *lock)
{
    port_mutex_lock(&parking);
    /*
     * Who takes it here leaves a 2 behind even if nobody else waits: one wake-up too many, never one too few.
     */
    while (__atomic_exchange_n(&lock->state, 2, __ATOMIC_ACQUIRE) != 0)
        (void)port_condition_wait(&given, &parking, PORT_FOREVER);
    port_mutex_unlock(&parking);
}

void com_lock_wake(void)
{
    port_mutex_lock(&parking);
    port_condition_wake_all(&given);
    port_mutex_unlock(&parking);
}
