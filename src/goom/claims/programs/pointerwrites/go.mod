module pointerwrites

go 1.21
