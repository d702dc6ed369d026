/*
 * For who uses names, and for who implements INamespace: taking paths apart and writing lists of names, once
 * for all namespaces. The rules of paths are in idl/com/namespace.idl.
 */
#ifndef COM_NAMES_H
#define COM_NAMES_H

#include <com.h>
#include <com/namespace.idl.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Whether `text` can be the name of an element: 1..63 of [A-Za-z0-9._-], neither "." nor "..". */
bool com_name_is_valid(const char *text);

/**
 * Takes the first element off a path.
 *
 * @param path      as a method of INamespace got it
 * @param out_name  the element; "" if the path is "" or "/": the namespace itself is meant
 * @param out_rest  what follows the element and its slash, inside `path`; "" if nothing does
 * @retval NS_E_BAD_PATH `path` is NULL, too long, or any of its elements is malformed
 */
COM_WARN_UNUSED HRESULT com_path_split(const char *path, char out_name[NAMESPACE_NAME_MAX + 1],
                                       const char **out_rest);

/** Bind and QueryInterface in one. @retval those of both; then *out_object is NULL */
COM_WARN_UNUSED HRESULT com_bind(INamespace *ns, const char *path, const IID *iid, void **out_object);

/*
 * A namespace that holds others hands the rest of a path on to them between these two. They count: names may
 * lead in a circle, by mistake or on purpose, and a path that follows it must end before the thread's stack
 * does.
 */
#define COM_PATH_HANDOVERS_MAX 16

/**
 * Before the call of the next namespace.
 * @retval NS_E_TOO_DEEP the thread is within COM_PATH_HANDOVERS_MAX of these, in all calls that it runs
 */
COM_WARN_UNUSED HRESULT com_path_enter(void);

/** After it. @return `hr`, what the call returned */
HRESULT com_path_leave(HRESULT hr);

/** Bind of the next namespace. @retval NS_E_TOO_DEEP as com_path_enter */
COM_WARN_UNUSED static inline HRESULT com_path_bind(INamespace *next, const char *rest, uint32_t flags,
                                                    IUnknown **out_object)
{
    HRESULT hr = com_path_enter();

    *out_object = NULL;
    return FAILED(hr) ? hr : com_path_leave(INamespace_Bind(next, rest, flags, out_object));
}

/** Register of the next namespace. @retval NS_E_TOO_DEEP as com_path_enter */
COM_WARN_UNUSED static inline HRESULT com_path_register(INamespace *next, const char *rest, IUnknown *object,
                                                        uint32_t flags)
{
    HRESULT hr = com_path_enter();

    return FAILED(hr) ? hr : com_path_leave(INamespace_Register(next, rest, object, flags));
}

/** Unregister of the next namespace. @retval NS_E_TOO_DEEP as com_path_enter */
COM_WARN_UNUSED static inline HRESULT com_path_unregister(INamespace *next, const char *rest)
{
    HRESULT hr = com_path_enter();

    return FAILED(hr) ? hr : com_path_leave(INamespace_Unregister(next, rest));
}

/*
 * One List: names go in in any order, and the ones that sort first come out, as many as fit.
 *
 *     hr = com_name_list_begin(&list, after, names, capacity);
 *     for each name of the namespace
 *         com_name_list_add(&list, name, is_namespace);
 *     return com_name_list_end(&list, out_length);
 */
struct com_name_list {
    const char *after;
    char *names;
    uint32_t capacity;
    uint32_t length;
    char left_out[NAMESPACE_NAME_MAX + 2]; /* the first name that did not fit; "" while all do */
};

/** @retval E_POINTER `after`, or `names` with a capacity, is NULL */
COM_WARN_UNUSED HRESULT com_name_list_begin(struct com_name_list *list, const char *after, char *names,
                                            uint32_t capacity);

/** Adds a name; one that is not behind `after` or is no valid name is skipped. */
void com_name_list_add(struct com_name_list *list, const char *name, bool is_namespace);

/** What List returns: S_OK, S_FALSE if there are more, E_INVALIDARG if not even one name fits. */
COM_WARN_UNUSED HRESULT com_name_list_end(const struct com_name_list *list, uint32_t *out_length);

#ifdef __cplusplus
}
#endif

#endif
