/* The name that somebody may have meant who wrote another. */
#ifndef REFLECT_NEAREST_H
#define REFLECT_NEAREST_H

#include <stdint.h>

struct nearest {
    const char *word; /* that was written */
    const char *name; /* the most like it, of those that were offered; NULL: none is */
    uint32_t distance;
};

/** `word` is borrowed. */
struct nearest nearest_to(const char *word);

/** `name`, which may be NULL, is borrowed as long as it is the nearest. */
void nearest_offer(struct nearest *nearest, const char *name);

/* Room for nearest_text. */
#define NEAREST_BYTES 100

/** "; did you mean NAME?", or nothing. @return `text` */
const char *nearest_text(const struct nearest *nearest, char text[NEAREST_BYTES]);

#endif
