/* The table of idl/errors.def as names and reactions. The texts are for tools: result_texts.c. */
#include <com.h>
#include <string.h>

static const HRESULT codes[] = {
#define X(name, value, reaction, text) (HRESULT) value,
#include <errors.def>
#undef X
};

static const uint8_t reactions[] = {
#define X(name, value, reaction, text) COM_REACTION_##reaction,
#include <errors.def>
#undef X
};

/* One behind the other: a pointer to each would be a fifth more. */
static const char names[] =
#define X(name, value, reaction, text) #name "\0"
#include <errors.def>
#undef X
    ;

enum { COUNT = sizeof(codes) / sizeof(codes[0]) };

/* Its place in the tables; COUNT: none. */
static uint32_t find_code(HRESULT hr)
{
    uint32_t i;

    for (i = 0; i < COUNT && codes[i] != hr; i++)
        ;
    return i;
}

const char *com_result_name(HRESULT hr)
{
    uint32_t left = find_code(hr);
    const char *name = names;

    if (left == COUNT)
        return NULL;
    for (; left; left--)
        name += strlen(name) + 1;
    return name;
}

enum com_reaction com_result_reaction(HRESULT hr)
{
    uint32_t place = find_code(hr);

    if (place < COUNT)
        return (enum com_reaction)reactions[place];
    return FAILED(hr) ? COM_REACTION_FAILED : COM_REACTION_OK;
}

const char *com_interface_result_name(const struct com_interface *interface, HRESULT hr)
{
    const struct com_result_name *row;

    for (row = interface->results; row && row->name; row++)
        if (row->hr == hr)
            return row->name;
    return com_result_name(hr);
}
