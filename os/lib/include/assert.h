/* assert: a broken invariant stops the machine, saying where. */
#undef assert
#ifdef NDEBUG
#define assert(condition) ((void)0)
#else
#define OS_ASSERT_TEXT(line) #line
#define OS_ASSERT_LINE(line) OS_ASSERT_TEXT(line)
#define assert(condition) \
    ((condition) ? (void)0 : os_assert_failed(__FILE_NAME__ ":" OS_ASSERT_LINE(__LINE__)))
#endif

#ifndef OS_ASSERT_H
#define OS_ASSERT_H
__attribute__((noreturn)) void os_assert_failed(const char *where);
#endif
