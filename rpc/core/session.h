/*
 * One link's protocol state: I/O-free. Frames and the time go in, frames and events come out; no socket,
 * thread, clock or heap. Not thread-safe: the owner calls everything under one lock per session. What the
 * states mean is at the top of idl/wire/rpc.proto.
 *
 * Call order: init, start, then in any order receive, poll, tick and the calls' functions until state is
 * DEAD; after that receive does nothing, poll may still give an Abort to send, and tables can be emptied.
 * What the peer held stays until forget, or until tick finds that the peer has given the link up as well
 * (lease.h).
 */
#ifndef RPC_CORE_SESSION_H
#define RPC_CORE_SESSION_H

#include "calls.h"
#include "control.h"
#include "exports.h"
#include "imports.h"
#include "lease.h"
#include "message.h"

#define RPC_VERSION 1u

#define RPC_HANDSHAKE_NS INT64_C(3000000000)

enum rpc_session_state { RPC_CONNECTING, RPC_ACCEPTING, RPC_OPEN, RPC_DEAD };

/* What a node says to all its peers, and how much it has for each. */
struct rpc_terms {
    uint8_t node_id[RPC_NODE_ID_BYTES];
    const char *name; /* at most RPC_NODE_NAME_MAX bytes */
    struct rpc_limits limits;
    uint16_t import_buckets; /* a power of two */
    uint16_t max_imports;
    uint16_t max_calls_out;
};

struct rpc_session_config {
    const struct rpc_terms *terms; /* constant; stay as long as the session */
    bool dialler;
    uint64_t incarnation;
    void *root; /* export 0, with the owner's reference, which comes back from rpc_exports_reap; NULL: none */
};

/* References in a late Return that nobody waits for. */
#define RPC_DISCARDS_MAX 32

/* Calls of the peer that were refused while others were sending. */
#define RPC_REFUSALS_MAX 4

struct rpc_refusal {
    uint32_t call_id;
    HRESULT hr;
};

/*
 * What the two sides told each other of the interfaces that objects have. Numbered from 1 in the order in
 * which they were announced: ObjRef.class. The tables are the session's, the classes in them the owner's.
 */
struct rpc_classes {
    const struct rpc_class **ours;   /* what the peer was told or is about to be; the owner enters them */
    const struct rpc_class **theirs; /* what the peer told; NULL: the owner has no memory of it */
    uint8_t capacity;                /* of each; the peer may take fewer of ours */
    uint8_t our_count;
    uint8_t told_count; /* of ours that poll has given */
    uint8_t their_count;
};

/* What waits to be said. */
struct rpc_pending {
    uint64_t incarnation; /* by our greeting */
    uint64_t pong_token;
    struct rpc_refusal refusals[RPC_REFUSALS_MAX];
    uint32_t discards[RPC_DISCARDS_MAX];
    char detail[RPC_DETAIL_MAX + 1]; /* why DEAD */
};

/* A node has one for each peer, however silent: tools/size/size.py says how large it may be. */
struct rpc_session {
    const struct rpc_terms *terms; /* our own */
    struct rpc_pending *pending;   /* in the session's memory, as what the tables point to */
    struct rpc_exports exports;
    struct rpc_imports imports;
    struct rpc_calls calls;
    struct rpc_classes classes;
    struct rpc_peer peer;   /* valid from OPEN on */
    struct rpc_lease lease; /* but for started_ns valid from OPEN on */
    HRESULT hr;             /* why DEAD */
    uint32_t features;      /* of both sides; valid from OPEN on */
    uint32_t running;       /* calls of the peer that are not returned */
    uint32_t nested;        /* part of them */
    uint32_t sent_bytes;    /* what our calls took of the peer's credit */
    uint32_t taken_bytes;   /* what the peer's calls took of ours, as far as it knows */
    uint32_t owed_bytes;    /* part of that which a Window is to give back */
    uint16_t sent_calls;    /* of each of these, how many calls */
    uint16_t taken_calls;
    uint16_t owed_calls;
    uint16_t naming; /* our calls of promises that are about to leave: what they name is kept until then */
    uint8_t state;   /* enum rpc_session_state */
    uint8_t refusal_count;
    uint8_t discard_count;
    bool dialler;
    bool greeting_due; /* Hello or Welcome */
    bool ping_due;
    bool pong_due;
    bool abort_due;
    bool goaway_due;
    bool leaving; /* a Goaway of ours is due or was sent */
    bool gone;    /* the peer's is in */
};

enum rpc_event_type {
    RPC_EVENT_NONE,
    RPC_EVENT_OPEN,   /* the handshake is done */
    RPC_EVENT_CALL,   /* call, call_id, entry, refusal */
    RPC_EVENT_RETURN, /* reply, owner; the peer may have credit again */
    RPC_EVENT_CREDIT, /* the peer gave credit back */
    RPC_EVENT_CANCEL, /* call_id: nobody waits for this call of the peer any more, or refers to its results */
    RPC_EVENT_CLASS,  /* announced: the last of classes.theirs, which the owner is to enter */
    RPC_EVENT_DEAD,   /* session->hr, rpc_session_detail */
};

struct rpc_event {
    enum rpc_event_type type;
    uint32_t call_id; /* CALL: 0: [oneway], nothing is returned */
    uint32_t charge;  /* CALL: bytes that it took of our credit; 0: none (nested) */
    /* CALL: what the call is for, pinned until rpc_session_finish_call and counted as running until
     * rpc_session_return_call; NULL if refused, or of a promise: the owner finds it
     * (rpc_session_check_target) and pins it. */
    struct rpc_export *entry;
    /* CALL: S_OK, or why it must be answered with this code without being run. It counts as running, too. */
    HRESULT refusal;
    void *owner; /* RETURN: what rpc_session_begin_call was given */
    union {
        struct rpc_call_message call;
        struct rpc_return_message reply;
        struct {
            struct rpc_class content; /* its list is here */
            IID iids[RPC_CLASS_IIDS_MAX];
        } announced;
    };
};

/** Memory that rpc_session_init wants, zeroed. */
size_t rpc_session_bytes(const struct rpc_terms *terms);
void rpc_session_init(struct rpc_session *session, const struct rpc_session_config *config, void *memory,
                      int64_t now_ns);

/**
 * Takes one whole frame (header and body, as many bytes as the header says). Messages in the event point into
 * it. May leave frames to poll and dead exports to reap.
 */
void rpc_session_receive(struct rpc_session *session, uint8_t *frame, size_t frame_bytes, int64_t now_ns,
                         struct rpc_event *out_event);

/** Why it is DEAD, or the peer goes away. */
static inline char *rpc_session_detail(const struct rpc_session *session)
{
    return session->pending->detail;
}

/** Largest body that the peer may send now. */
uint32_t rpc_session_body_limit(const struct rpc_session *session);

/** Whether poll has something. */
bool rpc_session_has_output(const struct rpc_session *session);

/**
 * Writes the next control frame.
 * @param frame        RPC_CONTROL_FRAME_MAX bytes
 * @param out_freed    import entries that the frame releases, linked by next: the owner frees them
 * @return its size; 0: nothing to send
 */
size_t rpc_session_poll(struct rpc_session *session, uint8_t *frame, int64_t now_ns,
                        struct rpc_import_entry **out_freed);

/**
 * Lets time pass: asks for a Ping, ends the session; of a DEAD one, lets go of what the peer held.
 * @return when to call it again (RPC_NEVER)
 */
int64_t rpc_session_tick(struct rpc_session *session, int64_t now_ns);

/** A Ping is to be sent now, whatever was heard when. */
void rpc_session_ask(struct rpc_session *session);

/** Ends the session; `send_abort`: tell the peer why. Idempotent; the first reason stays. */
void rpc_session_fail(struct rpc_session *session, HRESULT hr, const char *detail, bool send_abort);

/** Of a DEAD session: the peer is known to have given the link up, or it is gone: it holds nothing. */
void rpc_session_forget(struct rpc_session *session);

/**
 * Whether a call may be sent now. Calls that are made for one of the peer (`nested`) take no credit: what
 * they are part of has some.
 *
 * @retval S_FALSE  not now: the peer's credit is used up, or too many calls are out; ask again after
 *                  RPC_EVENT_RETURN and RPC_EVENT_CREDIT
 * @retval RPC_E_DISCONNECTED not OPEN
 * @retval RPC_E_SERVER_DIED_DNE one of the sides goes away
 */
HRESULT rpc_session_admit(const struct rpc_session *session, bool nested);

/**
 * A call that was admitted, and is not nested, takes of the peer's credit.
 * @param call_id  0: [oneway]
 * @param bytes    of its frame
 */
void rpc_session_charge(struct rpc_session *session, uint32_t call_id, uint32_t bytes);

/** A [oneway] call was not sent after all. */
void rpc_session_refund(struct rpc_session *session, uint32_t bytes);

/**
 * Starts a call; `caps` are those of its message.
 * @param out_call_id  for rpc_call_write
 * @retval RPC_E_DISCONNECTED not OPEN; RPC_E_OUT_OF_RESOURCES too many calls are out
 */
HRESULT rpc_session_begin_call(struct rpc_session *session, void *owner, const struct rpc_cap *caps,
                               uint32_t cap_count, int64_t now_ns, uint32_t *out_call_id);

/** The caller waits no longer; a Cancel is to be sent. @retval false the Return is in already */
bool rpc_session_abandon_call(struct rpc_session *session, uint32_t call_id);

/** The call was never sent: its references were not lent. */
void rpc_session_cancel_call(struct rpc_session *session, uint32_t call_id);

/**
 * Whether a call of a promise may go to what it turned out to be.
 * @param entry  what rpc_exports_find says of `target`
 * @retval RPC_E_INVALID_OBJECT, NS_E_NOT_FOUND, CO_E_OBJNOTCONNECTED
 */
HRESULT rpc_session_check_target(const struct rpc_export *entry, uint32_t target);

/**
 * A call of the peer will be answered next, or is not to be ([oneway]): it gives its credit back. Of one that
 * is kept: was answered, and its Cancel is in.
 * @param charge  of its event
 */
void rpc_session_return_call(struct rpc_session *session, uint32_t call_id, uint32_t charge);

/** A call of the peer was answered, and not refused: its target may go. */
void rpc_session_finish_call(struct rpc_session *session, uint32_t target);

/** Begins to go away: tells the peer, takes and makes no calls but nested ones. Idempotent. */
void rpc_session_leave(struct rpc_session *session);

/** Whether both sides go away and no call is out or runs: the link can be closed. */
bool rpc_session_is_drained(const struct rpc_session *session);

/**
 * Has poll answer a call that is not run, for who cannot send now.
 * @retval false too many wait already
 */
bool rpc_session_refuse_call(struct rpc_session *session, uint32_t call_id, HRESULT hr);

/** Whether a class was entered into `classes` and poll has not given its frame: no Call or Return may leave
 * before. */
static inline bool rpc_session_has_class(const struct rpc_session *session)
{
    return session->classes.told_count < session->classes.our_count;
}

/** A reference arrived that nobody will use: it is given back. */
void rpc_session_discard(struct rpc_session *session, const struct rpc_cap *cap);

#endif
