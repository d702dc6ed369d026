/*
 * Two sessions and the wire between them, driven by a byte stream: each byte is something that happens (a
 * frame arrives, time passes, one side calls, answers, gives back, goes away), or that should not (a frame is
 * damaged, lost, invented or overtaken).
 *
 * Whatever happens: nothing is read or written that is not there, and at the end, when the link has died,
 * every call has ended and no object is held any more. As long as nothing happened that should not: the link
 * is never ended, and when all is quiet no call is out, no credit is taken and no reference is held.
 */
#include <core/session.h>
#include <rpc_frame.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    OBJECTS = 6,
    FRAMES_MAX = 48,
    FRAME_BYTES_MAX = 512,
    CALLS_MAX = 32,
    IMPORTS_MAX = 16,
    MAX_CALLS_OUT = 6
};

struct frame {
    size_t size;
    uint8_t *bytes;
};

struct import {
    struct rpc_import_entry entry; /* first: the session hands these back */
};

/* A call of the peer that runs here. */
struct running {
    uint32_t call_id, charge, target;
    bool refused; /* nothing is pinned */
    uint32_t lent[RPC_CAPS_MAX], lent_count;
};

struct side {
    struct rpc_session session;
    void *memory;
    int objects[OBJECTS]; /* [0] is the root; how often the table holds each */
    struct running running[CALLS_MAX];
    uint32_t running_count;
    struct frame sent[FRAMES_MAX]; /* on their way to the other */
    uint32_t sent_count;
    uint32_t begun, ended; /* calls */
};

static struct side sides[2];
static int64_t now_ns;
static bool clean; /* nothing happened that should not */

static void require(bool condition, const char *what)
{
    if (condition)
        return;
    fprintf(stderr, "%s\n", what);
    abort();
}

static struct side *other_of(struct side *side)
{
    return side == &sides[0] ? &sides[1] : &sides[0];
}

/* ---- the input ---- */

static const uint8_t *input, *input_end;

static uint8_t next_byte(void)
{
    return input < input_end ? *input++ : 0;
}

/* ---- the wire ---- */

static void put_on_wire(struct side *side, const uint8_t *bytes, size_t size)
{
    struct frame *frame = &side->sent[side->sent_count];

    require(side->sent_count < FRAMES_MAX, "the wire is full");
    frame->bytes = malloc(size + 1);
    memcpy(frame->bytes, bytes, size);
    frame->size = size;
    side->sent_count++;
}

static struct frame take_from_wire(struct side *side, uint32_t index)
{
    struct frame frame = side->sent[index];

    side->sent_count--;
    memmove(&side->sent[index], &side->sent[index + 1], (side->sent_count - index) * sizeof(frame));
    return frame;
}

static bool has_room(const struct side *side)
{
    return side->sent_count + 8 < FRAMES_MAX;
}

/* ---- what an owner of a session does ---- */

static void reap(struct side *side)
{
    int *object;

    while ((object = rpc_exports_reap(&side->session.exports)) != NULL)
        --*object;
}

static void free_imports(struct rpc_import_entry *entry)
{
    while (entry) {
        struct rpc_import_entry *next = entry->next;

        free(entry);
        entry = next;
    }
}

static void poll(struct side *side)
{
    uint8_t bytes[RPC_CONTROL_FRAME_MAX];
    struct rpc_import_entry *freed;
    size_t size;

    while (has_room(side) && (size = rpc_session_poll(&side->session, bytes, now_ns, &freed)) > 0) {
        put_on_wire(side, bytes, size);
        free_imports(freed);
    }
    reap(side);
}

/* A reference that arrived and counts: kept in the table, or given back. */
static void take_reference(struct side *side, const struct rpc_cap *cap)
{
    struct rpc_import_entry *entry;

    if (cap->where != RPC_SENDER || !cap->id || side->session.state == RPC_DEAD)
        return;
    entry = rpc_imports_find(&side->session.imports, cap->id);
    if (!entry) {
        entry = calloc(1, sizeof(struct import));
        entry->id = cap->id;
        if (FAILED(rpc_imports_insert(&side->session.imports, entry))) {
            free(entry);
            rpc_session_discard(&side->session, cap);
            return;
        }
    }
    entry->arrivals++;
}

/* The class of a reference that is about to leave: one that was announced, perhaps just now, or none. */
static uint16_t draw_class(struct side *side, uint8_t choice)
{
    static const struct rpc_class with_no_others = {NULL, 0, true};
    struct rpc_classes *classes = &side->session.classes;

    if (choice & 0x80 && side->session.state == RPC_OPEN && classes->our_count < classes->capacity) {
        classes->ours[classes->our_count++] = &with_no_others;
        poll(side);
    }
    return (uint16_t)((choice >> 3) % (classes->told_count + 1));
}

static bool put_reference(struct side *side, uint8_t choice, struct rpc_cap *out_cap)
{
    int *object = &side->objects[choice % OBJECTS];
    bool is_new;

    out_cap->where = RPC_SENDER;
    out_cap->class_number = draw_class(side, choice);
    if (FAILED(rpc_exports_add(&side->session.exports, object, NULL, &out_cap->id, &is_new)))
        return false;
    *object += is_new;
    return true;
}

static struct rpc_import_entry *any_import(struct side *side, uint8_t choice)
{
    struct rpc_imports *imports = &side->session.imports;
    struct rpc_import_entry *entry;
    uint32_t i, index = imports->live ? choice % imports->live : 0;

    for (i = 0; i < imports->bucket_count; i++)
        for (entry = imports->buckets[i]; entry; entry = entry->next)
            if (index-- == 0)
                return entry;
    return NULL;
}

static void call(struct side *side, uint8_t choice)
{
    struct rpc_call_message message = {.method = 3, .timeout_us = 1000, .depth = choice & 1, .causality = 5};
    uint8_t buffer[RPC_CALL_HEADROOM + 8 + RPC_TAILROOM] = {0}, *frame;
    bool oneway = (choice & 6) == 6;
    struct rpc_import_entry *entry = any_import(side, choice >> 3);
    uint32_t call_id = 0;
    size_t size;

    if (oneway)
        message.depth = 0;
    if (!has_room(side) || rpc_session_admit(&side->session, message.depth > 0) != S_OK)
        return;
    message.target = entry && choice & 0x80 ? entry->id : 0;
    while (message.cap_count < (choice >> 3 & 3u) &&
           put_reference(side, next_byte(), &message.caps[message.cap_count]))
        message.cap_count++;
    if (!oneway && FAILED(rpc_session_begin_call(&side->session, side, message.caps, message.cap_count,
                                                 now_ns, &call_id))) {
        while (message.cap_count)
            if (message.caps[--message.cap_count].id)
                (void)rpc_exports_release(&side->session.exports, message.caps[message.cap_count].id, 1);
        return;
    }
    side->begun += !oneway;
    frame = rpc_call_write(&message, call_id, buffer + RPC_CALL_HEADROOM, 8, &size);
    if (!message.depth)
        rpc_session_charge(&side->session, call_id, (uint32_t)size);
    put_on_wire(side, frame, size);
}

/* Ends a call of the peer. (as callee.c does) */
static void answer(struct side *side, uint32_t index, uint8_t choice)
{
    struct running call = side->running[index];
    struct rpc_return_message message = {.hr = call.refused ? RPC_E_SERVERCALL_RETRYLATER : S_OK,
                                         .executed = !call.refused};
    uint8_t buffer[RPC_RETURN_HEADROOM + 8 + RPC_TAILROOM] = {0}, *frame;
    uint32_t i;
    size_t size;

    if (!has_room(side))
        return;
    side->running[index] = side->running[--side->running_count];
    for (i = 0; i < call.lent_count; i++) {
        struct rpc_cap cap = {.where = RPC_SENDER, .id = call.lent[i]};

        if (call.call_id && (call.refused || !(choice & 1u << i) || !cap.id))
            continue; /* lent, and not kept */
        if (call.call_id)
            message.kept |= 1u << i;
        take_reference(side, &cap);
    }
    if (call.call_id && !call.refused && side->session.state == RPC_OPEN)
        while (message.cap_count < (choice >> 3 & 3u) &&
               put_reference(side, next_byte(), &message.caps[message.cap_count]))
            message.cap_count++;
    rpc_session_return_call(&side->session, call.call_id, call.charge);
    if (call.call_id && side->session.state == RPC_OPEN) {
        frame = rpc_return_write(&message, call.call_id, buffer + RPC_RETURN_HEADROOM, 8, &size);
        put_on_wire(side, frame, size);
    }
    if (!call.refused)
        rpc_session_finish_call(&side->session, call.target);
}

static void handle(struct side *side, const struct rpc_event *event)
{
    struct running *call = &side->running[side->running_count];
    uint32_t i;

    if (event->type == RPC_EVENT_RETURN) {
        require(event->owner == side, "a Return comes to somebody else");
        side->ended++;
        for (i = 0; i < event->reply.cap_count; i++)
            take_reference(side, &event->reply.caps[i]);
    } else if (event->type == RPC_EVENT_CLASS) {
        require(event->announced.content.iid_count <= RPC_CLASS_IIDS_MAX, "a class is too large");
        require(side->session.classes.their_count <= 2, "more classes came than were allowed");
    } else if (event->type == RPC_EVENT_CALL) {
        require(side->running_count < CALLS_MAX, "more calls run than were allowed");
        require(event->entry || FAILED(event->refusal), "a call has no target");
        *call = (struct running){event->call_id,         event->charge, event->call.target,
                                 FAILED(event->refusal), {0},           0};
        call->lent_count = event->call.cap_count;
        for (i = 0; i < event->call.cap_count; i++)
            call->lent[i] = event->call.caps[i].where == RPC_SENDER ? event->call.caps[i].id : 0;
        side->running_count++;
        if (call->refused || (!clean && side->running_count == CALLS_MAX))
            answer(side, side->running_count - 1, 0);
    }
}

static void receive(struct side *side, const uint8_t *bytes, size_t size)
{
    uint8_t *exact = malloc(size + 1);
    struct rpc_event event;

    memcpy(exact, bytes, size);
    rpc_session_receive(&side->session, exact, size, now_ns, &event);
    handle(side, &event);
    free(exact);
    poll(side);
}

static void deliver(struct side *from, uint32_t index)
{
    struct frame frame;

    if (index >= from->sent_count || !has_room(other_of(from)))
        return;
    frame = take_from_wire(from, index);
    receive(other_of(from), frame.bytes, frame.size);
    free(frame.bytes);
}

static void give_back(struct side *side, uint8_t choice)
{
    struct rpc_import_entry *entry = any_import(side, choice);

    if (entry && side->session.state == RPC_OPEN)
        rpc_imports_release(&side->session.imports, entry);
}

static void pass_time(int64_t ns)
{
    int i;

    now_ns += ns;
    for (i = 0; i < 2; i++)
        (void)rpc_session_tick(&sides[i].session, now_ns);
}

/* ---- a run ---- */

static void side_open(struct side *side)
{
    static struct rpc_terms terms[2];
    struct rpc_terms *own = &terms[side - sides];
    struct rpc_session_config config = {
        .terms = own, .dialler = side == &sides[0], .root = &side->objects[0]};

    *own = (struct rpc_terms){
        .name = "",
        .limits = {.max_message_bytes = 400,
                   .window_bytes = 300,
                   .max_calls = 4,
                   .max_exports = 4,
                   .max_depth = 2,
                   .max_classes = 2},
        .import_buckets = 4,
        .max_imports = IMPORTS_MAX,
        .max_calls_out = MAX_CALLS_OUT,
    };
    memset(own->node_id, config.dialler ? 1 : 2, sizeof(own->node_id));
    memset(side, 0, sizeof(*side));
    side->memory = calloc(1, rpc_session_bytes(own));
    side->objects[0] = 1; /* the session's reference */
    rpc_session_init(&side->session, &config, side->memory, now_ns);
}

/* What should not happen. */
static void spoil(struct side *side, uint8_t kind)
{
    uint8_t bytes[FRAME_BYTES_MAX];
    size_t size = 0, wanted;
    struct frame frame;

    clean = false;
    switch (kind % 5) {
    case 0: /* damaged */
        if (side->sent_count)
            side->sent[0].bytes[next_byte() % side->sent[0].size] ^= (uint8_t)(1 + next_byte());
        break;
    case 1: /* lost */
        if (side->sent_count)
            free(take_from_wire(side, 0).bytes);
        break;
    case 2: /* overtaken */
        deliver(side, 1);
        break;
    case 3: /* twice */
        if (side->sent_count && has_room(side)) {
            frame = side->sent[0];
            put_on_wire(side, frame.bytes, frame.size);
        }
        break;
    default: /* invented: the rest is random, the header says how long it is */
        wanted = RPC_HEADER_BYTES + next_byte();
        rpc_header_write(bytes, next_byte() % (RPC_CLASS + 1), next_byte() | (uint32_t)next_byte() << 16,
                         (uint32_t)(wanted - RPC_HEADER_BYTES));
        for (size = RPC_HEADER_BYTES; size < wanted; size++)
            bytes[size] = next_byte();
        if (has_room(other_of(side)))
            receive(other_of(side), bytes, size);
    }
}

static void happen(uint8_t what)
{
    struct side *side = &sides[what & 1];
    struct rpc_call_slot *slot;

    switch (what >> 1 & 15) {
    case 0:
    case 1:
    case 2:
    case 3:
        deliver(side, 0);
        break;
    case 4:
    case 5:
    case 6:
        call(side, next_byte());
        break;
    case 7:
    case 8:
    case 9:
        if (side->running_count)
            answer(side, next_byte() % side->running_count, next_byte());
        break;
    case 10:
    case 11:
        give_back(side, next_byte());
        break;
    case 12:
        pass_time(clean ? next_byte()
                        : next_byte() * INT64_C(50000000)); /* in a clean run nobody falls silent */
        break;
    case 13:
        slot = &side->session.calls.slots[next_byte() % MAX_CALLS_OUT];
        if (slot->state == RPC_CALL_WAITING) {
            require(rpc_session_abandon_call(&side->session, (uint32_t)(slot - side->session.calls.slots) |
                                                                 (uint32_t)slot->generation << 16),
                    "a call that waits cannot be abandoned");
            side->ended++;
        }
        break;
    case 14:
        if (what & 0x80)
            spoil(side, next_byte());
        break;
    default:
        if (what & 0x80 && what & 0x40)
            rpc_session_leave(&side->session);
    }
    poll(side);
}

static bool is_quiet(void)
{
    return !sides[0].sent_count && !sides[1].sent_count && !sides[0].running_count && !sides[1].running_count;
}

/* All that is on its way arrives, all that runs ends, all that is held is given back. */
static void settle(void)
{
    int round, i;

    for (round = 0; round < (clean ? 1000 : 20); round++) {
        for (i = 0; i < 2; i++) {
            poll(&sides[i]);
            while (sides[i].running_count && has_room(&sides[i]))
                answer(&sides[i], 0, 0);
            give_back(&sides[i], 0);
            poll(&sides[i]);
            deliver(&sides[i], 0);
        }
        if (is_quiet() && !sides[0].session.imports.live && !sides[1].session.imports.live &&
            !rpc_session_has_output(&sides[0].session) && !rpc_session_has_output(&sides[1].session))
            return;
    }
    require(!clean, "two sides that do nothing wrong do not come to rest");
}

static void check_rest(const struct side *side)
{
    int i;

    require(side->session.state == RPC_OPEN, rpc_session_detail(&side->session)[0]
                                                 ? rpc_session_detail(&side->session)
                                                 : "a link without faults has ended");
    require(!side->session.calls.outstanding, "a call is out for ever");
    require(side->begun == side->ended, "a call has not ended");
    require(!side->session.running && !side->session.nested, "a call runs for ever");
    require(side->session.taken_calls == side->session.owed_calls &&
                side->session.taken_bytes == side->session.owed_bytes,
            "credit is lost");
    require(!side->session.exports.live, "a reference is counted that nobody has");
    for (i = 1; i < OBJECTS; i++)
        require(side->objects[i] == 0, "an object is held that nobody has");
}

static void side_close(struct side *side)
{
    struct rpc_call_slot *slot;
    struct rpc_import_entry *entry;
    uint32_t i;

    rpc_session_fail(&side->session, RPC_E_DISCONNECTED, "the end", false);
    rpc_session_forget(&side->session);
    for (i = 0; i < side->session.calls.used; i++) { /* as link.c does */
        slot = &side->session.calls.slots[i];
        if (slot->state == RPC_CALL_FREE)
            continue;
        side->ended += slot->owner != NULL;
        rpc_calls_end(&side->session.calls, slot);
    }
    while (side->running_count) {
        while (!has_room(side))
            free(take_from_wire(side, 0).bytes);
        answer(side, 0, 0);
    }
    reap(side);
    require(side->begun == side->ended, "a call has not ended with its link");
    for (i = 0; i < OBJECTS; i++)
        require(side->objects[i] == 0, "an object outlives the peer that held it");
    while ((entry = any_import(side, 0)) != NULL) {
        rpc_imports_remove(&side->session.imports, entry);
        free(entry);
    }
    free_imports(side->session.imports.released);
    for (i = 0; i < side->sent_count; i++)
        free(side->sent[i].bytes);
    free(side->memory);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bool leaving;

    input = data;
    input_end = data + size;
    now_ns = 1;
    clean = true;
    side_open(&sides[0]);
    side_open(&sides[1]);
    poll(&sides[0]);
    while (input < input_end)
        happen(next_byte());
    leaving = sides[0].session.leaving || sides[1].session.leaving;
    settle();
    if (clean && !leaving) {
        check_rest(&sides[0]);
        check_rest(&sides[1]);
    }
    side_close(&sides[0]);
    side_close(&sides[1]);
    return 0;
}
