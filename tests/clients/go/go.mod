module run-job

go 1.19
