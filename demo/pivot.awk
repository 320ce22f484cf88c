# SPDX-License-Identifier: Apache-2.0
# user,item,prediction -> a table of users by items, in order of appearance.
NR == 1 { next }
!($1 in user_seen) { user_seen[$1] = 1; users[++m] = $1 }
!($2 in item_seen) { item_seen[$2] = 1; items[++n] = $2 }
{ cell[$1, $2] = $3 }
END {
    printf "%-8s", ""
    for (j = 1; j <= n; j++) printf "%10s", items[j]
    print ""
    for (i = 1; i <= m; i++) {
        printf "%-8s", users[i]
        for (j = 1; j <= n; j++) printf "%10.2f", cell[users[i], items[j]]
        print ""
    }
}
