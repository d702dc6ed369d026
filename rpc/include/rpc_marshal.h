/*
 * The contract between what idlc generates and the runtime. Nobody writes against this header by hand; it
 * changes together with idlc/emit/{proxy,stub}.c.
 *
 * A proxy method:
 *
 * - rpc_call_begin(&call, self, method, …)
 * - wire_put_*(&call.request, …), rpc_call_put_interface for each interface
 * - rpc_call_invoke(&call)
 * - decode call.reply, take interfaces
 * - rpc_call_end(&call), always once begun
 *
 * A stub method:
 *
 * - decode call->request (wire.h), without side effects; rpc_incoming_interface for each interface
 * - rpc_incoming_execute(call, bound): from here on the call counts as executed
 * - wire_open(&call->reply, …) for outputs in place
 * - the method itself
 * - encode call->reply when it succeeded
 *
 * One whose method allocates results has rpc_incoming_run before it, and rpc_incoming_results behind it. It
 * frees them whatever becomes of the reply.
 */
#ifndef RPC_MARSHAL_H
#define RPC_MARSHAL_H

#include <com.h>
#include <com/unknown.idl.h>
#include <port.h>
#include <rpc_cancellation.h>
#include <rpc_types.h>
#include <wire_table.h>
#include <wire_wide.h>

#ifdef __cplusplus
extern "C" {
#endif

struct rpc_import;
struct rpc_link;
struct rpc_buffer;
struct rpc_answer;

/* Method timeouts in rpc_call_begin. */
#define RPC_TIMEOUT_DEFAULT 0u
#define RPC_TIMEOUT_NONE 0xFFFFFFFFu

/* Beside the method's number in rpc_call_begin. */
#define RPC_METHOD_MASK 0x3FFFFFFFu
#define RPC_ONEWAY 0x40000000u /* there is no reply: rpc_call_invoke returns when the request has left */
#define RPC_IDEMPOTENT                                                                  \
    0x80000000u /* it may be executed more than once: a rebinding proxy repeats it once \
                 */

/* What stands in for one interface of a remote object. Generated proxy tables take it as `self`. */
struct rpc_proxy {
    const void *vtbl; /* interface->proxy_vtbl; first: this is an interface pointer */
    const struct com_interface *interface;
    struct rpc_import *import; /* the object it stands for; constant */
    struct rpc_proxy *next;    /* other interfaces of the same object; (link->lock) */
};

/* The first three slots of every proxy table. Their addresses also tell a proxy from other objects. */
HRESULT rpc_proxy_QueryInterface(void *self, const IID *iid, void **out_object);
uint32_t rpc_proxy_AddRef(void *self);
uint32_t rpc_proxy_Release(void *self);

/* ---- the caller's side: lives on the stack of a proxy method ---- */

struct rpc_call {
    struct wire_writer request; /* parameters go here */
    struct wire_reader reply;   /* results, after rpc_call_invoke succeeded */

    /* Private to the runtime. */
    struct rpc_proxy *proxy;
    struct rpc_proxy
        *stand_in;   /* the rebinding proxy that was called; then `proxy` has a reference. NULL: none */
    const IID *iid;  /* of the proxy's interface, or of the one that rpc_dynamic_invoke calls */
    uint32_t method; /* with RPC_ONEWAY and RPC_IDEMPOTENT */
    uint32_t timeout_ms;
    uint32_t id;             /* on the wire; 0: not sent, or [oneway] */
    uint32_t sent_bytes;     /* of its frame */
    int64_t begin_ns;        /* when it was sent; 0: it was not */
    uint64_t traced;         /* its place among traced calls; 0: none */
    uint64_t causality;      /* of the logical thread that made it; (link->lock) */
    HRESULT hr;              /* first error of marshalling, later the result */
    bool done;               /* (link->lock) */
    bool has_left;           /* what the request refers to is the link's, or the peer's */
    bool keeps;              /* somebody waits for what it returns, to make calls of it */
    bool wants_credit;       /* it waits until it may be sent; (link->lock) */
    uint8_t cap_count;       /* of the request */
    uint8_t reply_cap_count; /* of the reply; then `caps` are its */
    uint8_t reply_executed;
    struct wire_bytes detail; /* in the reply's buffer */
    uint8_t *buffer;          /* of the request: inline_buffer, or of request_buffer if that is too small */
    struct rpc_buffer *request_buffer;
    struct rpc_buffer *reply_buffer;
    struct rpc_call *awaited;    /* it is no call, but only waits for this one; NULL */
    struct rpc_call *next;       /* others that sleep on this link; (link->lock) */
    struct port_condition *wake; /* it sleeps on this; (link->lock) */
    struct rpc_cap caps[RPC_CAPS_MAX];
    uint8_t inline_buffer[RPC_CALL_HEADROOM + PORT_INLINE_REQUEST_BYTES + RPC_TAILROOM];
};

/**
 * Prepares a call of method `method` on `self`, a proxy.
 *
 * @param method         its slot, with RPC_ONEWAY or RPC_IDEMPOTENT
 * @param timeout_ms     of the .idl's timeout attribute, RPC_TIMEOUT_DEFAULT or RPC_TIMEOUT_NONE
 * @param request_bound  most bytes that the parameters need: sum of WIRE_*_BOUND
 * @retval RPC_E_OUT_OF_RESOURCES the request is larger than the peer takes
 * @retval RPC_E_DISCONNECTED the link is dead
 * @retval E_OUTOFMEMORY
 * On failure rpc_call_end must not be called.
 */
COM_WARN_UNUSED HRESULT rpc_call_begin(struct rpc_call *call, void *self, uint32_t method,
                                       uint32_t timeout_ms, size_t request_bound);

/**
 * Sends the request and waits for the reply, at most until the deadline; of a [oneway] method it sends only.
 * @retval any success code: the reply may be decoded; else the method's or the protocol's failure
 */
COM_WARN_UNUSED HRESULT rpc_call_invoke(struct rpc_call *call);

/** Frees what the call holds; the reply's bytes are gone after it. */
void rpc_call_end(struct rpc_call *call);

/**
 * Writes an interface parameter as field `field`: nothing for NULL. The reference is lent for the call.
 * Errors (table full, too many) are reported by rpc_call_invoke.
 */
void rpc_call_put_interface(struct rpc_call *call, uint32_t field, const IID *iid, void *object);

/**
 * Makes the interface pointer of value `index` of the reply (the field's value, 0 is null).
 * Called after all of the reply was checked; each index at most once.
 * @param out_object  with one reference
 * @retval RPC_E_CLIENT_CANTUNMARSHAL_DATA no such index
 * @retval E_NOINTERFACE, E_OUTOFMEMORY, RPC_E_OUT_OF_RESOURCES
 */
COM_WARN_UNUSED HRESULT rpc_call_take_interface(struct rpc_call *call, uint32_t index, const IID *iid,
                                                void **out_object);

/*
 * Results whose memory the caller frees with com_free: of a field that was checked.
 * @retval NULL the field was absent (of bytes: or is empty), or out of memory
 * runtime/results.c
 */
char *rpc_result_text(struct wire_bytes text);
uint16_t *rpc_result_wide(struct wire_bytes text);
uint16_t *rpc_result_bstr(struct wire_bytes text); /* freed with SysFreeString */
void *rpc_result_bytes(struct wire_bytes bytes);

/* Bytes of a BSTR in memory of a call. */
#define RPC_BSTR_BYTES(units) (sizeof(uint32_t) + ((size_t)(units) + 1) * sizeof(uint16_t))

/**
 * Makes a BSTR of a field that was checked, in memory of RPC_BSTR_BYTES that is not its own: it is lent.
 * @retval NULL `memory` is NULL
 * runtime/results.c
 */
uint16_t *rpc_lend_bstr(void *memory, struct wire_bytes text);

/* ---- calls in two halves: AsyncIX ---- */

/* Counts of Begin_ that a Finish_ may need. */
#define RPC_ASYNC_KEPT_MAX 4

/**
 * A call object for `object`, with one reference. One thread at a time uses it; it has one call out at a
 * time. Its last Release cancels a call that is out.
 *
 * @param iid   of AsyncIX
 * @param vtbl  of AsyncIX; its first three slots are rpc_async_QueryInterface, AddRef and Release
 * @retval E_NOTIMPL the object is of this process: there is nothing to wait for
 */
COM_WARN_UNUSED HRESULT rpc_async_create(void *object, const IID *iid, const void *vtbl, void **out_call);
HRESULT rpc_async_QueryInterface(void *self, const IID *iid, void **out_object);
uint32_t rpc_async_AddRef(void *self);
uint32_t rpc_async_Release(void *self);

/** The proxy that Begin_ prepares its call on. */
void *rpc_async_target(void *self);

/** Begin_, as rpc_call_invoke: sends the request. The reply will come to the call object. */
COM_WARN_UNUSED HRESULT rpc_async_begin(void *self, struct rpc_call *call);

/**
 * Finish_: waits for the reply, at most until the deadline that the call has from Begin_.
 * @param out_call  has the reply, if any; rpc_call_end must be called in any case
 * @retval E_UNEXPECTED `method` was not begun
 */
COM_WARN_UNUSED HRESULT rpc_async_finish(void *self, uint32_t method, struct rpc_call *out_call);

/** Notes a count of Begin_ for Finish_. */
void rpc_async_keep(void *self, uint32_t index, uint32_t value);
uint32_t rpc_async_kept(void *self, uint32_t index);

/* ---- the callee's side: the runtime calls interface->stub ---- */

struct rpc_incoming {
    struct wire_reader request; /* parameters; private and writable, with one spare byte behind the end */
    struct wire_writer reply;   /* results, after rpc_incoming_execute */

    /* Private to the runtime. */
    struct rpc_link *link;
    struct rpc_buffer *request_buffer;
    struct rpc_buffer *reply_buffer; /* NULL until rpc_incoming_execute */
    uint32_t id;                     /* on the wire; 0: [oneway], nothing is returned */
    uint32_t charge;                 /* what it took of our credit */
    uint32_t method;
    uint32_t target;
    uint32_t depth;
    uint64_t causality;
    int64_t begin_ns; /* when it was read */
    uint64_t traced;  /* its place among traced calls; 0: none */
    struct rpc_trace_context trace;
    bool has_trace;
    bool is_nested; /* in a call that a thread of this node waits for */
    int64_t deadline_ns;
    HRESULT refusal; /* why it is not run, found out after it was taken; else S_OK */
    HRESULT put_hr;  /* first failure of rpc_incoming_put_interface */
    bool executed;
    uint8_t cap_count;
    uint8_t reply_cap_count;
    struct rpc_cap caps[RPC_CAPS_MAX]; /* of the request */
    void *cap_objects[RPC_CAPS_MAX];   /* made of them, with one reference each */
    struct rpc_cap reply_caps[RPC_CAPS_MAX];
    uint32_t reply_fields[RPC_CAPS_MAX]; /* of the reply that name them; 0: not of the reply itself */
    void *reply_objects[RPC_CAPS_MAX];   /* released when the reply has left */
    void *scratch;                       /* list of blocks of rpc_incoming_scratch */
    size_t scratch_bytes;
    size_t spare_bytes; /* of request_buffer, taken from its end by rpc_incoming_scratch */
    void *object;       /* the target's IUnknown, pinned */
    void *pointer;      /* its interface `iid`, if it is known already */
    void *world;
    const struct com_interface *interface; /* of `pointer`; (link->lock) */
    IID iid;
    struct rpc_cancellation cancellation;
    struct rpc_incoming *next, **at; /* among those that run on this link; (link->lock) */
    struct rpc_answer *answer;       /* where its results are kept, for other calls; NULL: they are not */
    struct rpc_answer *awaits; /* it is a call of one of its results, which is still to come; (link->lock) */
    struct rpc_incoming *next_waiting; /* (link->lock) */
};

/**
 * Makes the interface pointer of an [in] parameter from its field value (0 is null). Borrowed: the runtime
 * releases it after the call; the method calls AddRef to keep it.
 * @retval RPC_E_SERVER_CANTUNMARSHAL_DATA no such index
 * @retval E_NOINTERFACE, E_OUTOFMEMORY, RPC_E_OUT_OF_RESOURCES
 */
COM_WARN_UNUSED HRESULT rpc_incoming_interface(struct rpc_incoming *call, uint32_t index, const IID *iid,
                                               void **out_object);

/**
 * Memory for decoded parameters (arrays, structs), freed after the call; aligned for any scalar. Of the
 * request's own buffer as long as there is room behind the message.
 * @retval NULL the call asks for more than the node allows, or out of memory
 */
void *rpc_incoming_scratch(struct rpc_incoming *call, size_t size_bytes);

/**
 * The request is good and the method will be called next: prepares call->reply for at most `reply_bound`
 * bytes. From here on the call counts as executed.
 * @retval RPC_E_OUT_OF_RESOURCES the reply would be larger than the peer takes
 * @retval E_OUTOFMEMORY
 */
COM_WARN_UNUSED HRESULT rpc_incoming_execute(struct rpc_incoming *call, size_t reply_bound);

/**
 * For methods that allocate results, whose size is only known behind them: the method is called next, and
 * rpc_incoming_results comes when it succeeded. From here on the call counts as executed.
 */
static inline void rpc_incoming_run(struct rpc_incoming *call)
{
    call->executed = true;
}

/**
 * Prepares call->reply for the results of a method that has run; on failure its `failed` is set, so that
 * nothing is written. It is set before if the results break their bounds.
 * @retval RPC_E_SERVER_CANTMARSHAL_DATA they did
 * @retval otherwise as rpc_incoming_execute
 */
COM_WARN_UNUSED static inline HRESULT rpc_incoming_results(struct rpc_incoming *call, size_t reply_bound)
{
    HRESULT hr = call->reply.failed ? RPC_E_SERVER_CANTMARSHAL_DATA : rpc_incoming_execute(call, reply_bound);

    if (FAILED(hr))
        call->reply.failed = true;
    return hr;
}

/**
 * Writes an [out] interface as field `field` of the reply and takes over the reference; nothing for NULL.
 * If it cannot be exported, the reference is released and the call fails with the reason.
 */
void rpc_incoming_put_interface(struct rpc_incoming *call, uint32_t field, const IID *iid, void *object);

/* ---- calls of methods that tables describe ---- */

/**
 * A proxy method: the arguments are in memory as the table says, with room for the slots in front.
 * @retval what straight-line code returns
 */
COM_WARN_UNUSED HRESULT rpc_table_call(void *self, const struct wire_method *method, void *arguments);

/**
 * A stub method.
 *
 * @param frame  room for method->frame_bytes
 * @retval RPC_E_INVALIDMETHOD the method has no table
 */
COM_WARN_UNUSED HRESULT rpc_table_serve(const struct wire_method *method, void *object,
                                        struct rpc_incoming *call, void *frame);

#ifdef __cplusplus
}
#endif

#endif
