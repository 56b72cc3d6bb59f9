"""Tests of the signals: one derived table each."""
