#!/bin/sh
# Makes ./configure from a checkout. Needs autoconf, automake and pkg-config.
cd "$(dirname "$0")" && mkdir -p m4 build-aux && exec autoreconf -fi
