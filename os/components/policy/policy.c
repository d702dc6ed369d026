/*
 * The object "policy": views of peers as a text describes them. In a kernel the text is a file that the key
 * `policy` of the configuration leads to; the node opens only if it is in force (listen).
 */
#include <com_names.h>
#include <component.h>
#include <os/config.idl.h>
#include <os/file.idl.h>
#include <rpc/node.idl.h>
#include <string.h>
#include "policy_internal.h"

enum { TEXT_BYTES_MAX = 256 * 1024, READ_BYTES = 4096 };

/* Constant, but for its references. */
struct text {
    struct com_refs refs;
    char bytes[]; /* ends with a NUL */
};

struct policy {
    IPolicy IPolicy_iface;
    IAccess IAccess_iface;
    struct com_refs refs;
    IInterfaceTable *table; /* constant, as those below; one reference */
    IViews *views;
    INamespace *exported;

    struct com_lock lock;
    bool applying;     /* (lock) a thread is in Apply */
    struct text *text; /* (lock) in force, one reference; NULL: none */
};

static const struct IPolicyVtbl policy_vtbl;
static const struct IAccessVtbl access_vtbl;

static struct policy *impl_from_IPolicy(IPolicy *iface)
{
    assert(iface->vtbl == &policy_vtbl);
    return container_of(iface, struct policy, IPolicy_iface);
}

static HRESULT policy_QueryInterface(IPolicy *iface, const IID *iid, void **out_object)
{
    static const struct com_query_row rows[] = {
        {&IID_IPolicy, offsetof(struct policy, IPolicy_iface)},
        {&IID_IAccess, offsetof(struct policy, IAccess_iface)},
    };

    return com_query_table(impl_from_IPolicy(iface), rows, sizeof(rows) / sizeof(rows[0]), iid, out_object);
}

static uint32_t policy_AddRef(IPolicy *iface)
{
    return com_refs_add(&impl_from_IPolicy(iface)->refs);
}

static void release_text(struct text *text)
{
    if (text && !com_refs_release(&text->refs))
        com_free(text);
}

static void destroy(struct policy *policy)
{
    if (policy->exported)
        INamespace_Release(policy->exported);
    if (policy->views)
        IViews_Release(policy->views);
    if (policy->table)
        IInterfaceTable_Release(policy->table);
    release_text(policy->text);
    com_free(policy);
}

static uint32_t policy_Release(IPolicy *iface)
{
    struct policy *policy = impl_from_IPolicy(iface);
    uint32_t left = com_refs_release(&policy->refs);

    if (!left)
        destroy(policy);
    return left;
}

static HRESULT copy_text(const char *text, struct text **out_copy)
{
    size_t bytes = strlen(text) + 1;
    struct text *copy = (struct text *)com_alloc(sizeof(*copy) + bytes);

    if (!copy)
        return E_OUTOFMEMORY;
    com_refs_init(&copy->refs);
    memcpy(copy->bytes, text, bytes);
    *out_copy = copy;
    return S_OK;
}

/* ---- parts of a text ---- */

/* Takes the next word off a line without changing it. @return its length; 0: there is none, or a comment */
static size_t take_word(const char **line, const char **out_word)
{
    size_t length;

    *line += strspn(*line, " \t\r");
    length = strcspn(*line, " \t\r\n#");
    *out_word = *line;
    *line += length;
    return length;
}

static bool is_word(const char *word, size_t length, const char *text)
{
    return strlen(text) == length && memcmp(word, text, length) == 0;
}

/* Whether a line begins the part of a peer. `name`: as the text has it */
static bool begins(const char *line, const char *name)
{
    const char *word;
    size_t length = take_word(&line, &word);

    if (!is_word(word, length, "peer"))
        return false;
    length = take_word(&line, &word);
    return !name || is_word(word, length, name);
}

static const char *line_behind(const char *line)
{
    line += strcspn(line, "\n");
    return line + (*line == '\n');
}

/* The line that begins the part of a peer; NULL: there is none. */
static const char *find_part(const char *text, const char *name)
{
    while (*text && !begins(text, name))
        text = line_behind(text);
    return *text ? text : NULL;
}

/* Writes a line with single spaces between its words. @return behind it */
static char *write_line(const char *line, char *out)
{
    char *begin = out;
    const char *word;
    size_t length;

    while ((length = take_word(&line, &word)) != 0) {
        if (out > begin)
            *out++ = ' ';
        memcpy(out, word, length);
        out += length;
    }
    if (out > begin)
        *out++ = '\n';
    return out;
}

/* Writes the part that begins at `line`, of the text's size at most. @return its size */
static size_t write_part(const char *line, char *out)
{
    char *at = out;

    do {
        at = write_line(line, at);
        line = line_behind(line);
    } while (*line && !begins(line, NULL));
    return (size_t)(at - out);
}

/* ---- IPolicy ---- */

static HRESULT check_peer(const struct policy_peer *peer, void *context)
{
    (void)peer;
    (void)context;
    return S_OK;
}

static HRESULT apply_peer(const struct policy_peer *peer, void *context)
{
    struct policy *policy = (struct policy *)context;
    COM_SCOPED(INamespace) root = NULL;
    HRESULT hr = policy_view_create(policy->exported, peer->rules, peer->rule_count, &root);

    if (FAILED(hr))
        return hr;
    return IViews_SetView(policy->views, peer->name, root, &peer->limits, peer->masks, peer->mask_count);
}

static HRESULT read_copy(struct policy *policy, const char *text,
                         HRESULT (*use)(const struct policy_peer *peer, void *context))
{
    struct text *copy; /* which is cut into words */
    HRESULT hr = copy_text(text, &copy);

    if (FAILED(hr))
        return hr;
    hr = policy_read(policy->table, copy->bytes, use, policy);
    release_text(copy);
    return hr;
}

/* Takes away the views of peers that `text` says nothing about any more. */
static void remove_others(struct policy *policy, const char *before, const char *text)
{
    char name[NODE_NAME_MAX + 1];
    const char *line, *word;
    size_t length;

    for (line = find_part(before, NULL); line; line = find_part(line_behind(line), NULL)) {
        const char *at = line;

        (void)take_word(&at, &word);
        length = take_word(&at, &word); /* it was read before: it is not too long */
        memcpy(name, word, length);
        name[length] = '\0';
        if (!find_part(text, name))
            com_ignore(IViews_RemoveView(policy->views, strcmp(name, "nameless") == 0 ? "" : name));
    }
}

/* By one thread at a time. */
static HRESULT apply(struct policy *policy, const char *text)
{
    struct text *copy, *before;
    HRESULT hr;

    hr = read_copy(policy, text, check_peer); /* all of it before any of it is in force */
    if (SUCCEEDED(hr))
        hr = copy_text(text, &copy);
    if (FAILED(hr))
        return hr;
    hr = read_copy(policy, text, apply_peer);
    if (FAILED(hr)) {
        release_text(copy);
        return hr;
    }
    com_lock_take(&policy->lock);
    before = policy->text;
    policy->text = copy;
    com_lock_give(&policy->lock);
    if (before)
        remove_others(policy, before->bytes, text);
    release_text(before);
    return S_OK;
}

static HRESULT policy_Apply(IPolicy *iface, const char *text)
{
    struct policy *policy = impl_from_IPolicy(iface);
    bool is_first;
    HRESULT hr;

    if (!text)
        return E_POINTER;
    com_lock_take(&policy->lock);
    is_first = !policy->applying;
    policy->applying = true;
    com_lock_give(&policy->lock);
    if (!is_first)
        return com_fail(RPC_E_CALL_REJECTED, "the policy is being changed", NULL);
    hr = apply(policy, text);
    com_lock_take(&policy->lock);
    policy->applying = false;
    com_lock_give(&policy->lock);
    return hr;
}

static const struct IPolicyVtbl policy_vtbl = {
    .QueryInterface = policy_QueryInterface,
    .AddRef = policy_AddRef,
    .Release = policy_Release,
    .Apply = policy_Apply,
};

/* ---- IAccess ---- */

static struct policy *impl_from_IAccess(IAccess *iface)
{
    assert(iface->vtbl == &access_vtbl);
    return container_of(iface, struct policy, IAccess_iface);
}

static HRESULT access_QueryInterface(IAccess *iface, const IID *iid, void **out_object)
{
    return policy_QueryInterface(&impl_from_IAccess(iface)->IPolicy_iface, iid, out_object);
}

static uint32_t access_AddRef(IAccess *iface)
{
    return policy_AddRef(&impl_from_IAccess(iface)->IPolicy_iface);
}

static uint32_t access_Release(IAccess *iface)
{
    return policy_Release(&impl_from_IAccess(iface)->IPolicy_iface);
}

/* What is in force, with one reference; NULL: nothing. */
static struct text *take_text(struct policy *policy)
{
    struct text *text;

    com_lock_take(&policy->lock);
    text = policy->text;
    if (text)
        (void)com_refs_add(&text->refs);
    com_lock_give(&policy->lock);
    return text;
}

/* The part about a peer, or else that about all others, for com_free. @retval S_FALSE none */
static HRESULT part_of(const char *text, const char *peer, char **out_part, size_t *out_size)
{
    const char *line = find_part(text, *peer ? peer : "nameless");
    char *part;

    if (!line)
        line = find_part(text, "*");
    if (!line)
        return S_FALSE;
    part = (char *)com_alloc(strlen(line) + 2); /* the end of a last line that has none, and a NUL */
    if (!part)
        return E_OUTOFMEMORY;
    *out_size = write_part(line, part);
    *out_part = part;
    return S_OK;
}

static HRESULT access_GetRules(IAccess *iface, const char *peer, uint32_t offset, uint32_t capacity,
                               char *text, uint32_t *out_length, uint32_t *out_total)
{
    struct policy *policy = impl_from_IAccess(iface);
    struct text *in_force;
    char *part = NULL;
    size_t size = 0;
    HRESULT hr;

    if (!peer || !out_length || !out_total || (capacity && !text))
        return E_POINTER;
    in_force = take_text(policy);
    hr = in_force ? part_of(in_force->bytes, peer, &part, &size) : S_FALSE;
    release_text(in_force);
    if (FAILED(hr))
        return hr;
    *out_total = (uint32_t)size;
    *out_length = offset < size ? (uint32_t)size - offset : 0;
    if (*out_length > capacity)
        *out_length = capacity;
    if (*out_length)
        memcpy(text, part + offset, *out_length);
    if (part)
        com_free(part);
    return hr;
}

/* What the names of a view are asked for with. */
struct listing {
    struct policy *policy;
    const char *path;
    const char *after;
    uint32_t capacity;
    char *names;
    uint32_t *out_length;
};

static HRESULT list_below(INamespace *root, const struct listing *listing)
{
    COM_SCOPED(INamespace) below = NULL;
    HRESULT hr = com_bind(root, listing->path, &IID_INamespace, (void **)&below);

    if (hr == E_NOINTERFACE)
        return com_fail(NS_E_NOT_NAMESPACE, listing->path, NULL);
    if (FAILED(hr))
        return hr;
    return INamespace_List(below, listing->after, listing->capacity, listing->names, listing->out_length);
}

static HRESULT list_view(const struct policy_peer *peer, void *context)
{
    const struct listing *listing = (const struct listing *)context;
    COM_SCOPED(INamespace) root = NULL;
    HRESULT hr = policy_view_create(listing->policy->exported, peer->rules, peer->rule_count, &root);

    return FAILED(hr) ? hr : list_below(root, listing);
}

static HRESULT access_List(IAccess *iface, const char *peer, const char *path, const char *after,
                           uint32_t capacity, char *names, uint32_t *out_length)
{
    struct policy *policy = impl_from_IAccess(iface);
    struct listing listing = {policy, path, after, capacity, names, out_length};
    struct text *in_force;
    char *part = NULL;
    size_t size = 0;
    HRESULT hr;

    if (!peer || !path || !after || !out_length)
        return E_POINTER;
    in_force = take_text(policy);
    hr = in_force ? part_of(in_force->bytes, peer, &part, &size) : S_FALSE;
    release_text(in_force);
    if (FAILED(hr))
        return hr;
    if (!part)
        return list_below(policy->exported, &listing);
    part[size] = '\0';
    hr = policy_read(policy->table, part, list_view, &listing);
    com_free(part);
    return hr;
}

static HRESULT access_Revoke(IAccess *iface, const char *peer, uint32_t *out_cut)
{
    if (!peer || !out_cut)
        return E_POINTER;
    return IViews_Revoke(impl_from_IAccess(iface)->views, NULL, peer, out_cut);
}

static const struct IAccessVtbl access_vtbl = {
    .QueryInterface = access_QueryInterface,
    .AddRef = access_AddRef,
    .Release = access_Release,
    .GetRules = access_GetRules,
    .List = access_List,
    .Revoke = access_Revoke,
};

/* ---- start ---- */

/* The whole file, ended with a NUL, for com_free. */
static HRESULT read_file(IFile *file, const char *path, char **out_text)
{
    uint32_t at = 0, length;
    uint64_t size;
    char *text;
    HRESULT hr = IFile_GetSize(file, &size);

    if (FAILED(hr))
        return hr;
    if (size > TEXT_BYTES_MAX)
        return com_fail(E_INVALIDARG, path, " is too large for a policy", NULL);
    text = (char *)com_alloc((size_t)size + 1);
    if (!text)
        return E_OUTOFMEMORY;
    while (SUCCEEDED(hr) && at < size) {
        uint32_t wanted = (uint32_t)size - at < READ_BYTES ? (uint32_t)size - at : READ_BYTES;

        hr = IFile_Read(file, at, wanted, (uint8_t *)text + at, &length);
        if (SUCCEEDED(hr) && !length)
            hr = com_fail(OS_E_IO, path, " became shorter", NULL);
        at += SUCCEEDED(hr) ? length : 0;
    }
    text[at] = '\0';
    if (SUCCEEDED(hr) && strlen(text) != at)
        hr = com_fail(E_INVALIDARG, path, " is no text", NULL);
    if (FAILED(hr)) {
        com_free(text);
        return hr;
    }
    *out_text = text;
    return S_OK;
}

/* @retval S_FALSE no file is configured */
static HRESULT apply_file(struct policy *policy, INamespace *ns)
{
    COM_SCOPED(IConfig) config = NULL;
    COM_SCOPED(IFile) file = NULL;
    char path[CONFIG_VALUE_MAX + 1];
    HRESULT hr = com_bind(ns, "config", &IID_IConfig, (void **)&config);
    char *text = NULL;

    if (SUCCEEDED(hr))
        hr = IConfig_Get(config, "policy", path, sizeof(path));
    if (hr == NS_E_NOT_FOUND)
        return S_FALSE;
    if (SUCCEEDED(hr))
        hr = com_bind(ns, path, &IID_IFile, (void **)&file);
    if (SUCCEEDED(hr))
        hr = read_file(file, path, &text);
    if (FAILED(hr))
        return hr;
    hr = policy_Apply(&policy->IPolicy_iface, text);
    com_free(text);
    return hr;
}

static HRESULT bind_all(struct policy *policy, INamespace *ns)
{
    HRESULT hr = com_bind(ns, "rpc", &IID_IInterfaceTable, (void **)&policy->table);

    if (SUCCEEDED(hr))
        hr = com_bind(ns, "rpc", &IID_IViews, (void **)&policy->views);
    if (SUCCEEDED(hr))
        hr = com_bind(ns, "export_view", &IID_INamespace, (void **)&policy->exported);
    return hr;
}

HRESULT component_main(INamespace *ns, IUnknown **out_object)
{
    struct policy *policy = (struct policy *)com_alloc(sizeof(*policy));
    HRESULT hr;

    if (!policy)
        return E_OUTOFMEMORY;
    memset(policy, 0, sizeof(*policy));
    policy->IPolicy_iface.vtbl = &policy_vtbl;
    policy->IAccess_iface.vtbl = &access_vtbl;
    com_refs_init(&policy->refs);
    hr = bind_all(policy, ns);
    if (SUCCEEDED(hr))
        hr = apply_file(policy, ns);
    if (FAILED(hr)) {
        (void)policy_Release(&policy->IPolicy_iface);
        return hr;
    }
    *out_object = (IUnknown *)&policy->IPolicy_iface;
    return S_OK;
}
