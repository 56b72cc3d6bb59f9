"""Tests of the claims: their rules, their record, their bench."""
