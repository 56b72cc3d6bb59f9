module goal_snapshots

go 1.21
