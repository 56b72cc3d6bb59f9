module jobrunner

go 1.21
