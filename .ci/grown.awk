# Tells which counts of the second file are above those of the first, or missing.
# Bytes may be a twentieth and 64 above: a run that is interrupted by the collector
# counts some of its own.
FNR == 1 { file++ }
$1 == "pkg:" { pkg = $2 }

/^Benchmark/ {
	row = pkg " " $1 " " $4
	if (file == 1)
		was[row] = $3
	else
		is[row] = $3
}

END {
	for (row in was) {
		most = row ~ /B\/op$/ ? was[row] * 1.05 + 64 : was[row]
		if (!(row in is))
			print row ": not measured"
		else if (is[row] + 0 > most)
			print row ": " was[row] " to " is[row]
		else
			continue
		bad = 1
	}
	exit bad
}
