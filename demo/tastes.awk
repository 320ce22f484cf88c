# SPDX-License-Identifier: Apache-2.0
# "  factor 1: item-western-3 ..." -> status 0 where each of four lines has a taste that all but one of its items
# name, another one on each line.
{
    delete count
    for (place = 3; place <= NF; place++) {
        words = split($place, word, "-")
        for (w = 2; w < words; w++) count[word[w]]++
    }
    for (taste in count) if (count[taste] >= NF - 3) found[taste] = 1
}
END {
    for (taste in found) tastes++
    exit !(NR == 4 && tastes == 4)
}
