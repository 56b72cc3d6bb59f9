module stack_snippet

go 1.21
