#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load support

@test "what is converted is read as the text was, by every command" {
    palate convert "$DATA/small.csv" --scale 1:5 -o small.ratings
    succeeds
    says "wrote small.ratings"
    train_small text.palate
    "$PALATE" train small.ratings --factors 3 --seed 7 --quiet -o kept.palate
    cmp text.palate kept.palate
    palate check small.ratings
    succeeds
    matches_run check-converted.txt
    palate evaluate kept.palate small.ratings
    succeeds
    local kept=$output
    palate evaluate kept.palate "$DATA/small.csv"
    [ "$output" = "$kept" ]
    palate predict kept.palate small.ratings -o -
    succeeds
    [ "$(wc -l <<<"$output")" -eq 21 ]
}

@test "the same bytes for any number of threads, and from standard input" {
    "$PALATE" convert "$DATA/small.csv" --threads 1 --quiet -o one.ratings
    "$PALATE" convert "$DATA/small.csv" --threads 3 --quiet -o three.ratings
    "$PALATE" convert - --quiet -o piped.ratings <"$DATA/small.csv"
    cmp one.ratings three.ratings
    cmp one.ratings piped.ratings
    "$PALATE" train - --epochs 1 --quiet -o piped.palate <one.ratings
    zstd -q one.ratings -o one.ratings.zst
    "$PALATE" train one.ratings.zst --epochs 1 --quiet -o packed.palate
    cmp piped.palate packed.palate
}

@test "rule mu with biases needs the order of lines" {
    "$PALATE" convert "$DATA/small.csv" --quiet -o plain.ratings
    palate train plain.ratings --rule mu --biases -o m.palate
    fails_with 2 "convert the ratings again with option keep-order"
    "$PALATE" convert "$DATA/small.csv" --keep-order --quiet -o ordered.ratings
    palate train ordered.ratings --rule mu --biases --quiet -o a.palate
    succeeds
    palate train "$DATA/small.csv" --rule mu --biases --quiet -o b.palate
    cmp a.palate b.palate
}

@test "damage and mistakes" {
    palate convert "$DATA/small.csv"
    fails_with 2 "give a file with -o FILE"
    palate convert "$DATA/broken.csv" -o broken.ratings
    fails_with 1 "broken.csv:"
    "$PALATE" convert "$DATA/small.csv" --quiet -o small.ratings
    head -c 2000 small.ratings >cut.ratings
    palate train cut.ratings -o m.palate
    fails_with 1 "cut.ratings: the file of ratings is damaged"
    train_small
    palate train m.palate -o n.palate
    fails_with 1 "this is a model"
    palate convert "$DATA/small.csv" -o nowhere/x.ratings
    fails_with 1 "nowhere/x.ratings"
    only_files cut.ratings m.palate small.ratings
}
