/*
 * For who implements objects: reference counts, locks, finding the object behind an interface pointer, and
 * the world of the running thread. Who implements a namespace includes com_names.h as well. Style and naming:
 * CONTRIBUTING.md.
 */
#ifndef COM_IMPL_H
#define COM_IMPL_H

#include <com.h>
#include <com/unknown.idl.h>
#include <assert.h>

#ifdef __cplusplus
extern "C" {
#endif

#define container_of(pointer, type, member) ((type *)(void *)((char *)(pointer)-offsetof(type, member)))

/* A reference count; starts at 1. Atomic: AddRef and Release are called from any thread. */
struct com_refs {
    uint32_t count;
};

#define COM_REFS_INIT \
    {                 \
        1             \
    }

static inline void com_refs_init(struct com_refs *refs)
{
    __atomic_store_n(&refs->count, 1, __ATOMIC_RELAXED);
}

static inline uint32_t com_refs_add(struct com_refs *refs)
{
    return __atomic_add_fetch(&refs->count, 1, __ATOMIC_RELAXED);
}

/* Returns what is left; who gets 0 destroys the object. */
static inline uint32_t com_refs_release(struct com_refs *refs)
{
    return __atomic_sub_fetch(&refs->count, 1, __ATOMIC_ACQ_REL);
}

/*
 * A lock for the few lines in which an object changes its own state; zero is free, nothing to destroy. Never
 * held around a call of another object (AddRef is none, a Release is), not recursive, not for interrupts.
 * Uncontended it is one atomic instruction; who waits sleeps.
 */
struct com_lock {
    uint32_t state; /* 0 free, 1 taken, 2 taken and somebody waits */
};

/* The slow halves; rpc/runtime/lock.c. */
void com_lock_wait(struct com_lock *lock);
void com_lock_wake(void);

static inline void com_lock_take(struct com_lock *lock)
{
    uint32_t unlocked = 0;

    if (!__atomic_compare_exchange_n(&lock->state, &unlocked, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
        com_lock_wait(lock);
}

static inline void com_lock_give(struct com_lock *lock)
{
    if (__atomic_exchange_n(&lock->state, 0, __ATOMIC_RELEASE) == 2)
        com_lock_wake();
}

/**
 * The whole QueryInterface of an object that has one interface beside IUnknown.
 * @retval S_OK *out_object is `self` with one more reference
 * @retval E_NOINTERFACE *out_object is NULL
 * @retval E_POINTER out_object is NULL
 */
HRESULT com_query_one(void *self, const IID *own_iid, const IID *iid, void **out_object);

/**
 * A row of the table for com_query_table: the interface `iid` lies `offset` bytes behind the object's start.
 */
struct com_query_row {
    const IID *iid;
    size_t offset;
};

/** As com_query_one for an object with several interfaces; the first row is also its IUnknown. */
HRESULT com_query_table(void *object, const struct com_query_row *rows, size_t row_count, const IID *iid,
                        void **out_object);

/**
 * The interfaces of an object whose QueryInterface is one of the above, in the order of its table; IUnknown
 * may be among them. An object that has more than its table says must not pass what it does not know on to
 * them: it puts all into the table.
 *
 * @param out_iids  at most `capacity`; they are good as long as the object is
 * @return how many there are, also if that is more; 0: it does not say (a proxy, or written otherwise)
 */
size_t com_list_interfaces(IUnknown *object, const IID **out_iids, size_t capacity);

struct INamespace;
struct IHeap;

/**
 * The world of the running thread (the paper's CurrentNamespace): the namespace its component was started
 * with. Borrowed: AddRef to keep. NULL before the node has one.
 */
struct INamespace *CurrentNamespace(void);
struct IHeap *CurrentHeap(void);

/**
 * Sets the world of the running thread, for who starts components. Both are borrowed for as long as the
 * thread, and threads and exports that inherit it, use them.
 */
void com_set_world(struct INamespace *ns, struct IHeap *heap);

#ifdef __cplusplus
}
#endif

#endif
