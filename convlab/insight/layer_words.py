"""What every kind of layer does, in two sentences and a formula."""

from dataclasses import dataclass

from convlab.nn.layer import LAYERS


@dataclass(frozen=True, slots=True)
class LayerWords:
    """Two sentences for a learner, and the formula of one number of the output."""

    sentences: str
    formula: str


_WORDS = {
    "Affine": LayerWords(
        "Every unit weighs all numbers of the layer before, adds them up and adds its bias. "
        "Where each input lies in the image no longer matters here.",
        "y[m] = Σ x[d]·W[d, m] + b[m]",
    ),
    "AveragePooling": LayerWords(
        "Keeps the mean of every window, so that maps become smaller and finer detail is lost. "
        "It learns nothing.",
        "y = (Σ window) / (number of values)",
    ),
    "BatchNormalization": LayerWords(
        "Shifts and scales each channel to mean 0 and deviation 1, then by two numbers that it "
        "learns. In training it takes mean and deviation from the batch; here it uses their "
        "running averages.",
        "y = γ·(x − mean) / √(variance + 1e-7) + β",
    ),
    "Convolution": LayerWords(
        "Slides each filter over the image and adds up the products of weights and pixels below "
        "it. One filter looks for one pattern everywhere, and makes one map of where it is.",
        "y[f, i, j] = Σ x[c, S·i + u − P, S·j + v − P]·W[f, c, u, v] + b[f]",
    ),
    "Dropout": LayerWords(
        "While training it sets a random share of the numbers to zero, so that no unit relies on "
        "a single other one. When the network answers, it passes everything on unchanged.",
        "training: y = x·mask / (1 − ratio); answering: y = x",
    ),
    "LocalResponseNormalization": LayerWords(
        "Makes a number smaller where the neighboring channels are large at the same place. "
        "So a few filters stand out at each place; it learns nothing.",
        "y = x / (k + α·Σ x²)^β, over n neighboring channels",
    ),
    "Pooling": LayerWords(
        "Keeps only the largest value of every window, so that maps become smaller. A pattern may "
        "move a little without changing the answer; it learns nothing.",
        "y = max of the window",
    ),
    "Relu": LayerWords(
        "Lets positive numbers pass and sets negative ones to zero. Without such a bend, several "
        "layers could do no more than a single one.",
        "y = max(x, 0)",
    ),
    "Sigmoid": LayerWords(
        "Squeezes every number into the range from 0 to 1. Far from zero it is nearly flat, so "
        "little gradient passes back.",
        "y = 1 / (1 + exp(−x))",
    ),
    "Subsampling": LayerWords(
        "Adds up every window, multiplies by one weight of the channel and adds a bias, so that "
        "maps become smaller. LeNet of 1998 has it where networks today pool.",
        "y = W[c]·(Σ window) + b[c]",
    ),
    "Tanh": LayerWords(
        "Squeezes every number into the range from −1 to 1. Far from zero it is nearly flat, so "
        "little gradient passes back.",
        "y = tanh(x)",
    ),
}


def words_for(kind: str) -> LayerWords:
    """Return the words for a registered kind of layer, such as ``Convolution``.

    A kind that is not described here speaks through the docstring of its settings. Raises
    :class:`ConvlabError` for a kind that is not registered.
    """
    if kind in _WORDS:
        return _WORDS[kind]
    return LayerWords((LAYERS.get(kind).__doc__ or kind).split("\n\n")[0], "")
