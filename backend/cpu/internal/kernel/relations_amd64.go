//go:build amd64 && !noasm

package kernel

func relationsAVX512() Relations {
	return Relations{
		Equal: equalAVX512, NotEqual: notEqualAVX512, Less: lessAVX512, LessEqual: lessEqualAVX512,
		Choose: chooseAVX512, Erf: erfAVX512,
	}
}

func relationsAVX2() Relations {
	return Relations{
		Equal: equalAVX2, NotEqual: notEqualAVX2, Less: lessAVX2, LessEqual: lessEqualAVX2,
		Choose: chooseAVX2, Erf: erfAVX2,
	}
}
