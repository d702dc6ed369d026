#include <os_format.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct output {
    char *at;
    size_t capacity;
    size_t length; /* of all that was to be written */
};

static void put(struct output *out, char byte)
{
    if (out->length + 1 < out->capacity)
        out->at[out->length] = byte;
    out->length++;
}

/* The sign counts as a digit does: before zeros, behind spaces. */
static void put_number(struct output *out, bool negative, uint64_t value, uint32_t base, uint32_t width,
                       char fill)
{
    char digits[20];
    uint32_t count = 0;

    do {
        /* Two 32-bit divisions at most need no 64-bit one from the compiler's library. */
        uint32_t digit;

        if (value >> 32) {
            uint32_t high = (uint32_t)(value >> 32), low = (uint32_t)value;
            uint32_t quotient_high = high / base, quotient_low = 0;
            uint64_t rest = high % base;
            int bit;

            for (bit = 31; bit >= 0; bit--) {
                rest = rest << 1 | (low >> bit & 1);
                quotient_low <<= 1;
                if (rest >= base) {
                    rest -= base;
                    quotient_low |= 1;
                }
            }
            digit = (uint32_t)rest;
            value = (uint64_t)quotient_high << 32 | quotient_low;
        } else {
            digit = (uint32_t)value % base;
            value = (uint32_t)value / base;
        }
        digits[count++] = "0123456789abcdef"[digit];
    } while (value);
    if (negative && fill == '0')
        put(out, '-');
    for (; width > count + negative; width--)
        put(out, fill);
    if (negative && fill != '0')
        put(out, '-');
    while (count)
        put(out, digits[--count]);
}

static void put_text(struct output *out, const char *text, uint32_t width)
{
    size_t length = strlen(text);

    for (; width > length; width--)
        put(out, ' ');
    while (*text)
        put(out, *text++);
}

size_t os_format_v(char *out_text, size_t capacity, const char *format, va_list arguments)
{
    struct output out = {out_text, capacity, 0};

    for (; *format; format++) {
        uint32_t width = 0, longs = 0;
        char fill = ' ';
        int64_t number;

        if (*format != '%') {
            put(&out, *format);
            continue;
        }
        if (*++format == '0')
            fill = '0';
        for (; *format >= '0' && *format <= '9'; format++)
            width = width * 10 + (uint32_t)(*format - '0');
        for (; *format == 'l' || *format == 'z'; format++)
            longs++;
        switch (*format) {
        case 's':
            put_text(&out, va_arg(arguments, const char *), width);
            break;
        case 'c':
            put(&out, (char)va_arg(arguments, int));
            break;
        case 'd':
            number = longs > 1 ? va_arg(arguments, int64_t)
                     : longs   ? va_arg(arguments, long)
                               : va_arg(arguments, int32_t);
            put_number(&out, number < 0, number < 0 ? -(uint64_t)number : (uint64_t)number, 10, width, fill);
            break;
        case 'u':
        case 'x':
            put_number(&out, false,
                       longs > 1 ? va_arg(arguments, uint64_t)
                       : longs   ? va_arg(arguments, unsigned long)
                                 : va_arg(arguments, uint32_t),
                       *format == 'x' ? 16 : 10, width, fill);
            break;
        case 'p':
            put_number(&out, false, (uintptr_t)va_arg(arguments, void *), 16, 8, '0');
            break;
        case '\0':
            format--;
            break;
        default:
            put(&out, *format);
        }
    }
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
