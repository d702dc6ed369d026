#include "nearest.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* Longer names are not compared: nobody writes them by hand. */
enum { LENGTH_MAX = 63 };

static uint32_t least(uint32_t left, uint32_t right)
{
    return left < right ? left : right;
}

/* Letters that must be put in, taken out, replaced or exchanged with the next; capitals are as small ones. */
static uint32_t distance_of(const char *left, size_t left_length, const char *right, size_t right_length)
{
    uint32_t rows[3][LENGTH_MAX + 1];
    uint32_t *before = rows[0], *above = rows[1], *row = rows[2], *other;
    size_t i, j;

    for (j = 0; j <= right_length; j++)
        above[j] = (uint32_t)j;
    for (i = 1; i <= left_length; i++) {
        row[0] = (uint32_t)i;
        for (j = 1; j <= right_length; j++) {
            int a = tolower((unsigned char)left[i - 1]), b = tolower((unsigned char)right[j - 1]);

            row[j] = least(least(above[j], row[j - 1]) + 1, above[j - 1] + (a != b));
            if (i > 1 && j > 1 && a == tolower((unsigned char)right[j - 2]) &&
                b == tolower((unsigned char)left[i - 2]))
                row[j] = least(row[j], before[j - 2] + 1);
        }
        other = before;
        before = above;
        above = row;
        row = other;
    }
    return above[right_length];
}

struct nearest nearest_to(const char *word)
{
    return (struct nearest){.word = word};
}

void nearest_offer(struct nearest *nearest, const char *name)
{
    size_t length = strlen(nearest->word), other = name ? strlen(name) : 0;
    uint32_t distance;

    if (!length || !other || length > LENGTH_MAX || other > LENGTH_MAX)
        return;
    distance = distance_of(nearest->word, length, name, other);
    if (distance > 1 + (length < other ? length : other) / 4 || distance >= other)
        return;
    if (nearest->name && distance >= nearest->distance)
        return;
    nearest->name = name;
    nearest->distance = distance;
}

const char *nearest_text(const struct nearest *nearest, char text[NEAREST_BYTES])
{
    snprintf(text, NEAREST_BYTES, nearest->name ? "; did you mean %s?" : "%s",
             nearest->name ? nearest->name : "");
    return text;
}
