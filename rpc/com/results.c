/* The table of idl/errors.def as names, texts and reactions. */
#include <com.h>

struct result_row {
    HRESULT hr;
    enum com_reaction reaction;
    const char *name;
    const char *text;
};

static const struct result_row rows[] = {
#define X(name, value, reaction, text) {(HRESULT)value, COM_REACTION_##reaction, #name, text},
#include <errors.def>
#undef X
};

static const struct result_row *find_row(HRESULT hr)
{
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].hr == hr)
            return &rows[i];
    return NULL;
}

const char *com_result_name(HRESULT hr)
{
    const struct result_row *row = find_row(hr);

    return row ? row->name : NULL;
}

const char *com_result_text(HRESULT hr)
{
    const struct result_row *row = find_row(hr);

    return row ? row->text : NULL;
}

enum com_reaction com_result_reaction(HRESULT hr)
{
    const struct result_row *row = find_row(hr);

    if (row)
        return row->reaction;
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
