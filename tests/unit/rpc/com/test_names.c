/* Paths and lists of names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <com_impl.h>
#include <com_names.h>

static void path_is_split_behind_its_first_element(void **state)
{
    static const struct {
        const char *path, *name, *rest;
    } cases[] = {
        {"", "", ""},
        {"/", "", ""},
        {"a", "a", ""},
        {"/a", "a", ""},
        {"a/b", "a", "b"},
        {"/net/n1/probe", "net", "n1/probe"},
        {"A-z_0.9", "A-z_0.9", ""},
        {"...", "...", ""},
        {".a/..b", ".a", "..b"},
    };
    char name[NAMESPACE_NAME_MAX + 1];
    const char *rest;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(com_path_split(cases[i].path, name, &rest), S_OK);
        assert_string_equal(name, cases[i].name);
        assert_string_equal(rest, cases[i].rest);
    }
}

static void malformed_paths_are_refused_wherever_they_are_malformed(void **state)
{
    static const char *const paths[] = {"//",       "a/",     "a//b", "//a",    ".",    "..",
                                        "a/.",      "a/../b", "../a", "a/b/..", "a b",  "a\n",
                                        "\xc3\xa4", "a/b%",   "a\\b", "a:b",    "a/ /b"};
    char name[NAMESPACE_NAME_MAX + 1];
    const char *rest;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
        assert_int_equal(com_path_split(paths[i], name, &rest), NS_E_BAD_PATH);
    assert_int_equal(com_path_split(NULL, name, &rest), NS_E_BAD_PATH);
}

static void longest_element_and_longest_path_are_taken(void **state)
{
    char path[NAMESPACE_PATH_MAX + 3], name[NAMESPACE_NAME_MAX + 1];
    const char *rest;

    (void)state;
    memset(path, 'a', sizeof(path));
    path[NAMESPACE_NAME_MAX] = '\0';
    assert_int_equal(com_path_split(path, name, &rest), S_OK);
    assert_int_equal(strlen(name), NAMESPACE_NAME_MAX);
    path[NAMESPACE_NAME_MAX] = 'a';
    path[NAMESPACE_NAME_MAX + 1] = '\0';
    assert_int_equal(com_path_split(path, name, &rest), NS_E_BAD_PATH);
    assert_false(com_name_is_valid(path));

    memset(path, 'a', sizeof(path));
    for (size_t at = 1; at < NAMESPACE_PATH_MAX; at += 2)
        path[at] = '/';
    path[NAMESPACE_PATH_MAX] = '\0';
    assert_int_equal(com_path_split(path, name, &rest), S_OK);
    path[NAMESPACE_PATH_MAX] = '/';
    path[NAMESPACE_PATH_MAX + 1] = 'a';
    path[NAMESPACE_PATH_MAX + 2] = '\0';
    assert_int_equal(com_path_split(path, name, &rest), NS_E_BAD_PATH);
}

/* Lists `names` in that order of adding; those that end with '/' are namespaces. */
static HRESULT list(const char *const *names, const char *after, char *bytes, uint32_t capacity,
                    uint32_t *out_length)
{
    struct com_name_list list;
    HRESULT hr;

    hr = com_name_list_begin(&list, after, bytes, capacity);
    assert_int_equal(hr, S_OK);
    for (; *names; names++) {
        char name[80];
        size_t length = strlen(*names);
        bool is_namespace = length && (*names)[length - 1] == '/';

        snprintf(name, sizeof(name), "%.*s", (int)(length - is_namespace), *names);
        com_name_list_add(&list, name, is_namespace);
    }
    return com_name_list_end(&list, out_length);
}

static void list_is_sorted_by_bytes_without_the_slashes(void **state)
{
    static const char *const names[] = {"b", "a.b", "a/", "a-b/", "B", "not valid", "..", "", NULL};
    char bytes[64];
    uint32_t length;

    (void)state;
    assert_int_equal(list(names, "", bytes, sizeof(bytes), &length), S_OK);
    assert_int_equal(length, 16);
    assert_memory_equal(bytes, "B\0a/\0a-b/\0a.b\0b", 16);
    assert_int_equal(list(names, "a-b", bytes, sizeof(bytes), &length), S_OK);
    assert_int_equal(length, 6);
    assert_memory_equal(bytes, "a.b\0b", 6);
}

static void every_capacity_gives_all_names_piece_by_piece(void **state)
{
    static const char *const names[] = {"delta", "alpha/", "charlie",  "bravo/",
                                        "echo",  "a",      "alphabet", NULL};
    static const char all[] = "a\0alpha/\0alphabet\0bravo/\0charlie\0delta\0echo";
    uint32_t capacity;

    (void)state;
    for (capacity = 9; capacity <= sizeof(all); capacity++) {
        char bytes[sizeof(all)], whole[sizeof(all)];
        char after[NAMESPACE_NAME_MAX + 1] = "";
        uint32_t length, used = 0;
        HRESULT hr;

        do {
            const char *last;

            hr = list(names, after, bytes, capacity, &length);
            assert_true(SUCCEEDED(hr));
            assert_in_range(length, 1, capacity);
            assert_true(used + length <= sizeof(all));
            memcpy(whole + used, bytes, length);
            used += length;
            for (last = bytes + length - 1; last > bytes && last[-1]; last--)
                ;
            snprintf(after, sizeof(after), "%.*s", (int)strcspn(last, "/"), last);
        } while (hr == S_FALSE);
        assert_int_equal(used, sizeof(all));
        assert_memory_equal(whole, all, sizeof(all));
    }
}

static void list_without_room_for_one_name_is_an_error(void **state)
{
    static const char *const names[] = {"long-name", "ab", NULL};
    static const char *const none[] = {NULL};
    char bytes[3];
    uint32_t length = 7;

    (void)state;
    assert_int_equal(list(names, "", bytes, 2, &length), E_INVALIDARG);
    assert_int_equal(list(names, "", NULL, 0, &length), E_INVALIDARG);
    assert_int_equal(length, 7);
    assert_int_equal(list(names, "", bytes, 3, &length),
                     S_FALSE); /* "ab" first, whatever the order of adding */
    assert_int_equal(length, 3);
    assert_int_equal(list(none, "", NULL, 0, &length), S_OK);
    assert_int_equal(length, 0);
}

static void failure_takes_its_detail_from_all_parts(void **state)
{
    char expected[COM_DETAIL_MAX + 1], longest[200];

    (void)state;
    assert_int_equal(com_fail(E_FAIL, "no ", "more", NULL), E_FAIL);
    assert_string_equal(com_error_detail(), "no more");
    memset(longest, 'x', sizeof(longest));
    longest[sizeof(longest) - 1] = '\0';
    memset(expected, 'x', sizeof(expected));
    expected[0] = 'a';
    expected[COM_DETAIL_MAX] = '\0';
    assert_int_equal(com_fail(E_FAIL, "a", longest, "b", NULL), E_FAIL);
    assert_string_equal(com_error_detail(), expected);
}

/* ---- what a namespace of somebody else may answer ---- */

static HRESULT empty_QueryInterface(INamespace *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_INamespace, iid, out_object);
}

static uint32_t empty_refs(INamespace *iface)
{
    (void)iface;
    return 1;
}

static HRESULT empty_Bind(INamespace *iface, const char *path, uint32_t flags, IUnknown **out_object)
{
    (void)iface;
    (void)path;
    (void)flags;
    *out_object = NULL;
    return S_OK;
}

static void name_that_leads_to_nothing_is_an_error(void **state)
{
    static const struct INamespaceVtbl vtbl = {
        .QueryInterface = empty_QueryInterface,
        .AddRef = empty_refs,
        .Release = empty_refs,
        .Bind = empty_Bind,
    };
    INamespace names = {&vtbl};
    IUnknown *object = (IUnknown *)&names;

    (void)state;
    assert_int_equal(com_bind(&names, "a", &IID_INamespace, (void **)&object),
                     RPC_E_CLIENT_CANTUNMARSHAL_DATA);
    assert_null(object);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(path_is_split_behind_its_first_element),
        cmocka_unit_test(malformed_paths_are_refused_wherever_they_are_malformed),
        cmocka_unit_test(longest_element_and_longest_path_are_taken),
        cmocka_unit_test(list_is_sorted_by_bytes_without_the_slashes),
        cmocka_unit_test(every_capacity_gives_all_names_piece_by_piece),
        cmocka_unit_test(list_without_room_for_one_name_is_an_error),
        cmocka_unit_test(failure_takes_its_detail_from_all_parts),
        cmocka_unit_test(name_that_leads_to_nothing_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
