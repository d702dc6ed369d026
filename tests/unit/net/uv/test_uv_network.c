/* What the conformance suite of sockets does not reach: a process that is out of descriptors. */
#include <conformance/sockets.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>
#include <uv/uv_network.h>

enum { DESCRIPTORS = 64 };

/* Takes all descriptors that are left. */
static uint32_t exhaust(int *descriptors)
{
    uint32_t count = 0;

    while (count < DESCRIPTORS && (descriptors[count] = dup(0)) >= 0)
        count++;
    return count;
}

static int64_t processor_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return now.tv_sec * SECOND + now.tv_nsec;
}

static void connection_without_a_descriptor_is_turned_away(void **state)
{
    int descriptors[DESCRIPTORS];
    struct connection at;
    int64_t used_ns;
    uint32_t count, received;
    char byte;

    open_network(&at, state);
    count = exhaust(descriptors);
    close(descriptors[--count]); /* for who connects, none for who accepts */
    assert_int_equal(INetwork_Connect(at.network, at.endpoint, soon(), &at.near), S_OK);
    assert_int_equal(ISocket_Receive(at.near, &byte, 1, soon(), &received), NET_E_CLOSED);
    used_ns = processor_ns();
    assert_false(mailbox_wait(&at.mailbox, &at.mailbox.accepted, 1, 200 * MS));
    assert_true(processor_ns() - used_ns < 100 * MS); /* the loop does not spin */

    while (count)
        close(descriptors[--count]);
    ISocket_Release(at.near);
    assert_int_equal(INetwork_Connect(at.network, at.endpoint, soon(), &at.near), S_OK); /* all works again */
    assert_true(mailbox_wait(&at.mailbox, &at.mailbox.accepted, 1, LIMIT_NS));
    close_connection(&at);
}

int main(void)
{
    static const struct network_kind kind = {uv_network_create, "tcp:127.0.0.1:0", NULL, NULL, 0};
    const struct rlimit limit = {DESCRIPTORS, DESCRIPTORS};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(connection_without_a_descriptor_is_turned_away, (void *)(uintptr_t)&kind),
    };

    (void)run_socket_suite; /* of the other tests */
    if (setrlimit(RLIMIT_NOFILE, &limit))
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
