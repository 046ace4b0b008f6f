"""A plain logistic regression, and how well a score ranks who leaves: what the model's chances are held against."""

from __future__ import annotations

import math

import numpy as np

from sim.runs.statistics import ranks

RIDGE = 1.0
"""Weight of the squares of the coefficients of standardised columns: as one customer who is average in all but one of them."""
STEPS = 50


def fitted(rows: np.ndarray, gone: np.ndarray) -> np.ndarray:
    """Coefficients, the constant first, by Newton's method: float64 (columns + 1). ``rows``: float64 (customers, columns)."""
    design = np.column_stack([np.ones(len(rows)), rows])
    penalty = np.diag([0.0, *[RIDGE] * rows.shape[1]])
    found = np.zeros(design.shape[1])
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-np.clip(design @ found, -30, 30)))
        slope = design.T @ (gone - chance) - penalty @ found
        curve = (design * (chance * (1 - chance))[:, None]).T @ design + penalty
        step = np.linalg.solve(curve + 1e-9 * np.eye(len(found)), slope)
        found = found + step
        if np.abs(step).max() < 1e-8:
            break
    return found


def score(rows: np.ndarray, coefficients: np.ndarray) -> np.ndarray:
    """The log-odds of leaving of each row."""
    return np.asarray(coefficients[0] + rows @ coefficients[1:])


def standardised(columns: np.ndarray) -> np.ndarray:
    """Columns with mean 0 and spread 1; what is missing (NaN) is at the mean, and a column without spread is left out."""
    with np.errstate(invalid="ignore"):
        known = np.where(np.isfinite(columns), columns, np.nan)
        kept = [k for k in range(known.shape[1]) if np.isfinite(known[:, k]).any() and np.nanstd(known[:, k]) > 0]
    known = known[:, kept]
    return np.nan_to_num((known - np.nanmean(known, axis=0)) / np.nanstd(known, axis=0)) if kept else known


def ranked(scores: np.ndarray, gone: np.ndarray) -> tuple[float, float]:
    """In what share of pairs who left scores above who stayed (AUC; ties count half), and its standard error.

    The error is that of Hanley & McNeil 1982 (Radiology 143:29-36); both are NaN where nobody left, or everybody.
    """
    left, stayed = int(gone.sum()), int((~gone).sum())
    if not left or not stayed:
        return math.nan, math.nan
    area = (ranks(scores)[gone].sum() - left * (left + 1) / 2) / (left * stayed)
    one, two = area / (2 - area), 2 * area**2 / (1 + area)
    variance = area * (1 - area) + (left - 1) * (one - area**2) + (stayed - 1) * (two - area**2)
    return float(area), float(math.sqrt(max(variance, 0.0) / (left * stayed)))
