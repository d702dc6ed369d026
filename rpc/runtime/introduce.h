/* Introductions: what introduce.c, which serves them, and shortcut.c, which asks for them, have in common. */
#ifndef RPC_RUNTIME_INTRODUCE_H
#define RPC_RUNTIME_INTRODUCE_H

#include "runtime.h"
#include <rpc/introduction.idl.h>

_Static_assert(sizeof(struct introduction_token) == RPC_NODE_ID_BYTES, "a node is named by a token");

/* A proxy of IIntroduction for one call of an import, on its caller's stack. */
static inline IIntroduction *rpc__introduction_init(struct rpc_proxy *proxy, struct rpc_import *import)
{
    proxy->vtbl = IIntroduction_interface.proxy_vtbl;
    proxy->interface = &IIntroduction_interface;
    proxy->import = import;
    proxy->next = NULL;
    return (IIntroduction *)(void *)proxy;
}

static inline bool rpc__token_is_node(const struct introduction_token *token, const struct rpc_peer *peer)
{
    return memcmp(token->bytes, peer->node_id, RPC_NODE_ID_BYTES) == 0;
}

/* Those of struct rpc_introducer; shortcut.c. */
void rpc__shortcut_attach(struct rpc_import *import);
bool rpc__shortcut_enter(struct rpc_import *import);
void rpc__shortcut_leave(struct rpc_import *import);
void rpc__shortcut_introduce(struct rpc_work *work);
void rpc__shortcut_stop(struct rpc_introducer *introducer);

#endif
