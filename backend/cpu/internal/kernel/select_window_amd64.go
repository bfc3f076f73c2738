//go:build amd64 && !noasm

package kernel

func windowsAVX512() Windows {
	return Windows{
		MaxWindows: maxWindowsAVX512, SumWindows: sumWindowsAVX512, FirstMaxima: firstMaximaAVX512,
		AddWhere: addWhereAVX512, SumWon: sumWonAVX512, Unpool2: unpool2AVX512,
	}
}

func windowsAVX2() Windows {
	return Windows{
		MaxWindows: maxWindowsAVX2, SumWindows: sumWindowsAVX2, FirstMaxima: firstMaximaAVX2,
		AddWhere: addWhereAVX2, SumWon: sumWonAVX2, Unpool2: unpool2AVX2,
	}
}
