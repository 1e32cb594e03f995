// What is allocated is measured for the whole process: one run at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
