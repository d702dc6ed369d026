/* Errors and notes as people read them: place, message, the line, a caret. */
#ifndef IDLC_DIAGNOSTICS_H
#define IDLC_DIAGNOSTICS_H

#include "source.h"

#include <stdio.h>

/* After so many errors the rest is noise. */
#define DIAGNOSTICS_ERRORS_MAX 20

struct diagnostics {
    FILE *out;
    bool colour;
    uint32_t error_count;
    bool muted;       /* the last error was not printed, nor are its notes */
    struct span last; /* of the last error: a second one at the same place is a cascade */
};

void diagnostics_init(struct diagnostics *diagnostics, FILE *out, bool colour);

/** An error at a place; a span without source has none. */
void diagnose_error(struct diagnostics *diagnostics, struct span span, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void diagnose_warning(struct diagnostics *diagnostics, struct span span, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** The second place of the last error or warning, such as "first declared here". */
void diagnose_note(struct diagnostics *diagnostics, struct span span, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** What to do about the last error or warning. */
void diagnose_hint(struct diagnostics *diagnostics, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
