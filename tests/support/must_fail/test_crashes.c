/* Must be reported: the program ends by a signal. */
#include <stdlib.h>

int main(void)
{
    abort();
}
