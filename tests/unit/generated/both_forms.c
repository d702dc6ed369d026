/* The two forms of generated code beside each other: the same bytes, the same judgement of malformed ones. */
#include "fake_runtime.h"
#include "generated_tests.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

struct bytes {
    uint8_t *data;
    size_t size;
};

static struct bytes copy_of(const uint8_t *data, size_t size)
{
    struct bytes copy = {malloc(size ? size : 1), size};

    if (size)
        memcpy(copy.data, data, size);
    return copy;
}

static bool same(struct bytes left, struct bytes right)
{
    return left.size == right.size && (!left.size || memcmp(left.data, right.data, left.size) == 0);
}

static const struct form *other_form(const struct form *form)
{
    return form == &code_form ? &table_form : &code_form;
}

/* Request and reply of one call. */
static void messages_of(const struct form *form, const struct echo_call *call, uint64_t seed,
                        struct bytes messages[2])
{
    use_form(form);
    random_seed(seed);
    assert_true(call->run(target()));
    messages[0] = copy_of(fake.request, fake.request_bytes);
    messages[1] = copy_of(fake.reply, fake.reply_bytes);
}

void both_forms_write_the_same_bytes(void **state)
{
    const struct echo_call *call;
    uint32_t i, k;

    for (call = echo_calls_list; call->name; call++)
        for (i = 0; i < 200; i++) {
            struct bytes mine[2], theirs[2];
            uint64_t seed = call->slot * 1000 + i + 9000;

            messages_of(*state, call, seed, mine);
            messages_of(other_form(*state), call, seed, theirs);
            for (k = 0; k < 2; k++) {
                if (!same(mine[k], theirs[k]))
                    fail_msg("%s, seed %u: %s differ", call->name, (unsigned)seed,
                             k ? "replies" : "requests");
                free(mine[k].data);
                free(theirs[k].data);
            }
        }
}

struct outcome {
    HRESULT hr;
    uint32_t executed;
    uint32_t calls;
    struct bytes reply;
};

static struct outcome dispatch(const struct form *form, const struct echo_call *call, struct bytes request)
{
    uint32_t executed = fake.executed, calls = echo_calls;
    struct outcome outcome;

    use_form(form);
    interfaces_of_the_request();
    outcome.hr = fake_dispatch(call->slot, request.data, request.size);
    outcome.executed = fake.executed - executed;
    outcome.calls = echo_calls - calls;
    outcome.reply = copy_of(fake.reply, SUCCEEDED(outcome.hr) ? fake.reply_bytes : 0);
    return outcome;
}

static void compare_dispatch(const struct form *form, const struct echo_call *call, struct bytes request,
                             uint64_t seed)
{
    struct outcome mine = dispatch(form, call, request), theirs = dispatch(other_form(form), call, request);

    if (mine.hr != theirs.hr || mine.executed != theirs.executed || mine.calls != theirs.calls ||
        !same(mine.reply, theirs.reply))
        fail_msg("%s, seed %u: %s say 0x%08X, %s 0x%08X", call->name, (unsigned)seed, form->name,
                 (unsigned)mine.hr, other_form(form)->name, (unsigned)theirs.hr);
    free(mine.reply.data);
    free(theirs.reply.data);
}

/* Some of the bytes become others, are doubled, or go away. */
static void mutate(struct bytes *message)
{
    uint32_t times, at, length;

    for (times = 1 + random_below(4); message->size && times; times--) {
        at = random_below((uint32_t)message->size);
        length = 1 + random_below((uint32_t)message->size - at);
        switch (random_below(8)) {
        case 0: /* what is behind moves up */
            memmove(message->data + at, message->data + at + length, message->size - at - length);
            message->size -= length;
            break;
        case 1: /* twice */
            message->data = realloc(message->data, message->size + length);
            memmove(message->data + at + length, message->data + at, message->size - at);
            message->size += length;
            break;
        default:
            message->data[at] = (uint8_t)(random_below(3) ? random_bits() : 0xFF);
        }
    }
    *message = (struct bytes){realloc(message->data, message->size ? message->size : 1), message->size};
}

void both_forms_judge_requests_alike(void **state)
{
    const struct echo_call *call;
    uint64_t i;

    for (call = echo_calls_list; call->name; call++)
        for (i = 0; i < 600; i++) {
            struct bytes request;

            use_form(*state);
            request.data = record(call, i / 10 + 1, &request.size);
            random_seed(call->slot * 7919 + i);
            mutate(&request);
            compare_dispatch(*state, call, request, i);
            free(request.data);
        }
    echo_refs = 1; /* nobody takes the interfaces of these replies */
}

void both_forms_judge_replies_alike(void **state)
{
    const struct echo_call *call;
    uint64_t i;

    echo_calls_quiet = true;
    for (call = echo_calls_list; call->name; call++)
        for (i = 0; i < 300; i++) {
            struct bytes messages[2];
            bool mine, theirs;

            messages_of(*state, call, 7, messages);
            random_seed(call->slot * 104729 + i);
            mutate(&messages[1]);
            use_form(*state);
            mine = call_with_reply(call, 7, messages[1].data, messages[1].size);
            use_form(other_form(*state));
            theirs = call_with_reply(call, 7, messages[1].data, messages[1].size);
            if (mine != theirs)
                fail_msg("%s, seed %u", call->name, (unsigned)i);
            free(messages[0].data);
            free(messages[1].data);
        }
    echo_calls_quiet = false;
    echo_refs = 1; /* the calls give up where something is wrong */
}
