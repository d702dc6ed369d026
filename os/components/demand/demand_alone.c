/* What is left of demand_node.c, demand_paths.c and demand_tables.c in a system that nobody calls: its
 * own RomFS. */
#include "demand_internal.h"

#define FOLDER "romfs/"

HRESULT demand_query(struct demand *demand, const IID *iid, void **out_object)
{
    return com_query_one(&demand->IDemand_iface, &IID_IDemand, iid, out_object);
}

HRESULT demand_start(struct demand *demand)
{
    if (!port_mutex_init(&demand->lock) || !port_condition_init(&demand->changed))
        return E_OUTOFMEMORY;
    return com_bind(demand->root, "loader", &IID_ILoader, (void **)&demand->loader);
}

/* Such a system does not end, nor does its heap or loader. */
HRESULT demand_close(struct demand *demand)
{
    (void)demand;
    return E_NOTIMPL;
}

void demand_end(struct demand *demand)
{
    (void)demand;
}

HRESULT demand_find_file(struct demand *demand, const char *name, IFile **out_file)
{
    char path[sizeof(FOLDER) + DEMAND_NAME_MAX + sizeof(".elf")] = FOLDER;
    size_t length = strlen(name);

    memcpy(path + sizeof(FOLDER) - 1, name, length);
    memcpy(path + sizeof(FOLDER) - 1 + length, ".elf", sizeof(".elf"));
    return com_bind(demand->root, path, &IID_IFile, (void **)out_file);
}

HRESULT demand_begin_activation(const struct demand *demand, IUnknown **out_activation)
{
    (void)demand;
    *out_activation = NULL;
    return S_OK;
}

void demand_end_activation(IUnknown *activation)
{
    (void)activation;
}

HRESULT demand_add_interfaces(struct demand *demand, ILoadedImage *image)
{
    (void)demand;
    (void)image;
    return S_OK;
}

HRESULT demand_find_in_node(struct demand *demand, ILoadedImage *image)
{
    (void)demand;
    (void)image;
    return S_FALSE;
}

bool demand_remove_interfaces(struct demand *demand, ILoadedImage *image)
{
    (void)demand;
    (void)image;
    return true;
}

/* It loads by name only, and says so when it is full. */
void demand_await_room(struct demand *demand)
{
    (void)demand;
}
