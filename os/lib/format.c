#include <os_format.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct output {
    char *at;
    size_t capacity;
    size_t length; /* of all that was to be written */
    size_t width;  /* at least, of the field */
    char fill;     /* before what is shorter */
};

static void put(struct output *out, char byte)
{
    if (out->length + 1 < out->capacity)
        out->at[out->length] = byte;
    out->length++;
}

/* A sign goes before zeros, behind spaces. */
static void put_field(struct output *out, const char *text, size_t length)
{
    size_t fills = out->width > length ? out->width - length : 0;

    if (out->fill == '0' && length && *text == '-') {
        put(out, *text++);
        length--;
    }
    for (; fills; fills--)
        put(out, out->fill);
    for (; length; length--)
        put(out, *text++);
}

/* Divides a number, which comes as 16-bit limbs, the lowest first: 32-bit divisions do it. @return the rest
 */
static uint32_t divide(uint16_t limbs[4], uint32_t base)
{
    uint32_t rest = 0, i;

    for (i = 4; i--;) {
        rest = rest << 16 | limbs[i];
        limbs[i] = (uint16_t)(rest / base);
        rest %= base;
    }
    return rest;
}

static void put_number(struct output *out, bool negative, uint64_t value, uint32_t base)
{
    uint16_t limbs[4] = {(uint16_t)value, (uint16_t)(value >> 16), (uint16_t)(value >> 32),
                         (uint16_t)(value >> 48)};
    char digits[21], *at = digits + sizeof(digits);

    do
        *--at = "0123456789abcdef"[divide(limbs, base)];
    while (limbs[0] | limbs[1] | limbs[2] | limbs[3]);
    if (negative)
        *--at = '-';
    put_field(out, at, (size_t)(digits + sizeof(digits) - at));
}

/* The next argument, which is a number of `longs` times long. */
static uint64_t take_number(va_list *arguments, uint32_t longs, bool is_signed)
{
    if (longs > 1 || (longs && sizeof(long) == sizeof(uint64_t)))
        return va_arg(*arguments, uint64_t);
    return is_signed ? (uint64_t)(int64_t)va_arg(*arguments, int32_t) : va_arg(*arguments, uint32_t);
}

static void put_argument(struct output *out, char kind, uint32_t longs, va_list *arguments)
{
    bool is_signed = kind == 'd';
    const char *text;
    uint64_t value;

    if (kind == 's') {
        text = va_arg(*arguments, const char *);
        put_field(out, text, strlen(text));
    } else if (is_signed || kind == 'u' || kind == 'x') {
        value = take_number(arguments, longs, is_signed);
        is_signed = is_signed && (int64_t)value < 0;
        put_number(out, is_signed, is_signed ? -value : value, kind == 'x' ? 16 : 10);
    } else {
        put(out, kind);
    }
}

size_t os_format_v(char *out_text, size_t capacity, const char *format, va_list arguments)
{
    struct output out = {.at = out_text, .capacity = capacity};
    uint32_t longs;
    va_list rest;

    va_copy(rest, arguments);
    for (; *format; format++) {
        if (*format != '%') {
            put(&out, *format);
            continue;
        }
        out.fill = *++format == '0' ? '0' : ' ';
        for (out.width = 0; *format >= '0' && *format <= '9'; format++)
            out.width = out.width * 10 + (size_t)(*format - '0');
        for (longs = 0; *format == 'l' || *format == 'z'; format++)
            longs++;
        if (!*format)
            break;
        put_argument(&out, *format, longs, &rest);
    }
    va_end(rest);
    if (capacity)
        out_text[out.length < capacity ? out.length : capacity - 1] = '\0';
    return out.length;
}

size_t os_format(char *out, size_t capacity, const char *format, ...)
{
    va_list arguments;
    size_t length;

    va_start(arguments, format);
    length = os_format_v(out, capacity, format, arguments);
    va_end(arguments);
    return length;
}
