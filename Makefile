# What one does with Bellhop, a word each. The work is in scripts/.

.PHONY: run web test lint bench bench-peers bench-alone profile bench-web chaos fuzz soak simulation requirements screenshots

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

# More of it beside nchan, Socket.IO with Redis and a bare hub of our stack, three rounds; added to benches/RESULTS.md.
bench-peers:
	@scripts/bench-peers

# What has no peer: several nodes on PostgreSQL and Redis, a node killed, ten million notifications; added there as well.
bench-alone:
	@scripts/bench-alone

# Where the time of the hot path goes, as a flame graph: benches/profile.svg.
profile:
	@scripts/profile

# How the bell feels in Chromium: first paint, layout shift, many tabs, a long list, memory.
bench-web:
	@scripts/bench-web

# Faults under load: processes killed, Redis, PostgreSQL, disk, clock and files failing, everybody connecting at once.
# Prints a table: fault, accepted, lost, doubled, seconds to recover.
chaos:
	@scripts/chaos

# Ten minutes of made-up input for everything that reads what comes from outside; prints how many cases ran.
fuzz:
	@scripts/fuzz

# Half an hour of clients that come, stall and go; the memory of the process as benches/soak.csv and soak.svg.
soak:
	@scripts/soak

# A simulated day with a million notifications: nobody is missed, and nobody is told twice.
simulation:
	@scripts/simulation

# Which requirements are carried by tests that ran and passed, and which by none.
requirements:
	@scripts/requirements

# The pictures in docs/screenshots, taken anew.
screenshots:
	@scripts/screenshots
