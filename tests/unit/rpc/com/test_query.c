/* QueryInterface of objects written by hand, and what they say of themselves. */
#include <cmocka_all.h>
#include <com/namespace.idl.h>
#include <com_impl.h>
#include <os/probe.idl.h>
#include <string.h>

/* An object of two interfaces; only their first three methods are called. */
struct twofold {
    IUnknown first;
    IUnknown second;
    uint32_t refs;
    HRESULT (*query)(struct twofold *object, const IID *iid, void **out_object);
};

static const struct IUnknownVtbl first_vtbl, second_vtbl;

static struct twofold *impl_from_IUnknown(IUnknown *iface)
{
    return iface->vtbl == &first_vtbl ? container_of(iface, struct twofold, first)
                                      : container_of(iface, struct twofold, second);
}

static HRESULT twofold_QueryInterface(IUnknown *iface, const IID *iid, void **out_object)
{
    struct twofold *object = impl_from_IUnknown(iface);

    return object->query(object, iid, out_object);
}

static uint32_t twofold_AddRef(IUnknown *iface)
{
    return ++impl_from_IUnknown(iface)->refs;
}

static uint32_t twofold_Release(IUnknown *iface)
{
    return --impl_from_IUnknown(iface)->refs;
}

static const struct IUnknownVtbl first_vtbl = {twofold_QueryInterface, twofold_AddRef, twofold_Release};
static const struct IUnknownVtbl second_vtbl = {twofold_QueryInterface, twofold_AddRef, twofold_Release};

static HRESULT by_table(struct twofold *object, const IID *iid, void **out_object)
{
    static const struct com_query_row rows[] = {
        {&IID_IProbe, offsetof(struct twofold, first)},
        {&IID_INamespace, offsetof(struct twofold, second)},
    };

    return com_query_table(object, rows, 2, iid, out_object);
}

static HRESULT by_one(struct twofold *object, const IID *iid, void **out_object)
{
    return com_query_one(&object->first, &IID_IProbe, iid, out_object);
}

/* As QueryInterface is written elsewhere. */
static HRESULT by_itself(struct twofold *object, const IID *iid, void **out_object)
{
    *out_object = NULL;
    if (!com_guid_equal(iid, &IID_IUnknown) && !com_guid_equal(iid, &IID_IProbe))
        return E_NOINTERFACE;
    *out_object = &object->first;
    object->refs++;
    return S_OK;
}

static HRESULT by_another(struct twofold *object, const IID *iid, void **out_object)
{
    *out_object = NULL;
    return by_table(object, iid, out_object);
}

static HRESULT to_all(struct twofold *object, const IID *iid, void **out_object)
{
    (void)iid;
    *out_object = &object->first;
    object->refs++;
    return S_OK;
}

static struct twofold make(HRESULT (*query)(struct twofold *, const IID *, void **))
{
    return (struct twofold){{&first_vtbl}, {&second_vtbl}, 1, query};
}

static void interfaces_are_found_by_table(void **state)
{
    struct twofold object = make(by_table);
    void *found = &found;

    (void)state;
    assert_int_equal(IUnknown_QueryInterface(&object.second, &IID_IUnknown, &found), S_OK);
    assert_ptr_equal(found, &object.first);
    assert_int_equal(IUnknown_QueryInterface(&object.first, &IID_INamespace, &found), S_OK);
    assert_ptr_equal(found, &object.second);
    assert_int_equal(object.refs, 3);
    assert_int_equal(IUnknown_QueryInterface(&object.first, &IID_IProbe, NULL), E_POINTER);
}

static void object_lists_its_table(void **state)
{
    struct twofold two = make(by_table), one = make(by_one);
    const IID *iids[2] = {NULL, NULL};

    (void)state;
    assert_int_equal(com_list_interfaces(&two.second, iids, 2), 2);
    assert_ptr_equal(iids[0], &IID_IProbe);
    assert_ptr_equal(iids[1], &IID_INamespace);
    iids[1] = NULL;
    assert_int_equal(com_list_interfaces(&one.first, iids, 2), 1);
    assert_ptr_equal(iids[0], &IID_IProbe);
    assert_null(iids[1]);
    assert_int_equal(two.refs, 1);
    assert_int_equal(one.refs, 1);
}

static void list_that_does_not_fit_is_counted(void **state)
{
    struct twofold object = make(by_table);
    const IID *iids[2] = {NULL, NULL};

    (void)state;
    assert_int_equal(com_list_interfaces(&object.first, iids, 1), 2);
    assert_ptr_equal(iids[0], &IID_IProbe);
    assert_null(iids[1]);
}

static void other_objects_say_nothing_and_keep_nothing(void **state)
{
    HRESULT (*const queries[])(struct twofold *, const IID *, void **) = {by_itself, by_another, to_all};
    const IID *iids[2];
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(queries) / sizeof(queries[0]); i++) {
        struct twofold object = make(queries[i]);

        assert_int_equal(com_list_interfaces(&object.first, iids, 2), 0);
        assert_int_equal(object.refs, 1);
    }
}

static IID asked; /* what listing asks with, by value */

static HRESULT note(struct twofold *object, const IID *iid, void **out_object)
{
    asked = *iid;
    return by_table(object, iid, out_object);
}

/* A peer can send any IID, but not the address that asks. */
static void same_iid_elsewhere_asks_for_an_interface_like_any_other(void **state)
{
    struct twofold object = make(note);
    const IID *iids[2];
    void *found = iids;
    IID copy;

    (void)state;
    assert_int_equal(com_list_interfaces(&object.first, iids, 2), 2);
    copy = asked;
    assert_int_equal(IUnknown_QueryInterface(&object.first, &copy, &found), E_NOINTERFACE);
    assert_null(found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(interfaces_are_found_by_table),
        cmocka_unit_test(object_lists_its_table),
        cmocka_unit_test(list_that_does_not_fit_is_counted),
        cmocka_unit_test(other_objects_say_nothing_and_keep_nothing),
        cmocka_unit_test(same_iid_elsewhere_asks_for_an_interface_like_any_other),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
