"""Tests of toolchains and builds."""
