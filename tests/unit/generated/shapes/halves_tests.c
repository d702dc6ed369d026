#include "halves_tests.h"

#include "../fake_runtime.h"
#include "cards.h"
#include "object.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* Of --optimize=size; the build gives them names of their own. */
extern const struct com_interface IHalves_table_interface;
HRESULT AsyncIHalves_table_create(IHalves *object, AsyncIHalves **out_call);

enum { TIMES = 3, ROOM = 4 };

/* What comes out of Texts. */
struct texts {
    char *text;
    uint16_t *wide;
    BSTR bstr;
    BSTR inout;
    uint32_t *numbers;
    struct box *box;
    struct box *boxes;
    uint32_t count;
};

static void free_texts(struct texts *texts)
{
    com_free(texts->text);
    com_free(texts->wide);
    SysFreeString(texts->bstr);
    SysFreeString(texts->inout);
    com_free(texts->numbers);
    com_free(texts->box);
    com_free(texts->boxes);
}

/* ---- the object ---- */

static uint16_t *widen(const char *text)
{
    size_t length = strlen(text) + 1, i;
    uint16_t *wide = com_alloc(length * sizeof(*wide));

    for (i = 0; wide && i < length; i++)
        wide[i] = (uint8_t)text[i];
    return wide;
}

static bool make_texts(struct texts *texts, const char *text, uint32_t times)
{
    uint32_t i;

    texts->text = copy_text(text);
    texts->wide = widen(text);
    texts->bstr = SysAllocString(u"bstr");
    texts->inout = SysAllocString(u"replaced");
    texts->numbers = com_alloc(times * sizeof(*texts->numbers));
    texts->box = com_alloc(sizeof(*texts->box));
    texts->boxes = com_alloc(times * sizeof(*texts->boxes));
    texts->count = times;
    if (!texts->text || !texts->wide || !texts->bstr || !texts->inout || !texts->numbers || !texts->box ||
        !texts->boxes)
        return false;
    *texts->box = (struct box){.width = (int32_t)times};
    for (i = 0; i < times; i++) {
        texts->numbers[i] = i * i;
        texts->boxes[i] = (struct box){.height = (int32_t)i};
    }
    return true;
}

static HRESULT halves_Texts(IHalves *iface, const char *text, uint32_t times, char **out_text,
                            uint16_t **out_wide, BSTR *out_bstr, BSTR *inout_bstr, uint32_t **out_numbers,
                            struct box **out_box, struct box **out_boxes, uint32_t *out_count)
{
    struct texts texts;

    (void)iface;
    if (FAILED(shapes_result))
        return shapes_result;
    if (!make_texts(&texts, text, times)) {
        free_texts(&texts);
        return E_OUTOFMEMORY;
    }
    *out_text = texts.text;
    *out_wide = texts.wide;
    *out_bstr = texts.bstr;
    SysFreeString(*inout_bstr);
    *inout_bstr = texts.inout;
    *out_numbers = texts.numbers;
    *out_box = texts.box;
    *out_boxes = texts.boxes;
    *out_count = texts.count;
    return S_OK;
}

static HRESULT halves_Shapes(IHalves *iface, const struct card *card, struct card **out_card, uint32_t room,
                             char **out_names, char **inout_text)
{
    struct card *made;
    char *changed;
    uint32_t i;

    (void)iface;
    if (FAILED(shapes_result))
        return shapes_result;
    made = make_card(card);
    changed = copy_text("changed");
    for (i = 0; i < room; i++)
        out_names[i] = copy_text("name");
    for (i = 0; i < room && out_names[i]; i++)
        ;
    if (!made || !changed || i < room) {
        for (i = 0; i < room; i++) {
            com_free(out_names[i]);
            out_names[i] = NULL;
        }
        free_card(made);
        com_free(changed);
        return E_OUTOFMEMORY;
    }
    com_free(*inout_text);
    *inout_text = changed;
    *out_card = made;
    return S_OK;
}

static const struct IHalvesVtbl halves_vtbl = {.Texts = halves_Texts, .Shapes = halves_Shapes};
static IHalves halves_object = {&halves_vtbl};

/* ---- the tests ---- */

static struct rpc_proxy proxy;

static AsyncIHalves *make_call(void)
{
    AsyncIHalves *call = NULL;

    fake_proxy_init(&proxy);
    fake.object = &halves_object;
    if (fake.interface == &IHalves_table_interface)
        assert_int_equal(AsyncIHalves_table_create((IHalves *)&proxy, &call), S_OK);
    else
        assert_int_equal(AsyncIHalves_create((IHalves *)&proxy, &call), S_OK);
    return call;
}

static HRESULT call_texts(AsyncIHalves *call, struct texts *out)
{
    HRESULT hr = AsyncIHalves_Begin_Texts(call, "text", TIMES, &out->inout);

    if (FAILED(hr))
        return hr;
    return AsyncIHalves_Finish_Texts(call, &out->text, &out->wide, &out->bstr, &out->inout, &out->numbers,
                                     &out->box, &out->boxes, &out->count);
}

void halves_bring_what_the_callee_allocates(void **state)
{
    AsyncIHalves *call = make_call();
    struct texts texts;

    (void)state;
    memset(&texts, 0x5A, sizeof(texts)); /* Begin_ does not look at what comes out */
    texts.inout = SysAllocString(u"before");
    assert_int_equal(call_texts(call, &texts), S_OK);
    assert_string_equal(texts.text, "text");
    assert_memory_equal(texts.wide, u"text", sizeof(u"text"));
    assert_memory_equal(texts.bstr, u"bstr", sizeof(u"bstr"));
    assert_memory_equal(texts.inout, u"replaced", sizeof(u"replaced"));
    assert_int_equal(texts.numbers[TIMES - 1], (TIMES - 1) * (TIMES - 1));
    assert_int_equal(texts.box->width, TIMES);
    assert_int_equal(texts.count, TIMES);
    assert_int_equal(texts.boxes[TIMES - 1].height, TIMES - 1);
    free_texts(&texts);
    (void)AsyncIHalves_Release(call);
}

static void assert_as_before(const struct texts *texts, BSTR inout)
{
    assert_null(texts->text);
    assert_null(texts->wide);
    assert_null(texts->bstr);
    assert_ptr_equal(texts->inout, inout);
    assert_null(texts->numbers);
    assert_null(texts->box);
    assert_null(texts->boxes);
    assert_int_equal(texts->count, 0x5A5A5A5A);
}

void halves_that_fail_leave_nothing(void **state)
{
    AsyncIHalves *call = make_call();
    BSTR inout = SysAllocString(u"before");
    uint32_t blocks = live_blocks, left;
    struct texts texts;
    HRESULT hr;

    (void)state;
    fake.may_alloc = NULL;
    for (left = 0;; left++) {
        memset(&texts, 0x5A, sizeof(texts));
        texts.inout = inout;
        blocks_left = left;
        hr = call_texts(call, &texts);
        blocks_left = UINT32_MAX;
        if (SUCCEEDED(hr))
            break;
        assert_int_equal(hr, E_OUTOFMEMORY);
        assert_as_before(&texts, inout);
        assert_int_equal(live_blocks, blocks);
    }
    assert_int_equal(left, 15); /* the text that goes in and out, and seven on each side */
    free_texts(&texts);
    (void)AsyncIHalves_Release(call);
}

void second_half_clears_what_the_caller_frees(void **state)
{
    char *names[ROOM + 1], *text = copy_text("before"), *before = text;
    AsyncIHalves *call = make_call();
    struct card card, *out_card;
    uint32_t i;

    (void)state;
    random_seed(5);
    random_card(&card);
    memset(names, 0x5A, sizeof(names));
    out_card = &card;
    shapes_result = E_FAIL;
    assert_int_equal(AsyncIHalves_Begin_Shapes(call, &card, ROOM, &text), S_OK);
    assert_int_equal(AsyncIHalves_Finish_Shapes(call, &out_card, names, &text), E_FAIL);
    assert_null(out_card);
    assert_ptr_equal(text, before);
    for (i = 0; i < ROOM; i++)
        assert_null(names[i]);
    assert_non_null(names[ROOM]); /* beyond the room */
    shapes_result = S_OK;
    assert_int_equal(AsyncIHalves_Begin_Shapes(call, &card, ROOM, &text), S_OK);
    assert_int_equal(AsyncIHalves_Finish_Shapes(call, &out_card, names, &text), S_OK);
    assert_string_equal(text, "changed");
    assert_string_equal(names[ROOM - 1], "name");
    for (i = 0; i < ROOM; i++)
        com_free(names[i]);
    com_free(text);
    free_card(out_card);
    com_free_card(&card);
    (void)AsyncIHalves_Release(call);
}
