#include "session_internal.h"

size_t rpc_session_bytes(const struct rpc_terms *terms)
{
    return rpc_exports_bytes((uint16_t)(terms->limits.max_exports + 1)) +
           rpc_imports_bytes(terms->import_buckets) + rpc_calls_bytes(terms->max_calls_out) +
           2 * terms->limits.max_classes * sizeof(struct rpc_class *) + sizeof(struct rpc_pending) +
           6 * sizeof(uint64_t); /* each part may be rounded up */
}

static void *take(uint8_t **memory, size_t bytes)
{
    void *taken = *memory;

    *memory += (bytes + sizeof(uint64_t) - 1) / sizeof(uint64_t) * sizeof(uint64_t);
    return taken;
}

void rpc_session_init(struct rpc_session *session, const struct rpc_session_config *config, void *memory,
                      int64_t now_ns)
{
    const struct rpc_terms *terms = config->terms;
    uint16_t export_capacity = (uint16_t)(terms->limits.max_exports + 1);
    size_t classes_bytes = terms->limits.max_classes * sizeof(struct rpc_class *);
    uint8_t *at = (uint8_t *)memory;

    memset(session, 0, sizeof(*session));
    session->state = config->dialler ? RPC_CONNECTING : RPC_ACCEPTING;
    session->dialler = config->dialler;
    session->greeting_due = config->dialler;
    session->terms = terms;
    session->lease.started_ns = now_ns;
    rpc_exports_init(&session->exports, export_capacity, take(&at, rpc_exports_bytes(export_capacity)));
    rpc_imports_init(&session->imports, terms->import_buckets, terms->max_imports,
                     take(&at, rpc_imports_bytes(terms->import_buckets)));
    rpc_calls_init(&session->calls, terms->max_calls_out, take(&at, rpc_calls_bytes(terms->max_calls_out)));
    session->classes.capacity = terms->limits.max_classes;
    session->classes.ours = (const struct rpc_class **)take(&at, classes_bytes);
    session->classes.theirs = (const struct rpc_class **)take(&at, classes_bytes);
    session->pending = (struct rpc_pending *)take(&at, sizeof(struct rpc_pending));
    session->pending->incarnation = config->incarnation;
    session->exports.entries[0].object = config->root;
}

uint32_t rpc_session_body_limit(const struct rpc_session *session)
{
    return session->state == RPC_OPEN ? session->terms->limits.max_message_bytes : RPC_CONTROL_BODY_MAX;
}

/* ---- what arrives ---- */

static void receive_release(struct rpc_session *session, const uint8_t *body, size_t body_bytes)
{
    struct rpc_release_one ones[RPC_RELEASE_MAX];
    uint32_t i, count = 0;
    HRESULT hr = rpc_release_read(body, body_bytes, ones, &count);

    for (i = 0; SUCCEEDED(hr) && i < count; i++)
        hr = rpc_exports_release(&session->exports, ones[i].id, ones[i].count);
    if (FAILED(hr))
        refuse(session, RPC_E_INVALID_DATA, "a Release gives back what was not given");
}

/* Whether the peer has said of what classes its references are. */
static bool are_classes_known(const struct rpc_session *session, const struct rpc_cap *caps, uint32_t count)
{
    while (count)
        if (caps[--count].class_number > session->classes.their_count)
            return false;
    return true;
}

/* A call that takes of our credit. @retval false the peer has none left */
static bool take_credit(struct rpc_session *session, uint32_t bytes)
{
    if (session->features & RPC_FEATURE_CREDIT &&
        (session->taken_calls >= session->terms->limits.max_calls ||
         session->taken_bytes >= session->terms->limits.window_bytes))
        return false;
    session->taken_calls++;
    session->taken_bytes += bytes;
    return true;
}

HRESULT rpc_session_check_target(const struct rpc_export *entry, uint32_t target)
{
    if (!entry || (target && !entry->count)) /* a call that still runs keeps it */
        return target ? RPC_E_INVALID_OBJECT : NS_E_NOT_FOUND;
    return entry->is_revoked ? CO_E_OBJNOTCONNECTED : S_OK;
}

static HRESULT refusal_of(const struct rpc_session *session, const struct rpc_event *event)
{
    uint32_t beside = event->charge ? session->running - session->nested : session->nested;

    if (session->leaving && event->charge)
        return RPC_E_SERVER_DIED_DNE;
    if (!event->call.promise) {
        HRESULT hr = rpc_session_check_target(event->entry, event->call.target);

        if (FAILED(hr))
            return hr;
    }
    if (event->call.depth >= session->terms->limits.max_depth)
        return RPC_E_SERVERCALL_REJECTED;
    if (beside >
        session->terms->limits.max_calls) /* nested calls have as much room again: no others keep them out */
        return RPC_E_SERVERCALL_RETRYLATER;
    return S_OK;
}

static void receive_call(struct rpc_session *session, const struct rpc_header *header, uint8_t *body,
                         struct rpc_event *event)
{
    bool pipelines = (session->features & RPC_FEATURE_PIPELINE) != 0;

    if (FAILED(rpc_call_read(body, header->body_bytes, &event->call)) ||
        !are_classes_known(session, event->call.caps, event->call.cap_count) ||
        (event->call.promise && !pipelines)) {
        refuse(session, RPC_E_INVALID_DATA, "a Call is malformed");
        return;
    }
    event->call.keeps &= pipelines && header->call_id;
    if (!event->call.depth || !header->call_id)
        event->charge = RPC_HEADER_BYTES + header->body_bytes;
    if (event->charge && !take_credit(session, event->charge)) {
        refuse(session, RPC_E_OUT_OF_RESOURCES, "more Calls than this node gave credit for");
        return;
    }
    event->type = RPC_EVENT_CALL;
    event->call_id = header->call_id;
    event->entry = event->call.promise ? NULL : rpc_exports_find(&session->exports, event->call.target);
    session->running++;
    session->nested += !event->charge;
    event->refusal = refusal_of(session, event);
    if (FAILED(event->refusal))
        event->entry = NULL;
    else if (event->entry)
        rpc_exports_pin(event->entry);
}

/* What was lent to the call comes back, unless the callee keeps it. */
static void take_back(struct rpc_session *session, const struct rpc_call_slot *slot, uint32_t kept)
{
    uint32_t i;

    for (i = 0; i < slot->lent_count; i++)
        if (slot->lent[i] && !(kept & 1u << i))
            (void)rpc_exports_release(&session->exports, slot->lent[i],
                                      1); /* given back already: nothing to do */
}

static void end_call(struct rpc_session *session, struct rpc_call_slot *slot)
{
    if (slot->charged) {
        session->sent_calls--;
        session->sent_bytes -= slot->charged;
    }
    rpc_calls_end(&session->calls, slot);
}

static void receive_return(struct rpc_session *session, const struct rpc_header *header, uint8_t *body,
                           struct rpc_event *event)
{
    struct rpc_call_slot *slot = rpc_calls_find(&session->calls, header->call_id);
    uint32_t i;

    if (!slot || slot->state == RPC_CALL_RETURNED) {
        refuse(session, RPC_E_INVALID_DATA, "a Return is for no call");
        return;
    }
    if (FAILED(rpc_return_read(body, header->body_bytes, &event->reply)) ||
        !are_classes_known(session, event->reply.caps, event->reply.cap_count)) {
        refuse(session, RPC_E_INVALID_DATA, "a Return is malformed");
        return;
    }
    rpc_lease_acked(&session->lease, slot->sent_ns);
    take_back(session, slot, event->reply.kept);
    if (slot->owner) {
        event->type = RPC_EVENT_RETURN;
        event->owner = slot->owner;
    } else {
        for (i = 0; i < event->reply.cap_count; i++)
            rpc_session_discard(session, &event->reply.caps[i]);
    }
    if (!slot->keeps)
        end_call(session, slot);
    else if (slot->state == RPC_CALL_WAITING)
        rpc_calls_return(&session->calls, slot);
    else
        slot->state = RPC_CALL_RETURNED; /* its Cancel is due already */
}

static void receive_window(struct rpc_session *session, const uint8_t *body, size_t body_bytes,
                           struct rpc_event *event)
{
    uint32_t calls = 0, bytes = 0;

    if (FAILED(rpc_window_read(body, body_bytes, &calls, &bytes)) || calls > session->sent_calls ||
        bytes > session->sent_bytes) {
        refuse(session, RPC_E_INVALID_DATA, "a Window gives back what was not taken");
        return;
    }
    session->sent_calls -= calls;
    session->sent_bytes -= bytes;
    event->type = RPC_EVENT_CREDIT;
}

static void receive_class(struct rpc_session *session, const uint8_t *body, size_t body_bytes,
                          struct rpc_event *event)
{
    struct rpc_classes *classes = &session->classes;
    uint32_t index;

    if (FAILED(rpc_class_read(body, body_bytes, &index, &event->announced.content, event->announced.iids)) ||
        index != classes->their_count || index == classes->capacity) {
        refuse(session, RPC_E_INVALID_DATA, "a Class is malformed, not the next, or too much");
        return;
    }
    classes->theirs[classes->their_count++] = NULL;
    event->type = RPC_EVENT_CLASS;
}

static void receive_pong(struct rpc_session *session, const uint8_t *body, size_t body_bytes)
{
    uint64_t token;

    if (FAILED(rpc_ping_read(body, body_bytes, &token)))
        refuse(session, RPC_E_INVALID_DATA, "a Pong is malformed");
    else
        rpc_lease_answered(&session->lease, token);
}

static void receive_open(struct rpc_session *session, const struct rpc_header *header, uint8_t *body,
                         struct rpc_event *event)
{
    switch (header->type) {
    case RPC_CALL:
        receive_call(session, header, body, event);
        break;
    case RPC_RETURN:
        receive_return(session, header, body, event);
        break;
    case RPC_RELEASE:
        receive_release(session, body, header->body_bytes);
        break;
    case RPC_CANCEL:
        event->type = RPC_EVENT_CANCEL;
        event->call_id = header->call_id;
        break;
    case RPC_WINDOW:
        receive_window(session, body, header->body_bytes, event);
        break;
    case RPC_GOAWAY:
        rpc__receive_goaway(session, body, header->body_bytes);
        break;
    case RPC_PING:
        session->pong_due = SUCCEEDED(rpc_ping_read(body, header->body_bytes, &session->pending->pong_token));
        if (!session->pong_due)
            refuse(session, RPC_E_INVALID_DATA, "a Ping is malformed");
        break;
    case RPC_PONG:
        receive_pong(session, body, header->body_bytes);
        break;
    case RPC_CLASS:
        if (session->features & RPC_FEATURE_CLASSES) {
            receive_class(session, body, header->body_bytes, event);
            break;
        }
        /* fall through */
    default:
        if (!(header->flags & RPC_FLAG_OPTIONAL))
            refuse(session, RPC_E_INVALID_HEADER, "a frame has an unknown type");
    }
}

void rpc_session_receive(struct rpc_session *session, uint8_t *frame, size_t frame_bytes, int64_t now_ns,
                         struct rpc_event *out_event)
{
    enum rpc_session_state before = session->state;
    uint8_t *body = frame + RPC_HEADER_BYTES;
    struct rpc_header header;

    out_event->type = RPC_EVENT_NONE;
    out_event->charge = 0;
    out_event->entry = NULL;
    out_event->refusal = S_OK;
    if (before == RPC_DEAD)
        return;
    if (FAILED(rpc_header_read(frame, &header)) || header.body_bytes + RPC_HEADER_BYTES != frame_bytes) {
        refuse(session, RPC_E_INVALID_HEADER, "a frame header is malformed");
    } else if (header.body_bytes > rpc_session_body_limit(session)) {
        refuse(session, RPC_E_OUT_OF_RESOURCES, "a frame is larger than this node takes");
    } else {
        session->lease.heard_ns = now_ns;
        if (header.type == RPC_ABORT)
            rpc__receive_abort(session, body, header.body_bytes);
        else if (before == RPC_OPEN)
            receive_open(session, &header, body, out_event);
        else if (header.type == (before == RPC_CONNECTING ? RPC_WELCOME : RPC_HELLO))
            rpc__receive_greeting(session, body, header.body_bytes, now_ns);
        else
            refuse(session, RPC_E_INVALID_DATA, "a frame came before the greeting");
    }
    if (session->state != before)
        out_event->type = session->state == RPC_OPEN ? RPC_EVENT_OPEN : RPC_EVENT_DEAD;
}

void rpc_session_discard(struct rpc_session *session, const struct rpc_cap *cap)
{
    struct rpc_import_entry *entry;

    if (cap->where != RPC_SENDER || !cap->id || session->state == RPC_DEAD)
        return;
    entry = rpc_imports_find(&session->imports, cap->id);
    if (entry)
        entry->arrivals++; /* given back together with the others */
    else if (session->discard_count < RPC_DISCARDS_MAX)
        session->pending->discards[session->discard_count++] = cap->id;
    else
        refuse(session, RPC_E_OUT_OF_RESOURCES, "too many references nobody waits for");
}

/* ---- what leaves ---- */

/* Credit is given back before the peer runs out of it, and in large pieces as long as it has some. */
static bool is_window_due(const struct rpc_session *session)
{
    return session->owed_calls && (session->owed_calls >= session->terms->limits.max_calls / 2 ||
                                   session->owed_bytes >= session->terms->limits.window_bytes / 2 ||
                                   session->taken_calls >= session->terms->limits.max_calls ||
                                   session->taken_bytes >= session->terms->limits.window_bytes);
}

static bool is_cancel_due(const struct rpc_session *session)
{
    return session->calls.cancels && !session->naming;
}

bool rpc_session_has_output(const struct rpc_session *session)
{
    if (session->state == RPC_DEAD)
        return session->abort_due;
    if (session->state != RPC_OPEN)
        return session->greeting_due;
    return session->greeting_due || rpc_session_has_class(session) || session->ping_due ||
           session->pong_due || session->discard_count || session->refusal_count ||
           session->imports.released || is_cancel_due(session) || session->goaway_due ||
           is_window_due(session);
}

static size_t poll_class(struct rpc_classes *classes, uint8_t *frame)
{
    uint32_t index = classes->told_count++;

    return rpc_class_write(frame, index, classes->ours[index]);
}

static size_t poll_release(struct rpc_session *session, uint8_t *frame, struct rpc_import_entry **out_freed)
{
    struct rpc_release_one ones[RPC_RELEASE_MAX];
    uint32_t count = 0;

    while (session->imports.released && count < RPC_RELEASE_MAX) {
        struct rpc_import_entry *entry = session->imports.released;

        session->imports.released = entry->next;
        ones[count].id = entry->id;
        ones[count++].count = entry->arrivals;
        entry->next = *out_freed;
        *out_freed = entry;
    }
    while (session->discard_count && count < RPC_RELEASE_MAX) {
        ones[count].id = session->pending->discards[--session->discard_count];
        ones[count++].count = 1;
    }
    return rpc_release_write(frame, ones, count);
}

/* With it the credit of a call that was kept is there again. */
static size_t poll_cancel(struct rpc_session *session, uint8_t *frame)
{
    struct rpc_call_slot *slot = rpc_calls_take_cancel(&session->calls);
    uint32_t call_id = rpc_calls_id(&session->calls, slot);

    if (slot->state == RPC_CALL_RETURNED)
        end_call(session, slot);
    return rpc_cancel_write(frame, call_id);
}

static size_t poll_window(struct rpc_session *session, uint8_t *frame)
{
    uint32_t calls = session->owed_calls, bytes = session->owed_bytes;

    session->owed_calls = 0;
    session->owed_bytes = 0;
    session->taken_calls -= calls;
    session->taken_bytes -= bytes;
    return rpc_window_write(frame, calls, bytes);
}

bool rpc_session_refuse_call(struct rpc_session *session, uint32_t call_id, HRESULT hr)
{
    if (session->refusal_count == RPC_REFUSALS_MAX)
        return false;
    session->pending->refusals[session->refusal_count++] = (struct rpc_refusal){call_id, hr};
    return true;
}

static size_t poll_refusal(struct rpc_session *session, uint8_t *frame)
{
    const struct rpc_refusal *refusal = &session->pending->refusals[--session->refusal_count];
    struct rpc_return_message message = {.hr = refusal->hr};
    uint8_t *start;
    size_t size;

    start = rpc_return_write(&message, refusal->call_id, frame + RPC_RETURN_HEADROOM, 0, &size);
    memmove(frame, start, size);
    return size;
}

size_t rpc_session_poll(struct rpc_session *session, uint8_t *frame, int64_t now_ns,
                        struct rpc_import_entry **out_freed)
{
    *out_freed = NULL;
    if (session->state == RPC_DEAD) {
        if (!session->abort_due)
            return 0;
        session->abort_due = false;
        return rpc_abort_write(frame, session->hr, rpc_session_detail(session));
    }
    if (session->greeting_due)
        return rpc__poll_greeting(session, frame);
    if (session->state != RPC_OPEN)
        return 0;
    if (rpc_session_has_class(session))
        return poll_class(&session->classes, frame);
    if (session->pong_due) {
        session->pong_due = false;
        return rpc_ping_write(frame, RPC_PONG, session->pending->pong_token);
    }
    if (session->refusal_count)
        return poll_refusal(session, frame);
    if (is_cancel_due(session))
        return poll_cancel(session, frame);
    if (is_window_due(session))
        return poll_window(session, frame);
    if (session->imports.released || session->discard_count)
        return poll_release(session, frame, out_freed);
    if (session->goaway_due) {
        session->goaway_due = false;
        return rpc_goaway_write(frame, session->gone ? "" : "the node stops");
    }
    if (session->ping_due) {
        session->ping_due = false;
        return rpc_ping_write(frame, RPC_PING, rpc_lease_ask(&session->lease, now_ns));
    }
    return 0;
}

/* ---- calls ---- */

HRESULT rpc_session_admit(const struct rpc_session *session, bool nested)
{
    if (session->state != RPC_OPEN)
        return RPC_E_DISCONNECTED;
    if (nested)
        return S_OK;
    if (session->leaving)
        return RPC_E_SERVER_DIED_DNE;
    if (session->calls.outstanding == session->calls.capacity)
        return S_FALSE;
    if (session->features & RPC_FEATURE_CREDIT && (session->sent_calls >= session->peer.limits.max_calls ||
                                                   session->sent_bytes >= session->peer.limits.window_bytes))
        return S_FALSE;
    return S_OK;
}

void rpc_session_charge(struct rpc_session *session, uint32_t call_id, uint32_t bytes)
{
    struct rpc_call_slot *slot = call_id ? rpc_calls_find(&session->calls, call_id) : NULL;

    if (!(session->features & RPC_FEATURE_CREDIT))
        return;
    if (slot)
        slot->charged = bytes;
    session->sent_calls++;
    session->sent_bytes += bytes;
}

void rpc_session_refund(struct rpc_session *session, uint32_t bytes)
{
    if (!(session->features & RPC_FEATURE_CREDIT))
        return;
    session->sent_calls--;
    session->sent_bytes -= bytes;
}

HRESULT rpc_session_begin_call(struct rpc_session *session, void *owner, const struct rpc_cap *caps,
                               uint32_t cap_count, int64_t now_ns, uint32_t *out_call_id)
{
    if (session->state != RPC_OPEN)
        return RPC_E_DISCONNECTED;
    if (!session->calls.outstanding)
        session->lease.busy_since_ns = now_ns;
    *out_call_id = rpc_calls_begin(&session->calls, owner, caps, cap_count, now_ns);
    return *out_call_id ? S_OK : RPC_E_OUT_OF_RESOURCES;
}

bool rpc_session_abandon_call(struct rpc_session *session, uint32_t call_id)
{
    struct rpc_call_slot *slot = rpc_calls_find(&session->calls, call_id);

    if (!slot || slot->state != RPC_CALL_WAITING)
        return false;
    rpc_calls_abandon(&session->calls, slot);
    return true;
}

void rpc_session_cancel_call(struct rpc_session *session, uint32_t call_id)
{
    struct rpc_call_slot *slot = rpc_calls_find(&session->calls, call_id);

    if (!slot)
        return;
    take_back(session, slot, 0);
    end_call(session, slot);
}

void rpc_session_return_call(struct rpc_session *session, uint32_t call_id, uint32_t charge)
{
    session->running--;
    if (!charge) {
        session->nested--;
        return;
    }
    if (!call_id && session->features & RPC_FEATURE_CREDIT) {
        session->owed_calls++;
        session->owed_bytes += charge;
        return;
    }
    session->taken_calls--;
    session->taken_bytes -= charge;
}

void rpc_session_finish_call(struct rpc_session *session, uint32_t target)
{
    rpc_exports_unpin(&session->exports, target);
}
