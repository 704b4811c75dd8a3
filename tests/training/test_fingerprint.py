"""Images are told apart by what they hold."""

import numpy as np

from convlab.training.fingerprint import fingerprint

IMAGES = np.arange(24, dtype=np.uint8).reshape(2, 1, 3, 4)


def test_the_same_images_are_the_same_however_they_lie_in_memory() -> None:
    turned = np.asfortranarray(IMAGES)
    assert turned.flags.c_contiguous is False
    assert fingerprint(turned) == fingerprint(IMAGES.copy()) == fingerprint(IMAGES)


def test_a_single_pixel_makes_them_others_and_so_does_their_form() -> None:
    changed = IMAGES.copy()
    changed[1, 0, 2, 3] += 1
    others = (changed, IMAGES.reshape(2, 12), IMAGES.astype(np.int16), IMAGES[::-1])
    assert fingerprint(IMAGES) not in {fingerprint(other) for other in others}
    assert fingerprint(IMAGES, changed) != fingerprint(changed, IMAGES)
