/* What a fault's panic says, with the processor's registers played. */
#include <arch.h>
#include <cmocka_all.h>
#include <os_format.h>
#include <register_io.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

enum { HARD_FAULT = 3, MEMORY_FAULT = 4, BUS_FAULT = 5, USAGE_FAULT = 6, PENDSV = 14 };

struct trap_frame {
    uint32_t r0, r1, r2, r3, r12, lr, pc, xpsr;
};

bool semihosting_is_unheard;

void fault_dispatch(struct trap_frame *frame, uint32_t exception, const uint32_t *saved);

static struct {
    uint32_t status, memory_address, bus_address;
    uint32_t cleared, hard_cleared;
    char text[1024];
    const char *panic;
    jmp_buf back;
} machine;

uint32_t read32(uintptr_t address)
{
    switch (address) {
    case 0xE000ED28:
        return machine.status;
    case 0xE000ED34:
        return machine.memory_address;
    case 0xE000ED38:
        return machine.bus_address;
    default:
        fail_msg("register %lx is read", (unsigned long)address);
        return 0;
    }
}

void write32(uintptr_t address, uint32_t value)
{
    if (address == 0xE000ED28)
        machine.cleared = value;
    else if (address == 0xE000ED2C)
        machine.hard_cleared = value;
    else
        fail_msg("register %lx is written", (unsigned long)address);
}

void os_print(const char *format, ...)
{
    size_t length = strlen(machine.text);
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(machine.text + length, sizeof(machine.text) - length, format, arguments);
    va_end(arguments);
}

void kernel_panic(const char *why, const char *detail)
{
    assert_null(detail);
    machine.panic = why;
    longjmp(machine.back, 1);
}

static const uint32_t saved[] = {4, 5, 6, 7, 8, 9, 10, 11};

/* The panic of a fault with this status; `frame` is NULL where the processor could not push it. */
static const char *panic_of(uint32_t exception, uint32_t status, struct trap_frame *frame)
{
    machine.status = status;
    machine.panic = NULL;
    machine.text[0] = '\0';
    if (setjmp(machine.back) == 0)
        fault_dispatch(frame, exception, saved);
    assert_int_equal(machine.cleared, status); /* or the next fault would look like this one */
    return machine.panic;
}

static void everything_is_said(void **state)
{
    struct trap_frame frame = {0xA0, 0xA1, 0xA2, 0xA3, 0xAC, 0xAE, 0x1234, 0x21000200};
    char registers[512];

    (void)state;
    machine.memory_address = 0x08;
    assert_string_equal(panic_of(MEMORY_FAULT, 0x82, &frame), "a null pointer was used");
    snprintf(registers, sizeof(registers),
             "\nmemory fault, status 00000082 at 00001234, fault address 00000008\n"
             "  r0 000000a0 r1 000000a1 r2 000000a2 r3 000000a3\n"
             "  r4 00000004 r5 00000005 r6 00000006 r7 00000007\n"
             "  r8 00000008 r9 00000009 r10 0000000a r11 0000000b\n"
             "  r12 000000ac sp %08x lr 000000ae xpsr 21000200\n",
             (uint32_t)(uintptr_t)(&frame + 1) + 4); /* what the processor put in for alignment is no frame */
    assert_string_equal(machine.text, registers);
}

static void reasons_are_found(void **state)
{
    static const struct {
        uint32_t exception, status, pc, address;
        const char *reason;
    } cases[] = {
        {MEMORY_FAULT, 0x01, 0x00000000, 0, "a null pointer was called"},
        {USAGE_FAULT, 0x20000, 0x00000010, 0, "a null pointer was called"},
        {USAGE_FAULT, 0x20000, 0x20000000, 0, "an even address was called"},
        {MEMORY_FAULT, 0x82, 0x1000, 0xFFF, "a null pointer was used"},
        {MEMORY_FAULT, 0x82, 0x1000, 0x1000, "code or a constant was written"},
        {MEMORY_FAULT, 0x82, 0x1000, 0x20000000, "a forbidden address was used"},
        {MEMORY_FAULT, 0x01, 0x40000000, 0, "data was called"},
        {BUS_FAULT, 0x8200, 0x1000, 0x30000000, "there is no memory or device"},
        {BUS_FAULT, 0x0400, 0x1000, 0, "there is no memory or device"},
        {BUS_FAULT, 0x0100, 0x30000000, 0, "there is no memory or device"},
        {USAGE_FAULT, 0x10000, 0x1000, 0, "undefined instruction"},
        {USAGE_FAULT, 0x2000000, 0x1000, 0, "division error"},
        {HARD_FAULT, 0x82, 0x1000, 4, "a null pointer was used"}, /* inside a handler */
        {PENDSV, 0, 0x1000, 0, "exception"},
        {7, 0, 0x1000, 0, "exception"},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct trap_frame frame = {.pc = cases[i].pc};

        machine.memory_address = machine.bus_address = cases[i].address;
        assert_string_equal(panic_of(cases[i].exception, cases[i].status, &frame), cases[i].reason);
    }
}

/* The address of an earlier fault is not taken for this one's. */
static void an_address_that_is_not_valid_is_not_said(void **state)
{
    struct trap_frame frame = {.pc = 0x1000};

    (void)state;
    machine.memory_address = machine.bus_address = 4;
    assert_string_equal(panic_of(BUS_FAULT, 0x0400, &frame), "there is no memory or device");
    assert_null(strstr(machine.text, "fault address"));
}

static void a_frame_that_was_not_pushed_is_not_read(void **state)
{
    (void)state;
    assert_string_equal(panic_of(MEMORY_FAULT, 0x10, NULL), "the stack pointer leads nowhere");
    assert_string_equal(machine.text, "\nmemory fault, status 00000010\n");
    assert_string_equal(panic_of(BUS_FAULT, 0x1000, NULL), "the stack pointer leads nowhere");
}

/* Without a debugger the call's instruction is a fault: it is passed over, and no other one is. */
static void an_unheard_semihosting_call_fails_and_goes_on(void **state)
{
    uint16_t *code = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    struct trap_frame frame = {.r0 = 0x15};

    (void)state;
    assert_ptr_not_equal(code, MAP_FAILED);
    frame.pc = (uint32_t)(uintptr_t)code;
    code[0] = 0xBE00; /* another breakpoint */
    assert_string_equal(panic_of(HARD_FAULT, 0, &frame), "hard fault");
    assert_false(semihosting_is_unheard);

    code[0] = 0xBEAB;
    machine.status = 0;
    fault_dispatch(&frame, HARD_FAULT, saved);
    assert_int_equal(frame.r0, UINT32_MAX);
    assert_int_equal(frame.pc, (uint32_t)(uintptr_t)code + 2);
    assert_int_equal(machine.hard_cleared, 0xC0000000);
    assert_true(semihosting_is_unheard);
    munmap(code, 4096);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_is_said),
        cmocka_unit_test(reasons_are_found),
        cmocka_unit_test(an_address_that_is_not_valid_is_not_said),
        cmocka_unit_test(a_frame_that_was_not_pushed_is_not_read),
        cmocka_unit_test(an_unheard_semihosting_call_fails_and_goes_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
