/* What the tests of generated code share. */
#ifndef GENERATED_TESTS_H
#define GENERATED_TESTS_H

#include "echo.h"

#include <com.h>

/* The proxies and stubs of --optimize=size; the build gives them names of their own. */
extern const struct com_interface IEverything_table_interface;
extern const struct com_interface IEcho_table_interface;

struct form {
    const char *name;
    const struct com_interface *interface;
    const struct com_interface *echo;
};

extern const struct form code_form;
extern const struct form table_form;

/** Makes target() a proxy of that form, and calls go to its stub. */
void use_form(const struct form *form);

/** The proxy; calls reach echo_object. */
IEverything *target(void);

/** The request of one call with random values, on the heap with its exact size. */
uint8_t *record(const struct echo_call *call, uint64_t seed, size_t *out_size);

/** Gives the next request that fake_dispatch gets two interfaces. */
void interfaces_of_the_request(void);

/** Calls with a reply of other bytes. @return what the call says: usually false, its expectations do not hold
 * then */
bool call_with_reply(const struct echo_call *call, uint64_t seed, const uint8_t *reply, size_t size);

/* ---- text_tests.c ---- */

void ill_formed_wide_texts_are_refused(void **state);
void bounds_of_wide_texts_count_characters(void **state);
void bstrs_survive_failing_memory(void **state);
void bstrs_with_a_nul_inside_are_refused(void **state);

/* ---- allocated_tests.c ---- */

void allocated_results_survive_failing_memory(void **state);
void allocated_results_that_break_bounds_are_freed(void **state);
void failures_leave_no_memory_behind(void **state);
void bad_replies_allocate_nothing(void **state);
void replies_too_large_for_the_peer_say_so(void **state);

/* ---- both_forms.c; the form that a test starts with is the one whose messages are changed ---- */

void both_forms_write_the_same_bytes(void **state);
void both_forms_judge_requests_alike(void **state);
void both_forms_judge_replies_alike(void **state);

#endif
