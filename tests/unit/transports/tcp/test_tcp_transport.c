/* What tcp adds to links over a stream: the host that is dialled where an endpoint says 127.0.0.1. */
#include <conformance/connection.h>
#include <tcp/tcp_transport.h>
#include <uv/uv_network.h>

/* Dials the port of a listener at `host` under another host. */
static HRESULT dial_under(const char *host, const char *dialled, const char *alias)
{
    struct network_kind kind = {.create = uv_network_create, .listen_at = host, .dial_host = dialled};
    COM_SCOPED(ITransport) transport = NULL;
    struct connection at;
    ILink *link = NULL;
    HRESULT hr;

    open_network(&at, &kind);
    assert_int_equal(tcp_transport_create(at.network, alias, &transport), S_OK);
    hr = ITransport_Connect(transport, at.dial, soon(), &link);
    if (SUCCEEDED(hr)) {
        assert_true(mailbox_wait(&at.mailbox, &at.mailbox.accepted, 1, LIMIT_NS));
        ILink_Release(link);
    }
    close_connection(&at);
    return hr;
}

static void alias_is_dialled_for_the_machine_itself(void **state)
{
    (void)state;
    assert_int_equal(dial_under("tcp:127.0.0.2:0", "127.0.0.1", "127.0.0.2"), S_OK);
    assert_int_equal(dial_under("tcp:127.0.0.2:0", "127.0.0.1", NULL), NET_E_UNREACHABLE);
}

static void other_hosts_are_dialled_as_they_are(void **state)
{
    (void)state;
    assert_int_equal(dial_under("tcp:127.0.0.3:0", "127.0.0.3", "127.0.0.2"), S_OK);
    assert_int_equal(dial_under("tcp:127.0.0.17:0", "127.0.0.17", "127.0.0.2"), S_OK); /* begins alike */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alias_is_dialled_for_the_machine_itself),
        cmocka_unit_test(other_hosts_are_dialled_as_they_are),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
