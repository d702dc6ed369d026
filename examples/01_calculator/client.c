/*
 * Calls the calculator of any node: `01_calculator /net/n1/calculator`.
 *
 * The path decides where the object is; nothing else in this program knows whether it is in a kernel, in
 * another Linux process or here.
 */
#include <calculator.idl.h>
#include <mmlite.h>
#include <inttypes.h>
#include <stdio.h>

/* What this program calls or implements beside the interfaces of every node. */
static const struct com_interface *const interfaces[] = {&ICalculator_interface, NULL};

typedef HRESULT (*operation_fn)(ICalculator *calculator, int32_t left, int32_t right, int32_t *out_result);

static HRESULT show(struct mmlite *mmlite, ICalculator *calculator, char sign, operation_fn operation,
                    int32_t left, int32_t right)
{
    int32_t result;
    HRESULT hr = operation(calculator, left, right, &result);

    if (FAILED(hr))
        printf("%" PRId32 " %c %" PRId32 " fails with %s\n", left, sign, right,
               mmlite_result_name(mmlite, hr));
    else
        printf("%" PRId32 " %c %" PRId32 " = %" PRId32 "\n", left, sign, right, result);

    return hr;
}

static HRESULT calculate(struct mmlite *mmlite, const char *path)
{
    COM_SCOPED(ICalculator) calculator = NULL;
    HRESULT hr = mmlite_bind(mmlite, path, &IID_ICalculator, (void **)&calculator);

    if (FAILED(hr))
        return hr;

    (void)show(mmlite, calculator, '+', ICalculator_Add, 7, 5);
    (void)show(mmlite, calculator, '-', ICalculator_Subtract, 5, 7);
    (void)show(mmlite, calculator, '*', ICalculator_Multiply, -7, 5);
    hr = show(mmlite, calculator, '/', ICalculator_Divide, 7, -2);
    (void)show(mmlite, calculator, '/', ICalculator_Divide, 7, 0); /* fails on purpose, as does the next */
    (void)show(mmlite, calculator, '+', ICalculator_Add, INT32_MAX, 1);
    return hr;
}

int main(int argument_count, char **arguments)
{
    struct mmlite *mmlite = NULL;
    HRESULT hr;

    if (argument_count != 2) {
        fprintf(stderr, "usage: %s PATH, such as /net/n1/calculator\n", arguments[0]);
        return 2;
    }

    hr = mmlite_open(&(struct mmlite_options){.interfaces = interfaces}, &mmlite);
    if (SUCCEEDED(hr))
        hr = calculate(mmlite, arguments[1]);
    if (FAILED(hr))
        fprintf(stderr, "%s: %s %s\n", arguments[1], mmlite_result_name(mmlite, hr), com_error_detail());

    mmlite_close(mmlite);
    return FAILED(hr) ? 1 : 0;
}
