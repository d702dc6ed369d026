/*
 * The runtime: everything that blocks between proxies and links. Shared by the files of this folder.
 *
 * Locks, in the order in which they are taken: node->lock, then link->lock, then a cancellation's or the
 * introducer's, then node->work_lock. Of two links, one at a time. No lock is
 * held across a call of an object, a Send, a Receive or a wait other than its own condition's. The one
 * exception: AddRef of an exported object runs under link->lock; AddRef never blocks.
 */
#ifndef RPC_RUNTIME_H
#define RPC_RUNTIME_H

#include <core/session.h>
#include <rpc.h>
#include <rpc/type_info.idl.h>
#include <rpc/view.idl.h>
#include <rpc_buffer.h>
#include <rpc_marshal.h>
#include "thread.h"

#define RPC_DEFAULT_TIMEOUT_NS (INT64_C(5000) * PORT_NS_PER_MS)

/* A frame that cannot leave for this long is the end of its link. */
#define RPC_SEND_NS (INT64_C(3000) * PORT_NS_PER_MS)

/* What the network's own thread may spend on sending an answer or a control frame: more than a peer may delay
 * its acknowledgement, which is 50 ms. */
#define RPC_NETWORK_SEND_NS (INT64_C(100) * PORT_NS_PER_MS)

/* Something a worker does; embedded in what it is about. */
struct rpc_work {
    struct rpc_work *next;
    void (*run)(struct rpc_work *work);
    struct rpc_link *link; /* whose peer asked for it; NULL: nobody's */
    bool queued;           /* (node->work_lock) */
};

/*
 * A call that waits for a worker, or runs in one. From a fixed pool: running out of them is
 * RPC_E_SERVERCALL_RETRYLATER. Each link can have two: of who calls again and again, the one before may not
 * have ended when its Return has left. Of the others it never has more than it leaves, so that those that
 * flood the node keep nobody out; alone it never runs out: those whose Return has left are no more than
 * workers.
 */
enum {
    RPC_OWN_TASKS = 2,
    RPC_TASKS = 2 * (PORT_MAX_RUNNING + PORT_WORKERS) + RPC_OWN_TASKS * PORT_MAX_LINKS
};

struct rpc_task {
    struct rpc_work work;
    struct rpc_incoming incoming;
    struct rpc_task *next_free; /* (node->work_lock) */
};

/* A job of ILocalNode::Schedule. */
struct rpc_timed_job {
    struct rpc_timed_job *next; /* (node->work_lock) */
    IJob *job;                  /* one reference */
    int64_t deadline_ns;        /* (node->work_lock) */
    struct INamespace *names;   /* (node->work_lock) world of who scheduled it */
    bool again;                 /* (node->work_lock) it runs, and was scheduled meanwhile */
};

enum { RPC_MAX_TABLES = 96 };

struct rpc_node {
    ILocalNode ILocalNode_iface;
    IInterfaceTable IInterfaceTable_iface;
    IViews IViews_iface;
    IIncarnation IIncarnation_iface;
    IActivations IActivations_iface;
    INetworkSink timer_iface;
    ILinkSink accept_iface;
    struct com_refs refs;

    /* Constant. */
    INetwork *network;
    struct rpc_transport *transports;
    size_t transport_count;
    char name[NODE_NAME_MAX + 1];
    struct rpc_terms terms; /* of all links */
    struct INamespace *world;

    struct port_mutex lock;
    uint64_t incarnation;   /* (lock) 0: not known */
    struct rpc_link *links; /* (lock) each with one reference */
    struct rpc_link *all; /* (lock) also those that are dead, as long as somebody holds them; no references */
    uint32_t link_count;  /* (lock) */
    struct rpc_link *lingering; /* (lock) see lease.c; each with one reference */
    uint32_t lingering_count;   /* (lock) */
    uint64_t last_serial;       /* (lock) of links */
    bool closing;               /* (lock) no link is entered any more */
    struct rpc_dial *dials;     /* (lock) at most one to an endpoint */
    struct port_condition dial_ended;
    INamespace *exported_root;                                 /* (lock) */
    struct rpc_listener *listeners;                            /* (lock) */
    const struct com_interface *const *tables[RPC_MAX_TABLES]; /* (lock) */
    uint32_t table_count;                                      /* (lock) */
    struct rpc_stand_in *stand_ins;                            /* (lock) */
    struct rpc_rebinding *switched; /* (lock) of imports that were, and are in no link's table */
    uint32_t last_shortcut;         /* atomic */

    struct port_mutex work_lock;
    struct port_condition work_ready; /* a worker is wanted */
    struct port_condition ending;     /* `stopping` was set, or a worker ended */
    struct rpc_work *work_first;      /* (work_lock) */
    struct rpc_work *work_last;       /* (work_lock) */
    struct rpc_task *free_tasks;      /* (work_lock) */
    uint32_t free_task_count;         /* (work_lock) */
    int32_t reserved_tasks; /* (work_lock) that links have not taken of their own; below 0 with dead ones */
    struct rpc_timed_job *jobs;         /* (work_lock) sorted by deadline */
    struct rpc_timed_job *running_jobs; /* (work_lock) */
    uint32_t job_count;                 /* (work_lock) of both kinds */
    uint32_t idle_workers;              /* (work_lock) or about to begin */
    uint32_t worker_count;              /* (work_lock) that have not ended */
    int64_t busy_ns;                    /* (work_lock) when no worker was idle last */
    uint32_t second_workers;            /* (work_lock) that run a call of a link of which another runs one */
    uint32_t own_workers;               /* (work_lock) that run what no peer asked for */
    bool stopping;                      /* (work_lock) */
    int64_t service_ns;                 /* (work_lock) when the network's timer fires next */
    struct rpc_task *task_memory;
    struct port_mutex view_lock;       /* taken last */
    struct rpc_view *views;            /* (view_lock) */
    struct rpc_observer *observer;     /* NULL until rpc_observe, then constant */
    struct rpc_introducer *introducer; /* NULL until rpc_introduce, then constant */
};

/* A thread that dials; on its stack. */
struct rpc_dial {
    struct rpc_dial *next;
    const char *endpoint;
};

struct rpc_listener {
    struct rpc_listener *next;
    IListener *listener;
};

/* What a peer has taken of what is limited by the second, of each no more than its limit but by the first. */
struct rpc_spent {
    int64_t since_ns;
    uint32_t calls;
    uint32_t lookups;
    uint32_t bytes;
    uint32_t activations;
};

enum rpc_reader { RPC_NOBODY, RPC_CALLER, RPC_WORKER, RPC_NETWORK };

/*
 * One connection to a peer; tools/size/size.py says how large it may be. Who reads from it: at most one at a
 * time.
 *
 *   NOBODY   and watched: the network's thread will call Ready; not watched: somebody just left, see
 *            rpc_link_service
 *   CALLER   a thread that waits for its own Return; hands others theirs
 *   WORKER   a worker that ran a call from here and lingers for the next
 *   NETWORK  the network's own thread takes what is there, without blocking
 */
struct rpc_link {
    INetworkSink sink_iface;
    struct com_refs refs;         /* the node's list, imports, calls in progress */
    struct rpc_node *node;        /* constant, one reference */
    ILink *channel;               /* one reference; constant until the link is reaped, then NULL */
    uint64_t serial;              /* in the order of the node's links; constant */
    char *endpoint;               /* (lock) under which Connect finds it, own; NULL: not yet */
    struct rpc_link *next;        /* (node->lock) in node->links or node->lingering */
    struct rpc_link *next_of_all; /* (node->lock) */

    struct port_mutex lock;
    struct port_condition changed; /* `sending` ended; OPEN or DEAD, and what follows that */
    int64_t since_ns;              /* (lock) `executing`: when that began; NOBODY: when the last one left */
    struct rpc_session session;    /* (lock) */
    struct rpc_spent spent;        /* (lock) */
    struct rpc_thread *reader_thread; /* (lock) of CALLER and WORKER */
    struct rpc_call *waiters;         /* (lock) callers that sleep, for their Return or for credit */
    struct rpc_incoming *running;     /* (lock) calls of the peer that have not been answered */
    struct rpc_answer *answers;       /* (lock) of calls that the peer may refer to */
    struct rpc_watch *watches;        /* (lock) who wants to know when it is dead */
    struct rpc_work reap;             /* releases objects that the peer gave back; ends a dead link */
    struct rpc_view *view;            /* of its peer, set when it is open; NULL: none */
    INamespace *replaced_root;        /* that the view's is in the place of; one reference */
    struct rpc_counters *counters;    /* (lock) constant; NULL: nobody counts */
    struct rpc_offers *offers;        /* (lock) what the peer has provided to others; NULL: never anything */
    uint16_t tasks;                   /* (node->work_lock) of the node's that are for this link */
    uint16_t workers;                 /* (node->work_lock) that run them */
    uint16_t answer_count;            /* (lock) */
    uint16_t activations;             /* (lock) of the peer, see activation.c */
    uint8_t reader;                   /* (lock) enum rpc_reader */
    bool executing;                   /* (lock) the reader runs a call and does not read */
    bool sending;                     /* (lock) somebody is in Send */
    bool receiving;                   /* (lock) the reader is in Receive */
    bool watched;                     /* (lock) */
    bool closed;                      /* (lock) what a dead link needs is being done */
    bool ended;                       /* (lock) and was done; a worker does the rest */
    bool reaped;                      /* (lock) a worker has done its part of that */
    bool listed;                      /* (node->lock) */
};

/*
 * What makes the proxies of an import rebinding ones: they stand for whatever their path leads to
 * (rebinding.c), or for the object that they led to over a detour (shortcut.c), and hand each call to an
 * ordinary proxy of that. Such an import is in no link's table, but in the node's list.
 */
struct rpc_rebinding {
    struct rpc_rebinding *next; /* (node->lock) of one that was switched, among others; then `import` is it */
    struct rpc_import *import;

    /**
     * The proxy that a call of `self` goes to now, with one reference; resolves the path again if the
     * connection was lost. Blocks. (no lock held)
     */
    HRESULT (*take_target)(struct rpc_proxy *self, int64_t deadline_ns, struct rpc_proxy **out_target);

    /** A call of this target found it gone: the next call resolves the path again. NULL: there is no path.
     * (no lock held) */
    void (*forget)(struct rpc_proxy *self, const struct rpc_proxy *target);

    /**
     * NULL unless it stands for the result of a call that may still be out (promise.c): then calls are made
     * of the proxy itself, over its import's link.
     *
     * - ready: before one is sent; waits if it must. (no lock held)
     * - address: completes its message. (lock held) @retval a failure: it cannot be sent
     * - explain: it failed, and was not executed. @return with what it failed in truth (no lock held)
     */
    HRESULT (*address)(struct rpc_import *import, struct rpc_call_message *message);
    HRESULT (*ready)(struct rpc_import *import, int64_t deadline_ns);
    HRESULT (*explain)(struct rpc_import *import, HRESULT hr);

    /** As rpc_proxy_QueryInterface, and the last Release. (no lock held) */
    HRESULT (*query)(struct rpc_proxy *self, const IID *iid, void **out_object);
    void (*destroy)(struct rpc_import *import);
};

/* An object of a peer: what all its interface proxies share. */
struct rpc_import {
    struct rpc_import_entry entry; /* (link->lock) first: the session hands these back to be freed */
    struct rpc_proxy identity;     /* its IUnknown; .next are the other interfaces */
    struct rpc_link
        *link; /* constant, one reference: that it came over, or of a promise; NULL: of no link ever */
    struct rpc_rebinding *rebinding; /* rpc__rebinding_of reads it; NULL: an ordinary one, yet */
    struct rpc_shortcut *shortcut;   /* constant; NULL: it leads to an object of its peer */
    uint32_t refs;                   /* of all its proxies; the step to 0 is taken under link->lock */
    uint32_t timeout_ms;             /* rpc_set_timeout; 0: default */
    const struct rpc_class *known;   /* (link->lock) what its node said of it; NULL: nothing */
    uint32_t missing_count;          /* (link->lock) */
    IID missing[2];                  /* (link->lock) interfaces it said last it does not have */
};

/* What an import's calls go through instead of its link; NULL: its link. */
static inline struct rpc_rebinding *rpc__rebinding_of(const struct rpc_import *import)
{
    return __atomic_load_n(&import->rebinding, __ATOMIC_ACQUIRE);
}

/*
 * The way to an object of a third node: an import whose reference leads on (ObjRef.leads_on) has one of
 * these. It is an ordinary import of the peer that gave it, until this node has a reference of its own from
 * the object's node, and none of its calls is out: then the import leaves its link's table, which gives the
 * peer's reference back, and becomes a rebinding one whose target is the new reference. So its proxies stay
 * what they are.
 */
struct rpc_shortcut {
    struct rpc_rebinding rebinding; /* of the import, once it is switched */
    struct rpc_import *returned;    /* takes along what the peer counted; NULL: it has been used */
    struct rpc_shortcut *next;      /* (introducer->lock) among those that wait to be introduced */
    uint32_t serial;                /* constant; not 0, but for one of four thousand million */
    uint32_t uses;                  /* atomic: calls and call objects that are not over; RPC_SWITCHED */
    struct rpc_proxy *target;       /* (link->lock until it is switched, then constant) the identity of the
                                       reference to switch to; one reference; NULL: none yet */
    int64_t next_ns;                /* (introducer->lock) when it may be introduced again */
    uint32_t attempts;              /* (introducer->lock, read without) */
    bool waits;                     /* (introducer->lock) or is being introduced */
    bool went_home;                 /* (link->lock) see rpc__export */
};

#define RPC_SWITCHED 0x80000000u

/* What nodes that introduce have; NULL in others, whose programs have none of its sources (rpc_introduce). */
struct rpc_introducer {
    const IID *iid;         /* of IIntroduction */
    struct port_mutex lock; /* taken after all others but node->work_lock */
    struct rpc_work work;   /* introduces one of those that wait */
    struct rpc_node *node;
    struct rpc_shortcut *first; /* (lock) each with a reference to its import */
    bool stopped;               /* (lock) */

    /** A new import leads on. Without memory for it, it stays a detour. (link->lock held) */
    void (*attach)(struct rpc_import *import);

    /**
     * A call begins, or a call object is made: until `leave` the import is not switched.
     * @retval false it has been: its rebinding says where calls go (no lock held)
     */
    bool (*enter)(struct rpc_import *import);

    /** It is over; `import` may be switched now. (no lock held, a reference to the import) */
    void (*leave)(struct rpc_import *import);

    /** A call of IIntroduction; in dispatch. */
    HRESULT (*serve)(struct rpc_incoming *call);

    /** The workers have ended: nobody is introduced any more. */
    void (*stop)(struct rpc_introducer *introducer);
    void (*destroy)(struct rpc_introducer *introducer);
};

/* A call of an import begins. @retval false it goes elsewhere: rpc__rebinding_of */
static inline bool rpc__way_enter(struct rpc_import *import)
{
    return !import->shortcut || import->link->node->introducer->enter(import);
}

/* Begins a call, unless it goes elsewhere: to what the import's rebinding says. */
static inline bool rpc__leads_elsewhere(struct rpc_import *import)
{
    const struct rpc_rebinding *rebinding = rpc__rebinding_of(import);

    return rebinding ? !rebinding->address : !rpc__way_enter(import);
}

/* It is over. */
static inline void rpc__way_leave(struct rpc_import *import)
{
    if (import->shortcut)
        import->link->node->introducer->leave(import);
}

/* The import that calls of one really go to: of one that was switched, its target's. */
static inline struct rpc_import *rpc__import_behind(struct rpc_import *import)
{
    return import->shortcut && rpc__rebinding_of(import) ? import->shortcut->target->import : import;
}

/* Whether it stands for a path. */
static inline bool rpc__is_lasting(const struct rpc_import *import)
{
    return !import->shortcut && rpc__rebinding_of(import);
}

/* ---- node.c, work.c ---- */

/**
 * The descriptor of an interface; NULL: this node has none, so neither proxy nor stub. (node->lock held) It
 * stays while that is held, or while RemoveInterfaces sees it used: by a proxy, or a call that runs.
 */
const struct com_interface *rpc__node_interface(struct rpc_node *node, const IID *iid);

/** Whether the node knows an interface, now. Takes node->lock. */
bool rpc__node_knows(struct rpc_node *node, const IID *iid);

/** Locks that a descriptor is found and used under. */
static inline void rpc__interface_lock(struct rpc_link *link)
{
    port_mutex_lock(&link->node->lock);
    port_mutex_lock(&link->lock);
}

static inline void rpc__interface_unlock(struct rpc_link *link)
{
    port_mutex_unlock(&link->lock);
    port_mutex_unlock(&link->node->lock);
}

/** The node behind its interface. */
struct rpc_node *rpc__node_of(ILocalNode *iface);

/** Has a worker do it. @retval false it is queued already: nothing was done */
bool rpc__node_queue(struct rpc_node *node, struct rpc_work *work);

/** A task for a call of this link. @retval NULL all are in use, or this link has its share of them */
struct rpc_task *rpc__node_take_task(struct rpc_node *node, struct rpc_link *link);
void rpc__node_free_task(struct rpc_node *node, struct rpc_task *task);

/** Whether work waits that no idle worker will take. */
bool rpc__node_is_pressed(struct rpc_node *node);

/** References to all links, at most PORT_MAX_LINKS, so that none is looked at under the node's lock. */
uint32_t rpc__node_take_links(struct rpc_node *node, struct rpc_link **links);

/** Makes the network's thread look after the links no later than `when_ns`. */
void rpc__node_service_by(struct rpc_node *node, int64_t when_ns);

void rpc__node_addref(struct rpc_node *node);
void rpc__node_release(struct rpc_node *node);
HRESULT rpc__workers_start(struct rpc_node *node);

/** Tells the workers to end and waits until they have. */
void rpc__workers_stop(struct rpc_node *node);

/** Has those that sleep in rpc__node_sleep look again. */
void rpc__node_wake_sleepers(struct rpc_node *node);

/* The methods of ILocalNode of these names. */
HRESULT rpc__node_schedule(struct rpc_node *node, IJob *job, int64_t deadline_ns);
HRESULT rpc__node_sleep(struct rpc_node *node, int64_t deadline_ns);

/* ---- interfaces.c ---- */

extern const struct IInterfaceTableVtbl rpc__interface_table_vtbl; /* of node->IInterfaceTable_iface */

/* ---- incarnation.c ---- */

extern const struct IIncarnationVtbl rpc__incarnation_vtbl; /* of node->IIncarnation_iface */

/** What the node's greetings say. Takes node->lock. */
uint64_t rpc__node_incarnation(struct rpc_node *node);

/**
 * Which of two greetings is of the earlier start of the same node.
 * @return < 0: the first; > 0: the other; 0: they are of different nodes, of one start, or do not say
 */
int rpc__compare_starts(const struct rpc_peer *one, const struct rpc_peer *other);

/**
 * The greeting of a link is in: links to earlier starts of the same node end; it ends itself if there is a
 * later one. (lock held, let go of meanwhile)
 */
void rpc__link_compare_incarnations(struct rpc_link *link);

/* ---- activation.c ---- */

extern const struct IActivationsVtbl rpc__activations_vtbl; /* of node->IActivations_iface */

/* ---- connect.c ---- */

HRESULT rpc__node_connect(struct rpc_node *node, const char *endpoints, int64_t deadline_ns,
                          INamespace **out_root);
HRESULT rpc__node_listen(struct rpc_node *node, const char *endpoint, char *out_endpoint, uint32_t capacity);
void rpc__node_close_listeners(struct rpc_node *node);
extern const struct ILinkSinkVtbl rpc__accept_vtbl; /* of node->accept_iface */

/* ---- link.c ---- */

/**
 * Makes room in the node's full list: takes out the links that have ended and wait for a worker, so that a
 * peer which comes and goes quickly is no crowd. If there are none, it ends the one that has waited longest
 * for its peer's greeting, so that silent peers never keep others out. Without a lock.
 * @retval false there is none, or too many wait for a worker already
 */
bool rpc__link_make_room(struct rpc_node *node);

/** A link in the node's list, with one more reference for the caller. @param dialled  by this node */
HRESULT rpc__link_create(struct rpc_node *node, ILink *channel, bool dialled, struct rpc_link **out_link);
void rpc__link_addref(struct rpc_link *link);
void rpc__link_release(struct rpc_link *link);

/** Sends one frame. Called and returns with link->lock held, lets go of it meanwhile.
 * @retval RPC_E_DISCONNECTED the link is dead (now)
 * @retval RPC_E_TIMEOUT another thread was sending until the deadline: nothing was sent */
HRESULT rpc__link_send(struct rpc_link *link, const uint8_t *frame, size_t size, int64_t deadline_ns);

/** Until when an answer may take to leave: the network's own thread must not wait for a slow peer. (lock
 * held) */
static inline int64_t rpc__send_deadline(const struct rpc_link *link, int64_t now_ns)
{
    return now_ns + (link->reader == RPC_NETWORK ? RPC_NETWORK_SEND_NS : RPC_SEND_NS);
}

/** Sends the session's control frames, unless somebody else is sending (who then does). Lock as
 * rpc__link_send. */
void rpc__link_flush(struct rpc_link *link, int64_t deadline_ns);

/**
 * Ends the link. What the peer holds stays until it must have given the link up as well. (lock held; may be
 * let go of and taken again)
 */
void rpc__link_fail(struct rpc_link *link, HRESULT hr, const char *detail, bool send_abort);

/** The same where the peer has ended it, or is gone: it holds nothing any more. */
void rpc__link_end(struct rpc_link *link, HRESULT hr, const char *detail);

/** Has all that sleep on the link look again: there may be credit, or none any more. (lock held) */
void rpc__link_wake_waiters(struct rpc_link *link);

/** Closes the link if both sides go away and nothing is left to do. (lock held, may be let go of) */
void rpc__link_close_if_drained(struct rpc_link *link);

/** Waits until all that has to do with the end of a link is done, or left to a worker. (lock held; let go of)
 */
void rpc__link_await_end(struct rpc_link *link);

/** Has the dead exports released by a worker, if there are any. (lock held) */
void rpc__link_reap_soon(struct rpc_link *link);

/** Network thread: pings, time-outs, roles that were kept too long. @return when to look again */
int64_t rpc__link_service(struct rpc_link *link, int64_t now_ns);

/** Whether the peer takes calls of results that are still to come. It does not change once there are proxies.
 */
static inline bool rpc__link_pipelines(const struct rpc_link *link)
{
    return (link->session.features & RPC_FEATURE_PIPELINE) != 0;
}

/* ---- lease.c ---- */

/** Takes a dead link out of the node's list; it lingers as long as its peer may trust in it. (no lock held)
 */
void rpc__link_retire(struct rpc_link *link);

/** Lets go of links that need not stay any more. @return when to look again */
int64_t rpc__leases_service(struct rpc_node *node, int64_t now_ns);

/**
 * Lets go of what earlier starts of a node held. (no lock held)
 * @param peer  the greeting of the new one; NULL: of all nodes
 */
void rpc__leases_end(struct rpc_node *node, const struct rpc_peer *peer);

/* ---- reader.c ---- */

/** Takes the reading role if nobody has it. (lock held) */
bool rpc__reader_enter(struct rpc_link *link, enum rpc_reader reader, struct rpc_thread *thread);

/** Gives it up: to a caller who sleeps, else to the network's thread. (lock held) */
void rpc__reader_leave(struct rpc_link *link);

/** The same when nobody has it any more. @param reader  who had it (lock held) */
void rpc__reader_pass_on(struct rpc_link *link, enum rpc_reader reader);

/** Has the network's thread told when something comes. (lock held, nobody reads) */
void rpc__reader_watch(struct rpc_link *link);

/**
 * The reader waits for the next frame until the deadline and does what it asks for: completes a call, runs
 * one or hands it to a worker, ends the link. (lock held by the reader; let go of meanwhile)
 * @retval S_OK a frame was handled; NET_E_TIMEOUT none came; else the link is dead
 */
HRESULT rpc__reader_step(struct rpc_link *link, int64_t deadline_ns);

/** A worker that ran a call of this link reads on for a while. (no lock held) */
void rpc__reader_linger(struct rpc_link *link);

/* ---- callee.c ---- */

/** Makes an incoming call of an event. Takes over `frame`. (lock held) */
void rpc__incoming_init(struct rpc_incoming *call, struct rpc_link *link, const struct rpc_event *event,
                        struct rpc_buffer *frame, int64_t now_ns);

/** What a call is for, if its event did not know. (lock held) */
void rpc__incoming_attach(struct rpc_incoming *call, const struct rpc_export *entry);

/** Runs it and answers. (no lock held) */
void rpc__incoming_run(struct rpc_incoming *call);

/** Answers a call that is not run. (lock held, let go of meanwhile) */
void rpc__incoming_refuse(struct rpc_link *link, const struct rpc_event *event, HRESULT hr);

/* ---- answers.c ---- */

/** Keeps what a call will return. (lock held) @retval false there is no room: it must be refused */
bool rpc__answers_keep(struct rpc_link *link, const struct rpc_event *event);

/**
 * What a call of a promise is for. (lock held)
 * @retval S_OK     the event says it, pinned
 * @retval S_FALSE  it is still to come: rpc__answers_wait for *out_answer
 * @retval RPC_E_INVALID_OBJECT the peer may not refer to that call, or it returned no such interface
 * @retval CO_E_OBJNOTCONNECTED it is an object of the peer itself, or was revoked
 * @retval otherwise the failure of the call that it is a result of
 */
HRESULT rpc__answers_find(struct rpc_link *link, struct rpc_event *event, struct rpc_answer **out_answer);

/** A call, of a task, is queued once it is known what it is for. (lock held) */
void rpc__answers_wait(struct rpc_answer *answer, struct rpc_incoming *call);

/** It is queued now, to be answered with a failure. (lock held) */
void rpc__answers_leave(struct rpc_link *link, struct rpc_incoming *call, HRESULT hr);

/** The call that `answer` is of will be answered next. @param call  NULL: it was refused (lock held) */
void rpc__answers_settle(struct rpc_link *link, struct rpc_answer *answer, HRESULT hr,
                         const struct rpc_incoming *call);

/** The peer does not refer to a call any more. (lock held) */
void rpc__answers_forget(struct rpc_link *link, uint32_t call_id);

/** The link is dead. (lock held) */
void rpc__answers_end(struct rpc_link *link);

/* ---- cancel.c ---- */

/** The caller gave up. (lock held, let go of meanwhile) */
void rpc__incoming_cancel(struct rpc_link *link, uint32_t call_id);

/** The link is dead: so are all its callers, but of [oneway] calls. (lock held, let go of meanwhile) */
void rpc__incoming_cancel_all(struct rpc_link *link);

/** Whether what the running thread calls is to end. */
bool rpc__thread_is_cancelled(const struct rpc_thread *thread);

/**
 * Notes what the running thread waits for from here on, so that it can be woken: a call (0: until it may be
 * sent), or that it sleeps; all NULL: nothing. A link's lock may be held.
 * @retval false it is cancelled already
 */
bool rpc__thread_waits_for(struct rpc_thread *thread, struct rpc_link *link, uint32_t call_id,
                           struct rpc_node *sleeping);

/** Until when a thread may wait where nobody can wake it. */
int64_t rpc__thread_look_up_ns(const struct rpc_thread *thread, int64_t now_ns, int64_t until_ns);

/* ---- proxy.c ---- */

/**
 * The proxy for a reference of the peer. (no lock held)
 * @param class_number  that came with it
 * @param arrived     the reference counts for Release; false: it is lent
 * @param out_object  with one reference
 * @retval E_NOINTERFACE this node does not know `iid`
 */
HRESULT rpc__import(struct rpc_link *link, const struct rpc_cap *cap, const IID *iid, bool arrived,
                    void **out_object);

/** The proxy for the peer's root. */
HRESULT rpc__import_root(struct rpc_link *link, INamespace **out_root);

/** Ends a loan: gives the reference back. @return whether others hold the object, so that it is kept (lock
 * held) */
bool rpc__import_return_loan(struct rpc_link *link, struct rpc_import *import);

/**
 * The import of a reference of the peer, entered if it is new, with one reference. (lock held)
 * @retval RPC_E_DISCONNECTED, E_OUTOFMEMORY, RPC_E_OUT_OF_RESOURCES
 */
HRESULT rpc__import_enter(struct rpc_link *link, const struct rpc_cap *cap, struct rpc_import **out_import);

/** Any interface pointer as a cap for this link. (no lock held) @param out_hr of the failure */
HRESULT rpc__export(struct rpc_link *link, void *object, struct rpc_cap *out_cap);

/** A reference that comes home: the object itself, with one reference. (no lock held) */
HRESULT rpc__come_home(struct rpc_link *link, uint32_t id, const IID *iid, void **out_object);

/** Asks the object whether it has an interface. (no lock held) */
HRESULT rpc__query_remote(struct rpc_import *import, const IID *iid);

/** The import behind a proxy; NULL: another kind of object. */
struct rpc_import *rpc__import_of(void *object);

void rpc__import_free(struct rpc_import *import);

/**
 * The proxy of an import for an interface that the object is known to have. (node->lock held, and link->lock
 * if there is a link: the descriptor's table cannot be taken away before the proxy is seen)
 * @retval E_NOINTERFACE this node does not know it; E_OUTOFMEMORY
 */
HRESULT rpc__make_proxy(struct rpc_node *node, struct rpc_import *import, const IID *iid,
                        struct rpc_proxy **out_proxy);

/** What an import's proxies are, for who looks for those of a table. (node->lock held) */
bool rpc__import_uses_table(const struct rpc_import *import, const struct com_interface *const *table);

/* ---- classes.c ---- */

/**
 * What the peer is told of the interfaces of an object that is given to it for the first time. (no lock held)
 * @param object  whose export has this id
 * @return the number of its class; 0: none
 */
uint8_t rpc__tell_class(struct rpc_link *link, IUnknown *object, uint32_t id);

/** The peer has announced a class. (lock held) */
void rpc__class_announced(struct rpc_link *link, const struct rpc_class *content);

/** Whether a class has the interface. */
bool rpc__class_has(const struct rpc_class *known, const IID *iid);

/** Whether the peer may know that an object has the interface: this node could make the calls, and its view
 * shows it. (no lock held) */
bool rpc__shows_interface(struct rpc_link *link, const IID *iid);

/** Frees the classes of a link that nobody uses any more. */
void rpc__classes_free(struct rpc_link *link);

/* ---- watch.c ---- */

/* Somebody who wants to know when a link is dead. */
struct rpc_watch {
    IUnknown IUnknown_iface;
    struct com_refs refs;
    struct rpc_watch *next;                /* (link->lock) in link->watches */
    struct rpc_link *link;                 /* (node->lock and link->lock) one reference */
    struct rpc_node *node;                 /* constant; the link has a reference */
    IDeathSink *sink;                      /* constant, one reference */
    uint64_t key;                          /* constant */
    bool listed;                           /* (link->lock) */
    bool telling;                          /* (link->lock) a worker is in `tell` */
    uint32_t follows;                      /* constant: serial of the shortcut that it moves with; 0: none */
    bool ended;                            /* (link->lock) nobody has a reference any more */
    void (*tell)(struct rpc_watch *watch); /* (no lock held) */
};

/**
 * Has those that watch a link for the sake of a shortcut watch another from now on; if that is dead, they are
 * told soon. (node->lock held, and the node not closing)
 */
void rpc__watches_move(struct rpc_link *from, struct rpc_link *to, uint32_t shortcut);

/* ---- rebinding.c, promise.c ---- */

/* A reference that is in no link's table: it stands for another one. */
struct rpc_stand_in {
    struct rpc_import import;  /* its proxies, under node->lock */
    struct rpc_stand_in *next; /* (node->lock) */
    struct rpc_node *node;     /* constant, one reference */
};

/** Enters it, with one reference, into the node's list. @param identity_vtbl  that of every IUnknown proxy */
void rpc__stand_in_init(struct rpc_stand_in *stand_in, struct rpc_node *node, struct rpc_rebinding *rebinding,
                        const void *identity_vtbl);

/** Takes it out of the list, and frees what it has; the caller frees the memory. (no lock held) */
void rpc__stand_in_end(struct rpc_stand_in *stand_in);

/** Its own proxy of an interface that its object has. (no lock held) */
HRESULT rpc__stand_in_proxy(struct rpc_stand_in *stand_in, const IID *iid, void **out_object);

/* One bound path. */
struct rpc_lasting {
    struct rpc_stand_in base;
    struct rpc_rebinding rebinding;
    struct INamespace *ns; /* constant, one reference */
    struct rpc_proxy
        *target; /* (node->lock) the identity of what the path led to; one reference; NULL: not now */
    char path[]; /* constant */
};

#endif
