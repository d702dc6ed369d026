/*
 * Letting components go: what nobody but this node's table and namespace holds ends here. COM counts
 * references and tells nobody of the last one, so a sweeper looks, twice a second, while anything is loaded.
 */
#include "demand_internal.h"
#include <os_format.h>

/* How many references an object has; nobody can add one meanwhile but through one that it has. */
static uint32_t references(IUnknown *object)
{
    (void)IUnknown_AddRef(object);
    return IUnknown_Release(object);
}

/* Says why an image stays; once. */
static void report(struct demand_entry *entry)
{
    if (!entry->reported)
        os_print("components: %s stays: %s\n", entry->name, com_error_detail());
    entry->reported = true;
}

/* ---- what still leads into an image ---- */

static bool is_of_image(ILoadedImage *image, const IUnknown *object)
{
    size_t bytes;
    void *start;

    return SUCCEEDED(ILoadedImage_GetRange(image, &start, &bytes)) &&
           (uintptr_t)object->vtbl - (uintptr_t)start < bytes;
}

/* Looks at every object of the node's root. @retval S_OK one is of the image; the detail names it */
static HRESULT find_in_names(struct demand_entry *entry)
{
    char after[NAMESPACE_NAME_MAX + 1] = "", names[NAMESPACE_NAME_MAX + 3];
    uint32_t length;

    for (;;) {
        COM_SCOPED(IUnknown) object = NULL;
        size_t size;
        HRESULT hr = INamespace_List(entry->demand->root, after, sizeof(names), names, &length);

        if (FAILED(hr) || !length)
            return S_FALSE;
        size = strcspn(names, "/");
        memcpy(after, names, size);
        after[size] = '\0';
        if (SUCCEEDED(INamespace_Bind(entry->demand->root, after, 0, &object)) &&
            is_of_image(entry->image, object))
            return com_fail(S_OK, entry->name, " is registered as ", after, NULL);
    }
}

/* Whether something leads into an image although nobody holds its object; says what. (no lock held) */
static bool is_in_use(struct demand_entry *entry)
{
    bool used;

    demand_set_searcher(entry, true); /* no name that it looks at is loaded for that */
    used = ILoadedImage_IsInUse(entry->image) == S_OK || find_in_names(entry) == S_OK ||
           demand_find_in_node(entry->demand, entry->image) == S_OK;
    if (used)
        report(entry);
    demand_set_searcher(entry, false);
    return used;
}

/* ---- an entry ---- */

/*
 * Lets go of an object that only the table holds: the name was taken away before, so nobody finds it any
 * more. (no lock held: destructors call others) @retval false something still leads into its image: it stays
 */
static bool release_object(struct demand_entry *entry)
{
    if (is_in_use(entry))
        return false;
    (void)IUnknown_Release(entry->object);
    return true;
}

/* @retval false it has it back, for somebody bound it in between, or lost it to another. (lock held, let go
 * of meanwhile) */
static bool take_name_away(struct demand_entry *entry)
{
    struct demand *demand = entry->demand;
    IUnknown *object = entry->object;
    bool unused = false;

    demand_begin_naming(demand);
    if (entry->is_current) {
        port_mutex_unlock(&demand->lock);
        com_ignore(INamespace_Unregister(demand->root, entry->name)); /* somebody may have done it */
        port_mutex_lock(&demand->lock);
        unused = references(object) == 1;
        if (unused)
            entry->is_current = false;
    }
    if (entry->is_current) {
        port_mutex_unlock(&demand->lock);
        com_ignore(INamespace_Register(demand->root, entry->name, object, 0)); /* or it is loaded again */
        port_mutex_lock(&demand->lock);
        entry->since_ns = 0;
    }
    demand_end_naming(demand);
    return unused;
}

/* Takes the name away if nobody else holds the object. (lock held, let go of meanwhile) @retval true nobody
 * does */
static bool withdraw(struct demand_entry *entry)
{
    struct demand *demand = entry->demand;
    IUnknown *object = entry->object;

    if ((entry->is_pinned && !demand->closing) || references(object) > 1u + entry->is_current) {
        entry->since_ns = 0;
        return false;
    }
    if (!entry->since_ns)
        entry->since_ns = port_now_ns();
    if (port_now_ns() - entry->since_ns < demand->keep_ns && !demand->closing)
        return false;
    return !entry->is_current || take_name_away(entry);
}

bool demand_free_image(struct demand_entry *entry)
{
    if (is_in_use(entry) || ILoadedImage_IsQuiet(entry->image) != S_OK)
        return false; /* whoever released last may have been interrupted there */
    if (!demand_remove_interfaces(entry->demand, entry->image))
        return false; /* somebody holds a proxy of one of its interfaces, or is in a call of one */
    ILoadedImage_Release(COM_TAKE(entry->image));
    return true;
}

static bool is_remembered(const struct demand_entry *entry)
{
    return entry->state == DEMAND_FAILED && port_now_ns() - entry->since_ns < DEMAND_FAILURE_NS &&
           !entry->demand->closing;
}

/* One look at an entry, after which it may be gone. (lock held, let go of meanwhile) */
static void sweep_entry(struct demand_entry *entry)
{
    struct demand *demand = entry->demand;
    enum demand_state state = entry->state;
    bool done;

    if (entry->users || state == DEMAND_LOADING)
        return;
    if (state == DEMAND_READY && !withdraw(entry))
        return;
    if (is_remembered(entry))
        return;
    if (state == DEMAND_FAILED)
        entry->is_current = false; /* it may be tried again, even if its image stays */
    port_mutex_unlock(&demand->lock);
    done = state == DEMAND_READY ? release_object(entry) : !entry->image || demand_free_image(entry);
    port_mutex_lock(&demand->lock);
    if (done && state == DEMAND_READY)
        entry->state = DEMAND_RELEASED; /* and its image goes the next time */
    else if (done)
        demand_forget(entry);
}

/* ---- the sweeper ---- */

void demand_sweep(struct demand *demand)
{
    struct demand_entry *entry = demand->entries, *next;

    /* Only the thread that sweeps takes entries out, and others are entered in front. */
    for (; entry; entry = next) {
        next = entry->next;
        sweep_entry(entry);
    }
}

static void sweep_main(void *argument)
{
    struct demand *demand = (struct demand *)argument;

    com_set_world(demand->root, NULL);
    port_mutex_lock(&demand->lock);
    while (demand->entries && !demand->closing) {
        int64_t next_ns = port_now_ns() + DEMAND_SWEEP_NS;

        demand->sweep_now = false;
        demand_sweep(demand);
        while (demand->entries && !demand->sweep_now && !demand->closing &&
               port_condition_wait(&demand->changed, &demand->lock, next_ns))
            ;
    }
    demand->sweeping = false;
    demand->threads--;
    port_condition_wake_all(&demand->changed);
    port_mutex_unlock(&demand->lock);
    demand_release(demand);
}

void demand_sweep_soon(struct demand *demand)
{
    if (demand->sweeping || demand->closing)
        return;
    demand_addref(demand);
    demand->sweeping = port_thread_start("sweep", sweep_main, demand);
    if (demand->sweeping)
        demand->threads++;
    else
        demand_release(demand); /* the next that is loaded tries again */
}
