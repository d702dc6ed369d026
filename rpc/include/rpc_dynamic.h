/*
 * Calls of interfaces that a program was not compiled with: the bytes of a request go in, those of the reply
 * come out, as the messages IX_Method_Request and _Reply of the interface's .proto. For tools that read type
 * information (idl/rpc/type_info.idl); everybody else calls the methods that idlc generated.
 *
 * Objects are proxies of any interface, such as the IUnknown that INamespace::Bind gives; an object of this
 * very process has no stub in between, and is refused.
 */
#ifndef RPC_DYNAMIC_H
#define RPC_DYNAMIC_H

#include <com.h>
#include <com/namespace.idl.h>
#include <com/unknown.idl.h>
#include <rpc_types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct rpc_dynamic_call {
    IUnknown *object;    /* a proxy */
    const IID *iid;      /* of the interface that the method is one of */
    uint32_t method;     /* its slot */
    uint32_t timeout_ms; /* 0: that of rpc_set_timeout, else 5 s */
    bool is_oneway;      /* send it and wait for nothing; the reply is empty */
    bool is_idempotent;  /* it may be executed again */
    const void
        *request; /* the message; an interface parameter has the value 1 + its index below, 0 is NULL */
    size_t request_bytes;
    IUnknown *const *interfaces; /* in parameters, borrowed */
    uint32_t interface_count;    /* at most RPC_CAPS_MAX */
};

struct rpc_dynamic_reply {
    const uint8_t *results; /* the message; an interface has the value 1 + its index below, 0 is NULL */
    uint32_t results_bytes;
    IUnknown *interfaces[RPC_CAPS_MAX]; /* with one reference each; take one with COM_TAKE */
    uint32_t interface_count;
    void *buffer; /* private */
};

/**
 * Makes the call. rpc_last_executed() and com_error_detail() speak of it as of any other.
 *
 * @param out_reply  zeros on failure; else to be given to rpc_dynamic_free
 * @retval any success code: the method's; else the method's or the protocol's failure
 * @retval E_NOTIMPL the object is of this process
 * @retval RPC_E_OUT_OF_RESOURCES more interfaces than a message carries, or a larger request than the peer
 * takes
 */
COM_WARN_UNUSED HRESULT rpc_dynamic_invoke(const struct rpc_dynamic_call *call,
                                           struct rpc_dynamic_reply *out_reply);

/** Frees the bytes and releases the interfaces that were not taken. */
void rpc_dynamic_free(struct rpc_dynamic_reply *reply);

/**
 * Whether an object has an interface, which this node need not know.
 * @retval S_OK, E_NOINTERFACE, or the failure of the call
 */
COM_WARN_UNUSED HRESULT rpc_dynamic_query(IUnknown *object, const IID *iid);

/* Longest name of a node, without its NUL: NODE_NAME_MAX of idl/rpc/node.idl. */
#define RPC_DYNAMIC_NAME_MAX 31

/**
 * The node that a proxy leads to.
 *
 * @param name      its name; "" if it is nameless
 * @param out_root  its exported root; NULL on failure
 * @retval S_FALSE the object is of this process: nothing was written
 */
COM_WARN_UNUSED HRESULT rpc_dynamic_node(IUnknown *object, char name[RPC_DYNAMIC_NAME_MAX + 1],
                                         INamespace **out_root);

#ifdef __cplusplus
}
#endif

#endif
