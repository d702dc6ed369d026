#include "port_os.h"
#include <arch.h>
#include <com_names.h>
#include <os/heap.idl.h>
#include <os/synchro.idl.h>
#include <os/thread.idl.h>
#include <os_limits.h>
#include <port.h>
#include <string.h>

#define WORKER_STACK_BYTES 12288u

static IHeap *heap;
static IThreads *threads;
static ISynchro *synchro;

/* Before there are threads. */
static uint64_t boot_slot[PORT_THREAD_SLOT_BYTES / sizeof(uint64_t)];

void port_os_use_heap(struct IHeap *given)
{
    heap = given;
}

void port_os_use_components(struct INamespace *ns)
{
    if (!threads && SUCCEEDED(com_bind(ns, "threads", &IID_IThreads, (void **)&threads)))
        memcpy(IThreads_GetSlot(threads), boot_slot, sizeof(boot_slot));
    if (!synchro)
        com_ignore(com_bind(ns, "synchro", &IID_ISynchro, (void **)&synchro)); /* it comes later */
}

bool port_os_is_ready(void)
{
    return threads && synchro;
}

int64_t port_now_ns(void)
{
    return board_clock_ns();
}

/*
 * A board without a source of randomness: the clock, which differs with every start, stirred (splitmix64, the
 * constants of Steele, Lea and Flood). Good enough to tell nodes apart, not for secrets.
 */
void port_random(void *bytes, size_t count)
{
    static uint64_t state;
    uint8_t *at = (uint8_t *)bytes;
    uint32_t interrupts = arch_interrupts_off();

    while (count) {
        uint64_t value;

        state += (uint64_t)board_clock_ns() + UINT64_C(0x9E3779B97F4A7C15);
        value = state;
        value = (value ^ value >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
        value = (value ^ value >> 27) * UINT64_C(0x94D049BB133111EB);
        value ^= value >> 31;
        for (; value && count; value >>= 8, count--)
            *at++ = (uint8_t)value;
    }
    arch_interrupts_restore(interrupts);
}

void *port_alloc(size_t size_bytes)
{
    void *memory;

    if (!heap || FAILED(IHeap_Alloc(heap, size_bytes, 0, &memory)))
        return NULL;
    return memory;
}

void port_free(void *memory)
{
    if (memory && FAILED(IHeap_Free(heap, memory)))
        port_panic("port_free: not a block of the heap");
}

bool port_mutex_init(struct port_mutex *mutex)
{
    memset(mutex, 0, sizeof(*mutex));
    return true;
}

void port_mutex_destroy(struct port_mutex *mutex)
{
    if (mutex->mutex.owner)
        port_panic("port_mutex_destroy: somebody has it");
}

void port_mutex_lock(struct port_mutex *mutex)
{
    com_ignore(ISynchro_Lock(synchro, &mutex->mutex)); /* cannot fail */
}

void port_mutex_unlock(struct port_mutex *mutex)
{
    com_ignore(ISynchro_Unlock(synchro, &mutex->mutex)); /* cannot fail */
}

bool port_condition_init(struct port_condition *condition)
{
    memset(condition, 0, sizeof(*condition));
    return true;
}

void port_condition_destroy(struct port_condition *condition)
{
    if (condition->condition.waiting.first)
        port_panic("port_condition_destroy: somebody waits for it");
}

void port_condition_wake_one(struct port_condition *condition)
{
    com_ignore(ISynchro_WakeOne(synchro, &condition->condition)); /* cannot fail */
}

void port_condition_wake_all(struct port_condition *condition)
{
    com_ignore(ISynchro_WakeAll(synchro, &condition->condition)); /* cannot fail */
}

bool port_condition_wait(struct port_condition *condition, struct port_mutex *mutex, int64_t deadline_ns)
{
    return SUCCEEDED(ISynchro_Wait(synchro, &condition->condition, &mutex->mutex, deadline_ns));
}

bool port_thread_start(const char *name, void (*main)(void *argument), void *argument)
{
    return SUCCEEDED(IThreads_Start(threads, name, main, argument, WORKER_STACK_BYTES));
}

void *port_thread_slot(void)
{
    return threads ? IThreads_GetSlot(threads) : boot_slot;
}

void port_panic(const char *why)
{
    kernel_panic(why, NULL);
}
