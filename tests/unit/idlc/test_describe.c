/* What needs a header only: the whole language, checked by the facts and the header that come out. */
#include "compiling.h"

#define HEAD "import \"com/unknown.idl\";\n"
#define OBJECT "[object, uuid(6d6d6c01-0903-4001-8001-000000000001)] interface IA : IUnknown"

static const char *emit(struct compiling *c, const char *text,
                        void (*product)(struct text *, const struct ir_file *))
{
    const struct ir_file *file = compiling_text(c, text);
    struct text out;

    text_init(&out, c->arena);
    product(&out, file);
    return out.bytes;
}

static void assert_has(void (*product)(struct text *, const struct ir_file *), const char *text,
                       const char *part)
{
    struct compiling c;
    const char *made;

    compiling_begin_level(&c, LEVEL_DESCRIBE);
    made = emit(&c, text, product);
    if (!strstr(made, part))
        fail_msg("'%s' is not in: %s", part, made);
    compiling_end(&c);
}

static void assert_facts(const char *text, const char *part)
{
    assert_has(emit_facts, text, part);
}

static void assert_header(const char *text, const char *part)
{
    assert_has(emit_header, text, part);
}

static void properties_have_methods(void **state)
{
    static const char TEXT[] = HEAD OBJECT "{ [propget, id(1)] HRESULT Size([out, retval] long *value);"
                                           "[propput, id(1)] HRESULT Size([in] long value);"
                                           "[propputref] HRESULT Owner([in] IUnknown *owner); }";

    (void)state;
    assert_facts(TEXT, "method\tIA\t3\tIA\tget_Size\tHRESULT\tLONG *value\n");
    assert_facts(TEXT, "method\tIA\t4\tIA\tput_Size\tHRESULT\tLONG value\n");
    assert_facts(TEXT, "wire\tIA\t5\tputref_Owner\towner:in:\n");
}

static void call_as_takes_the_slot(void **state)
{
    static const char TEXT[] =
        HEAD OBJECT "{ [local] HRESULT Read([out] void *data, [in] ULONG_T size);"
                    "[call_as(Read)] HRESULT RemoteRead([out, size_is(size)] byte *data, [in] ULONG_T size);"
                    "HRESULT Next(); }\ntypedef unsigned long ULONG_T;";

    (void)state;
    assert_facts(TEXT, "iface\tIA\t6d6d6c01-0903-4001-8001-000000000001\tIUnknown\t4\n");
    assert_facts(TEXT, "method\tIA\t3\tIA\tRead\tHRESULT\tvoid *data\tULONG_T size\n");
    assert_facts(TEXT, "wire\tIA\t3\tRemoteRead\tdata:out:@size\tsize:in:\n");
    assert_facts(TEXT, "wire\tIA\t4\tNext\n");
}

static void async_pairs_have_two_methods_each(void **state)
{
    static const char TEXT[] = HEAD "[object, uuid(6d6d6c01-0903-4001-8001-000000000001), "
                                    "async_uuid(6d6d6c01-0903-4001-8001-000000000002)]"
                                    "interface IA : IUnknown { HRESULT Add([in] int a, [out] int *sum); }";

    (void)state;
    assert_facts(TEXT, "iface\tAsyncIA\t6d6d6c01-0903-4001-8001-000000000002\tIUnknown\t4\n");
    assert_facts(TEXT, "method\tAsyncIA\t3\tAsyncIA\tBegin_Add\tHRESULT\tint a\n");
    assert_facts(TEXT, "method\tAsyncIA\t4\tAsyncIA\tFinish_Add\tHRESULT\tint *sum\n");
}

static void libraries_and_classes_have_ids(void **state)
{
    static const char TEXT[] =
        HEAD "[uuid(6d6d6c01-0903-4001-8001-000000000003)] library L { importlib(\"stdole2.tlb\");"
             "[object, uuid(6d6d6c01-0903-4001-8001-00000000000f)] interface IDispatch : IUnknown { HRESULT "
             "Invoke(); }"
             "[uuid(6d6d6c01-0903-4001-8001-000000000004)] dispinterface D { properties: [id(1)] long size; "
             "methods: [id(2)] void Go(); }\n"
             "[uuid(6d6d6c01-0903-4001-8001-000000000005)] coclass C { [default] dispinterface D; } }";

    (void)state;
    assert_facts(TEXT, "guid\tLIBID_L\t6d6d6c01-0903-4001-8001-000000000003\n");
    assert_facts(TEXT, "guid\tDIID_D\t6d6d6c01-0903-4001-8001-000000000004\n");
    assert_facts(TEXT, "guid\tCLSID_C\t6d6d6c01-0903-4001-8001-000000000005\n");
    assert_facts(TEXT, "iface\tD\t6d6d6c01-0903-4001-8001-000000000004\tIDispatch\t3\n");
}

static void unions_of_both_forms_are_structs_of_c(void **state)
{
    (void)state;
    assert_header(
        "typedef union U switch (long kind) u { case 1: case 2: long a; case 3: float b; default: ; } U;",
        "struct U {\n    int32_t kind;\n    union {\n        int32_t a;\n        float b;\n    } u;\n};");
    assert_header("struct S { short kind; [switch_is(kind)] union { [case(1)] long a; [default] ; } u; };",
                  "struct S {\n    int16_t kind;\n    union {\n        int32_t a;\n    } u;\n};");
    assert_header("union N { long a; double b; };", "union N {\n    int32_t a;\n    double b;\n};");
}

static void declarators_and_bit_fields_are_those_of_c(void **state)
{
    (void)state;
    assert_header(
        "typedef struct tagX { unsigned int a : 3, : 5; struct { int x, y; } at[2]; } X, *PX, **PPX;",
        "uint32_t a : 3;\n    uint32_t : 5;\n    struct {\n        int32_t x;\n        int32_t y;\n    } "
        "at[2];");
    assert_header("typedef struct tagX { int a; } X, *PX;", "typedef struct tagX *PX;");
    assert_header("typedef long (__stdcall *callback)(void *context, int (*rows)[4]);",
                  "typedef int32_t (*callback)(void *context, int32_t (*rows)[4]);");
    assert_header(HEAD OBJECT "{ [local] HRESULT Print(const char *format, ...); }",
                  "HRESULT (*Print)(IA *self, const char *format, ...);");
}

static void constants_are_expressions_of_c(void **state)
{
    (void)state;
    assert_header("const unsigned long A = ~0u; const long B = (byte)0x1FF + sizeof(hyper) * 2;",
                  "#define A UINT32_C(0xFFFFFFFF)\n\nenum { B = 271 };");
    assert_header("enum e { A = 1 << 31, B = 0x80000000 | 2, C = A == 0 ? 1 : 2 };",
                  "B = -2147483646,\n    C = 2,");
    assert_header("typedef int T; const int A = (T) - 1;", "enum { A = -1 };");
    assert_header("const wchar_t *NAME = L\"a\" L\"b\";", "#define NAME u\"ab\"");
    assert_header("const boolean YES = TRUE;", "enum { YES = 1 };");
}

static void names_may_come_later_and_from_nowhere(void **state)
{
    (void)state;
    assert_header("struct a { struct b *next; struct c *other; }; struct b { struct a first; };",
                  "struct a {\n    struct b *next;\n    struct c *other;\n};\n\nstruct b {");
    assert_header("typedef struct n *link; struct n { link next; };",
                  "typedef struct n *link;\n\nstruct n {");
}

static void what_windows_hides_is_shown(void **state)
{
    static const char TEXT[] = "cpp_quote(\"#if 0\")\ntypedef unsigned long DWORD;\n"
                               "typedef struct tagP { DWORD x; } P;\ncpp_quote(\"#endif\")\n"
                               "struct holder { P p; };";

    (void)state;
    assert_header(TEXT, "#include <com_windows.h>");
    assert_header(TEXT, "#ifndef COM_HAS_WINDOWS_HEADERS\n\n#ifndef COM_HAS_tagP_STRUCT");
    assert_header(TEXT, "struct holder {\n    P p;\n};");
    /* The name alone is not enough. */
    assert_header("typedef struct { int x; } BOOL;", "typedef struct BOOL BOOL;");
    /* C of its own in the other branch counts. */
    assert_header(
        "cpp_quote(\"#if 0\")\ntypedef int T;\ncpp_quote(\"#else\")\ncpp_quote(\"typedef long T;\")\n"
        "cpp_quote(\"#endif\")",
        "#if 0\n\ntypedef int32_t T;\n\n#else\n\ntypedef long T;\n\n#endif");
}

static void names_of_cpp_are_avoided(void **state)
{
    (void)state;
    assert_header(HEAD OBJECT "{ [local] HRESULT Make([in] int class); }",
                  "HRESULT (*Make)(IA *self, int32_t class_);");
    assert_facts(HEAD OBJECT "{ [local] HRESULT Make([in] int class); }", "HRESULT\tint class\n");
}

static void overloads_get_names_of_their_own(void **state)
{
    (void)state;
    assert_facts(HEAD OBJECT "{ HRESULT Make(); }\n[object, uuid(6d6d6c01-0903-4001-8001-000000000002)]"
                             "interface IB : IA { HRESULT Make([in] int a); }",
                 "method\tIB\t4\tIB\tIB_Make\tHRESULT\tint a\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(properties_have_methods),
        cmocka_unit_test(call_as_takes_the_slot),
        cmocka_unit_test(async_pairs_have_two_methods_each),
        cmocka_unit_test(libraries_and_classes_have_ids),
        cmocka_unit_test(unions_of_both_forms_are_structs_of_c),
        cmocka_unit_test(declarators_and_bit_fields_are_those_of_c),
        cmocka_unit_test(constants_are_expressions_of_c),
        cmocka_unit_test(names_may_come_later_and_from_nowhere),
        cmocka_unit_test(what_windows_hides_is_shown),
        cmocka_unit_test(names_of_cpp_are_avoided),
        cmocka_unit_test(overloads_get_names_of_their_own),
    };

    return cmocka_run_group_tests_name("describe", tests, NULL, NULL);
}
