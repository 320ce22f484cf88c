# SPDX-License-Identifier: Apache-2.0
"""NMF as a scikit-learn estimator."""

from __future__ import annotations

import functools
import numbers
from typing import TYPE_CHECKING, Any, Callable

import numpy as np

from . import _options
from ._fold_in import Rated, solve
from ._structs import NO_ROW
from .errors import InvalidError
from .ratings import Ratings
from .training import train

if TYPE_CHECKING:
    import numpy.typing as npt

    from ._views import Ids
    from .model import Model

try:
    import scipy.sparse as sp
    from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
    from sklearn.exceptions import NotFittedError
    from sklearn.utils import check_random_state
    from sklearn.utils.validation import check_non_negative
except ImportError as error:
    raise ImportError("palate.NMF takes scikit-learn: pip install scikit-learn") from error

__all__ = ["NMF"]

# Parameters by the keywords of `train` that they stand for.
_TRAINING = {
    "n_components": "factors",
    "max_iter": "epochs",
    "tol": "tolerance",
    "solver": "rule",
    "missing": "missing",
    "mode": "mode",
    "init": "init",
    "alpha_W": "regularization",
    "alpha_H": "item_regularization",
    "l1_ratio": "l1_ratio",
    "validation": "validation",
    "patience": "patience",
    "n_jobs": "threads",
}


def _aliases() -> dict[str, str]:
    """Return other names of parameters, such as "factors" for n_components."""
    names: dict[str, str] = {}
    for parameter, keyword in _TRAINING.items():
        option = _options.training.find(keyword)
        if option is not None:
            names.update({name: parameter for name in (option.name, *option.aliases) if name != parameter})
    names.update(seed="random_state", alpha="alpha_W", progress="verbose")
    return names


_ALIASES = _aliases()
_PARTIAL_EPOCHS = 5


def _known_by(parameters: dict[str, Any], values: dict[str, Any]) -> None:
    """Add values, given by any names, to parameters."""
    for name, value in values.items():
        parameter = _ALIASES.get(name, name)
        if parameter in parameters:
            raise TypeError(f"NMF: {name!r} is {parameter!r}, which is given, too: give one of them")
        parameters[parameter] = value


def _with_aliases(init: Callable[..., None]) -> Callable[..., None]:
    """Let parameters go by other names, too. Signature and documentation remain those scikit-learn works with."""

    @functools.wraps(init)
    def by_any_name(self: Any, *args: Any, **given: Any) -> None:
        parameters: dict[str, Any] = {}
        _known_by(parameters, given)
        init(self, *args, **parameters)

    return by_any_name


def _validate(estimator: Any, X: Any, reset: bool, finite: Any) -> Any:
    """Return X as scikit-learn wants it checked: CSR, or an array; where `finite` is "allow-nan", with NaN."""
    options: dict[str, Any] = {"accept_sparse": "csr", "dtype": [np.float64, np.float32], "reset": reset}
    try:
        from sklearn.utils.validation import validate_data
    except ImportError:  # scikit-learn before 1.6
        return estimator._validate_data(X, force_all_finite=finite, **options)
    return validate_data(estimator, X, ensure_all_finite=finite, **options)


def _begins(counts: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    begins = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=begins[1:])
    return begins


class _Cells:
    """The cells of X that are known, or are not zero: row by row, which columns and what values."""

    def __init__(self, shape: tuple[int, int], begins: Any, columns: Any, values: Any) -> None:
        self.shape = shape
        self.begins: npt.NDArray[Any] = begins
        self.columns: npt.NDArray[Any] = columns
        self.values: npt.NDArray[Any] = values

    @staticmethod
    def of(X: Any, zeros: bool) -> _Cells:
        if not sp.issparse(X):
            rows, columns = np.nonzero(~np.isnan(X) if zeros else X)
            begins = _begins(np.bincount(rows, minlength=X.shape[0]))
            return _Cells(X.shape, begins, columns, X[rows, columns])
        X = X.copy() if not X.has_canonical_format else X
        X.sum_duplicates()
        cells = _Cells(X.shape, X.indptr, X.indices, X.data)
        known = ~np.isnan(X.data) if zeros else X.data != 0
        return cells if known.all() else cells.select(known)

    def __len__(self) -> int:
        return len(self.values)

    @functools.cached_property
    def rows(self) -> npt.NDArray[np.int64]:
        return np.repeat(np.arange(self.shape[0]), np.diff(self.begins))

    @functools.cached_property
    def used_rows(self) -> npt.NDArray[np.int64]:
        """Rows that have cells: users in the order of their first appearance."""
        return np.flatnonzero(np.diff(self.begins))

    @functools.cached_property
    def used_columns(self) -> npt.NDArray[np.int64]:
        """Columns that have: items."""
        used = np.zeros(self.shape[1], bool)
        used[self.columns] = True
        return np.flatnonzero(used)

    def ratings(self, threads: int | None) -> Ratings:
        return Ratings.from_csr(self.begins, self.columns, self.values, self.shape[1], threads=threads)

    def select(self, chosen: npt.NDArray[np.bool_]) -> _Cells:
        begins = _begins(chosen)[self.begins]
        return _Cells(self.shape, begins, self.columns[chosen], self.values[chosen])

    def below(self, other: _Cells) -> _Cells:
        """Return these cells with those of more rows under them."""
        return _Cells(
            (self.shape[0] + other.shape[0], self.shape[1]),
            np.concatenate([self.begins, self.begins[-1] + other.begins[1:].astype(np.int64)]),
            np.concatenate([self.columns, other.columns]),
            np.concatenate([self.values, other.values]),
        )


class NMF(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Non-negative matrix factorization of what is known of a matrix: X ~ W H, W, H >= 0.

    **A cell that is not stored is unknown, not zero.** In a sparse X only what is stored counts, zeros that are stored
    included; in a dense X `NaN` is unknown. This is the opposite of what `sklearn.decomposition.NMF` makes of a sparse
    matrix, and what `missing="zero"` makes of it here.

    Rows of X are users (samples), columns items (features). In Pipelines, GridSearchCV and the like it works as any
    transformer: `transform` folds rows in with H held fixed.

    Args:
        n_components: k, or "auto": 63, 31 for few cells, 20 with missing="zero"; no more than there are columns.
        missing: "unknown": a cell that is not stored, or NaN, plays no part. "zero": it is zero and as well known as
            all others, as for `sklearn.decomposition.NMF`: topics of words, parts of spectra. NaN is refused then.
        mode: "pure": X ~ W H is all there is. "strict" and "default" add offsets of rows and columns, which predict
            better: W = [U, o, 1] and H = [V; 1; s] then have k + 2 components, those of the offsets last; with
            "default" offsets may be negative, and so may X.
        solver: "map", coordinate descent; or "mu", multiplicative updates.
        init: With missing="zero", where it starts: "random", "nndsvd", "nndsvda", "nndsvdar"; None: nndsvda where
            there are no more components than rows and columns, else random. "custom": at the W and H given to fit, by
            either reading.
        n_init: Starts, with random_state, the next number and so on: the lowest objective (with validation, RMSE) is
            kept. Minima are local, with missing="zero" some tenths of a percent apart.
        tol: Training ends when the objective falls by less than this share in a sweep; or "auto".
        max_iter: The most sweeps, or "auto".
        random_state: An int, a RandomState or None, as in scikit-learn.
        alpha_W: Strength of the prior of the factors, palate's `regularization`; "auto" chooses it by the data. With
            missing="zero" that of W, in scikit-learn's unit; "auto" is 0.
        alpha_H: With missing="zero": that of H; "same": alpha_W.
        l1_ratio: With missing="zero": the share of both that goes to sums of factors, not of their squares.
        validation: Share of the cells held out to stop by.
        patience: With validation: sweeps without a better RMSE until it stops.
        n_jobs: Threads; None: as many as the machine gives. The result does not depend on it.
        verbose: Show a bar while it trains.

    Parameters may go by the names that they have in `palate.train` and in other programs, too: `factors`, `rank`, `k`,
    `n_epochs`, `iterations`, `regularization`, `seed`, `threads` and so on.

    Attributes:
        components_: H, n_components_ x n_features_in_.
        n_components_: Rows of H.
        n_iter_: Sweeps run.
        reconstruction_err_: Root of the sum of squared errors over the known cells; over all, with missing="zero".
        n_features_in_: Columns of X.
        model_: The `palate.Model`: users are rows of X, items its columns, by number.

    Examples:
        >>> import numpy as np
        >>> from palate import NMF
        >>> X = np.array([[5, 3, np.nan], [4, np.nan, 1], [1, 1, 5]])
        >>> nmf = NMF(n_components=2, random_state=0).fit(X)
        >>> filled = nmf.inverse_transform(nmf.transform(X))
        >>> bool(filled[1, 1] > 1)
        True

    """

    @_with_aliases
    def __init__(
        self,
        n_components: Any = "auto",
        *,
        missing: str = "unknown",
        mode: str = "pure",
        solver: str = "map",
        init: Any = None,
        n_init: int = 1,
        tol: Any = "auto",
        max_iter: Any = "auto",
        random_state: Any = None,
        alpha_W: Any = "auto",
        alpha_H: Any = "same",
        l1_ratio: float = 0.0,
        validation: float = 0.0,
        patience: int = 5,
        n_jobs: int | None = None,
        verbose: Any = 0,
    ) -> None:
        self.n_components = n_components
        self.missing = missing
        self.mode = mode
        self.solver = solver
        self.init = init
        self.n_init = n_init
        self.tol = tol
        self.max_iter = max_iter
        self.random_state = random_state
        self.alpha_W = alpha_W
        self.alpha_H = alpha_H
        self.l1_ratio = l1_ratio
        self.validation = validation
        self.patience = patience
        self.n_jobs = n_jobs
        self.verbose = verbose

    def set_params(self, **params: Any) -> NMF:
        """Set parameters, by any of their names."""
        parameters: dict[str, Any] = {}
        _known_by(parameters, params)
        super().set_params(**parameters)
        return self

    # ---- Fitting ----

    def _check(self, X: Any, reset: bool) -> _Cells:
        X = _validate(self, X, reset, True if self._is_zero() else "allow-nan")
        if self.mode != "default":
            known = X.data if sp.issparse(X) else np.nan_to_num(X)
            if known.size > 0:
                check_non_negative(known, "NMF (input X)")
        return _Cells.of(X, zeros=not self._is_zero())

    def _is_zero(self) -> bool:
        return self.missing == "zero"

    def _seed(self) -> int:
        if isinstance(self.random_state, numbers.Integral):
            return int(self.random_state)
        return int(check_random_state(self.random_state).randint(2**31 - 1))

    def _options(self, cells: _Cells) -> dict[str, Any]:
        options = {keyword: getattr(self, name) for name, keyword in _TRAINING.items()}
        most = 20 if self._is_zero() else 31
        if options["factors"] in ("auto", None) and cells.shape[1] < most:
            options["factors"] = cells.shape[1]
        if options["item_regularization"] in ("same", None):
            options["item_regularization"] = "auto"
        if options["init"] in ("custom", None):
            options["init"] = "auto"
        if self._is_zero():
            options.update(self._strengths(cells))
        if options["threads"] is not None and options["threads"] < 0:
            options["threads"] = None
        return {**options, "seed": self._seed()}

    def _strengths(self, cells: _Cells) -> dict[str, Any]:
        """Return alpha_W and alpha_H as palate takes them, which counts no row and no column that is all zeros."""
        of_W = 0.0 if self.alpha_W in ("auto", None) else self.alpha_W
        of_H = of_W if self.alpha_H in ("same", "auto", None) else self.alpha_H
        return {
            "regularization": of_W * cells.shape[1] / max(len(cells.used_columns), 1),
            "item_regularization": of_H * cells.shape[0] / max(len(cells.used_rows), 1),
        }

    def _train(self, cells: _Cells, start: Any = None, **more: Any) -> None:
        """Train, from W and H transposed where they are given."""
        if len(cells) == 0:
            raise ValueError(
                "X is all zeros" if self._is_zero() else "X holds no known cell: every one is NaN or not stored"
            )
        options = {**self._options(cells), **more}
        ratings = cells.ratings(self._threads())
        if start is not None:
            options.pop("factors")
            start = (
                _in_order(start[0][cells.used_rows], ratings._user_ids.order),
                _in_order(start[1][cells.used_columns], ratings._item_ids.order),
            )
        try:
            model = self._best(ratings, options, start)
        except InvalidError as error:
            raise InvalidError(f"NMF: {error}") from None
        self._take(model, cells)

    def _best(self, ratings: Ratings, options: dict[str, Any], start: Any) -> Model:
        """Train from the start that is given, or from n_init others, of which the best is kept."""
        seed = options.pop("seed")
        count = self.n_init if start is None else 1
        if not isinstance(count, numbers.Integral) or count < 1:
            raise ValueError(f"n_init is {count!r}; it is a whole number, 1 or more")
        runs = (
            train(ratings, progress=bool(self.verbose), start=start, seed=seed + number, **options)
            for number in range(int(count))
        )
        return min(runs, key=self._missed)

    def _missed(self, model: Model) -> float:
        if self.validation:
            return float(model.info.validation_rmse)
        return float(model.log[-1].objective) if model.log else 0.0

    def _take(self, model: Model, cells: _Cells) -> None:
        self.model_ = model
        self._items_of = _rows_of(model._items.ids, cells.used_columns, cells.shape[1])
        dtype = cells.values.dtype
        self.components_ = self._components().astype(dtype)
        self.n_components_ = len(self.components_)
        self.n_iter_ = model.info.epochs
        counted = model.info.user_count * model.info.item_count if self._is_zero() else len(cells)
        self.reconstruction_err_ = float(model.info.train_rmse * np.sqrt(counted))

    def _components(self) -> npt.NDArray[Any]:
        """Return H: the columns of X, also those training knows nothing of, which are the typical one."""
        model = self.model_
        factors, offsets = _with_typical(model, self._items_of)
        if not self._has_offsets():
            return np.asarray(factors.T)
        return np.vstack([factors.T, np.ones(len(offsets)), offsets + model.info.base])

    def _has_offsets(self) -> bool:
        return bool(self.model_.info.mode != "pure" and self.model_.info.rule != "mu")

    def _custom(self, cells: _Cells, W: Any, H: Any) -> tuple[Any, Any] | None:
        """Return W and H transposed, to start from."""
        if self.init != "custom":
            if W is not None or H is not None:
                raise ValueError('W and H are where it starts with init="custom" only')
            return None
        if self.n_init != 1:
            raise ValueError(f'n_init is {self.n_init!r}, but init="custom" is one start')
        if W is None or H is None:
            raise ValueError('init="custom" takes W and H, both, in fit')
        W, H = np.asarray(W, np.float32), np.asarray(H, np.float32)
        if W.ndim != 2 or H.ndim != 2 or (len(W), H.shape[1]) != cells.shape or W.shape[1] != len(H):
            raise ValueError(f"W and H have shapes {W.shape} and {H.shape}; X has {cells.shape}")
        if self.n_components not in ("auto", None, len(H)):
            raise ValueError(f"H has {len(H)} rows, but n_components is {self.n_components}")
        return W, H.T

    def fit(self, X: Any, y: Any = None, W: Any = None, H: Any = None) -> NMF:
        """Learn H from X.

        Args:
            X: n_samples x n_features, scipy.sparse (what is not stored is unknown) or dense (NaN is unknown); with
                missing="zero" there is nothing unknown.
            y: Not used.
            W: With init="custom": n_samples x n_components, where it starts.
            H: And n_components x n_features.

        Returns:
            The estimator.

        """
        self._fit(X, W, H)
        return self

    def _fit(self, X: Any, W: Any = None, H: Any = None) -> _Cells:
        cells = self._check(X, reset=True)
        self._train(cells, start=self._custom(cells, W, H))
        return cells

    def partial_fit(self, X: Any, y: Any = None) -> NMF:
        """Learn from more rows.

        The known cells of all calls are kept (about 24 bytes each), and a few sweeps over all of them improve the
        factors from where they are: nothing is forgotten, and the more calls, the nearer it comes to `fit` of all rows.

        Args:
            X: Rows that come under those seen so far.
            y: Not used.

        Returns:
            The estimator.

        """
        first = not hasattr(self, "model_") or not hasattr(self, "_seen")
        cells = self._check(X, reset=first)
        if first:
            self._train(cells)
            self._seen = _Cells(cells.shape, cells.begins.copy(), cells.columns.copy(), cells.values.copy())
            return self
        seen = self._seen.below(cells)
        self._train(seen, start=self._start(self._fold(cells)), epochs=self._partial_epochs())
        self._seen = seen
        return self

    def _partial_epochs(self) -> Any:
        return _PARTIAL_EPOCHS if self.max_iter in ("auto", None) else min(self.max_iter, _PARTIAL_EPOCHS)

    def _start(self, added: npt.NDArray[np.float32]) -> tuple[Any, Any]:
        """Return factors to start from: those there are, and for new rows their fold-in."""
        before = self._seen
        users = _rows_of(self.model_._users.ids, before.used_rows, before.shape[0])
        old, _ = _with_typical(self.model_, users, users=True)
        items, _ = _with_typical(self.model_, self._items_of)
        return np.vstack([old, added]), items

    # ---- Using ----

    def _fold(self, cells: _Cells) -> npt.NDArray[np.float32]:
        return self._solve(cells)[0]

    def _solve(self, cells: _Cells) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        given = Rated(np.arange(cells.shape[0]), cells.begins, self._items_of[cells.columns], cells.values)
        new = solve(self.model_, given, "users", {"threads": self._threads()})
        return new.factors, new.offsets

    def _threads(self) -> int | None:
        return None if self.n_jobs is None or self.n_jobs < 0 else self.n_jobs

    def _check_fitted(self) -> None:
        if not hasattr(self, "model_"):
            raise NotFittedError("This NMF instance is not fitted yet. Call 'fit' before using this estimator.")

    def _weights(self, cells: _Cells) -> npt.NDArray[Any]:
        factors, offsets = self._solve(cells)
        if not self._has_offsets():
            return factors
        return np.column_stack([factors, offsets, np.ones(len(offsets))])

    def transform(self, X: Any) -> npt.NDArray[Any]:
        """Fold rows in: the best W for X with H held fixed.

        Args:
            X: n_samples x n_features. A row of which nothing is known is the typical one.

        Returns:
            W, n_samples x n_components_.

        """
        self._check_fitted()
        return self._transform(self._check(X, reset=False))

    def _transform(self, cells: _Cells) -> npt.NDArray[Any]:
        return self._weights(cells).astype(cells.values.dtype)

    def fit_transform(self, X: Any, y: Any = None, W: Any = None, H: Any = None) -> npt.NDArray[Any]:
        """Learn H from X, and return W for it: as `fit(X).transform(X)`; with missing="zero" the W of training."""
        cells = self._fit(X, W, H)
        if not self._is_zero():
            return self._transform(cells)
        users = _rows_of(self.model_._users.ids, cells.used_rows, cells.shape[0])
        trained, _ = _with_typical(self.model_, users, users=True)
        return trained.astype(cells.values.dtype)

    def inverse_transform(self, X: Any) -> npt.NDArray[Any]:
        """Return W H: what is predicted for every cell.

        Args:
            X: W, n_samples x n_components_, as `transform` returns it.

        """
        self._check_fitted()
        W = np.asarray(X)
        if W.ndim != 2 or W.shape[1] != self.n_components_:
            raise ValueError(f"W has shape {W.shape}; it needs {self.n_components_} columns, as transform() returns it")
        made: npt.NDArray[Any] = W @ self.components_
        return made

    def score(self, X: Any, y: Any = None) -> float:
        """Return R^2 of cells that the rows are folded in without: how well X is completed.

        A fifth of the known cells of each row is hidden (by `random_state`; where that is None, by 0); the rows are
        folded in by the others, and predict the hidden ones. 1 is perfect, 0 as good as the mean of X. With
        missing="zero" nothing is hidden: it is how much of X, zeros too, W H explains.

        Args:
            X: n_samples x n_features.
            y: Not used.

        """
        self._check_fitted()
        cells = self._check(X, reset=False)
        if self._is_zero():
            return self._explained(cells)
        hidden = _hide(cells, np.random.RandomState(self._score_seed()))
        shown, asked = cells.select(~hidden), cells.select(hidden)
        if len(asked) == 0:
            raise ValueError("no row of X has two known cells, one to fold in by and one to predict")
        predicted = np.einsum("ef,fe->e", self._weights(shown)[asked.rows], self.components_[:, asked.columns])
        spread = float(((asked.values - cells.values.mean()) ** 2).sum())
        error = float(((asked.values - predicted) ** 2).sum())
        return 1.0 - error / spread if spread > 0 else float(error == 0)

    def _explained(self, cells: _Cells) -> float:
        W, H = self._weights(cells).astype(float), self.components_.astype(float)
        squares, count = float((cells.values.astype(float) ** 2).sum()), cells.shape[0] * cells.shape[1]
        together = float((cells.values * np.einsum("ef,fe->e", W[cells.rows], H[:, cells.columns])).sum())
        error = squares - 2 * together + float(((W.T @ W) * (H @ H.T)).sum())
        spread = squares - float(cells.values.sum()) ** 2 / count
        return 1.0 - error / spread if spread > 0 else float(error <= 0)

    def _score_seed(self) -> int:
        return int(self.random_state) if isinstance(self.random_state, numbers.Integral) else 0

    # ---- What scikit-learn asks ----

    @property
    def _n_features_out(self) -> int:
        return len(self.components_)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "model_")

    def _more_tags(self) -> dict[str, Any]:  # scikit-learn before 1.6
        return {
            "requires_positive_X": self.mode != "default",
            "allow_nan": not self._is_zero(),
            "preserves_dtype": [np.float64, np.float32],
        }

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.input_tags.allow_nan = not self._is_zero()
        tags.input_tags.positive_only = self.mode != "default"
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags


def _hide(cells: _Cells, rng: np.random.RandomState) -> npt.NDArray[np.bool_]:
    """Return which cells are hidden: a fifth of each row, at least one where there are two, by chance."""
    order = np.lexsort((rng.uniform(size=len(cells)), cells.rows))
    counts = np.diff(cells.begins)
    wanted = np.where(counts >= 2, np.maximum(counts // 5, 1), 0)
    place = np.arange(len(cells)) - np.repeat(cells.begins[:-1], counts)
    hidden = np.zeros(len(cells), bool)
    hidden[order] = place < np.repeat(wanted, counts)
    return hidden


def _in_order(values: npt.NDArray[Any], order: npt.NDArray[np.uint32]) -> npt.NDArray[Any]:
    """Return rows that are in order of first appearance in that of the ratings."""
    made = np.empty_like(values)
    made[order] = values
    return made


def _rows_of(ids: Ids, used: npt.NDArray[np.int64], count: int) -> npt.NDArray[np.uint32]:
    """Return the row of each number 0..count-1, of which those used are the ids in order of first appearance."""
    rows = np.full(count, NO_ROW, np.uint32)
    rows[used] = ids.order
    return rows


def _with_typical(
    model: Model, rows: npt.NDArray[np.uint32], users: bool = False
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Return factors and offsets by number, the typical row's where there is none."""
    factors = model.user_factors if users else model.item_factors
    offsets = model.user_offsets if users else model.item_offsets
    known = rows != NO_ROW
    if known.all():
        return factors[rows], offsets[rows]
    nobody = Rated(np.empty(1, object), np.zeros(2, np.int64), np.empty(0, np.uint32), np.empty(0, np.float32))
    typical = solve(model, nobody, "users" if users else "items", {})
    made, made_offsets = np.repeat(typical.factors, len(rows), 0), np.repeat(typical.offsets, len(rows))
    made[known], made_offsets[known] = factors[rows[known]], offsets[rows[known]]
    return made, made_offsets
