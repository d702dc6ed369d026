#include "network.h"

void create_network(const struct network_kind *kind, INetwork **out_network)
{
    int64_t give_up_ns = port_now_ns() + LIMIT_NS;
    struct port_mutex lock = PORT_MUTEX_INIT;
    struct port_condition never = PORT_CONDITION_INIT;
    HRESULT hr;

    while ((hr = kind->create(out_network)) == E_UNEXPECTED && port_now_ns() < give_up_ns) {
        port_mutex_lock(&lock);
        (void)port_condition_wait(&never, &lock, port_now_ns() + MS);
        port_mutex_unlock(&lock);
    }
    assert_int_equal(hr, S_OK);
}

static HRESULT accept_QueryInterface(IAcceptSink *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IAcceptSink, iid, out_object);
}

static uint32_t accept_AddRef(IAcceptSink *iface)
{
    return com_refs_add(&container_of(iface, struct mailbox, IAcceptSink_iface)->refs);
}

static uint32_t accept_Release(IAcceptSink *iface)
{
    return com_refs_release(&container_of(iface, struct mailbox, IAcceptSink_iface)->refs);
}

static HRESULT accept_Accepted(IAcceptSink *iface, ISocket *socket)
{
    struct mailbox *mailbox = container_of(iface, struct mailbox, IAcceptSink_iface);

    port_mutex_lock(&mailbox->lock);
    if (mailbox->accepted < MAILBOX_MAX) {
        ISocket_AddRef(socket);
        mailbox->sockets[mailbox->accepted++] = socket;
    }
    port_condition_wake_all(&mailbox->changed);
    port_mutex_unlock(&mailbox->lock);
    return S_OK;
}

static const struct IAcceptSinkVtbl accept_vtbl = {
    .QueryInterface = accept_QueryInterface,
    .AddRef = accept_AddRef,
    .Release = accept_Release,
    .Accepted = accept_Accepted,
};

static HRESULT ready_QueryInterface(INetworkSink *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_INetworkSink, iid, out_object);
}

static uint32_t ready_AddRef(INetworkSink *iface)
{
    return com_refs_add(&container_of(iface, struct mailbox, INetworkSink_iface)->refs);
}

static uint32_t ready_Release(INetworkSink *iface)
{
    return com_refs_release(&container_of(iface, struct mailbox, INetworkSink_iface)->refs);
}

static HRESULT ready_Ready(INetworkSink *iface)
{
    struct mailbox *mailbox = container_of(iface, struct mailbox, INetworkSink_iface);

    mailbox_count(mailbox, &mailbox->ready);
    return S_OK;
}

static const struct INetworkSinkVtbl ready_vtbl = {
    .QueryInterface = ready_QueryInterface,
    .AddRef = ready_AddRef,
    .Release = ready_Release,
    .Ready = ready_Ready,
};

void mailbox_init(struct mailbox *mailbox)
{
    memset(mailbox, 0, sizeof(*mailbox));
    mailbox->IAcceptSink_iface.vtbl = &accept_vtbl;
    mailbox->INetworkSink_iface.vtbl = &ready_vtbl;
    com_refs_init(&mailbox->refs);
    assert_true(port_mutex_init(&mailbox->lock));
    assert_true(port_condition_init(&mailbox->changed));
}

void mailbox_count(struct mailbox *mailbox, uint32_t *value)
{
    port_mutex_lock(&mailbox->lock);
    (*value)++;
    port_condition_wake_all(&mailbox->changed);
    port_mutex_unlock(&mailbox->lock);
}

bool mailbox_wait(struct mailbox *mailbox, const uint32_t *value, uint32_t wanted, int64_t limit_ns)
{
    int64_t deadline_ns = port_now_ns() + limit_ns;
    bool reached;

    port_mutex_lock(&mailbox->lock);
    while (*value < wanted && port_condition_wait(&mailbox->changed, &mailbox->lock, deadline_ns))
        ;
    reached = *value >= wanted;
    port_mutex_unlock(&mailbox->lock);
    return reached;
}

void mailbox_end(struct mailbox *mailbox)
{
    int64_t give_up_ns = port_now_ns() + LIMIT_NS;
    uint32_t i;

    while (__atomic_load_n(&mailbox->refs.count, __ATOMIC_ACQUIRE) != 1 && port_now_ns() < give_up_ns)
        (void)mailbox_wait(mailbox, &mailbox->ready, UINT32_MAX, MS);
    assert_int_equal(mailbox->refs.count, 1);
    for (i = 0; i < mailbox->accepted; i++)
        ISocket_Release(mailbox->sockets[i]);
    port_condition_destroy(&mailbox->changed);
    port_mutex_destroy(&mailbox->lock);
}

/* ---- threads ---- */

static void helper_main(void *argument)
{
    struct helper *helper = argument;

    helper->main(helper->argument);
    mailbox_count(helper->mailbox, &helper->ended);
}

void helper_start(struct helper *helper, struct mailbox *mailbox, void (*main)(void *argument),
                  void *argument)
{
    *helper = (struct helper){.mailbox = mailbox, .main = main, .argument = argument};
    assert_true(port_thread_start("helper", helper_main, helper));
}

void helper_join(struct helper *helper)
{
    assert_true(mailbox_wait(helper->mailbox, &helper->ended, 1, LIMIT_NS));
}

int64_t soon(void)
{
    return port_now_ns() + LIMIT_NS;
}

/* ---- suites ---- */

enum { CASES_MAX = 64 };

struct case_run {
    const struct network_kind *kind;
    const struct suite_case *which;
};

static void run_body(void *argument)
{
    const struct case_run *run = argument;

    run->which->body(run->kind);
}

static void run_case(void **state)
{
    struct case_run *run = *state;

    if (run->kind->run)
        run->kind->run(run_body, run);
    else
        run_body(run);
}

int run_suite(const struct network_kind *kind, const struct suite_case *const *tables)
{
    static struct case_run runs[CASES_MAX];
    static struct CMUnitTest tests[CASES_MAX];
    const struct suite_case *which;
    size_t count = 0;

    for (; *tables; tables++) {
        for (which = *tables; which->name; which++) {
            assert_true(count < CASES_MAX);
            runs[count] = (struct case_run){.kind = kind, .which = which};
            tests[count] = (struct CMUnitTest){
                .name = which->name, .test_func = run_case, .initial_state = &runs[count]};
            count++;
        }
    }
    return _cmocka_run_group_tests("conformance", tests, count, NULL, NULL);
}
