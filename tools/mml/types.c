#include "types.h"
#include <com_names.h>
#include <reflect/guid_text.h>
#include <rpc/type_info.idl.h>
#include <rpc_dynamic.h>
#include <stdlib.h>
#include <string.h>

/* Nodes that are asked, and descriptions that are kept. */
enum { SOURCES_MAX = 32, INFOS_MAX = 256, OBJECT_QUERIES_MAX = 512 };

struct mml_types {
    struct mmlite *mmlite;
    ITypes *sources[SOURCES_MAX]; /* who is asked */
    size_t source_count;
    bool for_people; /* documentation is wanted */
    bool has_all;    /* all nodes of the cluster are sources */
    struct type_info *infos[INFOS_MAX];
    size_t info_count;
    char refused[COM_DETAIL_MAX + 1]; /* why the last description was */
};

/* ---- who is asked ---- */

static void add_source(struct mml_types *types, ITypes *source)
{
    size_t i;

    for (i = 0; i < types->source_count; i++)
        if (types->sources[i] == source)
            return; /* a peer's object has one proxy */
    if (types->source_count == SOURCES_MAX)
        return;
    ITypes_AddRef(source);
    types->sources[types->source_count++] = source;
}

/* All nodes that there are; those that do not answer, or have no such object, say nothing. */
static void add_all_nodes(struct mml_types *types)
{
    COM_SCOPED(INamespace) net = NULL;
    char names[NAMESPACE_LIST_MAX], after[NAMESPACE_NAME_MAX + 1] = "";
    uint32_t length, at;
    HRESULT hr;

    if (types->has_all)
        return;
    types->has_all = true;
    hr = mmlite_bind(types->mmlite, "/net", &IID_INamespace, (void **)&net);
    for (length = 1; SUCCEEDED(hr) && length > 0; hr = hr == S_FALSE ? S_OK : E_ABORT) {
        length = 0;
        hr = INamespace_List(net, after, sizeof(names), names, &length);
        if (SUCCEEDED(hr) && length > 0 && names[length - 1] != '\0')
            return;
        for (at = 0; SUCCEEDED(hr) && at < length; at += (uint32_t)strlen(names + at) + 1) {
            COM_SCOPED(ITypes) source = NULL;
            char path[NAMESPACE_PATH_MAX + 1];

            snprintf(after, sizeof(after), "%.*s", (int)strcspn(names + at, "/"), names + at);
            snprintf(path, sizeof(path), "/net/%s/types", after);
            if (SUCCEEDED(mmlite_bind(types->mmlite, path, &IID_ITypes, (void **)&source)))
                add_source(types, source);
        }
    }
}

struct mml_types *mml_types_create(struct mmlite *mmlite, bool for_people)
{
    struct mml_types *types = calloc(1, sizeof(*types));
    COM_SCOPED(ITypes) own = NULL;

    if (!types)
        return NULL;
    types->mmlite = mmlite;
    types->for_people = for_people;
    if (SUCCEEDED(mmlite_bind(mmlite, "/types", &IID_ITypes, (void **)&own)))
        add_source(types, own);
    return types;
}

void mml_types_destroy(struct mml_types *types)
{
    size_t i;

    if (!types)
        return;
    for (i = 0; i < types->source_count; i++)
        ITypes_Release(types->sources[i]);
    for (i = 0; i < types->info_count; i++)
        type_info_free(types->infos[i]);
    free(types);
}

/* The node of an object and, if it has them, its types. */
static HRESULT node_of(struct mml_types *types, IUnknown *object, char node[NODE_NAME_MAX + 1],
                       ITypes **out_source)
{
    COM_SCOPED(INamespace) root = NULL;
    HRESULT hr;

    *out_source = NULL;
    hr = rpc_dynamic_node(object, node, &root);
    if (hr == S_FALSE)
        return com_fail(E_NOTIMPL, "this is an object of this program, not of a node", NULL);
    if (FAILED(hr))
        return hr;
    hr = com_bind(root, "types", &IID_ITypes, (void **)out_source);
    if (SUCCEEDED(hr))
        add_source(types, *out_source);
    return hr == NS_E_NOT_FOUND || hr == E_NOINTERFACE ? S_OK : hr;
}

/* ---- what interfaces look like ---- */

static HRESULT read_bytes(ITypes *source, const IID *iid, uint8_t **out_bytes, uint32_t *out_size)
{
    uint32_t offset = 0, length, total = 0, known = 0;
    uint8_t *bytes = NULL;
    HRESULT hr;

    do {
        uint8_t piece[TYPE_INFO_SLICE_MAX];

        hr = ITypes_GetInterface(source, iid, offset, sizeof(piece), piece, &length, &total);
        if (SUCCEEDED(hr) && (total > TYPE_INFO_BYTES_MAX || (bytes && total != known) ||
                              length > total - offset || (length == 0 && offset < total)))
            hr = RPC_E_CLIENT_CANTUNMARSHAL_DATA;
        if (SUCCEEDED(hr) && !bytes) {
            bytes = malloc(total + 1u);
            known = total;
            if (!bytes)
                hr = E_OUTOFMEMORY;
        }
        if (FAILED(hr)) {
            free(bytes);
            return hr;
        }
        memcpy(bytes + offset, piece, length);
        offset += length;
    } while (offset < total);
    *out_bytes = bytes;
    *out_size = total;
    return S_OK;
}

/* Asks one source. What it says must be about what was asked. */
static HRESULT read_info(struct mml_types *types, ITypes *source, const IID *iid,
                         const struct type_info **out_info)
{
    char error[TYPE_INFO_ERROR_BYTES];
    struct type_info *info;
    uint8_t *bytes;
    uint32_t size;
    HRESULT hr;

    if (types->info_count == INFOS_MAX)
        return com_fail(RPC_E_OUT_OF_RESOURCES, "256 interfaces are the most", NULL);
    hr = read_bytes(source, iid, &bytes, &size);
    if (FAILED(hr))
        return hr;
    info = type_info_read(bytes, size, error);
    free(bytes);
    if (info && !com_guid_equal(&type_info_interface(info)->iid, iid)) {
        type_info_free(info);
        info = NULL;
        snprintf(error, sizeof(error), "it is about another interface");
    }
    if (!info) {
        snprintf(types->refused, sizeof(types->refused), "a node's description is refused: %.70s", error);
        return RPC_E_CLIENT_CANTUNMARSHAL_DATA;
    }
    types->infos[types->info_count++] = info;
    *out_info = info;
    return S_OK;
}

static const struct type_info *find_info(const struct mml_types *types, const IID *iid)
{
    const struct type_info *found = NULL;
    size_t i;

    for (i = 0; i < types->info_count; i++)
        if (com_guid_equal(&type_info_interface(types->infos[i])->iid, iid) &&
            (!found || type_info_has_docs(types->infos[i])))
            found = types->infos[i];
    return found;
}

/* Whether what is known of an interface will do. */
static bool is_enough(const struct mml_types *types, const IID *iid)
{
    const struct type_info *found = find_info(types, iid);

    return found && (!types->for_people || type_info_has_docs(found));
}

HRESULT mml_types_get(struct mml_types *types, IUnknown *object, const IID *iid,
                      const struct type_info **out_info)
{
    const bool is_known = find_info(types, iid) != NULL;
    COM_SCOPED(ITypes) nearest = NULL;
    char node[NODE_NAME_MAX + 1];
    size_t i;

    types->refused[0] = '\0';
    if (!is_known && object && SUCCEEDED(node_of(types, object, node, &nearest)) && nearest)
        com_ignore(read_info(types, nearest, iid, out_info)); /* then others may know */
    for (i = 0; !is_known && i < types->source_count && !is_enough(types, iid); i++)
        if (types->sources[i] != nearest)
            com_ignore(read_info(types, types->sources[i], iid, out_info));
    if (!is_known && !is_enough(types, iid) && !types->has_all) {
        i = types->source_count;
        add_all_nodes(types);
        for (; i < types->source_count && !is_enough(types, iid); i++)
            com_ignore(read_info(types, types->sources[i], iid, out_info));
    }
    *out_info = find_info(types, iid);
    if (*out_info)
        return S_OK;
    com_set_error_detail(types->refused);
    return E_NOINTERFACE;
}

/* ---- which interfaces there are ---- */

/* One source's list. @retval what the last call returned */
static HRESULT list_source(ITypes *source,
                           HRESULT (*visit)(void *context, const struct type_info_entry *entry),
                           void *context)
{
    struct type_info_entry entries[TYPE_INFO_LIST_MAX];
    uint32_t count, i, total = 0;
    IID after = {0};
    HRESULT hr;

    do {
        hr = ITypes_List(source, &after, TYPE_INFO_LIST_MAX, entries, &count);
        for (i = 0; SUCCEEDED(hr) && i < count; i++) {
            HRESULT visited = visit(context, &entries[i]);

            if (FAILED(visited))
                return visited;
            after = entries[i].iid;
        }
        total += SUCCEEDED(hr) ? count : 0;
    } while (hr == S_FALSE && count > 0 && total < OBJECT_QUERIES_MAX);
    return hr;
}

struct listing {
    IID seen[OBJECT_QUERIES_MAX];
    size_t count;
    void (*visit)(void *context, const IID *iid, const char *name);
    void *context;
};

static HRESULT list_once(void *context, const struct type_info_entry *entry)
{
    struct listing *listing = context;
    char name[sizeof(entry->name)];
    size_t i;

    for (i = 0; i < listing->count; i++)
        if (com_guid_equal(&listing->seen[i], &entry->iid))
            return S_OK;
    if (listing->count == OBJECT_QUERIES_MAX)
        return E_ABORT;
    listing->seen[listing->count++] = entry->iid;
    /* as the name of a type: what a peer says comes to a terminal */
    snprintf(name, sizeof(name), "%.*s",
             (int)strspn(entry->name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"),
             entry->name);
    listing->visit(listing->context, &entry->iid, name);
    return S_OK;
}

void mml_types_each(struct mml_types *types, void (*visit)(void *context, const IID *iid, const char *name),
                    void *context)
{
    struct listing *listing = calloc(1, sizeof(*listing));
    size_t i;

    if (!listing)
        return;
    listing->visit = visit;
    listing->context = context;
    add_all_nodes(types);
    for (i = 0; i < types->source_count; i++)
        com_ignore(list_source(types->sources[i], list_once, listing)); /* the others are worth it */
    free(listing);
}

struct wanted {
    const char *name;
    IID iid;
    bool found;
};

static void compare_name(void *context, const IID *iid, const char *name)
{
    struct wanted *wanted = context;

    if (wanted->found || strcmp(name, wanted->name) != 0)
        return;
    wanted->iid = *iid;
    wanted->found = true;
}

HRESULT mml_types_find(struct mml_types *types, const char *name, IID *out_iid)
{
    struct wanted wanted = {.name = name};

    if (guid_parse(name, out_iid))
        return S_OK;
    mml_types_each(types, compare_name, &wanted);
    *out_iid = wanted.iid;
    return wanted.found ? S_OK : E_NOINTERFACE;
}

/* ---- objects ---- */

/* Asks the node of the object, for which this is no call. */
static HRESULT ask_node(ITypes *source, IUnknown *object, struct mml_object_types *out_object)
{
    IID iids[TYPE_INFO_LIST_MAX], after = {0};
    uint32_t count, i;
    HRESULT hr;

    do {
        count = 0;
        hr = ITypes_GetInterfacesOf(source, object, &after, TYPE_INFO_LIST_MAX, iids, &count);
        for (i = 0; SUCCEEDED(hr) && i < count && out_object->count < MML_INTERFACES_MAX; i++) {
            out_object->interfaces[out_object->count++].iid = iids[i];
            after = iids[i];
        }
    } while (hr == S_FALSE && count > 0 && out_object->count < MML_INTERFACES_MAX);
    return hr;
}

struct asking {
    IUnknown *object;
    struct mml_object_types *out_object;
    HRESULT hr;
};

/* Asks the object itself. */
static void ask_object(void *context, const IID *iid, const char *name)
{
    struct asking *asking = context;
    HRESULT hr;

    (void)name;
    if (asking->out_object->count == MML_INTERFACES_MAX || FAILED(asking->hr))
        return;
    hr = rpc_dynamic_query(asking->object, iid);
    if (SUCCEEDED(hr))
        asking->out_object->interfaces[asking->out_object->count++].iid = *iid;
    else if (hr != E_NOINTERFACE)
        asking->hr = hr;
}

HRESULT mml_types_of_object(struct mml_types *types, IUnknown *object, struct mml_object_types *out_object)
{
    COM_SCOPED(ITypes) source = NULL;
    HRESULT hr;
    size_t i;

    memset(out_object, 0, sizeof(*out_object));
    hr = node_of(types, object, out_object->node, &source);
    if (FAILED(hr))
        return hr;
    if (source) {
        hr = ask_node(source, object, out_object);
    } else {
        struct asking asking = {.object = object, .out_object = out_object};

        mml_types_each(types, ask_object, &asking);
        hr = asking.hr;
    }
    if (FAILED(hr))
        return hr;
    for (i = 0; i < out_object->count; i++)
        com_ignore(mml_types_get(types, object, &out_object->interfaces[i].iid,
                                 &out_object->interfaces[i].info)); /* NULL says that nobody knows */
    return S_OK;
}
