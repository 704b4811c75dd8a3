"""An edited network that answers in place of another, which can be had back as it was."""

from convlab.app.predictor import Predictor
from convlab.data.dataset import ImageSet
from convlab.nn.network import Network


class LentNetwork:
    """Lends the predictor a network; remembers what answered before."""

    def __init__(self, predictor: Predictor) -> None:
        self._predictor = predictor
        self._lent: Network | None = None
        self._original: tuple[Network, bool, ImageSet | None] | None = None

    @property
    def is_lent(self) -> bool:
        """Whether a lent network answers."""
        return self._original is not None

    def is_own(self, network: Network | None) -> bool:
        """Whether ``network`` is the one that is lent."""
        return network is not None and network is self._lent

    def lend(self, network: Network) -> None:
        """Answer with ``network``, until another is lent or :meth:`give_back`."""
        predictor = self._predictor
        if predictor.network is None:
            return
        if self._original is None:
            self._original = (predictor.network, predictor.can_compare, predictor.learned_from)
            self._origin = predictor.origin
        _, trained, learned_from = self._original
        self._lent = network
        predictor.use(network, trained=trained, origin=self._origin, learned_from=learned_from)

    def give_back(self) -> None:
        """Answer with what answered before."""
        if self._original is None:
            return
        network, trained, learned_from = self._original
        self.forget()
        self._predictor.use(
            network, trained=trained, origin=self._origin, learned_from=learned_from
        )

    def forget(self) -> None:
        """Give up what was lent and what answered before: something else does now."""
        self._lent = self._original = None
