/* Repeated fields, wherever their elements lie. */
#include <wire_values.h>

/* Numbers in a piece; a number that is malformed is found when it is read. */
static uint32_t count_numbers(uint32_t single_tag, struct wire_bytes piece)
{
    uint32_t i, count = 0;

    if ((single_tag & 7) == WIRE_FIXED32)
        return piece.size / 4;
    if ((single_tag & 7) == WIRE_FIXED64)
        return piece.size / 8;
    for (i = 0; i < piece.size; i++)
        count += piece.data[i] < 0x80;
    return count;
}

/* The piece at `at`, behind its key; without data: malformed. */
static struct wire_bytes load_piece(const struct wire_list *list, uint8_t *at, uint8_t *end, uint32_t tag)
{
    struct wire_bytes piece = {NULL, 0};
    struct wire_reader reader;

    wire_reader_init(&reader, at, (size_t)(end - at));
    if (tag == list->packed_tag)
        return wire_get_bytes(&reader);
    wire_skip(&reader, tag);
    if (!reader.failed) {
        piece.data = at;
        piece.size = (uint32_t)(reader.at - at);
    }
    return piece;
}

uint8_t *wire_list_note(struct wire_list *list, uint8_t *at, uint8_t *end, uint32_t tag)
{
    struct wire_bytes piece = load_piece(list, at, end, tag);

    if (!piece.data)
        return NULL;
    if (list->single_tag == list->packed_tag)
        list->count++;
    else
        list->count += count_numbers(list->single_tag, piece);
    if (!list->at) {
        list->at = at;
        list->next_tag = tag;
    }
    list->end = piece.data + piece.size;
    return list->end;
}

bool wire_next_piece(struct wire_list *list)
{
    struct wire_reader reader;

    if (!list->at)
        return false;
    wire_reader_init(&reader, list->at, (size_t)(list->end - list->at));
    while (!list->next_tag) {
        uint32_t tag;

        if (!wire_next(&reader, &tag))
            return false;
        if (tag == list->packed_tag || tag == list->single_tag)
            list->next_tag = tag;
        else
            wire_skip(&reader, tag);
    }
    list->piece = load_piece(list, reader.at, list->end, list->next_tag);
    list->at = list->piece.data + list->piece.size;
    list->next_tag = 0;
    return true;
}
