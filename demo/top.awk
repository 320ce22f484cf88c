# SPDX-License-Identifier: Apache-2.0
# An exported items.csv (item,factor...,offset) -> for each factor, its name and the five largest items.
NR == 1 { for (f = 2; f <= NF; f++) if ($f != "offset") name[f] = $f; next }
{ id[NR] = $1; for (f in name) value[NR, f] = $f }
END {
    for (f = 2; f in name; f++) {
        printf "  %s:", name[f]
        for (place = 1; place <= 5; place++) {
            best = 0
            for (row = 2; row <= NR; row++)
                if (!((row, f) in taken) && (!best || value[row, f] + 0 > value[best, f] + 0)) best = row
            taken[best, f] = 1
            printf " %s", id[best]
        }
        print ""
    }
}
