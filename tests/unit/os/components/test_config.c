/* The words of the boot command line. */
#include <cmocka_all.h>
#include <fake_machine.h>
#include <com/namespace.idl.h>
#include <os/config.idl.h>
#include <string.h>

HRESULT config_component_main(INamespace *ns, IUnknown **out_object);

/* The value of a key in `command_line`, or the name of the failure. */
static const char *get(const char *command_line, const char *key)
{
    static char value[CONFIG_VALUE_MAX + 1];
    COM_SCOPED(IUnknown) object = NULL;
    HRESULT hr;

    machine.command_line = command_line;
    assert_int_equal(config_component_main(NULL, &object), S_OK);
    hr = IConfig_Get((IConfig *)object, key, value, sizeof(value));
    return FAILED(hr) ? com_result_name(hr) : value;
}

static void values_are_found_by_whole_keys(void **state)
{
    const char *line = "/boot/node.elf  node=n1 nodes=x endpoint=tcp:127.0.0.1:5000 empty= = a=b=c ";

    (void)state;
    assert_string_equal(get(line, "node"), "n1");
    assert_string_equal(get(line, "nodes"), "x");
    assert_string_equal(get(line, "endpoint"), "tcp:127.0.0.1:5000");
    assert_string_equal(get(line, "empty"), "");
    assert_string_equal(get(line, "a"), "b=c");
    assert_string_equal(get(line, "ode"), "NS_E_NOT_FOUND");
    assert_string_equal(get(line, "nod"), "NS_E_NOT_FOUND");
    assert_string_equal(get(line, "directory"), "NS_E_NOT_FOUND");
    assert_string_equal(get("", "node"), "NS_E_NOT_FOUND");
    assert_string_equal(get("node", "node"), "NS_E_NOT_FOUND");
    assert_string_equal(get("node=n1", "node"), "n1");
}

static void a_kernel_says_what_it_is(void **state)
{
    (void)state;
    assert_string_equal(get("", "system"), "fake-machine");
    assert_string_equal(get("system=other", "system"), "other");
}

static void a_value_that_does_not_fit_is_refused(void **state)
{
    COM_SCOPED(IUnknown) object = NULL;
    char value[3] = "??";

    (void)state;
    machine.command_line = "two=ab three=abc";
    assert_int_equal(config_component_main(NULL, &object), S_OK);
    assert_int_equal(IConfig_Get((IConfig *)object, "three", value, sizeof(value)), E_INVALIDARG);
    assert_string_equal(value, "??");
    assert_int_equal(IConfig_Get((IConfig *)object, "two", value, sizeof(value)), S_OK);
    assert_string_equal(value, "ab");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_found_by_whole_keys),
        cmocka_unit_test(a_kernel_says_what_it_is),
        cmocka_unit_test(a_value_that_does_not_fit_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
