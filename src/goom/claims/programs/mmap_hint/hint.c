#include <stdint.h>

#define PAGE_SIZE 4096

/* The expression of the article, alone. */
void *aligned(void *hint)
{
	return (void *)((uintptr_t)hint & ^(PAGE_SIZE - 1));
}
