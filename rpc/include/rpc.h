/*
 * The public API of a node: what a program or a kernel calls beside the generated interfaces.
 */
#ifndef RPC_H
#define RPC_H

#include <com.h>
#include <com/namespace.idl.h>
#include <net/socket.idl.h>
#include <rpc/node.idl.h>
#include <rpc/transport.idl.h>
#include <rpc_types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Longest scheme of an endpoint, without the NUL. */
#define RPC_SCHEME_MAX 31

/* A transport and the word before the colon of its endpoints. */
struct rpc_transport {
    char scheme[RPC_SCHEME_MAX + 1];
    ITransport *transport;
};

struct rpc_node_config {
    const char *name;  /* "" for a nameless client */
    INetwork *network; /* whose timer and thread the node uses */
    const struct rpc_transport *transports;
    size_t transport_count;
    INamespace *world; /* CurrentNamespace() of the node's workers; may be NULL */
    /* Higher with every start of the node of this name, such as a boot counter: peers give up at once what
     * they had of an earlier one. Only where the name is certainly this node's own. 0: not known;
     * IIncarnation of the node can say it later, as the component "net" does when the directory has given a
     * number. */
    uint64_t incarnation;
};

/**
 * Starts a node: its workers run from here on. The transports and the network are referenced.
 *
 * The workers keep it alive: rpc_node_stop ends it.
 * @retval E_OUTOFMEMORY
 */
COM_WARN_UNUSED HRESULT rpc_node_create(const struct rpc_node_config *config, ILocalNode **out_node);

/**
 * Goes away in good order: closes the listeners, tells all peers, makes and takes no more calls but nested
 * ones (RPC_E_SERVER_DIED_DNE, not executed), and waits until what runs has ended and every link is closed.
 * rpc_node_stop ends what is left. Not from a worker.
 * @retval RPC_E_TIMEOUT a call still runs, or a peer did not answer, at `deadline_ns`
 */
COM_WARN_UNUSED HRESULT rpc_node_drain(ILocalNode *node, int64_t deadline_ns);

/**
 * Closes all links and listeners and ends the workers; calls in progress fail with RPC_E_DISCONNECTED.
 * Returns when the workers have ended. Not from a worker.
 */
void rpc_node_stop(ILocalNode *node);

/**
 * What the running thread calls from now on belongs to a trace: it goes with the calls, and with those that
 * are made on behalf of them (docs/observing.md).
 *
 * @param context  stays valid until it is replaced; NULL: none
 * @return what was there before
 */
const struct rpc_trace_context *rpc_set_trace(const struct rpc_trace_context *context);

/** Whether the running thread's last remote call was executed; valid until its next one. */
enum rpc_executed rpc_last_executed(void);

/**
 * Waits until Finish_ of a call object (AsyncIX, made by AsyncIX_create) need not wait any more.
 * @param call  an AsyncIX pointer
 * @retval S_FALSE not at `deadline_ns` (0: does not wait)
 * @retval E_NOINTERFACE it is no call object
 */
COM_WARN_UNUSED HRESULT rpc_async_wait(void *call, int64_t deadline_ns);

/**
 * Binds a path of a namespace of this process for longer than a connection lasts: the proxy stands for
 * whatever the path leads to. After the connection was lost, or the object revoked, the next call binds the
 * path again, and fails like that Bind if it fails (not executed). A call that was under way fails as ever
 * (RPC_E_DISCONNECTED) and is not repeated, unless it certainly was not executed or its method is
 * [idempotent], and has no interface parameters: then once.
 *
 * What the object knew of its callers is lost with it: this is for objects that are the same after a restart
 * of their node. The proxy is an object of its own, not the same as one that Bind gives. Passed to others it
 * is what it stands for then; its call objects (AsyncIX) stay with the connection that they were made over.
 *
 * @param ns  stays referenced, as a root of a node with "net" in it, whose "/net/NODE/..." connects again by
 * itself
 * @param out_object  the object itself if it is of this process
 * @retval those of Bind and QueryInterface, E_OUTOFMEMORY
 */
COM_WARN_UNUSED HRESULT rpc_bind_rebinding(ILocalNode *node, INamespace *ns, const char *path, const IID *iid,
                                           void **out_object);

/**
 * A proxy of an interface that a call will return, before it has (promise pipelining): calls of it leave at
 * once, the peer runs them when it knows what they are for, and all of them take one round trip together.
 *
 *     AsyncIShop_create(shop, &call);
 *     rpc_async_promise(call, 2, &IID_IOrder, (void **)&order);
 *     AsyncIShop_Begin_Open(call, customer);
 *     IOrder_Add(order, article);
 *
 * - It is for the next Begin_ of the call object; after a Begin_, for the call that is out, but then calls of
 *   it wait here until that has returned. So they do if the peer does not know promises.
 * - When the call has returned, calls of it go to what it returned. If the call failed, was cancelled or ran
 *   out of time, they fail with what it failed (not executed). So they do with RPC_E_INVALID_OBJECT if it
 *   returned NULL there, with E_NOINTERFACE if the object does not have `iid`, and with CO_E_OBJNOTCONNECTED
 *   if it is an object of this process: QueryInterface has that one.
 * - QueryInterface for anything but `iid` waits for the call and asks what it returned; so IID_IUnknown is
 * the identity of that object, and the promise is one more interface of it. As a parameter of other calls it
 * is what it stands for, and is waited for.
 * - It keeps the call object. Finish_ need not be called; if it is, it gives the object as ever. Any thread
 *   may use it after Begin_; until then calls of it fail with E_UNEXPECTED.
 * - A promise can be called with a call object as well, which promises in turn (AsyncIX_create(order, ...)).
 *
 * @param call    an AsyncIX pointer
 * @param number  which parameter of the method it is, from 1 in the order of the .idl: that of its field in
 * the .proto
 * @retval E_NOINTERFACE `call` is no call object, or this node does not know `iid`
 * @retval E_INVALIDARG  `number` is 0
 * @retval E_OUTOFMEMORY
 */
COM_WARN_UNUSED HRESULT rpc_async_promise(void *call, uint32_t number, const IID *iid, void **out_object);

/**
 * As com_bind, without a round trip of its own: from the first namespace of a peer on, the path is bound
 * together with the first calls of the object, which is a promise (rpc_async_promise) of what Bind returns.
 * So a name that is not there is known by the first call (NS_E_NOT_FOUND, not executed), and that an object
 * does not have `iid` (E_NOINTERFACE).
 *
 * @param out_object  with one reference; the object itself if it is of this process
 * @retval those of Bind and QueryInterface, if the object is of this process
 * @retval RPC_E_DISCONNECTED, RPC_E_SERVER_DIED_DNE, RPC_E_TIMEOUT the Bind could not be sent
 * @retval E_NOINTERFACE this node does not know `iid`; E_OUTOFMEMORY
 */
COM_WARN_UNUSED HRESULT rpc_bind_pipelined(INamespace *ns, const char *path, const IID *iid,
                                           void **out_object);

/**
 * Has a sink told, once and from a worker, when the node behind a reference is gone: the connection that it
 * came over is lost (3 s after a call, 10 s otherwise, at the latest), so every call of it fails. Also when
 * this node stops. Of a reference that leads on to a third node, the node that gave it is watched; of a
 * rebinding proxy, what it stands for now.
 *
 * @param key        for the sink to know what was watched
 * @param out_watch  ends with its last Release; a Gone that is on its way may still come. It keeps the sink,
 * but not the reference
 * @retval S_FALSE   the object is of this process: there is nothing to watch, and *out_watch is NULL
 * @retval RPC_E_DISCONNECTED it is gone already; nobody is told
 * @retval E_OUTOFMEMORY; of a rebinding proxy, those of Bind
 */
COM_WARN_UNUSED HRESULT rpc_watch(IUnknown *reference, IDeathSink *sink, uint64_t key, IUnknown **out_watch);

/**
 * From now on the node takes part in introductions (idl/rpc/introduction.idl): of a reference to an object of
 * a third node that a peer passed on, it gets one of its own there, as soon as the object is called, if it is
 * connected to that node or its world knows it as "net/NAME". The proxies stay what they are. And it
 * introduces peers to whom it passes such references on, unless they have a view. Before it listens or
 * connects.
 * @retval E_OUTOFMEMORY
 */
COM_WARN_UNUSED HRESULT rpc_introduce(ILocalNode *node);

/** Time-out of a proxy's calls whose method has none of its own; 0: the default of 5 s again. */
HRESULT rpc_set_timeout(void *proxy, uint32_t timeout_ms);

/**
 * The name of any code that this node knows, of errors.def or of an interface's .idl (then of at most 39
 * bytes, and valid until the thread asks again: the interface may go with its component); NULL if unknown.
 */
const char *rpc_result_name(ILocalNode *node, HRESULT hr);

/**
 * From now on the node counts what passes over the connections that are made; before it listens or connects,
 * not while another thread uses the node.
 *
 * @param out_observe  what it counts, as IObserve (idl/rpc/observe.idl); the same object each time
 * @retval E_OUTOFMEMORY
 */
COM_WARN_UNUSED HRESULT rpc_observe(ILocalNode *node, IUnknown **out_observe);

/** What a node has now, for tests; more is in rpc_observe. */
struct rpc_statistics {
    uint32_t links;
    uint32_t exports;
    uint32_t imports;
    uint32_t outstanding_calls;
};
void rpc_node_statistics(ILocalNode *node, struct rpc_statistics *out_statistics);

#ifdef __cplusplus
}
#endif

#endif
