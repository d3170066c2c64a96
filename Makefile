# What one does with Bellhop, a word each. The work is in scripts/.

.PHONY: requirements

# Which requirements are carried by tests that ran and passed, and which by none.
requirements:
	@scripts/requirements
