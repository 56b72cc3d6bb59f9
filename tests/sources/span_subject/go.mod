module span_subject

go 1.19
