# SPDX-License-Identifier: Apache-2.0
"""The public structs of include/palate/, as ctypes sees them.

tests/test_layout.py compares them with what a compiler makes of the headers. Structs of options are not here: they are
made from the library's tables (_options.py).
"""

from __future__ import annotations

import ctypes
from ctypes import (
    POINTER,
    c_bool,
    c_char,
    c_char_p,
    c_double,
    c_float,
    c_int,
    c_int64,
    c_size_t,
    c_uint32,
    c_uint64,
    c_void_p,
)
from typing import Any

NO_ROW = 2**32 - 1
NO_TIME = -(2**63)
MESSAGE_BYTES = 1000


class Struct(ctypes.Structure):
    """A struct that knows its name in C."""

    c_name = ""


class Error(Struct):
    c_name = "palate_error"
    _fields_ = [
        ("status", c_int),
        ("line", c_int64),
        ("column", c_int64),
        ("message", c_char * MESSAGE_BYTES),
    ]


class Scale(Struct):
    c_name = "palate_scale"
    _fields_ = [("low", c_double), ("high", c_double)]


class Option(Struct):
    c_name = "palate_option"
    _fields_ = [
        ("name", c_char_p),
        ("aliases", c_char_p),
        ("type", c_int),
        ("offset", c_size_t),
        ("default_text", c_char_p),
        ("min", c_double),
        ("max", c_double),
        ("choices", c_char_p),
        ("placeholder", c_char_p),
        ("help", c_char_p),
    ]


class OptionTable(Struct):
    c_name = "palate_option_table"
    _fields_ = [
        ("title", c_char_p),
        ("options", POINTER(Option)),
        ("count", c_size_t),
        ("struct_bytes", c_size_t),
    ]


class Problem(Struct):
    c_name = "palate_problem"
    _fields_ = [("file", c_char_p), ("line", c_int64), ("column", c_int64), ("message", c_char_p)]


class ReadReport(Struct):
    c_name = "palate_read_report"
    _fields_ = [
        ("format", c_char * 32),
        ("compression", c_char * 16),
        ("columns", c_char * 256),
        ("line_count", c_int64),
        ("rating_count", c_int64),
        ("duplicate_count", c_int64),
        ("skipped_count", c_int64),
        ("user_count", c_uint32),
        ("item_count", c_uint32),
        ("min", c_double),
        ("max", c_double),
        ("mean", c_double),
        ("scale", Scale),
        ("scale_inferred", c_bool),
        ("has_times", c_bool),
        ("bytes", c_uint64),
        ("seconds", c_double),
    ]


class Column(Struct):
    c_name = "palate_column"


Column._fields_ = [
    ("count", c_size_t),
    ("type", c_int),
    ("values", c_void_p),
    ("stride", c_int64),
    ("offsets", c_void_p),
    ("bytes", c_size_t),
    ("buffers", c_void_p),
    ("buffer_count", c_size_t),
    ("valid", c_void_p),
    ("valid_first", c_size_t),
    ("words", POINTER(Column)),
]


class RatingColumns(Struct):
    c_name = "palate_rating_columns"
    _fields_ = [("users", Column), ("items", Column), ("ratings", Column), ("times", Column)]


class Csr(Struct):
    c_name = "palate_csr"
    _fields_ = [("column_count", c_size_t), ("begins", Column), ("columns", Column), ("ratings", Column)]


class IdList(Struct):
    c_name = "palate_id_list"
    _fields_ = [
        ("count", c_uint32),
        ("texts", c_void_p),
        ("begins", c_void_p),
        ("order", c_void_p),
    ]


class SparseRows(Struct):
    c_name = "palate_sparse_rows"
    _fields_ = [
        ("row_count", c_uint32),
        ("column_count", c_uint32),
        ("begins", c_void_p),
        ("columns", c_void_p),
        ("ratings", c_void_p),
        ("times", c_void_p),
    ]


class ModelSummary(Struct):
    c_name = "palate_model_summary"
    _fields_ = [
        ("user_count", c_uint32),
        ("item_count", c_uint32),
        ("factor_count", c_uint32),
        ("rating_count", c_int64),
        ("updated_count", c_int64),
        ("scale", Scale),
        ("scale_inferred", c_bool),
        ("mean", c_double),
        ("base", c_double),
        ("seed", c_uint64),
        ("mode", c_char_p),
        ("missing", c_char_p),
        ("rule", c_char_p),
        ("sample_count", c_uint32),
        ("drift_scale", c_double),
        ("moment_count", c_int64),
        ("stopped_by", c_char_p),
        ("epochs", c_int64),
        ("best_epoch", c_int64),
        ("seconds", c_double),
        ("train_rmse", c_double),
        ("validation_rmse", c_double),
        ("fingerprint", c_char_p),
        ("version", c_char_p),
    ]


class Epoch(Struct):
    c_name = "palate_epoch"
    _fields_ = [
        ("epoch", c_int64),
        ("seconds", c_double),
        ("objective", c_double),
        ("train_rmse", c_double),
        ("validation_rmse", c_double),
    ]


class Cells(Struct):
    c_name = "palate_cells"
    _fields_ = [("count", c_size_t), ("users", c_void_p), ("items", c_void_p), ("times", c_void_p)]


class UnknownCounts(Struct):
    c_name = "palate_unknown_counts"
    _fields_ = [("users", c_int64), ("items", c_int64), ("both", c_int64)]


class Metrics(Struct):
    c_name = "palate_metrics"
    _fields_ = [
        ("count", c_int64),
        ("rmse", c_double),
        ("mae", c_double),
        ("baseline_rmse", c_double),
        ("unknown", UnknownCounts),
    ]


class Factors(Struct):
    c_name = "palate_factors"
    _fields_ = [
        ("user_count", c_uint32),
        ("item_count", c_uint32),
        ("factor_count", c_uint32),
        ("user_factors", c_void_p),
        ("item_factors", c_void_p),
        ("user_offsets", c_void_p),
        ("item_offsets", c_void_p),
        ("base", c_double),
        ("user_ids", POINTER(c_char_p)),
        ("item_ids", POINTER(c_char_p)),
        ("factor_names", POINTER(c_char_p)),
        ("scale", Scale),
    ]


class NewRows(Struct):
    c_name = "palate_new_rows"
    _fields_ = [
        ("count", c_size_t),
        ("begins", c_void_p),
        ("columns", c_void_p),
        ("ratings", c_void_p),
        ("times", c_void_p),
    ]


class Explanation(Struct):
    c_name = "palate_explanation"
    _fields_ = [
        ("prediction", c_double),
        ("score", c_double),
        ("common", c_double),
        ("user", c_double),
        ("item", c_double),
        ("time", c_double),
    ]


class FilterRule(Struct):
    c_name = "palate_filter_rule"
    _fields_ = [("text", c_char_p), ("removed", c_int64)]


class PassedOver(Struct):
    c_name = "palate_passed_over"
    _fields_ = [("seen", c_int64), ("quota", c_int64)]


class UpdateSide(Struct):
    c_name = "palate_update_side"
    _fields_ = [("added", c_uint32), ("improved", c_uint32), ("left", c_uint32)]


class UpdateReport(Struct):
    c_name = "palate_update_report"
    _fields_ = [
        ("users", UpdateSide),
        ("items", UpdateSide),
        ("added", c_int64),
        ("replaced", c_int64),
        ("seconds", c_double),
    ]


class Reason(Struct):
    c_name = "palate_reason"
    _fields_ = [("item", c_uint32), ("rating", c_float), ("time", c_int64), ("effect", c_double)]


class Reasons(Struct):
    c_name = "palate_reasons"
    _fields_ = [("score", c_double), ("count", c_int64)]


class Progress(Struct):
    c_name = "palate_progress"
    _fields_ = [
        ("epoch", c_int64),
        ("epochs", c_int64),
        ("epoch_ended", c_bool),
        ("fraction", c_double),
        ("seconds", c_double),
        ("objective", c_double),
        ("train_rmse", c_double),
        ("validation_rmse", c_double),
    ]


class Trial(Struct):
    c_name = "palate_trial"
    _fields_ = [
        ("regularization", c_double),
        ("link_regularization", c_double),
        ("factors", c_int64),
        ("epochs", c_int64),
        ("validation_rmse", c_double),
    ]


class DataSet(Struct):
    c_name = "palate_data_set"
    _fields_ = [
        ("name", c_char_p),
        ("title", c_char_p),
        ("user_count", c_int64),
        ("item_count", c_int64),
        ("rating_count", c_int64),
        ("scale", Scale),
        ("url", c_char_p),
        ("bytes", c_int64),
        ("sha256", c_char_p),
        ("md5", c_char_p),
        ("ratings", c_char_p),
        ("items", c_char_p),
        ("users", c_char_p),
        ("terms", c_char_p),
        ("citation", c_char_p),
    ]


class DataProgress(Struct):
    c_name = "palate_data_progress"
    _fields_ = [("bytes", c_int64), ("total", c_int64), ("seconds", c_double), ("rate", c_double)]


class FactorFacts(Struct):
    c_name = "palate_factor_facts"
    _fields_ = [(name, c_double) for name in ("share", "sparsity", "exclusivity", "coherence")]


class FactorMatch(Struct):
    c_name = "palate_factor_match"
    _fields_ = [("factor", c_uint32), ("cosine", c_double), ("correlation", c_double)]


class Start(Struct):
    c_name = "palate_start"
    _fields_ = [("user_factors", c_void_p), ("item_factors", c_void_p)]


class MetricDefinition(Struct):
    c_name = "palate_metric_definition"
    _fields_ = [
        ("name", c_char_p),
        ("title", c_char_p),
        ("kind", c_int),
        ("better", c_int),
        ("by_default", c_bool),
        ("at", c_bool),
        ("formula", c_char_p),
        ("notes", c_char_p),
    ]


class OtherSystem(Struct):
    c_name = "palate_other_system"
    _fields_ = [("name", c_char_p), ("predictions", c_void_p), ("lists", c_void_p)]


class Figure(Struct):
    c_name = "palate_figure"
    _fields_ = [
        ("value", c_double),
        ("undefined", c_char_p),
        ("has_interval", c_bool),
        ("low", c_double),
        ("high", c_double),
    ]


class Difference(Struct):
    c_name = "palate_difference"
    _fields_ = [*Figure._fields_, ("has_test", c_bool), ("p", c_double), ("p_holm", c_double)]


class FoldProgress(Struct):
    c_name = "palate_fold_progress"
    _fields_ = [
        ("fold", c_int64),
        ("fold_count", c_int64),
        ("fold_name", c_char_p),
        ("share", c_double),
        ("seconds", c_double),
    ]


class FoldResult(Struct):
    c_name = "palate_fold_result"
    _fields_ = [
        ("name", c_char_p),
        ("train_count", c_int64),
        ("test_count", c_int64),
        ("epochs", c_int64),
        ("train_seconds", c_double),
        ("evaluation", c_void_p),
    ]


class Spread(Struct):
    c_name = "palate_spread"
    _fields_ = [
        ("mean", c_double),
        ("undefined", c_char_p),
        ("fold_count", c_int64),
        ("sd", c_double),
        ("has_interval", c_bool),
        ("low", c_double),
        ("high", c_double),
    ]


class Slice(Struct):
    c_name = "palate_slice"
    _fields_ = [
        ("kind", c_int),
        ("least", c_int64),
        ("most", c_int64),
        ("row_count", c_int64),
        ("rating_count", c_int64),
    ]


class TestFacts(Struct):
    c_name = "palate_test_facts"
    _fields_ = [
        ("rating_count", c_int64),
        ("common_count", c_int64),
        ("user_count", c_int64),
        ("item_count", c_int64),
        ("unknown", UnknownCounts),
        ("unknown_user_count", c_int64),
        ("unknown_item_count", c_int64),
        ("seen_count", c_int64),
        ("train_differs", c_bool),
        ("seen_unknown", c_bool),
        ("any_relevant", c_bool),
        ("relevant_from", c_double),
        ("relevant_count", c_int64),
        ("relevant_user_count", c_int64),
        ("catalogue_count", c_int64),
    ]


class Measure(Struct):
    c_name = "palate_measure"
    _fields_ = [("metric", c_void_p), ("at", c_int64), ("name", c_char * 48), ("title", c_char * 48)]


class TuneProgress(Struct):
    c_name = "palate_tune_progress"
    _fields_ = [
        ("rung", c_int64),
        ("rung_count", c_int64),
        ("fold", c_int64),
        ("fold_count", c_int64),
        ("done", c_int64),
        ("count", c_int64),
        ("share", c_double),
        ("seconds", c_double),
    ]


class TuningTrial(Struct):
    c_name = "palate_tuning_trial"
    _fields_ = [
        ("number", c_int64),
        ("values", POINTER(c_char_p)),
        ("failed", c_char_p),
        ("rung", c_int64),
        ("fold_count", c_int64),
        ("comparable", c_bool),
        ("mean", c_double),
        ("has_error", c_bool),
        ("error", c_double),
        ("has_difference", c_bool),
        ("difference", c_double),
        ("difference_error", c_double),
        ("factors", c_int64),
        ("epochs", c_int64),
        ("seconds", c_double),
    ]


ProgressCallback = ctypes.CFUNCTYPE(c_bool, POINTER(Progress), c_void_p)
TrialCallback = ctypes.CFUNCTYPE(None, POINTER(Trial), c_void_p)
DataProgressCallback = ctypes.CFUNCTYPE(c_bool, POINTER(DataProgress), c_void_p)
TuneCallback = ctypes.CFUNCTYPE(c_bool, POINTER(TuneProgress), c_void_p)
FoldCallback = ctypes.CFUNCTYPE(c_bool, POINTER(FoldProgress), c_void_p)
ProblemCallback = ctypes.CFUNCTYPE(None, POINTER(Problem), c_void_p)
ShareCallback = ctypes.CFUNCTYPE(c_bool, c_double, c_void_p)
LogCallback = ctypes.CFUNCTYPE(None, c_int, c_char_p, c_void_p)

# What the structs of options have beside the fields of their tables: at the end, in this order.
EXTRA_FIELDS: dict[str, list[tuple[str, Any]]] = {
    "palate_read_options": [],
    "palate_train_options": [
        ("start", POINTER(Start)),
        ("user_features", c_void_p),
        ("item_features", c_void_p),
        ("on_progress", ProgressCallback),
        ("on_progress_user", c_void_p),
        ("on_trial", TrialCallback),
        ("on_trial_user", c_void_p),
    ],
    "palate_data_options": [("on_progress", DataProgressCallback), ("user", c_void_p)],
    "palate_synth_options": [],
    "palate_split_options": [],
    "palate_tune_options": [("on_progress", TuneCallback), ("on_progress_user", c_void_p)],
    "palate_fold_in_options": [],
    "palate_similar_options": [],
    "palate_naming_options": [],
    "palate_evaluate_options": [
        ("train", c_void_p),
        ("candidates", c_void_p),
        ("candidate_count", c_size_t),
        ("others", c_void_p),
        ("other_count", c_size_t),
        ("on_progress", ShareCallback),
        ("on_progress_user", c_void_p),
    ],
    "palate_update_options": [("user_table", c_void_p), ("item_table", c_void_p)],
    "palate_recommend_options": [
        ("allow", c_void_p),
        ("allow_count", c_size_t),
        ("deny", c_void_p),
        ("deny_count", c_size_t),
        ("filter", c_void_p),
        ("passed", c_void_p),
    ],
}

# ---- The functions: what they return, what they take ----

_HANDLE = c_void_p
_OUT = POINTER(c_void_p)
_ERR = POINTER(Error)
_FLOATS = c_void_p
_ROWS = c_void_p

FUNCTIONS: dict[str, tuple[Any, list[Any]]] = {
    "palate_version": (c_char_p, []),
    "palate_kernels_name": (c_char_p, []),
    "palate_status_name": (c_char_p, [c_int]),
    "palate_context_create": (c_int, [c_void_p, LogCallback, c_void_p, _OUT, _ERR]),
    "palate_context_free": (None, [_HANDLE]),
    "palate_read_options_table": (POINTER(OptionTable), []),
    "palate_train_options_table": (POINTER(OptionTable), []),
    "palate_recommend_options_table": (POINTER(OptionTable), []),
    "palate_fold_in_options_table": (POINTER(OptionTable), []),
    "palate_similar_options_table": (POINTER(OptionTable), []),
    "palate_update_options_table": (POINTER(OptionTable), []),
    "palate_data_options_table": (POINTER(OptionTable), []),
    "palate_synth_options_table": (POINTER(OptionTable), []),
    "palate_split_options_table": (POINTER(OptionTable), []),
    "palate_tune_options_table": (POINTER(OptionTable), []),
    "palate_options_init": (None, [POINTER(OptionTable), c_void_p]),
    "palate_options_set": (c_int, [POINTER(OptionTable), c_void_p, c_char_p, c_char_p, _ERR]),
    "palate_options_find": (POINTER(Option), [POINTER(OptionTable), c_char_p]),
    "palate_options_nearest": (POINTER(Option), [POINTER(OptionTable), c_char_p, POINTER(c_size_t)]),
    "palate_options_allowed": (c_size_t, [POINTER(Option), c_char_p, c_size_t]),
    "palate_ratings_read": (c_int, [_HANDLE, c_char_p, c_void_p, _OUT, _ERR]),
    "palate_ratings_check": (
        c_int,
        [_HANDLE, c_char_p, c_void_p, ProblemCallback, c_void_p, POINTER(ReadReport), _ERR],
    ),
    "palate_data_count": (c_size_t, []),
    "palate_data_at": (POINTER(DataSet), [c_size_t]),
    "palate_data_find": (POINTER(DataSet), [c_char_p, _ERR]),
    "palate_data_has": (c_bool, [POINTER(DataSet), c_char_p]),
    "palate_data_get": (c_int, [_HANDLE, POINTER(DataSet), c_void_p, c_void_p, _ERR]),
    "palate_synth_preset": (c_int, [c_void_p, c_char_p, _ERR]),
    "palate_synth_write": (c_int, [_HANDLE, c_void_p, c_char_p, c_char_p, _ERR]),
    "palate_catalogue_read_columns": (c_int, [_HANDLE, c_char_p, _OUT, _ERR]),
    "palate_catalogue_free": (None, [_HANDLE]),
    "palate_catalogue_title": (c_char_p, [_HANDLE, c_char_p]),
    "palate_catalogue_count": (c_size_t, [_HANDLE]),
    "palate_catalogue_id": (c_char_p, [_HANDLE, c_size_t]),
    "palate_catalogue_column_count": (c_size_t, [_HANDLE]),
    "palate_catalogue_column_name": (c_char_p, [_HANDLE, c_size_t]),
    "palate_catalogue_value": (c_char_p, [_HANDLE, c_char_p, c_size_t]),
    "palate_choose_columns": (c_int, [POINTER(c_char_p), c_size_t, c_void_p, POINTER(c_int), _ERR]),
    "palate_ratings_from_columns": (
        c_int,
        [_HANDLE, POINTER(RatingColumns), c_size_t, c_char_p, c_void_p, _OUT, _ERR],
    ),
    "palate_ratings_from_csr": (c_int, [_HANDLE, POINTER(Csr), c_char_p, c_void_p, _OUT, _ERR]),
    "palate_ratings_save": (c_int, [_HANDLE, c_char_p, _ERR]),
    "palate_ratings_free": (None, [_HANDLE]),
    "palate_ratings_report": (POINTER(ReadReport), [_HANDLE]),
    "palate_ratings_user_ids": (IdList, [_HANDLE]),
    "palate_ratings_item_ids": (IdList, [_HANDLE]),
    "palate_ratings_by_user": (SparseRows, [_HANDLE]),
    "palate_ratings_by_item": (SparseRows, [_HANDLE]),
    "palate_filter_create": (c_int, [_HANDLE, _OUT, _ERR]),
    "palate_filter_free": (None, [_HANDLE]),
    "palate_filter_allow": (c_int, [_HANDLE, _ROWS, c_size_t, _ERR]),
    "palate_filter_deny": (c_int, [_HANDLE, _ROWS, c_size_t, _ERR]),
    "palate_filter_where": (c_int, [_HANDLE, _HANDLE, c_char_p, c_int, _ERR]),
    "palate_filter_support": (c_int, [_HANDLE, c_int64, _ERR]),
    "palate_filter_quota": (c_int, [_HANDLE, _HANDLE, c_char_p, _ERR]),
    "palate_filter_rules": (POINTER(FilterRule), [_HANDLE, POINTER(c_size_t)]),
    "palate_split_create": (c_int, [_HANDLE, c_void_p, _OUT, _ERR]),
    "palate_split_open": (c_int, [_HANDLE, c_char_p, c_void_p, _OUT, _ERR]),
    "palate_split_free": (None, [_HANDLE]),
    "palate_tune": (c_int, [_HANDLE, POINTER(c_char_p), c_size_t, c_void_p, c_void_p, _OUT, _ERR]),
    "palate_tuning_free": (None, [_HANDLE]),
    "palate_tuning_complete": (c_bool, [_HANDLE]),
    "palate_split_fold_count": (c_int64, [_HANDLE]),
    "palate_split_fold_name": (c_char_p, [_HANDLE, c_int64]),
    "palate_split_take": (c_int, [_HANDLE, c_int64, _OUT, _OUT, _ERR]),
    "palate_split_save": (c_int, [_HANDLE, c_char_p, _ERR]),
    "palate_cross_validate": (c_int, [_HANDLE, c_void_p, c_void_p, FoldCallback, c_void_p, _OUT, _ERR]),
    "palate_cross_validation_free": (None, [_HANDLE]),
    "palate_cross_validation_fold_count": (c_int64, [_HANDLE]),
    "palate_cross_validation_fold": (POINTER(FoldResult), [_HANDLE, c_int64]),
    "palate_cross_validation_spread": (Spread, [_HANDLE, c_size_t, c_size_t]),
    "palate_cross_validation_difference": (Difference, [_HANDLE, c_size_t, c_size_t]),
    "palate_evaluate_options_table": (POINTER(OptionTable), []),
    "palate_metric_at": (POINTER(MetricDefinition), [c_size_t]),
    "palate_evaluation_run": (c_int, [_HANDLE, _HANDLE, c_void_p, _OUT, _ERR]),
    "palate_evaluation_free": (None, [_HANDLE]),
    "palate_evaluation_facts": (POINTER(TestFacts), [_HANDLE]),
    "palate_evaluation_system_count": (c_size_t, [_HANDLE]),
    "palate_evaluation_system": (c_char_p, [_HANDLE, c_size_t]),
    "palate_evaluation_system_note": (c_char_p, [_HANDLE, c_size_t]),
    "palate_evaluation_measure_count": (c_size_t, [_HANDLE]),
    "palate_evaluation_measure": (POINTER(Measure), [_HANDLE, c_size_t]),
    "palate_evaluation_slice_count": (c_size_t, [_HANDLE]),
    "palate_evaluation_slice": (POINTER(Slice), [_HANDLE, c_size_t]),
    "palate_evaluation_figure": (Figure, [_HANDLE, c_size_t, c_size_t, c_size_t]),
    "palate_evaluation_difference": (Difference, [_HANDLE, c_size_t, c_size_t]),
    "palate_tuning_measure": (POINTER(Measure), [_HANDLE]),
    "palate_tuning_axis": (POINTER(Option), [_HANDLE, c_size_t]),
    "palate_tuning_trained_count": (c_int64, [_HANDLE]),
    "palate_tuning_found_count": (c_int64, [_HANDLE]),
    "palate_tuning_trial_count": (c_size_t, [_HANDLE]),
    "palate_tuning_trial_at": (POINTER(TuningTrial), [_HANDLE, c_size_t]),
    "palate_tuning_simplest": (c_size_t, [_HANDLE]),
    "palate_model_train": (c_int, [_HANDLE, c_void_p, _OUT, _ERR]),
    "palate_model_load": (c_int, [_HANDLE, c_char_p, _OUT, _ERR]),
    "palate_model_save": (c_int, [_HANDLE, c_char_p, _ERR]),
    "palate_model_free": (None, [_HANDLE]),
    "palate_model_info": (None, [_HANDLE, POINTER(ModelSummary)]),
    "palate_model_options_json": (c_char_p, [_HANDLE]),
    "palate_model_log": (POINTER(Epoch), [_HANDLE, POINTER(c_size_t)]),
    "palate_model_user_ids": (IdList, [_HANDLE]),
    "palate_model_item_ids": (IdList, [_HANDLE]),
    "palate_model_find_users": (c_int, [_HANDLE, POINTER(Column), _ROWS, _ERR]),
    "palate_model_find_items": (c_int, [_HANDLE, POINTER(Column), _ROWS, _ERR]),
    "palate_model_user_factors": (c_void_p, [_HANDLE]),
    "palate_model_item_factors": (c_void_p, [_HANDLE]),
    "palate_model_user_offsets": (c_void_p, [_HANDLE]),
    "palate_model_item_offsets": (c_void_p, [_HANDLE]),
    "palate_model_seen": (c_void_p, [_HANDLE, c_uint32, POINTER(c_int64)]),
    "palate_model_factor_name": (c_char_p, [_HANDLE, c_uint32]),
    "palate_model_predict": (
        c_int,
        [_HANDLE, POINTER(Cells), _FLOATS, _FLOATS, POINTER(UnknownCounts), _ERR],
    ),
    "palate_model_from_factors": (c_int, [_HANDLE, POINTER(Factors), _OUT, _ERR]),
    "palate_model_forget": (c_int, [_HANDLE, _ROWS, c_size_t, _OUT, _ERR]),
    "palate_model_update": (c_int, [_HANDLE, _HANDLE, c_void_p, POINTER(UpdateReport), _OUT, _ERR]),
    "palate_model_export": (c_int, [_HANDLE, c_int, c_char_p, _ERR]),
    "palate_model_evaluate": (c_int, [_HANDLE, _HANDLE, c_int64, POINTER(Metrics), _ERR]),
    "palate_model_fold_in": (c_int, [_HANDLE, POINTER(NewRows), c_void_p, _FLOATS, _FLOATS, _ERR]),
    "palate_model_explain": (
        c_int,
        [_HANDLE, c_uint32, c_uint32, c_int64, c_int, POINTER(Explanation), c_void_p, _ERR],
    ),
    "palate_model_reasons": (
        c_int,
        [_HANDLE, c_uint32, c_uint32, c_int64, c_int64, POINTER(Reasons), POINTER(Reason), _ERR],
    ),
    "palate_model_similar": (
        c_int,
        [_HANDLE, c_uint32, c_void_p, _ROWS, c_void_p, POINTER(c_size_t), _ERR],
    ),
    "palate_model_name_factor": (c_int, [_HANDLE, c_uint32, c_char_p, _ERR]),
    "palate_model_feature_count": (c_uint32, [_HANDLE, c_int]),
    "palate_model_feature_name": (c_char_p, [_HANDLE, c_int, c_uint32]),
    "palate_features_create": (c_int, [_HANDLE, c_char_p, _OUT, _ERR]),
    "palate_features_free": (None, [_HANDLE]),
    "palate_model_match_factors": (c_int, [_HANDLE, _HANDLE, POINTER(FactorMatch), _ERR]),
    "palate_words_create": (c_int, [_HANDLE, _OUT, _ERR]),
    "palate_words_free": (None, [_HANDLE]),
    "palate_words_add_table": (c_int, [_HANDLE, _HANDLE, c_char_p, _ERR]),
    "palate_words_add_tags": (c_int, [_HANDLE, c_char_p, _ERR]),
    "palate_naming_options_table": (POINTER(OptionTable), []),
    "palate_naming_create": (c_int, [_HANDLE, _HANDLE, c_void_p, _OUT, _ERR]),
    "palate_naming_free": (None, [_HANDLE]),
    "palate_naming_name": (c_char_p, [_HANDLE, c_uint32]),
    "palate_model_factor_facts": (c_int, [_HANDLE, POINTER(FactorFacts), _ERR]),
    "palate_model_factor_top": (
        c_int,
        [_HANDLE, c_uint32, c_void_p, _ROWS, c_void_p, POINTER(c_size_t), _ERR],
    ),
    "palate_model_recommend_new": (
        c_int,
        [_HANDLE, POINTER(NewRows), c_void_p, _ROWS, _FLOATS, _ROWS, _ERR],
    ),
    "palate_model_recommend": (
        c_int,
        [_HANDLE, _ROWS, c_size_t, c_void_p, _ROWS, _FLOATS, _ROWS, _ERR],
    ),
}

STRUCTS: list[type[Struct]] = [
    Error, Scale, Option, OptionTable, ReadReport, Column, RatingColumns, Csr, IdList, SparseRows, ModelSummary, Epoch,
    Cells, UnknownCounts, Metrics, Factors, NewRows, Explanation, FilterRule, PassedOver, UpdateSide, UpdateReport,
    Progress, DataSet, DataProgress, FactorFacts, FactorMatch, Reason, Reasons, Start, Trial, Measure, TuneProgress,
    TuningTrial, MetricDefinition, OtherSystem, Figure, Difference, Slice, TestFacts,
    FoldProgress, FoldResult, Spread, Problem,
]  # fmt: skip
