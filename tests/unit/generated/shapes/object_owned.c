/* The methods whose results, or what goes in and out, are memory of the object's. */
#include "cards.h"
#include "object.h"

#include <string.h>

HRESULT shapes_Card(IShapes *iface, const struct card *card, struct card **out_card, char **out_text)
{
    struct card *made = NULL;
    char *text;

    (void)iface;
    see_card(shapes_begin(), card);
    if (FAILED(shapes_result))
        return shapes_result;
    text = copy_text("text");
    if (card->title)
        made = make_card(card);
    if (!text || (card->title && !made)) {
        com_free(text);
        free_card(made);
        return E_OUTOFMEMORY;
    }
    *out_card = made;
    *out_text = text;
    return S_OK;
}

/* Copies, the last one first. NULL: there is no memory, or nothing to be copied. */
static struct card *turn_cards(uint32_t count, const struct card *cards)
{
    struct card *turned = com_alloc(count * sizeof(*turned));
    bool good = turned != NULL;
    uint32_t i;

    for (i = 0; turned && i < count; i++)
        good &= copy_card(&turned[i], &cards[count - 1 - i]);
    for (i = 0; turned && !good && i < count; i++)
        com_free_card(&turned[i]);
    if (good)
        return turned;
    com_free(turned);
    return NULL;
}

static BSTR *copy_titles(uint32_t count, const struct card *cards)
{
    BSTR *titles = com_alloc(count * sizeof(*titles));
    bool good = titles != NULL;
    uint32_t i;

    for (i = 0; titles && i < count; i++)
        titles[i] = copy_bstr(cards[i].title, &good);
    for (i = 0; titles && !good && i < count; i++)
        SysFreeString(titles[i]);
    if (good)
        return titles;
    com_free(titles);
    return NULL;
}

HRESULT shapes_Cards(IShapes *iface, uint32_t count, const struct card *cards, struct card **out_cards,
                     uint32_t *out_count, BSTR **out_titles, uint16_t *out_title_count)
{
    struct card *turned;
    BSTR *titles;
    uint32_t i;

    (void)iface;
    shapes_begin();
    for (i = 0; i < count; i++)
        see_card(&shapes_saw, &cards[i]);
    if (FAILED(shapes_result))
        return shapes_result;
    turned = turn_cards(count, cards);
    titles = copy_titles(count, cards);
    if (count && (!turned || !titles)) {
        for (i = 0; turned && i < count; i++)
            com_free_card(&turned[i]);
        for (i = 0; titles && i < count; i++)
            SysFreeString(titles[i]);
        com_free(turned);
        com_free(titles);
        return E_OUTOFMEMORY;
    }
    *out_cards = turned;
    *out_count = count;
    *out_titles = titles;
    *out_title_count = (uint16_t)count;
    return S_OK;
}

/* A text with one more character, another one, and the text itself. */
static bool make_texts(const char *text, const uint16_t *wide, char **out_text, uint16_t **out_wide,
                       char **out_before)
{
    size_t length = text ? strlen(text) : 0;

    *out_text = text ? com_alloc(length + 2) : NULL;
    *out_wide = wide ? com_alloc(sizeof(u"another")) : NULL;
    *out_before = copy_text(text);
    if (*out_text) {
        memcpy(*out_text, text, length);
        memcpy(*out_text + length, "!", 2);
    }
    if (*out_wide)
        memcpy(*out_wide, u"another", sizeof(u"another"));
    return (*out_text || !text) && (*out_wide || !wide) && (*out_before || !text);
}

HRESULT shapes_Replace(IShapes *iface, char **inout_text, uint16_t **inout_wide, IUnknown **inout_object,
                       struct card **inout_card, IUnknown *other, char **out_before)
{
    uint16_t *wide;
    char *text, *before;

    (void)iface;
    see_text(shapes_begin(), *inout_text);
    see_wide(&shapes_saw, *inout_wide);
    see_object(&shapes_saw, *inout_object);
    see_card(&shapes_saw, *inout_card);
    if (FAILED(shapes_result))
        return shapes_result;
    if (!make_texts(*inout_text, *inout_wide, &text, &wide, &before)) {
        com_free(text);
        com_free(wide);
        com_free(before);
        return E_OUTOFMEMORY;
    }
    com_free(*inout_text);
    com_free(*inout_wide);
    *inout_text = text;
    *inout_wide = wide;
    *out_before = before;
    if (*inout_object) {
        (void)IUnknown_Release(*inout_object);
        *inout_object = share(other);
    }
    if (*inout_card && (*inout_card)->mark_count % 2) {
        free_card(*inout_card);
        *inout_card = NULL;
    }
    return S_OK;
}

HRESULT shapes_Bstrs(IShapes *iface, const BSTR *texts, uint8_t count, uint32_t room, BSTR *out_texts,
                     uint32_t *out_count)
{
    bool good = true;
    uint32_t i;

    (void)iface;
    shapes_begin();
    for (i = 0; i < count; i++)
        see_element(&shapes_saw, texts[i]);
    if (FAILED(shapes_result))
        return shapes_result;
    for (i = 0; i < count && i < room; i++)
        out_texts[i] = texts[i] ? copy_bstr(texts[i], &good) : SysAllocString(u"");
    *out_count = i;
    for (i = 0; i < *out_count; i++)
        good &= out_texts[i] != NULL;
    if (good)
        return S_OK;
    while (i-- > 0) {
        SysFreeString(out_texts[i]);
        out_texts[i] = NULL;
    }
    return E_OUTOFMEMORY;
}

HRESULT shapes_Maybe(IShapes *iface, const float *values, int32_t count, const struct memo *memos,
                     double *out_sum, uint32_t *out_there)
{
    double sum = 0;
    int32_t i;

    (void)iface;
    see(shapes_begin(), "%d ", count);
    if (FAILED(shapes_result))
        return shapes_result;
    for (i = 0; values && i < count; i++)
        sum += (double)values[i];
    for (i = 0; memos && i < 2; i++)
        sum += memos[i].number + (memos[i].text ? strlen(memos[i].text) : 0);
    *out_sum = sum;
    *out_there = (values ? 1u : 0u) | (memos ? 2u : 0u);
    return S_OK;
}

HRESULT shapes_Given(IShapes *iface, IUnknown *const *given, uint32_t count, IUnknown ***out_objects,
                     uint32_t *out_count)
{
    IUnknown **made;
    uint32_t i;

    (void)iface;
    shapes_begin();
    if (FAILED(shapes_result))
        return shapes_result;
    made = com_alloc(count * sizeof(*made));
    if (!made && count)
        return E_OUTOFMEMORY;
    for (i = 0; i < count; i++)
        made[i] = share(given[i]);
    *out_objects = made;
    *out_count = count;
    return S_OK;
}
