/* Must be reported: the program does not end. */
#include <unistd.h>

int main(void)
{
    for (;;)
        pause();
}
