/* Views of peers, written as text; the language is described in docs/views.md. */
#ifndef HOST_POLICY_H
#define HOST_POLICY_H

#include <rpc.h>

/**
 * Gives peers the views that a text describes. On a failure nothing has changed.
 *
 * @param inner  whose names the text speaks of
 * @retval E_INVALIDARG the detail says in which line, and why
 * @retval E_OUTOFMEMORY, and others of IViews::SetView
 */
COM_WARN_UNUSED HRESULT host_policy_apply(ILocalNode *node, INamespace *inner, const char *text);

#endif
