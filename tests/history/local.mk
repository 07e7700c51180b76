# The history checker: python3 and no code of millrace. tests/history/run is for nights; the suite has a short run.
E2E_TESTS += tests/history/history.sh
