#include "textflag.h"

// func thisG() uintptr
TEXT ·thisG(SB), NOSPLIT, $0-8
	MOVD g, R0
	MOVD R0, ret+0(FP)
	RET
