# Prints what benchmarks count rather than time, the least of all rounds, in Go's
# own format. Rows of one instruction set are left out, which other processors lack,
# and the bytes where nothing is allocated: those are the first run's.
$1 == "pkg:" { pkg = $2 }

/^Benchmark/ && !/\/(avx512|avx2|neon|generic)\// {
	sub(/-[0-9]+$/, "", $1)
	for (i = 3; i < NF; i += 2) {
		if ($(i + 1) !~ /^(B\/op|allocs\/op|insns\/loop)$/)
			continue
		row = pkg " " $1 " " $(i + 1)
		if (!(row in least))
			rows[++count] = row
		if (!(row in least) || $i + 0 < least[row])
			least[row] = $i + 0
	}
}

END {
	for (i = 1; i <= count; i++) {
		split(rows[i], part, " ")
		if (part[2] ~ /^BenchmarkLoops/ ? part[3] != "insns/loop" : part[3] == "B/op" && !least[part[1] " " part[2] " allocs/op"])
			continue
		if (part[1] != last)
			print "pkg: " part[1]
		last = part[1]
		print part[2], 1, least[rows[i]], part[3]
	}
}
