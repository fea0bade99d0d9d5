module producers

go 1.22
