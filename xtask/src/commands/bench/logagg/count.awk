# PV, UV and the one address with the most lines; of equals the first by its text.
{ count[$1]++ }
END {
    for (key in count) {
        uv++
        if (count[key] > most || (count[key] == most && (key "") < (first ""))) { most = count[key]; first = key }
    }
    printf "{\"pv\":%d,\"uv\":%d,\"top\":[{\"key\":\"%s\",\"count\":%d}]}\n", NR, uv, first, most
}
