import numpy as np
import pytest

from convlab.app.feature_maps import FeatureMapsModel
from convlab.nn.description import NetworkDescription
from convlab.nn.network_settings import build_network

SMALL = NetworkDescription("SimpleConvNet", {"filter_num": 4, "hidden_size": 20})


@pytest.fixture
def model(lab, qtbot):
    model = FeatureMapsModel(lab)
    model.set_watched(True)
    lab.predictor.use(build_network(SMALL), trained=True)
    qtbot.waitUntil(lambda: model.seen is not None)
    return model


def test_all_layers_are_shown_before_and_after_relu_and_pooling(model):
    assert model.shown == ("Input", "Conv1", "Relu1", "Pool1", "Affine1", "Relu2", "Affine2")


def test_one_layer_is_shown_alone_and_chosen_everywhere(lab, model):
    model.show_only("Relu1")
    assert model.shown == ("Relu1",)
    assert lab.selection.layer == "Relu1"
    lab.selection.choose_layer("Pool1")
    assert model.shown == ("Pool1",)
    model.show_all()
    assert len(model.shown) == 7


def test_a_unit_counts_only_in_its_own_layer(lab, model):
    lab.selection.choose_layer("Conv1", (1, 2, 3))
    assert (model.layer, model.unit) == ("Conv1", (1, 2, 3))
    lab.selection.choose_layer("Affine1", (20,))
    assert model.unit is None  # there are 20 units, counted from 0
    lab.selection.choose_layer("Conv7", (0, 0, 0))
    assert (model.layer, model.unit) == ("Conv1", None)


def test_the_classes_are_named_where_the_dataset_fits(lab, model):
    assert model.class_names == lab.dataset.class_names
    lab.predictor.use(lab.predictor.network, trained=True, origin="lab")
    assert model.class_names == tuple("0123456789")


def test_every_output_is_in_the_archive(model, tmp_path):
    model.to_npz(tmp_path / "maps.npz")
    with np.load(tmp_path / "maps.npz", allow_pickle=False) as archive:
        assert set(archive) == set(model.seen.outputs)
        np.testing.assert_array_equal(archive["Relu1"], model.seen.outputs["Relu1"])
