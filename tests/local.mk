dist_check_SCRIPTS += tests/layers.sh tests/words.sh
