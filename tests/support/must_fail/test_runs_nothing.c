/* Must be reported: success, but no test ran. */
int main(void)
{
    return 0;
}
