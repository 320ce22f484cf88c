# SPDX-License-Identifier: Apache-2.0
"""Other programs read palate's files: a model with safetensors, an exported archive with NumPy.

    model_file.py SHARED_LIBRARY MODEL...

Exits with 77, which stands for "skipped", where a module is missing.
"""
import ctypes
import json
import os
import sys
import tempfile

try:
    import numpy
    from safetensors import safe_open
    from safetensors.numpy import load_file
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

NPZ = 1


class Palate:
    """The few functions of the library that are needed here."""

    def __init__(self, path):
        self.library = ctypes.CDLL(path)
        self.library.palate_model_predict_one.restype = ctypes.c_float
        self.library.palate_model_free.restype = None

    def load(self, path):
        model = ctypes.c_void_p()
        message = ctypes.create_string_buffer(2000)
        status = self.library.palate_model_load(None, path.encode(), ctypes.byref(model), message)
        assert status == 0, message.raw
        return model

    def export(self, model, path):
        status = self.library.palate_model_export(model, NPZ, path.encode(), None)
        assert status == 0, status

    def predict(self, model, user, item):
        return self.library.palate_model_predict_one(model, user.encode(), item.encode())

    def free(self, model):
        self.library.palate_model_free(model)


def texts(tensor):
    """Ids as they stand in a model: each ends with a zero."""
    return [text.decode() for text in tensor.tobytes().split(b"\0")[:-1]]


def check_archive(archive, tensors, metadata):
    """The archive holds what the model holds, in order of first appearance."""
    for side in ("user", "item"):
        order = tensors[f"{side}_order"]
        ids = numpy.array(texts(tensors[f"{side}_ids"]))
        assert (archive[f"{side}_ids"] == ids[order]).all()
        for what in ("factors", "offsets"):
            expected = tensors[f"{side}_{what}"][order]
            assert archive[f"{side}_{what}"].dtype == numpy.float32
            assert archive[f"{side}_{what}"].tobytes() == expected.tobytes(), (side, what)
    assert archive["factor_names"].tolist() == json.loads(metadata["factor_names"])
    assert archive["base"] == float(metadata["base"])
    assert archive["mean"] == float(metadata["mean"])
    scale = [float(metadata["scale_low"]), float(metadata["scale_high"])]
    assert archive["scale"].tolist() == scale


def check_predictions(palate, model, archive):
    """The formula of the documentation gives palate's predictions."""
    scores = (archive["base"] + archive["user_offsets"][:, None] + archive["item_offsets"]
              + archive["user_factors"] @ archive["item_factors"].T)
    low, high = archive["scale"]
    if low < high:
        scores = scores.clip(low, high)
    for i, user in enumerate(archive["user_ids"]):
        for j, item in enumerate(archive["item_ids"]):
            found = palate.predict(model, str(user), str(item))
            assert abs(found - scores[i, j]) < 1e-5, (user, item, found, scores[i, j])


def check(palate, path, folder):
    tensors = load_file(path)
    with safe_open(path, "np") as file:
        metadata = file.metadata()
    assert metadata["format"] == "palate-model" and metadata["format_version"] == "1"
    model = palate.load(path)
    exported = os.path.join(folder, "model.npz")
    palate.export(model, exported)
    with numpy.load(exported, allow_pickle=False) as archive:
        check_archive(archive, tensors, metadata)
        check_predictions(palate, model, archive)
    palate.free(model)


def main():
    palate = Palate(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        for path in sys.argv[2:]:
            check(palate, path, folder)
            print(f"{os.path.basename(path)}: read by safetensors, and by NumPy when exported")


main()
