/* Calls with random values; each frees all that it was given. */
#include "calls.h"

#include <stdio.h>
#include <string.h>

HRESULT shapes_hr;

struct sight given, back;

void look_anew(void)
{
    random_begin();
    given.length = back.length = 0;
    given.text[0] = back.text[0] = '\0';
}

enum outcome judge(HRESULT hr, const struct sight *expected, const struct sight *got)
{
    shapes_hr = hr;
    if (FAILED(hr))
        return FAILED_CLEANLY;
    if (strcmp(given.text, shapes_saw.text) == 0 && strcmp(expected->text, got->text) == 0)
        return CAME_BACK;
    return WRONG;
}

static enum outcome call_figure(IShapes *target)
{
    enum figure_kind kind, out_kind = FIGURE_NONE;
    union figure figure, out_figure;
    enum outcome outcome;
    HRESULT hr;

    look_anew();
    kind = random_figure(&figure);
    see_figure(&given, kind, &figure);
    memset(&out_figure, 0, sizeof(out_figure));
    hr = IShapes_Figure(target, kind, &figure, &out_kind, &out_figure);
    if (SUCCEEDED(hr))
        see_figure(&back, out_kind, &out_figure);
    outcome = judge(hr, &given, &back);
    free_figure(kind, &figure);
    free_figure(out_kind, &out_figure);
    return outcome;
}

static enum outcome call_figure_by_value(IShapes *target)
{
    union figure figure, changed;
    static struct sight expected;
    enum outcome outcome;
    enum figure_kind kind;
    HRESULT hr;

    look_anew();
    expected.length = 0;
    kind = random_figure(&figure);
    memset(&changed, 0, sizeof(changed));
    if (kind == FIGURE_NAMED)
        changed.name = copy_text("another");
    else if (kind == FIGURE_TINTED)
        changed.tint = TINT_LIGHT;
    see_figure(&given, kind, &figure);
    see_figure(&given, kind, &changed);
    see_figure(&expected, kind, &figure);
    hr = IShapes_FigureByValue(target, kind, figure, &changed);
    if (SUCCEEDED(hr))
        see_figure(&back, kind, &changed);
    outcome = judge(hr, &expected, &back);
    free_figure(kind, &figure);
    free_figure(kind, &changed);
    return outcome;
}

static void free_value(value_t *value)
{
    if (value->kind == 2 || value->kind == 3)
        com_free(value->as.text);
    else if (value->kind == 5 && value->as.object)
        (void)IUnknown_Release(value->as.object);
}

static enum outcome call_value(IShapes *target)
{
    bool has_second = random_below(2);
    value_t value, maybe, out_value;
    static struct sight expected;
    enum outcome outcome;
    boolean present = 2;
    HRESULT hr;

    look_anew();
    expected.length = 0;
    random_value(&value);
    random_value(&maybe);
    see_value(&given, &value);
    see_value(&expected, &value);
    if (has_second)
        see_value(&given, &maybe);
    memset(&out_value, 0, sizeof(out_value));
    hr = IShapes_Value(target, &value, has_second ? &maybe : NULL, &out_value, &present);
    if (SUCCEEDED(hr))
        see_value(&back, &out_value);
    outcome = judge(hr, &expected, &back);
    if (outcome == CAME_BACK && present != has_second)
        outcome = WRONG;
    free_value(&value);
    free_value(&maybe);
    free_value(&out_value);
    return outcome;
}

static enum outcome call_drawn(IShapes *target)
{
    struct drawn drawn, changed, out_drawn;
    static struct sight expected;
    enum outcome outcome;
    HRESULT hr;

    look_anew();
    expected.length = 0;
    random_drawn(&drawn);
    random_drawn(&changed);
    see_drawn(&given, &drawn);
    see_drawn(&given, &changed);
    see_drawn(&expected, &drawn);
    see_drawn(&expected, &changed);
    memset(&out_drawn, 0, sizeof(out_drawn));
    hr = IShapes_Drawn(target, &drawn, &changed, &out_drawn);
    see_drawn(&back, &changed);
    see_drawn(&back, &out_drawn);
    outcome = judge(hr, &expected, &back);
    com_free_drawn(&drawn);
    com_free_drawn(&changed);
    com_free_drawn(&out_drawn);
    return outcome;
}

static enum outcome call_node(IShapes *target)
{
    struct node node, out_node;
    enum outcome outcome;
    uint32_t total = 0;
    HRESULT hr;

    look_anew();
    random_node(&node, random_below(4));
    see_node(&given, &node);
    memset(&out_node, 0, sizeof(out_node));
    hr = IShapes_Node(target, &node, &out_node, &total);
    if (SUCCEEDED(hr))
        see_node(&back, &out_node);
    outcome = judge(hr, &given, &back);
    com_free_node(&node);
    com_free_node(&out_node);
    return outcome;
}

static enum outcome call_change_node(IShapes *target)
{
    enum outcome outcome;
    struct node node;
    HRESULT hr;
    int32_t value;

    look_anew();
    random_node(&node, 1 + random_below(3));
    node.value &= 0xFFFF;
    value = node.value;
    see_node(&given, &node);
    hr = IShapes_ChangeNode(target, &node);
    outcome = judge(hr, &back, &back);
    if (node.value != value + SUCCEEDED(hr))
        outcome = WRONG;
    com_free_node(&node);
    return outcome;
}

static enum outcome call_arrays(IShapes *target)
{
    static struct arrays arrays, out_arrays;
    enum outcome outcome;
    HRESULT hr;

    look_anew();
    random_arrays(&arrays);
    see_arrays(&given, &arrays);
    memset(&out_arrays, 0, sizeof(out_arrays));
    hr = IShapes_Arrays(target, &arrays, &out_arrays);
    if (SUCCEEDED(hr))
        see_arrays(&back, &out_arrays);
    outcome = judge(hr, &given, &back);
    com_free_arrays(&arrays);
    com_free_arrays(&out_arrays);
    return outcome;
}

static enum outcome call_held(IShapes *target)
{
    struct held held, expected, out_held;
    static struct sight expected_sight;
    enum outcome outcome;
    HRESULT hr;

    look_anew();
    expected_sight.length = 0;
    random_held(&held);
    see_held(&given, &held);
    expected = held;
    if (!expected.plain)
        expected.plain = &objects[1];
    see_held(&expected_sight, &expected);
    memset(&out_held, 0, sizeof(out_held));
    hr = IShapes_Held(target, &held, &objects[1], &out_held);
    if (SUCCEEDED(hr))
        see_held(&back, &out_held);
    outcome = judge(hr, &expected_sight, &back);
    com_free_held(&held);
    com_free_held(&out_held);
    return outcome;
}

static enum outcome call_lists(IShapes *target)
{
    static const char *const NAMES[] = {"", "one", "two and more", "three"};
    uint32_t count = random_below(5), room = random_below(6), out_count = 0, i;
    struct named out_named[6] = {{NULL, 0}};
    enum outcome outcome;
    struct drawn drawn[4];
    HRESULT hr;

    look_anew();
    for (i = 0; i < count; i++) {
        random_drawn(&drawn[i]);
        see_drawn(&given, &drawn[i]);
    }
    hr = IShapes_Lists(target, count, drawn, NAMES, room, out_named, &out_count);
    outcome = judge(hr, &back, &back);
    if (SUCCEEDED(hr) && out_count != (count < room ? count : room))
        outcome = WRONG;
    for (i = 0; i < out_count; i++) {
        if (i >= count || out_named[i].number != i || !out_named[i].name ||
            strcmp(out_named[i].name, NAMES[i]) != 0)
            outcome = WRONG;
        com_free_named(&out_named[i]);
    }
    for (i = 0; i < count; i++)
        com_free_drawn(&drawn[i]);
    return outcome;
}

static enum outcome call_objects(IShapes *target)
{
    uint32_t count = random_below(5), room = random_below(6), out_count = 0, i;
    IUnknown *some[4], *out_objects[6] = {NULL};
    enum outcome outcome;
    HRESULT hr;

    look_anew();
    for (i = 0; i < count; i++)
        some[i] = random_below(4) ? &objects[random_below(OBJECTS)] : NULL;
    hr = IShapes_Objects(target, count, some, room, out_objects, &out_count);
    outcome = judge(hr, &back, &back);
    if (SUCCEEDED(hr) && out_count != (count < room ? count : room))
        outcome = WRONG;
    for (i = 0; i < out_count; i++) {
        if (i >= count || out_objects[i] != some[count - 1 - i])
            outcome = WRONG;
        if (out_objects[i])
            (void)IUnknown_Release(out_objects[i]);
    }
    return outcome;
}

static enum outcome call_names(IShapes *target)
{
    char *out_names[5] = {NULL};
    uint32_t room = random_below(6), i;
    enum outcome outcome;
    HRESULT hr;

    look_anew();
    hr = IShapes_Names(target, room, out_names, "prefix");
    outcome = judge(hr, &back, &back);
    for (i = 0; i < room; i++) {
        if (SUCCEEDED(hr) && strcmp(out_names[i], "prefix") != 0)
            outcome = WRONG;
        com_free(out_names[i]);
    }
    return outcome;
}

static enum outcome call_tagged(IShapes *target)
{
    int32_t three[3] = {(int32_t)random_bits(), -1, (int32_t)random_bits()}, out_three[3] = {0};
    struct strict strict = {(int32_t)random_bits(), (int64_t)random_bits(), 5 + random_below(5)}, out_strict;
    uint64_t number = random_bits(), out_number = 0;
    struct tagged tagged, out_tagged;
    enum outcome outcome;
    HRESULT hr;

    look_anew();
    memset(&tagged, 0, sizeof(tagged));
    memset(&out_tagged, 0, sizeof(out_tagged));
    tagged.first = (uint8_t)random_bits();
    tagged.time = (uint32_t)random_bits();
    tagged.far_off = (int64_t)random_bits();
    tagged.close = (int32_t)random_below(11) - 5;
    tagged.big = random_bits();
    tagged.many[0] = tagged.many[2] = (uint32_t)random_bits();
    hr = IShapes_Tagged(target, &tagged, &strict, number, three, &out_tagged, &out_strict, &out_number,
                        out_three);
    outcome = judge(hr, &back, &back);
    if (SUCCEEDED(hr) &&
        (out_number != number || memcmp(three, out_three, sizeof(three)) != 0 ||
         out_tagged.first != tagged.first || out_tagged.time != tagged.time ||
         out_tagged.far_off != tagged.far_off || out_tagged.close != tagged.close ||
         out_tagged.big != tagged.big || memcmp(tagged.many, out_tagged.many, sizeof(tagged.many)) != 0 ||
         out_strict.number != strict.number || out_strict.wide != strict.wide ||
         out_strict.level != strict.level))
        outcome = WRONG;
    return outcome;
}

const struct shapes_call shapes_calls_list[] = {
    {"Figure", call_figure, 3},
    {"FigureByValue", call_figure_by_value, 4},
    {"Value", call_value, 5},
    {"Drawn", call_drawn, 6},
    {"Node", call_node, 7},
    {"ChangeNode", call_change_node, 8},
    {"Arrays", call_arrays, 9},
    {"Held", call_held, 10},
    {"Lists", call_lists, 11},
    {"Objects", call_objects, 12},
    {"Names", call_names, 13},
    {"Tagged", call_tagged, 14},
    {"Card", call_card, 15},
    {"Cards", call_cards, 16},
    {"Replace", call_replace, 17},
    {"Bstrs", call_bstrs, 18},
    {"Maybe", call_maybe, 19},
    {"Given", call_given, 20},
    {NULL, NULL, 0},
};
