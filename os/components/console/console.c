/* The board's console as an object. */
#include <arch.h>
#include <com_impl.h>
#include <component.h>
#include <os/console.idl.h>

static HRESULT console_QueryInterface(IConsole *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IConsole, iid, out_object);
}

/* One object for the life of the machine. */
static uint32_t console_AddRef(IConsole *iface)
{
    (void)iface;
    return 1;
}

static HRESULT console_Write(IConsole *iface, const uint8_t *text, uint32_t length)
{
    (void)iface;
    board_console_write((const char *)text, length);
    return S_OK;
}

static const struct IConsoleVtbl console_vtbl = {
    .QueryInterface = console_QueryInterface,
    .AddRef = console_AddRef,
    .Release = console_AddRef,
    .Write = console_Write,
};

static IConsole console = {&console_vtbl};

HRESULT component_main(struct INamespace *ns, struct IUnknown **out_object)
{
    (void)ns;
    *out_object = (struct IUnknown *)&console;
    return S_OK;
}
