#!/usr/bin/env python3
"""Writes measures.json: what scikit-learn measures of drawn predictions.

    python report/measure/testdata/generate.py

needs scikit-learn (written by 1.9.1; versions before 1.3 lack
zero_division=nan in averages) and NumPy. The numbers are the same on every
run. Calibration, which scikit-learn does not sum up, is computed by NumPy.
"""

import json
import pathlib

import numpy as np
from sklearn import metrics

HERE = pathlib.Path(__file__).parent


def plain(x):
    """JSON's numbers: null for NaN, and the strings inf and -inf."""
    if isinstance(x, (list, tuple, np.ndarray)):
        return [plain(v) for v in x]
    x = float(x)
    return None if np.isnan(x) else "inf" if x == np.inf else x


def curve(name, positive, scores):
    case = {"name": name, "positive": [bool(v) for v in positive], "scores": plain(scores)}
    x, y, t = metrics.roc_curve(positive, scores, drop_intermediate=False)
    case["roc"] = {"x": plain(x), "y": plain(y), "thresholds": plain(t), "area": plain(metrics.roc_auc_score(positive, scores))}
    p, r, t = metrics.precision_recall_curve(positive, scores)
    case["precision_recall"] = {
        "x": plain(r[::-1]), "y": plain(p[::-1]), "thresholds": ["inf", *plain(t[::-1])],
        "area": plain(metrics.average_precision_score(positive, scores)),
    }
    return case


def classes(name, labels, predicted, count):
    every = list(range(count))
    each = metrics.precision_recall_fscore_support(labels, predicted, labels=every, zero_division=np.nan)
    case = {
        "name": name, "labels": [int(v) for v in labels], "predicted": [int(v) for v in predicted], "classes": count,
        "confusion": metrics.confusion_matrix(labels, predicted, labels=every).tolist(),
        "precision": plain(each[0]), "recall": plain(each[1]), "f1": plain(each[2]), "support": [int(v) for v in each[3]],
        "accuracy": plain(metrics.accuracy_score(labels, predicted)),
    }
    for average in ("macro", "weighted"):
        case[average] = plain(metrics.precision_recall_fscore_support(labels, predicted, labels=every, average=average, zero_division=np.nan)[:3])
    return case


def calibration(name, right, confidence, bins):
    right, confidence = np.asarray(right, float), np.asarray(confidence, float)
    bounds = np.linspace(0, 1, bins + 1)
    error, worst, counts = 0.0, 0.0, []
    for i in range(bins):
        inside = (confidence > bounds[i]) & (confidence <= bounds[i + 1])
        if i == 0:
            inside |= confidence == 0
        counts.append(int(inside.sum()))
        if inside.any():
            gap = abs(right[inside].mean() - confidence[inside].mean())
            error, worst = error + gap * inside.mean(), max(worst, gap)
    return {"name": name, "right": [bool(v) for v in right], "confidence": plain(confidence), "bins": bins, "counts": counts, "ece": error, "mce": worst}


def main():
    r = np.random.default_rng(7)
    truth = r.integers(0, 2, 60)
    curves = [
        curve("drawn", truth, np.round(np.clip(0.3 * truth + r.uniform(0, 0.7, 60), 0, 1), 4)),
        curve("ties", truth, np.round(np.clip(0.3 * truth + r.uniform(0, 0.7, 60), 0, 1), 1)),
        curve("all equal", [0, 1, 1, 0, 1], [0.5] * 5),
        curve("perfect", [0, 0, 1, 1], [0.1, 0.2, 0.8, 0.9]),
        curve("reversed", [1, 1, 0, 0], [0.1, 0.2, 0.8, 0.9]),
    ]
    labels = r.integers(0, 4, 80)
    predicted = np.where(r.uniform(size=80) < 0.6, labels, r.integers(0, 4, 80))
    tables = [
        classes("drawn", labels, predicted, 4),
        classes("class without samples", labels % 3, np.where(predicted == 3, 0, predicted), 5),
        classes("class never predicted", labels, np.minimum(predicted, 2), 4),
        classes("two classes, all taken for one", truth, np.zeros(60, int), 2),
    ]
    rows = r.dirichlet([0.7, 0.7, 0.7], 50)
    truth = r.integers(0, 3, 50)
    confidence, right = rows.max(1), rows.argmax(1) == truth
    losses = [
        {"name": "drawn", "labels": truth.tolist(), "probabilities": plain(rows), "loss": metrics.log_loss(truth, rows, labels=[0, 1, 2])},
        {"name": "certain and wrong", "labels": [0, 1], "probabilities": [[0.0, 1.0], [0.0, 1.0]], "loss": metrics.log_loss([0, 1], [[0.0, 1.0], [0.0, 1.0]], labels=[0, 1])},
    ]
    calibrations = [
        calibration("drawn", right, np.round(confidence, 6), 15),
        calibration("on the bounds", [1, 0, 1, 1, 0], [0.25, 0.5, 0.75, 1.0, 0.0], 4),
    ]
    with open(HERE / "measures.json", "w") as file:
        json.dump({"curves": curves, "classes": tables, "losses": losses, "calibrations": calibrations}, file, separators=(",", ":"))
        file.write("\n")


main()
