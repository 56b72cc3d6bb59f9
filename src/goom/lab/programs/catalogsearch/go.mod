module catalogsearch

go 1.21
