/* Sizes that are computed of arguments: what goes in comes out, and what overflows or does not agree is
 * refused by both sides. */
#include "../fake_runtime.h"

#include <sizes.idl.h>
#include <wire_size.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* ---- the object ---- */

static HRESULT sizes_QueryInterface(ISizes *self, const IID *iid, void **out_object)
{
    (void)self;
    (void)iid;
    *out_object = NULL;
    return E_NOINTERFACE;
}

static uint32_t sizes_count(ISizes *self)
{
    (void)self;
    return 1;
}

static HRESULT sizes_Matrix(ISizes *self, int32_t rows, uint16_t columns, const double *values,
                            double *out_sum)
{
    int32_t i;

    (void)self;
    *out_sum = 0;
    for (i = 0; i < rows * columns; i++)
        *out_sum += values[i];
    return S_OK;
}

static HRESULT sizes_Bits(ISizes *self, uint64_t bits, const uint8_t *data, uint32_t room, uint8_t *out_data)
{
    uint32_t i;

    (void)self;
    for (i = 0; i < room * 4; i++)
        out_data[i] = i < (bits + 7) / 8 ? data[i] : 0xEE;
    return S_OK;
}

static HRESULT sizes_Largest(ISizes *self, uint32_t last, const uint32_t *values, int64_t first, int64_t most,
                             int16_t *out_values)
{
    int64_t i;

    (void)self;
    for (i = 0; i < most - first + 1; i++)
        out_values[i] = (int16_t)(first + i + values[last]);
    return S_OK;
}

static HRESULT sizes_Text(ISizes *self, uint32_t half, char *out_text, uint8_t n, const uint32_t *some,
                          uint32_t *out_last)
{
    (void)self;
    memset(out_text, 'x', half * 2);
    out_text[half * 2 - 1] = '\0';
    *out_last = n / 2 ? some[n / 2 - 1] : 0;
    return S_OK;
}

static uint32_t told; /* by Used */

static HRESULT sizes_Used(ISizes *self, uint32_t half, uint32_t *values, uint32_t *out_used)
{
    uint32_t i;

    (void)self;
    for (i = 0; i < half * 2 + 1; i++)
        values[i] = i;
    *out_used = told;
    return S_OK;
}

static HRESULT sizes_Points(ISizes *self, uint32_t n, const struct size_point *points, uint32_t m,
                            struct size_point *out_points)
{
    uint32_t i;

    (void)self;
    for (i = 0; i < m * 3; i++) {
        out_points[i].x = n ? points[i % (n * 2)].x : -1;
        out_points[i].name = NULL;
    }
    return S_OK;
}

static HRESULT sizes_Grid(ISizes *self, const struct size_grid *grid, struct size_grid *out_grid)
{
    (void)self;
    *out_grid = *grid;
    out_grid->numbers[1][2]++;
    return S_OK;
}

static HRESULT sizes_Turn(ISizes *self, const int16_t values[2][3], int16_t out_values[3][2],
                          const size_matrix factors, size_matrix out_factors)
{
    int row, column;

    (void)self;
    for (row = 0; row < 2; row++)
        for (column = 0; column < 3; column++)
            out_values[column][row] = values[row][column];
    for (row = 0; row < 2; row++)
        for (column = 0; column < 2; column++)
            out_factors[column][row] = factors[row][column];
    return S_OK;
}

static HRESULT sizes_Grids(ISizes *self, const struct size_grid grids[2][1], int32_t *out_sum)
{
    (void)self;
    *out_sum = grids[0][0].numbers[0][0] + grids[1][0].numbers[1][2];
    return S_OK;
}

static HRESULT sizes_Operators(ISizes *self, int32_t a, int32_t b, const uint8_t *data)
{
    (void)self;
    (void)a;
    (void)b;
    return data && *data == 7 ? S_OK : S_FALSE;
}

static const struct ISizesVtbl sizes_vtbl = {
    .QueryInterface = sizes_QueryInterface,
    .AddRef = sizes_count,
    .Release = sizes_count,
    .Matrix = sizes_Matrix,
    .Bits = sizes_Bits,
    .Largest = sizes_Largest,
    .Text = sizes_Text,
    .Used = sizes_Used,
    .Points = sizes_Points,
    .Grid = sizes_Grid,
    .Turn = sizes_Turn,
    .Grids = sizes_Grids,
    .Operators = sizes_Operators,
};

static ISizes object = {&sizes_vtbl};
static struct rpc_proxy proxy;
static ISizes *sizes;

static int connect(void **state)
{
    (void)state;
    fake.interface = &ISizes_interface;
    fake.object = &object;
    fake_proxy_init(&proxy);
    sizes = (ISizes *)&proxy;
    told = 0;
    return 0;
}

static int forget(void **state)
{
    (void)state;
    fake_forget();
    return 0;
}

/* ---- good calls ---- */

static void arrays_have_the_size_that_is_computed(void **state)
{
    const double values[6] = {1, 2, 3, 4, 5, 6};
    const uint32_t numbers[3] = {10, 20, 30};
    int16_t results[3] = {0};
    uint8_t bytes[8];
    double sum;

    (void)state;
    assert_int_equal(ISizes_Matrix(sizes, 2, 3, values, &sum), S_OK);
    assert_true(sum > 20.9 && sum < 21.1);
    assert_int_equal(ISizes_Matrix(sizes, 0, 3, NULL, &sum), S_OK);
    assert_int_equal(ISizes_Bits(sizes, 9, (const uint8_t *)"ab", 2, bytes), S_OK);
    assert_memory_equal(bytes, "ab\xEE\xEE\xEE\xEE\xEE\xEE", 8);
    assert_int_equal(ISizes_Largest(sizes, 2, numbers, -1, 1, results), S_OK);
    assert_int_equal(results[0], 29);
    assert_int_equal(results[2], 31);
    assert_int_equal(ISizes_Largest(sizes, 0, numbers, 5, 4, NULL), S_OK); /* none at all */
}

static void texts_and_used_parts(void **state)
{
    const uint32_t some[6] = {1, 2, 3, 4, 5, 6};
    uint32_t values[5] = {9, 9, 9, 9, 9}, last, used;
    char text[6];

    (void)state;
    assert_int_equal(ISizes_Text(sizes, 3, text, 5, some, &last), S_OK);
    assert_string_equal(text, "xxxxx");
    assert_int_equal(last, 2);
    told = 5;
    assert_int_equal(ISizes_Used(sizes, 2, values, &used), S_OK);
    assert_int_equal(used, 5);
    assert_int_equal(values[4], 4);
    told = 6; /* more than there is room for */
    assert_true(FAILED(ISizes_Used(sizes, 2, values, &used)));
}

static void arrays_of_structs(void **state)
{
    const struct size_point points[2] = {{"a", 1}, {"b", 2}};
    struct size_point results[3];

    (void)state;
    assert_int_equal(ISizes_Points(sizes, 1, points, 1, results), S_OK);
    assert_int_equal(results[1].x, 2);
    assert_int_equal(results[2].x, 1);
}

/* a % b + (a & b) - (a | -b) * (a >> 1) + (a ^ b) */
static void all_operators(void **state)
{
    static const uint8_t data[200] = {7};
    int32_t a, b, good = 0;

    (void)state;
    for (a = -1; a < 12; a++)
        for (b = -1; b < 12; b++) {
            int32_t size = a < 0 || b == 0 ? -1 : a % b + (a & b) - (a | -b) * (a >> 1) + (a ^ b);
            HRESULT hr = ISizes_Operators(sizes, a, b, data);

            assert_int_equal(hr, size < 0 ? E_INVALIDARG : size == 0 ? S_FALSE : S_OK);
            good += size > 0;
        }
    assert_in_range(good, 50, 150);
}

static void arrays_of_arrays_keep_their_order(void **state)
{
    static const int16_t VALUES[2][3] = {{1, 2, 3}, {4, 5, 6}};
    static const int16_t TURNED[3][2] = {{1, 4}, {2, 5}, {3, 6}};
    static const size_matrix FACTORS = {{0.5, 1.5}, {2.5, 3.5}}, EXCHANGED = {{0.5, 2.5}, {1.5, 3.5}};
    struct size_grid grids[2][1], result;
    int16_t values[3][2];
    size_matrix factors;
    int32_t sum;

    (void)state;
    memset(grids, 0, sizeof(grids));
    memcpy(grids[0][0].numbers, (int32_t[2][3]){{7, -1, 2}, {-3, 4, 5}}, sizeof(grids[0][0].numbers));
    memcpy(grids[0][0].bytes, "abcdefgh", 8);
    grids[0][0].colours[0][1] = SIZE_GREEN;
    grids[0][0].ids[1][0].data1 = 0x12345678;
    grids[0][0].limits[1][0].high = -9;
    grids[1][0] = grids[0][0];
    memset(&result, 0, sizeof(result));
    assert_int_equal(ISizes_Grid(sizes, &grids[0][0], &result), S_OK);
    assert_int_equal(result.numbers[1][2]--, 6);
    assert_memory_equal(&result, &grids[0][0], sizeof(result));
    assert_int_equal(ISizes_Turn(sizes, VALUES, values, FACTORS, factors), S_OK);
    assert_memory_equal(values, TURNED, sizeof(values));
    assert_memory_equal(factors, EXCHANGED, sizeof(factors));
    assert_int_equal(ISizes_Grids(sizes, grids, &sum), S_OK);
    assert_int_equal(sum, 12);
}

/* ---- refusals ---- */

static void sizes_that_overflow_do_not_leave_the_proxy(void **state)
{
    const double value = 1;
    uint8_t byte = 0;
    double sum = 5;
    uint32_t last = 7, calls = fake.calls;
    int16_t number = 0;

    (void)state;
    assert_int_equal(ISizes_Matrix(sizes, -1, 1, &value, &sum), E_INVALIDARG);
    assert_int_equal(ISizes_Matrix(sizes, INT32_MAX, UINT16_MAX, &value, &sum), E_INVALIDARG);
    assert_int_equal(ISizes_Bits(sizes, UINT64_MAX, &byte, 0, &byte), E_INVALIDARG);
    assert_int_equal(ISizes_Bits(sizes, INT64_MAX, &byte, 0, &byte), E_INVALIDARG);
    assert_int_equal(ISizes_Bits(sizes, 8, &byte, 0x40000000, &byte), E_INVALIDARG);
    assert_int_equal(ISizes_Largest(sizes, UINT32_MAX, &last, 0, 0, &number), E_INVALIDARG);
    assert_int_equal(ISizes_Largest(sizes, 0, &last, INT64_MIN, 0, &number), E_INVALIDARG);
    assert_int_equal(ISizes_Largest(sizes, 0, &last, INT64_MIN + 1, INT64_MAX, &number), E_INVALIDARG);
    assert_int_equal(fake.calls, calls);
    assert_true(sum > 4.9 && sum < 5.1);
    assert_int_equal(last, 7);
    assert_int_equal(ISizes_Matrix(sizes, 1, 1, NULL, &sum), E_POINTER);
}

/* What another peer may send: one number changed, so that the size is another. */
static void the_stub_refuses_what_does_not_agree(void **state)
{
    static const struct {
        uint8_t bytes[16];
        size_t size;
        HRESULT result;
    } MATRICES[] = {
        {{0x08, 2, 0x10, 1, 0x1A, 8}, 14, S_OK}, /* rows 1 (sint32), columns 1, one double */
        {{0x08, 4, 0x10, 1, 0x1A, 8}, 14, RPC_E_SERVER_CANTUNMARSHAL_DATA},
        {{0x08, 1, 0x10, 1, 0x1A, 8}, 14, RPC_E_SERVER_CANTUNMARSHAL_DATA}, /* -1 */
        {{0x08, 2, 0x1A, 8}, 12, RPC_E_SERVER_CANTUNMARSHAL_DATA},
        {{0x08, 2, 0x10, 1}, 4, RPC_E_SERVER_CANTUNMARSHAL_DATA},
        {{0}, 0, S_OK},
        {{0x08, 0xFE, 0xFF, 0xFF, 0xFF, 0x0F, 0x10, 0xFF, 0xFF, 0x03}, 10, RPC_E_SERVER_CANTUNMARSHAL_DATA},
    };
    /* bits = 2^64 - 1: + 7 does not fit; bits = 2^63: no number with sign; room = 2^30: times 4 is too much
     */
    static const uint8_t BITS[] = {0x08, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01};
    static const uint8_t ROOM[] = {0x18, 0x80, 0x80, 0x80, 0x80, 0x04};
    uint32_t executed;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(MATRICES) / sizeof(MATRICES[0]); i++) {
        executed = fake.executed;
        assert_int_equal(fake_dispatch(3, MATRICES[i].bytes, MATRICES[i].size), MATRICES[i].result);
        assert_int_equal(fake.executed - executed, MATRICES[i].result == S_OK);
    }
    assert_int_equal(fake_dispatch(4, BITS, sizeof(BITS)), RPC_E_SERVER_CANTUNMARSHAL_DATA);
    assert_int_equal(fake_dispatch(4, ROOM, sizeof(ROOM)), RPC_E_SERVER_CANTUNMARSHAL_DATA);
}

static void what_is_bad_stays_bad(void **state)
{
    (void)state;
    assert_int_equal(wire_size(wire_size_subtract(wire_size_divide(1, 0), WIRE_SIZE_BAD)), UINT32_MAX);
    assert_int_equal(wire_size(wire_size_add(INT64_MAX, 1)), UINT32_MAX);
    assert_int_equal(wire_size(wire_size_and(WIRE_SIZE_BAD, 0)), UINT32_MAX);
    assert_int_equal(wire_size(wire_size_or(0, WIRE_SIZE_BAD)), UINT32_MAX);
    assert_int_equal(wire_size(wire_size_xor(WIRE_SIZE_BAD, WIRE_SIZE_BAD)), UINT32_MAX);
    assert_int_equal(wire_size(wire_size_remainder(WIRE_SIZE_BAD, 3)), UINT32_MAX);
    assert_int_equal(wire_size(wire_size_shift_left(1, 63)), UINT32_MAX);
    assert_int_equal(wire_size(wire_size_shift_left(4, 62)), UINT32_MAX);
    assert_int_equal(wire_size(wire_size_shift_right(WIRE_SIZE_BAD, 1)), UINT32_MAX);
    assert_int_equal(wire_size(wire_size_shift_right(5, 1)), 2);
    assert_int_equal(wire_size(wire_size_multiply(wire_size_of(UINT64_MAX), 0)), UINT32_MAX);
    assert_int_equal(wire_size(wire_size_of(0xFFFFFFFE)), 0xFFFFFFFE);
    assert_int_equal(wire_size(-1), UINT32_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(arrays_have_the_size_that_is_computed, connect, forget),
        cmocka_unit_test_setup_teardown(texts_and_used_parts, connect, forget),
        cmocka_unit_test_setup_teardown(arrays_of_structs, connect, forget),
        cmocka_unit_test_setup_teardown(arrays_of_arrays_keep_their_order, connect, forget),
        cmocka_unit_test_setup_teardown(all_operators, connect, forget),
        cmocka_unit_test_setup_teardown(sizes_that_overflow_do_not_leave_the_proxy, connect, forget),
        cmocka_unit_test_setup_teardown(the_stub_refuses_what_does_not_agree, connect, forget),
        cmocka_unit_test(what_is_bad_stays_bad),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
