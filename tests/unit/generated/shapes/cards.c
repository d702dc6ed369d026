#include "cards.h"

#include <string.h>

BSTR random_bstr(uint32_t max, bool may_be_null)
{
    uint16_t *text;
    BSTR made;

    if (may_be_null && random_below(4) == 0)
        return NULL;
    text = random_wide(max);
    made = SysAllocString(text);
    com_free(text);
    return made;
}

BSTR copy_bstr(BSTR text, bool *good)
{
    BSTR copy = text ? SysAllocStringLen(text, SysStringLen(text)) : NULL;

    if (text && !copy)
        *good = false;
    return copy;
}

static void random_seal(struct seal *seal)
{
    seal->wax = random_below(2) ? WAX_RED : WAX_BLUE;
    seal->mark = (uint16_t)random_bits(); /* half of a character, too: it is no text */
}

void random_card(struct card *card)
{
    uint32_t i;

    memset(card, 0, sizeof(*card));
    card->title = random_bstr(12, true);
    card->line_count = random_below(4);
    card->lines = com_alloc(card->line_count * sizeof(*card->lines));
    for (i = 0; i < card->line_count; i++)
        card->lines[i] = random_bstr(9, true);
    for (i = 0; i < 2; i++) {
        card->pair[i] = random_bstr(3, true);
        random_seal(&card->more[i]);
    }
    random_seal(&card->seal);
    for (i = 0; i < 3; i++)
        card->code[i] = (uint16_t)random_bits();
    card->mark_count = (uint8_t)random_below(5);
    if (random_below(3))
        card->marks = com_alloc(card->mark_count * sizeof(*card->marks));
    for (i = 0; card->marks && i < card->mark_count; i++)
        card->marks[i] = (uint16_t)random_bits();
    card->stamp.kind = (uint8_t)random_below(4);
    if (card->stamp.kind == 1)
        card->stamp.is.text = random_bstr(5, true);
    else if (card->stamp.kind == 2)
        random_seal(&card->stamp.is.seal);
}

bool copy_card(struct card *to, const struct card *from)
{
    bool good = true;
    uint32_t i;

    *to = *from;
    to->title = copy_bstr(from->title, &good);
    to->lines = from->lines ? com_alloc(from->line_count * sizeof(*to->lines)) : NULL;
    good &= to->lines || !from->lines;
    for (i = 0; to->lines && i < from->line_count; i++)
        to->lines[i] = copy_bstr(from->lines[i], &good);
    for (i = 0; i < 2; i++)
        to->pair[i] = copy_bstr(from->pair[i], &good);
    to->marks = from->marks ? com_alloc(from->mark_count * sizeof(*to->marks)) : NULL;
    good &= to->marks || !from->marks;
    if (to->marks)
        memcpy(to->marks, from->marks, from->mark_count * sizeof(*to->marks));
    if (from->stamp.kind == 1)
        to->stamp.is.text = copy_bstr(from->stamp.is.text, &good);
    return good;
}

void free_card(struct card *card)
{
    if (card)
        com_free_card(card);
    com_free(card);
}

struct card *make_card(const struct card *from)
{
    struct card *card = com_alloc(sizeof(*card));

    if (card && !copy_card(card, from)) {
        free_card(card);
        return NULL;
    }
    return card;
}

void see_bstr(struct sight *sight, BSTR text)
{
    see(sight, "bstr %d ", text ? (int)SysStringLen(text) : -1);
    if (text)
        see_bytes(sight, text, SysStringByteLen(text) + sizeof(*text)); /* its NUL, too */
}

void see_element(struct sight *sight, BSTR text)
{
    if (text)
        see_bstr(sight, text);
    else
        see(sight, "bstr 0 0000 ");
}

static void see_seal(struct sight *sight, const struct seal *seal)
{
    see(sight, "seal %d %u ", (int)seal->wax, seal->mark);
}

void see_card(struct sight *sight, const struct card *card)
{
    uint32_t i;

    if (!card) {
        see(sight, "no card ");
        return;
    }
    see(sight, "card ");
    see_bstr(sight, card->title);
    for (i = 0; i < card->line_count; i++)
        see_element(sight, card->lines[i]);
    for (i = 0; i < 2; i++) {
        see_element(sight, card->pair[i]);
        see_seal(sight, &card->more[i]);
    }
    see_seal(sight, &card->seal);
    see_bytes(sight, card->code, sizeof(card->code));
    see(sight, "%u ", card->mark_count);
    if (card->marks)
        see_bytes(sight, card->marks, card->mark_count * sizeof(*card->marks));
    see(sight, "stamp %u ", card->stamp.kind);
    if (card->stamp.kind == 1)
        see_bstr(sight, card->stamp.is.text);
    else if (card->stamp.kind == 2)
        see_seal(sight, &card->stamp.is.seal);
}
