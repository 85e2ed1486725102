"""Tests of Energy Storage Hub, through its public surfaces."""
