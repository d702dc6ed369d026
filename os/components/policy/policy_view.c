/*
 * Namespaces as one peer sees them. A path is taken apart and put together again before any rule is looked
 * at, so that there is one spelling of each; what it leads to is asked from the inner namespace in one call,
 * relative to where this view begins, so a path never gets behind the view.
 */
#include <com_names.h>
#include <string.h>
#include "policy_internal.h"

enum { LIST_PIECE_BYTES = 256 };

/* Of a view and of all views below it. */
struct rules {
    struct com_refs refs;
    size_t count;
    bool has_show;
    struct policy_rule rows[]; /* behind them, their texts */
};

struct view {
    INamespace INamespace_iface;
    struct com_refs refs;
    INamespace *inner;   /* constant, one reference */
    struct rules *rules; /* constant, one reference */
    char begin[];        /* constant: where `inner` is in the namespace that the rules speak of */
};

static const struct INamespaceVtbl view_vtbl;

static struct view *impl_from_INamespace(INamespace *iface)
{
    assert(iface->vtbl == &view_vtbl);
    return container_of(iface, struct view, INamespace_iface);
}

static HRESULT view_QueryInterface(INamespace *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_INamespace, iid, out_object);
}

static uint32_t view_AddRef(INamespace *iface)
{
    return com_refs_add(&impl_from_INamespace(iface)->refs);
}

static void release_rules(struct rules *rules)
{
    if (!com_refs_release(&rules->refs))
        com_free(rules);
}

static uint32_t view_Release(INamespace *iface)
{
    struct view *view = impl_from_INamespace(iface);
    uint32_t left = com_refs_release(&view->refs);

    if (!left) {
        INamespace_Release(view->inner);
        release_rules(view->rules);
        com_free(view);
    }
    return left;
}

/* Takes over the reference to `rules`, also when it fails. */
static HRESULT create(INamespace *inner, struct rules *rules, const char *begin, INamespace **out_view)
{
    size_t begin_bytes = strlen(begin) + 1;
    struct view *view = (struct view *)com_alloc(sizeof(*view) + begin_bytes);

    if (!view) {
        release_rules(rules);
        return E_OUTOFMEMORY;
    }
    view->INamespace_iface.vtbl = &view_vtbl;
    com_refs_init(&view->refs);
    view->inner = inner;
    view->rules = rules;
    memcpy(view->begin, begin, begin_bytes);
    INamespace_AddRef(inner);
    *out_view = &view->INamespace_iface;
    return S_OK;
}

/* ---- rules ---- */

/* Whether `path` is `top`, or below it. */
static bool is_at_or_below(const char *path, const char *top)
{
    size_t length = strlen(top);

    return !length || (strncmp(path, top, length) == 0 && (path[length] == '\0' || path[length] == '/'));
}

static bool is_visible(const struct rules *rules, const char *path)
{
    bool is_shown = !rules->has_show || !*path;
    size_t i;

    for (i = 0; i < rules->count; i++) {
        const struct policy_rule *rule = &rules->rows[i];

        if (rule->kind == POLICY_HIDE && is_at_or_below(path, rule->path))
            return false;
        if (rule->kind == POLICY_SHOW)
            is_shown |= is_at_or_below(path, rule->path) || is_at_or_below(rule->path, path);
    }
    return is_shown;
}

/* Whether the name at `path` may be given to an object or taken away. */
static bool is_writable(const struct rules *rules, const char *path)
{
    bool is_shown = !rules->has_show;
    size_t i;

    if (!is_visible(rules, path))
        return false;
    for (i = 0; i < rules->count; i++) {
        const struct policy_rule *rule = &rules->rows[i];

        if (rule->kind == POLICY_READ_ONLY && is_at_or_below(path, rule->path))
            return false;
        if (is_at_or_below(rule->path, path))
            return false; /* that name leads to what a rule speaks of, or is it */
        if (rule->kind == POLICY_SHOW)
            is_shown |= is_at_or_below(path, rule->path);
    }
    return is_shown;
}

/* Whether a rule has to be kept by a namespace that was bound at `path`. */
static bool speaks_of(const struct rules *rules, const char *path)
{
    size_t i;

    for (i = 0; i < rules->count; i++) {
        const struct policy_rule *rule = &rules->rows[i];

        if (is_at_or_below(rule->path, path) && strcmp(rule->path, path) != 0 && rule->kind != POLICY_RENAME)
            return true;
        if (rule->kind == POLICY_READ_ONLY && is_at_or_below(path, rule->path))
            return true;
    }
    return false;
}

/* What a name of the top is called inside; NULL: nothing, because it was given another name. */
static const char *inner_name(const struct rules *rules, const char *name)
{
    bool is_taken = false;
    size_t i;

    for (i = 0; i < rules->count; i++) {
        if (rules->rows[i].kind != POLICY_RENAME)
            continue;
        if (strcmp(rules->rows[i].name, name) == 0)
            return rules->rows[i].path;
        is_taken |= strcmp(rules->rows[i].path, name) == 0;
    }
    return is_taken ? NULL : name;
}

/* ---- paths ---- */

/*
 * Takes a path of the view apart.
 * @param out_full      as the rules speak of it
 * @param out_relative  as the inner namespace knows it; inside `out_full`
 */
static HRESULT translate(const struct view *view, const char *path, char out_full[NAMESPACE_PATH_MAX + 1],
                         const char **out_relative)
{
    size_t begin = strlen(view->begin), used = begin;
    char name[NAMESPACE_NAME_MAX + 1];
    const char *inner;
    HRESULT hr;

    memcpy(out_full, view->begin, begin + 1);
    while (SUCCEEDED(hr = com_path_split(path, name, &path)) && name[0]) {
        inner = used ? name : inner_name(view->rules, name);
        if (!inner)
            return NS_E_NOT_FOUND;
        if (used + strlen(inner) + 1 > NAMESPACE_PATH_MAX)
            return NS_E_BAD_PATH;
        if (used)
            out_full[used++] = '/';
        memcpy(out_full + used, inner, strlen(inner) + 1);
        used += strlen(inner);
        if (!*path)
            break;
    }
    *out_relative = out_full + begin + (begin && used > begin);
    return hr;
}

/* ---- INamespace ---- */

static HRESULT find_place(const struct view *view, const char *path, char full[NAMESPACE_PATH_MAX + 1],
                          const char **out_relative)
{
    HRESULT hr = translate(view, path, full, out_relative);

    if (hr == NS_E_NOT_FOUND)
        return NS_E_READ_ONLY; /* a name that is hidden here must not be taken there */
    if (FAILED(hr))
        return hr;
    return is_writable(view->rules, full) ? S_OK : NS_E_READ_ONLY;
}

static HRESULT view_Register(INamespace *iface, const char *path, IUnknown *object, uint32_t flags)
{
    struct view *view = impl_from_INamespace(iface);
    char full[NAMESPACE_PATH_MAX + 1];
    const char *relative;
    HRESULT hr = find_place(view, path, full, &relative);

    return FAILED(hr) ? hr : com_path_register(view->inner, relative, object, flags);
}

static HRESULT view_Unregister(INamespace *iface, const char *path)
{
    struct view *view = impl_from_INamespace(iface);
    char full[NAMESPACE_PATH_MAX + 1];
    const char *relative;
    HRESULT hr = find_place(view, path, full, &relative);

    if (hr == NS_E_READ_ONLY &&
        (FAILED(translate(view, path, full, &relative)) || !is_visible(view->rules, full)))
        return NS_E_NOT_FOUND;
    return FAILED(hr) ? hr : com_path_unregister(view->inner, relative);
}

static HRESULT view_Bind(INamespace *iface, const char *path, uint32_t flags, IUnknown **out_object)
{
    struct view *view = impl_from_INamespace(iface);
    COM_SCOPED(IUnknown) object = NULL;
    COM_SCOPED(INamespace) names = NULL;
    char full[NAMESPACE_PATH_MAX + 1];
    const char *relative;
    INamespace *below;
    HRESULT hr;

    if (!out_object)
        return E_POINTER;
    *out_object = NULL;
    hr = translate(view, path, full, &relative);
    if (SUCCEEDED(hr) && !is_visible(view->rules, full))
        hr = NS_E_NOT_FOUND;
    if (FAILED(hr))
        return hr;
    if (!*relative) {
        INamespace_AddRef(iface);
        *out_object = (IUnknown *)iface;
        return S_OK;
    }
    hr = com_path_bind(view->inner, relative, flags, &object);
    if (FAILED(hr))
        return hr;
    if (speaks_of(view->rules, full)) {
        hr = IUnknown_QueryInterface(object, &IID_INamespace, (void **)&names);
        if (FAILED(hr) && hr != E_NOINTERFACE)
            return hr;
    }
    if (!names) {
        *out_object = COM_TAKE(object);
        return S_OK;
    }
    (void)com_refs_add(&view->rules->refs);
    hr = create(names, view->rules, full, &below);
    if (SUCCEEDED(hr))
        *out_object = (IUnknown *)below;
    return hr;
}

/* What the view calls a name of the inner namespace. */
static const char *outer_name(const struct view *view, const char *name)
{
    size_t i;

    for (i = 0; !*view->begin && i < view->rules->count; i++)
        if (view->rules->rows[i].kind == POLICY_RENAME && strcmp(view->rules->rows[i].path, name) == 0)
            return view->rules->rows[i].name;
    return name;
}

/* Whether the view has a name of the inner namespace; not one whose place another took. */
static bool is_listed(const struct view *view, const char *name)
{
    char full[NAMESPACE_PATH_MAX + 1 + NAMESPACE_NAME_MAX + 1];
    const char *outer = outer_name(view, name);
    size_t begin;

    begin = strlen(view->begin);
    memcpy(full, view->begin, begin);
    if (begin)
        full[begin++] = '/';
    memcpy(full + begin, name, strlen(name) + 1);
    if (!is_visible(view->rules, full))
        return false;
    if (*view->begin || outer != name)
        return true;
    outer = inner_name(view->rules, name);
    return outer && strcmp(outer, name) == 0;
}

/* Names may be called otherwise, and so come in another order: all of them are looked at each time. */
static HRESULT view_List(INamespace *iface, const char *after, uint32_t capacity, char *names,
                         uint32_t *out_length)
{
    struct view *view = impl_from_INamespace(iface);
    char last[NAMESPACE_NAME_MAX + 1] = "", piece[LIST_PIECE_BYTES];
    struct com_name_list list;
    uint32_t length, at;
    HRESULT hr;

    if (!out_length)
        return E_POINTER;
    hr = com_name_list_begin(&list, after, names, capacity);
    if (FAILED(hr))
        return hr;
    do {
        length = 0;
        hr = INamespace_List(view->inner, last, sizeof(piece), piece, &length);
        if (FAILED(hr))
            return hr;
        if (length > sizeof(piece) || (length && piece[length - 1]))
            return E_UNEXPECTED;
        for (at = 0; at < length; at += (uint32_t)strlen(piece + at) + 1) {
            size_t size = strcspn(piece + at, "/");

            if (size > NAMESPACE_NAME_MAX)
                return E_UNEXPECTED;
            memcpy(last, piece + at, size);
            last[size] = '\0';
            if (is_listed(view, last))
                com_name_list_add(&list, outer_name(view, last), piece[at + size] == '/');
        }
    } while (hr == S_FALSE && length);
    return com_name_list_end(&list, out_length);
}

static const struct INamespaceVtbl view_vtbl = {
    .QueryInterface = view_QueryInterface,
    .AddRef = view_AddRef,
    .Release = view_Release,
    .Register = view_Register,
    .Unregister = view_Unregister,
    .Bind = view_Bind,
    .List = view_List,
};

/* Copies a text behind the last one. */
static const char *copy_text(char **at, const char *text)
{
    size_t bytes = strlen(text) + 1;
    char *copy = *at;

    memcpy(copy, text, bytes);
    *at += bytes;
    return copy;
}

HRESULT policy_view_create(INamespace *inner, const struct policy_rule *rules, size_t rule_count,
                           INamespace **out_view)
{
    size_t bytes = sizeof(struct rules) + rule_count * sizeof(*rules), i;
    struct rules *copy;
    char *texts;

    *out_view = NULL;
    for (i = 0; i < rule_count; i++)
        bytes += strlen(rules[i].path) + 1 + strlen(rules[i].name) + 1;
    copy = (struct rules *)com_alloc(bytes);
    if (!copy)
        return E_OUTOFMEMORY;
    com_refs_init(&copy->refs);
    copy->count = rule_count;
    copy->has_show = false;
    texts = (char *)(copy->rows + rule_count);
    for (i = 0; i < rule_count; i++) {
        copy->rows[i].kind = rules[i].kind;
        copy->rows[i].path = copy_text(&texts, rules[i].path);
        copy->rows[i].name = copy_text(&texts, rules[i].name);
        copy->has_show |= rules[i].kind == POLICY_SHOW;
    }
    return create(inner, copy, "", out_view);
}
