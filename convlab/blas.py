"""One thread for the matrix products."""

from threadpoolctl import threadpool_limits


def use_one_blas_thread() -> None:
    """Keep BLAS to one thread from now on.

    Two threads gain nothing at the lab's sizes and take the window's core; and sums come out the
    same, to the bit, in the window and on the command line.
    """
    threadpool_limits(limits=1, user_api="blas")
