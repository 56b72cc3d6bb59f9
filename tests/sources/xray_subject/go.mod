module xray_subject

go 1.19
