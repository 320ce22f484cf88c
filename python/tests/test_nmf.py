# SPDX-License-Identifier: Apache-2.0
"""The estimator: what scikit-learn asks of one, and what it is for."""

import pickle

import numpy as np
import pytest

import palate

sklearn = pytest.importorskip("sklearn")
sparse = pytest.importorskip("scipy.sparse")
pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")

from sklearn.base import clone  # noqa: E402
from sklearn.exceptions import NotFittedError  # noqa: E402
from sklearn.model_selection import GridSearchCV, cross_val_score  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import MaxAbsScaler, Normalizer  # noqa: E402
from sklearn.utils.estimator_checks import parametrize_with_checks  # noqa: E402

NMF = palate.NMF


@parametrize_with_checks([NMF(), NMF(mode="strict"), NMF(mode="default"), NMF(solver="mu")])
@pytest.mark.filterwarnings("ignore")
def test_scikit_learns_checks(estimator, check):
    check(estimator)


def planted(users=80, items=50, rank=3, share=0.5, seed=0):
    """A matrix of rank `rank`, and the same with NaN where nothing is known."""
    rng = np.random.RandomState(seed)
    whole = rng.uniform(0, 1, (users, rank)) @ rng.uniform(0, 1, (rank, items))
    seen = np.where(rng.uniform(size=whole.shape) < share, whole, np.nan)
    return whole, seen


def as_sparse(seen, kind="csr"):
    rows, columns = np.nonzero(~np.isnan(seen))
    return sparse.coo_matrix((seen[rows, columns], (rows, columns)), shape=seen.shape).asformat(kind)


def weak(**more):
    return NMF(n_components=3, alpha_W=0.01, max_iter=3000, tol=1e-9, random_state=0, **more)


# ---- What is unknown is not zero ----


def test_what_is_hidden_comes_back():
    whole, seen = planted()
    nmf = weak()
    filled = nmf.inverse_transform(nmf.fit_transform(seen))
    assert (nmf.components_ >= 0).all()
    hidden = np.isnan(seen)
    assert np.sqrt(np.mean((filled - whole)[hidden] ** 2)) < 0.05 * whole.std()


def test_zeros_that_are_stored_are_zeros():
    whole, seen = planted()
    seen[:, 7] = np.where(np.isnan(seen[:, 7]), np.nan, 0.0)
    matrix = as_sparse(seen)
    nmf = weak().fit(matrix)
    assert nmf.components_[:, 7].max() < 0.01
    # scikit-learn would take the rest for zeros, and predict half of what is there.
    filled = nmf.inverse_transform(nmf.transform(matrix))
    assert filled[:, :7].mean() == pytest.approx(whole[:, :7].mean(), rel=0.05)


@pytest.mark.parametrize("kind", ["csr", "csc", "coo", "lil"])
def test_every_form_of_a_matrix_is_the_same(kind):
    _, seen = planted()
    expected = weak().fit(seen)
    nmf = weak().fit(as_sparse(seen, kind))
    assert np.array_equal(nmf.components_, expected.components_)
    assert np.array_equal(nmf.transform(as_sparse(seen, kind)), expected.transform(seen))
    assert np.array_equal(nmf.transform(np.asfortranarray(seen)), expected.transform(seen))


def test_duplicates_in_coo_add_up_as_scipy_has_it():
    rows, columns, values = [0, 0, 1, 1], [0, 0, 1, 2], [1.0, 2.0, 3.0, 4.0]
    doubled = sparse.coo_matrix((values, (rows, columns)), shape=(2, 3))
    summed = sparse.coo_matrix(([3.0, 3.0, 4.0], ([0, 1, 1], [0, 1, 2])), shape=(2, 3))
    assert np.array_equal(
        NMF(2, random_state=0).fit(doubled).components_, NMF(2, random_state=0).fit(summed).components_
    )
    assert doubled.nnz == 4


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame])
def test_data_frames(make):
    _, seen = planted()
    frame = make(seen, **({"schema": [f"c{c}" for c in range(50)]} if make is pl.DataFrame else {}))
    nmf = weak().fit(frame.rename(columns=str) if make is pd.DataFrame else frame)
    assert np.allclose(nmf.components_, weak().fit(seen).components_)
    assert nmf.feature_names_in_[0] in ("c0", "0")


# ---- The parts fit together ----


@pytest.mark.parametrize("mode", ["pure", "strict", "default"])
def test_w_times_h_is_what_the_model_predicts(mode):
    _, seen = planted()
    nmf = NMF(3, mode=mode, random_state=1).fit(seen)
    assert nmf.components_.shape == (nmf.n_components_, 50)
    assert nmf.n_components_ == (3 if mode == "pure" else 5)
    if mode != "default":
        assert (nmf.components_ >= 0).all()
        assert (nmf.transform(seen) >= 0).all()
    model = nmf.model_
    users, items = model.user_ids, model.item_ids
    scores = (
        model.info.base + model.user_offsets[:, None] + model.item_offsets + model.user_factors @ model.item_factors.T
    )
    W = np.zeros((80, nmf.n_components_))
    W[users, : model.info.factor_count] = model.user_factors
    if mode != "pure":
        W[users, -2], W[users, -1] = model.user_offsets, 1
    assert np.allclose((W @ nmf.components_)[np.ix_(users, items)], scores, atol=1e-4)


def test_fit_transform_is_fit_and_transform():
    _, seen = planted()
    assert np.array_equal(weak().fit_transform(seen), weak().fit(seen).transform(seen))


def test_transforming_the_rows_of_training_gives_their_factors():
    _, seen = planted()
    nmf = weak().fit(seen)
    trained = np.empty((80, 3))
    trained[nmf.model_.user_ids] = nmf.model_.user_factors
    assert np.allclose(nmf.transform(seen), trained, atol=0.02)


def test_reconstruction_error_is_of_the_known_cells():
    _, seen = planted()
    nmf = weak().fit(seen)
    model = nmf.model_
    filled = np.empty(seen.shape)
    filled[np.ix_(model.user_ids, model.item_ids)] = model.user_factors @ model.item_factors.T
    assert nmf.reconstruction_err_ == pytest.approx(np.sqrt(np.nansum((seen - filled) ** 2)), rel=1e-3)
    assert nmf.n_iter_ == model.info.epochs


def test_rows_and_columns_of_which_nothing_is_known():
    _, seen = planted()
    seen[5], seen[:, 9] = np.nan, np.nan
    nmf = NMF(3, random_state=0).fit(seen)
    assert nmf.components_.shape == (3, 50)
    filled = nmf.inverse_transform(nmf.transform(seen))
    assert np.isfinite(filled).all()
    # The typical row is about the mean of all.
    assert filled[5].mean() == pytest.approx(np.nanmean(seen), rel=0.2)
    assert filled[:, 9].mean() == pytest.approx(np.nanmean(seen), rel=0.2)


def test_dtypes():
    _, seen = planted()
    for dtype in (np.float32, np.float64):
        nmf = weak().fit(seen.astype(dtype))
        assert nmf.components_.dtype == nmf.transform(seen.astype(dtype)).dtype == dtype
    assert NMF(2).fit(np.arange(12).reshape(3, 4)).components_.dtype == np.float64


# ---- Parameters ----


@pytest.mark.parametrize("name", ["n_components", "factors", "n_factors", "rank", "k"])
def test_names_of_parameters(name):
    nmf = NMF(**{name: 2})
    assert nmf.n_components == 2
    assert nmf.get_params()["n_components"] == 2
    assert clone(nmf).n_components == 2
    assert NMF().set_params(**{name: 4}).n_components == 4


def test_aliases_of_the_others():
    nmf = NMF(iterations=7, reg=0.5, seed=3, threads=1, rule="mu", tolerance=0)
    assert (nmf.max_iter, nmf.alpha_W, nmf.random_state, nmf.n_jobs, nmf.solver, nmf.tol) == (7, 0.5, 3, 1, "mu", 0)
    with pytest.raises(TypeError, match="'factors' is 'n_components', which is given, too"):
        NMF(n_components=3, factors=3)
    with pytest.raises(TypeError, match="unexpected keyword"):
        NMF(nonsense=3)
    with pytest.raises(ValueError, match="nonsense"):
        NMF().set_params(nonsense=3)


def test_seeds():
    _, seen = planted()
    a = NMF(3, random_state=5).fit(seen).components_
    assert np.array_equal(a, NMF(3, random_state=5).fit(seen).components_)
    assert not np.array_equal(a, NMF(3, random_state=6).fit(seen).components_)
    state = np.random.RandomState(0)
    b, c = NMF(3, random_state=state).fit(seen), NMF(3, random_state=state).fit(seen)
    assert not np.array_equal(b.components_, c.components_)
    np.random.seed(3)  # noqa: NPY002 (what users of scikit-learn do)
    d = NMF(3).fit(seen).components_
    np.random.seed(3)  # noqa: NPY002 (what users of scikit-learn do)
    assert np.array_equal(d, NMF(3).fit(seen).components_)


def test_threads_do_not_change_the_result():
    _, seen = planted()
    assert np.array_equal(
        NMF(3, random_state=0, n_jobs=1).fit_transform(seen), NMF(3, random_state=0, n_jobs=-1).fit_transform(seen)
    )


@pytest.mark.parametrize(
    ("parameters", "error", "says"),
    [
        ({"n_components": 0}, ValueError, "factors.*from 1 to 1000"),
        ({"n_components": "many"}, ValueError, "factors"),
        ({"mode": "best"}, ValueError, "default, strict, pure"),
        ({"solver": "cd"}, ValueError, "map, mu"),
        ({"alpha_W": -1}, ValueError, "regularization"),
        ({"max_iter": 1.5}, TypeError, "epochs"),
        ({"validation": 2}, ValueError, "validation"),
        ({"random_state": "x"}, ValueError, "seed"),
        ({"solver": "mu", "mode": "strict"}, ValueError, "rule mu"),
    ],
)
def test_parameters_are_checked_when_fitting(parameters, error, says):
    with pytest.raises(error, match=says):
        NMF(**parameters).fit(planted()[1])


@pytest.mark.parametrize(
    ("X", "says"),
    [
        (np.full((3, 3), np.nan), "no known cell"),
        (sparse.csr_matrix((3, 3)), "no known cell"),
        (np.array([[1.0, -1.0]]), "Negative values"),
        (sparse.csr_matrix([[1.0, -1.0]]), "Negative values"),
        (np.array([[1.0, np.inf]]), "(?i)infinity"),
        (np.ones(3), "(?i)2d array|2D"),
        (np.empty((0, 3)), "0 sample"),
        ([["a", "b"]], "(?i)could not convert|dtype"),
        (np.array([[1e30, 1.0]]), "too large"),
    ],
)
def test_what_cannot_be_fitted(X, says):
    with pytest.raises(ValueError, match=says):
        NMF(2).fit(X)


def test_negative_values_take_offsets():
    nmf = NMF(2, mode="default", random_state=0).fit(np.array([[1.0, -1.0, 3.0], [2.0, 0.0, 4.0]]))
    assert np.isfinite(nmf.components_).all()


def test_before_fitting():
    for method in ("transform", "inverse_transform", "score"):
        with pytest.raises(NotFittedError):
            getattr(NMF(), method)(planted()[1])


def test_shapes_are_checked():
    nmf = NMF(3, random_state=0).fit(planted()[1])
    with pytest.raises(ValueError, match="50 features"):
        nmf.transform(np.ones((2, 4)))
    with pytest.raises(ValueError, match="needs 3 columns"):
        nmf.inverse_transform(np.ones((2, 4)))


def test_read_only_input_is_left_alone():
    _, seen = planted()
    seen.flags.writeable = False
    matrix = as_sparse(seen)
    matrix.data.flags.writeable = False
    before = matrix.copy()
    assert np.array_equal(weak().fit(seen).components_, weak().fit(matrix).components_)
    assert (before != matrix).nnz == 0


# ---- More rows ----


def test_partial_fits_come_near_to_the_fit_of_all():
    whole, seen = planted(users=120)
    nmf = NMF(3, alpha_W=0.01, random_state=0)
    for begin in range(0, 120, 30):
        nmf.partial_fit(seen[begin : begin + 30])
    filled = nmf.inverse_transform(nmf.transform(seen))
    hidden = np.isnan(seen)
    assert np.sqrt(np.mean((filled - whole)[hidden] ** 2)) < 0.15 * whole.std()
    assert nmf.model_.info.user_count == 120
    with pytest.raises(ValueError, match="50 features"):
        nmf.partial_fit(np.ones((2, 4)))


def test_partial_fit_takes_sparse_rows_and_goes_on_after_a_fit():
    _, seen = planted()
    a = NMF(3, random_state=0).partial_fit(as_sparse(seen[:40])).partial_fit(as_sparse(seen[40:]))
    b = NMF(3, random_state=0).partial_fit(seen[:40]).partial_fit(seen[40:])
    assert np.array_equal(a.components_, b.components_)
    c = pickle.loads(pickle.dumps(a))
    assert np.array_equal(c.partial_fit(seen).components_, a.partial_fit(seen).components_)


# ---- With the rest of scikit-learn ----


def test_score_falls_with_noise_and_rises_with_the_right_rank():
    _, seen = planted(users=200)
    assert weak().fit(seen).score(seen) > 0.95
    rng = np.random.RandomState(0)
    assert weak().fit(seen).score(rng.permutation(seen.ravel()).reshape(seen.shape)) < 0.2
    one = NMF(1, alpha_W=0.01, random_state=0).fit(seen)
    assert one.score(seen) < weak().fit(seen).score(seen)
    with pytest.raises(ValueError, match="two known cells"):
        one.score(as_sparse(np.where(np.eye(50) > 0, 1.0, np.nan)))


def test_grid_search_finds_the_planted_rank():
    _, seen = planted(users=200, rank=2)
    search = GridSearchCV(weak(), {"n_components": [1, 2]}, cv=3).fit(seen)
    assert search.best_params_ == {"n_components": 2}
    assert search.best_score_ > 0.9
    assert cross_val_score(weak(), as_sparse(seen), cv=2).min() > 0.5


def test_pipelines():
    _, seen = planted()
    matrix = as_sparse(seen)
    pipeline = make_pipeline(MaxAbsScaler(), weak(), Normalizer())
    assert pipeline.fit_transform(matrix).shape == (80, 3)
    named = pipeline[:-1].set_output(transform="pandas").fit_transform(seen)
    assert list(named.columns) == ["nmf0", "nmf1", "nmf2"]


def test_pickles():
    _, seen = planted()
    nmf = weak().fit(seen)
    again = pickle.loads(pickle.dumps(nmf))
    assert np.array_equal(again.transform(seen), nmf.transform(seen))
    assert np.array_equal(again.components_, nmf.components_)


# ---- What is missing is zero ----


def words(rows=120, columns=80, share=0.1, seed=0):
    """A sparse matrix of a few topics."""
    rng = np.random.RandomState(seed)
    whole = rng.gamma(0.3, 1, (rows, 4)) @ rng.gamma(0.3, 1, (4, columns)) + rng.uniform(0, 0.1, (rows, columns))
    return sparse.csr_matrix(np.where(rng.uniform(size=whole.shape) < share, whole, 0))


def zero(k=5, **more):
    return NMF(k, missing="zero", random_state=0, **{"max_iter": 400, "tol": 1e-7, **more})


def objective(X, W, H, alpha_W=0.0, alpha_H=0.0, l1_ratio=0.0):
    """What scikit-learn's documentation says is minimized."""
    m, n = X.shape
    value = 0.5 * np.square(X.toarray() - W @ H).sum()
    value += l1_ratio * (alpha_W * n * W.sum() + alpha_H * m * H.sum())
    return value + 0.5 * (1 - l1_ratio) * (alpha_W * n * np.square(W).sum() + alpha_H * m * np.square(H).sum())


@parametrize_with_checks([NMF(missing="zero"), NMF(missing="zero", init="random", alpha_W=0.01, l1_ratio=0.5)])
@pytest.mark.filterwarnings("ignore")
def test_scikit_learns_checks_of_zero(estimator, check):
    check(estimator)


@pytest.mark.parametrize("strengths", [{}, {"alpha_W": 0.001, "l1_ratio": 0.5}, {"alpha_W": 0.002, "alpha_H": 0.0005}])
@pytest.mark.filterwarnings("ignore")
def test_zero_reaches_what_scikit_learn_reaches(strengths):
    from sklearn import decomposition

    X = words()
    rng = np.random.RandomState(1)
    W, H = rng.uniform(0.1, 1, (120, 5)), rng.uniform(0.1, 1, (5, 80))
    theirs = decomposition.NMF(5, init="custom", max_iter=1000, tol=1e-6, **strengths)
    W_theirs = theirs.fit_transform(X, W=W.copy(), H=H.copy())
    ours = zero(init="custom", max_iter=1000, **strengths)
    W_ours = ours.fit_transform(X, W=W, H=H)
    known = {"alpha_H": strengths.get("alpha_W", 0.0), **strengths}
    reached = objective(X, W_theirs, theirs.components_, **known)
    assert objective(X, W_ours, ours.components_, **known) <= reached * (1 + 1e-3)


@pytest.mark.parametrize("k", [3, 6, 10])
@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.filterwarnings("ignore")
def test_zero_ends_as_low_as_scikit_learn_from_its_start(k, seed):
    from sklearn import decomposition
    from sklearn.decomposition._nmf import _initialize_nmf

    X = words(300, 200, 0.2, seed)
    W, H = _initialize_nmf(X, k, random_state=0)
    theirs = decomposition.NMF(k, random_state=0)
    reached = objective(X, theirs.fit_transform(X), theirs.components_)
    ours = NMF(k, missing="zero", init="custom")
    assert objective(X, ours.fit_transform(X, W=W, H=H), ours.components_) <= reached * (1 + 1e-5)


def test_fit_transform_of_zero_is_the_w_whose_error_is_told():
    whole = words().toarray()
    whole[5] = 0
    X = sparse.csr_matrix(whole)
    nmf = zero(max_iter=7)
    W = nmf.fit_transform(X)
    assert nmf.reconstruction_err_ == pytest.approx(np.linalg.norm(whole - W @ nmf.components_), rel=1e-5)
    assert (W[5] == 0).all()
    assert np.allclose(zero().fit_transform(X), zero().fit(X).transform(X), atol=1e-2)


def test_what_was_seen_stays_as_it_was_when_x_changes():
    X, later = words(), words(seed=1)
    whole = zero().partial_fit(X).partial_fit(later).components_
    mine = X.copy()
    nmf = zero().partial_fit(mine)
    mine.data[:] = 1
    assert np.array_equal(nmf.partial_fit(later).components_, whole)


def test_the_error_of_zero_is_that_of_all_cells():
    X = words()
    nmf = zero().fit(X)
    W = nmf.transform(X)
    assert nmf.reconstruction_err_ == pytest.approx(np.linalg.norm(X.toarray() - W @ nmf.components_), rel=1e-3)
    assert nmf.model_.info.missing == "zero"
    explained = 1 - nmf.reconstruction_err_**2 / np.square(X.toarray() - X.mean()).sum()
    assert nmf.score(X) == pytest.approx(explained, abs=1e-3)


def test_zero_does_not_ask_how_zeros_are_stored():
    whole = words().toarray()
    whole[:, 7] = whole[5] = 0
    X = sparse.csr_matrix(whole)
    nmf = zero().fit(X)
    assert np.array_equal(nmf.components_, zero().fit(whole).components_)
    cells = X.tocoo()
    places = np.append(cells.row, 5), np.append(cells.col, 7)
    with_zeros = sparse.csr_matrix((np.append(cells.data, 0.0), places), shape=X.shape)
    assert np.array_equal(nmf.components_, zero().fit(with_zeros).components_)
    assert (nmf.components_[:, 7] == 0).all()
    assert (nmf.transform(X)[5] == 0).all()


def test_zero_knows_nothing_unknown():
    X = words().toarray()
    X[0, 0] = np.nan
    with pytest.raises(ValueError, match="NaN"):
        zero().fit(X)
    with pytest.raises(ValueError, match="all zeros"):
        zero().fit(np.zeros((4, 3)))
    with pytest.raises(palate.InvalidError, match="validation"):
        zero(validation=0.1).fit(words())
    with pytest.raises(palate.InvalidError, match="init"):
        NMF(3, init="random").fit(words())


def test_the_best_of_some_starts_is_kept():
    X = words()
    each = [NMF(6, missing="zero", init="random", random_state=seed).fit(X) for seed in range(3, 8)]
    errors = [nmf.reconstruction_err_ for nmf in each]
    assert len(set(errors)) > 1
    best = NMF(6, missing="zero", init="random", random_state=3, n_init=5).fit(X)
    assert best.reconstruction_err_ == min(errors)
    assert np.array_equal(best.components_, each[int(np.argmin(errors))].components_)
    held = [NMF(3, validation=0.2, random_state=seed).fit(X).model_.info.validation_rmse for seed in (0, 1, 2)]
    kept = NMF(3, validation=0.2, random_state=0, n_init=3).fit(X)
    assert kept.model_.info.validation_rmse == min(held)
    assert NMF(3, missing="zero", max_iter=0, n_init=2, random_state=0).fit(X).n_iter_ == 0


@pytest.mark.parametrize("wrong", [0, -1, 1.5, "2", None])
def test_the_number_of_starts_is_checked(wrong):
    with pytest.raises(ValueError, match="n_init is"):
        NMF(3, missing="zero", n_init=wrong).fit(words())


def test_custom_starts_are_checked():
    X = words()
    with pytest.raises(ValueError, match="takes W and H"):
        zero(init="custom").fit(X)
    with pytest.raises(ValueError, match="shapes"):
        zero(init="custom").fit(X, W=np.ones((3, 5)), H=np.ones((5, 80)))
    with pytest.raises(ValueError, match="n_components"):
        zero(init="custom").fit(X, W=np.ones((120, 4)), H=np.ones((4, 80)))
    with pytest.raises(ValueError, match="n_init is 2"):
        zero(init="custom", n_init=2).fit(X, W=np.ones((120, 5)), H=np.ones((5, 80)))
    with pytest.raises(ValueError, match="custom"):
        zero().fit(X, W=np.ones((120, 5)), H=np.ones((5, 80)))
