/* Bringing a component into the node, in a thread of its own: a constructor that hangs costs nobody else. */
#include "demand_internal.h"

struct demand_entry *demand_find(struct demand *demand, const char *name)
{
    struct demand_entry *entry;

    for (entry = demand->entries; entry; entry = entry->next)
        if (entry->is_current && strcmp(entry->name, name) == 0)
            return entry;
    return NULL;
}

void demand_forget(struct demand_entry *entry)
{
    struct demand_entry **at = &entry->demand->entries;

    while (*at != entry)
        at = &(*at)->next;
    *at = entry->next;
    entry->demand->count--;
    com_free(entry);
}

void demand_set_searcher(struct demand_entry *entry, bool searches)
{
    port_mutex_lock(&entry->demand->lock);
    entry->searcher = searches ? port_thread_slot() : NULL;
    port_mutex_unlock(&entry->demand->lock);
}

/* Reads and links the image. */
static HRESULT load_image(struct demand_entry *entry, ILoadedImage **out_image)
{
    COM_SCOPED(ILoadedImage) image = NULL;
    COM_SCOPED(IFile) file = NULL;
    uint8_t *bytes;
    uint32_t size;
    HRESULT hr = demand_open(entry, &file);

    if (SUCCEEDED(hr))
        hr = demand_read(file, &bytes, &size);
    if (FAILED(hr))
        return hr;
    hr = ILoader_Load(entry->demand->loader, bytes, size, entry->name, &image);
    com_free(bytes);
    if (SUCCEEDED(hr))
        hr = demand_add_interfaces(entry->demand, image);
    if (SUCCEEDED(hr))
        *out_image = COM_TAKE(image);
    return hr;
}

/* Makes the image's object. */
static HRESULT construct(struct demand_entry *entry, ILoadedImage *image, IUnknown **out_object)
{
    HRESULT hr = ILoadedImage_GetConstructor(image)(entry->demand->root, out_object);

    if (SUCCEEDED(hr) && !*out_object)
        hr = com_fail(OS_E_NOT_PRESENT, entry->name, " made no object", NULL);
    return hr;
}

/* Until it is READY or FAILED only this thread uses what becomes of the entry. */
static void load_main(void *argument)
{
    struct demand_entry *entry = (struct demand_entry *)argument;
    struct demand *demand = entry->demand;
    IUnknown *activation;
    HRESULT hr;

    com_set_world(demand->root, NULL);
    com_set_error_detail("");
    hr = load_image(entry, &entry->image);
    if (SUCCEEDED(hr))
        hr = construct(entry, entry->image, &entry->object);
    if (FAILED(hr)) {
        strncpy(entry->detail, com_error_detail(), sizeof(entry->detail) - 1);
        if (entry->image) /* if the constructor left something behind, it stays, too */
            (void)demand_free_image(entry);
    }
    port_mutex_lock(&demand->lock);
    activation = entry->activation;
    entry->activation = NULL;
    entry->hr = hr;
    entry->since_ns = port_now_ns();
    entry->state = SUCCEEDED(hr) ? DEMAND_READY : DEMAND_FAILED;
    demand->threads--;
    port_condition_wake_all(&demand->changed);
    demand_sweep_soon(demand);
    port_mutex_unlock(&demand->lock);
    demand_end_activation(activation); /* before the node may end */
    demand_release(demand);
}

HRESULT demand_begin(struct demand *demand, const char *name, const char *path, bool is_current,
                     struct demand_entry **out_entry)
{
    struct demand_entry *entry;

    if (demand->closing)
        return com_fail(RPC_E_DISCONNECTED, "the node ends", NULL);
    if (demand->count == DEMAND_LOADED_MAX)
        return com_fail(RPC_E_OUT_OF_RESOURCES, "64 components are loaded", NULL);
    entry = (struct demand_entry *)com_alloc(sizeof(*entry));
    if (!entry)
        return E_OUTOFMEMORY;
    memset(entry, 0, sizeof(*entry));
    entry->demand = demand;
    strncpy(entry->name, name, DEMAND_NAME_MAX);
    strncpy(entry->path, path, NAMESPACE_PATH_MAX);
    entry->state = DEMAND_LOADING;
    entry->is_current = is_current;
    entry->next = demand->entries;
    demand->entries = entry;
    demand->count++;
    demand->threads++;
    demand_addref(demand);
    if (!port_thread_start("load", load_main, entry)) {
        demand->threads--;
        demand_release(demand);
        demand_forget(entry);
        return E_OUTOFMEMORY;
    }
    *out_entry = entry;
    return S_OK;
}
