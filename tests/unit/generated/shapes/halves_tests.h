/* Tests of calls in two halves; their state is the interface. */
#ifndef SHAPES_HALVES_TESTS_H
#define SHAPES_HALVES_TESTS_H

void halves_bring_what_the_callee_allocates(void **state);
void halves_that_fail_leave_nothing(void **state);
void second_half_clears_what_the_caller_frees(void **state);

#endif
