/* The directory: who may have a name, and for how long. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <sim.h>
#include <fake_world.h>

HRESULT directory_component_main(INamespace *ns, IUnknown **out_object);

struct fixture {
    INamespace *root;
    struct fake_node node;
    IDirectory *directory;
};

static void begin(struct fixture *f)
{
    static const char *const pairs[][2] = {{"directory", "self"}, {NULL, NULL}};
    COM_SCOPED(IConfig) config = NULL;
    COM_SCOPED(IUnknown) object = NULL;

    assert_int_equal(sim_allocated(), 0);
    f->root = fake_namespace_create();
    fake_node_init(&f->node);
    fake_register(f->root, "rpc", &f->node.ILocalNode_iface);
    config = fake_config_create(pairs);
    fake_register(f->root, "config", config);
    assert_int_equal(directory_component_main(f->root, &object), S_OK);
    assert_int_equal(IUnknown_QueryInterface(object, &IID_IDirectory, (void **)&f->directory), S_OK);
}

static void end(struct fixture *f)
{
    IDirectory_Release(f->directory);
    INamespace_Release(f->root);
    fake_node_end(&f->node);
    assert_int_equal(sim_allocated(), 0);
}

static HRESULT announce(struct fixture *f, const char *name, const char *endpoints, struct fake_inode *inode,
                        uint64_t *out_incarnation, IUnknown **out_registration)
{
    return IDirectory_Announce(f->directory, name, endpoints, &inode->INode_iface, out_incarnation,
                               out_registration);
}

static HRESULT look_up(struct fixture *f, const char *name)
{
    char endpoints[NODE_ENDPOINTS_MAX + 1];
    uint64_t incarnation;

    return IDirectory_Lookup(f->directory, name, endpoints, sizeof(endpoints), &incarnation);
}

static void only_the_node_that_is_told_so_holds_a_directory(void **state)
{
    const char *const values[] = {NULL, "tcp:127.0.0.1:1"};
    size_t i;

    (void)state;
    for (i = 0; i < 2; i++) {
        COM_SCOPED(INamespace) root = fake_namespace_create();
        const char *const pairs[][2] = {{"directory", values[i]}, {NULL, NULL}};
        COM_SCOPED(IConfig) config = fake_config_create(pairs);
        COM_SCOPED(IUnknown) object = NULL;

        fake_register(root, "config", config);
        assert_int_equal(directory_component_main(root, &object), OS_E_NOT_PRESENT);
        assert_null(object);
    }
}

static void announced_node_is_found_until_its_registration_is_released(void **state)
{
    char endpoints[NODE_ENDPOINTS_MAX + 1] = "untouched";
    IUnknown *registration;
    struct fake_inode n1;
    uint64_t incarnation;
    struct fixture f;

    (void)state;
    begin(&f);
    fake_inode_init(&n1, S_OK);
    assert_int_equal(IDirectory_Lookup(f.directory, "n1", endpoints, sizeof(endpoints), &incarnation),
                     NS_E_NOT_FOUND);
    assert_string_equal(com_error_detail(), "no node n1 in this cluster");
    assert_string_equal(endpoints, "untouched");

    assert_int_equal(announce(&f, "n1", "unix:/a tcp:127.0.0.1:4001", &n1, &incarnation, &registration),
                     S_OK);
    assert_int_equal(incarnation, 1);
    incarnation = 0;
    assert_int_equal(IDirectory_Lookup(f.directory, "n1", endpoints, sizeof(endpoints), &incarnation), S_OK);
    assert_string_equal(endpoints, "unix:/a tcp:127.0.0.1:4001");
    assert_int_equal(incarnation, 1);
    assert_int_equal(IDirectory_Lookup(f.directory, "n1", endpoints, 5, &incarnation), E_INVALIDARG);

    IUnknown_Release(registration);
    assert_int_equal(n1.refs.count, 1);
    assert_int_equal(look_up(&f, "n1"), NET_E_UNREACHABLE);
    assert_string_equal(com_error_detail(), "node n1 is gone");

    assert_int_equal(announce(&f, "n1", "tcp:127.0.0.1:4002", &n1, &incarnation, &registration), S_OK);
    assert_int_equal(incarnation, 2);
    assert_int_equal(n1.ping_count, 0); /* nobody held the name */
    IUnknown_Release(registration);
    end(&f);
}

static void name_of_a_node_that_answers_is_refused_and_both_endpoints_are_named(void **state)
{
    IUnknown *first, *second;
    struct fake_inode n1, other;
    uint64_t incarnation = 0;
    struct fixture f;

    (void)state;
    begin(&f);
    fake_inode_init(&n1, S_OK);
    fake_inode_init(&other, S_OK);
    assert_int_equal(announce(&f, "n1", "tcp:127.0.0.1:4001", &n1, &incarnation, &first), S_OK);
    assert_int_equal(announce(&f, "n1", "tcp:127.0.0.1:4002 unix:/b", &other, &incarnation, &second),
                     NET_E_NAME_IN_USE);
    assert_null(second);
    assert_int_equal(incarnation, 1);
    assert_string_equal(com_error_detail(), "tcp:127.0.0.1:4001 has this name, tcp:127.0.0.1:4002 wants it");
    assert_int_equal(n1.ping_count, 1);
    assert_int_equal(n1.ping_deadline_ns, f.node.now_ns + INT64_C(2000000000));
    assert_int_equal(rpc_set_deadline(INT64_MAX), INT64_MAX);

    n1.ping_hr = RPC_E_SERVERCALL_RETRYLATER; /* overloaded is alive */
    assert_int_equal(announce(&f, "n1", "tcp:127.0.0.1:4002", &other, &incarnation, &second),
                     NET_E_NAME_IN_USE);
    assert_int_equal(other.refs.count, 1);
    IUnknown_Release(first);
    end(&f);
}

static void long_endpoints_are_both_named_by_their_ends(void **state)
{
    IUnknown *first, *second;
    struct fake_inode n1, other;
    uint64_t incarnation;
    struct fixture f;

    (void)state;
    begin(&f);
    fake_inode_init(&n1, S_OK);
    fake_inode_init(&other, S_OK);
    assert_int_equal(announce(&f, "n1", "unix:/run/user/1000/mmlite-1000/a-rather-long-name/first.sock", &n1,
                              &incarnation, &first),
                     S_OK);
    assert_int_equal(announce(&f, "n1", "unix:/run/user/1000/mmlite-1000/a-rather-long-name/second.sock",
                              &other, &incarnation, &second),
                     NET_E_NAME_IN_USE);
    assert_non_null(strstr(com_error_detail(), "first.sock has"));
    assert_non_null(strstr(com_error_detail(), "second.sock wants it"));
    IUnknown_Release(first);
    end(&f);
}

static void name_of_a_node_that_does_not_answer_passes_to_the_next_incarnation(void **state)
{
    const HRESULT silence[] = {RPC_E_DISCONNECTED, RPC_E_TIMEOUT, RPC_E_INVALID_OBJECT};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(silence) / sizeof(silence[0]); i++) {
        IUnknown *first, *second;
        struct fake_inode n1, other;
        uint64_t incarnation;
        struct fixture f;

        begin(&f);
        fake_inode_init(&n1, silence[i]);
        fake_inode_init(&other, S_OK);
        assert_int_equal(announce(&f, "n1", "tcp:127.0.0.1:4001", &n1, &incarnation, &first), S_OK);
        assert_int_equal(announce(&f, "n1", "tcp:127.0.0.1:4002", &other, &incarnation, &second), S_OK);
        assert_int_equal(incarnation, 2);
        assert_int_equal(n1.refs.count, 1);

        IUnknown_Release(first); /* of an incarnation that is over: the new one stays */
        assert_int_equal(look_up(&f, "n1"), S_OK);
        IUnknown_Release(second);
        assert_int_equal(look_up(&f, "n1"), NET_E_UNREACHABLE);
        end(&f);
    }
}

static void caller_in_a_hurry_does_not_get_a_name_whose_holder_had_no_time_to_answer(void **state)
{
    IUnknown *first, *second;
    struct fake_inode n1, other;
    uint64_t incarnation;
    struct fixture f;

    (void)state;
    begin(&f);
    fake_inode_init(&n1, RPC_E_TIMEOUT);
    fake_inode_init(&other, S_OK);
    assert_int_equal(announce(&f, "n1", "tcp:127.0.0.1:4001", &n1, &incarnation, &first), S_OK);
    assert_int_equal(rpc_set_deadline(f.node.now_ns + 1000), INT64_MAX);
    assert_int_equal(announce(&f, "n1", "tcp:127.0.0.1:4002", &other, &incarnation, &second), RPC_E_TIMEOUT);
    assert_int_equal(n1.ping_deadline_ns, f.node.now_ns + 1000);
    assert_int_equal(rpc_set_deadline(INT64_MAX), f.node.now_ns + 1000);
    IUnknown_Release(first);
    end(&f);
}

static void node_may_announce_itself_again_without_a_ping(void **state)
{
    IUnknown *first, *second;
    struct fake_inode n1;
    uint64_t incarnation;
    struct fixture f;

    (void)state;
    begin(&f);
    fake_inode_init(&n1, S_OK);
    assert_int_equal(announce(&f, "n1", "tcp:127.0.0.1:4001", &n1, &incarnation, &first), S_OK);
    assert_int_equal(announce(&f, "n1", "tcp:127.0.0.1:4002", &n1, &incarnation, &second), S_OK);
    assert_int_equal(incarnation, 2);
    assert_int_equal(n1.ping_count, 0);
    IUnknown_Release(first);
    assert_int_equal(look_up(&f, "n1"), S_OK);
    IUnknown_Release(second);
    end(&f);
}

struct race {
    struct fixture *f;
    struct fake_inode *third;
    IUnknown *first;
    IUnknown *third_registration;
};

/* While the holder is asked it leaves, and a third node takes the name. */
static void third_takes_the_name(void *context)
{
    struct race *race = context;
    uint64_t incarnation;

    if (!race->first)
        return;
    IUnknown_Release(race->first);
    race->first = NULL;
    assert_int_equal(
        announce(race->f, "n1", "tcp:127.0.0.1:4003", race->third, &incarnation, &race->third_registration),
        S_OK);
}

static void name_that_changes_hands_during_the_ping_is_looked_at_again(void **state)
{
    struct fake_inode n1, other, third;
    IUnknown *second;
    uint64_t incarnation;
    struct fixture f;
    struct race race = {.f = &f, .third = &third};

    (void)state;
    begin(&f);
    fake_inode_init(&n1, RPC_E_DISCONNECTED);
    fake_inode_init(&other, S_OK);
    fake_inode_init(&third, S_OK);
    n1.on_ping = third_takes_the_name;
    n1.context = &race;
    assert_int_equal(announce(&f, "n1", "tcp:127.0.0.1:4001", &n1, &incarnation, &race.first), S_OK);
    assert_int_equal(announce(&f, "n1", "tcp:127.0.0.1:4002", &other, &incarnation, &second),
                     NET_E_NAME_IN_USE);
    assert_string_equal(com_error_detail(), "tcp:127.0.0.1:4003 has this name, tcp:127.0.0.1:4002 wants it");
    assert_int_equal(third.ping_count, 1);
    IUnknown_Release(race.third_registration);
    end(&f);
}

static void malformed_names_and_endpoints_are_refused(void **state)
{
    const char *const names[] = {"", "N1", "n.1", "n/1", "abcdefghijklmnopqrstuvwxyz012345", "n 1"};
    const char *const endpoints[] = {"",       " ",       "tcp", ":1", "tcp:1 ", " tcp:1", "tcp:1  tcp:2",
                                     "tcp:\n", "tcp:\x80"};
    IUnknown *registration;
    struct fake_inode n1;
    uint64_t incarnation;
    struct fixture f;
    size_t i;

    (void)state;
    begin(&f);
    fake_inode_init(&n1, S_OK);
    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        assert_int_equal(announce(&f, names[i], "tcp:1", &n1, &incarnation, &registration), E_INVALIDARG);
        assert_null(registration);
    }
    for (i = 0; i < sizeof(endpoints) / sizeof(endpoints[0]); i++)
        assert_int_equal(announce(&f, "n1", endpoints[i], &n1, &incarnation, &registration), E_INVALIDARG);
    assert_int_equal(IDirectory_Announce(f.directory, "n1", "tcp:1", NULL, &incarnation, &registration),
                     E_POINTER);
    assert_int_equal(
        announce(&f, "abcdefghijklmnopqrstuvwxyz01234", "tcp:1", &n1, &incarnation, &registration), S_OK);
    IUnknown_Release(registration);
    end(&f);
}

static void full_directory_refuses_but_forgets_the_node_that_is_gone_longest(void **state)
{
    IUnknown *registrations[64], *one_more;
    struct fake_inode inode;
    uint64_t incarnation;
    struct fixture f;
    char name[16];
    int i;

    (void)state;
    begin(&f);
    fake_inode_init(&inode, S_OK);
    for (i = 0; i < 64; i++) {
        snprintf(name, sizeof(name), "n%02d", i);
        assert_int_equal(announce(&f, name, "tcp:1", &inode, &incarnation, &registrations[i]), S_OK);
    }
    assert_int_equal(announce(&f, "more", "tcp:1", &inode, &incarnation, &one_more), RPC_E_OUT_OF_RESOURCES);

    IUnknown_Release(registrations[7]);
    IUnknown_Release(registrations[5]);
    assert_int_equal(announce(&f, "more", "tcp:1", &inode, &incarnation, &one_more), S_OK);
    assert_int_equal(incarnation, 2); /* above every forgotten one */
    assert_int_equal(look_up(&f, "n07"), NS_E_NOT_FOUND);
    assert_int_equal(look_up(&f, "n05"), NET_E_UNREACHABLE);
    assert_int_equal(look_up(&f, "more"), S_OK);
    assert_int_equal(look_up(&f, "n63"), S_OK);

    IUnknown_Release(one_more);
    for (i = 0; i < 64; i++) {
        if (i != 5 && i != 7)
            IUnknown_Release(registrations[i]);
    }
    end(&f);
}

static void list_names_the_nodes_that_are_there_in_order_and_in_pieces(void **state)
{
    const char *const names[] = {"n2", "a", "n10", "gone"};
    IUnknown *registrations[4];
    struct fake_inode inode;
    uint64_t incarnation;
    struct fixture f;
    uint32_t length;
    char list[64];
    size_t i;

    (void)state;
    begin(&f);
    fake_inode_init(&inode, S_OK);
    for (i = 0; i < 4; i++)
        assert_int_equal(announce(&f, names[i], "tcp:1", &inode, &incarnation, &registrations[i]), S_OK);
    IUnknown_Release(registrations[3]);

    assert_int_equal(IDirectory_List(f.directory, "", sizeof(list), list, &length), S_OK);
    assert_int_equal(length, 9);
    assert_memory_equal(list, "a\0n10\0n2", 9);
    assert_int_equal(IDirectory_List(f.directory, "", 7, list, &length), S_FALSE);
    assert_int_equal(length, 6);
    assert_int_equal(IDirectory_List(f.directory, "n10", sizeof(list), list, &length), S_OK);
    assert_int_equal(length, 3);
    assert_memory_equal(list, "n2", 3);
    assert_int_equal(IDirectory_List(f.directory, "", 1, list, &length), E_INVALIDARG);

    for (i = 0; i < 3; i++)
        IUnknown_Release(registrations[i]);
    end(&f);
}

static void running_out_of_memory_leaves_the_directory_as_it_was(void **state)
{
    IUnknown *registration;
    struct fake_inode inode;
    uint64_t incarnation;
    struct fixture f;
    uint32_t nth;
    HRESULT hr = E_OUTOFMEMORY;

    (void)state;
    begin(&f);
    fake_inode_init(&inode, S_OK);
    for (nth = 1; FAILED(hr); nth++) {
        sim_fail_alloc(nth);
        hr = announce(&f, "n1", "tcp:1", &inode, &incarnation, &registration);
        sim_fail_alloc(0);
        if (FAILED(hr)) {
            assert_int_equal(hr, E_OUTOFMEMORY);
            assert_int_equal(inode.refs.count, 1);
            assert_int_equal(look_up(&f, "n1"), NS_E_NOT_FOUND);
        }
    }
    assert_true(nth > 2);
    assert_int_equal(incarnation, 1);
    IUnknown_Release(registration);
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_node_that_is_told_so_holds_a_directory),
        cmocka_unit_test(announced_node_is_found_until_its_registration_is_released),
        cmocka_unit_test(name_of_a_node_that_answers_is_refused_and_both_endpoints_are_named),
        cmocka_unit_test(long_endpoints_are_both_named_by_their_ends),
        cmocka_unit_test(name_of_a_node_that_does_not_answer_passes_to_the_next_incarnation),
        cmocka_unit_test(caller_in_a_hurry_does_not_get_a_name_whose_holder_had_no_time_to_answer),
        cmocka_unit_test(node_may_announce_itself_again_without_a_ping),
        cmocka_unit_test(name_that_changes_hands_during_the_ping_is_looked_at_again),
        cmocka_unit_test(malformed_names_and_endpoints_are_refused),
        cmocka_unit_test(full_directory_refuses_but_forgets_the_node_that_is_gone_longest),
        cmocka_unit_test(list_names_the_nodes_that_are_there_in_order_and_in_pieces),
        cmocka_unit_test(running_out_of_memory_leaves_the_directory_as_it_was),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
