/* Names of methods, as the type information of the node's interfaces has them. */
#include <string.h>
#include <wire.h>
#include "policy_internal.h"

enum { BASES_MAX = 16, FIRST_SLOT = 3 };

static bool is_text(struct wire_bytes bytes, const char *text)
{
    return bytes.size == strlen(text) && memcmp(bytes.data, text, bytes.size) == 0;
}

/* One interface of the type information. */
struct described {
    uint32_t parent;
    uint32_t methods;
    int32_t found; /* which of them has the name; -1: none */
};

static void read_interface(struct wire_reader reader, const char *method, struct described *out)
{
    uint32_t tag, inner;

    *out = (struct described){.found = -1};
    while (wire_next(&reader, &tag)) {
        if (tag == WIRE_TAG(3, WIRE_VARINT)) {
            out->parent = wire_get_uint32(&reader);
        } else if (tag == WIRE_TAG(4, WIRE_BYTES)) {
            struct wire_reader one = wire_get_message(&reader);

            while (wire_next(&one, &inner)) {
                if (inner != WIRE_TAG(1, WIRE_BYTES))
                    wire_skip(&one, inner);
                else if (is_text(wire_get_bytes(&one), method))
                    out->found = (int32_t)out->methods;
            }
            out->methods++;
        } else {
            wire_skip(&reader, tag);
        }
    }
}

/* The slot of a method, its own or a base's. @retval false there is none of that name */
static bool find_slot(uint8_t *bytes, uint32_t size, const char *method, uint32_t *out_slot)
{
    struct described all[BASES_MAX];
    struct wire_reader reader;
    uint32_t count = 0, tag, at, hops, first;

    wire_reader_init(&reader, bytes, size);
    while (wire_next(&reader, &tag)) {
        if (tag == WIRE_TAG(3, WIRE_BYTES) && count < BASES_MAX)
            read_interface(wire_get_message(&reader), method, &all[count++]);
        else
            wire_skip(&reader, tag);
    }
    for (at = 0, hops = 0; at < count && hops < BASES_MAX; at = all[at].parent - 1, hops++) {
        uint32_t base;

        if (all[at].found >= 0) {
            first = FIRST_SLOT;
            for (base = all[at].parent; base && base <= count && hops < BASES_MAX;
                 base = all[base - 1].parent, hops++)
                first += all[base - 1].methods;
            *out_slot = first + (uint32_t)all[at].found;
            return true;
        }
        if (!all[at].parent)
            break;
    }
    return false;
}

/* @retval S_FALSE there is none of that name */
static HRESULT find_interface(IInterfaceTable *table, const char *name, struct type_info_entry *out_entry)
{
    HRESULT hr;

    memset(out_entry, 0, sizeof(*out_entry));
    do {
        hr = IInterfaceTable_GetNext(table, &out_entry->iid, out_entry);
    } while (hr == S_OK && strcmp(out_entry->name, name) != 0);
    return hr;
}

/* The type information of an interface, for com_free. */
static HRESULT read_type_info(IInterfaceTable *table, const struct type_info_entry *entry,
                              uint8_t **out_bytes, uint32_t *out_length)
{
    uint8_t *bytes = (uint8_t *)com_alloc(entry->size_bytes);
    uint32_t total;
    HRESULT hr;

    if (!bytes)
        return E_OUTOFMEMORY;
    hr = IInterfaceTable_GetTypeInfo(table, &entry->iid, 0, entry->size_bytes, bytes, out_length, &total);
    if (FAILED(hr)) {
        com_free(bytes);
        return hr;
    }
    *out_bytes = bytes;
    return S_OK;
}

HRESULT policy_find_method(IInterfaceTable *table, char *word, IID *out_iid, uint32_t *out_slot,
                           const char **out_why)
{
    char *dot = strchr(word, '.');
    struct type_info_entry entry;
    uint8_t *bytes = NULL;
    uint32_t length = 0;
    bool found;
    HRESULT hr;

    *dot = '\0';
    hr = find_interface(table, word, &entry);
    if (hr == S_OK && entry.size_bytes)
        hr = read_type_info(table, &entry, &bytes, &length);
    if (FAILED(hr))
        return hr;
    if (hr == S_FALSE || !entry.size_bytes) {
        *out_why = hr == S_FALSE ? "this node knows no interface " : "this node has no type information of ";
        return E_INVALIDARG; /* of the interface, which is what is left of the word */
    }
    found = find_slot(bytes, length, dot + 1, out_slot);
    com_free(bytes);
    *dot = '.';
    *out_iid = entry.iid;
    *out_why = "there is no method ";
    return found ? S_OK : E_INVALIDARG;
}
