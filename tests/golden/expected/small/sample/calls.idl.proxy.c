/* Proxies of sample/calls.idl, made by idlc; do not edit. */
#include <rpc_marshal.h>
#include <wire_values.h>
#include <sample/calls.idl.h>
#include <string.h>

extern const struct wire_method IPrinter_methods[];

struct IPrinter_Print_arguments {
    union wire_slot slots[2];
    const char *page;
    uint32_t copies;
};

static HRESULT IPrinter_Print_proxy(IPrinter *self, const char *page, uint32_t copies)
{
    struct IPrinter_Print_arguments arguments;

    arguments.page = page;
    arguments.copies = copies;
    return rpc_table_call(self, &IPrinter_methods[0], &arguments);
}

struct IPrinter_Notify_arguments {
    union wire_slot slots[1];
    IUnknown *who;
};

static HRESULT IPrinter_Notify_send(IPrinter *self, IUnknown *who)
{
    struct IPrinter_Notify_arguments arguments;

    arguments.who = who;
    return rpc_table_call(self, &IPrinter_methods[1], &arguments);
}

static void IPrinter_Notify_proxy(IPrinter *self, IUnknown *who)
{
    com_ignore(IPrinter_Notify_send(self, who)); /* nobody waits for it */
}

struct IPrinter_Count_arguments {
    union wire_slot slots[1];
    uint32_t *out_pages;
};

static HRESULT IPrinter_Count_proxy(IPrinter *self, uint32_t *out_pages)
{
    struct IPrinter_Count_arguments arguments;

    arguments.out_pages = out_pages;
    return rpc_table_call(self, &IPrinter_methods[2], &arguments);
}

static HRESULT IPrinter_Wait_proxy(IPrinter *self)
{
    return rpc_table_call(self, &IPrinter_methods[3], NULL);
}

/* The first three are the runtime's: their addresses tell a proxy. */
static const struct IPrinterVtbl IPrinter_proxy_vtbl = {
    .QueryInterface = (HRESULT(*)(IPrinter *, const IID *, void **))rpc_proxy_QueryInterface,
    .AddRef = (uint32_t(*)(IPrinter *))rpc_proxy_AddRef,
    .Release = (uint32_t(*)(IPrinter *))rpc_proxy_Release,
    .Print = IPrinter_Print_proxy,
    .Notify = IPrinter_Notify_proxy,
    .Count = IPrinter_Count_proxy,
    .Wait = IPrinter_Wait_proxy,
};

HRESULT IPrinter_stub(void *object, uint32_t method, struct rpc_incoming *call);

extern const struct com_type_info IPrinter_type_info COM_WEAK;

const struct com_interface IPrinter_interface = {
    .iid = &IID_IPrinter,
    .name = "IPrinter",
    .method_count = 7,
    .proxy_vtbl = &IPrinter_proxy_vtbl,
    .stub = IPrinter_stub,
    .results = NULL,
    .type_info = &IPrinter_type_info,
};
