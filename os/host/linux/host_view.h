/* A namespace as one peer sees it: another one, with names hidden, renamed or read-only. */
#ifndef HOST_VIEW_H
#define HOST_VIEW_H

#include <com_impl.h>
#include <com/namespace.idl.h>

enum host_rule_kind { HOST_SHOW, HOST_HIDE, HOST_READ_ONLY, HOST_RENAME };

struct host_rule {
    enum host_rule_kind kind;
    char path[NAMESPACE_PATH_MAX + 1]; /* without a slash at its ends; "": all */
    char name[NAMESPACE_NAME_MAX + 1]; /* RENAME: what `path`, one element, is called in the view */
};

/**
 * A view of `inner`. Once there is a SHOW, only what is at and below such a path can be seen, and what leads
 * there. HIDE takes away what is at and below its path. What is at and below a READ_ONLY path cannot be
 * changed. Namespaces that are bound through the view are views themselves as far as a rule speaks of what is
 * in them.
 *
 * @param rules  are copied; paths are those of `inner`
 * @retval E_OUTOFMEMORY
 */
COM_WARN_UNUSED HRESULT host_view_create(INamespace *inner, const struct host_rule *rules, size_t rule_count,
                                         INamespace **out_view);

#endif
