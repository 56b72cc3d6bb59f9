module pacing

go 1.21
