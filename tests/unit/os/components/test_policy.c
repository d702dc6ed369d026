/* Namespaces as one peer sees them; and the texts that describe it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <com_impl.h>
#include <com_names.h>
#include <mmlite.h>
#include <os/host/linux/host_components.h>
#include <os/components/policy/policy_internal.h>
#include <os/probe.idl.h>
#include <rpc/view.idl.h>
#include <stdio.h>
#include <string.h>

/* A tree: x, tree/{open, secret/deep, kept}, loop (the root itself). */
struct fixture {
    INamespace *root;
    INamespace *tree;
    INamespace *secret;
    INamespace *view;
};

static INamespace *new_namespace(void)
{
    IUnknown *object;
    INamespace *names;

    assert_int_equal(host_boot_namespace(NULL, &object), S_OK);
    assert_int_equal(IUnknown_QueryInterface(object, &IID_INamespace, (void **)&names), S_OK);
    IUnknown_Release(object);
    return names;
}

static void name(INamespace *names, const char *path, void *object)
{
    assert_int_equal(INamespace_Register(names, path, (IUnknown *)object, 0), S_OK);
}

static void begin(struct fixture *f, const struct policy_rule *rules, size_t count)
{
    f->root = new_namespace();
    f->tree = new_namespace();
    f->secret = new_namespace();
    name(f->root, "tree", f->tree);
    name(f->root, "x", f->secret);
    name(f->root, "loop", f->root);
    name(f->tree, "open", f->secret);
    name(f->tree, "kept", new_namespace());
    name(f->tree, "secret", f->secret);
    name(f->secret, "deep", f->tree);
    assert_int_equal(policy_view_create(f->root, rules, count, &f->view), S_OK);
}

static void end(struct fixture *f)
{
    IUnknown *kept;

    INamespace_Release(f->view);
    assert_int_equal(INamespace_Bind(f->tree, "kept", 0, &kept), S_OK);
    IUnknown_Release(kept);
    assert_int_equal(IUnknown_Release(kept), 1); /* what begin() got of it; the tree has the other */
    assert_int_equal(INamespace_Unregister(f->root, "loop"), S_OK);
    assert_int_equal(INamespace_Unregister(f->secret, "deep"), S_OK);
    INamespace_Release(f->root);
    INamespace_Release(f->tree);
    assert_int_equal(INamespace_Release(f->secret), 0);
}

static HRESULT bind(INamespace *names, const char *path)
{
    COM_SCOPED(IUnknown) object = NULL;

    return INamespace_Bind(names, path, 0, &object);
}

static INamespace *bind_namespace(INamespace *names, const char *path)
{
    INamespace *found;

    assert_int_equal(com_bind(names, path, &IID_INamespace, (void **)&found), S_OK);
    return found;
}

static void assert_list(INamespace *names, const char *expected)
{
    char list[256], *at;
    uint32_t length;

    assert_int_equal(INamespace_List(names, "", sizeof(list) - 1, list, &length), S_OK);
    list[length] = '\0';
    for (at = list; at + 1 < list + length; at++)
        if (!*at)
            *at = ' ';
    assert_string_equal(list, expected);
}

static void hidden_paths_are_not_there_on_any_way(void **state)
{
    static const struct policy_rule rules[] = {{POLICY_HIDE, "tree/secret", ""}, {POLICY_HIDE, "loop", ""}};
    static const char *const hidden[] = {"tree/secret", "/tree/secret", "tree/secret/deep",
                                         "loop",        "loop/x",       "loop/tree/secret"};
    static const char *const malformed[] = {"tree/../tree/secret", "./tree/secret",    "tree//secret",
                                            "tree/./secret",       "x/../tree/secret", "..",
                                            "tree/secret/.."};
    INamespace *tree;
    struct fixture f;
    size_t i;

    (void)state;
    begin(&f, rules, 2);
    for (i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
        assert_int_equal(bind(f.view, hidden[i]), NS_E_NOT_FOUND);
    for (i = 0; i < sizeof(malformed) / sizeof(malformed[0]); i++)
        assert_int_equal(bind(f.view, malformed[i]), NS_E_BAD_PATH);
    assert_int_equal(bind(f.view, "tree/open"), S_OK);

    /* A namespace that was bound keeps the rules of what is in it. */
    tree = bind_namespace(f.view, "tree");
    assert_int_equal(bind(tree, "secret"), NS_E_NOT_FOUND);
    assert_int_equal(bind(tree, "secret/deep"), NS_E_NOT_FOUND);
    assert_int_equal(bind(tree, "../tree/secret"), NS_E_BAD_PATH);
    assert_int_equal(bind(tree, "open"), S_OK);
    assert_list(tree, "kept/ open/");
    INamespace_Release(tree);
    tree = bind_namespace(f.view, "/");
    assert_ptr_equal(tree, f.view);
    INamespace_Release(tree);
    assert_list(f.view, "tree/ x/");
    end(&f);
}

static void hidden_names_cannot_be_taken_and_what_leads_to_them_cannot_be_changed(void **state)
{
    static const struct policy_rule rules[] = {{POLICY_HIDE, "tree/secret", ""}};
    struct fixture f;

    (void)state;
    begin(&f, rules, 1);
    assert_int_equal(INamespace_Register(f.view, "tree/secret", (IUnknown *)f.root, 0), NS_E_READ_ONLY);
    assert_int_equal(INamespace_Register(f.view, "tree/secret/more", (IUnknown *)f.root, 0), NS_E_READ_ONLY);
    assert_int_equal(INamespace_Unregister(f.view, "tree/secret"), NS_E_NOT_FOUND);
    assert_int_equal(INamespace_Unregister(f.view, "tree"), NS_E_READ_ONLY);
    assert_int_equal(INamespace_Register(f.view, "tree/mine", (IUnknown *)f.secret, 0), S_OK);
    assert_int_equal(bind(f.view, "tree/mine"), S_OK);
    assert_int_equal(INamespace_Unregister(f.view, "tree/mine"), S_OK);
    end(&f);
}

static void once_something_is_shown_nothing_else_is_there(void **state)
{
    static const struct policy_rule rules[] = {{POLICY_SHOW, "tree/open", ""}};
    INamespace *tree;
    struct fixture f;

    (void)state;
    begin(&f, rules, 1);
    assert_int_equal(bind(f.view, "tree/open"), S_OK);
    assert_int_equal(bind(f.view, "tree/secret"), NS_E_NOT_FOUND);
    assert_int_equal(bind(f.view, "tree/op"), NS_E_NOT_FOUND);
    assert_int_equal(bind(f.view, "x"), NS_E_NOT_FOUND);
    assert_int_equal(INamespace_Register(f.view, "new", (IUnknown *)f.secret, 0), NS_E_READ_ONLY);
    tree = bind_namespace(f.view, "tree");
    assert_list(tree, "open/");
    assert_list(f.view, "tree/");
    INamespace_Release(tree);
    end(&f);
}

static void read_only_is_all_that_is_below(void **state)
{
    static const struct policy_rule rules[] = {{POLICY_READ_ONLY, "tree", ""}};
    INamespace *tree, *kept;
    struct fixture f;

    (void)state;
    begin(&f, rules, 1);
    tree = bind_namespace(f.view, "tree");
    kept = bind_namespace(tree, "kept");
    assert_int_equal(INamespace_Register(f.view, "tree/new", (IUnknown *)f.secret, 0), NS_E_READ_ONLY);
    assert_int_equal(INamespace_Register(tree, "new", (IUnknown *)f.secret, 0), NS_E_READ_ONLY);
    assert_int_equal(INamespace_Register(kept, "new", (IUnknown *)f.secret, 0), NS_E_READ_ONLY);
    assert_int_equal(INamespace_Unregister(tree, "kept"), NS_E_READ_ONLY);
    assert_int_equal(INamespace_Register(f.view, "new", (IUnknown *)f.secret, 0), S_OK);
    assert_int_equal(INamespace_Unregister(f.view, "new"), S_OK);
    INamespace_Release(kept);
    INamespace_Release(tree);
    end(&f);
}

static void renamed_names_have_only_their_new_one(void **state)
{
    static const struct policy_rule rules[] = {
        {POLICY_RENAME, "tree", "garden"}, {POLICY_RENAME, "loop", "tree"}, {POLICY_HIDE, "tree/secret", ""}};
    struct fixture f;

    (void)state;
    begin(&f, rules, 3);
    assert_int_equal(bind(f.view, "garden/open"), S_OK);
    assert_int_equal(bind(f.view, "garden/secret"), NS_E_NOT_FOUND);
    assert_int_equal(bind(f.view, "tree/x"), S_OK); /* of the loop */
    assert_int_equal(bind(f.view, "loop"), NS_E_NOT_FOUND);
    assert_list(f.view, "garden/ tree/ x/");
    assert_int_equal(INamespace_Register(f.view, "loop", (IUnknown *)f.secret, 0), NS_E_READ_ONLY);
    end(&f);
}

static void paths_without_end_end(void **state)
{
    static const struct policy_rule rules[] = {{POLICY_HIDE, "x", ""}};
    char path[20000] = "";
    struct fixture f;
    size_t i;

    (void)state;
    begin(&f, rules, 1);
    for (i = 0; i < COM_PATH_HANDOVERS_MAX;
         i++) /* from the view to its namespace, and to the next but for the last */
        strcat(path, i ? "/loop" : "loop");
    assert_int_equal(bind(f.view, path), S_OK);
    strcat(path, "/loop");
    assert_int_equal(bind(f.view, path), NS_E_TOO_DEEP);
    for (i = 0; i < 3000; i++)
        strcat(path, "/loop");
    assert_int_equal(bind(f.view, path), NS_E_BAD_PATH);
    assert_int_equal(INamespace_Register(f.view, path, (IUnknown *)f.secret, 0), NS_E_BAD_PATH);
    end(&f);
}

/* ---- texts ---- */

static void set(struct mmlite *mmlite, const char *policy, HRESULT expected, const char *detail)
{
    assert_int_equal(mmlite_set_policy(mmlite, policy), expected);
    if (!strstr(com_error_detail(), detail))
        fail_msg("`%s` should be in `%s`", detail, com_error_detail());
}

static void what_is_wrong_with_a_policy_is_said_with_its_line(void **state)
{
    struct mmlite *mmlite;

    (void)state;
    assert_int_equal(mmlite_open(&(struct mmlite_options){.directory = "none"}, &mmlite), S_OK);
    set(mmlite, "", S_OK, "");
    set(mmlite, "# nothing\n\npeer web\n  hide a/b # and so on\n  limit calls 3\n", S_OK, "");
    set(mmlite, "peer *\n only IProbe.Null INamespace.Bind\n deny IProbe.Sleep\npeer nameless\n", S_OK, "");
    set(mmlite, "hide x\n", E_INVALIDARG, "line 1: before it comes a line `peer NAME`: hide");
    set(mmlite, "peer web\nhid x\n", E_INVALIDARG, "line 2: there is no rule hid");
    set(mmlite, "peer web\n\nhide a/../b\n", E_INVALIDARG, "line 3: this is no path: a/../b");
    set(mmlite, "peer Web\n", E_INVALIDARG, "line 1: a node's name is");
    set(mmlite, "peer web\npeer a\npeer web\n", E_INVALIDARG, "line 3: there is a view already of web");
    set(mmlite, "peer web\nrename a/b c\n", E_INVALIDARG, "line 2: only names of the root");
    set(mmlite, "peer web\nrename a\n", E_INVALIDARG, "line 2: rename takes a name and a new one");
    set(mmlite, "peer web\nlimit calls none\n", E_INVALIDARG, "a limit is a number from 1 on, not none");
    set(mmlite, "peer web\nlimit speed 3\n", E_INVALIDARG, "line 2: there is no limit speed");
    set(mmlite, "peer web\ndeny IProbe\n", E_INVALIDARG, "a method is INTERFACE.METHOD, not IProbe");
    set(mmlite, "peer web\ndeny IProbes.Null\n", E_INVALIDARG, "this node knows no interface IProbes");
    set(mmlite, "peer web\ndeny IProbe.Nothing\n", E_INVALIDARG, "there is no method IProbe.Nothing");
    set(mmlite, "peer web\nhide\n", E_INVALIDARG, "something is missing behind hide");
    mmlite_close(mmlite);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hidden_paths_are_not_there_on_any_way),
        cmocka_unit_test(hidden_names_cannot_be_taken_and_what_leads_to_them_cannot_be_changed),
        cmocka_unit_test(once_something_is_shown_nothing_else_is_there),
        cmocka_unit_test(read_only_is_all_that_is_below),
        cmocka_unit_test(renamed_names_have_only_their_new_one),
        cmocka_unit_test(paths_without_end_end),
        cmocka_unit_test(what_is_wrong_with_a_policy_is_said_with_its_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
