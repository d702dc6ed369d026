/* assert: a broken invariant stops the machine, saying where. */
#undef assert
#ifdef NDEBUG
#define assert(condition) ((void)0)
#else
#define assert(condition) ((condition) ? (void)0 : os_assert_failed(#condition, __FILE__, __LINE__))
#endif

#ifndef OS_ASSERT_H
#define OS_ASSERT_H
__attribute__((noreturn)) void os_assert_failed(const char *condition, const char *file, int line);
#endif
