module unsafe_slice

go 1.21
