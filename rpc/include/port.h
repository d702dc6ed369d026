/*
 * All that the runtime needs from a host: three ports exist (linux, os, sim), another RTOS can be one.
 * Called from threads only, never inside an interrupt. The types are in each port's own port_types.h, so
 * that they can be embedded and cost no allocation.
 *
 * Times are nanoseconds of one monotonic clock that starts anywhere above 0 and never goes back. A deadline
 * is absolute; PORT_FOREVER never passes.
 */
#ifndef PORT_H
#define PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Each port's port_types.h defines struct port_mutex and struct port_condition, PORT_MUTEX_INIT and
 * PORT_CONDITION_INIT for static ones, which are never destroyed, and the sizes of a node there:
 *
 * - PORT_WORKERS: threads that a node always has for calls, two at least; when they are busy it has more, so
 *   that each connection has one (runtime/work.c).
 * - PORT_MAX_RUNNING: calls of one peer at once, and calls that wait for a worker.
 * - PORT_WINDOW_BYTES: of the calls of one peer at once; another one may come while they are fewer.
 * - PORT_MAX_DEPTH: nested calls of one causality.
 * - PORT_MAX_LINKS: connections of a node.
 * - PORT_MAX_JOBS: timed jobs of a node that wait or run.
 * - PORT_MAX_EXPORTS, PORT_MAX_IMPORTS, PORT_MAX_CALLS: per link, references that the peer holds, references
 *   to the peer's objects, and calls out; each at most 32767.
 * - PORT_MAX_CLASSES: per link and direction, lists of interfaces that objects have; at most 255.
 * - PORT_IMPORT_BUCKETS: a power of two, about a quarter of PORT_MAX_IMPORTS.
 * - PORT_FRAME_BYTES: of a usual receive buffer.
 * - PORT_MAX_MESSAGE_BYTES: the largest frame body that is taken.
 * - PORT_MAX_SCRATCH_BYTES: memory that the decoded parameters of one call may take.
 * - PORT_INLINE_REQUEST_BYTES: parameters of a call that need no buffer but the caller's stack.
 * - PORT_MAX_ACTIVATIONS, PORT_ACTIVATIONS_PER_SECOND: components that are being loaded for one peer at once,
 *   and that are begun to be; fewer than a node can have loaded, which those that nobody uses any more are
 * for a second (components/demand).
 * - PORT_LINGER_NS: how long a reader waits for the next frame before it leaves the link to the network's
 *   thread, and how long a call may keep the reading role.
 * - PORT_UDP_WINDOW, PORT_UDP_QUEUE, PORT_UDP_PEERS: of the transport udp, a peer's packets that are kept
 *   until they are read (at most 32), packets that wait to be sent to one, and peers of a port (at most
 *   1,024).
 */
#include <port_types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PORT_FOREVER INT64_MAX
#define PORT_NS_PER_MS INT64_C(1000000)
#define PORT_THREAD_SLOT_BYTES 208

int64_t port_now_ns(void);

/** Fills `bytes` with random bytes, good enough for identities. */
void port_random(void *bytes, size_t count);

/** For set-up and growth, never on the fast path of a call. @retval NULL out of memory */
void *port_alloc(size_t size_bytes);
void port_free(void *memory);

/** @retval false out of resources */
bool port_mutex_init(struct port_mutex *mutex);
void port_mutex_destroy(struct port_mutex *mutex);
/** Not recursive: locking twice in one thread is a bug (the port may panic). */
void port_mutex_lock(struct port_mutex *mutex);
void port_mutex_unlock(struct port_mutex *mutex);

bool port_condition_init(struct port_condition *condition);
void port_condition_destroy(struct port_condition *condition);
/** Wakes one or all threads that wait. The caller may hold the mutex or not. */
void port_condition_wake_one(struct port_condition *condition);
void port_condition_wake_all(struct port_condition *condition);
/**
 * Lets go of `mutex`, sleeps until woken or `deadline_ns`, takes it again. May wake for nothing: loop.
 * @retval false the deadline has passed
 */
bool port_condition_wait(struct port_condition *condition, struct port_mutex *mutex, int64_t deadline_ns);

/**
 * Starts a thread that runs `main(argument)` once and ends with it; nobody joins it. `name` lives as long as
 * the thread.
 * @retval false no memory for it
 */
bool port_thread_start(const char *name, void (*main)(void *argument), void *argument);

/**
 * PORT_THREAD_SLOT_BYTES of storage that belong to the running thread, aligned for a pointer, zeroed when the
 * thread starts: where the runtime keeps what travels with a thread (causality, deadline, world).
 */
void *port_thread_slot(void);

/** Says why on the console and stops the node; for broken invariants, never for bad input. */
__attribute__((noreturn)) void port_panic(const char *why);

#ifdef __cplusplus
}
#endif

#endif
