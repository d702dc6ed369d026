#define _POSIX_C_SOURCE 200809L /* strnlen */

#include "names.h"

#include <ctype.h>
#include <string.h>

/* Longer names are not compared: nobody misspells them by a letter or two. */
#define DISTANCE_LENGTH_MAX 63

static size_t hash(const char *name)
{
    size_t value = 2166136261u;

    for (; *name; name++)
        value = (value ^ (unsigned char)*name) * 16777619u;
    return value;
}

static struct name_entry *find_slot(const struct name_table *table, const char *name)
{
    size_t i = hash(name) & (table->slot_count - 1);

    while (table->slots[i].name && !names_equal(table->slots[i].name, name))
        i = (i + 1) & (table->slot_count - 1);
    return &table->slots[i];
}

static void allocate_slots(struct name_table *table, size_t slot_count)
{
    table->slot_count = slot_count;
    table->slots = arena_alloc(table->arena, slot_count * sizeof(*table->slots));
}

void names_init(struct name_table *table, struct arena *arena)
{
    table->arena = arena;
    table->used = 0;
    allocate_slots(table, 256);
}

void *names_find(const struct name_table *table, const char *name)
{
    return find_slot(table, name)->value;
}

void names_set(struct name_table *table, const char *name, void *value)
{
    struct name_entry *slot = find_slot(table, name);

    if (!slot->name)
        table->used++;
    slot->name = name;
    slot->value = value;
    if (table->used * 2 > table->slot_count) {
        struct name_entry *old = table->slots;
        size_t i, old_count = table->slot_count;

        allocate_slots(table, old_count * 2);
        for (i = 0; i < old_count; i++)
            if (old[i].name)
                *find_slot(table, old[i].name) = old[i];
    }
}

static unsigned min(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

unsigned names_distance(const char *left, const char *right)
{
    unsigned rows[3][DISTANCE_LENGTH_MAX + 1];
    unsigned *before = rows[0], *previous = rows[1], *current = rows[2];
    size_t left_length = strlen(left), right_length = strlen(right), i, j;

    if (left_length > DISTANCE_LENGTH_MAX || right_length > DISTANCE_LENGTH_MAX)
        return DISTANCE_LENGTH_MAX;
    for (j = 0; j <= right_length; j++)
        previous[j] = (unsigned)j;
    for (i = 1; i <= left_length; i++) {
        unsigned *oldest = before;

        current[0] = (unsigned)i;
        for (j = 1; j <= right_length; j++) {
            unsigned replace = previous[j - 1] + (left[i - 1] != right[j - 1]);

            current[j] = min(replace, min(previous[j], current[j - 1]) + 1);
            if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                current[j] = min(current[j], before[j - 2] + 1);
        }
        before = previous;
        previous = current;
        current = oldest;
    }
    return previous[right_length];
}

void names_offer(struct name_suggestion *suggestion, const char *candidate)
{
    unsigned distance = names_distance(suggestion->wanted, candidate);
    size_t length = strlen(suggestion->wanted);
    unsigned limit = length < 2 ? 0 : (unsigned)(length + 2) / 3; /* one letter is like any other */

    if (distance <= limit && (!suggestion->best || distance < suggestion->best_distance)) {
        suggestion->best = candidate;
        suggestion->best_distance = distance;
    }
}

/* ---- words of C ---- */

/* The longest of them is "namespace". */
#define WORD_LENGTH_MAX 9

static bool is_one_of(const char *name, const char *const *words, size_t count)
{
    size_t i;

    if (!islower((unsigned char)*name) || strnlen(name, WORD_LENGTH_MAX + 1) > WORD_LENGTH_MAX)
        return false; /* as most names */
    for (i = 0; i < count; i++)
        if (names_equal(words[i], name))
            return true;
    return false;
}

bool names_are_taken_by_c(const char *name)
{
    static const char *const WORDS[] = {
        "auto",   "break",    "case",     "char",     "const", "continue", "default", "do",     "double",
        "else",   "enum",     "extern",   "float",    "for",   "goto",     "if",      "inline", "int",
        "long",   "register", "restrict", "return",   "short", "signed",   "sizeof",  "static", "struct",
        "switch", "typedef",  "union",    "unsigned", "void",  "volatile", "while",   "true",   "false",
    };

    return is_one_of(name, WORDS, sizeof(WORDS) / sizeof(WORDS[0]));
}

bool names_are_taken_by_cpp(const char *name)
{
    static const char *const WORDS[] = {
        "alignas",   "alignof", "and",       "and_eq",   "asm",       "bitand",   "bitor",    "catch",
        "class",     "compl",   "constexpr", "decltype", "delete",    "explicit", "export",   "friend",
        "interface", "mutable", "namespace", "new",      "noexcept",  "not",      "not_eq",   "nullptr",
        "operator",  "or",      "or_eq",     "private",  "protected", "public",   "template", "this",
        "throw",     "try",     "typeid",    "typename", "using",     "virtual",  "xor",      "xor_eq",
    };
    static const char *const LONG_WORDS[] = {
        "const_cast", "dynamic_cast", "reinterpret_cast", "static_assert", "static_cast", "thread_local",
    };

    return is_one_of(name, WORDS, sizeof(WORDS) / sizeof(WORDS[0])) ||
           is_one_of(name, LONG_WORDS, sizeof(LONG_WORDS) / sizeof(LONG_WORDS[0]));
}
