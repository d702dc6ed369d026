/*
 * liar NAME DIRECTORY: a node whose object "types" says what no node should. Each of its other objects has an
 * interface that is lied about in its own way.
 */
#include <mmlite.h>
#include <rpc/type_info.idl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *const LIES[] = {
    "garbage",  /* bytes that are no message */
    "huge",     /* more than there can be */
    "endless",  /* pieces of nothing */
    "changing", /* another total each time */
    "other",    /* about another interface */
    "slow",     /* nothing for two seconds */
    "many",     /* interfaces without end */
    "nobody",   /* an interface that nobody describes */
};

enum { GARBAGE, HUGE_TOTAL, ENDLESS, CHANGING, OTHER, SLOW, MANY, NOBODY, LIE_COUNT };

extern const struct com_type_info IProbe_type_info;

static IID lie_iid(uint32_t lie, uint32_t serial)
{
    return (IID){
        0x11a2,
        0x4001,
        0x4002,
        {0x80, 0, (uint8_t)(serial >> 16), (uint8_t)(serial >> 8), (uint8_t)serial, 0, 0, (uint8_t)lie}};
}

/* ---- the objects: nothing but their identity ---- */

struct object {
    IUnknown IUnknown_iface;
};

static HRESULT object_QueryInterface(IUnknown *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IUnknown, iid, out_object);
}

static uint32_t object_AddRef(IUnknown *iface)
{
    (void)iface;
    return 2;
}

static uint32_t object_Release(IUnknown *iface)
{
    (void)iface;
    return 1;
}

static const struct IUnknownVtbl object_vtbl = {
    .QueryInterface = object_QueryInterface,
    .AddRef = object_AddRef,
    .Release = object_Release,
};

static struct object objects[LIE_COUNT];

/* ---- what is said about them ---- */

static HRESULT liar_QueryInterface(ITypes *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_ITypes, iid, out_object);
}

static uint32_t liar_AddRef(ITypes *iface)
{
    (void)iface;
    return 2;
}

static uint32_t liar_Release(ITypes *iface)
{
    (void)iface;
    return 1;
}

static HRESULT liar_List(ITypes *iface, const GUID *after, uint32_t capacity, struct type_info_entry *entries,
                         uint32_t *out_count)
{
    uint32_t i;

    (void)iface;
    memset(entries, 0, capacity * sizeof(*entries));
    for (i = 0; i < capacity; i++) { /* without end */
        entries[i].iid =
            lie_iid(NOBODY, after->data4[2] * 65536u + after->data4[3] * 256u + after->data4[4] + i + 1);
        snprintf(entries[i].name, sizeof(entries[i].name), "I\033[2JLie%u", i);
    }
    *out_count = capacity;
    return S_FALSE;
}

static HRESULT liar_GetInterface(ITypes *iface, const GUID *iid, uint32_t offset, uint32_t capacity,
                                 uint8_t *bytes, uint32_t *out_length, uint32_t *out_total)
{
    (void)iface;
    memset(bytes, 0xFF, capacity);
    *out_length = 64;
    *out_total = 64;
    switch (iid->data4[7]) {
    case HUGE_TOTAL:
        *out_total = UINT32_MAX;
        break;
    case ENDLESS:
        *out_length = 0;
        break;
    case CHANGING:
        *out_total = 1000 + offset;
        break;
    case OTHER:
        *out_length = *out_total = IProbe_type_info.size_bytes;
        if (capacity < *out_length)
            return E_INVALIDARG;
        memcpy(bytes, IProbe_type_info.bytes, *out_length);
        break;
    case SLOW:
        sleep(2);
        break;
    case NOBODY:
        return TYPE_INFO_E_LEFT_OUT;
    default:
        break;
    }
    return S_OK;
}

static HRESULT liar_GetInterfacesOf(ITypes *iface, IUnknown *object, const GUID *after, uint32_t capacity,
                                    GUID *iids, uint32_t *out_count)
{
    uint32_t lie = (uint32_t)((struct object *)(void *)object - objects), i;
    static uint32_t serial;

    (void)iface;
    if (lie == MANY) {
        for (i = 0; i < capacity; i++)
            iids[i] = lie_iid(NOBODY, ++serial);
        *out_count = capacity;
        return S_FALSE;
    }
    iids[0] = lie_iid(lie, 1);
    *out_count = com_guid_equal(after, &iids[0]) ? 0 : 1;
    return S_OK;
}

static const struct ITypesVtbl liar_vtbl = {
    .QueryInterface = liar_QueryInterface,
    .AddRef = liar_AddRef,
    .Release = liar_Release,
    .List = liar_List,
    .GetInterface = liar_GetInterface,
    .GetInterfacesOf = liar_GetInterfacesOf,
};

static void require(HRESULT hr, const char *what)
{
    if (SUCCEEDED(hr))
        return;
    fprintf(stderr, "liar: %s: %s %s\n", what, mmlite_result_name(NULL, hr), com_error_detail());
    _exit(1);
}

int main(int argument_count, char **arguments)
{
    struct mmlite *mmlite = NULL;
    ITypes types = {&liar_vtbl};
    uint32_t i;

    if (argument_count != 3)
        return 2;
    require(mmlite_open(&(struct mmlite_options){.directory = arguments[2],
                                                 .name = arguments[1],
                                                 .listen = "tcp:127.0.0.1:0"},
                        &mmlite),
            "open");
    require(INamespace_Unregister(mmlite_root(mmlite), "types"), "unregister");
    require(INamespace_Register(mmlite_root(mmlite), "types", (IUnknown *)&types, 0), "register");
    for (i = 0; i < LIE_COUNT; i++) {
        objects[i].IUnknown_iface.vtbl = &object_vtbl;
        require(INamespace_Register(mmlite_root(mmlite), LIES[i], &objects[i].IUnknown_iface, 0), LIES[i]);
    }
    puts("ready");
    fflush(stdout);
    for (;;)
        pause(); /* until a signal ends it */
}
