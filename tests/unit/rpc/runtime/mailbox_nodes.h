/* two_nodes.h, with a mailbox (tests/components/mailbox) at the server. */
#ifndef MAILBOX_NODES_H
#define MAILBOX_NODES_H

#include "two_nodes.h"
#include <mailbox.idl.h>

HRESULT mailbox_component_main(struct INamespace *ns, struct IUnknown **out_object);
extern const struct com_interface *const mailbox_component_interfaces[];

struct mailbox_nodes {
    struct two_nodes two;
    IMailbox *local;  /* the object */
    IMailbox *remote; /* its proxy at the client */
};

static void mailbox_nodes_open(struct mailbox_nodes *nodes)
{
    IUnknown *object;

    two_nodes_open(&nodes->two);
    assert_int_equal(ILocalNode_AddInterfaces(nodes->two.server.node, mailbox_component_interfaces), S_OK);
    assert_int_equal(ILocalNode_AddInterfaces(nodes->two.client.node, mailbox_component_interfaces), S_OK);
    assert_int_equal(
        INamespace_Register(nodes->two.server.root, "rpc", (IUnknown *)nodes->two.server.node, 0), S_OK);
    assert_int_equal(mailbox_component_main(nodes->two.server.root, &object), S_OK);
    assert_int_equal(INamespace_Unregister(nodes->two.server.root, "rpc"), S_OK);
    assert_int_equal(INamespace_Register(nodes->two.server.root, "mailbox", object, 0), S_OK);
    nodes->local = (IMailbox *)object;
    assert_int_equal(com_bind(nodes->two.remote, "mailbox", &IID_IMailbox, (void **)&nodes->remote), S_OK);
}

static void mailbox_nodes_close(struct mailbox_nodes *nodes)
{
    IMailbox_Release(nodes->remote);
    IMailbox_Release(nodes->local);
    two_nodes_close(&nodes->two);
}

/** How many numbers the mailbox got, as itself knows. */
static inline uint32_t mailbox_nodes_count(struct mailbox_nodes *nodes)
{
    uint32_t count;
    uint64_t sum;

    assert_int_equal(IMailbox_GetSum(nodes->local, &count, &sum), S_OK);
    return count;
}

static inline uint32_t mailbox_nodes_cancelled(struct mailbox_nodes *nodes)
{
    uint32_t count;

    assert_int_equal(IMailbox_GetCancelled(nodes->local, &count), S_OK);
    return count;
}

/* Waits in virtual time until an expression holds, at most 20 s. */
#define await_that(condition)                              \
    do {                                                   \
        int64_t give_up_ns = port_now_ns() + 20 * SECOND;  \
                                                           \
        while (!(condition) && port_now_ns() < give_up_ns) \
            sim_sleep(MS);                                 \
        assert_true(condition);                            \
    } while (0)

typedef void mailbox_body(struct mailbox_nodes *nodes);

static void run_mailbox_body(void *argument)
{
    struct mailbox_nodes nodes;

    mailbox_nodes_open(&nodes);
    ((mailbox_body *)argument)(&nodes);
    mailbox_nodes_close(&nodes);
}

/* Every body runs in turn and in a hundred random interleavings. */
#define MAILBOX_TEST(name)                                        \
    static void name##_body(struct mailbox_nodes *nodes);         \
    static void name(void **state)                                \
    {                                                             \
        uint64_t seed;                                            \
                                                                  \
        (void)state;                                              \
        for (seed = 0; seed <= 100; seed++)                       \
            sim_run(seed, run_mailbox_body, (void *)name##_body); \
    }                                                             \
    static void name##_body(struct mailbox_nodes *nodes)

#endif
