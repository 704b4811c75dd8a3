"""The user's own images, one file a form in which they may come."""

LARGEST = 2 << 30  # bytes of all images of a dataset; forty times MNIST
