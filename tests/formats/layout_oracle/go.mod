module layout_oracle

go 1.21
