/* What tcp adds to links over a stream: the host that is dialled where an endpoint says 127.0.0.1. */
#include <conformance/connection.h>
#include <stdio.h>
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

static void local_network_has_a_scheme_of_its_own(void **state)
{
    struct network_kind kind = {.create = uv_network_create, .listen_at = "tcp:127.0.0.1:0"};
    COM_SCOPED(ITransport) transport = NULL;
    char endpoint[NET_ENDPOINT_MAX + 1];
    struct connection at;
    ILink *link = NULL;

    (void)state;
    open_network(&at, &kind);
    assert_int_equal(tcp_transport_create_local(at.network, "switch-3f9a2c01", &transport), S_OK);
    snprintf(endpoint, sizeof(endpoint), "switch-3f9a2c01%s", strchr(at.endpoint, ':'));
    assert_int_equal(ITransport_Connect(transport, endpoint, soon(), &link), S_OK);
    ILink_Release(link);
    link = NULL;
    assert_int_equal(ITransport_Connect(transport, at.endpoint, soon(), &link), NET_E_BAD_ENDPOINT);
    endpoint[7] = '4'; /* another switch: its addresses are others */
    assert_int_equal(ITransport_Connect(transport, endpoint, soon(), &link), NET_E_BAD_ENDPOINT);
    assert_null(link);
    close_connection(&at);
}

static void scheme_that_is_too_long_is_refused(void **state)
{
    char scheme[NET_ENDPOINT_MAX + 2];
    ITransport *transport = NULL;
    INetwork *network = NULL;

    (void)state;
    memset(scheme, 'a', sizeof(scheme) - 1);
    scheme[sizeof(scheme) - 1] = '\0';
    assert_int_equal(uv_network_create(&network), S_OK);
    assert_int_equal(tcp_transport_create_local(network, scheme, &transport), E_INVALIDARG);
    assert_null(transport);
    INetwork_Release(network);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alias_is_dialled_for_the_machine_itself),
        cmocka_unit_test(other_hosts_are_dialled_as_they_are),
        cmocka_unit_test(local_network_has_a_scheme_of_its_own),
        cmocka_unit_test(scheme_that_is_too_long_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
