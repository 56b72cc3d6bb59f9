#include <stdint.h>

#define PAGE_SIZE 4096

/* The expression of the article, alone; with -DMENDED what C writes for it. */
void *aligned(void *hint)
{
#ifdef MENDED
	return (void *)((uintptr_t)hint & ~((uintptr_t)PAGE_SIZE - 1));
#else
	return (void *)((uintptr_t)hint & ^(PAGE_SIZE - 1));
#endif
}
