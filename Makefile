# What one does with Bellhop, a word each. The work is in scripts/.

.PHONY: run web test lint bench bench-web chaos simulation requirements screenshots

# Builds everything and starts the demo; prints its address.
run:
	@scripts/run

# The pages that the binary serves.
web:
	@scripts/web

# Every test, against private Redis, PostgreSQL, Chromium and Firefox. Ends with a count.
test:
	@scripts/test

# Format, clippy, documentation, licences, file lengths, and the web's own checks.
lint:
	@scripts/lint

# Load figures, side by side with nginx + nchan where that is installed. Short form; BENCH=long for the long one.
bench:
	@scripts/bench

# How the bell feels in Chromium: first paint, layout shift, many tabs, a long list, memory.
bench-web:
	@scripts/bench-web

# kill -9 under load, twenty times: nothing accepted is lost or doubled.
chaos:
	@scripts/chaos

# A simulated day with a million notifications: nobody is missed, and nobody is told twice.
simulation:
	@scripts/simulation

# Which requirements are carried by tests that ran and passed, and which by none.
requirements:
	@scripts/requirements

# The pictures in docs/screenshots, taken anew.
screenshots:
	@scripts/screenshots
