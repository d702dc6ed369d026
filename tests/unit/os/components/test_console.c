/* What is written reaches the board as it is. */
#include <cmocka_all.h>
#include <com/namespace.idl.h>
#include <fake_machine.h>
#include <os/console.idl.h>
#include <string.h>

HRESULT console_component_main(INamespace *ns, IUnknown **out_object);

static void bytes_are_written_as_they_are(void **state)
{
    static const uint8_t text[] = "a line\n\0and more";
    IUnknown *console = NULL;

    (void)state;
    assert_int_equal(console_component_main(NULL, &console), S_OK);
    assert_int_equal(IConsole_Write((IConsole *)console, text, sizeof(text)), S_OK);
    assert_int_equal(machine.written_bytes, sizeof(text));
    assert_memory_equal(machine.written, text, sizeof(text));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_are_written_as_they_are),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
