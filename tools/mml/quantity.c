/* See quantity.h. */
#include "quantity.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct unit {
    const char *name;
    double factor;
};

static const struct unit share_units[] = {{"%", 1e4}, {"", 1e4}, {NULL, 0}};
static const struct unit time_units[] = {{"ms", 1e6}, {"s", 1e9}, {"us", 1e3}, {"ns", 1}, {NULL, 0}};
static const struct unit rate_units[] = {{"mbit", 1e6}, {"kbit", 1e3}, {"gbit", 1e9}, {"bit", 1}, {NULL, 0}};
static const struct unit size_units[] = {{"", 1}, {"k", 1024}, {"m", 1 << 20}, {NULL, 0}};

/* A number that is not negative, and one of the units; `most` is the greatest result. */
static bool read_number(const char *text, const struct unit *units, double most, uint64_t *out_value)
{
    const char *unit = text + strspn(text, "0123456789."); /* no sign, no exponent */
    char *end;
    double value = strtod(text, &end);

    if (*text < '0' || *text > '9' || end != unit)
        return false;
    unit += strspn(unit, " ");
    for (; units->name; units++) {
        if (strcasecmp(unit, units->name) != 0)
            continue;
        value = value * units->factor + 0.5;
        if (value >= most + 1)
            return false;
        *out_value = (uint64_t)value;
        return true;
    }
    return false;
}

bool quantity_read_share(const char *text, uint32_t *out_share)
{
    uint64_t value;

    if (!read_number(text, share_units, 1e6, &value))
        return false;
    *out_share = (uint32_t)value;
    return true;
}

bool quantity_read_time(const char *text, int64_t *out_ns)
{
    uint64_t value;

    if (!read_number(text, time_units, 1e18, &value))
        return false;
    *out_ns = (int64_t)value;
    return true;
}

bool quantity_read_rate(const char *text, uint64_t *out_rate)
{
    uint64_t value;

    if (!read_number(text, rate_units, 1e18, &value))
        return false;
    *out_rate = (uint64_t)value;
    return true;
}

bool quantity_read_size(const char *text, uint32_t *out_bytes)
{
    uint64_t value;

    if (!read_number(text, size_units, UINT32_MAX, &value))
        return false;
    *out_bytes = (uint32_t)value;
    return true;
}

void quantity_write_share(uint32_t share, char *text, size_t capacity)
{
    snprintf(text, capacity, "%g%%", share / 1e4);
}

void quantity_write_time(int64_t time_ns, char *text, size_t capacity)
{
    snprintf(text, capacity, "%gms", (double)time_ns / 1e6);
}

void quantity_write_rate(uint64_t rate, char *text, size_t capacity)
{
    if (rate % 1000000 == 0)
        snprintf(text, capacity, "%" PRIu64 "mbit", rate / 1000000);
    else if (rate % 1000 == 0)
        snprintf(text, capacity, "%" PRIu64 "kbit", rate / 1000);
    else
        snprintf(text, capacity, "%" PRIu64 "bit", rate);
}
