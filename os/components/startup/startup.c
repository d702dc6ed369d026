/*
 * The first code of a kernel after the CPU's: makes the components of the image in their order and gives each
 * a name in the boot namespace. Two come before there are names: the heap (who needs memory comes later) and
 * the namespace itself; they are registered as soon as they can be.
 */
#include <arch.h>
#include <com_impl.h>
#include <com/namespace.idl.h>
#include <component.h>
#include <os/heap.idl.h>
#include <os_format.h>
#include <port.h>
#include <port_os.h>
#include <string.h>

static INamespace *names;
static IUnknown *heap;

static void report(const struct linked_component *component, HRESULT hr)
{
    const char *detail = com_error_detail();

    os_print("startup: %s: %08x%s%s\n", component->name, (uint32_t)hr, detail[0] ? ": " : "", detail);
}

static HRESULT register_object(const char *name, IUnknown *object)
{
    return INamespace_Register(names, name, object, 0);
}

/* The namespace exists: from here on threads have a world and components have names. */
static HRESULT use_namespace(IUnknown *object)
{
    HRESULT hr = IUnknown_QueryInterface(object, &IID_INamespace, (void **)&names);

    if (FAILED(hr))
        return hr;
    com_set_world(names, (struct IHeap *)heap);
    return heap ? register_object("heap", heap) : S_OK;
}

static HRESULT use_object(const struct linked_component *component, IUnknown *object)
{
    if (strcmp(component->name, "heap") == 0) {
        heap = object;
        IUnknown_AddRef(heap);
        port_os_use_heap((struct IHeap *)heap);
        return S_OK;
    }
    if (strcmp(component->name, "boot_namespace") == 0)
        return use_namespace(object);
    return names ? register_object(component->name, object) : NS_E_NOT_FOUND;
}

static void start(const struct linked_component *component)
{
    COM_SCOPED(IUnknown) object = NULL;
    HRESULT hr;

    com_set_error_detail("");
    hr = component->main(names, &object);
    if (SUCCEEDED(hr) && object)
        hr = use_object(component, object);
    if (hr == OS_E_NOT_PRESENT)
        os_print("startup: %s: not present\n", component->name);
    else if (FAILED(hr))
        report(component, hr);
    if (names)
        port_os_use_components(names);
}

static void start_rest(void *argument)
{
    const struct linked_component *component;

    com_set_world(names, (struct IHeap *)heap);
    for (component = (const struct linked_component *)argument; component->name; component++)
        start(component);
}

/*
 * The boot thread becomes the idle thread and may not block; so once there are threads and what they
 * synchronise with, a thread of its own makes the other components.
 */
void kernel_main(void)
{
    const struct linked_component *component;

    for (component = linked_components; component->name && !port_os_is_ready(); component++)
        start(component);
    if (port_os_is_ready()) {
        if (!port_thread_start("startup", start_rest, (void *)(uintptr_t)component))
            kernel_panic("no memory for the first thread", "startup");
    }
    for (;;)
        arch_wait_for_interrupt(); /* others run when interrupts make them ready */
}
