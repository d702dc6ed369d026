/*
 * A calculator: the smallest component. It has no state, so one object that lives as long as the image serves
 * everybody.
 */
#include <calculator.idl.h>
#include <com_impl.h>
#include <component.h>

/* No state, but a count: a component that was loaded goes when nobody holds it. */
static struct com_refs refs;

static HRESULT calculator_QueryInterface(ICalculator *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_ICalculator, iid, out_object);
}

static uint32_t calculator_AddRef(ICalculator *iface)
{
    (void)iface; /* one object for everybody, part of the code */
    return com_refs_add(&refs);
}

static uint32_t calculator_Release(ICalculator *iface)
{
    (void)iface;
    return com_refs_release(&refs);
}

static HRESULT calculator_Add(ICalculator *iface, int32_t left, int32_t right, int32_t *out_sum)
{
    int32_t sum;

    (void)iface;
    if (__builtin_add_overflow(left, right, &sum))
        return CALCULATOR_E_OVERFLOW;

    *out_sum = sum; /* outputs stay untouched on failure */
    return S_OK;
}

static HRESULT calculator_Subtract(ICalculator *iface, int32_t left, int32_t right, int32_t *out_difference)
{
    int32_t difference;

    (void)iface;
    if (__builtin_sub_overflow(left, right, &difference))
        return CALCULATOR_E_OVERFLOW;

    *out_difference = difference;
    return S_OK;
}

static HRESULT calculator_Multiply(ICalculator *iface, int32_t left, int32_t right, int32_t *out_product)
{
    int64_t product = (int64_t)left * right;

    (void)iface;
    if (product < INT32_MIN || product > INT32_MAX)
        return CALCULATOR_E_OVERFLOW;

    *out_product = (int32_t)product;
    return S_OK;
}

static HRESULT calculator_Divide(ICalculator *iface, int32_t dividend, int32_t divisor, int32_t *out_quotient)
{
    (void)iface;
    if (divisor == 0)
        return CALCULATOR_E_DIVIDE_BY_ZERO;
    if (dividend == INT32_MIN && divisor == -1) /* traps on many processors */
        return CALCULATOR_E_OVERFLOW;

    *out_quotient = dividend / divisor;
    return S_OK;
}

static const struct ICalculatorVtbl calculator_vtbl = {
    .QueryInterface = calculator_QueryInterface,
    .AddRef = calculator_AddRef,
    .Release = calculator_Release,
    .Add = calculator_Add,
    .Subtract = calculator_Subtract,
    .Multiply = calculator_Multiply,
    .Divide = calculator_Divide,
};

static ICalculator calculator = {.vtbl = &calculator_vtbl};

HRESULT component_main(struct INamespace *ns, struct IUnknown **out_object)
{
    (void)ns; /* needs nothing from others */
    com_refs_init(&refs);
    *out_object = (IUnknown *)&calculator;
    return S_OK;
}
