/* Step 2: a call by path, and one that fails with a code of its own. */
#include "demo.h"
#include <calculator.idl.h>
#include <inttypes.h>
#include <string.h>

#define STEP 2

bool demo_call(struct demo *demo)
{
    COM_SCOPED(ICalculator) calculator = NULL;
    const char *path = "/net/n1/calculator";
    int32_t product = 0, quotient = -1;
    const char *name;
    HRESULT hr;

    hr = mmlite_bind(demo->mmlite, path, &IID_ICalculator, (void **)&calculator);
    if (FAILED(hr))
        return report_failure(demo, STEP, path, hr);
    hr = ICalculator_Multiply(calculator, 6, 7, &product);
    if (FAILED(hr))
        return report_failure(demo, STEP, "Multiply", hr);

    hr = ICalculator_Divide(calculator, product, 0, &quotient);
    name = mmlite_result_name(demo->mmlite, hr);
    return report_step(STEP,
                       product == 42 && quotient == -1 && hr == CALCULATOR_E_DIVIDE_BY_ZERO &&
                           strcmp(name, "CALCULATOR_E_DIVIDE_BY_ZERO") == 0,
                       "%s, called from Linux: 6 * 7 = %" PRId32 "; 42 / 0 fails with %s", path, product,
                       name);
}
