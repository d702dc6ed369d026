/*
 * Files that are cut or damaged: the compiler says something or nothing, but never crashes, hangs or leaks.
 */
#include "compiling.h"

#include <glob.h>

/* Cuts per file: of longer ones only every few bytes. */
#define CUTS_MAX 250

static uint32_t random_state = 2463534242u;

static uint32_t random_below(uint32_t limit)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return random_state % limit;
}

/* Everything that the level of a compilation allows. */
static void compile_level(const char *text, size_t size, enum compile_level level)
{
    struct compiling c;
    struct ir_file *file;
    struct text out;

    compiling_begin_level(&c, level);
    file = compiling_run(&c, text, size);
    if (file) {
        text_init(&out, c.arena);
        emit_header(&out, file);
        emit_facts(&out, file);
    }
    if (file && level != LEVEL_DESCRIBE) {
        emit_proxy(&out, file);
        emit_stub(&out, file);
        emit_proto(&out, file);
    }
    assert_true(file != NULL || c.messages_size > 0);
    compiling_end(&c);
}

static void compile_all(const char *text, size_t size)
{
    compile_level(text, size, LEVEL_REMOTE);
    compile_level(text, size, LEVEL_DESCRIBE);
}

static char *read_file(const char *path, size_t *out_size)
{
    FILE *file = fopen(path, "rb");
    char *text = malloc(1024 * 1024);

    assert_non_null(file);
    *out_size = fread(text, 1, 1024 * 1024, file);
    fclose(file);
    return text;
}

static void for_each_file(void (*run)(const char *text, size_t size))
{
    glob_t found;
    size_t i;

    assert_int_equal(glob("tests/unit/generated/*.idl", 0, NULL, &found), 0);
    assert_int_equal(glob("tests/golden/*/*.idl", GLOB_APPEND, NULL, &found), 0);
    assert_int_equal(glob("tests/reject/*/*.idl", GLOB_APPEND, NULL, &found), 0);
    assert_int_equal(glob("idl/*/*.idl", GLOB_APPEND, NULL, &found), 0);
    for (i = 0; i < found.gl_pathc; i++) {
        size_t size;
        char *text = read_file(found.gl_pathv[i], &size);

        run(text, size);
        free(text);
    }
    globfree(&found);
}

static void cut(const char *text, size_t size)
{
    size_t step = size / CUTS_MAX + 1, at;

    for (at = 0; at < size; at += step) {
        char *part = malloc(at ? at : 1);

        memcpy(part, text, at);
        compile_all(part, at);
        free(part);
    }
}

static void files_cut_at_any_byte_are_survived(void **state)
{
    (void)state;
    for_each_file(cut);
}

static void damage(const char *text, size_t size)
{
    static const char BYTES[] = "[](){};:,*=\"'/#\\0a \n\xFF";
    uint32_t i, times;

    for (i = 0; i < 30 && size > 20; i++) {
        char *mutant = malloc(size);

        memcpy(mutant, text, size);
        for (times = 1 + random_below(3); times; times--) {
            uint32_t at = random_below((uint32_t)size - 16);

            if (random_below(2))
                mutant[at] = BYTES[random_below(sizeof(BYTES))];
            else
                memmove(mutant + at, mutant + random_below((uint32_t)size - 16), 1 + random_below(15));
        }
        compile_all(mutant, size);
        free(mutant);
    }
}

static void damaged_files_are_survived(void **state)
{
    (void)state;
    for_each_file(damage);
}

static void repeat(const char *piece, uint32_t times)
{
    size_t length = strlen(piece), size = length * times;
    char *text = malloc(size);
    uint32_t i;

    for (i = 0; i < times; i++)
        memcpy(text + i * length, piece, length);
    compile_all(text, size);
    free(text);
}

static void endless_repetition_is_survived(void **state)
{
    (void)state;
    repeat("[", 100000);
    repeat("const int A = ((((((((", 2000);
    repeat("struct a { struct b { ", 2000);
    repeat("typedef int (*f)(", 5000);
    repeat("interface IA : IB { ", 5000);
    repeat("-", 50000);
    repeat("enum e { A, ", 5000);
    repeat("\"", 10000);
    repeat("/*", 10000);
    repeat("x[", 10000);
    repeat("const int A = 1 +", 3000);
    repeat("[in, [", 5000);
    repeat("#if 1\n", 5000);
    repeat("#define A A A\nA ", 3000);
    repeat("union switch (int a) {", 2000);
    repeat("library L { ", 2000);
    repeat("sizeof(", 5000);
    repeat("SAFEARRAY(", 5000);
    repeat("dispinterface D { methods: ", 2000);
}

/* Each macro doubles the one before: 2 to the power of 40 tokens. */
static void exploding_macros_are_survived(void **state)
{
    struct compiling c;
    struct text text;
    uint32_t i;

    (void)state;
    compiling_begin(&c);
    text_init(&text, c.arena);
    text_puts(&text, "#define M0 x\n#define F0(a) a a\n");
    for (i = 1; i <= 40; i++)
        text_printf(&text, "#define M%u M%u M%u\n#define F%u(a) F%u(a) F%u(F%u(a))\n", i, i - 1, i - 1, i,
                    i - 1, i - 1, i - 1);
    text_puts(&text, "M40\n");
    compile_all(text.bytes, text.length);
    text_puts(&text, "F40(F40(x))\n");
    compile_all(text.bytes, text.length);
    compiling_end(&c);
}

static void long_chains_of_constants_are_survived(void **state)
{
    struct compiling c;
    struct text text;
    uint32_t i;

    (void)state;
    compiling_begin(&c);
    text_init(&text, c.arena);
    for (i = 0; i < 20000; i++)
        text_printf(&text, "const int64_t A%u = A%u + 1;\n", i, i + 1);
    text_puts(&text, "const int64_t A20000 = 0;\n");
    compile_all(text.bytes, text.length);
    compiling_end(&c);
}

/* Each struct holds the one before `times` times. */
static void nest(uint32_t levels, uint32_t times)
{
    struct compiling c;
    struct text text;
    uint32_t i;

    compiling_begin(&c);
    text_init(&text, c.arena);
    text_puts(&text, "import \"com/unknown.idl\";\nstruct s0 { byte x; };\n");
    for (i = 1; i <= levels; i++)
        text_printf(&text,
                    times == 1 ? "struct s%u { struct s%u a; };\n" : "struct s%u { struct s%u a, b; };\n", i,
                    i - 1);
    text_printf(&text,
                "[object, uuid(6d6d6c01-0903-4001-8001-000000000001)] interface IA : IUnknown {\n"
                "HRESULT F([in, out] struct s%u *a); }",
                levels);
    compile_all(text.bytes, text.length);
    compiling_end(&c);
}

static void deep_structs_are_survived(void **state)
{
    (void)state;
    nest(20, 2);
    nest(60, 2);
    nest(2000, 1);
}

/* Declarations of which each needs the next one, or the one before. */
static void row(const char *format, bool is_forward)
{
    struct compiling c;
    struct text text;
    uint32_t i;

    compiling_begin(&c);
    text_init(&text, c.arena);
    for (i = 1; i < 20000; i++) {
        const char *at;

        for (at = format; *at; at++)
            if (*at == '@' || *at == '$')
                text_printf(&text, "%u", (*at == '@') == is_forward ? i : i + 1);
            else
                text_printf(&text, "%c", *at);
    }
    text_puts(&text, "struct s1 { int a; }; struct s20000 { int a; }; typedef int t1; typedef int t20000;\n");
    assert_null(compiling_run(&c, text.bytes, text.length));
    fflush(c.stream);
    assert_non_null(strstr(c.messages, "[E0305]"));
    compiling_end(&c);
}

static void long_rows_of_declarations_are_refused(void **state)
{
    static const char *const FORMATS[] = {
        "struct s@ { struct s$ a; };\n",
        "struct s@ { struct s$ *a; };\n",
        "typedef t$ t@;\n",
        "typedef t$ *t@;\n",
        "typedef t$ t@[2];\n",
        "typedef struct s@ { t$ a; } t@;\n",
        "typedef void (*t@)(t$);\n",
        "interface I@ : I$ { }\n",
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(FORMATS) / sizeof(FORMATS[0]); i++) {
        row(FORMATS[i], true);
        row(FORMATS[i], false);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_cut_at_any_byte_are_survived),
        cmocka_unit_test(damaged_files_are_survived),
        cmocka_unit_test(endless_repetition_is_survived),
        cmocka_unit_test(exploding_macros_are_survived),
        cmocka_unit_test(long_chains_of_constants_are_survived),
        cmocka_unit_test(deep_structs_are_survived),
        cmocka_unit_test(long_rows_of_declarations_are_refused),
    };

    return cmocka_run_group_tests_name("broken input", tests, NULL, NULL);
}
