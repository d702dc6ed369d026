/* Values of shapes.idl: random ones, copies, what they look like. */
#ifndef SHAPES_VALUES_H
#define SHAPES_VALUES_H

#include <shapes.idl.h>

/** Memory of com_alloc that nobody freed. */
extern uint32_t live_blocks;

/** So many more blocks until one cannot be had; UINT32_MAX: never. Scratch memory counts, too. */
extern uint32_t blocks_left;

/** Objects that values may refer to, and how many references there are. */
#define OBJECTS 4
extern IUnknown objects[OBJECTS];
uint32_t object_refs(void);

void random_seed(uint64_t seed);
uint64_t random_bits(void);
uint32_t random_below(uint32_t limit);

/** In memory of com_alloc; `max` bytes, or 16-bit characters, at most. */
char *random_text(uint32_t max);
uint16_t *random_wide(uint32_t max);

/** With a reference, or NULL. */
IUnknown *random_object(void);

/** Of one call: no more interfaces than a message carries. */
void random_begin(void);

enum figure_kind random_figure(union figure *figure);
void random_value(value_t *value);
void random_drawn(struct drawn *drawn);
void random_node(struct node *node, uint32_t depth);
void random_arrays(struct arrays *arrays);
void random_held(struct held *held);

/* Deep copies, in memory of com_alloc; false: there is none left. `to` is freed by com_free_... or by the
 * caller's stub in either case. */
bool copy_figure(union figure *to, enum figure_kind kind, const union figure *from);
bool copy_value(value_t *to, const value_t *from);
bool copy_drawn(struct drawn *to, const struct drawn *from);
bool copy_node(struct node *to, const struct node *from);
bool copy_arrays(struct arrays *to, const struct arrays *from);
bool copy_held(struct held *to, const struct held *from);

void free_figure(enum figure_kind kind, union figure *figure);

char *copy_text(const char *text);
size_t wide_length(const uint16_t *text);
IUnknown *share(IUnknown *object);

/* What a value says, behind what was written before. */
struct sight {
    char text[65536];
    size_t length;
};

void see(struct sight *sight, const char *format, ...) __attribute__((format(printf, 2, 3)));
void see_text(struct sight *sight, const char *text);
void see_wide(struct sight *sight, const uint16_t *text);
void see_object(struct sight *sight, const IUnknown *object);
void see_bytes(struct sight *sight, const void *bytes, size_t size);
void see_figure(struct sight *sight, enum figure_kind kind, const union figure *figure);
void see_value(struct sight *sight, const value_t *value);
void see_drawn(struct sight *sight, const struct drawn *drawn);
void see_node(struct sight *sight, const struct node *node);
void see_arrays(struct sight *sight, const struct arrays *arrays);
void see_held(struct sight *sight, const struct held *held);

#endif
