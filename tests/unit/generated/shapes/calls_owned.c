/* Calls whose results, or what goes in and out, are memory of the callee's. */
#include "calls.h"
#include "cards.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct sight expected;

static void look(void)
{
    look_anew();
    expected.length = 0;
    expected.text[0] = '\0';
}

enum outcome call_card(IShapes *target)
{
    struct card card, *out_card = NULL;
    char *out_text = NULL;
    enum outcome outcome;
    HRESULT hr;

    look();
    random_card(&card);
    see_card(&given, &card);
    see_card(&expected, card.title ? &card : NULL);
    see_text(&expected, "text");
    hr = IShapes_Card(target, &card, &out_card, &out_text);
    if (SUCCEEDED(hr)) {
        see_card(&back, out_card);
        see_text(&back, out_text);
    }
    outcome = judge(hr, &expected, &back);
    if (FAILED(hr) && (out_card || out_text))
        outcome = WRONG;
    com_free_card(&card);
    free_card(out_card);
    com_free(out_text);
    return outcome;
}

enum outcome call_cards(IShapes *target)
{
    uint32_t count = random_below(4), out_count = 0, i;
    struct card cards[3], *out_cards = NULL;
    uint16_t title_count = 0;
    BSTR *out_titles = NULL;
    enum outcome outcome;
    HRESULT hr;

    look();
    for (i = 0; i < count; i++) {
        random_card(&cards[i]);
        see_card(&given, &cards[i]);
    }
    for (i = count; i-- > 0;)
        see_card(&expected, &cards[i]);
    for (i = 0; i < count; i++)
        see_element(&expected, cards[i].title);
    hr = IShapes_Cards(target, count, cards, &out_cards, &out_count, &out_titles, &title_count);
    for (i = 0; i < out_count; i++)
        see_card(&back, &out_cards[i]);
    for (i = 0; i < title_count; i++)
        see_element(&back, out_titles[i]);
    outcome = judge(hr, &expected, &back);
    if (FAILED(hr) && (out_cards || out_titles))
        outcome = WRONG;
    for (i = 0; i < out_count; i++)
        com_free_card(&out_cards[i]);
    for (i = 0; i < title_count; i++)
        SysFreeString(out_titles[i]);
    for (i = 0; i < count; i++)
        com_free_card(&cards[i]);
    com_free(out_cards);
    com_free(out_titles);
    return outcome;
}

static void see_replaced(struct sight *sight, const struct replaced *replaced)
{
    see_text(sight, replaced->text);
    see_wide(sight, replaced->wide);
    see_object(sight, replaced->object);
    see_card(sight, replaced->card);
}

static void random_replaced(struct replaced *replaced)
{
    struct card card;

    replaced->text = random_below(3) ? random_text(30) : NULL;
    replaced->wide = random_below(3) ? random_wide(20) : NULL;
    replaced->object = random_object();
    random_card(&card);
    replaced->card = random_below(3) ? make_card(&card) : NULL;
    com_free_card(&card);
}

static void free_replaced(struct replaced *replaced)
{
    com_free(replaced->text);
    com_free(replaced->wide);
    if (replaced->object)
        (void)IUnknown_Release(replaced->object);
    free_card(replaced->card);
}

/* What the method makes of it, to be seen. */
static void expect_replaced(const struct replaced *replaced, const char *before, IUnknown *other)
{
    char changed[64];

    snprintf(changed, sizeof(changed), "%s!", before ? before : "");
    see_text(&expected, replaced->text ? changed : NULL);
    see_wide(&expected, replaced->wide ? u"another" : NULL);
    see_object(&expected, replaced->object ? other : NULL);
    see_card(&expected, replaced->card && replaced->card->mark_count % 2 == 0 ? replaced->card : NULL);
    see_text(&expected, before);
}

enum outcome call_replace(IShapes *target)
{
    IUnknown *other = &objects[random_below(OBJECTS)];
    struct replaced replaced, was;
    char *out_before = NULL;
    enum outcome outcome;
    HRESULT hr;

    look();
    random_replaced(&replaced);
    was = replaced;
    see_replaced(&given, &replaced);
    expect_replaced(&replaced, replaced.text, other);
    hr = IShapes_Replace(target, &replaced.text, &replaced.wide, &replaced.object, &replaced.card, other,
                         &out_before);
    if (SUCCEEDED(hr)) {
        see_replaced(&back, &replaced);
        see_text(&back, out_before);
    }
    outcome = judge(hr, &expected, &back);
    if (FAILED(hr) && (memcmp(&replaced, &was, sizeof(was)) != 0 || out_before))
        outcome = WRONG; /* all is as it was */
    free_replaced(&replaced);
    com_free(out_before);
    return outcome;
}

enum outcome call_bstrs(IShapes *target)
{
    uint32_t room = random_below(6), out_count = 0, i;
    uint8_t count = (uint8_t)random_below(5);
    BSTR texts[4], out_texts[6] = {NULL};
    enum outcome outcome;
    HRESULT hr;

    look();
    for (i = 0; i < count; i++) {
        texts[i] = random_bstr(20, true);
        see_element(&given, texts[i]);
        if (i < room)
            see_element(&expected, texts[i]);
    }
    hr = IShapes_Bstrs(target, texts, count, room, out_texts, &out_count);
    for (i = 0; SUCCEEDED(hr) && i < out_count; i++)
        see_bstr(&back, out_texts[i]);
    outcome = judge(hr, &expected, &back);
    for (i = 0; i < room; i++)
        SysFreeString(out_texts[i]);
    for (i = 0; i < count; i++)
        SysFreeString(texts[i]);
    return outcome;
}

enum outcome call_maybe(IShapes *target)
{
    const bool has_values = random_below(3) != 0, has_memos = random_below(2);
    int32_t count = (int32_t)random_below(10), i;
    double sum = 0, out_sum = -1;
    struct memo memos[2];
    enum outcome outcome;
    float values[9];
    uint32_t there;
    HRESULT hr;

    look();
    for (i = 0; i < count; i++) {
        values[i] = (float)random_below(100) / 4;
        sum += has_values ? (double)values[i] : 0;
    }
    for (i = 0; i < 2; i++) {
        memos[i].text = random_below(2) ? random_text(9) : NULL;
        memos[i].number = random_below(50);
        sum += has_memos ? memos[i].number + (memos[i].text ? strlen(memos[i].text) : 0) : 0;
    }
    see(&given, "%d ", count);
    hr = IShapes_Maybe(target, has_values ? values : NULL, count, has_memos ? memos : NULL, &out_sum, &there);
    outcome = judge(hr, &back, &back);
    if (outcome == CAME_BACK &&
        (out_sum != sum || (target != &shapes_object && (bool)(there & 1) != (has_values && count)) ||
         (bool)(there & 2) != has_memos))
        outcome = WRONG;
    for (i = 0; i < 2; i++)
        com_free(memos[i].text);
    return outcome;
}

enum outcome call_given(IShapes *target)
{
    uint32_t count = random_below(4), out_count = 0, i;
    IUnknown *some[3], **out_objects = NULL;
    enum outcome outcome;
    HRESULT hr;

    look();
    for (i = 0; i < count; i++)
        some[i] = random_below(4) ? &objects[random_below(OBJECTS)] : NULL;
    hr = IShapes_Given(target, some, count, &out_objects, &out_count);
    outcome = judge(hr, &back, &back);
    if (outcome == CAME_BACK && out_count != count)
        outcome = WRONG;
    if (FAILED(hr) && out_objects)
        outcome = WRONG;
    for (i = 0; i < out_count; i++) {
        if (i >= count || out_objects[i] != some[i])
            outcome = WRONG;
        if (out_objects[i])
            (void)IUnknown_Release(out_objects[i]);
    }
    com_free(out_objects);
    return outcome;
}
