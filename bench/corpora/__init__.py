"""What make-corpora and run share: the inputs of the benchmark."""
