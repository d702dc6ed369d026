/* Numbers with units, as people write them: shares, times, rates, sizes. */
#ifndef QUANTITY_H
#define QUANTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Each reads a whole text; false: it is something else, or beyond what the result can hold. */

/** "30%", "0.5 %" or "30": parts of a million. @retval false also above 100 % */
bool quantity_read_share(const char *text, uint32_t *out_share);

/** "20ms", "1.5s", "500us", "80ns". */
bool quantity_read_time(const char *text, int64_t *out_ns);

/** "1mbit", "64kbit", "2.5gbit", "9600bit": bits in a second. */
bool quantity_read_rate(const char *text, uint64_t *out_rate);

/** "65536", "64k", "1m": bytes. */
bool quantity_read_size(const char *text, uint32_t *out_bytes);

/* Each writes what the function of that kind reads. */

void quantity_write_share(uint32_t share, char *text, size_t capacity);
void quantity_write_time(int64_t time_ns, char *text, size_t capacity);
void quantity_write_rate(uint64_t rate, char *text, size_t capacity);

#endif
