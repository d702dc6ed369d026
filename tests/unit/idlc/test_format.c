/* Laying out whatever bytes: it says what is wrong, or what it wrote is laid out already. */
#include "format.h"

#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { BYTES_MAX = 1024 * 1024, DAMAGES = 6, DAMAGED_COPIES = 20 };

static uint32_t random_state = 2463534242u;

static uint32_t random_below(uint32_t limit)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return random_state % limit;
}

/* An allocation of exactly these bytes, so that a byte read behind them is noticed. */
static void format_exactly(const char *text, size_t size)
{
    struct arena *arena = arena_create();
    struct text once, twice;
    uint32_t line = 0;
    char *exact = malloc(size ? size : 1);

    memcpy(exact, text, size);
    text_init(&once, arena);
    text_init(&twice, arena);
    if (!format_text(arena, exact, (uint32_t)size, &once, &line)) {
        assert_null(format_text(arena, once.bytes, (uint32_t)once.length, &twice, &line));
    } else {
        assert_int_equal(once.length, 0);
        assert_true(line > 0);
    }
    free(exact);
    arena_destroy(arena);
}

static void damage(char *text, size_t *size)
{
    static const char BYTES[] = "{}()[];,:*\"'/#\\\n \r\0=-";
    size_t at = random_below((uint32_t)*size), length;

    if (random_below(2)) {
        text[at] = BYTES[random_below(sizeof(BYTES) - 1)];
        return;
    }
    length = random_below(40);
    if (length > *size - at)
        length = *size - at;
    memmove(text + at, text + at + length, *size - at - length);
    *size -= length;
}

static void format_damaged(const char *text, size_t size)
{
    char *copy = malloc(size);
    int i, j;

    for (i = 0; i < DAMAGED_COPIES; i++) {
        size_t length = size;

        memcpy(copy, text, size);
        for (j = 0; j < DAMAGES && length; j++)
            damage(copy, &length);
        format_exactly(copy, length);
    }
    free(copy);
}

static void cut_files_are_laid_out_or_refused(const char *text, size_t size)
{
    size_t step = size / 60 + 1, i;

    for (i = 0; i <= size; i += step)
        format_exactly(text, i);
}

static void for_each_file(void (*run)(const char *text, size_t size))
{
    char *text = malloc(BYTES_MAX);
    glob_t found;
    size_t i;

    assert_int_equal(glob("tests/golden/*/*.idl", 0, NULL, &found), 0);
    assert_int_equal(glob("tests/reject/*/*.idl", GLOB_APPEND, NULL, &found), 0);
    assert_int_equal(glob("idl/*/*.idl", GLOB_APPEND, NULL, &found), 0);
    for (i = 0; i < found.gl_pathc; i++) {
        FILE *file = fopen(found.gl_pathv[i], "rb");
        size_t size;

        assert_non_null(file);
        size = fread(text, 1, BYTES_MAX, file);
        fclose(file);
        run(text, size);
    }
    assert_true(found.gl_pathc > 30);
    globfree(&found);
    free(text);
}

static void damaged_files_are_laid_out_or_refused(void **state)
{
    (void)state;
    for_each_file(format_damaged);
}

static void files_that_end_early_are_laid_out_or_refused(void **state)
{
    (void)state;
    for_each_file(cut_files_are_laid_out_or_refused);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(damaged_files_are_laid_out_or_refused),
        cmocka_unit_test(files_that_end_early_are_laid_out_or_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
