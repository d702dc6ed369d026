/* How many instructions each codec executes, counted by valgrind's callgrind. */
#ifndef INSTRUCTIONS_H
#define INSTRUCTIONS_H

#include <stdbool.h>
#include <stdint.h>

/* Calls of one kind while they are counted. */
enum { INSTRUCTIONS_CALLS = 100 };

/**
 * Runs this program again below valgrind, with one argument more: INSTRUCTIONS_ARGUMENT. Its part `i` begins
 * with instructions_begin and ends with instructions_end(i).
 *
 * @param out_counts  instructions of part `i`
 * @retval false valgrind is not there or failed; the reason was printed
 */
bool instructions_count(uint32_t parts, uint64_t *out_counts);

#define INSTRUCTIONS_ARGUMENT "--below-callgrind"

void instructions_begin(void);
void instructions_end(uint32_t part);

#endif
