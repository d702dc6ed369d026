/*
 * Letting components go: what nobody but this node's table and namespace holds ends here. COM counts
 * references and tells nobody of the last one, so a sweeper looks, twice a second, while anything is loaded.
 */
#include "demand_internal.h"
#include <os/console.idl.h>

/* How many references an object has; nobody can add one meanwhile but through one that it has. */
static uint32_t references(IUnknown *object)
{
    (void)IUnknown_AddRef(object);
    return IUnknown_Release(object);
}

/* Says on the console, if there is one, why an image stays; once. */
static void report(struct demand_entry *entry)
{
    COM_SCOPED(IConsole) console = NULL;
    char line[192] = "components: ";
    const char *parts[] = {entry->name, " stays: ", com_error_detail(), "\n"};
    size_t length = strlen(line), i;

    if (entry->reported)
        return;
    entry->reported = true;
    for (i = 0; i < 4; i++) {
        size_t bytes = strlen(parts[i]);

        if (bytes > sizeof(line) - length)
            bytes = sizeof(line) - length;
        memcpy(line + length, parts[i], bytes);
        length += bytes;
    }
    if (SUCCEEDED(com_bind(demand.root, "console", &IID_IConsole, (void **)&console)))
        com_ignore(IConsole_Write(console, (const uint8_t *)line, (uint32_t)length)); /* only for people */
}

/*
 * Lets go of an object that only the table holds: the name was taken away before, so nobody finds it any
 * more. (no lock held: destructors call others) @retval false something still leads into its image: it stays
 */
static bool release_object(struct demand_entry *entry)
{
    if (ILoadedImage_IsInUse(entry->image, demand.root) == S_OK) {
        report(entry);
        return false;
    }
    (void)IUnknown_Release(entry->object);
    return true;
}

/* Takes the name away if nobody else holds the object. (lock held, let go of meanwhile) @retval true nobody
 * does */
static bool withdraw(struct demand_entry *entry)
{
    IUnknown *object = entry->object;
    bool unused;

    if (entry->is_pinned || references(object) > 1u + entry->is_current) {
        entry->since_ns = 0;
        return false;
    }
    if (!entry->since_ns)
        entry->since_ns = port_now_ns();
    if (port_now_ns() - entry->since_ns < demand.keep_ns)
        return false;
    if (!entry->is_current)
        return true;
    port_mutex_unlock(&demand.lock);
    com_ignore(INamespace_Unregister(demand.root, entry->name)); /* somebody may have done it */
    port_mutex_lock(&demand.lock);
    unused = references(object) == 1;
    if (!unused) { /* somebody bound it in between */
        port_mutex_unlock(&demand.lock);
        com_ignore(INamespace_Register(demand.root, entry->name, object, 0)); /* or it is loaded again */
        port_mutex_lock(&demand.lock);
        entry->since_ns = 0;
    }
    return unused;
}

/* The code goes when nobody is in it: whoever released last may have been interrupted there. */
static void free_image(struct demand_entry *entry)
{
    if (ILoadedImage_IsInUse(entry->image, NULL) == S_OK)
        return;
    if (demand.node &&
        ILocalNode_RemoveInterfaces(demand.node, ILoadedImage_GetInterfaces(entry->image)) != S_OK)
        return;                         /* somebody holds a proxy of one of its interfaces */
    ILoadedImage_Release(entry->image); /* calls nobody */
    demand_forget(entry);
}

/* One look at an entry, after which it may be gone. (lock held, let go of meanwhile) */
static void sweep_entry(struct demand_entry *entry)
{
    bool released;

    if (entry->users)
        return;
    if (entry->state == DEMAND_FAILED && port_now_ns() - entry->since_ns >= DEMAND_FAILURE_NS) {
        demand_forget(entry);
        return;
    }
    if (entry->state == DEMAND_READY && withdraw(entry)) {
        entry->is_current = false;
        port_mutex_unlock(&demand.lock);
        released = release_object(entry);
        port_mutex_lock(&demand.lock);
        if (released)
            entry->state = DEMAND_RELEASED;
    }
    if (entry->state == DEMAND_RELEASED)
        free_image(entry);
}

static void sweep_main(void *argument)
{
    (void)argument;
    com_set_world(demand.root, NULL);
    port_mutex_lock(&demand.lock);
    while (demand.entries) {
        struct demand_entry *entry = demand.entries;
        int64_t next_ns = port_now_ns() + DEMAND_SWEEP_NS;

        while (entry) { /* only this thread takes entries out, and others are entered in front */
            struct demand_entry *next = entry->next;

            sweep_entry(entry);
            entry = next;
        }
        while (demand.entries && !demand.sweep_now &&
               port_condition_wait(&demand.changed, &demand.lock, next_ns))
            ;
        demand.sweep_now = false;
    }
    demand.sweeping = false;
    port_mutex_unlock(&demand.lock);
}

void demand_sweep_soon(void)
{
    if (!demand.sweeping)
        demand.sweeping = port_thread_start("sweep", sweep_main, NULL); /* or with the next that is loaded */
}
