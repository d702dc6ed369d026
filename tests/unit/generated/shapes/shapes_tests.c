/* Tests of unions and of structs with pointers; built and run by test_shapes.py. */
#include "../fake_runtime.h"
#include "halves_tests.h"
#include "object.h"
#include "oracles.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const char *const METHOD_NAMES[] = {
    "QueryInterface", "AddRef",     "Release", "Figure",  "FigureByValue", "Value",   "Drawn",
    "Node",           "ChangeNode", "Arrays",  "Held",    "Lists",         "Objects", "Names",
    "Tagged",         "Card",       "Cards",   "Replace", "Bstrs",         "Maybe",   "Given",
};

/* Of --optimize=size; the build gives it a name of its own. */
extern const struct com_interface IShapes_table_interface, IHalves_table_interface;

static struct rpc_proxy proxy;

static IShapes *target(void)
{
    return (IShapes *)&proxy;
}

static int setup(void **state)
{
    fake.interface = *state;
    fake_proxy_init(&proxy);
    fake.object = &shapes_object;
    fake.method_names = METHOD_NAMES;
    fake.forced_reply = NULL;
    fake.may_alloc = NULL;
    shapes_result = S_OK;
    shapes_deeper = 0;
    blocks_left = UINT32_MAX;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    fake_forget();
    return live_blocks == 0 && object_refs() == 0 ? 0 : -1;
}

static void expect_nothing_left(const char *name, uint64_t seed)
{
    if (live_blocks || object_refs())
        fail_msg("%s, seed %u: %u blocks and %u references are left", name, (unsigned)seed, live_blocks,
                 object_refs());
}

static void run_all(uint32_t times, uint32_t from)
{
    const struct shapes_call *call;
    uint32_t i;

    for (call = shapes_calls_list; call->name; call++)
        for (i = from; i < from + times; i++) {
            random_seed(call->slot * 1000 + i);
            if (call->run(target()) != CAME_BACK)
                fail_msg("%s, seed %u: 0x%08X", call->name, i, (unsigned)shapes_hr);
            expect_nothing_left(call->name, i);
        }
}

/* ---- values ---- */

static void random_values_go_there_and_back(void **state)
{
    (void)state;
    run_all(300, 0);
}

static void the_object_itself_answers_the_same(void **state)
{
    const struct shapes_call *call;

    (void)state;
    for (call = shapes_calls_list; call->name; call++)
        assert_int_equal(call->run(&shapes_object), CAME_BACK);
}

static void pass_through(void (*oracle)(const char *type, uint8_t **bytes, size_t *size))
{
    fake.oracle = oracle;
    run_all(30, 500);
    fake.oracle = NULL;
}

static void protobuf_reads_and_writes_the_messages(void **state)
{
    (void)state;
    pass_through(oracle_protobuf);
}

static void nanopb_reads_and_writes_the_messages(void **state)
{
    (void)state;
    pass_through(oracle_nanopb);
}

static void protobuf_c_reads_and_writes_the_messages(void **state)
{
    (void)state;
    pass_through(oracle_protobuf_c);
}

static void requests_made_by_name_are_those_of_the_proxy(void **state)
{
    (void)state;
    pass_through(oracle_reflect);
    oracle_reflect_end();
}

/* ---- failures: nothing is left, whatever goes wrong ---- */

static void a_method_that_fails_leaves_nothing(void **state)
{
    const struct shapes_call *call;
    uint32_t i;

    (void)state;
    shapes_result = E_FAIL;
    for (call = shapes_calls_list; call->name; call++)
        for (i = 0; i < 50; i++) {
            random_seed(i);
            assert_int_equal(call->run(target()), FAILED_CLEANLY);
            assert_int_equal(shapes_hr, E_FAIL);
            expect_nothing_left(call->name, i);
        }
}

static uint32_t blocks_after; /* values are made before the call; then so many may be had */

static bool take_block(void)
{
    if (blocks_left == 0)
        return false;
    blocks_left -= blocks_left != UINT32_MAX;
    return true;
}

/* The request is the last thing that is made before memory runs out. */
static void run_out(const char *type, uint8_t **bytes, size_t *size)
{
    (void)bytes;
    (void)size;
    if (strstr(type, "_Request"))
        blocks_left = blocks_after;
}

static void memory_that_runs_out_anywhere_leaves_nothing(void **state)
{
    const struct shapes_call *call;
    uint32_t seed;

    (void)state;
    fake.may_alloc = take_block;
    fake.oracle = run_out;
    for (call = shapes_calls_list; call->name; call++)
        for (seed = 0; seed < 40; seed++)
            for (blocks_after = 0;; blocks_after++) {
                enum outcome outcome;

                blocks_left = UINT32_MAX;
                random_seed(call->slot * 77 + seed);
                outcome = call->run(target());
                expect_nothing_left(call->name, seed);
                if (outcome == CAME_BACK && blocks_left)
                    break;
                if (FAILED(shapes_hr) && shapes_hr != E_OUTOFMEMORY &&
                    shapes_hr != RPC_E_SERVER_CANTMARSHAL_DATA)
                    fail_msg("%s, seed %u: 0x%08X", call->name, seed, (unsigned)shapes_hr);
            }
    fake.oracle = NULL;
}

/* ---- malformed messages ---- */

/* Some of the bytes become others, are doubled, or go away; interfaces stay as many as there are. */
static void mutate(uint8_t **bytes, size_t *size)
{
    uint32_t times, at, length;

    for (times = 1 + random_below(3); *size && times; times--) {
        at = random_below((uint32_t)*size);
        length = 1 + random_below((uint32_t)*size - at);
        switch (random_below(8)) {
        case 0:
            memmove(*bytes + at, *bytes + at + length, *size - at - length);
            *size -= length;
            break;
        case 1:
            *bytes = realloc(*bytes, *size + length);
            memmove(*bytes + at + length, *bytes + at, *size - at);
            *size += length;
            break;
        default:
            (*bytes)[at] = (uint8_t)(random_below(3) ? random_bits() : 0xFF);
        }
    }
    *bytes = realloc(*bytes, *size ? *size : 1); /* sanitizers see what is read behind it */
}

static const char *mutated;

static void mutate_messages(const char *type, uint8_t **bytes, size_t *size)
{
    if (strstr(type, mutated))
        mutate(bytes, size);
}

static void run_mutated(const char *kind)
{
    const struct shapes_call *call;
    uint32_t i;

    mutated = kind;
    fake.oracle = mutate_messages;
    for (call = shapes_calls_list; call->name; call++)
        for (i = 0; i < 1500; i++) {
            uint32_t calls = shapes_calls;

            random_seed(call->slot * 7919 + i);
            (void)call->run(target()); /* what was changed may be good */
            expect_nothing_left(call->name, i);
            if (FAILED(shapes_hr) && shapes_hr != RPC_E_SERVER_CANTUNMARSHAL_DATA &&
                shapes_hr != RPC_E_CLIENT_CANTUNMARSHAL_DATA && shapes_hr != RPC_E_SERVER_CANTMARSHAL_DATA &&
                shapes_hr != E_OUTOFMEMORY)
                fail_msg("%s, seed %u: 0x%08X", call->name, i, (unsigned)shapes_hr);
            if (shapes_hr == RPC_E_SERVER_CANTUNMARSHAL_DATA && shapes_calls != calls)
                fail_msg("%s, seed %u: ran with a malformed request", call->name, i);
        }
    fake.oracle = NULL;
}

static void damaged_requests_leave_nothing(void **state)
{
    (void)state;
    run_mutated("_Request");
}

static void damaged_replies_leave_nothing(void **state)
{
    (void)state;
    run_mutated("_Reply");
}

static HRESULT dispatch(uint32_t slot, const uint8_t *request, size_t size)
{
    return fake_dispatch(slot, request, size);
}

#define DISPATCH(slot, ...) \
    dispatch(slot, (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

static void arms_that_do_not_go_with_their_value_are_refused(void **state)
{
    (void)state;
    /* kind 3 has radius, field 1, 8 bytes */
    assert_int_equal(DISPATCH(3, 0x08, 3, 0x12, 9, 0x09, 0, 0, 0, 0, 0, 0, 0, 0), S_OK);
    assert_int_equal(DISPATCH(3, 0x12, 9, 0x09, 0, 0, 0, 0, 0, 0, 0, 0, 0x08, 3), S_OK); /* in any order */
    assert_int_equal(DISPATCH(3, 0x08, 3, 0x12, 3, 0x1A, 1, 'x'), RPC_E_SERVER_CANTUNMARSHAL_DATA);
    assert_int_equal(DISPATCH(3, 0x08, 3, 0x12, 12, 0x09, 0, 0, 0, 0, 0, 0, 0, 0, 0x1A, 1, 'x'),
                     RPC_E_SERVER_CANTUNMARSHAL_DATA);                                /* two arms */
    assert_int_equal(DISPATCH(3, 0x08, 3, 0x12, 0), RPC_E_SERVER_CANTUNMARSHAL_DATA); /* none */
    assert_int_equal(DISPATCH(3, 0x08, 3), RPC_E_SERVER_CANTUNMARSHAL_DATA);
    assert_int_equal(DISPATCH(3, 0x08, 0, 0x12, 0), S_OK); /* an arm that holds nothing */
    assert_int_equal(DISPATCH(3, 0x08, 77), S_OK);         /* the default one, too */
    assert_int_equal(DISPATCH(3, 0x08, 77, 0x12, 3, 0x1A, 1, 'x'), RPC_E_SERVER_CANTUNMARSHAL_DATA);
    assert_int_equal(DISPATCH(3, 0x08, 20, 0x12, 0), S_OK); /* a text that is NULL */
    assert_int_equal(DISPATCH(3, 0x08, 21, 0x12, 2, 0x20, 1), S_OK);
    assert_int_equal(DISPATCH(3, 0x08, 21, 0x12, 2, 0x20, 9), RPC_E_SERVER_CANTUNMARSHAL_DATA); /* closed */
}

/* Lists: its count is no field of the message, and two arrays have it. */
static void counts_that_are_not_sent_are_those_of_the_arrays(void **state)
{
    static const char *const NAMES[] = {"a", "b"};
    struct drawn drawn[2] = {{.kind = FIGURE_NONE}, {.kind = FIGURE_NONE}};
    struct named out_named[2];
    uint32_t count = 0;

    (void)state;
    assert_int_equal(IShapes_Lists(target(), 2, drawn, NAMES, 2, out_named, &count), S_OK);
    assert_int_equal(count, 2);
    com_free_named(&out_named[0]);
    com_free_named(&out_named[1]);
    assert_int_not_equal(fake.request[0], WIRE_TAG(1, WIRE_VARINT));
    assert_int_equal(DISPATCH(11, 0x20, 2), S_OK);
    assert_int_equal(DISPATCH(11, 0x20, 2, 0x1A, 1, 'a'),
                     RPC_E_SERVER_CANTUNMARSHAL_DATA);      /* nothing drawn */
    assert_int_equal(DISPATCH(12, 0x12, 3, 0, 0, 0), S_OK); /* three objects, packed */
    assert_int_equal(DISPATCH(12, 0x10, 0, 0x12, 0x80), RPC_E_SERVER_CANTUNMARSHAL_DATA);
}

static void fields_that_a_closed_struct_does_not_have_are_refused(void **state)
{
    (void)state;
    assert_int_equal(DISPATCH(14, 0x12, 5, 0x1D, 6, 0, 0, 0, 0x42, 12, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0),
                     S_OK);
    assert_int_equal(
        DISPATCH(14, 0x12, 7, 0x1D, 6, 0, 0, 0, 0x20, 1, 0x42, 12, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0),
        RPC_E_SERVER_CANTUNMARSHAL_DATA);
    assert_int_equal(DISPATCH(14, 0x12, 5, 0x1D, 4, 0, 0, 0, 0x42, 12, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0),
                     RPC_E_SERVER_CANTUNMARSHAL_DATA); /* below its range */
}

static void values_that_cannot_be_sent_are_refused(void **state)
{
    struct arrays arrays, changed, out_arrays;
    union figure figure = {.tint = (enum tint)9}, out_figure;
    enum figure_kind kind;
    uint32_t calls = shapes_calls;

    (void)state;
    assert_int_equal(IShapes_Figure(target(), FIGURE_TINTED, &figure, &kind, &out_figure),
                     RPC_E_CLIENT_CANTMARSHAL_DATA);
    random_seed(3);
    random_begin();
    random_arrays(&arrays);
    changed = arrays;
    changed.used = (uint8_t)(arrays.room + 1); /* more than there are */
    assert_int_equal(IShapes_Arrays(target(), &changed, &out_arrays), RPC_E_CLIENT_CANTMARSHAL_DATA);
    changed = arrays;
    changed.numbers = NULL;
    changed.count = 1; /* of nothing */
    assert_int_equal(IShapes_Arrays(target(), &changed, &out_arrays), RPC_E_CLIENT_CANTMARSHAL_DATA);
    changed = arrays;
    changed.object_count = -1;
    assert_int_equal(IShapes_Arrays(target(), &changed, &out_arrays), RPC_E_CLIENT_CANTMARSHAL_DATA);
    changed = arrays;
    changed.pair[1] = NULL; /* an element that is not there */
    assert_int_equal(IShapes_Arrays(target(), &changed, &out_arrays), RPC_E_CLIENT_CANTMARSHAL_DATA);
    changed = arrays;
    changed.fixed[0].height = 1001; /* beyond its range */
    assert_int_equal(IShapes_Arrays(target(), &changed, &out_arrays), RPC_E_CLIENT_CANTMARSHAL_DATA);
    com_free_arrays(&arrays);
    assert_int_equal(shapes_calls, calls);
}

/* ---- depth ---- */

static struct node *chain(uint32_t length)
{
    struct node *first = NULL, *node;

    for (; length; length--) {
        node = calloc(1, sizeof(*node));
        node->next = first;
        first = node;
    }
    return first;
}

static void free_chain(struct node *node)
{
    struct node *next;

    for (; node; node = next) {
        next = node->next;
        free(node);
    }
}

static void lists_have_a_greatest_depth(void **state)
{
    struct node out_node = {0}, *list = chain(RPC_SHAPE_DEPTH_MAX);
    uint32_t total = 0;

    (void)state;
    assert_int_equal(IShapes_Node(target(), list, &out_node, &total), S_OK);
    assert_int_equal(total, RPC_SHAPE_DEPTH_MAX);
    com_free_node(&out_node);
    free_chain(list);
    list = chain(RPC_SHAPE_DEPTH_MAX + 1);
    assert_int_equal(IShapes_Node(target(), list, &out_node, &total), RPC_E_CLIENT_CANTMARSHAL_DATA);
    free_chain(list);
}

static void a_list_that_bites_its_tail_is_refused(void **state)
{
    struct node node = {.next = &node}, out_node;
    uint32_t total = 0;

    (void)state;
    assert_int_equal(IShapes_Node(target(), &node, &out_node, &total), RPC_E_CLIENT_CANTMARSHAL_DATA);
}

/* Nodes in nodes, the first of them in a parameter's field. */
static size_t deep_message(uint8_t message[4096], uint32_t param, uint32_t depth)
{
    size_t size = 0;
    uint32_t i;

    for (i = depth; i; i--) { /* from the innermost on */
        uint8_t head[8], *at = head;

        message[size++] = WIRE_TAG(2, WIRE_BYTES); /* its name: "" */
        message[size++] = 0;
        at = wire_store_varint32(at, WIRE_TAG(i == 1 ? param : 3, WIRE_BYTES));
        at = wire_store_varint32(at, (uint32_t)size);
        memmove(message + (at - head), message, size);
        memcpy(message, head, (size_t)(at - head));
        size += (size_t)(at - head);
    }
    return size;
}

/* Messages in messages, as deep as a message is long. */
static void requests_that_are_too_deep_are_refused(void **state)
{
    uint8_t message[4096];
    size_t size = deep_message(message, 1, RPC_SHAPE_DEPTH_MAX + 20);

    (void)state;
    assert_int_equal(dispatch(7, message, size), RPC_E_SERVER_CANTUNMARSHAL_DATA);
}

/* The same of replies: what was made of them is freed. */
static void replies_that_are_too_deep_leave_nothing(void **state)
{
    uint8_t message[4096];
    size_t size = deep_message(message, 2, RPC_SHAPE_DEPTH_MAX + 1);
    struct node node = {0}, out_node;
    uint32_t total;

    (void)state;
    fake.forced_reply = message;
    fake.forced_reply_bytes = size;
    assert_int_equal(IShapes_Node(target(), &node, &out_node, &total), RPC_E_CLIENT_CANTUNMARSHAL_DATA);
    expect_nothing_left("Node", 0);
    fake.forced_reply_bytes = deep_message(message, 2, RPC_SHAPE_DEPTH_MAX);
    assert_int_equal(IShapes_Node(target(), &node, &out_node, &total), S_OK);
    com_free_node(&out_node);
}

/* A method may make what is too deep to be sent; also that is freed to its end. */
static void results_that_are_too_deep_leave_nothing(void **state)
{
    static const uint32_t DEEPER[] = {RPC_SHAPE_DEPTH_MAX - 1, RPC_SHAPE_DEPTH_MAX, RPC_SHAPE_DEPTH_MAX + 1,
                                      3 * RPC_SHAPE_DEPTH_MAX + 7, 100000};
    struct node node = {0}, out_node;
    uint32_t total, i;

    (void)state;
    shapes_deeper = DEEPER[0];
    assert_int_equal(IShapes_Node(target(), &node, &out_node, &total), S_OK);
    com_free_node(&out_node);
    for (i = 1; i < sizeof(DEEPER) / sizeof(DEEPER[0]); i++) {
        shapes_deeper = DEEPER[i];
        assert_int_equal(IShapes_Node(target(), &node, &out_node, &total), RPC_E_SERVER_CANTMARSHAL_DATA);
        expect_nothing_left("Node", DEEPER[i]);
    }
}

/* Below a node: lists as long as there are nodes left, of which some go on in two ways. */
static void grow(struct node *node, uint32_t *left)
{
    uint32_t length = 50 + random_below(400), i;

    for (i = 0; i<length && * left> 0; i++, --*left) {
        struct node *inner = com_alloc(sizeof(*inner));

        assert_non_null(inner);
        memset(inner, 0, sizeof(*inner));
        if (random_below(3)) {
            node->next = inner;
        } else {
            node->children = inner;
            node->child_count = 1;
        }
        node = inner;
    }
    if (!*left)
        return;
    node->children = com_alloc(2 * sizeof(*node));
    assert_non_null(node->children);
    memset(node->children, 0, 2 * sizeof(*node));
    node->child_count = 2;
    node->children[1].name = com_alloc(1);
    node->children[1].name[0] = '\0';
    grow(&node->children[0], left);
    grow(&node->children[1], left);
}

/* Freeing goes to the end of everything also if there is no memory to note down what waits. */
static void what_is_deep_is_freed_without_memory(void **state)
{
    static const uint32_t SPARE[] = {0, 1, 7, UINT32_MAX};
    uint32_t i, seed;

    (void)state;
    fake.may_alloc = take_block;
    for (i = 0; i < sizeof(SPARE) / sizeof(SPARE[0]); i++)
        for (seed = 0; seed < 4; seed++) {
            struct node node = {0};
            uint32_t left = 3000;

            blocks_left = UINT32_MAX;
            random_seed(seed);
            grow(&node, &left);
            blocks_left = SPARE[i];
            com_free_node(&node);
            expect_nothing_left("a tree", seed);
            assert_null(node.next);
            assert_null(node.children);
        }
}

/* ---- what a caller may release whatever came ---- */

static void arrays_of_pointers_are_null_when_the_call_fails(void **state)
{
    static char text[] = "text";
    char *names[3] = {text, text, text};
    IUnknown *objects[3] = {(IUnknown *)(void *)text, (IUnknown *)(void *)text, (IUnknown *)(void *)text};
    uint32_t count, i;

    (void)state;
    shapes_result = E_FAIL;
    assert_int_equal(IShapes_Objects(target(), 0, NULL, 2, objects, &count), E_FAIL);
    assert_int_equal(IShapes_Names(target(), 2, names, ""), E_FAIL);
    for (i = 0; i < 2; i++) {
        assert_null(objects[i]);
        assert_null(names[i]);
    }
    assert_ptr_equal(objects[2], text); /* beyond the room */
    assert_ptr_equal(names[2], text);
    assert_int_equal(IShapes_Names(target(), 0, NULL, ""), E_FAIL);
}

#define BOTH_OF(interface, test)                                                                        \
    {#test ", code", test, setup, teardown, (void *)(uintptr_t)&interface##_interface},                 \
    {                                                                                                   \
#test ", beside tables", test, setup, teardown, (void *)(uintptr_t)&interface##_table_interface \
    }
#define BOTH(test) BOTH_OF(IShapes, test)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(random_values_go_there_and_back),
        BOTH(the_object_itself_answers_the_same),
        BOTH(protobuf_reads_and_writes_the_messages),
        BOTH(nanopb_reads_and_writes_the_messages),
        BOTH(protobuf_c_reads_and_writes_the_messages),
        BOTH(requests_made_by_name_are_those_of_the_proxy),
        BOTH(a_method_that_fails_leaves_nothing),
        BOTH(memory_that_runs_out_anywhere_leaves_nothing),
        BOTH(damaged_requests_leave_nothing),
        BOTH(damaged_replies_leave_nothing),
        BOTH(arms_that_do_not_go_with_their_value_are_refused),
        BOTH(counts_that_are_not_sent_are_those_of_the_arrays),
        BOTH(fields_that_a_closed_struct_does_not_have_are_refused),
        BOTH(values_that_cannot_be_sent_are_refused),
        BOTH(lists_have_a_greatest_depth),
        BOTH(a_list_that_bites_its_tail_is_refused),
        BOTH(requests_that_are_too_deep_are_refused),
        BOTH(replies_that_are_too_deep_leave_nothing),
        BOTH(results_that_are_too_deep_leave_nothing),
        BOTH(what_is_deep_is_freed_without_memory),
        BOTH(arrays_of_pointers_are_null_when_the_call_fails),
        BOTH_OF(IHalves, halves_bring_what_the_callee_allocates),
        BOTH_OF(IHalves, halves_that_fail_leave_nothing),
        BOTH_OF(IHalves, second_half_clears_what_the_caller_frees),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
