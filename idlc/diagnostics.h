/* Errors, warnings and notes as people read them (place, message, the line, a caret), or as JSON for tools.
 */
#ifndef IDLC_DIAGNOSTICS_H
#define IDLC_DIAGNOSTICS_H

#include "source.h"

#include <stdio.h>

/* After so many errors the rest is noise. */
#define DIAGNOSTICS_ERRORS_MAX 20

/* Stable codes: diagnostics.def gives each its number, docs/diagnostics.md an example. */
enum diagnostic_code {
#define ERROR(number, name, text) ERROR_##name,
#define WARNING(number, name, text) WARNING_##name,
#include "diagnostics.def"
#undef ERROR
#undef WARNING
    DIAGNOSTIC_COUNT,
};

struct diagnostics {
    FILE *out;
    bool colour;
    bool json;                      /* one object a line instead of text */
    bool verbose;                   /* shows remarks too */
    bool passes_unknown_attributes; /* --unknown-attributes=ignore */
    bool is_open;                   /* json: the last object still takes notes */
    bool has_places;                /* json: it has some already */
    uint32_t error_count;
    uint32_t warning_count;
    uint32_t suspended; /* nothing is reported or counted while this is not 0 */
    bool muted;         /* the last error was not printed, nor are its notes */
    struct span last;   /* of the last error: a second one at the same place is a cascade */
    /* Asked before an error is reported; true: the error is dropped, because the reason is another one. NULL:
     * nobody. */
    bool (*explain)(void *context, enum diagnostic_code code);
    void *explain_context;
};

void diagnostics_init(struct diagnostics *diagnostics, FILE *out, bool colour);

/** Ends the last object of JSON output. */
void diagnostics_finish(struct diagnostics *diagnostics);

/** "E0301" or "W0901". */
const char *diagnostic_name(enum diagnostic_code code);
/** What the code means in a few words. */
const char *diagnostic_text(enum diagnostic_code code);

/** An error at a place; a span without source has none. */
void diagnose_error(struct diagnostics *diagnostics, enum diagnostic_code code, struct span span,
                    const char *format, ...) __attribute__((format(printf, 4, 5)));
void diagnose_warning(struct diagnostics *diagnostics, enum diagnostic_code code, struct span span,
                      const char *format, ...) __attribute__((format(printf, 4, 5)));

/** The second place of the last error or warning, such as "first declared here". */
void diagnose_note(struct diagnostics *diagnostics, struct span span, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** What to do about the last error or warning. */
void diagnose_hint(struct diagnostics *diagnostics, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** Something that is no fault, shown with --verbose only. */
void diagnose_remark(struct diagnostics *diagnostics, struct span span, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
